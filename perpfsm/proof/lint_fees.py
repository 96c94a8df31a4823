"""Whether what a quote, a take-profit or a trailing exit gains pays for getting in and out."""

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from perpfsm.decisions.parameters import Parameters
from perpfsm.market.side import Side
from perpfsm.proof.flaw import Flaw
from perpfsm.proof.lint_terms import PERCENT, Terms, finding, nearest_spread, plain, rounded

PROFITS = ("long_profit_taking_spread", "short_profit_taking_spread")
CODE = "exit-below-fees"


def exits_pay_their_fees(parameters: Parameters, terms: Terms, reads: frozenset[str]) -> Iterator[Flaw]:
    """A take-profit rests, for two maker fees; a trailing exit takes, and may come as soon as it is beyond entry."""
    for name in PROFITS:
        gain = Decimal(getattr(parameters, name))
        cost = 2 * terms.maker_fee
        if name in reads and 0 < gain <= cost:
            what = f"{name} gains {_amount(gain, terms)}, but the round trip costs {_twice(terms)}."
            yield finding(CODE, name, what, f"Use more than {plain(cost)} %.")
    if {"ts_callback_rate", "ts_activation_spread"} <= reads and parameters.ts_callback_rate > 0:
        yield from _trailing(parameters, terms)


def _trailing(parameters: Parameters, terms: Terms) -> Iterator[Flaw]:
    start, back = parameters.ts_activation_spread, parameters.ts_callback_rate
    gain = max(((PERCENT + start) * (PERCENT - back) - PERCENT * PERCENT) / PERCENT, Decimal(0))
    cost = terms.maker_fee + terms.taker_fee
    if gain > cost or back >= PERCENT:
        return
    least = f"gains {_amount(gain, terms)}" if gain else "gains next to nothing"
    fees = f"{plain(terms.maker_fee)} % + {plain(terms.taker_fee)} %{_sum(cost, terms)}"
    what = (
        f"The nearest trailing exit, {plain(back)} % back from a peak at {plain(start)} %, {least}, "
        f"but the round trip costs {fees}."
    )
    enough = (PERCENT * (PERCENT + cost) / (PERCENT - back) - PERCENT).quantize(Decimal("0.001"), ROUND_CEILING)
    remedy = f"Start trailing at {plain(enough)} % or more."
    yield finding(CODE, "ts_activation_spread", what, remedy)


def quotes_pay_their_fees(parameters: Parameters, terms: Terms) -> Iterator[Flaw]:
    """A bid and an ask that both fill earn their distance and pay two maker fees."""
    bid, ask = nearest_spread(parameters, Side.BUY), nearest_spread(parameters, Side.SELL)
    cost = 2 * terms.maker_fee
    if bid is None or ask is None or bid + ask >= cost:
        return
    what = (
        f"The nearest bid and ask, {plain(bid)} % + {plain(ask)} %, earn {_amount(bid + ask, terms)} when both fill, "
        f"but the round trip costs {_twice(terms)}."
    )
    path = "bid_spread" if parameters.order_override is None else "order_override"
    yield finding("quotes-below-fees", path, what, f"Use spreads that make at least {plain(cost)} % together.")


def _amount(pct: Decimal, terms: Terms) -> str:
    """Return a percentage, and what it is in money where a price is known."""
    said = f"{rounded(pct, 4)} %"
    return said if terms.price is None else f"{said} of {plain(terms.price)} = {_quote(pct, terms.price)}"


def _twice(terms: Terms) -> str:
    return f"twice {plain(terms.maker_fee)} %{_sum(2 * terms.maker_fee, terms)}"


def _sum(pct: Decimal, terms: Terms) -> str:
    return f" = {plain(pct)} %" if terms.price is None else f" = {_quote(pct, terms.price)}"


def _quote(pct: Decimal, price: Decimal) -> str:
    return rounded(pct * price / PERCENT)
