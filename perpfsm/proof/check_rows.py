"""Rows in the wrong place: never reached, hidden behind another, before the stop, or quoting when nobody may."""

from collections.abc import Iterator
from itertools import combinations

from perpfsm.errors import Severity
from perpfsm.machine.definition import Comparison, Guard, GuardName, MachineDefinition, Not, Operator, Row, Trigger
from perpfsm.machine.library import Library
from perpfsm.market.order import Role
from perpfsm.proof.check_logic import Logic, row_guard
from perpfsm.proof.flaw import Flaw, SourceFile

# Exits for these reasons come before everything else.
PROTECTIVE = frozenset({"stop_loss", "risk", "flatten", "liquidation", "external"})
QUOTING = "quoting"
ALLOWED = Comparison(Operator.IS, ("allowed",), metric=QUOTING)
Moment = tuple[Trigger, str]


def check_rows(definition: MachineDefinition, library: Library, logic: Logic) -> Iterator[Flaw]:
    """Yield a flaw for every row that never fires, somewhere never fires, or comes before the stop."""
    seen: list[Row] = []
    for row in definition.rows:
        if not logic.can((row_guard(row), True)):
            yield _contradictory(row, logic)
            continue
        hidden = {moment: hiding for moment in _moments(row) if (hiding := _hiding(row, moment, seen, logic))}
        if hidden:
            yield _shadowed(row, hidden)
        if row.reason == "stop_loss":
            yield from _before_the_stop(row, hidden, seen, library, logic)
        if Role.QUOTE in _places(row, library) and QUOTING in library.metrics:
            yield from _unallowed(row, seen, logic)
        seen.append(row)


def row_path(row: Row, *keys: str | int) -> tuple[str | int, ...]:
    """Return where a row stands in its file, or a key of it."""
    return ("transitions", row.number - 1, *keys)


def _moments(row: Row) -> Iterator[Moment]:
    """Yield when and where a row is tried."""
    yield from ((trigger, source) for trigger in row.triggers for source in row.sources)


def _contradictory(row: Row, logic: Logic) -> Flaw:
    """Return the flaw of a row whose guards exclude each other, naming two that do where two suffice."""
    asked: list[tuple[str, Guard]] = [(name, GuardName(name)) for name in row.conditions]
    asked += [(f"not {name}", Not(GuardName(name))) for name in row.unless]
    labels = [label for label, _ in asked]
    for few in (*combinations(asked, 1), *combinations(asked, 2)):
        if not logic.can(*((guard, True) for _, guard in few)):
            labels = [label for label, _ in few]
            break
    because = " and ".join(labels) + (" exclude each other" if len(labels) > 1 else " never holds")
    what = f"Row {row.name} can never fire: {because}."
    return Flaw("row-never-fires", Severity.ERROR, SourceFile.MACHINE, row_path(row), what, "Change or remove a guard.")


def _hiding(row: Row, moment: Moment, seen: list[Row], logic: Logic) -> tuple[Row, ...]:
    """Return the rows before `row` that together leave nothing for it, as few as possible; none when it can fire."""
    trigger, source = moment
    before = [other for other in seen if trigger in other.triggers and source in other.sources]
    if not before or not _is_hidden(row, before, logic):
        return ()
    needed = before
    for other in before:
        fewer = [each for each in needed if each is not other]
        if _is_hidden(row, fewer, logic):
            needed = fewer
    return tuple(needed)


def _is_hidden(row: Row, before: list[Row], logic: Logic) -> bool:
    return not logic.can((row_guard(row), True), *((row_guard(other), False) for other in before))


def _shadowed(row: Row, hidden: dict[Moment, tuple[Row, ...]]) -> Flaw:
    everywhere = len(hidden) == len(row.triggers) * len(row.sources)
    (trigger, source), hiding = next(iter(hidden.items()))
    names = " and ".join(other.name for other in hiding)
    one = len(hiding) == 1
    where = "" if everywhere else f" on {trigger} in {source}"
    what = (
        f"Row {row.name} can never fire{where}: {names} before it "
        f"{'fires' if one else 'fire'} whenever its guards hold."
    )
    remedy = f"Move it before {names}, or remove it." if everywhere else f"Move it before {names}, or narrow it."
    severity = Severity.ERROR if everywhere else Severity.WARNING
    return Flaw("shadowed-row", severity, SourceFile.MACHINE, row_path(row), what, remedy)


def _before_the_stop(
    stop: Row, hidden: dict[Moment, tuple[Row, ...]], seen: list[Row], library: Library, logic: Logic
) -> Iterator[Flaw]:
    """Yield each row of a lower class that can fire before the stop while the stop is due."""
    for other in seen:
        moments = [
            (trigger, source)
            for trigger, source in _moments(stop)
            if trigger in other.triggers and source in other.sources and (trigger, source) not in hidden
        ]
        if not moments or not _is_lower(other, library):
            continue
        if logic.can((row_guard(stop), True), (row_guard(other), True), unsure=False):
            trigger, source = moments[0]
            what = f"Row {other.name} stands before {stop.name} and can fire on {trigger} in {source} while it is due."
            remedy = f"Move {stop.name} before it."
            yield Flaw("before-the-stop", Severity.ERROR, SourceFile.MACHINE, row_path(other), what, remedy)


def _is_lower(row: Row, library: Library) -> bool:
    """Return whether a row does what a stop must never wait for: it quotes, or it exits for another reason."""
    if row.reason is not None:
        return row.reason not in PROTECTIVE
    return bool(_places(row, library) & {Role.QUOTE, Role.TAKE_PROFIT})


def _places(row: Row, library: Library) -> frozenset[Role]:
    """Return the roles of the orders that a row may place."""
    return frozenset[Role]().union(*(library.actions[name].effects.places for name in row.actions))


def _unallowed(row: Row, seen: list[Row], logic: Logic) -> Iterator[Flaw]:
    """Yield the flaw of a row that may quote while quoting is not allowed, whatever stands before it."""
    for trigger, source in _moments(row):
        before = [other for other in seen if trigger in other.triggers and source in other.sources]
        others = ((row_guard(other), False) for other in before)
        if logic.can((row_guard(row), True), (ALLOWED, False), *others, unsure=False):
            what = f"Row {row.name} can place quotes on {trigger} in {source} while quoting is not allowed."
            remedy = "Add a condition such as {metric: quoting, is: allowed}, or a row before it that stands down."
            yield Flaw("quotes-unallowed", Severity.ERROR, SourceFile.MACHINE, row_path(row), what, remedy)
            return
