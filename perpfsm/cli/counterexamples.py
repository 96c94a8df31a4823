"""Counterexamples kept as feeds, each with the command that shows the fault in a run."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from shlex import join

from perpfsm.config.examine import Report
from perpfsm.config.render import Line, Look
from perpfsm.config.wording import listed
from perpfsm.errors import PerpfsmError
from perpfsm.proof.replay import replay


def save_counterexamples(report: Report, folder: Path) -> Iterator[Line]:
    """Write a quotes CSV for each counterexample about a strategy, and yield how to run it.

    Args:
        report: With its proof.
        folder: Where the files go; made when it is not there, and files of the same name are replaced.

    Raises:
        PerpfsmError: When a file cannot be written.
    """
    if report.proof is None or not report.proof.counterexamples:
        return
    strategy = report.strategy
    if strategy is None:
        text = "  no counterexample saved: only a strategy can run; name one that has this lifecycle"
        yield Line(Look.MUTED, text)
        return
    counts: Counter[str] = Counter()
    for example in report.proof.counterexamples:
        counts[example.claim] += 1
        number = f"-{counts[example.claim]}" if counts[example.claim] > 1 else ""
        path = folder / f"{strategy.path.stem}-{example.claim}{number}.csv"
        feed = replay(example.way, strategy.parameters, strategy.paper.instrument)
        _write(path, feed.text)
        journal = path.with_suffix(".journal")
        words = ("perpfsm", "run", report.path, "--feed", str(path), "--no-prove", "--journal", str(journal))
        yield Line(Look.TABLE, f"  saved {path}")
        yield Line(Look.REMEDY, f"    {join(words)}")
        if feed.missing:
            yield Line(Look.MUTED, f"    no feed shows {listed(feed.missing, 'and')}")


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        what = f"The counterexample cannot be written: {error.strerror}."
        raise PerpfsmError(what, where=str(path), remedy="Name another folder.") from error
