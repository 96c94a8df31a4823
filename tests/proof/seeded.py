"""Faults planted in the shipped lifecycles as edits of their text: what finds each, where, and what nothing finds.

They stand in seeded_faults.txt, a line each. An edit is one of `remove ROW`, `swap ROW ROW`, `without ROW KEY ITEM` (a
guard, an action, a state or a trigger that the row loses) and `instead TEXT → TEXT` (of a text that stands there once).

`python -m tests.proof.seeded`, from the checkout, writes the tables in docs/guide/proofs.md anew.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from perpfsm.config.resources import machine_path

LIST = Path(__file__).with_name("seeded_faults.txt")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "proofs.md"
BEGIN, END = "<!-- seeded faults -->\n", "<!-- end of the seeded faults -->\n"


@dataclass(frozen=True)
class Fault:
    """A fault in a shipped lifecycle.

    Attributes:
        machine: The lifecycle.
        what: The fault in words.
        edit: From the shipped text to the faulty one.
        code: Of the finding that gives it away.
        at: Where that finding stands: `row X`, `guard X` or `state X`.
    """

    machine: str
    what: str
    edit: str
    code: str
    at: str


@dataclass(frozen=True)
class Survivor:
    """An edit that nothing finds.

    Attributes:
        machine: The lifecycle.
        what: The edit in words.
        edit: From the shipped text to the other one.
        why: Why nothing finds it.
    """

    machine: str
    what: str
    edit: str
    why: str


def _listed(columns: int) -> list[list[str]]:
    lines = (line.split(" | ") for line in LIST.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return [line for line in lines if len(line) == columns]


FAULTS = [Fault(*line) for line in _listed(5)]
SURVIVORS = [Survivor(*line) for line in _listed(4)]


def text_of(seeded: Fault | Survivor) -> str:
    """Return the machine file after the edit."""
    path = machine_path(seeded.machine)
    assert path is not None
    shipped = path.read_text(encoding="utf-8")
    operation, _, words = seeded.edit.partition(" ")
    match operation, words.split():
        case "remove", [row]:
            text = shipped.replace(_row(shipped, row), "")
        case "swap", [one, other]:
            first, second = _row(shipped, one), _row(shipped, other)
            text = shipped.replace(first, "\0").replace(second, first).replace("\0", second)
        case "without", [row, key, item]:
            text = shipped.replace(_row(shipped, row), _without(_row(shipped, row), key, item))
        case "instead", _:
            old, new = words.replace("\\n", "\n").split(" → ")
            assert shipped.count(old) == 1, old
            text = shipped.replace(old, new)
        case _:
            raise AssertionError(seeded.edit)
    assert text != shipped
    return text


def _row(text: str, name: str) -> str:
    """Return the text of a row, its line feed included."""
    found = re.search(rf"  - {{name: {name}, trigger.*?}}\n", text, re.DOTALL)
    assert found is not None, name
    return found.group()


def _without(row: str, key: str, item: str) -> str:
    """Return a row that has lost `item`; with the last one the key goes."""
    found = re.search(rf",\s*{key}: (\[[^\]]*\]|\w+)", row)
    assert found is not None, key
    items = re.findall(r"\w+", found.group(1))
    assert item in items, item
    rest = [each for each in items if each != item]
    return row.replace(found.group(), f", {key}: [{', '.join(rest)}]" if rest else "")


def line_of(text: str, at: str) -> int:
    """Return the line, from 1, at which a row, a guard or a state of a machine file begins."""
    kind, name = at.split()
    states, guards, rows = (text.index(f"\n{section}:") for section in ("states", "guards", "transitions"))
    start, end = {"state": (states, guards), "guard": (guards, rows), "row": (rows, len(text))}[kind]
    beginning = rf"^  {name}: " if kind == "guard" else rf"^  - {{name: {name}\b"
    found = re.compile(beginning, re.MULTILINE).search(text, start, end)
    assert found is not None, at
    return text.count("\n", 0, found.start()) + 1


def table() -> str:
    """Return both tables as Markdown."""
    faults = [f"| {each.machine} | {each.what} | `{each.code}` | {each.at} |" for each in FAULTS]
    survivors = [f"| {each.machine} | {each.what} | {each.why} |" for each in SURVIVORS]
    head = ("| lifecycle | fault | found by | at |", "| --- | --- | --- | --- |")
    other = ("| lifecycle | edit | why nothing finds it |", "| --- | --- | --- |")
    count = f"{len(FAULTS)} faults, each found; {len(SURVIVORS)} edits that are found by nothing:"
    return "\n".join((*head, *faults, "", count, "", *other, *survivors)) + "\n"


def renewed(page: str) -> str:
    """Return the page with the tables of now."""
    before, begun, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    assert begun, "the page has no place for the table"
    assert ended, "the page has no place for the table"
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text("utf-8")), "utf-8")
    sys.stdout.write(f"{len(FAULTS)} faults, {len(SURVIVORS)} survivors\n")
