"""Libraries of installed packages: found by entry point, added to what ships, and all the ways to be wrong."""

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint, distributions
from pathlib import Path

import pytest

from perpfsm.config.libraries import GROUP, collect, installed, installed_library, packages_used
from perpfsm.errors import LibraryError
from perpfsm.machine.definition import (
    AllOf,
    AnyOf,
    Comparison,
    GuardName,
    MachineDefinition,
    Not,
    Operator,
    StateDefinition,
)
from perpfsm.machine.shipped import shipped_library
from tests.builders import row, shipped_definition

HEAD = """
from perpfsm.machine.library import ActionSpec, Declared, Effects, Library, MetricSpec
from perpfsm.market.ratio import Ratio
"""
METRIC = "MetricSpec('depth', 'count', 'How deep.', lambda reading: Ratio(1))"
ACTION = "ActionSpec('shout', 'Say so.', Effects(), lambda reading, out: None)"
GOOD = f"{HEAD}LIBRARY = Library.of([{METRIC}], [{ACTION}])"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder on the path; what was imported from it is forgotten afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in str(sys.modules[name].__file__):
            del sys.modules[name]


def install(folder: Path, name: str, text: str, *, value: str = "", version: str = "1.0") -> None:
    """Put a module and what pip would write about its package into a folder."""
    module = f"strange_{name}"
    (folder / f"{module}.py").write_text(text)
    about = folder / f"{name}-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (about / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {value or f'{module}:LIBRARY'}\n")


def found(folder: Path) -> list[EntryPoint]:
    """Return the entry points of the packages in a folder."""
    return [
        point for about in distributions(path=[str(folder)]) for point in about.entry_points if point.group == GROUP
    ]


def refusal(folder: Path) -> str:
    with pytest.raises(LibraryError) as caught:
        collect(found(folder))
    return str(caught.value)


def test_with_nothing_installed_the_library_is_the_one_that_ships() -> None:
    assert installed_library() is installed().library
    assert dict(collect([]).library.metrics) == dict(shipped_library().metrics)


def test_a_package_adds_its_metrics_and_actions_and_is_remembered_as_their_origin(folder: Path) -> None:
    install(folder, "deep", GOOD, version="2.3")

    result = collect(found(folder))

    assert set(result.library.metrics) - set(shipped_library().metrics) == {"depth"}
    assert set(result.library.actions) - set(shipped_library().actions) == {"shout"}
    assert {name: str(origin) for name, origin in result.origins.items()} == {
        "depth": "deep 2.3, entry point deep of perpfsm.library",
        "shout": "deep 2.3, entry point deep of perpfsm.library",
    }


def test_a_name_that_ships_cannot_be_taken(folder: Path) -> None:
    install(folder, "greedy", f"{HEAD}LIBRARY = Library.of([], [{ACTION.replace('shout', 'place_quotes')}])")

    assert refusal(folder) == (
        "greedy 1.0, entry point greedy of perpfsm.library: place_quotes is defined already, by perpfsm itself. "
        "Rename it, or uninstall one of the packages."
    )


def test_a_name_that_another_package_has_cannot_be_taken_either(folder: Path) -> None:
    install(folder, "first", GOOD)
    install(folder, "second", GOOD)

    assert refusal(folder) == (
        "second 1.0, entry point second of perpfsm.library: depth is defined already, by first 1.0, entry point first "
        "of perpfsm.library. Rename it, or uninstall one of the packages."
    )


@pytest.mark.parametrize(
    ("text", "value", "what"),
    [
        ("import no_such_module", "", "cannot be imported: ModuleNotFoundError: No module named 'no_such_module'."),
        ("1 / 0", "", "cannot be imported: ZeroDivisionError: division by zero."),
        ("LIBRARY = (", "", "cannot be imported: SyntaxError: '(' was never closed"),
        ("", "strange_bad:LIBRARY", "cannot be imported: AttributeError: "),
        ("LIBRARY = {'depth': 1}", "", "is of type dict, not a perpfsm.machine.library.Library."),
    ],
)
def test_what_cannot_be_loaded_is_told_with_its_package(folder: Path, text: str, value: str, what: str) -> None:
    install(folder, "bad", text, value=value)

    told = refusal(folder)

    assert told.startswith("bad 1.0, entry point bad of perpfsm.library: strange_bad:LIBRARY ")
    assert what in told


def test_an_entry_point_without_a_package_is_told_as_such(folder: Path) -> None:
    (folder / "strange_lone.py").write_text("LIBRARY = None")
    with pytest.raises(LibraryError, match=r"an unknown package, entry point lone of perpfsm.library"):
        collect([EntryPoint("lone", "strange_lone:LIBRARY", GROUP)])


def test_a_package_that_does_not_say_its_name_is_told_as_unknown(folder: Path) -> None:
    install(folder, "nameless", "LIBRARY = None")
    (folder / "nameless-1.0.dist-info" / "METADATA").unlink()
    assert refusal(folder).startswith("an unknown package, entry point nameless of perpfsm.library: ")


@pytest.mark.parametrize("record", [b"[perpfsm.library]\nno entry\n", b"\xff\xfe[perpfsm.library]\nx = json:loads\n"])
def test_a_record_that_cannot_be_read_is_told_once_and_calmly(folder: Path, record: bytes) -> None:
    install(folder, "odd", GOOD)
    (folder / "odd-1.0.dist-info" / "entry_points.txt").write_bytes(record)
    installed.cache_clear()
    try:
        with pytest.raises(LibraryError, match=r"^entry points: What the installed packages say of themselves cannot"):
            installed()
    finally:
        installed.cache_clear()


def test_entries_that_cannot_be_used_are_told(folder: Path) -> None:
    install(folder, "odd", f"{HEAD}LIBRARY = Library({{'depth': 3}}, {{}})")
    assert "The metric depth is of type int, not MetricSpec." in refusal(folder)


def test_a_lifecycle_names_the_packages_that_it_uses(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(folder, "deep", GOOD)
    install(folder, "unused", f"{HEAD}LIBRARY = Library.of([], [{ACTION.replace('shout', 'hum')}])")
    monkeypatch.setattr("perpfsm.config.libraries.installed", lambda: collect(found(folder)))
    depth = Comparison(Operator.ABOVE, 0, metric="depth")  # type: ignore[arg-type]  # any number will do
    parameter = Comparison(Operator.ABOVE, 0, parameter="leverage")  # type: ignore[arg-type]
    guard = AllOf((parameter, AnyOf((GuardName("other"), Not(depth)))))
    states = (StateDefinition("here"),)

    def named(*, guards: bool, does: str) -> dict[str, str]:
        rows = (row(dest=None, do=(does,)),)
        return packages_used(MachineDefinition("m", "here", states, {"deep": guard} if guards else {}, rows))

    assert packages_used(shipped_definition("profit_taking")) == {}
    assert named(guards=True, does="place_quotes") == {"deep": "1.0"}
    assert named(guards=False, does="shout") == {"deep": "1.0"}
    assert named(guards=True, does="hum") == {"deep": "1.0", "unused": "1.0"}
