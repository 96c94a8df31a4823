"""Latency: when commands arrive and events are received, in which order, and who wins a race."""

from dataclasses import replace

import pytest

from perpfsm.decisions.approval import Approved
from perpfsm.exchange.latency import Connection, LatencySettings, Path, Sampled, Uniform
from perpfsm.exchange.paper import PaperExchange
from perpfsm.market.band import NEVER
from perpfsm.market.messages import MarkPrice
from perpfsm.market.order import CancelOrder, CancelRejected, Command, OrderCanceled
from tests.exchange.helpers import (
    BUY,
    MAKER,
    NOW,
    TAKER,
    exchange,
    execution,
    executions,
    fills,
    kinds,
    limit,
    market,
    quote,
    settings,
    show,
    working,
)

ORDER = LatencySettings(order=10)
DRAWN = [663, 808, 835, 557, 636, 451]


def slow(latency: LatencySettings) -> PaperExchange:
    """Return an exchange that has seen a market and takes its time."""
    venue = exchange(replace(settings(), latency=latency))
    show(venue, quote(100, 101))
    return venue


def send(venue: PaperExchange, *commands: Command, at: int = NOW) -> None:
    for command in commands:
        venue.submit(Approved(command), at)


class TestTheWayIn:
    """A command arrives later by its path and by market data: what is seen here is that old at the venue."""

    def test_a_command_happens_on_arrival_and_not_before(self) -> None:
        venue = slow(ORDER)
        send(venue, limit("a", BUY, 90))
        assert (venue.due(), venue.take(NOW + 9), working(venue)) == (NOW + 10, (), {})
        assert kinds(venue.take(NOW + 10)) == ["accepted a"]
        assert (venue.due(), venue.traffic_ns()) == (NEVER, NEVER)

    def test_without_latency_it_happens_when_it_is_sent(self) -> None:
        venue = slow(LatencySettings(cancel=10, ack=5))
        send(venue, limit("a", BUY, 90))
        assert working(venue) == {"a": 1}

    def test_market_data_adds_to_every_way_in(self) -> None:
        venue = slow(LatencySettings(order=10, cancel=2, market_data=3))
        send(venue, limit("a", BUY, 90), at=NOW)
        send(venue, CancelOrder("a"), at=NOW + 20)
        assert [event.time_ns for event in venue.take(NOW + 100)] == [NOW + 13, NOW + 25]

    def test_nothing_overtakes_on_the_way_in(self) -> None:
        venue = slow(LatencySettings(order=10))
        send(venue, limit("a", BUY, 90), CancelOrder("a"))
        assert venue.take(NOW) == ()
        assert kinds(venue.take(NOW + 10)) == ["accepted a", "canceled a"]

    def test_an_order_takes_from_the_market_of_its_arrival(self) -> None:
        venue = slow(ORDER)
        send(venue, market("m", BUY))
        show(venue, quote(105, 106, time_ns=NOW + 5))
        assert executions(venue.take(NOW + 10)) == [execution("m", 106, 1, TAKER)]

    def test_at_one_moment_the_message_goes_first_then_the_command(self) -> None:
        venue = slow(ORDER)
        send(venue, market("m", BUY))
        assert executions(show(venue, quote(105, 106, time_ns=NOW + 10))) == [execution("m", 106, 1, TAKER)]

    def test_a_message_lets_what_is_due_before_it_happen_before_it(self) -> None:
        venue = slow(ORDER)
        send(venue, market("m", BUY))
        (fill,) = fills(show(venue, quote(105, 106, time_ns=NOW + 11)))
        assert fill.price == 101
        assert fill.time_ns == NOW + 10

    def test_a_command_without_latency_waits_for_the_one_before_it(self) -> None:
        venue = slow(LatencySettings(order=10))
        send(venue, limit("a", BUY, 90))
        send(venue, CancelOrder("nobody"))
        assert kinds(venue.take(NOW + 10)) == ["accepted a", "cancel rejected nobody"]
        send(venue, limit("b", BUY, 90), at=NOW + 20)
        send(venue, CancelOrder("b"), at=NOW + 30)
        assert kinds(venue.take(NOW + 30)) == ["accepted b", "canceled b"]

    def test_the_band_ends_when_something_is_due(self) -> None:
        venue = slow(ORDER)
        assert venue.band().due_ns == NEVER
        send(venue, limit("a", BUY, 90))
        assert venue.band().due_ns == NOW + 10
        venue.take(NOW + 10)
        assert venue.band().due_ns == NEVER


