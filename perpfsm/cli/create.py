"""`perpfsm create`: a strategy file, question by question; it is there whole at the end, or not at all."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from perpfsm.cli.dialogue import AnswersEndedError, Dialogue
from perpfsm.cli.errors import errors_told
from perpfsm.errors import PerpfsmError

if TYPE_CHECKING:
    from perpfsm.config.wizard import Interview, Question

EPILOG = "Example: perpfsm create mine.yaml"
EXIT_INTERRUPTED = 130
BACK = "<"
REFUSALS_MAX = 50  # in a row; whoever answers then is not listening
TOO_MANY = f"{REFUSALS_MAX} answers in a row were refused."
NAMES_MAX = 10_000
NOTHING_WRITTEN = "Nothing was written."


@dataclass(frozen=True, slots=True)
class Goal:
    """Where the file goes, and whether what is there may be replaced."""

    path: Path
    overwrite: bool


@errors_told()
def create(
    file: Annotated[
        Path | None,
        typer.Argument(help="The file to write; asked for when absent.", metavar="[FILE]", show_default=False),
    ] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write a strategy file, question by question.

    Enter takes the default, < goes back, Ctrl-C leaves without a trace. Answers may come through a pipe, one a line.
    """
    raise typer.Exit(create_strategy(file, force=force))


def create_strategy(file: Path | None, *, force: bool) -> int:
    """Ask, write, check and say what comes next; return the exit status.

    Args:
        file: Where the file goes; None asks for it.
        force: Whether a file that is there may be replaced without asking.

    Raises:
        PerpfsmError: When the answers end, or the file cannot be written.
    """
    dialogue = Dialogue.with_standard_streams()
    try:
        interview, goal = _interview(dialogue, file, force=force)
    except AnswersEndedError as ended:
        raise PerpfsmError(str(ended), remedy=NOTHING_WRITTEN) from ended
    except KeyboardInterrupt:
        dialogue.say(f"\n{NOTHING_WRITTEN}", "refused")
        return EXIT_INTERRUPTED
    return _finish(dialogue, interview, goal)


def _interview(dialogue: Dialogue, file: Path | None, *, force: bool) -> "tuple[Interview, Goal]":
    """Return the answers and where they go.

    Raises:
        PerpfsmError: When `file` cannot be where they go.
    """
    from perpfsm.config.wizard import Interview, reference_price_text

    goal = None
    if file is not None:
        found = _goal(dialogue, file, force=force)
        if isinstance(found, str):
            raise PerpfsmError(found, where=_shown_path(file), remedy=NOTHING_WRITTEN)
        goal = found
    dialogue.say("A strategy file, question by question", "title")
    dialogue.say(f"Enter takes the [default], {BACK} goes back, Ctrl-C leaves without a trace.", "hint")
    dialogue.say(f"Percentages are shown at {reference_price_text()}, where the synthetic market begins.", "hint")
    if goal is not None:
        dialogue.say(f"The file will be {goal.path.absolute()}", "hint")
    interview = Interview()
    while True:
        interview = _answers(dialogue, interview)
        if goal is None:
            goal = _ask_goal(dialogue, str(interview.answers["strategy"]), force=force)
        if goal is not None:
            return interview, goal
        interview = interview.back() or interview


def _answers(dialogue: Dialogue, interview: "Interview") -> "Interview":
    """Return the interview with every question answered."""
    from perpfsm.config.wizard import Refused

    refusals = 0
    while (question := interview.question()) is not None:
        if refusals == 0:
            _put(dialogue, question)
        text = dialogue.ask(_shown_default(question))
        if text == BACK:
            before = interview.back()
            refusals = 0
            if before is None:
                dialogue.say("  This is the first question.", "refused")
            interview = before or interview
            continue
        result = interview.answer(text)
        if isinstance(result, Refused):
            refusals += 1
            _refuse(dialogue, refusals, [(reason.what, reason.remedy) for reason in result.reasons])
            continue
        refusals = 0
        interview = result.interview
        if result.price:
            dialogue.say(f"  {result.price}", "note")
        for warning in result.warnings:
            dialogue.say(f"  {warning}", "warning")
    return interview


def _put(dialogue: Dialogue, question: "Question") -> None:
    dialogue.say()
    dialogue.say(f"{question.number}/{question.count} {question.prompt}", "question")
    dialogue.say(f"  {question.name}: {question.meaning}", "hint")
    dialogue.say(f"  Enter {question.form}.", "hint")


def _shown_default(question: "Question") -> str:
    from perpfsm.config.wording import shown

    return "" if question.default is None else shown(question.default)


def _refuse(dialogue: Dialogue, refusals: int, reasons: list[tuple[str, str]]) -> None:
    """Say why an answer cannot stand.

    Raises:
        AnswersEndedError: When it was one too many in a row.
    """
    for what, remedy in reasons:
        dialogue.say(f"  {what}", "refused")
        if remedy:
            dialogue.say(f"  {remedy}", "remedy")
    if refusals >= REFUSALS_MAX:
        raise AnswersEndedError(TOO_MANY)


def _ask_goal(dialogue: Dialogue, stem: str, *, force: bool) -> Goal | None:
    """Return where the file goes, as it is answered; None to go back to the question before."""
    free = next(Path(f"{stem}_{n}.yaml") for n in range(1, NAMES_MAX) if not Path(f"{stem}_{n}.yaml").exists())
    dialogue.say()
    dialogue.say("Enter a new file name for your configuration", "question")
    dialogue.say(f"  It will be in {Path.cwd()}, unless you name another directory.", "hint")
    for _ in range(REFUSALS_MAX):
        text = dialogue.ask(str(free))
        if text == BACK:
            return None
        found = _goal(dialogue, Path(text or free), force=force)
        if isinstance(found, Goal):
            return found
        dialogue.say(f"  {found}", "refused")
    raise AnswersEndedError(TOO_MANY)


def _goal(dialogue: Dialogue, path: Path, *, force: bool) -> Goal | str:
    """Return `path` as a goal, or why it cannot be one; a person may agree to replace a file."""
    from perpfsm.config.writing import refusal_to_write

    refusal = refusal_to_write(path)
    if refusal or force or not path.exists():
        return refusal or Goal(path, overwrite=force)
    if not dialogue.is_terminal:
        return "The file is there already; name another, or use --force to replace it."
    dialogue.say(f"{path} is there already. Replace it? (yes/no)", "question")
    if dialogue.ask("no").lower() in {"y", "yes"}:
        return Goal(path, overwrite=True)
    return "The file stays as it is."


def _shown_path(path: Path) -> str:
    from perpfsm.config.wording import shown

    return shown(str(path))


def _finish(dialogue: Dialogue, interview: "Interview", goal: Goal) -> int:
    """Write the file, check it as `perpfsm validate` does, and say what comes next."""
    from perpfsm.cli.validate import Format, validate_files
    from perpfsm.config.resources import schema_path
    from perpfsm.config.strategy import load_strategy
    from perpfsm.config.wizard_file import next_command, strategy_text
    from perpfsm.config.writing import whole_file

    text = strategy_text(interview.answers, path=goal.path.absolute(), schema=schema_path("strategy"))
    with whole_file(goal.path, text, overwrite=goal.overwrite) as scratch:
        load_strategy(scratch)
    dialogue.say()
    dialogue.say(f"Written: {goal.path.absolute()}", "done")
    status = validate_files([goal.path], Format.TEXT, strict=False)
    dialogue.say()
    dialogue.say(f"Next: {next_command(goal.path)}", "done")
    return status
