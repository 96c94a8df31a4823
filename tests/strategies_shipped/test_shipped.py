"""Every shipped strategy: valid without a warning, lively as it is, its PnL exact, its comments true."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from perpfsm.config.strategy import Strategy, load_strategy
from perpfsm.decisions.parameters import PositionManagement
from perpfsm.exchange.taking import SELF_TRADE
from perpfsm.market.side import PositionMode
from tests.strategies_shipped.command import STRATEGIES, Body, Said, exported, perpfsm
from tests.strategies_shipped.money import recomputed, stated

SHIPPED = {
    "break_even": {"take_profit", "break_even", "stop_loss"},
    "btcusdt_recording_profit_taking": {"take_profit", "stop_loss"},
    "btcusdt_recording_trailing_stop": {"trailing_stop", "stop_loss"},
    "hedge_profit_taking": {"take_profit", "stop_loss"},
    "one_way_profit_taking": {"take_profit", "stop_loss"},
    "one_way_trailing_stop_limit": {"trailing_stop", "stop_loss"},
    "one_way_trailing_stop_market": {"trailing_stop", "stop_loss"},
    "price_banded": {"take_profit", "stop_loss"},
    "profit_then_trail": {"trailing_stop", "stop_loss"},
    "triple_barrier": {"take_profit", "time_limit", "stop_loss"},
}
AT_60000 = sorted(name for name in SHIPPED if not name.startswith("btcusdt"))
TRANSITIONS_MIN = 100
CLOSINGS_MIN = 10


@dataclass(frozen=True)
class Run:
    """A strategy that was run without any option."""

    strategy: Strategy
    journal: Path
    summary: str
    said: Said

    @property
    def name(self) -> str:
        """The strategy's name."""
        return self.strategy.path.stem


@pytest.fixture(scope="session")
def runs() -> dict[str, Run]:
    """Return a place where every run is kept once it was made."""
    return {}


