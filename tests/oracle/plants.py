"""Bugs to plant in the exchange, each by its name: what somebody could get wrong about a rule."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from perpfsm.exchange import matching, taking
from perpfsm.exchange.book import Book
from perpfsm.exchange.floor import Floor
from perpfsm.exchange.latency import Connection
from perpfsm.exchange.mail import Mail
from perpfsm.exchange.orders import OwnOrders
from perpfsm.exchange.queue import Place
from perpfsm.market.depth import DepthBook
from perpfsm.market.position import ZERO

Plant = Callable[[pytest.MonkeyPatch], None]
PLANTS: dict[str, Plant] = {}


def plant(bug: Plant) -> Plant:
    """Keep a bug under its name."""
    PLANTS[bug.__name__.strip("_").replace("_", " ")] = bug
    return bug


@plant
def a_command_arrives_a_nanosecond_late(patch: pytest.MonkeyPatch) -> None:
    arrival_ns = Connection.arrival_ns
    patch.setattr(Connection, "arrival_ns", lambda self, command, sent_ns: arrival_ns(self, command, sent_ns) + 1)


@plant
def a_command_overtakes(patch: pytest.MonkeyPatch) -> None:
    arrival_ns = Connection.arrival_ns

    def hasty(self, command, sent_ns):  # type: ignore[no-untyped-def]
        self.arrived_ns = 0
        return arrival_ns(self, command, sent_ns)

    patch.setattr(Connection, "arrival_ns", hasty)


@plant
def an_event_takes_no_account_of_market_data(patch: pytest.MonkeyPatch) -> None:
    def receipt_ns(self: Connection, happened_ns: int) -> int:
        self.received_ns = max(self.received_ns, happened_ns + self.paths[2].delay_ns())
        return self.received_ns

    patch.setattr(Connection, "receipt_ns", receipt_ns)


@plant
def silence_holds_only_what_happens_after_it(patch: pytest.MonkeyPatch) -> None:
    def hold(self: Mail, until_ns: int) -> None:
        self._connection.received_ns = max(self._connection.received_ns, until_ns)

    patch.setattr(Mail, "hold", hold)


@plant
def a_level_is_used_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Book, "use", lambda *_: None)


@plant
def a_level_that_shrinks_is_new(patch: pytest.MonkeyPatch) -> None:
    def forget(self: Book) -> None:
        self._bids_used.clear()
        self._asks_used.clear()

    patch.setattr(Book, "_forget", forget)


@plant
def a_broken_chain_of_depth_is_believed(patch: pytest.MonkeyPatch) -> None:
    follow = DepthBook._follow
    patch.setattr(
        DepthBook, "_follow", lambda self, update: follow(self, replace(update, previous_id=self._last_id or 0))
    )


@plant
def a_place_in_the_queue_is_the_first(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Place, "_line_up", lambda self, *_: setattr(self, "ahead", ZERO))


@plant
def a_trade_does_not_consume_the_queue(patch: pytest.MonkeyPatch) -> None:
    consume = matching._consume

    def lazy(floor, side, trade):  # type: ignore[no-untyped-def]
        before = {working: working.place.ahead for working in floor.orders.line(side)}
        consume(floor, side, trade)
        for working, ahead in before.items():
            working.place.ahead = ahead

    patch.setattr(matching, "_consume", lazy)


@plant
def a_trade_is_used_twice(patch: pytest.MonkeyPatch) -> None:
    consume = matching._consume

    def greedy(floor, side, trade):  # type: ignore[no-untyped-def]
        consume(floor, side, replace(trade, size=trade.size * 2))

    patch.setattr(matching, "_consume", greedy)


@plant
def a_sweep_is_used_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(matching, "_is_swept", lambda *_: False)


@plant
def a_trade_from_before_the_order_fills_it(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(matching, "_was_before", lambda *_: False)


@plant
def a_traded_fall_counts_as_cancelled(patch: pytest.MonkeyPatch) -> None:
    look = Place.look

    def blind(self, book, side, price, *, cancels, step, at_ns):  # type: ignore[no-untyped-def]
        self.traded = ZERO
        return look(self, book, side, price, cancels=cancels, step=step, at_ns=at_ns)

    patch.setattr(Place, "look", blind)


@plant
def a_trade_that_the_book_has_shown_counts_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Place, "advance", lambda self, ahead, _: setattr(self, "ahead", ahead))


@plant
def a_worse_price_goes_first_when_it_is_older(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(OwnOrders, "rest", lambda self, working: self.line(working.order.side).append(working))


@plant
def own_orders_trade_with_each_other(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(taking, "_prevent_self_trades", lambda *_: None)


@plant
def a_taker_walks_beyond_the_price_band(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(taking, "_worst_price", lambda _, working: working.limit)


@plant
def a_book_of_before_a_quote_that_is_no_market_is_taken(patch: pytest.MonkeyPatch) -> None:
    stands_still = taking._stands_still

    def trusting(floor: Floor, now_ns: int) -> bool:
        floor.book.is_hidden = False
        return stands_still(floor, now_ns)

    patch.setattr(taking, "_stands_still", trusting)


@plant
def less_than_a_step_is_executed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Floor, "on_step", lambda _, size, remaining: max(ZERO, min(size, remaining)))
