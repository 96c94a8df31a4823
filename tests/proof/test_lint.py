"""Risk lint: what numbers come to under fees, brackets and limits, each with its arithmetic."""

from dataclasses import replace
from decimal import Decimal

import pytest

from perpfsm.decisions.parameters import CloseType, OverrideOrder, Parameters, PositionManagement, RiskLimits
from perpfsm.errors import Severity
from perpfsm.market.instrument import Instrument
from perpfsm.market.side import Side
from perpfsm.proof.flaw import Flaw
from perpfsm.proof.lint import CODES, lint
from perpfsm.proof.lint_terms import Terms
from tests.builders import parameters

READS = frozenset(
    {
        "stop_loss_spread",
        "long_profit_taking_spread",
        "short_profit_taking_spread",
        "ts_activation_spread",
        "ts_callback_rate",
    }
)
CALM: dict[str, object] = {
    "bid_spread": 1,
    "ask_spread": 1,
    "order_amount": 1,
    "order_refresh_time": 10,
    "stop_loss_spread": 2,
    "leverage": 10,
    "long_profit_taking_spread": 1,
    "short_profit_taking_spread": 1,
    "ts_activation_spread": 0,
    "ts_callback_rate": 0,
}
INSTRUMENT = Instrument("COIN-USDT", tick=Decimal("0.1"), step=Decimal("0.1"), size_min=Decimal("0.1"))
TERMS = Terms(
    INSTRUMENT, balance=Decimal(1000), maker_fee=Decimal("0.02"), taker_fee=Decimal("0.05"), price=Decimal(100)
)


def of(**changes: object) -> Parameters:
    return parameters(**(CALM | changes))  # type: ignore[arg-type]  # tests give what fits


def found(terms: object = TERMS, reads: object = READS, **changes: object) -> list[Flaw]:
    assert isinstance(terms, Terms)
    assert isinstance(reads, frozenset)
    return [*lint(of(**changes), terms, reads)]


def said(flaws: list[Flaw]) -> list[str]:
    assert all(flaw.code in CODES for flaw in flaws)
    return [f"{flaw.path[-1]}: {flaw.what}" for flaw in flaws]


def with_terms(**changes: object) -> Terms:
    return replace(TERMS, **changes)  # type: ignore[arg-type]  # tests give what fits


ISOLATED = with_terms(is_isolated=True)
SMALL_WALLET = with_terms(balance=Decimal("20.02"))


def test_calm_numbers_have_no_findings() -> None:
    assert found() == []


def test_a_stop_beyond_isolated_liquidation_is_an_error() -> None:
    (flaw,) = found(ISOLATED, leverage=50, stop_loss_spread=Decimal("1.7"))

    assert (flaw.code, flaw.severity, flaw.path) == ("stop-beyond-liquidation", Severity.ERROR, ("stop_loss_spread",))
    assert flaw.what == (
        "At isolated leverage 50 a short of 1 from 100 is liquidated at 101.6, 1.6 % off, before stop_loss_spread "
        "1.7 % closes it at 101.7."
    )
    assert flaw.remedy == "Use a stop below 1.6 %, less leverage, or smaller orders."


def test_a_long_is_told_of_where_only_longs_are_opened() -> None:
    bids = (OverrideOrder("one", Side.BUY, Decimal(1), Decimal(1)),)

    assert said(found(ISOLATED, leverage=50, stop_loss_spread=Decimal("1.7"), order_override=bids)) == [
        (
            "stop_loss_spread: At isolated leverage 50 a long of 1 from 100 is liquidated at 98.3, 1.7 % off, before "
            "stop_loss_spread 1.7 % closes it at 98.3."
        )
    ]


