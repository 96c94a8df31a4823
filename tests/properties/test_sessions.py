"""What holds of every session on every market: exact money, exits that only reduce, stops that are out, equal bands."""

import pytest
from hypothesis import given

from perpfsm.engine.records import ClosingRecord, TransitionRecord
from tests.properties import claims
from tests.properties.plays import Play
from tests.properties.worlds import World, is_found, some, worlds


@some
@given(worlds())
def test_cash_positions_and_sums_are_what_the_fills_say_exactly(world: World) -> None:
    play = Play(world).go(world.happenings)
    assert claims.cash_adds_up(play) == []
    assert claims.sums_add_up(play) == []


@some
@given(worlds())
def test_exits_only_reduce_nothing_opens_while_exposed_and_no_id_repeats(world: World) -> None:
    assert claims.orders_are_right(Play(world).go(world.happenings)) == []


@some
@given(worlds())
def test_after_every_event_losses_are_being_closed_states_fit_and_nothing_works_against_a_position(
    world: World,
) -> None:
    assert claims.always(claims.legs_are_safe, world, Play(world)) == []


@some
@given(worlds())
def test_the_records_are_the_same_without_bands(world: World) -> None:
    assert Play(world).go(world.happenings).records == Play(world, bands=False).go(world.happenings).records


@pytest.mark.parametrize("reason", ["take_profit", "trailing_stop", "stop_loss", "time_limit", "break_even", "flatten"])
def test_the_drawn_worlds_close_positions_for_many_reasons(reason: str) -> None:
    def closes(world: World) -> bool:
        records = Play(world).go(world.happenings).records
        return any(isinstance(record, ClosingRecord) and record.reason == reason for record in records)

    assert is_found(closes)


@pytest.mark.parametrize("row", ["move_take_profit", "cross", "replace_exit"])
def test_the_drawn_worlds_reach_the_rows_that_are_hard_to_reach(row: str) -> None:
    def fires(world: World) -> bool:
        records = Play(world).go(world.happenings).records
        return any(isinstance(record, TransitionRecord) and record.name == row for record in records)

    assert is_found(fires)
