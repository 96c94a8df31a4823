"""Live changes of a real bot: by its file, by `config set`, refused ones, and under fire (B16)."""

import contextlib
import json
import os
import random
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import partial

import pytest

from perpfsm.runtime.control import place
from tests.feeds.price_server import body, price_server
from tests.strategies.desk import Desk, Value, command, mid_at
from tests.strategies.remote import listed, running, until
from tests.strategies.test_price_sources import custom
from tests.strategies.test_processes import PATIENCE_S, raw, run_words, started

pytestmark = pytest.mark.traced

EDITS = int(os.environ.get("EDITS", "60"))  # EDITS=1000 takes a minute and a half
OFTEN: dict[str, Value] = {"order_refresh_time": 5}
FREQUENT: dict[str, Value] = {"order_refresh_time": 20, "order_refresh_tolerance_pct": 10}


@pytest.fixture(autouse=True)
def _own_runtime_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="pf") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield


def save(desk: Desk, *changes: dict[str, Value]) -> None:
    """Save the strategy file as an editor does: a new file in the old one's place."""
    path = desk.write(*changes)
    twin = path.with_suffix(".new")
    twin.write_text(path.read_text())
    twin.replace(path)


def changes_of(desk: Desk) -> list[dict[str, list[str]]]:
    return [entry["body"]["changes"] for entry in raw(desk, "configuration")]


def stopped(process: "subprocess.Popen[str]") -> tuple[str, str]:
    process.send_signal(signal.SIGINT)
    shown, told = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, told
    return shown, told


def test_a_saved_file_changes_the_spread_at_the_next_refresh_although_the_tolerance_would_keep(desk: Desk) -> None:
    """B5, B16: a live change since placement wins over the tolerance."""
    desk.write(FREQUENT)
    with running(desk) as process:
        save(desk, FREQUENT, {"bid_spread": 21})
        until(lambda: changes_of(desk), process)
        until(lambda: any(e["body"].get("price") == "79.00" for e in raw(desk, "command")), process)
        assert listed(desk)["bid_spread"]["pending"] is None
        _, told = stopped(process)

    assert changes_of(desk) == [{"bid_spread": ["20", "21"]}]
    assert "bid_spread 20 → 21, at the next refresh." in told
    refresh = next(e for e in raw(desk, "transition") if e["body"]["name"] == "refresh")
    assert (
        "quoted_parameters" in json.dumps(refresh["body"]["saw"])
        or ["keep_quotes", "not quotes_outdated"] in (refresh["body"]["passed"])
    )
    desk.story()


def test_a_bot_that_asks_a_server_for_its_price_takes_changes_too(desk: Desk) -> None:
    """B1, B16: what is asked for and what is saved come in between the same messages."""

    def bids() -> list[str]:
        return [e["body"]["price"] for e in raw(desk, "command") if e["body"].get("side") == "buy"]

    with price_server() as server:
        server.script = body(b"100.5")
        desk.write(custom(server.url))
        with running(desk) as process:
            until(bids, process)
            save(desk, custom(server.url), {"bid_spread": 2})
            until(lambda: "98.49" in bids(), process)
            stopped(process)

    assert bids()[0] == "99.49"
    assert changes_of(desk) == [{"bid_spread": ["1", "2"]}]
    desk.story()


def test_config_set_shows_a_diff_and_is_pending_until_the_leg_quotes(desk: Desk) -> None:
    """B16: config set on a running bot, journaled with who and what."""
    desk.write({"order_refresh_time": 100_000})
    with running(desk) as process:
        done = command("config", "set", "bid_spread=22", "order_levels=2", "order_level_spread=3")
        assert (done.exit_code, done.stderr) == (0, "")
        assert done.stdout.splitlines()[:3] == [
            "bid_spread: 20 → 22",
            "order_levels: 1 → 2",
            "order_level_spread: 1 → 3",
        ]
        row = listed(desk)["bid_spread"]
        assert (row["value"], row["pending"], row["waiting"], row["live"]) == ("20", "22", ["BOTH"], True)
        assert row["changed_by"].startswith("config set by ")
        table = command("config", "list", "--strategy", desk.strategy).stdout
        assert "bid_spread" in table
        assert "22" in table
        shown, _ = stopped(process)
    assert "1 change of parameters while it ran." in shown
    assert changes_of(desk) == [
        {"bid_spread": ["20", "22"], "order_levels": ["1", "2"], "order_level_spread": ["1", "3"]}
    ]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["leverage=3"], "error: leverage cannot change while the bot runs. "),
        (["bid_spred=1"], "error: bid_spred is not a parameter. Did you mean bid_spread?"),
        (["ask_spread=1", "bid_spread=200"], "error: bid_spread: bid_spread is 200, but must be a number, above 0"),
        (["bid_spread=0,5"], "error: bid_spread: bid_spread is 0,5, but must be a number"),
        (["order_levels=90"], "takes level 90 of bid_spread to 109 %, but it must be below 100."),
    ],
)
def test_a_refused_setting_says_why_and_changes_nothing(desk: Desk, settings: list[str], said: str) -> None:
    desk.write()
    with running(desk) as process:
        before = listed(desk)
        done = command("config", "set", *settings, "--journal", desk.journal)
        assert done.exit_code == 1
        assert said in done.stderr
        assert listed(desk) == before
        stopped(process)
    assert changes_of(desk) == []


