"""Whether the stop closes a position before the venue does."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from perpfsm.decisions.parameters import Parameters
from perpfsm.errors import Severity
from perpfsm.market.liquidation import liquidation_prices
from perpfsm.market.position import ZERO, Position
from perpfsm.market.side import Side
from perpfsm.proof.flaw import Flaw
from perpfsm.proof.lint_terms import PERCENT, Terms, amounts, finding, on_step, plain, rounded


@dataclass(frozen=True, slots=True)
class _Liquidation:
    """Where the venue closes the largest position of one side.

    Attributes:
        side: `long` or `short`.
        size: Base units.
        price: Quote currency.
        loss_pct: From entry to there, percent.
    """

    side: str
    size: Decimal
    price: Decimal
    loss_pct: Decimal


def stop_comes_before_liquidation(parameters: Parameters, terms: Terms, reads: frozenset[str]) -> Iterator[Flaw]:
    """Both sides are looked at with all orders of a refresh filled at the reference price; the nearer one is told."""
    stop = parameters.stop_loss_spread
    if terms.price is None or not parameters.is_set("stop_loss_spread") or "stop_loss_spread" not in reads:
        return
    nearest = min(_liquidations(parameters, terms), key=lambda each: each.loss_pct, default=None)
    if nearest is None:
        return
    sign = 1 if nearest.side == "long" else -1
    position = (
        f"At {'isolated' if terms.is_isolated else 'cross'} leverage {parameters.leverage} a {nearest.side} of "
        f"{plain(nearest.size)} from {plain(terms.price)} is liquidated at {plain(nearest.price)}, "
        f"{rounded(nearest.loss_pct)} % off"
    )
    stopped_at = plain(_off(terms.price, stop, sign, terms))
    if nearest.loss_pct <= stop:
        what = f"{position}, before stop_loss_spread {plain(stop)} % closes it at {stopped_at}."
        remedy = f"Use a stop below {rounded(nearest.loss_pct)} %, less leverage, or smaller orders."
        yield finding("stop-beyond-liquidation", "stop_loss_spread", what, remedy, severity=Severity.ERROR)
        return
    buffer = parameters.stop_loss_slippage_buffer
    if nearest.loss_pct <= stop + buffer:
        furthest = plain(_off(terms.price, stop + buffer, sign, terms))
        what = (
            f"{position}; stop_loss_spread {plain(stop)} % closes it at {stopped_at}, but with "
            f"stop_loss_slippage_buffer {plain(buffer)} % down to {furthest}."
        )
        what = what if sign > 0 else what.replace("down to", "up to")
        yield finding("liquidation-in-slippage", "stop_loss_spread", what, "Use a nearer stop or less leverage.")


def _liquidations(parameters: Parameters, terms: Terms) -> Iterator[_Liquidation]:
    """Yield where each side's largest position is liquidated, if it is within reach of a price above 0."""
    price = terms.price or ZERO
    for side in Side:
        size = _largest(parameters, terms, side)
        if not size:
            continue
        position = Position(size * side.sign, size * side.sign * price)
        notional = size * price
        entry_fee = notional * terms.maker_fee / PERCENT
        cash = notional / parameters.leverage if terms.is_isolated else terms.balance - entry_fee
        prices = liquidation_prices(cash, [position], terms.brackets)
        tick = terms.instrument.tick
        at = prices.low_on_grid(tick) if side is Side.BUY else prices.high_on_grid(tick)
        if prices.at_any:
            at = price
        if at is not None:
            loss_pct = max((price - at) * side.sign * PERCENT / price, ZERO)
            yield _Liquidation("long" if side is Side.BUY else "short", size, at, loss_pct)


def _largest(parameters: Parameters, terms: Terms, side: Side) -> Decimal:
    """Return the largest position that one refresh can open on a side: what limits and margin admit."""
    total, most = ZERO, parameters.risk.max_position
    room = terms.balance * parameters.leverage / (terms.price or ZERO)
    for size in on_step(amounts(parameters, side), terms):
        if total + size <= room and (most is None or total + size <= most):
            total += size
    return total


def _off(price: Decimal, pct: Decimal, sign: int, terms: Terms) -> Decimal:
    """Return the price that is `pct` percent against a position, on the tick grid."""
    raw = price * (PERCENT - sign * pct) / PERCENT
    return (raw / terms.instrument.tick).to_integral_value() * terms.instrument.tick