@pytest.mark.parametrize(
    ("side", "at", "until"), [(Side.BUY, "98.3, 1.7", "down to 98.1"), (Side.SELL, "101.6, 1.6", "up to 101.9")]
)
def test_liquidation_within_the_slippage_buffer_is_a_warning(side: Side, at: str, until: str) -> None:
    orders = (OverrideOrder("one", side, Decimal(1), Decimal(1)),)
    which = "long" if side is Side.BUY else "short"
    stopped = "98.6" if side is Side.BUY else "101.4"

    (flaw,) = found(
        ISOLATED,
        leverage=50,
        stop_loss_spread=Decimal("1.4"),
        order_override=orders,
        stop_loss_slippage_buffer=Decimal("0.5"),
    )

    assert (flaw.code, flaw.severity, flaw.path) == (
        "liquidation-in-slippage",
        Severity.WARNING,
        ("stop_loss_spread",),
    )
    assert flaw.what == (
        f"At isolated leverage 50 a {which} of 1 from 100 is liquidated at {at} % off; stop_loss_spread 1.4 % closes "
        f"it at {stopped}, but with stop_loss_slippage_buffer 0.5 % {until}."
    )


def test_a_cross_wallet_carries_what_one_refresh_can_open() -> None:
    """Two levels of 1 at leverage 10 tie up 20; the second is left out where the margin is not there."""
    beyond: dict[str, object] = {"order_levels": 2, "stop_loss_spread": 10}

    (both,) = found(SMALL_WALLET, **beyond)
    (one,) = found(with_terms(balance=Decimal("10.02")), **beyond)
    (limited, _) = found(with_terms(balance=Decimal(10)), risk=RiskLimits(max_position=Decimal("1.5")), **beyond)

    assert both.what.startswith("At cross leverage 10 a short of 2 from 100 is liquidated at 109.6, 9.6 % off, before")
    assert one.what.startswith("At cross leverage 10 a short of 1 from 100 is liquidated at 109.6, 9.6 % off, before")
    assert limited.code == "stop-beyond-liquidation"


@pytest.mark.parametrize(
    "changes",
    [
        {"stop_loss_spread": 99},
        {"stop_loss_spread": 0},
        {"stop_loss_spread": 99, "terms": with_terms(price=None)},
        {"stop_loss_spread": 99, "reads": READS - {"stop_loss_spread"}, "terms": SMALL_WALLET},
        {"stop_loss_spread": 99, "order_amount": Decimal("0.01"), "terms": SMALL_WALLET},
        {
            "stop_loss_spread": 99,
            "order_levels": 2,
            "order_level_amount": -1,
            "terms": with_terms(balance=Decimal(500)),
        },
    ],
)
def test_where_liquidation_is_out_of_reach_or_unknown_nothing_is_said(changes: dict[str, object]) -> None:
    assert found(**changes) == []


def test_a_wallet_below_maintenance_is_liquidated_at_any_price() -> None:
    brackets = (
        replace(
            TERMS.brackets[-1], notional_floor=Decimal(0), maintenance_rate=Decimal(1), maintenance_amount=Decimal(0)
        ),
    )
    terms = with_terms(brackets=brackets, balance=Decimal(10), is_isolated=True)

    (flaw,) = found(terms)

    assert "is liquidated at 100, 0 % off, before stop_loss_spread 2 % closes it" in flaw.what


def test_a_take_profit_must_pay_two_maker_fees() -> None:
    at_cost = {"long_profit_taking_spread": Decimal("0.04"), "short_profit_taking_spread": Decimal("0.041")}

    (flaw,) = found(**at_cost)

    assert (flaw.code, flaw.severity, flaw.path) == (
        "exit-below-fees",
        Severity.WARNING,
        ("long_profit_taking_spread",),
    )
    assert flaw.what == (
        "long_profit_taking_spread gains 0.04 % of 100 = 0.04, but the round trip costs twice 0.02 % = 0.04."
    )
    assert flaw.remedy == "Use more than 0.04 %."
    assert said(found(with_terms(price=None), **at_cost)) == [
        (
            "long_profit_taking_spread: long_profit_taking_spread gains 0.04 %, but the round trip costs twice 0.02 % "
            "= 0.04 %."
        )
    ]
    assert found(reads=frozenset(), **at_cost) == []
    assert found(with_terms(maker_fee=Decimal("-0.01")), **at_cost) == []


