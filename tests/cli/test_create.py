"""`perpfsm create` as a person at a terminal and a script with a pipe use it."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from perpfsm.cli.create import REFUSALS_MAX
from perpfsm.cli.dialogue import ANSWER_MAX, READS_MAX
from perpfsm.cli.main import build_app
from tests.cli.terminal import END_OF_INPUT, terminal

# Each with words of its question.
ANSWERS = (
    ("", "What is your market making strategy?"),
    ("paper", "Enter the name of the connector"),
    ("BTC-USDT", "provide liquidity on paper"),
    ("10", "How much leverage"),
    ("", "Which position mode"),
    ("0.04", "first bid order"),
    ("0.04", "first ask order"),
    ("10", "cancel and replace"),
    ("0.01", "the amount of BTC"),
    ("", "manage your positions"),
    ("0.08", "place a short order"),
    ("0.08", "place a long order"),
    ("0.2", "stop_loss order"),
    ("", "closing positions"),
)
LINES = [text for text, _ in ANSWERS]
TRAILING = [*LINES[:9], "Trailing_stop", "0.1", "0.04", *LINES[12:]]


def piped(lines: list[str] | bytes, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Return how `perpfsm create` ends whose answers come through a pipe."""
    given = lines if isinstance(lines, bytes) else "".join(f"{line}\n" for line in lines).encode()
    return run("create", *arguments, folder=folder, given=given)


