"""The library in use: the shipped metrics and actions, and what installed packages add to them by entry point."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from operator import attrgetter

from perpfsm.config.entries import contained_action, contained_metric, refusals
from perpfsm.config.wording import shown
from perpfsm.errors import LibraryError
from perpfsm.machine.definition import AllOf, AnyOf, Comparison, Guard, GuardName, MachineDefinition, Not
from perpfsm.machine.library import Library
from perpfsm.machine.shipped import shipped_library

GROUP = "perpfsm.library"
SHIPPED = "perpfsm itself"
MEND = "Mend the package, or uninstall it."


@dataclass(frozen=True, slots=True)
class Origin:
    """The installed package that adds metrics and actions.

    Attributes:
        package: The distribution's name.
        version: Of the distribution.
        entry: The entry point's name.
    """

    package: str
    version: str
    entry: str

    def __str__(self) -> str:
        return f"{f'{self.package} {self.version}'.rstrip()}, entry point {shown(self.entry)} of {GROUP}"


@dataclass(frozen=True, slots=True)
class InstalledLibrary:
    """The library in use, and where that which did not ship came from.

    Attributes:
        library: Every metric and action.
        origins: By name of a metric or an action, the package that adds it.
    """

    library: Library
    origins: Mapping[str, Origin]


def installed_library() -> Library:
    """Return the shipped metrics and actions with those that installed packages add; always the same value.

    Raises:
        LibraryError: When a package's entry point cannot be used.
    """
    return installed().library


@cache
def installed() -> InstalledLibrary:
    """Return the library in use with its origins.

    Raises:
        LibraryError: When a package's entry point cannot be used.
    """
    try:
        points = entry_points(group=GROUP)
    except Exception as error:  # whatever some package's own record of itself makes of being read
        what = f"What the installed packages say of themselves cannot be read: {type(error).__name__}: {error}."
        remedy = "Look for a broken entry_points.txt: python -m pip check, then reinstall that package."
        raise LibraryError(what, where="entry points", remedy=remedy) from error
    return collect(points)


def collect(points: Iterable[EntryPoint]) -> InstalledLibrary:
    """Return the shipped library with what each entry point adds, in the order of their names.

    Args:
        points: Of the group `perpfsm.library`.

    Raises:
        LibraryError: When one cannot be imported, is no library, or takes a name that is taken.
    """
    library = shipped_library()
    origins: dict[str, Origin] = {}
    for point in sorted(points, key=lambda each: (each.name, each.value)):
        origin = _origin(point)
        added = _loaded(point, origin)
        for name in (*added.metrics, *added.actions):
            if name in library.metrics or name in library.actions:
                what = f"{shown(name)} is defined already, by {origins.get(name, SHIPPED)}."
                raise LibraryError(what, where=str(origin), remedy="Rename it, or uninstall one of the packages.")
        library = library.extended(
            [contained_metric(spec, str(origin)) for spec in added.metrics.values()],
            [contained_action(spec, str(origin)) for spec in added.actions.values()],
        )
        origins |= dict.fromkeys((*added.metrics, *added.actions), origin)
    return InstalledLibrary(library, origins)


def packages_used(machine: MachineDefinition) -> dict[str, str]:
    """Return name and version of every package whose metrics or actions a lifecycle names, in order of their names.

    Args:
        machine: Read with the library in use.
    """
    origins = installed().origins
    names = {name for guard in machine.guards.values() for name in _metrics_of(guard)}
    names |= {name for row in machine.rows for name in row.actions}
    used = {origins[name] for name in names if name in origins}
    return {origin.package: origin.version for origin in sorted(used, key=attrgetter("package"))}


def _origin(point: EntryPoint) -> Origin:
    """Return where an entry point comes from; one that was made by hand, or badly, has no name or version to show."""
    about: Mapping[str, object] = {} if point.dist is None else point.dist.metadata.json
    return Origin(str(about.get("name", "an unknown package")), str(about.get("version", "")), point.name)


def _loaded(point: EntryPoint, origin: Origin) -> Library:
    """Return what an entry point leads to.

    Raises:
        LibraryError: When it cannot be imported, or is no library whose entries can be used.
    """
    try:
        found = point.load()
    except Exception as error:  # a stranger's module may fail in any way
        what = f"{point.value} cannot be imported: {type(error).__name__}: {error}."
        raise LibraryError(what, where=str(origin), remedy=MEND) from error
    if not isinstance(found, Library):
        what = f"{point.value} is of type {type(found).__name__}, not a perpfsm.machine.library.Library."
        raise LibraryError(what, where=str(origin), remedy="Let it name a value made by Library.of(metrics, actions).")
    for refusal in refusals(found):
        raise LibraryError(refusal, where=str(origin), remedy=MEND)
    return found


def _metrics_of(guard: Guard) -> Iterator[str]:
    """Yield the metrics that a guard itself compares; the guards that it names have their own turn."""
    match guard:
        case Comparison(metric=metric):
            if metric is not None:
                yield metric
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _metrics_of(part)
        case Not(part):
            yield from _metrics_of(part)
        case GuardName():
            return
