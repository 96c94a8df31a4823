"""Whether quoting fits what the operator and the venue allow: the position, the order rate, the time to answer."""

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from perpfsm.decisions.parameters import Parameters
from perpfsm.market.side import Side
from perpfsm.proof.flaw import Flaw
from perpfsm.proof.lint_terms import Terms, amounts, finding, plain


def position_needs_more_than_one_refresh(parameters: Parameters) -> Iterator[Flaw]:
    """When all orders of one side fill, there is no refresh in between at which anybody could think again."""
    most = parameters.risk.max_position
    if most is None:
        return
    side = max(Side, key=lambda each: sum(amounts(parameters, each)))
    sizes = amounts(parameters, side)
    total = sum(sizes, Decimal(0))
    if total < most:
        return
    orders = "bids" if side is Side.BUY else "asks"
    arithmetic = f"{' + '.join(map(plain, sizes))} = {plain(total)}" if len(sizes) > 1 else plain(total)
    what = f"The {orders} of one refresh, {arithmetic}, reach risk.max_position {plain(most)} when all of them fill."
    remedy = "Use smaller or fewer orders, or allow a larger position."
    yield finding("max-position-at-once", "risk.max_position", what, remedy)


def refresh_fits_the_limits(parameters: Parameters, terms: Terms) -> Iterator[Flaw]:
    """Each refresh places every order anew, after the old ones are confirmed to be gone."""
    every = parameters.order_refresh_time
    orders = sum(len(amounts(parameters, side)) for side in Side)
    limits = (
        (parameters.risk.max_orders_per_minute, 60, "risk.max_orders_per_minute is"),
        (terms.orders_per_10s, 10, "the venue takes"),
        (terms.orders_per_minute, 60, "the venue takes"),
    )
    for most, seconds, says in limits:
        if most is None:
            continue
        # a refresh comes when the age is reached, never sooner; all of its orders go at once
        refreshes = int((seconds / every).to_integral_value(ROUND_CEILING))
        sent = orders * refreshes
        if sent <= most:
            continue
        what = f"{orders} orders every {plain(every)} s are up to {sent} within {seconds} s, but {says} {most}."
        if orders > most:
            remedy = f"Use at most {most} orders: those of a single refresh are more already."
        else:
            least = (Decimal(seconds) / (most // orders)).quantize(Decimal("0.001"), ROUND_CEILING)
            remedy = f"Use at least {plain(least)} s, or fewer orders."
        yield finding("refresh-too-fast", "order_refresh_time", what, remedy)
        return
    if terms.answer_ms > every * 1000:
        what = (
            f"Quotes live for {plain(every)} s, but it takes {plain(terms.answer_ms)} ms to place one and hear of it."
        )
        yield finding("refresh-too-fast", "order_refresh_time", what, "Refresh more slowly than the venue answers.")