def run(*arguments: str, folder: Path, given: bytes = b"") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-X", "utf8", "-m", "perpfsm", *arguments]
    done = subprocess.run(command, cwd=folder, input=given, capture_output=True, check=False, timeout=60)
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def create(lines: list[str] | bytes, *arguments: str) -> tuple[int, str]:
    """Return status and output of the command in this very process, where a test may look at many cases."""
    given = lines if isinstance(lines, bytes) else "".join(f"{line}\n" for line in lines)
    done = CliRunner().invoke(build_app("create"), ["create", *arguments], input=given)
    return done.exit_code, done.output


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.untraced
def test_piped_answers_become_a_strict_file_that_runs(tmp_path: Path) -> None:
    made = piped(LINES, "mine.yaml", folder=tmp_path)

    assert (made.returncode, made.stderr) == (0, "")
    assert f"The file will be {tmp_path / 'mine.yaml'}" in made.stdout
    assert "mine.yaml: valid strategy file\n" in made.stdout
    assert made.stdout.endswith("\nNext: perpfsm run mine.yaml\n")
    assert run("validate", "--strict", "mine.yaml", folder=tmp_path).returncode == 0
    ran = run("run", "mine.yaml", "--duration", "120", folder=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert {path.name for path in tmp_path.iterdir() if "journal" not in path.name} == {"mine.yaml"}


@pytest.mark.untraced
def test_a_trailing_stop_is_asked_for_and_runs_too(tmp_path: Path) -> None:
    made = piped(TRAILING, "mine.yaml", folder=tmp_path)

    assert made.returncode == 0
    assert "start trailing?" in made.stdout
    assert "reduce position" not in made.stdout
    assert run("run", "mine.yaml", "--duration", "60", folder=tmp_path).returncode == 0


def test_the_documents_defaults_are_valid_and_warned_about(here: Path) -> None:
    lines = [*LINES[:10], "", "", "", ""]

    status, shown = create(lines, "mine.yaml")

    assert status == 0
    assert "  stop_loss_spread is 0, so there is no stop loss. Set the loss" in shown
    assert "mine.yaml: valid strategy file, 3 warnings" in shown
    assert (here / "mine.yaml").exists()


def test_a_pipe_shows_the_same_conversation_with_the_answers_in_it(here: Path) -> None:
    lines = ["", "papr", "paper", *LINES[2:]]

    status, shown = create(lines, "mine.yaml")

    assert status == 0
    assert (
        "\n2/14 Enter the name of the connector\n"
        "  derivative: Where orders go: the paper exchange inside perpfsm, or a venue.\n"
    ) in shown
    assert "\n> papr\n  derivative is papr, but must be paper, " in shown
    assert "\n  Did you mean paper?\n> paper\n" in shown
    assert "\n[One-way] > \n" in shown
    assert "\n> 0.04\n  0.04 % of 60,000 = 24.00\n" in shown
    assert "\x1b" not in shown
    assert [*here.iterdir()] == [here / "mine.yaml"]


def test_the_guide_shows_what_is_printed(here: Path) -> None:
    lines = [*LINES[:5], "0,05", "0.05", *LINES[6:]]

    status, shown = create(lines, "first.yaml")

    guide = (Path(__file__).parents[2] / "docs" / "guide.md").read_text("utf-8")
    excerpt = guide.split("```text\n", 1)[1].split("```", 1)[0]
    assert status == 0
    assert excerpt.startswith("6/14 ")
    assert excerpt in shown
    assert (here / "first.yaml").exists()


def test_without_a_name_the_file_is_asked_for_and_a_free_name_is_offered(here: Path) -> None:
    (here / "perpetual_market_making_1.yaml").touch()

    status, shown = create([*LINES, ""])

    assert status == 0
    assert f"\nEnter a new file name for your configuration\n  It will be in {here}, unless" in shown
    assert f"Written: {here / 'perpetual_market_making_2.yaml'}\n" in shown
    assert (here / "perpetual_market_making_1.yaml").read_bytes() == b""


def test_the_name_is_refused_at_once_and_asked_for_again(here: Path) -> None:
    (here / "mine.yaml").write_text("mine\n", "utf-8")
    (here / "folder").mkdir()

    status, shown = create([*LINES, "folder", "none/mine.yaml", "mine.yaml", "<", "MARKET", "yours.yaml"])

    assert status == 0
    assert "> folder\n  This is not a file, and cannot become one.\n" in shown
    assert f"> none/mine.yaml\n  There is no directory {here / 'none'}; make it first.\n" in shown
    assert "> mine.yaml\n  The file is there already; name another, or use --force to replace it.\n" in shown
    assert "close_position_order_type: MARKET\n" in (here / "yours.yaml").read_text("utf-8")
    assert (here / "mine.yaml").read_text("utf-8") == "mine\n"


def test_a_pipe_never_replaces_a_file_unless_it_is_told_to(here: Path) -> None:
    (here / "mine.yaml").write_text("mine\n", "utf-8")

    status, shown = create(LINES, "mine.yaml")
    assert status == 1
    assert shown == (
        "error: mine.yaml: The file is there already; name another, or use --force to replace it. "
        "Nothing was written.\n"
    )
    assert (here / "mine.yaml").read_text("utf-8") == "mine\n"

    status, _ = create(LINES, "mine.yaml", "--force")
    assert status == 0
    assert "bid_spread: 0.04\n" in (here / "mine.yaml").read_text("utf-8")
    assert [*here.iterdir()] == [here / "mine.yaml"]


def test_a_place_where_no_file_can_be_is_refused_before_the_first_question(here: Path) -> None:
    status, shown = create(LINES, "none/mine.yaml")

    assert (status, shown) == (
        1,
        f"error: none/mine.yaml: There is no directory {here / 'none'}; make it first. Nothing was written.\n",
    )


@pytest.mark.parametrize("count", range(len(LINES)))
def test_answers_that_end_early_leave_nothing_behind(here: Path, count: int) -> None:
    status, shown = create(LINES[:count], "mine.yaml")

    assert status == 1
    assert shown.endswith("\nerror: The answers ended before the questions did. Nothing was written.\n")
    assert [*here.iterdir()] == []


def test_a_last_answer_needs_no_line_feed(here: Path) -> None:
    status, _ = create("\n".join([*LINES[:-1], "MARKET"]).encode(), "mine.yaml")

    assert status == 0
    assert "close_position_order_type: MARKET\n" in (here / "mine.yaml").read_text("utf-8")


def test_answers_in_a_foreign_encoding_or_none_are_refused_and_asked_again(here: Path) -> None:
    strange = [
        b"\xef\xbb\xbf",  # the default, behind a byte-order mark
        b"p\xe4per",  # Latin-1
        b"p\x00a\x00p\x00e\x00r\x00",  # UTF-16
        b"\x1b[Apaper",  # an arrow key
        b"paper" * ANSWER_MAX,
        b"  paper  \r",
    ]

    status, shown = create(b"\n".join([*strange, *(line.encode() for line in LINES[2:]), b""]), "mine.yaml")

    assert status == 0
    assert shown.count("  The answer is not UTF-8 text.\n") == 1
    assert shown.count("  The answer holds characters that cannot be printed.\n") == 2
    assert shown.count(f"  The answer is longer than {ANSWER_MAX} bytes.\n") == 1
    assert "\x1b" not in shown
    assert "\nderivative: paper\n" in (here / "mine.yaml").read_text("utf-8")


def test_whoever_never_answers_sensibly_is_not_asked_forever(here: Path) -> None:
    nonsense = ["no"] * 1000

    first, _ = create(nonsense, "mine.yaml")
    last, shown = create([*LINES, *["."] * 1000])
    noise, told = create(b"\xff\n" * 1000, "mine.yaml")
    endless, _ = create(b"x" * (ANSWER_MAX * READS_MAX * 2), "mine.yaml")

    assert (first, last, noise, endless) == (1, 1, 1, 1)
    assert shown.endswith("\nerror: 50 answers in a row were refused. Nothing was written.\n")
    assert told.endswith("\nerror: 50 answers in a row were no text. Nothing was written.\n")
    assert shown.count("> .\n  This is not a file") == REFUSALS_MAX
    assert [*here.iterdir()] == []


def test_no_input_at_all_is_an_end_of_the_answers(tmp_path: Path) -> None:
    command = ["sh", "-c", 'exec "$@" <&-', "sh", sys.executable, "-m", "perpfsm", "create", "mine.yaml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 1
    assert done.stderr == "error: The answers ended before the questions did. Nothing was written.\n"
    assert [*tmp_path.iterdir()] == []


def test_the_first_question_has_none_before_it(here: Path) -> None:
    status, shown = create(["<", *LINES], "mine.yaml")

    assert status == 0
    assert "[perpetual_market_making] > <\n  This is the first question.\n" in shown
    assert (here / "mine.yaml").exists()


def test_going_back_corrects_an_answer(here: Path) -> None:
    lines = [*LINES[:6], "<", "0.5", *LINES[6:10], "<", "<", "0.02", "", *LINES[10:]]

    status, shown = create(lines, "mine.yaml")

    assert status == 0
    assert "\n[0.04] > 0.5\n" in shown
    text = (here / "mine.yaml").read_text("utf-8")
    assert "\nbid_spread: 0.5\n" in text
    assert "\norder_amount: 0.02\n" in text


@pytest.mark.untraced
def test_a_terminal_holds_the_same_conversation_in_colour(tmp_path: Path) -> None:
    with terminal("create", "mine.yaml", folder=tmp_path) as person:
        for text, question in ANSWERS[:5]:
            person.enter(text, at=question)
        person.enter("0,04", at="first bid order")
        person.enter("0.05", at="Write 0.04, with a point.")
        person.wait_for("0.05 % of 60,000 = 30.00")
        person.enter("<", at="first ask order")
        person.enter("0.04", at="first bid order")
        for text, question in ANSWERS[6:]:
            person.enter(text, at=question)
        status = person.status()

    assert status == 0
    assert "\x1b[1;36m1/14 What is your market making strategy?\x1b[0m" in person.shown.decode()
    assert person.text().endswith("\nNext: perpfsm run mine.yaml\n")
    by_pipe = piped(LINES, "other.yaml", folder=tmp_path)
    assert by_pipe.returncode == 0
    ours, theirs = ((tmp_path / name).read_text("utf-8") for name in ("mine.yaml", "other.yaml"))
    assert ours == theirs.replace("other.yaml", "mine.yaml")
    assert run("validate", "--strict", "mine.yaml", folder=tmp_path).returncode == 0


@pytest.mark.parametrize("answered", [0, 9, 14])
def test_ctrl_c_leaves_nothing_behind(tmp_path: Path, answered: int) -> None:
    with terminal("create", folder=tmp_path) as person:
        for text, question in ANSWERS[:answered]:
            person.enter(text, at=question)
        person.wait_for([*(question for _, question in ANSWERS), "new file name"][answered])
        person.wait_for("> ")
        status = person.interrupt()

    assert status == 130
    assert person.text().endswith("\nNothing was written.\n")
    assert [*tmp_path.iterdir()] == []


def test_ctrl_d_leaves_nothing_behind_either(tmp_path: Path) -> None:
    with terminal("create", "mine.yaml", folder=tmp_path) as person:
        person.enter("", at="strategy?")
        person.wait_for("> ")
        person.type(END_OF_INPUT)
        status = person.status()

    assert status == 1
    assert person.text().endswith("\nerror: The answers ended before the questions did. Nothing was written.\n")
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(("answer", "is_replaced"), [("", False), ("no", False), ("ja", False), ("Yes", True)])
def test_a_person_is_asked_before_a_file_is_replaced(tmp_path: Path, answer: str, is_replaced: bool) -> None:
    (tmp_path / "mine.yaml").write_text("mine\n", "utf-8")

    with terminal("create", "mine.yaml", folder=tmp_path) as person:
        person.enter(answer, at="mine.yaml is there already. Replace it? (yes/no)\n[no]")
        if is_replaced:
            for text, question in ANSWERS:
                person.enter(text, at=question)
        status = person.status()

    assert status == (0 if is_replaced else 1)
    assert ((tmp_path / "mine.yaml").read_text("utf-8") != "mine\n") is is_replaced
    assert [*tmp_path.iterdir()] == [tmp_path / "mine.yaml"]
