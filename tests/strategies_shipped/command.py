"""The real command in a process of its own, and what the journal says that it leaves, for tests of whole strategies."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
STRATEGIES = ROOT / "strategies"
TIMEOUT_S = 120

Body = dict[str, object]


def perpfsm(*arguments: object, cwd: Path) -> str:
    """Run `perpfsm` with `arguments`, which must succeed, and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "perpfsm", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass(frozen=True)
class Said:
    """What an exported journal says: kind and body of each entry, in order; a body also has the entry's `leg`."""

    entries: tuple[tuple[str, Body], ...]

    def of(self, kind: str) -> list[Body]:
        """Return the bodies of one kind."""
        return [body for its_kind, body in self.entries if its_kind == kind]

    @property
    def states(self) -> set[object]:
        """Every state that a leg was in."""
        return {move[end] for move in self.of("transition") for end in ("source", "dest")}

    @property
    def reasons(self) -> set[object]:
        """Why positions were closed."""
        return {closing["reason"] for closing in self.of("closing")}

    @property
    def row_names(self) -> set[object]:
        """The rows that fired."""
        return {move["name"] for move in self.of("transition")}


def exported(journal: Path) -> Said:
    """Return what `perpfsm audit export` says of a journal."""
    return Said(tuple(_entries(perpfsm("audit", "export", journal, cwd=journal.parent))))


def _entries(text: str) -> Iterator[tuple[str, Body]]:
    for line in text.splitlines():
        entry = json.loads(line)
        yield entry["kind"], {**entry["body"], "leg": entry["leg"]}
