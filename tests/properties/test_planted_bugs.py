"""The properties bite: each bug that is planted here breaks the claim that stands against it."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest

from perpfsm.engine.books import Books
from perpfsm.engine.desk import Desk
from perpfsm.engine.records import FillRecord
from perpfsm.exchange.ledger import Ledger
from perpfsm.exchange.liquidation import Liquidation
from perpfsm.exchange.paper import PaperExchange
from perpfsm.machine.build import Lifecycle, build_lifecycle
from perpfsm.machine.definition import Row
from perpfsm.machine.leg import Leg
from perpfsm.machine.shipped import shipped_library
from perpfsm.market.band import EVERYWHERE
from perpfsm.market.fill import Fill
from perpfsm.market.incident import FeedMessage
from perpfsm.market.messages import Quote, Trade
from perpfsm.market.order import PlaceOrder, Role
from perpfsm.market.side import LegName
from perpfsm.runtime.driver import Driver
from tests.builders import shipped_definition
from tests.properties import claims
from tests.properties.plays import Play
from tests.properties.test_margin import nothing_lives_below_maintenance
from tests.properties.worlds import World, is_found, machine_name, margined_worlds

Verdict = Callable[[World], bool]


def unsafe(change: Callable[[Row], Row | None]) -> Verdict:
    """Return whether a world leaves a leg unsafe with a machine whose rows were changed; None removes a row."""

    @cache
    def lifecycle(machine: str) -> Lifecycle:
        definition = shipped_definition(machine)
        rows = tuple(row for row in map(change, definition.rows) if row is not None)
        assert rows != definition.rows
        return build_lifecycle(replace(definition, rows=rows), shipped_library())

    def breaks(world: World) -> bool:
        play = Play(world, lifecycle=lifecycle(machine_name(world.parameters)))
        return bool(claims.always(claims.legs_are_safe, world, play))

    return breaks


def wrong_orders(world: World) -> bool:
    """Return whether some order of a world is what no order may be."""
    return bool(claims.orders_are_right(Play(world).go(world.happenings)))


def wrong_money(world: World) -> bool:
    """Return whether the money of a world does not add up."""
    play = Play(world).go(world.happenings)
    return bool(claims.cash_adds_up(play) or claims.sums_add_up(play))


def differs_without_bands(world: World, driver: type[Driver] = Driver) -> bool:
    """Return whether a world is another one when every quote is looked at."""
    plain = Play(world, bands=False).go(world.happenings)
    return Play(world, driver=driver).go(world.happenings).records != plain.records


@pytest.mark.parametrize("name", ["stop_loss", "flat"])
def test_a_machine_without_a_row_that_keeps_it_safe(name: str) -> None:
    assert is_found(unsafe(lambda row: None if row.name == name else row))


def test_an_entry_that_leaves_the_opposite_quote() -> None:
    assert is_found(unsafe(lambda row: replace(row, actions=()) if row.name == "entry" else row))


def test_a_stop_that_waits_for_another_exit() -> None:
    assert is_found(unsafe(lambda row: replace(row, sources=("open",)) if row.name == "stop_loss" else row))


def test_a_stop_that_waits_for_quoting_to_be_allowed() -> None:
    def polite(row: Row) -> Row:
        return replace(row, conditions=("quoting_allowed", *row.conditions)) if row.name == "stop_loss" else row

    assert is_found(unsafe(polite))


def test_a_take_profit_that_is_not_reduce_only(monkeypatch: pytest.MonkeyPatch) -> None:
    send = Desk._send

    def careless(self: Desk, leg: Leg, order: PlaceOrder, quote: Quote | None, now_ns: int) -> None:
        send(self, leg, replace(order, reduce_only=order.role is Role.CLOSE and order.reduce_only), quote, now_ns)

    monkeypatch.setattr(Desk, "_send", careless)
    assert is_found(wrong_orders)


def test_an_order_id_that_is_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    send = Desk._send

    def forgetful(self: Desk, leg: Leg, order: PlaceOrder, quote: Quote | None, now_ns: int) -> None:
        send(self, leg, replace(order, client_id=f"pf-{order.level}-{now_ns}"), quote, now_ns)

    monkeypatch.setattr(Desk, "_send", forgetful)
    assert is_found(wrong_orders)


def test_a_fee_that_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    book = Books.book

    def generous(self: Books, fill: Fill, leg: Leg, order: PlaceOrder | None) -> FillRecord:
        return book(self, replace(fill, fee=fill.fee * 0) if order and order.role.is_exit else fill, leg, order)

    monkeypatch.setattr(Books, "book", generous)
    assert is_found(wrong_money)


def test_an_exchange_band_that_is_too_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PaperExchange, "band", lambda _: EVERYWHERE)
    assert is_found(differs_without_bands)


class Forgetful(Driver):
    """A driver that forgets the quote which the exchange has yet to see when a trade comes between."""

    def on_message(self, message: FeedMessage) -> None:
        """Take the next message, carelessly."""
        if isinstance(message, Trade):
            self._unseen = None
        super().on_message(message)


def test_a_quote_that_the_exchange_never_sees_because_a_trade_came_between() -> None:
    assert is_found(lambda world: differs_without_bands(world, Forgetful))


def test_a_liquidation_that_a_band_sleeps_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Liquidation, "band", lambda _: EVERYWHERE)
    assert is_found(differs_without_bands, among=margined_worlds)


def test_a_liquidation_that_never_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Liquidation, "check", lambda *_: None)

    def lives_on(world: World) -> bool:
        return bool(claims.always(nothing_lives_below_maintenance, world, Play(world, bands=False)))

    assert is_found(lives_on, among=margined_worlds)


def test_funding_that_is_booked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    pay = Ledger.pay_funding

    def greedy(self: Ledger, leg: LegName, paid: Decimal) -> None:
        pay(self, leg, 2 * paid)

    monkeypatch.setattr(Ledger, "pay_funding", greedy)
    assert is_found(wrong_money, among=margined_worlds)
