"""A stranger's metrics and actions in a run: used from YAML, and never the end of a position's protection."""

from dataclasses import replace
from importlib.metadata import EntryPoint

import pytest

from perpfsm.config import libraries
from perpfsm.config.libraries import Origin
from perpfsm.config.resources import machine_path
from perpfsm.decisions.proposals import Place
from perpfsm.machine.library import ActionSpec, Effects, ExitType, Library, MetricSpec, Proposals
from perpfsm.machine.view import Reading
from perpfsm.market.order import OrderType, Role
from perpfsm.market.ratio import Ratio
from tests.strategies.desk import Desk, Value, bid_at, command, long_from, mid_at

MINE: dict[str, Value] = {"machine": "./mine_machine.yaml"}
GUARD = "  is_strange:         {metric: strangeness, above: 5, when_undefined: false}\n"
ROW = (
    "  - {name: strange, trigger: market, source: [open, closing], dest: closing, reason: flatten,\n"
    "     conditions: [is_strange, may_be_overruled], unless: market_exit_works, after: [cancel_orders, get_out]}\n"
)


def strangeness(reading: Reading) -> Ratio | None:
    """Return the bid above 96; of prices between 102 and 110 the author of the package has not thought."""
    if reading.view.quote is None:
        return None
    bid = reading.view.quote.bid
    return Ratio(bid / (not 102 <= bid < 110) - 96)


def get_out(reading: Reading, out: Proposals) -> None:
    """Close the whole position at market, twice below 102 by mistake."""
    position = reading.leg.position
    close = Place(Role.CLOSE, position.exit_side, OrderType.MARKET, None, abs(position.size), reading.leg.exit_reason)
    out.proposals.extend([close] * (2 if reading.leg.position.size > 1 else 1))
    reading.leg.exits_placed += 1


LIBRARY = Library.of(
    [
        MetricSpec(
            "strangeness", "count", "How strange.", strangeness, may_be_undefined=True, reads=frozenset({"price"})
        )
    ],
    [
        ActionSpec(
            "get_out",
            "Get out.",
            Effects(frozenset({"exits_placed"}), frozenset({Role.CLOSE}), exit_type=ExitType.MARKET),
            get_out,
        )
    ],
)


@pytest.fixture(autouse=True)
def _strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("strange", f"{__name__}:LIBRARY", libraries.GROUP)
    monkeypatch.setattr(libraries, "_loaded", lambda *_: LIBRARY)
    monkeypatch.setattr(libraries, "_origin", lambda _: Origin("strangers", "1.0", "strange"))
    found = libraries.collect([point])
    monkeypatch.setattr(libraries, "installed", lambda: found)


@pytest.fixture
def strange(desk: Desk) -> Desk:
    """Return a desk whose lifecycle has a row of the package's metric and action."""
    path = machine_path("profit_taking")
    assert path is not None
    text = (
        path.read_text("utf-8")
        .replace("guards:\n", f"guards:\n{GUARD}")
        .replace("  # quoting (B1", f"{ROW}  # quoting (B1")
    )
    (desk.folder / "mine_machine.yaml").write_text(text)
    return desk


def test_a_row_of_a_packages_metric_and_action_closes_a_position(strange: Desk) -> None:
    story = strange.run([*long_from(100), bid_at(2, 100.9), bid_at(3, 101.5)], MINE, {"long_profit_taking_spread": 9})

    assert story.at(3)[:5] == [
        "strange: closing (flatten)",
        "cancel sell 1 @ 109 take_profit",
        "place sell 1 at market close",
        "fill sell 1 @ 101.5 taker close",
        "flat: closing > idle",
    ]
    assert story.entries[0]["body"]["settings"]["libraries"] == "strangers 1.0"


def test_a_metric_that_fails_halts_the_run_and_its_position_is_closed_at_market(strange: Desk) -> None:
    rows = [*long_from(100), bid_at(2, 100.5), bid_at(3, 102.5), mid_at(200, 102.5)]

    story = strange.run(rows, MINE, {"long_profit_taking_spread": 9})

    assert story.closings == ["3 risk"]
    (halt,) = [entry["body"] for entry in story.entries if entry["body"].get("action") == "halt"]
    assert (halt["who"], halt["why"]) == (
        "engine",
        (
            "strangers 1.0, entry point strange of perpfsm.library: The metric strangeness failed: DivisionByZero: "
            "[<class 'decimal.DivisionByZero'>]. Mend the package that adds it, then resume, so its orders and "
            "positions are taken down"
        ),
    )
    assert (story.position, story.working) == ({}, [])


def test_an_action_that_would_close_more_than_there_is_is_kept_from_it(strange: Desk) -> None:
    rows = [*long_from(100), bid_at(2, 100.5), bid_at(3, 101.5), mid_at(200, 101.5)]

    story = strange.run(rows, MINE, {"long_profit_taking_spread": 9, "order_amount": 2})

    assert story.closings == ["3 risk"]
    assert [text for text in story.placed if text.endswith("close")] == ["3 sell 2 at market close"]
    (halt,) = [entry["body"] for entry in story.entries if entry["body"].get("action") == "halt"]
    assert "The action get_out proposed exits of 4 for a position of 2" in halt["why"]


def test_a_package_that_cannot_be_used_stops_every_command_with_one_sentence(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = Library.of([replace(LIBRARY.metrics["strangeness"], name="pnl_pct")], [])
    monkeypatch.setattr(libraries, "_loaded", lambda *_: bad)
    monkeypatch.setattr(libraries, "installed", lambda: libraries.collect([EntryPoint("strange", "x:y", "z")]))
    desk.write()
    told = (
        "error: strangers 1.0, entry point strange of perpfsm.library: pnl_pct is defined already, by perpfsm itself. "
        "Rename it, or uninstall one of the packages.\n"
    )
    for words in (["validate"], ["graph"], ["run", "--feed", desk.quotes(long_from(100))]):
        done = command(words[0], desk.strategy, *words[1:])
        assert (done.exit_code, done.stdout, done.stderr) == (1, "", told)
