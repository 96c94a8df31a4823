"""What the reference price rests on beside quotes, and a session whose source for it is another one (B1)."""

from dataclasses import replace
from decimal import Decimal

import pytest

from perpfsm.decisions.parameters import PriceSource, PriceType
from perpfsm.decisions.reference import may_be_anchored, reference_price
from perpfsm.engine.records import DataRecord
from perpfsm.engine.reference import Reference
from perpfsm.market.messages import BadQuote, MarketMessage, MarkPrice, ReferencePrice, Trade
from tests.builders import BUY, CLOSE, NOW, QUOTE, SELL, TAKE_PROFIT, Number, parameters, quote
from tests.exchange.helpers import exchange
from tests.floor import Floor
from tests.situations import open_long, taking_profit

PRICE = Decimal("100.4")
TRADE = Trade(NOW, PRICE, Decimal(1), BUY)
LAST = quote()


def elsewhere(price: Number | None, reason: str = "") -> ReferencePrice:
    return ReferencePrice(NOW, None if price is None else Decimal(price), reason)


def health(floor: Floor) -> list[tuple[str, str]]:
    return [(record.health, record.detail) for record in floor.of(DataRecord)]


@pytest.mark.parametrize(
    ("price_type", "anchor", "expected"),
    [
        (PriceType.MID_PRICE, None, "100"),
        (PriceType.BEST_BID, None, "99.9"),
        (PriceType.BEST_ASK, None, "100.1"),
        (PriceType.LAST_PRICE, None, "100"),
        (PriceType.LAST_PRICE, "100.4", "100.4"),
        (PriceType.LAST_OWN_TRADE_PRICE, None, "100"),
        (PriceType.LAST_OWN_TRADE_PRICE, "99", "99"),
    ],
)
def test_a_price_that_is_missing_is_the_mid_price(price_type: PriceType, anchor: str | None, expected: str) -> None:
    known = None if anchor is None else Decimal(anchor)
    assert reference_price(parameters(price_type=price_type), quote(), known) == Decimal(expected)


@pytest.mark.parametrize("source", [PriceSource.EXTERNAL_MARKET, PriceSource.CUSTOM_API])
@pytest.mark.parametrize("price_type", PriceType)
def test_quotes_of_the_traded_market_never_stand_in_for_another_source(
    source: PriceSource, price_type: PriceType
) -> None:
    of = parameters(price_source=source, price_type=price_type)
    assert reference_price(of, quote(), None) is None
    assert reference_price(of, quote(), PRICE) == PRICE
    assert may_be_anchored(of)


@pytest.mark.parametrize(
    ("price_type", "source", "message", "anchor"),
    [
        (PriceType.LAST_PRICE, PriceSource.CURRENT_MARKET, TRADE, PRICE),
        (PriceType.LAST_PRICE, PriceSource.CURRENT_MARKET, elsewhere(90), None),
        (PriceType.MID_PRICE, PriceSource.CURRENT_MARKET, TRADE, None),
        (PriceType.LAST_OWN_TRADE_PRICE, PriceSource.CURRENT_MARKET, TRADE, None),
        (PriceType.LAST_PRICE, PriceSource.CUSTOM_API, TRADE, None),
        (PriceType.MID_PRICE, PriceSource.CUSTOM_API, elsewhere(90), Decimal(90)),
        (PriceType.MID_PRICE, PriceSource.CUSTOM_API, MarkPrice(NOW, PRICE), None),
        (PriceType.LAST_PRICE, PriceSource.CURRENT_MARKET, BadQuote(NOW, "x"), None),
        (PriceType.LAST_PRICE, PriceSource.CURRENT_MARKET, LAST, None),
    ],
)
def test_only_what_was_asked_for_has_a_say(
    price_type: PriceType, source: PriceSource, message: MarketMessage, anchor: Decimal | None
) -> None:
    reference = Reference(parameters(price_type=price_type, price_source=source))
    if reference.reads(message):
        reference.see(message)
    reference.filled(Decimal(1))
    assert reference.anchor == (1 if price_type is PriceType.LAST_OWN_TRADE_PRICE else anchor)


def test_a_message_without_a_say_changes_nothing_even_when_it_is_seen() -> None:
    reference = Reference(parameters())
    reference.see(MarkPrice(NOW, PRICE))
    assert (reference.anchor, reference.is_missing) == (None, False)