def test_a_file_that_is_broken_or_changes_more_is_refused_once_and_changes_nothing(desk: Desk) -> None:
    """B16: anything else is refused with its reason and changes nothing."""
    desk.write()
    good = desk.strategy.read_text()
    with running(desk) as process:
        for number, text in enumerate((good.replace("leverage: 10", "leverage: 3"), good + "oops: [\n"), start=1):
            for _ in range(3):
                desk.strategy.write_text(text)
                time.sleep(0.05)
            until(partial(refused, desk, number), process)
            desk.strategy.touch()
        desk.strategy.unlink()
        until(lambda: len(refusals(desk)) == 3, process)
        desk.strategy.write_text(good.replace("ask_spread: 25", "ask_spread: 26"))
        until(lambda: changes_of(desk), process)
        _, told = stopped(process)
    assert told.count("refused: ") == 3
    assert "leverage cannot change while the bot runs (10 → 3)" in refusals(desk)[0]
    assert "yaml" in refusals(desk)[1].lower()
    assert "There is no such file." in refusals(desk)[2]
    assert changes_of(desk) == [{"ask_spread": ["25", "26"]}]


def refused(desk: Desk, number: int) -> bool:
    return len(refusals(desk)) == number


def refusals(desk: Desk) -> list[str]:
    return [e["body"]["why"] for e in raw(desk, "refusal") if e["leg"] == ""]


def test_a_restart_uses_the_file_as_it_is_and_the_journal_says_what_had_changed(desk: Desk) -> None:
    desk.write()
    with running(desk) as process:
        assert command("config", "set", "bid_spread=30").exit_code == 0
        stopped(process)
    story = desk.run([mid_at(0, 100), mid_at(1, 100)])
    assert story.placed[0] == "0 buy 1 @ 80 quote"
    shown = command("audit", "show", desk.journal, "--kind", "configuration").stdout
    assert "bid_spread 20 → 30, by config set by" in " ".join(shown.split())


def test_no_bot_is_an_error_with_a_remedy(desk: Desk) -> None:
    desk.write()
    for options in (["--journal", desk.journal], ["--strategy", desk.strategy], []):
        done = command("config", "list", *options)
        assert done.exit_code == 1
        assert "perpfsm run STRATEGY --speed realtime" in done.stderr


def test_two_bots_of_one_file_are_told_apart_by_their_journals(desk: Desk) -> None:
    desk.write()
    other = Desk(desk.folder)
    other.journal = desk.folder / "other.journal"
    with running(desk) as one, running(other) as two:
        done = command("config", "set", "bid_spread=21", "--strategy", desk.strategy)
        assert done.exit_code == 1
        assert "2 bots are meant; their journals are" in done.stderr
        assert command("config", "set", "bid_spread=21", "--journal", other.journal).exit_code == 0
        stopped(one)
        stopped(two)
    assert (changes_of(desk), changes_of(other)) == ([], [{"bid_spread": ["20", "21"]}])


@pytest.mark.parametrize("arguments", [["set", "bid_spread"], ["set", "=1"], ["set", "a=1", "a=2"], ["set"], ["get"]])
def test_a_command_line_that_makes_no_sense_is_not_understood(arguments: list[str]) -> None:
    assert command("config", *arguments).exit_code == 2


def test_get_shows_one_parameter_also_one_that_is_not_live(desk: Desk) -> None:
    desk.write()
    with running(desk) as process:
        done = command("config", "get", "leverage", "--json")
        (row,) = json.loads(done.stdout)["parameters"]
        assert (row["value"], row["default"], row["unit"], row["live"]) == ("10", None, "times", False)
        names = [line.split()[0] for line in command("config", "list", "--all").stdout.splitlines()]
        assert {"stop_loss_spread", "paper.feed.synthetic.volatility_bps"} <= set(names), "names are not broken apart"
        again = command("config", "set", "bid_spread=20")
        assert again.stdout == "Nothing to change: these are the values in force.\n"
        as_json = command("config", "set", "bid_spread=21", "--json")
        assert json.loads(as_json.stdout)["changes"] == {"bid_spread": ["20", "21"]}
        assert command("config", "get", "bid_spred").exit_code == 1
        stopped(process)