@pytest.fixture
def run(request: pytest.FixtureRequest, runs: dict[str, Run], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the run of the strategy that a test is parametrized with."""
    name = request.param
    if name not in runs:
        folder = tmp_path_factory.mktemp(name)
        path = STRATEGIES / f"{name}.yaml"
        summary = perpfsm("run", path, cwd=folder)
        journal = folder / f"{name}.journal"
        runs[name] = Run(load_strategy(path), journal, summary, exported(journal))
    return runs[name]


every_strategy = pytest.mark.parametrize("run", sorted(SHIPPED), indirect=True)


def one(name: str) -> pytest.MarkDecorator:
    """Return the mark of a test about one strategy."""
    return pytest.mark.parametrize("run", [name], indirect=True)


def seen(move: Body) -> dict[str, str]:
    """Return the metric values that the guards of a transition read."""
    saw = move["saw"]
    assert isinstance(saw, dict)
    return saw


def test_every_strategy_file_is_tested_here() -> None:
    assert {path.stem for path in STRATEGIES.glob("*.yaml")} == set(SHIPPED)


def test_every_strategy_is_valid_without_a_warning(tmp_path: Path) -> None:
    told = perpfsm("validate", "--strict", *sorted(STRATEGIES.glob("*.yaml")), cwd=tmp_path)
    assert told.count("valid strategy file") == len(SHIPPED)
    assert "warning" not in told


@every_strategy
def test_a_run_as_shipped_is_lively_and_goes_on_to_the_end_of_its_feed(run: Run) -> None:
    assert len(run.said.of("transition")) >= TRANSITIONS_MIN
    assert len(run.said.of("closing")) >= CLOSINGS_MIN
    assert run.said.reasons == SHIPPED[run.name]
    assert [end["why"] for end in run.said.of("end")] == ["feed end"]
    assert "Closings by reason" in run.summary


@every_strategy
def test_a_run_as_shipped_is_never_turned_down_by_the_venue_and_never_halted(run: Run) -> None:
    """In Hedge an exit of one leg may meet a quote of the other: then the venue lets the older one go."""
    expired = {order["detail"] for order in run.said.of("order") if order["status"] == "expired"}
    is_hedge = run.strategy.parameters.position_mode is PositionMode.HEDGE
    assert expired <= ({SELF_TRADE} if is_hedge else set())
    assert {order["status"] for order in run.said.of("order")} - {"expired"} == {"working", "canceled"}
    assert {operator["action"] for operator in run.said.of("operator")} == {"stop"}


@every_strategy
def test_the_money_of_a_run_as_shipped_is_that_of_its_fills(run: Run) -> None:
    paper = run.strategy.paper
    assert recomputed(run.said, maker_fee=paper.maker_fee, taker_fee=paper.taker_fee) == stated(run.said)


@every_strategy
def test_a_run_as_shipped_leaves_a_journal_that_verifies(run: Run) -> None:
    perpfsm("audit", "verify", run.journal, cwd=run.journal.parent)


@one("hedge_profit_taking")
def test_the_hedge_is_long_and_short_at_once_and_goes_on_quoting_beside_a_position(run: Run) -> None:
    size = {"LONG": Decimal(0), "SHORT": Decimal(0)}
    both = refreshed_beside = 0
    for kind, body in run.said.entries:
        if kind == "fill":
            size[str(body["leg"])] = Decimal(str(body["size_after"]))
            both += all(size.values())
        elif kind == "transition" and body["name"] == "refresh":
            refreshed_beside += any(size.values())
    assert both
    assert refreshed_beside


@one("one_way_trailing_stop_limit")
def test_the_limit_trailing_stop_closes_in_parts_and_replaces_an_exit_that_was_left_behind(run: Run) -> None:
    assert {order["order_type"] for order in run.said.of("command") if order["type"] == "place"} == {"LIMIT"}
    assert "reduced" in {fill["effect"] for fill in run.said.of("fill")}
    assert "replace_exit" in run.said.row_names


@one("one_way_trailing_stop_market")
def test_the_market_trailing_stop_averages_entries_and_restarts_its_trail(run: Run) -> None:
    closing = [order for order in run.said.of("command") if order["type"] == "place" and order["role"] == "close"]
    assert {order["order_type"] for order in closing} == {"MARKET"}
    assert "increased" in {fill["effect"] for fill in run.said.of("fill")}
    assert "restart_trailing" in run.said.row_names


@one("price_banded")
def test_the_price_band_leaves_out_bids_above_and_asks_below(run: Run) -> None:
    whys = [(str(refusal["what"]), str(refusal["why"])) for refusal in run.said.of("refusal")]
    above = [what for what, why in whys if "price_ceiling" in why]
    below = [what for what, why in whys if "price_floor" in why]
    assert set(above) == {"buy quote, level 0"}
    assert set(below) == {"sell quote, level 0"}
    assert len(above) + len(below) == len(whys)


@one("triple_barrier")
def test_a_time_limit_closes_a_position_at_its_second(run: Run) -> None:
    closed = [body for body in run.said.of("fill") if (body["reason"], body["effect"]) == ("time_limit", "closed")]
    fired = [move for move in run.said.of("transition") if move["name"] == "time_limit"]
    assert closed
    assert {Decimal(seen(move)["position_age_s"]) for move in fired} == {run.strategy.parameters.time_limit}


@one("break_even")
def test_a_secured_position_ends_at_its_take_profit_or_near_its_entry(run: Run) -> None:
    lost = {
        reason: min(Decimal(str(c["realised"])) for c in run.said.of("closing") if c["reason"] == reason)
        for reason in ("break_even", "stop_loss")
    }
    assert {"secure", "break_even"} <= run.said.row_names
    assert lost["break_even"] > lost["stop_loss"] / 4


@one("profit_then_trail")
def test_a_profit_that_is_let_run_starts_at_each_sides_own_take_profit(run: Run) -> None:
    started = [seen(move) for move in run.said.of("transition") if move["name"] == "let_profit_run"]
    assert {saw["position_side"] for saw in started} == {"long", "short"}
    least = {"long": Decimal("0.12"), "short": Decimal("0.1")}
    assert all(Decimal(saw["pnl_pct"]) >= least[saw["position_side"]] for saw in started)


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_strategy_begins_with_its_schema_and_says_how_to_run_it(name: str) -> None:
    lines = (STRATEGIES / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# yaml-language-server: $schema=../schemas/strategy.schema.json"
    assert f"#   perpfsm validate strategies/{name}.yaml" in lines
    assert any(line.startswith(f"#   perpfsm run strategies/{name}.yaml") for line in lines)


@pytest.mark.parametrize("name", AT_60000)
def test_the_comments_say_where_each_spread_lies_in_price(name: str) -> None:
    path = STRATEGIES / f"{name}.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    parameters = load_strategy(path).parameters

    def comment(parameter: str) -> str:
        return next((line for line in lines if line.startswith(f"{parameter}:")), "")

    def price(spread: Decimal, sign: int) -> str:
        return f"{60_000 * (1 + sign * spread / 100):,.0f}"

    signs: dict[str, tuple[int, ...]] = {"bid_spread": (-1,), "ask_spread": (+1,), "stop_loss_spread": (-1, +1)}
    if parameters.break_even_after:
        signs["break_even_after"] = (+1,)
    if parameters.position_management is PositionManagement.PROFIT_TAKING:
        signs |= {"long_profit_taking_spread": (+1,), "short_profit_taking_spread": (-1,)}
    elif parameters.ts_activation_spread:
        signs |= {"ts_activation_spread": (+1,)}
    missing = [
        f"{parameter}: {price(getattr(parameters, parameter), sign)}"
        for parameter, its_signs in signs.items()
        for sign in its_signs
        if price(getattr(parameters, parameter), sign) not in comment(parameter)
    ]
    assert missing == []
