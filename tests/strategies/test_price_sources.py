"""Prices from elsewhere: another market's feed, and a server of ours that does everything wrong (B1)."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from perpfsm.feeds import open_feed
from perpfsm.market.messages import ReferencePrice
from tests.feeds.price_server import PriceServer, body, head, http_date, price_server
from tests.strategies.desk import START_S, Desk, Row, Value, command, mid_at
from tests.strategies.story import Story
from tests.strategies.test_processes import PATIENCE_S, ROOT, run_words

pytestmark = pytest.mark.traced

NS = 10**9
SPEED = 20
NARROW: Mapping[str, Value] = {"bid_spread": 1, "ask_spread": 1, "order_refresh_time": 2, "filled_order_delay": 0}
TRADED: list[Row] = [mid_at(second, 100) for second in range(30)]
LONG_TRADED: list[Row] = [mid_at(second, 100) for second in range(3600)]
PACED = LONG_TRADED[:40]  # two real seconds


@pytest.fixture
def server() -> Iterator[PriceServer]:
    with price_server() as running:
        yield running


def external(desk: Desk, rows: Sequence[Row], **changes: Value) -> dict[str, Value]:
    """Return the parameters of a source that is another market with `rows`."""
    return {
        **NARROW,
        "price_source": "external_market",
        "price_source_derivative": "binance_perpetual",
        "price_source_market": "OTHER-USDT",
        "paper": {"price_source_feed": {"file": desk.quotes(rows).name}},
        **changes,
    }


def custom(url: str, **changes: Value) -> dict[str, Value]:
    """Return the parameters of a source that is a server on loopback."""
    return {
        **NARROW,
        "price_source": "custom_api",
        "price_source_custom_api": url,
        "custom_api_update_interval": 0.5,
        "custom_api_allow_private": "true",
        **changes,
    }


def heard(recording: Path) -> list[tuple[int, str]]:
    """Return the reference prices of a recording: seconds since the start, and the price or the reason."""
    return [
        (message.time_ns // NS - START_S, message.reason if message.price is None else str(message.price))
        for message in open_feed(recording).messages()
        if isinstance(message, ReferencePrice)
    ]


def paced(desk: Desk, parameters: Mapping[str, Value], rows: Sequence[Row] = PACED) -> tuple[Story, list[str]]:
    """Run by the clock and return the story and what was heard of the price server."""
    recording = desk.folder / "heard.gz"
    story = desk.run(rows, parameters, options=["--speed", SPEED, "--no-console", "--record", recording])
    return story, [said for _, said in heard(recording)]


def bodies(story: Story) -> list[tuple[object, object]]:
    """Return what happened, without the header, which names the feed."""
    return [(entry["kind"], entry["body"]) for entry in story.entries if entry["kind"] != "run"]


def test_another_markets_prices_are_heard_by_its_price_in_order(desk: Desk) -> None:
    """B1: the mid price of the source; crossed, silent or over, there is none."""
    others = [mid_at(0, 110), mid_at(3, 111), (5, 112, 111), mid_at(6, 112), mid_at(20, 113)]
    recording = desk.folder / "heard.gz"
    desk.run(TRADED, external(desk, others, risk={"stale_after": 4}), options=["--record", recording])

    assert heard(recording) == [
        (0, "110.00"),
        (3, "111.00"),
        (5, "its quote is crossed"),
        (6, "112.00"),
        (10, "the source is silent"),
        (20, "113.00"),
        (20, "the source ended"),
    ]


def test_the_header_names_the_other_feed_and_the_epoch_depends_on_it(desk: Desk) -> None:
    def ran(name: str, price: int) -> Mapping[str, object]:
        folder = Desk(desk.folder / name)
        story = folder.run(TRADED, external(folder, [mid_at(0, price)]))
        body = dict(story.entries[0]["body"])
        export = command("audit", "export", folder.journal, "--format", "jsonl").stdout.splitlines()
        return {**body["settings"], "epoch": json.loads(export[0])["body"]["epoch"]}

    first, again, other = ran("first", 110), ran("again", 110), ran("other", 111)

    assert first == again
    assert first["price_source_feed"] == "quotes1.csv"
    assert first["price_source_hash"] != other["price_source_hash"]
    assert first["epoch"] != other["epoch"]


def test_another_market_may_be_synthetic_and_is_the_same_each_time_with_bands_and_without(desk: Desk) -> None:
    source = {"price_source_feed": {"synthetic": {"seed": 8, "start_price": 100, "duration_s": 30}}}
    runs = [Desk(desk.folder / str(number)) for number in range(3)]
    stories = [
        each.run(TRADED, {**external(each, [mid_at(0, 1)]), "paper": source}, options=options)
        for each, options in zip(runs, ([], [], ["--no-bands"]), strict=True)
    ]

    assert bodies(stories[0]) == bodies(stories[1]) == bodies(stories[2])


def test_a_recording_replays_with_its_own_reference_prices(desk: Desk) -> None:
    """DESIGN 5: `--record` keeps what the engine was given, in that order."""
    recording, again = desk.folder / "first.gz", desk.folder / "again.gz"
    first = desk.run(TRADED, external(desk, [mid_at(0, 110), mid_at(9, 112)]), options=["--record", recording])
    desk.journal.unlink()
    second = desk.go("--feed", recording, "--record", again)

    assert recording.read_bytes() == again.read_bytes()
    assert bodies(first) == bodies(second)


def test_another_market_whose_recording_is_of_a_third_one_is_refused(desk: Desk) -> None:
    recording = desk.folder / "third.gz"
    desk.run([mid_at(0, 100)], {}, options=["--record", recording])
    desk.journal.unlink()
    desk.write(external(desk, [], paper={"price_source_feed": {"file": recording.name}}))
    done = command("run", desk.strategy, "--journal", desk.journal, "--feed", desk.quotes(TRADED))

    assert (done.exit_code, desk.journal.exists()) == (1, False)
    assert "This is a recording of COINUSDT" in done.stderr


@pytest.mark.parametrize("name", ["price_source_derivative", "price_source_market"])
def test_another_market_needs_its_venue_and_its_name(desk: Desk, name: str) -> None:
    parameters = external(desk, [mid_at(0, 100)])
    del parameters[name]
    desk.write(parameters)
    done = command("run", desk.strategy, "--journal", desk.journal, "--feed", desk.quotes(TRADED))

    assert (done.exit_code, desk.journal.exists()) == (1, False)
    assert f"price_source external_market needs {name}." in " ".join(done.stderr.split())


def test_a_server_cannot_be_asked_at_full_speed(desk: Desk) -> None:
    desk.write(custom("https://prices.example.org/"))
    done = command("run", desk.strategy, "--journal", desk.journal, "--feed", desk.quotes(TRADED))

    assert (done.exit_code, desk.journal.exists()) == (1, False)
    assert done.stderr == (
        "error: price_source custom_api: A server is asked by the clock, and --speed max has none. "
        "Use --speed realtime, or replay what a run with --record kept.\n"
    )


def test_a_good_server_gives_its_exact_price_and_its_recording_replays_at_full_speed(
    desk: Desk, server: PriceServer
) -> None:
    server.script = body(b'{"data": [{"price": 101.2500}]}')
    story, said = paced(desk, custom(server.url, custom_api_pointer="/data/0/price"))
    desk.journal.unlink()
    again = desk.go("--feed", desk.folder / "heard.gz")

    assert said == ["no answer yet", "101.2500"]
    assert bodies(story) == bodies(again)


SHORT: dict[str, Value] = {"custom_api_timeout": 0.6}
WRONG: dict[str, tuple[list[bytes | float], dict[str, Value], str]] = {
    "slow": ([60.0, *body(b"100")], SHORT, "no whole answer in time"),
    "huge": (body(b"1" * 100_000), {}, "the answer is too long"),
    "of the wrong type": (body(b'{"price": true}'), {"custom_api_pointer": "/price"}, "'/price' is not a number"),
    "redirecting": (
        body(b"100", "Location: /", status="302 Found"),
        {},
        "the server redirects, which is not followed",
    ),
    "NaN": (body(b"NaN"), {}, "the price is not finite"),
    "negative": (body(b"-100"), {}, "the price is not positive"),
    "HTML": (body(b"<html>100</html>"), {}, "the answer is not a number"),
    "drip-feeding": (
        [head("200 OK", "Content-Length: 3"), b"1", 0.5, b"0", 0.5, b"0"],
        SHORT,
        "no whole answer in time",
    ),
    "pointed into wrongly": (
        body(b'{"price": 100}'),
        {"custom_api_pointer": "/prices"},
        "the answer has nothing at '/prices'",
    ),
    "too old": (body(b"100", f"Last-Modified: {http_date(3600)}"), {}, "the answer is too old"),
    "out of band": (body(b"89"), {}, "the price is more than 10 % away from the traded market's own"),
    "keeping the connection open": ([head(), b"100", 60.0], SHORT, "no whole answer in time"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_server_gives_a_reason_once_and_never_a_price_and_nothing_is_placed(
    desk: Desk, server: PriceServer, kind: str
) -> None:
    """B1: the journal says why."""
    server.script, changes, reason = WRONG[kind]
    story, said = paced(desk, custom(server.url, **changes))

    assert said == ["no answer yet", reason]
    assert server.requests
    assert story.placed == []
    assert reason in json.dumps([entry["body"] for entry in story.entries])


@pytest.mark.parametrize(
    ("script", "narrow", "wide"),
    [
        (body(b"100", f"Last-Modified: {http_date(60)}"), {"custom_api_max_age": 30}, {"custom_api_max_age": 3600}),
        (body(b"98"), {"custom_api_band_pct": 1}, {"custom_api_band_pct": 3}),
        ([1.0, *body(b"100")], {"custom_api_timeout": 0.6}, {"custom_api_timeout": 60, "custom_api_max_age": 90}),
    ],
    ids=["age", "band", "timeout"],
)
def test_an_answer_counts_within_its_bounds(
    desk: Desk, server: PriceServer, script: list[bytes | float], narrow: dict[str, Value], wide: dict[str, Value]
) -> None:
    server.script = script
    without, _ = paced(Desk(desk.folder / "narrow"), custom(server.url, **narrow))
    counted, _ = paced(Desk(desk.folder / "wide"), custom(server.url, **wide))

    assert without.placed == []
    assert counted.placed


@pytest.mark.parametrize(("interval", "least"), [(0.5, 2), (20, 1)])
def test_a_server_is_asked_once_in_its_interval(desk: Desk, server: PriceServer, interval: float, least: int) -> None:
    server.script = body(b"100")
    started_s = time.monotonic()
    paced(desk, custom(server.url, custom_api_update_interval=interval))

    assert least <= len(server.requests) <= 1 + (time.monotonic() - started_s) / interval


def closed_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        return int(gone.getsockname()[1])


def test_a_server_that_is_down_gives_a_reason_and_never_a_price_and_nothing_is_placed(desk: Desk) -> None:
    """B1: the journal says why."""
    story, said = paced(desk, custom(f"http://127.0.0.1:{closed_port()}/"))

    assert said == ["no answer yet", "no connection"]
    assert story.placed == []
    assert "no connection" in json.dumps([entry["body"] for entry in story.entries])


def test_a_private_address_without_a_yes_is_never_asked(desk: Desk, server: PriceServer) -> None:
    """As it is looked up: written so, the file does not give it away."""
    url = server.url.replace("http:", "https:").replace("127.0.0.1", "127.1")
    _, said = paced(desk, custom(url, custom_api_allow_private="false"))

    assert said == ["no answer yet", "the address is not a public one, and custom_api_allow_private is false"]
    assert server.requests == []


def test_a_run_that_waits_for_a_server_stops_at_once(desk: Desk, server: PriceServer) -> None:
    """B19, in a process of its own: the footer is written though an answer is outstanding."""
    server.script = [60.0]
    desk.write(custom(server.url, custom_api_timeout=60, custom_api_max_age=100))
    words = run_words(desk, "--feed", desk.quotes(LONG_TRADED), "--speed", SPEED, "--duration", 10, "--no-console")
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_S)

    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert desk.story().end["why"] == "duration"


def test_quotes_stand_around_the_other_markets_price(desk: Desk) -> None:
    """B1, B2: the reference price is the source's, the traded market's own price is not."""
    story = desk.run(TRADED, external(desk, [mid_at(0, 100.5), mid_at(40, 100.5)]))

    assert story.placed[:2] == ["0 buy 1 @ 99.49 quote", "0 sell 1 @ 101.51 quote"]


@pytest.mark.parametrize(
    "others", [[mid_at(0, 100), (5, 112, 111)], [mid_at(0, 100), mid_at(5, 100)]], ids=["crossed", "ended"]
)
def test_quotes_are_pulled_when_the_other_market_is_no_source_any_more(desk: Desk, others: list[Row]) -> None:
    """B1: where the source is down, no quotes."""
    story = desk.run(TRADED, external(desk, others))

    assert len(story.placed) >= 2
    assert {"cancel buy 1 @ 99 quote", "cancel sell 1 @ 101 quote"} <= set(story.at(5))
    assert [line for line in story.placed if Decimal(line.split()[0]) >= 5] == []
    assert story.working == []


def test_quotes_are_pulled_when_a_server_goes_down(desk: Desk) -> None:
    """Quotes are pulled with a reason, and none is placed after that."""
    with price_server() as server:

        def once() -> Iterator[bytes | float]:
            server.stop_listening()
            yield from body(b"100.5")

        server.script = once()
        story, said = paced(desk, custom(server.url), LONG_TRADED[:60])

    assert said == ["no answer yet", "100.5", "no connection"]
    assert story.placed[0].endswith("buy 1 @ 99.49 quote")
    assert (story.working, story.position) == ([], {})
    assert "no connection" in json.dumps([entry["body"] for entry in story.entries])


def test_quotes_are_pulled_when_a_server_that_was_good_fails(desk: Desk, server: PriceServer) -> None:
    """Quotes are pulled with a reason, and none is placed after that."""

    def once() -> Iterator[bytes | float]:
        yield from body(b"100.5")
        server.script = body(b"NaN")

    server.script = once()
    story, said = paced(desk, custom(server.url), LONG_TRADED[:60])

    assert said == ["no answer yet", "100.5", "the price is not finite"]
    assert story.placed[0].endswith("buy 1 @ 99.49 quote")
    assert (story.working, story.position) == ([], {})
    assert "the price is not finite" in json.dumps([entry["body"] for entry in story.entries])
