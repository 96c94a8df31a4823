"""Margin arithmetic that strategy and exchange share, so that their budgets cannot disagree."""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from perpfsm.market.position import REALISED_QUANTUM, ZERO, Position


class MarginMode(StrEnum):
    """What stands behind a position."""

    CROSS = "cross"
    ISOLATED = "isolated"


def order_margin(price: Decimal, size: Decimal, *, leverage: int, fee_rate: Decimal) -> Decimal:
    """Return what an opening order ties up: initial margin plus its fee, in quote currency.

    Args:
        price: Quote currency per base unit.
        size: Base units, positive.
        leverage: At least 1.
        fee_rate: The fraction of the notional that the fill would pay; a rebate ties up nothing and frees nothing.

    Source: initial margin = notional / leverage, as USDⓈ-M venues define it.
    """
    notional = price * size
    return notional / leverage + notional * max(fee_rate, ZERO)


def free_margin(
    wallet: Decimal,
    positions: Iterable[Position],
    *,
    prices: tuple[Decimal, Decimal] | None,
    reserved: Decimal,
    leverage: int,
) -> Decimal:
    """Return what is left for new opening orders in a cross-margin wallet, in quote currency, possibly negative.

    Args:
        wallet: Cash after realised PnL and fees.
        positions: Every open position in this wallet.
        prices: Best bid and best ask, at which longs and shorts could be closed; None before the first quote.
        reserved: What working opening orders tie up, the sum of their `order_margin`.
        leverage: At least 1.
    """
    free = wallet - reserved
    for position in positions:
        if position.is_flat:
            continue
        free -= abs(position.cost) / leverage
        if prices is not None:
            free += min(ZERO, position.open_pnl(prices[0] if position.size > 0 else prices[1]))
    return free


def free_isolated(wallet: Decimal, margins: Iterable[Decimal], *, reserved: Decimal) -> Decimal:
    """Return what is left for new opening orders when each position has a margin of its own, in quote currency.

    An open loss is borne by its position's margin alone, and binds nothing here.

    Args:
        wallet: Cash after realised PnL, fees and funding, the margins included.
        margins: Of the open positions.
        reserved: What working opening orders tie up, the sum of their `order_margin`.
    """
    return wallet - reserved - sum(margins, ZERO)


def isolated_margin(position: Position, leverage: int) -> Decimal:
    """Return the margin that a position is given when it is opened, in quote currency, quantised to 1e-8."""
    return (abs(position.cost) / leverage).quantize(REALISED_QUANTUM, ROUND_HALF_EVEN)


def margin_after(margin: Decimal, before: Position, after: Position, *, leverage: int) -> Decimal:
    """Return an isolated position's margin after a change of it that does not flip it.

    What is added brings its own margin; a part that is closed gives back its share, quantised to 1e-8; flat gives
    back all.

    Args:
        margin: Before, quote currency.
        before: The position before.
        after: The position after.
        leverage: At least 1.
    """
    if after.is_flat:
        return ZERO
    if abs(after.size) >= abs(before.size):
        return margin + isolated_margin(Position(cost=after.cost - before.cost), leverage)
    closed = abs(before.size) - abs(after.size)
    return margin - (margin * closed / abs(before.size)).quantize(REALISED_QUANTUM, ROUND_HALF_EVEN)
