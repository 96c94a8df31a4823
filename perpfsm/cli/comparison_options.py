"""What `run --compare-fills` is asked for, read from its options."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import typer

LATENCY_MS_MAX = 60_000

_MILLISECONDS = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,6})?", re.ASCII)


class ComparisonFormat(StrEnum):
    """For whom the comparison is."""

    TEXT = "text"
    MARKDOWN = "markdown"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is to be compared.

    Attributes:
        latencies_ms: Of each path; none of them is the strategy's own latency alone.
        format: Text goes below the run's summary; the others stand alone, without a run of their own.
    """

    latencies_ms: tuple[Decimal, ...]
    format: ComparisonFormat

    @property
    def stands_alone(self) -> bool:
        """Whether there is nothing but the comparison."""
        return self.format is not ComparisonFormat.TEXT


def comparison_of(
    *, is_wanted: bool, latencies: str | None, output: ComparisonFormat, is_paced: bool, as_json: bool
) -> Comparison | None:
    """Return what is to be compared; None when nothing is.

    Args:
        is_wanted: Whether --compare-fills is there.
        latencies: Of --latencies.
        output: Of --format.
        is_paced: Whether the run follows a clock.
        as_json: Whether the summary is wanted as JSON.

    Raises:
        typer.BadParameter: When it does not go with the rest.
    """
    if not is_wanted:
        if latencies is not None or output is not ComparisonFormat.TEXT:
            raise typer.BadParameter("--latencies and --format belong to --compare-fills.")
        return None
    if is_paced:
        raise typer.BadParameter("--compare-fills goes with --speed max only.")
    if as_json and output is not ComparisonFormat.TEXT:
        raise typer.BadParameter("--json has the comparison in it; leave out --format.")
    return Comparison(() if latencies is None else _milliseconds(latencies), output)


def _milliseconds(text: str) -> tuple[Decimal, ...]:
    """Return the latencies in `0,10,100`, each once.

    Raises:
        typer.BadParameter: When something among them is none.
    """
    found = []
    for word in map(str.strip, text.split(",")):
        if not _MILLISECONDS.fullmatch(word) or Decimal(word) > LATENCY_MS_MAX:
            what = f"{word!r} is not a number of milliseconds from 0 to {LATENCY_MS_MAX:,}."
            raise typer.BadParameter(what, param_hint="--latencies")
        found.append(Decimal(word))
    return tuple(dict.fromkeys(found))
