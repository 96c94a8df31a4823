"""Situations that tests start from: a floor on which the leg is already where the story begins.

Quotes lie at 99 and 101 around a mid price of 100, so that a long has paid 99 and a short got 101. A take-profit lies
2 % away from that, a stop 5 %; trailing starts at 2 % and calls back at 1 %; a gain of 1 % moves a stop to entry.
"""

from perpfsm.market.order import PlaceOrder
from perpfsm.market.side import LegName, PositionMode
from tests.builders import BUY, CLOSE, QUOTE, SELL, TAKE_PROFIT
from tests.floor import Floor

PROFIT, TRAILING = "profit_taking", "trailing_stop"
BARRIERS, BREAK_EVEN, RUNNING = "triple_barrier", "break_even", "profit_then_trail"
TAKERS, TRAILERS = (PROFIT, BARRIERS, BREAK_EVEN), (TRAILING, RUNNING)
HEDGE = PositionMode.HEDGE


def opening(floor: Floor) -> Floor:
    """Return the floor with its quotes working: buy at 99, sell at 101."""
    floor.quote("99.9", "100.1")
    for order in floor.live(QUOTE):
        floor.accept(order)
    return floor


def entry(floor: Floor) -> PlaceOrder:
    """Return the nearest buy quote, once the market stands where a long from 99 is not in profit."""
    order = floor.live(QUOTE, BUY)[0]
    floor.quote("98.5", "98.7")
    return order


def open_long(floor: Floor) -> Floor:
    """Return the floor long of 1 from 99, half a percent down, its opposite quote cancelled."""
    opening(floor)
    floor.fill(entry(floor))
    floor.confirm_cancels()
    floor.news()
    return floor


def open_short(floor: Floor) -> Floor:
    """Return the floor short of 1 from 101, a little down, its opposite quote cancelled."""
    opening(floor)
    order = floor.one(QUOTE, SELL)
    floor.quote("101.3", "101.5")
    floor.fill(order)
    floor.confirm_cancels()
    floor.news()
    return floor


def taking_profit(floor: Floor) -> Floor:
    """Return the floor long of 1 from 99 with a take-profit working at 101."""
    open_long(floor)
    floor.quote("99.5", "99.7")
    floor.accept(floor.one(TAKE_PROFIT))
    floor.news()
    return floor


def trailing(floor: Floor) -> Floor:
    """Return the floor long of 1 from 99 and trailing, its peak at 102."""
    open_long(floor)
    floor.quote(102, "102.2")
    floor.news()
    return floor


def secured(floor: Floor) -> Floor:
    """Return the floor long of 1 from 99, its stop at entry since a bid of 100, a take-profit working at 101."""
    open_long(floor)
    floor.quote(100, "100.2")
    floor.accept(floor.one(TAKE_PROFIT))
    floor.news()
    return floor


def stopping(floor: Floor) -> Floor:
    """Return the floor long of 1 from 99, which a stop is closing with a LIMIT that works at 93.5, the bid being 94."""
    open_long(floor)
    floor.quote(94, "94.2")
    floor.accept(floor.one(CLOSE))
    floor.news()
    return floor


def open_leg(floor: Floor, name: LegName = LegName.LONG) -> Floor:
    """Return a Hedge floor long of 1 from 99, half a percent down; the short leg goes on quoting."""
    opening(floor)
    order = floor.one(QUOTE, leg=name)
    floor.quote("98.5", "98.7")
    floor.fill(order)
    floor.news()
    return floor
