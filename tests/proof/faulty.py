"""The shipped lifecycle that takes profits, made faulty as a person might when editing it."""

import re
from collections.abc import Callable

from perpfsm.config.resources import machine_path

Edit = Callable[[str], str]


def without(*names: str) -> Edit:
    """Return the edit that takes rows out."""

    def edit(text: str) -> str:
        for name in names:
            text, count = re.subn(rf"  - \{{name: {name},[^\n]*\n(?:     [^\n]*\n)*", "", text)
            assert count == 1, name
        return text

    return edit


def saying(name: str, old: str, new: str) -> Edit:
    """Return the edit that changes what one row says."""

    def edit(text: str) -> str:
        found = re.search(rf"  - \{{name: {name},[^\n]*\n(?:     [^\n]*\n)*", text)
        assert found is not None, name
        assert old in found[0], found[0]
        return text.replace(found[0], found[0].replace(old, new))

    return edit


def with_row(row: str) -> Edit:
    """Return the edit that adds a row in front of that which notices that the leg is flat."""
    return lambda text: text.replace("  # flat again", f"  - {row}\n  # flat again", 1)


def faulty(*edits: Edit, machine: str = "profit_taking") -> str:
    """Return the text of a shipped machine file after some edits."""
    path = machine_path(machine)
    assert path is not None
    text = path.read_text(encoding="utf-8")
    for edit in edits:
        text = edit(text)
    return text
