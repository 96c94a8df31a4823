"""With hardly any cash: liquidations and funding keep money exact, are never slept through, and outlive a crash."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.engine.records import ClosingRecord, FundingRecord, Record
from perpfsm.market.liquidation import is_liquidated
from perpfsm.market.margin import MarginMode
from perpfsm.runtime.recovery import recover
from tests.properties import claims
from tests.properties.plays import Play
from tests.properties.worlds import World, is_found, margined_worlds, some

SHARES = st.integers(0, 100)


def wallets_are_right(play: Play) -> list[str]:
    """No balance below 0 without a position, and with isolated margin what we set aside is what the venue does."""
    state, account = play.driver.session.state, play.driver.exchange.account()
    is_flat = all(leg.position.is_flat for leg in state.legs.values())
    found = [f"{account.wallet} is left of nothing"] if is_flat and account.wallet < 0 else []
    isolated = state.parameters.margin_mode is MarginMode.ISOLATED
    ours = {name: leg.margin for name, leg in state.legs.items()} if isolated else {}
    return found if ours == account.margins else [*found, f"margins: {ours}, not {account.margins}"]


def nothing_lives_below_maintenance(play: Play) -> list[str]:
    """Whatever shares its cash is liquidated as soon as it is down to maintenance, by the rule itself (E10)."""
    floor, _ = play.driver.exchange.parts
    mark, ledger = floor.mark_price, floor.ledger
    groups = [(leg,) for leg in ledger.exposed] if ledger.margins else [ledger.exposed]
    return [
        f"{legs} live at {mark}"
        for legs in groups
        if mark is not None
        and is_liquidated(
            ledger.margins[legs[0]] if ledger.margins else ledger.wallet,
            [ledger.positions[leg] for leg in legs],
            mark,
            floor.settings.brackets,
        )
    ]


@some
@given(margined_worlds())
def test_cash_is_what_fills_liquidations_and_funding_say_exactly(world: World) -> None:
    play = Play(world)
    assert claims.always(wallets_are_right, world, play) == []
    assert claims.cash_adds_up(play) == []
    assert claims.sums_add_up(play) == []
    assert claims.orders_are_right(play) == []


@some
@given(margined_worlds())
def test_a_liquidation_is_neither_late_nor_slept_through(world: World) -> None:
    awake = Play(world, bands=False)
    assert claims.always(nothing_lives_below_maintenance, world, awake) == []
    assert Play(world).go(world.happenings).records == awake.records


@some
@given(margined_worlds(), SHARES)
def test_after_a_crash_positions_margins_and_cash_are_what_they_were(world: World, share: int) -> None:
    before = Play(world).go(world.happenings[: len(world.happenings) * share // 100])
    leverage = world.parameters.isolated_leverage
    known = recover(before.records, world.machine.definition.initial, leverage=leverage)
    again = Play(world, before=before, recovered=known)

    assert again.driver.exchange.account().wallet == before.driver.exchange.account().wallet
    assert wallets_are_right(again) == []
    assert claims.always(wallets_are_right, world, again) == []
    assert claims.cash_adds_up(again) == []


def is_liquidation(record: Record) -> bool:
    return isinstance(record, ClosingRecord) and record.reason == "liquidation"


def has_paid(record: Record) -> bool:
    return isinstance(record, FundingRecord) and record.paid > Decimal(0)


def has_received(record: Record) -> bool:
    return isinstance(record, FundingRecord) and record.paid < Decimal(0)


@pytest.mark.parametrize(
    ("mode", "is_wanted"),
    [
        (MarginMode.CROSS, is_liquidation),
        (MarginMode.ISOLATED, is_liquidation),
        (MarginMode.CROSS, has_paid),
        (MarginMode.ISOLATED, has_received),
    ],
)
def test_the_drawn_worlds_liquidate_and_fund_in_both_modes(
    mode: MarginMode, is_wanted: Callable[[Record], bool]
) -> None:
    def happens(world: World) -> bool:
        return world.parameters.margin_mode is mode and any(map(is_wanted, Play(world).go(world.happenings).records))

    assert is_found(happens, among=margined_worlds)
