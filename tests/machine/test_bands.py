"""The band of a leg: how each kind of guard keeps a row shut."""

from decimal import Decimal

import pytest

from perpfsm.machine.bands import band_of
from perpfsm.machine.definition import AllOf, AnyOf, Comparison, Guard, Not, Operator, ParameterOperand
from perpfsm.machine.leg import Leg
from perpfsm.machine.view import View
from perpfsm.market.band import EVERYWHERE, NOWHERE, Band
from perpfsm.market.side import Side
from tests.builders import (
    BUY,
    CLOSE,
    NOW,
    QUOTE,
    SECOND,
    SELL,
    guarded,
    leg,
    parameters,
    position,
    quote,
    row,
    shipped,
    view,
    working,
)

LONG, SHORT = leg("here", position(1)), leg("here", position(-1))
SEEN = view(quote("100.0", "100.2"), mark="100.1")
FRESH = leg("here", quotes_ns=NOW - SECOND)


def gt(metric: str, bound: str) -> Comparison:
    return Comparison(Operator.ABOVE, Decimal(bound), metric=metric)


def lt(metric: str, bound: str, *, when_set: str | None = None, when_undefined: bool = False) -> Comparison:
    return Comparison(Operator.BELOW, Decimal(bound), metric=metric, when_set=when_set, when_undefined=when_undefined)


def named(metric: str, *names: str) -> Comparison:
    return Comparison(Operator.IS, names, metric=metric)


def band(guard: Guard, of: Leg = LONG, seen: View = SEEN) -> Band:
    """Return the band of a machine with one row that waits for `guard`."""
    return band_of(guarded({"guard": guard}, row(when=("guard",))), of, seen)


def test_a_leg_without_rows_never_wakes() -> None:
    assert band_of(guarded({}, row()), leg("there"), SEEN) == EVERYWHERE


def test_a_row_that_could_fire_now_leaves_nothing_inside() -> None:
    assert band_of(guarded({}, row()), LONG, SEEN) == NOWHERE
    assert band(gt("pnl_pct", "-1")) == NOWHERE


@pytest.mark.parametrize(
    ("guard", "of", "expected"),
    [
        (lt("pnl_pct", "-1"), LONG, Band(bid_low=Decimal("99.1"))),
        (gt("pnl_pct", "1"), LONG, Band(bid_high=Decimal("100.9"))),
        (lt("pnl_pct", "-1"), SHORT, Band(ask_high=Decimal("100.9"))),
        (gt("pnl_pct", "1"), SHORT, Band(ask_low=Decimal("99.1"))),
        (gt("mark_pnl_pct", "1"), LONG, Band(mark_high=Decimal("100.9"))),
        (lt("drawdown_pct", "0"), leg("here", position(1), peak=102), Band(bid_high=Decimal("101.9"))),
        (gt("drawdown_pct", "5"), leg("here", position(-1), peak=98), Band(ask_high=Decimal("102.8"))),
    ],
)
def test_a_price_keeps_the_row_shut_up_to_its_threshold(guard: Guard, of: Leg, expected: Band) -> None:
    assert band(guard, of) == expected


def test_without_a_mark_price_the_mid_price_keeps_the_row_shut_until_the_first_one() -> None:
    kept = band(gt("mark_pnl_pct", "1"), seen=view(quote("100.0", "100.2")))
    assert (kept.sum_high, kept.mark_high) == (Decimal("201.9"), EVERYWHERE.mark_high)
    assert kept.holds(quote("100.0", "100.2"))
    assert not kept.holds(quote("100.0", "100.2", mark=100))


def test_a_price_that_is_undefined_for_want_of_a_quote_keeps_nothing_shut() -> None:
    assert band(gt("pnl_pct", "1"), seen=view(None)) == NOWHERE
    assert band(gt("mark_pnl_pct", "1"), seen=view(None, mark=100)) == NOWHERE