def test_the_run_goes_on_without_a_control_socket_when_none_can_be_made(desk: Desk) -> None:
    desk.write()
    folder = place.folder()
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    feed = desk.quotes([mid_at(0, 100), mid_at(20, 100)])
    done = subprocess.run(run_words(desk, "--feed", feed, "--speed", "20"), capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "This folder is not this user's alone." in done.stderr
    assert "The run goes on without its control socket." in done.stderr


@pytest.mark.untraced
def test_edits_under_fire_never_crash_it_and_never_apply_by_half(desk: Desk) -> None:
    """B16: random edits while a recording is replayed at x100."""
    chance = random.Random(7)
    desk.write({"order_refresh_time": 5, "filled_order_delay": 1})
    rows = [mid_at(second / 2, 100 + 26 * ((second // 7) % 3 - 1)) for second in range(40_000)]
    in_force = dict(whole(desk))
    wholes = {whole(desk)}
    with started(desk, "--feed", desk.quotes(rows), "--speed", "100", "--no-console") as process:
        until(lambda: desk.journal.exists() and raw(desk, "run"), process)
        for _ in range(EDITS):
            edit(desk, chance, wholes)
            time.sleep(0.35 if chance.random() < 0.15 else chance.random() / 100)
            assert process.poll() is None, process.communicate()
        desk.write({"order_refresh_time": 5, "filled_order_delay": 1, "bid_spread": "33.33"})
        wholes.add(whole(desk))
        until(lambda: any("33.33" in c.get("bid_spread", []) for c in changes_of(desk)), process)
        _, told = stopped(process)

    assert "Traceback" not in told
    for change in changes_of(desk):
        assert {name: in_force[name] for name in change} == {name: Decimal(old) for name, (old, _) in change.items()}
        in_force |= {name: Decimal(new) for name, (_, new) in change.items()}
        assert tuple(sorted(in_force.items())) in wholes
    desk.story()


def edit(
    desk: Desk,
    chance: random.Random,
    wholes: set[tuple[tuple[str, Decimal], ...]],
    *,
    base: Mapping[str, Value] = OFTEN,
    unit: Decimal = Decimal(1),
) -> None:
    """Save something: valid, invalid, not live, truncated, in two writes, or nothing at all.

    Args:
        base: What the file says beside the live parameters; `paper` comes last.
        unit: Of the spreads, percent, and of the amount, base units.
    """
    changes: dict[str, Value] = {
        **base,
        "filled_order_delay": chance.randint(0, 3),
        "bid_spread": str(chance.randint(10, 30) * unit),
        "ask_spread": str(chance.randint(10, 30) * unit),
        "order_amount": str(chance.randint(1, 3) * unit),
        "order_levels": chance.randint(1, 3),
    }
    before = desk.strategy.read_text() if desk.strategy.exists() else ""
    kind = chance.choice(["valid", "valid", "replaced", "invalid", "not live", "truncated", "slow", "gone"])
    desk.write(changes)
    text = desk.strategy.read_text()
    desk.strategy.write_text(before)
    match kind:
        case "valid" | "replaced" | "slow":
            desk.strategy.write_text(text)
            wholes.add(whole(desk))
            if kind == "replaced":
                save(desk, changes)
            elif kind == "slow":
                cut = chance.randint(1, len(text) - 1)
                desk.strategy.write_text(text[:cut])
                time.sleep(0.02)
                desk.strategy.write_text(text)
        case "invalid":
            desk.strategy.write_text(text.replace("bid_spread: ", "bid_spread: x"))
        case "not live":
            desk.strategy.write_text(text.replace("leverage: 10", "leverage: 5"))
        case "truncated":
            desk.strategy.write_text(text[: text.index("paper") - chance.randint(0, 100)])
            with contextlib.suppress(InvalidOperation):  # cut between two lines it may be a whole file all the same
                wholes.add(whole(desk))
        case _:
            desk.strategy.unlink()


def whole(desk: Desk) -> tuple[tuple[str, Decimal], ...]:
    """Return the live parameters that the file on disk sets, as one value."""
    lines = dict(line.split(": ", 1) for line in desk.strategy.read_text().splitlines() if ": " in line)
    defaults = {"order_levels": "1", "order_level_spread": "1", "filled_order_delay": "60"}
    names = ("bid_spread", "ask_spread", "order_amount", *defaults)
    return tuple(sorted((name, Decimal(lines.get(name, defaults.get(name, "0")))) for name in names))
