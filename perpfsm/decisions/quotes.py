"""Which quotes a leg would place now: levels, then the filters of B3 in their order."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import zip_longest

from perpfsm.decisions.optimisation import Tops, one_tick_ahead
from perpfsm.decisions.parameters import Parameters
from perpfsm.decisions.proposals import LeftOut
from perpfsm.market.instrument import Instrument, round_price, round_size
from perpfsm.market.margin import order_margin
from perpfsm.market.messages import Quote
from perpfsm.market.side import Side

PERCENT = Decimal(100)
UNTOUCHED = Tops()


@dataclass(frozen=True, slots=True)
class QuoteLevel:
    """One quote that would be placed.

    Attributes:
        side: Buy or sell.
        level: From 0, the nearest.
        price: On the tick grid.
        size: Base units on the step grid.
    """

    side: Side
    level: int
    price: Decimal
    size: Decimal


@dataclass(frozen=True, slots=True)
class QuotePlan:
    """The quotes that would be placed, nearest first, bid and ask in turn, and what was left out."""

    quotes: tuple[QuoteLevel, ...]
    left_out: tuple[LeftOut, ...] = ()

    def prices(self, side: Side) -> list[Decimal]:
        """Return the planned prices of `side`, sorted."""
        return sorted(quote.price for quote in self.quotes if quote.side is side)


def plan_quotes(
    parameters: Parameters,
    instrument: Instrument,
    *,
    sides: tuple[Side, ...],
    quote: Quote,
    reference: Decimal,
    free_margin: Decimal,
    fee_rate: Decimal,
    tops: Tops = UNTOUCHED,
) -> QuotePlan:
    """Return the quotes for `sides` around the `reference` price (B1, B2, B3).

    Args:
        parameters: Spreads, levels or their override, amounts and the price band.
        instrument: Grids and minima.
        sides: The sides on which the leg opens.
        quote: The newest usable best bid and ask.
        reference: What spreads are measured from, quote currency.
        free_margin: Quote currency that new orders may tie up once the leg's present quotes are gone.
        fee_rate: Fraction of the notional that a fill would pay.
        tops: What remains of the book, one tick ahead of which the quotes are held back (B4).
    """
    candidates: list[QuoteLevel] = []
    left_out: list[LeftOut] = []
    for asked in _levels(parameters, instrument, sides, reference):
        candidate, side = _optimised(asked, tops, instrument), asked.side
        why = _unfit(candidate, instrument) or _outside_band(side, reference, parameters) or _takes(candidate, quote)
        if why:
            left_out.append(LeftOut(f"{side} quote, level {candidate.level}", why))
        else:
            candidates.append(candidate)
    admitted: list[QuoteLevel] = []
    left = free_margin
    for candidate in candidates:
        margin = order_margin(candidate.price, candidate.size, leverage=parameters.leverage, fee_rate=fee_rate)
        if margin > left:
            why = f"needs margin {margin:f}, {left:f} is free"
            left_out.append(LeftOut(f"{candidate.side} quote, level {candidate.level}", why))
            continue
        left -= margin
        admitted.append(candidate)
    return QuotePlan(tuple(admitted), tuple(left_out))


def _levels(
    parameters: Parameters, instrument: Instrument, sides: tuple[Side, ...], reference: Decimal
) -> Iterator[QuoteLevel]:
    """Yield every level, or every order of the override, the nearest first, sides in turn."""
    lines = [
        [
            _level(instrument, side, level, reference=reference, spread=spread, amount=amount)
            for level, (spread, amount) in enumerate(_distances(parameters, side))
        ]
        for side in sides
    ]
    for rank in zip_longest(*lines):
        yield from (candidate for candidate in rank if candidate is not None)


def _distances(parameters: Parameters, side: Side) -> list[tuple[Decimal, Decimal]]:
    """Return spread in percent and amount in base units of each order of `side`, the nearest first (B2, B3)."""
    if parameters.order_override is not None:
        own = [order for order in parameters.order_override if order.side is side]
        return [(order.spread, order.amount) for order in sorted(own, key=lambda order: order.spread)]
    spread = parameters.bid_spread if side is Side.BUY else parameters.ask_spread
    return [
        (
            spread + level * parameters.order_level_spread,
            parameters.order_amount + level * parameters.order_level_amount,
        )
        for level in range(parameters.order_levels)
    ]


def _level(
    instrument: Instrument, side: Side, level: int, *, reference: Decimal, spread: Decimal, amount: Decimal
) -> QuoteLevel:
    """Return one level: its spread from the reference price, rounded away from the market (B2)."""
    price = round_price(reference * (1 - side.sign * spread / PERCENT), tick=instrument.tick, side=side)
    return QuoteLevel(side, level, price, round_size(amount, step=instrument.step))


def _optimised(asked: QuoteLevel, tops: Tops, instrument: Instrument) -> QuoteLevel:
    """Return a level where the book has it (B4); the price band asks for no level's price, so it may come after."""
    price = one_tick_ahead(asked.price, side=asked.side, top=tops.of(asked.side), tick=instrument.tick)
    return asked if price == asked.price else replace(asked, price=price)


def _unfit(candidate: QuoteLevel, instrument: Instrument) -> str:
    """Return why the venue would not take this level, or nothing."""
    if candidate.price < instrument.tick:
        return f"price {candidate.price:f} is below one tick ({instrument.tick:f})"
    if candidate.size <= 0 or candidate.size < instrument.size_min:
        return f"size {candidate.size:f} is below the minimum of {instrument.size_min:f}"
    if instrument.size_max is not None and candidate.size > instrument.size_max:
        return f"size {candidate.size:f} is above the maximum of {instrument.size_max:f}"
    notional = candidate.price * candidate.size
    if notional < instrument.notional_min:
        return f"notional {notional:f} is below the minimum of {instrument.notional_min:f}"
    return ""


def _outside_band(side: Side, reference: Decimal, parameters: Parameters) -> str:
    """Return why the price band forbids this side, or nothing."""
    if side is Side.BUY and parameters.is_set("price_ceiling") and reference >= parameters.price_ceiling:
        return f"reference {reference:f} is at or above price_ceiling {parameters.price_ceiling:f}"
    if side is Side.SELL and parameters.is_set("price_floor") and reference <= parameters.price_floor:
        return f"reference {reference:f} is at or below price_floor {parameters.price_floor:f}"
    return ""


def _takes(candidate: QuoteLevel, quote: Quote) -> str:
    """Return why this level would take instead of make, or nothing."""
    if candidate.side is Side.BUY and candidate.price >= quote.ask:
        return f"price {candidate.price:f} would take the ask {quote.ask:f}"
    if candidate.side is Side.SELL and candidate.price <= quote.bid:
        return f"price {candidate.price:f} would take the bid {quote.bid:f}"
    return ""