def test_a_price_that_is_undefined_for_want_of_a_position_keeps_the_row_shut_for_good() -> None:
    assert band(gt("pnl_pct", "1"), leg("here")) == EVERYWHERE


@pytest.mark.parametrize(
    ("side", "price", "expected"),
    [(BUY, "99.0", Band(sum_low=Decimal("198.0"))), (SELL, "101.2", Band(sum_high=Decimal("202.4")))],
)
def test_a_quote_is_too_close_once_the_mid_price_has_come_near_it_b6(side: Side, price: str, expected: Band) -> None:
    seen = view(quote("100.0", "100.2"), None, working("q", QUOTE, side, price), mark=100)
    kept = band(lt("nearest_quote_pct", "0"), leg("here"), seen)
    assert kept == Band(sum_low=expected.sum_low + Decimal("0.1"), sum_high=expected.sum_high - Decimal("0.1"))


def test_a_bound_that_no_price_can_reach_costs_no_wake() -> None:
    seen = view(quote("100.0", "100.2"), None, working("q", QUOTE, BUY, "99.0"), mark=100)
    assert band(gt("nearest_quote_pct", "100"), leg("here"), seen) == EVERYWHERE


@pytest.mark.parametrize(
    ("side", "price", "expected"),
    [(SELL, "99.9", Band(bid_low=Decimal("100.0"))), (BUY, "100.3", Band(ask_high=Decimal("100.2")))],
)
def test_a_closing_limit_is_left_behind_where_the_market_has_passed_it_b12(
    side: Side, price: str, expected: Band
) -> None:
    seen = view(quote("100.0", "100.2"), None, working("c", CLOSE, side, price), mark=100)
    assert band(gt("exit_left_behind_pct", "0"), LONG, seen) == expected


def test_an_age_keeps_the_row_shut_until_its_moment() -> None:
    due = Comparison(Operator.AT_LEAST, ParameterOperand("order_refresh_time"), metric="quotes_age_s")
    assert band(due, FRESH) == Band(due_ns=NOW + 9 * SECOND)
    assert band(due, leg("here")) == EVERYWHERE


def test_a_passed_moment_never_wakes_again() -> None:
    young = lt("quotes_age_s", "1")
    assert band(young, leg("here", quotes_ns=NOW - 2 * SECOND)) == EVERYWHERE


def test_the_age_of_an_exit_and_its_backoff_have_their_moments_b12() -> None:
    seen = view(quote(), None, working("c", CLOSE, SELL, 99, placed_ns=NOW - SECOND), mark=100)
    assert band(gt("exit_age_s", "60"), LONG, seen) == Band(due_ns=NOW + 59 * SECOND)
    lost = leg("here", position(1), reason="stop_loss", exit_losses=2, exit_lost_ns=NOW)
    assert band(Not(gt("exit_backoff_left_s", "0")), lost) == Band(due_ns=NOW + 2 * SECOND)
    assert band(gt("exit_backoff_left_s", "0"), LONG) == EVERYWHERE


def test_a_fact_keeps_the_row_shut_for_good() -> None:
    assert band(gt("position_size", "1")) == EVERYWHERE
    assert band(named("exit_reason", "stop_loss")) == EVERYWHERE


def test_what_depends_on_anything_keeps_nothing_shut() -> None:
    assert band(gt("quote_drift_pct", "1")) == NOWHERE
    assert band(named("remainder", "dust")) == NOWHERE


def test_a_guard_whose_parameter_is_off_is_shut_for_good() -> None:
    stop = lt("pnl_pct", "-1", when_set="stop_loss_spread")
    assert band(stop) == EVERYWHERE
    assert band(stop, seen=view(quote("100.0", "100.2"), parameters(stop_loss_spread=1), mark=100)) == Band(
        bid_low=Decimal("99.1")
    )


def test_a_parameter_keeps_the_row_shut_for_good() -> None:
    assert band(Comparison(Operator.IS, Decimal(7), parameter="leverage")) == EVERYWHERE


