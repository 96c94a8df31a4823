"""The margin brackets that a strategy names: rows of its own, or a file of them in the venue's shape."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from perpfsm.config.documents import has_errors
from perpfsm.config.nodes import Complaint, Document, Value
from perpfsm.config.nodes import Path as Place
from perpfsm.config.schema import complaints, load_schema, unquoted
from perpfsm.config.settings import Settings
from perpfsm.config.source import read_source
from perpfsm.config.translate import label
from perpfsm.config.wording import plain, shown
from perpfsm.config.yaml_reader import read_yaml
from perpfsm.errors import Finding, Severity
from perpfsm.market.brackets import BRACKETS, Bracket, Brackets, flaws

HERE = ("paper", "brackets")
NAME = ".".join(HERE)
# The venue's names for the fields of a bracket.
KEYS = {
    "notional_floor": "notionalFloor",
    "notional_cap": "notionalCap",
    "leverage_max": "initialLeverage",
    "maintenance_rate": "maintMarginRatio",
    "maintenance_amount": "cum",
}


@dataclass(frozen=True, slots=True)
class BracketTable:
    """What was read of the brackets in force.

    Attributes:
        brackets: None when there are errors.
        complaints: What is wrong in the strategy file.
        findings: What is wrong in the file that it names.
    """

    brackets: Brackets | None
    complaints: tuple[Complaint, ...] = ()
    findings: tuple[Finding, ...] = ()


def bracket_table(path: Path, settings: Settings) -> BracketTable:
    """Return the brackets of the strategy file at `path`."""
    given = settings.values.get(NAME)
    match given:
        case list():
            wrong = tuple(_flaws(given, HERE))
            return BracketTable(None if wrong else _brackets(given), wrong)
        case str():
            return _of_file(path.parent / given, settings)
        case _:
            return BracketTable(BRACKETS)


def highest_leverage(settings: Settings) -> int | None:
    """Return the highest leverage that the rows in force offer; None when they were refused, or a file has them."""
    given = settings.values.get(NAME, NAME)
    if given is None:
        return BRACKETS[0].leverage_max
    return max(bracket.leverage_max for bracket in _brackets(given)) if isinstance(given, list) else None


def leverage_complaints(leverage: Decimal | None, most: int | None) -> Iterator[Complaint]:
    """Yield what is wrong with a leverage that no bracket offers; nothing where one of the two is not known."""
    if leverage is not None and most is not None and leverage > most:
        what = f"leverage {plain(leverage)} is beyond the venue's bracket, which ends at {most}."
        yield Complaint(("leverage",), "leverage-bracket", what, f"Use at most {most}.")


def _of_file(path: Path, settings: Settings) -> BracketTable:
    source = read_source(path)
    if isinstance(source, Finding):
        what = f"The file of brackets cannot be used: {source.what}"
        return BracketTable(None, (Complaint(HERE, source.code, what, source.remedy),))
    root, findings = read_yaml(source)
    if root is None:
        return BracketTable(None, findings=findings)
    at, rows = _rows(root.value, settings.text("market") or "")
    value, warnings = unquoted({HERE[0]: {HERE[1]: rows}}, load_schema("strategy"))
    rows = _member(_member(value, HERE[0]), HERE[1])
    found = [
        Complaint((*at, *each.path[len(HERE) :]), each.code, each.what, each.remedy, each.at_key, each.severity)
        for each in (*warnings, *complaints(value, "strategy"))
        if each.path[: len(HERE)] == HERE
    ]
    if not isinstance(rows, list):
        what = "The file holds no list of brackets for this market."
        found = [Complaint(at, "no-brackets", what, "Write a list of brackets, as the venue gives them.")]
    elif all(each.severity is Severity.WARNING for each in found):
        found += _flaws(rows, at)
    everything = (*findings, *Document(source, root).findings(found))
    if has_errors(everything) or not isinstance(rows, list):
        return BracketTable(None, findings=everything)
    brackets = _brackets(rows)
    against = leverage_complaints(settings.number("leverage"), brackets[0].leverage_max)
    return BracketTable(brackets, tuple(against), everything)


def _rows(value: Value, market: str) -> tuple[Place, Value]:
    """Return where the rows of `market` are in what the venue answers, and the rows; bare rows are of any market."""
    if isinstance(value, dict):
        return ("brackets",), value.get("brackets")
    markets = (
        [(_member(each, "symbol"), _member(each, "brackets")) for each in value] if isinstance(value, list) else []
    )
    for index, (symbol, rows) in enumerate(markets):
        if rows is not None and symbol == market.replace("-", ""):
            return (index, "brackets"), rows
    return (), None if any(rows is not None for _, rows in markets) else value


def _member(value: Value, name: str) -> Value:
    return value.get(name) if isinstance(value, dict) else None


def _flaws(rows: list[Value], at: Place) -> Iterator[Complaint]:
    """Yield what is wrong with rows that are well formed each for itself."""
    for number, field, wanted in flaws(_brackets(rows)):
        place = (*at, number, KEYS[field])
        row = rows[number]
        value = row[KEYS[field]] if isinstance(row, dict) else None
        is_number = wanted[0].isdigit()
        said = plain(Decimal(wanted)) if is_number else wanted
        what = f"{label(place)} is {shown(value)}, but must be {said}: {_WHY[field]}."
        yield Complaint(place, "bracket-table", what, f"Write {said}." if is_number else "Check the table.")


_WHY = {
    "notional_floor": "a bracket begins where the one before ends, the first one at 0",
    "notional_cap": "a bracket ends above its floor",
    "leverage_max": "a larger notional is offered less leverage",
    "maintenance_rate": "a larger notional keeps more margin",
    "maintenance_amount": "the margin to keep does not jump from one bracket to the next",
}


def _brackets(rows: list[Value]) -> Brackets:
    return tuple(map(_bracket, rows))


def _bracket(row: Value) -> Bracket:
    assert isinstance(row, dict)  # noqa: S101  # the schema admits nothing else
    numbers = {field: row[key] for field, key in KEYS.items()}
    values = {field: Decimal(number) for field, number in numbers.items() if isinstance(number, int | Decimal)}
    return Bracket(
        values["notional_floor"],
        values["notional_cap"],
        int(values["leverage_max"]),
        values["maintenance_rate"],
        values["maintenance_amount"],
    )
