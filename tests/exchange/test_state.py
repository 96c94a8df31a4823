"""An exchange that was saved and restored goes on exactly as it would have: the same events, the same texts."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from perpfsm.decisions.approval import Approved
from perpfsm.errors import PerpfsmError
from perpfsm.exchange.latency import LatencySettings, Sampled, Uniform
from perpfsm.exchange.paper import PaperExchange
from perpfsm.exchange.plain import Json
from perpfsm.exchange.settings import ExchangeSettings, FillModel, RateLimits
from perpfsm.exchange.state import restore, save
from perpfsm.market.account import Account, OpenOrder
from perpfsm.market.account_setting import SetLeverage
from perpfsm.market.margin import MarginMode
from perpfsm.market.order import VenueCommand, VenueEvent
from perpfsm.market.side import PositionMode
from perpfsm.market.stop import PlaceStop, StopKind, TriggerBy
from tests.exchange.helpers import BOTH, BUY, LONG, SELL, SHORT, exchange, limit, market, place, quote, settings, show
from tests.oracle.drawing import draw_world
from tests.oracle.worlds import Ask, Look, Step, World

MS = 1_000_000
LATENCIES = st.sampled_from(
    [
        LatencySettings(),
        LatencySettings(order=2 * MS, cancel=MS, ack=3 * MS),
        LatencySettings(Uniform(0, 9 * MS), Uniform(MS, 5 * MS), Sampled((1, 4 * MS, 70 * MS)), Uniform(0, MS), seed=3),
    ]
)


def settings_of(world: World, latency: LatencySettings) -> ExchangeSettings:
    """Return the settings that a world's rules stand for, with a latency of one's own."""
    rules = world.rules
    base = settings(mode=rules.mode, model=FillModel(rules.model), leverage=rules.leverage)
    return replace(
        base,
        maker_rate=rules.maker,
        price_band_pct=rules.band_pct,
        rate_limits=RateLimits(rules.per_10s, rules.per_minute),
        margin_mode=MarginMode.ISOLATED if rules.isolated else MarginMode.CROSS,
        funding_rate=rules.funding_pct / 100,
        latency=latency,
    )


def stops_of(world: World) -> list[VenueCommand]:
    """Return stop orders of every kind, for the legs that the world has."""
    sides = {BOTH: SELL, LONG: SELL, SHORT: BUY}
    return [
        PlaceStop(f"{leg}-{kind}-{by}", leg, sides[leg], kind, price, None, by, callback)
        for leg in world.rules.mode.legs
        for by in TriggerBy
        for kind, price, callback in (
            (StopKind.STOP, Decimal(90 if sides[leg] is SELL else 110), None),
            (StopKind.TRAILING, None, Decimal("0.3")),
        )
    ]


def play(venue: PaperExchange, step: Step, stops: list[VenueCommand]) -> tuple[VenueEvent, ...]:
    """Take one step of a world, stop orders when nothing else happens, and return what is received."""
    match step:
        case Ask(time_ns, command):
            venue.submit(Approved(command), time_ns)
        case Look(time_ns):
            for stop in stops:
                venue.submit(Approved(stop), time_ns)
        case _:
            with suppress(PerpfsmError):  # an incident on a leg that the account has not, since its mode changed
                venue.on_market(step)
    return venue.take(step.time_ns)


@effort(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 70), LATENCIES)
def test_a_restored_exchange_goes_on_exactly_as_the_one_that_was_saved(
    seed: int, cut: int, latency: LatencySettings
) -> None:
    world = draw_world(seed, 70)
    stops = stops_of(world)
    first = PaperExchange(settings_of(world, latency), Account(world.rules.wallet, {}))
    for step in world.steps[:cut]:
        play(first, step, stops)
    text = save(first)
    second = restore(text)
    assert save(second) == text
    for step in world.steps[cut:]:
        assert play(second, step, stops) == play(first, step, stops)
        assert second.band() == first.band()
        assert second.due() == first.due()
    assert second.account() == first.account()
    assert save(second) == save(first)


def busy() -> PaperExchange:
    """Return an exchange with something of everything: positions, orders, stops, events and commands on their way."""
    latency = LatencySettings(order=Uniform(0, MS), ack=Sampled((MS, 2 * MS)), seed=1)
    venue = exchange(replace(settings(mode=PositionMode.HEDGE, model=FillModel.QUEUE), latency=latency))
    show(venue, quote(99, 101))
    place(venue, market("m", BUY, 1, leg=LONG), limit("q", BUY, 98, leg=LONG), now_ns=2 * MS)
    show(venue, replace(quote(99, 101), time_ns=5 * MS))
    venue.submit(Approved(PlaceStop("s", LONG, SELL, StopKind.TRAILING, None, callback_pct=Decimal(1))), 6 * MS)
    venue.submit(Approved(SetLeverage(3)), 6 * MS)
    venue.take(6 * MS)
    return venue


def test_saving_changes_nothing_and_says_the_same_again() -> None:
    venue = busy()
    text = save(venue)
    assert save(venue) == text
    assert json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False) == text


def test_an_order_of_an_earlier_run_still_waits_for_its_quote() -> None:
    venue = restore(save(exchange(orders=(OpenOrder(market("a", BUY, 3), Decimal(2)),))))
    assert [type(event).__name__ for event in show(venue, quote(100, 101))] == ["OrderFilled"]


def changed(change: Callable[[dict[str, Json]], object]) -> str:
    """Return a saved exchange with something changed in it."""
    plain = json.loads(save(busy()))
    change(plain)
    return json.dumps(plain)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is no JSON (Expecting value: line 1 column 1 (char 0))"),
        ("[" * 100_000, "it is no JSON (maximum recursion depth exceeded"),
        ('{"a": 1.5}', "it is no JSON (1.5 is no whole number)"),
        ('{"a": NaN}', "it is no JSON (NaN is no whole number)"),
        ("[]", "it is not marked as one ('perpfsm paper exchange')"),
        ('{"format": "tea"}', "it is not marked as one ('perpfsm paper exchange')"),
        (save(busy())[:-9], "it is no JSON ("),
        (changed(lambda plain: plain.pop("state")), "Saved lacks, or does not know, state"),
        (changed(lambda plain: plain.update(more=1)), "Saved lacks, or does not know, more"),
    ],
)
def test_a_foreign_or_broken_text_is_refused_and_says_why(text: str, why: str) -> None:
    with pytest.raises(PerpfsmError) as caught:
        restore(text)
    assert (caught.value.where, caught.value.remedy) == (
        "saved exchange",
        "Give a text as it was saved, whole and unchanged.",
    )
    assert caught.value.what.startswith(f"The text is no saved exchange: {why}")


@pytest.mark.parametrize(
    ("place_of", "value", "why"),
    [
        (("trade_id",), "7", "state.trade_id is no int: '7'"),
        (("mark",), 3, "state.mark is none of the values that can stand there: '3'"),
        (("ledger", "wallet"), "much", "state.ledger.wallet is no Decimal: 'much'"),
        (("settings", "mode"), "Sideways", "state.settings.mode is no PositionMode: 'Sideways'"),
        (("ledger",), [], "state.ledger is no LedgerState"),
        (("known",), "q", "state.known is no list: 'q'"),
        (("known",), [4], "state.known[0] is no str: '4'"),
        (("swept_ns",), [["buy"]], "state.swept_ns[0] is no pair: \"['buy']\""),
        (("unfinished",), ["ghost"], "'ghost'"),
        (("book", "depth", "bids"), [["1"]], "state.book.depth.bids[0] has 1 parts, not 2"),
        (("connection", "paths"), [1], "zip() argument 2 is shorter than argument 1"),
    ],
)
def test_a_text_that_was_tampered_with_is_refused_and_says_where(
    place_of: tuple[str, ...], value: Json, why: str
) -> None:
    def change(plain: dict[str, Json]) -> None:
        inside = plain["state"]
        for name in place_of[:-1]:
            assert isinstance(inside, dict)
            inside = inside[name]
        assert isinstance(inside, dict)
        inside[place_of[-1]] = value

    with pytest.raises(PerpfsmError) as caught:
        restore(changed(change))
    assert caught.value.what == f"The text is no saved exchange: {why}."


def test_another_version_is_refused_with_what_to_use() -> None:
    with pytest.raises(PerpfsmError) as caught:
        restore(changed(lambda plain: plain.update(version=2)))
    assert str(caught.value) == (
        "saved exchange: The exchange was saved in version 2 of the format; version 1 is known here. "
        "Use the perpfsm that saved it."
    )


@pytest.mark.parametrize(
    "part",
    [
        *("ledger", "orders", "stops", "book", "swept_ns", "mark", "timeline", "connection", "mail", "funding"),
        *("faults", "placements", "known", "trade_id"),
    ],
)
def test_a_part_that_was_not_saved_would_be_noticed(part: str) -> None:
    latency = LatencySettings(order=Uniform(0, 9 * MS), cancel=MS, ack=3 * MS, seed=3)
    assert any(goes_on_differently(draw_world(seed, 70), part, latency) for seed in range(1000))


def goes_on_differently(world: World, part: str, latency: LatencySettings) -> bool:
    """Return whether an exchange that has forgotten `part` half-way says something else, or refuses to go on."""
    stops, start = stops_of(world), Account(world.rules.wallet, {})
    venue = PaperExchange(settings_of(world, latency), start)
    fresh = json.loads(save(venue))
    for step in world.steps[:35]:
        play(venue, step, stops)
    plain = json.loads(save(venue))
    plain["state"][part] = fresh["state"][part]
    try:
        forgetful = restore(json.dumps(plain))
    except PerpfsmError:
        return True
    try:
        return any(play(forgetful, step, stops) != play(venue, step, stops) for step in world.steps[35:])
    except AssertionError:  # what it still knows does not fit
        return True
