"""Margin arithmetic that strategy and exchange share, so that their budgets cannot disagree."""

from collections.abc import Iterable
from decimal import Decimal

from perpfsm.market.position import ZERO, Position


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