def test_the_cheapest_unmet_requirement_keeps_a_row_shut() -> None:
    guards: dict[str, Guard] = {
        "profit": gt("pnl_pct", "1"),
        "large": gt("position_size", "1"),
        "drift": gt("quote_drift_pct", "1"),
        "held": gt("position_size", "0"),
    }
    shut = guarded(guards, row(when=("drift", "profit", "large", "held")))
    assert band_of(shut, LONG, SEEN) == EVERYWHERE
    priced = guarded(guards, row(when=("drift", "profit", "held")))
    assert band_of(priced, LONG, SEEN) == Band(bid_high=Decimal("100.9"))
    unless = guarded(guards, row(when=("drift",), unless=("held",)))
    assert band_of(unless, LONG, SEEN) == EVERYWHERE


def test_every_row_has_its_say() -> None:
    guards: dict[str, Guard] = {
        "stop": lt("pnl_pct", "-1"),
        "profit": gt("pnl_pct", "1"),
        "old": gt("quotes_age_s", "5"),
    }
    lifecycle = guarded(guards, *(row(name, when=(name,)) for name in guards))
    of = leg("here", position(1), quotes_ns=NOW)
    assert band_of(lifecycle, of, SEEN) == Band(
        bid_low=Decimal("99.1"), bid_high=Decimal("100.9"), due_ns=NOW + 5 * SECOND
    )


LOSS, GAIN, OLD = lt("pnl_pct", "-1"), gt("pnl_pct", "1"), gt("quotes_age_s", "5")
SMALL, HELD = lt("position_size", "1"), gt("position_size", "0")
IN_LOSS, IN_GAIN, IN_TIME = (
    Band(bid_low=Decimal("99.1")),
    Band(bid_high=Decimal("100.9")),
    Band(due_ns=NOW + 5 * SECOND),
)


@pytest.mark.parametrize(
    ("guard", "expected"),
    [
        (AllOf((LOSS, OLD)), IN_LOSS),
        (AllOf((HELD, GAIN)), IN_GAIN),
        (AllOf((LOSS, SMALL)), EVERYWHERE),
        (AnyOf((LOSS, GAIN)), IN_LOSS & IN_GAIN),
        (AnyOf((LOSS, OLD, SMALL)), IN_LOSS & IN_TIME),
        (Not(AnyOf((Not(LOSS), SMALL))), IN_LOSS),
        (Not(AllOf((HELD, Not(GAIN)))), IN_GAIN),
        (AnyOf((AllOf((LOSS, GAIN)), OLD)), IN_LOSS & IN_TIME),
    ],
)
def test_a_combination_is_kept_by_what_decides_it(guard: Guard, expected: Band) -> None:
    assert band(guard, leg("here", position(1), quotes_ns=NOW)) == expected


def test_an_open_long_of_the_shipped_machine_sleeps_between_its_stop_and_its_profit_b9_b11() -> None:
    of, seen = leg("open", position(1)), view(quote("99.5", "99.7"), parameters(stop_loss_spread=2), mark="99.6")
    assert band_of(shipped("profit_taking"), of, seen) == Band(bid_low=Decimal("98.1"), mark_high=Decimal("99.9"))


def test_a_quoting_leg_sleeps_until_its_refresh_b5() -> None:
    of, seen = leg("opening", quotes_ns=NOW), view(quote(), parameters(order_refresh_time=10), mark=100)
    assert band_of(shipped("profit_taking"), of, seen) == Band(due_ns=NOW + 10 * SECOND)


def test_a_trailing_leg_sleeps_between_its_peak_and_its_exit_b10() -> None:
    of = leg("trailing", position(1), peak=110)
    seen = view(quote("109.0", "109.2"), parameters(ts_callback_rate=5, stop_loss_spread=2), mark=109)
    assert band_of(shipped("trailing_stop"), of, seen) == Band(bid_low=Decimal("104.6"), bid_high=Decimal("109.9"))