class TestTheWayOut:
    """An event is received later by what acks take longer than market data, stamped with when."""

    @pytest.mark.parametrize(("ack", "market_data", "later"), [(7, 0, 7), (7, 3, 4), (3, 7, 0)])
    def test_it_is_received_and_stamped_then(self, ack: int, market_data: int, later: int) -> None:
        venue = slow(LatencySettings(ack=ack, market_data=market_data))
        send(venue, market("m", BUY))
        happened = NOW + market_data
        assert venue.take(happened + later - 1) == ()
        assert venue.traffic_ns() == happened + later
        events = venue.take(happened + later)
        assert kinds(events) == ["accepted m", "filled m"]
        assert {event.time_ns for event in events} | {fills(events)[0].time_ns} == {happened + later}

    def test_a_fill_of_a_resting_order_is_received_as_late(self) -> None:
        venue = slow(LatencySettings(ack=7))
        send(venue, limit("a", BUY, 90))
        assert kinds(venue.take(NOW + 7)) == ["accepted a"]
        assert show(venue, quote(88, 89, time_ns=NOW + 20)) == ()
        assert executions(venue.take(NOW + 27)) == [execution("a", 90, 1, MAKER)]

    def test_a_fill_knows_when_it_was_executed_and_the_venue_which_it_still_has_to_tell(self) -> None:
        venue = slow(LatencySettings(ack=7))
        send(venue, limit("a", BUY, 90))
        assert venue.unheard_ns() == NEVER
        show(venue, quote(88, 89, time_ns=NOW + 20))
        assert venue.unheard_ns() == NOW + 20
        (fill,) = fills(venue.take(NOW + 27))
        assert (fill.time_ns, fill.executed_ns, fill.happened_ns) == (NOW + 27, NOW + 20, NOW + 20)
        assert venue.unheard_ns() == NEVER


class TestRaces:
    """A cancel that comes too late is refused, and counted."""

    def test_an_order_that_fills_before_its_cancel_arrives_is_a_race(self) -> None:
        venue = slow(LatencySettings(cancel=10))
        send(venue, limit("a", BUY, 100))
        venue.take(NOW)
        send(venue, CancelOrder("a"))
        assert executions(show(venue, quote(99, 100, time_ns=NOW + 5))) == [execution("a", 100, 1)]
        assert venue.take(NOW + 10) == (CancelRejected("a", NOW + 10, -2011, "Unknown order sent."),)
        assert venue.counters.races == 1

    def test_a_cancel_that_wins_is_none_nor_is_one_of_an_order_that_ended_otherwise(self) -> None:
        venue = slow(LatencySettings(cancel=10))
        send(venue, limit("a", BUY, 100))
        venue.take(NOW)
        send(venue, CancelOrder("a"), CancelOrder("a"))
        assert venue.take(NOW + 10)[0] == OrderCanceled("a", NOW + 10)
        assert show(venue, quote(99, 100, time_ns=NOW + 11)) == ()
        assert venue.counters.races == 0


class TestWords:
    """What a person is told of latencies."""

    def test_each_path_is_named_with_its_milliseconds(self) -> None:
        latency = LatencySettings(10_000_000, Uniform(500_000, 2_000_000), Sampled((3_000_000, 1_000_000)))
        words = "order 10 ms, cancel 0.5 to 2 ms, ack 1 to 3 ms, one of 2, market data 0 ms"
        assert (latency.in_words(), latency.is_none, LatencySettings().is_none) == (words, False, True)


class TestDraws:
    """Draws come from the seed with whole numbers only; each path has its own."""

    def test_the_same_seed_draws_the_same_on_every_machine(self) -> None:
        path = Path(Uniform(100, 1099), seed=7, number=0)
        assert [path.delay_ns() for _ in range(6)] == DRAWN

    def test_draws_reach_both_ends_and_every_value_of_a_sample(self) -> None:
        even = Path(Uniform(3, 5), seed=1, number=1)
        assert {even.delay_ns() for _ in range(100)} == {3, 4, 5}
        measured = Path(Sampled((9, 2, 7)), seed=1, number=1)
        assert {measured.delay_ns() for _ in range(100)} == {9, 2, 7}

    def test_the_paths_of_a_seed_and_the_seeds_of_a_path_differ(self) -> None:
        def drawn(seed: int, number: int) -> list[int]:
            path = Path(Uniform(0, 10**9), seed=seed, number=number)
            return [path.delay_ns() for _ in range(4)]

        assert len({tuple(drawn(seed, number)) for seed in (1, 2) for number in range(4)}) == 8

    def test_arrivals_and_receipts_never_go_backwards(self) -> None:
        wild = Uniform(0, 1000)
        connection = Connection(LatencySettings(wild, wild, wild, wild, seed=3))
        arrivals = [connection.arrival_ns(CancelOrder("a"), sent) for sent in range(100)]
        receipts = [connection.receipt_ns(happened) for happened in range(100)]
        assert arrivals == sorted(arrivals)
        assert receipts == sorted(receipts)
        assert all(received >= happened for happened, received in enumerate(receipts))

    def test_nothing_but_commands_and_events_counts_as_traffic(self) -> None:
        venue = slow(LatencySettings(order=10))
        show(venue, MarkPrice(NOW, quote(100, 101).mid, None, NOW + 50))
        assert venue.traffic_ns() == NEVER