@pytest.mark.parametrize(
    ("start", "back", "says"),
    [
        ("0.1", "0.04", "0.04 % back from a peak at 0.1 %, gains 0.06 % of 100 = 0.06, but"),
        ("0", "0.5", "0.5 % back from a peak at 0 %, gains next to nothing, but"),
    ],
)
def test_the_nearest_trailing_exit_must_pay_a_maker_and_a_taker_fee(start: str, back: str, says: str) -> None:
    trail = {"ts_activation_spread": Decimal(start), "ts_callback_rate": Decimal(back)}

    (flaw,) = found(**trail)

    assert (flaw.code, flaw.path) == ("exit-below-fees", ("ts_activation_spread",))
    assert flaw.what == f"The nearest trailing exit, {says} the round trip costs 0.02 % + 0.05 % = 0.07."
    enough = Decimal(flaw.remedy.split()[3])
    assert found(**(trail | {"ts_activation_spread": enough})) == []
    assert len(found(**(trail | {"ts_activation_spread": enough - Decimal("0.001")}))) == 1
    assert found(reads=READS - {"ts_callback_rate"}, **trail) == []


def test_a_callback_of_everything_has_no_nearest_exit() -> None:
    assert found(ts_activation_spread=50, ts_callback_rate=100) == []


def test_quotes_that_both_fill_must_pay_two_maker_fees() -> None:
    near = {"bid_spread": Decimal("0.01"), "ask_spread": Decimal("0.02")}

    (flaw,) = found(**near)

    assert (flaw.code, flaw.path) == ("quotes-below-fees", ("bid_spread",))
    assert flaw.what == (
        "The nearest bid and ask, 0.01 % + 0.02 %, earn 0.03 % of 100 = 0.03 when both fill, but the round trip costs "
        "twice 0.02 % = 0.04."
    )
    assert found(bid_spread=Decimal("0.02"), ask_spread=Decimal("0.02")) == []


def test_named_orders_are_looked_at_instead_of_levels() -> None:
    near = tuple(
        OverrideOrder(f"{side}{spread}", side, Decimal(spread), Decimal(1))
        for side in Side
        for spread in ("0.01", "0.5")
    )

    (flaw,) = found(order_override=near)

    assert (flaw.code, flaw.path) == ("quotes-below-fees", ("order_override",))
    assert found(order_override=near[:2]) == []


def test_a_position_that_one_refresh_reaches_is_a_warning() -> None:
    limits = RiskLimits(max_position=Decimal(3))

    (flaw,) = found(risk=limits, order_levels=2, order_level_amount=1)

    assert (flaw.code, flaw.path) == ("max-position-at-once", ("risk", "max_position"))
    assert flaw.what == ("The bids of one refresh, 1 + 2 = 3, reach risk.max_position 3 when all of them fill.")
    assert found(risk=limits, order_amount=Decimal("2.9")) == []
    asks = (OverrideOrder("one", Side.SELL, Decimal(1), Decimal(3)),)
    assert said(found(risk=limits, order_override=asks)) == [
        "max_position: The asks of one refresh, 3, reach risk.max_position 3 when all of them fill."
    ]


