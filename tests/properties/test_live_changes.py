"""Live changes at random moments: the same records without bands, safe legs, and not one exit that differs (B16)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from perpfsm.engine.records import ClosingRecord, CommandRecord, ConfigurationRecord
from perpfsm.market.arithmetic import EXACT
from perpfsm.market.order import PlaceOrder
from perpfsm.market.side import PositionMode
from tests.properties import claims
from tests.properties.plays import Play
from tests.properties.worlds import World, is_found, percent, seconds, some, worlds

Change = Mapping[str, Any]
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "bid_spread": percent(5, 30),
        "ask_spread": percent(5, 30),
        "order_amount": st.sampled_from([Decimal(2), Decimal(3), Decimal(5)]),
        "order_levels": st.integers(1, 3),
        "order_level_spread": percent(0, 40),
        "filled_order_delay": seconds("0", "0.7", "4"),
    },
)
MOMENTS = st.dictionaries(st.integers(0, 99), CHANGES, min_size=1, max_size=8)


def change(play: Play, changes: Change) -> None:
    """Change what is in force now."""
    with localcontext(EXACT):
        wanted = replace(play.driver.session.state.parameters, **changes)
        play.driver.configure(wanted, "it was drawn", play.driver.now_ns)


def played(world: World, moments: Mapping[int, Change], *, bands: bool = True) -> Play:
    """Play a world, with changes before some of its happenings."""
    play = Play(world, bands=bands)
    for number, happening in enumerate(world.happenings):
        if number in moments:
            change(play, moments[number])
        play.go([happening])
    return play


@some
@given(worlds(), MOMENTS)
def test_the_records_are_the_same_without_bands(world: World, moments: Mapping[int, Change]) -> None:
    assert played(world, moments).records == played(world, moments, bands=False).records


@some
@given(worlds(), MOMENTS)
def test_money_stays_exact_and_legs_stay_safe(world: World, moments: Mapping[int, Change]) -> None:
    play = played(world, moments)
    assert claims.cash_adds_up(play) == []
    assert claims.orders_are_right(play) == []
    assert claims.legs_are_safe(play) == []


@some
@given(worlds(), CHANGES)
def test_no_exit_differs_when_parameters_change_while_a_position_is_open(world: World, changes: Change) -> None:
    with_change, without = exits_after(world, changes), exits_after(world, {})
    assert with_change == without


def exits_after(world: World, changes: Change) -> Sequence[PlaceOrder]:
    """Return the exits of the first position, from the moment of a change right after its entry until it is closed."""
    one_way = replace(world, parameters=replace(world.parameters, position_mode=PositionMode.ONE_WAY))
    play = Play(one_way)
    is_changed = False
    for happening in one_way.happenings:
        play.go([happening])
        if not is_changed and is_exposed(play):
            change(play, changes)
            is_changed = True
        if is_changed and not is_exposed(play):
            break
    closed = next((at for at, r in enumerate(play.records) if isinstance(r, ClosingRecord)), len(play.records))
    return [
        record.command
        for record in play.records[:closed]
        if isinstance(record, CommandRecord) and isinstance(record.command, PlaceOrder) and record.command.role.is_exit
    ]


def is_exposed(play: Play) -> bool:
    return any(not leg.position.is_flat for leg in play.driver.session.state.legs.values())


def test_the_drawn_changes_are_journaled_and_meet_open_positions() -> None:
    def meets(world: World) -> bool:
        return bool(exits_after(world, {"order_amount": Decimal(5)}))

    assert is_found(meets)
    assert is_found(lambda world: any_change(played(world, {5: {"order_amount": Decimal(5)}})))


def any_change(play: Play) -> bool:
    return any(isinstance(record, ConfigurationRecord) for record in play.records)
