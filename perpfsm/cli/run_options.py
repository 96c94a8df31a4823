"""The command line of `perpfsm run` as a value."""

from dataclasses import dataclass
from pathlib import Path

from perpfsm.cli.compare import Comparing
from perpfsm.cli.comparison_options import Comparison


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The command line of a run, as its help describes it."""

    strategy: Path
    feed: str | None
    speed: str
    duration_ns: int | None
    journal: Path
    console: bool | None
    seed: int | None
    changes: dict[str, str]
    use_bands: bool
    record: Path | None
    resume: str | None
    skip_bad_lines: bool
    as_json: bool
    proves: bool = True
    comparison: Comparison | None = None

    @property
    def is_paced(self) -> bool:
        """Whether the run follows a clock."""
        return self.speed != "max"

    @property
    def comparing(self) -> Comparing:
        """The run as one that is compared."""
        return Comparing(self.strategy, self.changes, self.feed, self.seed, self.skip_bad_lines, self.duration_ns)

    @property
    def shows_console(self) -> bool:
        """Whether the live view is wanted: by default in a paced run, where there is a terminal."""
        return self.is_paced and not self.as_json if self.console is None else self.console

    @property
    def factor(self) -> float:
        """Event seconds per real second of a paced run."""
        return 1.0 if self.speed == "realtime" else float(self.speed.removesuffix("x"))