@pytest.mark.parametrize(
    ("terms", "risk", "says", "least"),
    [
        (TERMS, RiskLimits(max_orders_per_minute=23), "24 within 60 s, but risk.max_orders_per_minute is 23", "5.455"),
        (TERMS, RiskLimits(max_orders_per_minute=15), "24 within 60 s, but risk.max_orders_per_minute is 15", "8.572"),
        (with_terms(orders_per_10s=3), RiskLimits(), "4 within 10 s, but the venue takes 3", "10"),
        (
            with_terms(orders_per_10s=4, orders_per_minute=20),
            RiskLimits(),
            "24 within 60 s, but the venue takes 20",
            "6",
        ),
    ],
)
def test_refreshing_must_fit_the_order_rates(terms: Terms, risk: RiskLimits, says: str, least: str) -> None:
    (flaw,) = found(terms, risk=risk, order_refresh_time=5)

    assert (flaw.code, flaw.path) == ("refresh-too-fast", ("order_refresh_time",))
    assert flaw.what == f"2 orders every 5 s are up to {says}."
    assert flaw.remedy == f"Use at least {least} s, or fewer orders."
    assert found(terms, risk=risk, order_refresh_time=Decimal(least)) == []
    sooner = Decimal(least) - Decimal("0.001")
    assert [flaw.code for flaw in found(terms, risk=risk, order_refresh_time=sooner)] == ["refresh-too-fast"]


def test_the_orders_of_one_refresh_leave_all_at_once() -> None:
    (flaw,) = found(with_terms(orders_per_10s=5), order_levels=3, order_refresh_time=60)

    assert flaw.what == "6 orders every 60 s are up to 6 within 10 s, but the venue takes 5."
    assert flaw.remedy == "Use at most 5 orders: those of a single refresh are more already."
    assert found(with_terms(orders_per_10s=6), order_levels=3, order_refresh_time=10) == []


def test_refreshing_must_leave_the_venue_time_to_answer() -> None:
    slow = with_terms(answer_ms=Decimal(1500))

    assert said(found(slow, order_refresh_time=1)) == [
        "order_refresh_time: Quotes live for 1 s, but it takes 1,500 ms to place one and hear of it."
    ]
    assert found(slow, order_refresh_time=2) == []


def test_what_stands_beyond_the_venues_price_band_is_refused() -> None:
    banded = with_terms(price_band_pct=Decimal("0.5"))
    within = Decimal("0.4")
    profits = ("long_profit_taking_spread", "short_profit_taking_spread")
    quotes = ("bid_spread", "ask_spread")
    near: dict[str, object] = dict.fromkeys((*profits, *quotes, "stop_loss_slippage_buffer"), within)
    assert found(banded, **near) == []
    at_the_edge = found(banded, **(near | {"stop_loss_slippage_buffer": Decimal("0.5")}))
    assert [(flaw.code, flaw.path) for flaw in at_the_edge] == [("beyond-price-band", ("stop_loss_slippage_buffer",))]

    too_far = {"stop_loss_slippage_buffer": "A stop's LIMIT stands as far as that from the best price, so that it is "}
    too_far["stop_loss_slippage_buffer"] += "refused, and closes at market later."
    too_far |= dict.fromkeys(profits, "The take-profit is refused while the market is where the position was opened.")
    too_far |= dict.fromkeys(quotes, "Every quote of that side is refused.")
    assert said(found(banded, stop_loss_slippage_buffer=Decimal(1))) == [
        f"{name}: {name} 1 % is not within paper.price_band_pct 0.5 %. {why}" for name, why in too_far.items()
    ]


def test_without_a_band_or_without_such_an_order_no_band_refuses_anything() -> None:
    banded = with_terms(price_band_pct=Decimal("0.5"))
    assert found(stop_loss_slippage_buffer=Decimal(50)) == []
    only_bids = (OverrideOrder("far", Side.BUY, Decimal(1), Decimal(1)),)
    trails = replace(of(order_override=only_bids), position_management=PositionManagement.TRAILING_STOP)
    assert [flaw.path for flaw in lint(trails, banded, frozenset())] == [("order_override",)]
    at_market = replace(of(), close_position_order_type=CloseType.MARKET)
    assert [flaw.path for flaw in lint(at_market, banded, frozenset({"stop_loss_spread"}))] == [
        ("bid_spread",),
        ("ask_spread",),
    ]