def test_nothing_is_quoted_before_the_other_source_has_spoken() -> None:
    floor = Floor(price_source=PriceSource.EXTERNAL_MARKET)
    floor.quote("99.9", "100.1")
    assert (floor.state, floor.news(), floor.session.state.quoting_status()) == ("idle", [], "no_reference")
    assert health(floor) == [("good", ""), ("no_reference", "none has come yet")]
    floor.say(elsewhere(200))
    assert floor.news() == ["sell 1 @ 202.0 quote"]  # a bid at 198 would take
    assert health(floor)[2:] == [("good", "the reference price is back")]


def test_a_source_that_goes_down_has_the_quotes_pulled_with_its_reason() -> None:
    floor = Floor(price_source=PriceSource.CUSTOM_API)
    floor.say(elsewhere(100))
    floor.quote("99.9", "100.1")
    assert floor.news() == ["buy 1 @ 99.0 quote", "sell 1 @ 101.0 quote"]
    floor.say(elsewhere(None, "the answer is not a number"))
    assert (floor.news(), floor.state) == (["cancel buy quote", "cancel sell quote"], "idle")
    floor.say(elsewhere(None, "the answer is not a number"))
    floor.say(elsewhere(None, "no connection"))
    floor.wait(100)
    floor.quote("99.8", "100")
    assert floor.news() == []
    assert health(floor) == [
        ("good", ""),
        ("no_reference", "the answer is not a number"),
        ("no_reference", "no connection"),
    ]


def test_a_source_that_goes_down_holds_no_exit_back() -> None:
    floor = Floor(price_source=PriceSource.CUSTOM_API, order_levels=2)
    floor.say(elsewhere(100))
    open_long(floor)
    floor.say(elsewhere(None, "down"))
    assert floor.news() == ["cancel buy quote"]  # the second level
    floor.quote("99.5", "99.7")
    assert floor.news() == ["sell 1 @ 101.0 take_profit"]
    floor.quote(94, "94.2")
    assert floor.news() == ["cancel sell take_profit", "sell 1 @ 93.5 close"]


def test_a_source_that_goes_down_while_the_data_is_bad_is_told_once_the_data_is_good() -> None:
    floor = Floor(price_source=PriceSource.CUSTOM_API)
    floor.say(elsewhere(100))
    floor.quote("99.9", "100.1")
    floor.bad_quote()
    floor.say(elsewhere(None, "down"))
    floor.quote("99.9", "100.1")
    assert [status for status, _ in health(floor)] == ["good", "invalid", "good", "no_reference"]
    assert floor.live(QUOTE) == []


def test_a_reference_price_of_a_source_that_nobody_asked_for_does_nothing() -> None:
    floor = taking_profit(Floor())
    floor.say(elsewhere(None, "down"))
    assert (floor.news(), floor.live(TAKE_PROFIT) != [], floor.live(CLOSE)) == ([], True, [])


def test_a_quote_inside_the_band_brings_its_last_price_along() -> None:
    floor = Floor(price_type=PriceType.LAST_PRICE)
    floor.quote("99.9", "100.1")
    floor.say(TRADE)
    assert floor.session.sleeps_through(replace(quote(time_ns=NOW + 1), last=Decimal(101)))
    assert floor.session.state.reference.anchor == 101


def test_a_trade_that_nobody_asked_for_is_passed_over() -> None:
    floor = Floor()
    assert floor.session.passes_over(TRADE, use_bands=False)
    assert floor.session.state.reference.anchor is None


def test_another_sources_price_executes_nothing_at_the_paper_exchange() -> None:
    venue = exchange()
    venue.on_market(elsewhere(1))
    assert venue.take(NOW) == ()


def test_a_trade_alone_can_bring_a_quote_too_near() -> None:
    floor = Floor(price_type=PriceType.LAST_PRICE, minimum_spread="0.5")
    floor.quote("99.9", "100.1")
    floor.news()
    assert not floor.session.passes_over(TRADE, use_bands=False)
    assert floor.session.passes_over(TRADE, use_bands=True) is False  # the first one always wakes
    floor.say(TRADE)
    assert floor.news() == []
    assert floor.session.passes_over(TRADE, use_bands=True)
    later = replace(TRADE, time_ns=NOW + 1)
    assert floor.session.passes_over(later, use_bands=True)
    assert floor.session.state.now_ns == NOW + 1  # an operator who acts now acts after it
    near = Trade(NOW, Decimal("100.6"), Decimal(1), SELL)
    assert not floor.session.passes_over(near, use_bands=True)
    floor.say(near)
    assert floor.news() == ["cancel sell quote"]
