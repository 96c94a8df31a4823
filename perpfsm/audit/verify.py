"""Verification: walks a whole journal and names the first entry that is not as it was written."""

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from perpfsm.errors import JournalError, PerpfsmError
from perpfsm.journal.canonical import KINDS, to_json
from perpfsm.journal.chain import GENESIS, chained, entry_json
from perpfsm.journal.raw import RawJournal, Value, inspected
from perpfsm.journal.store import Head

_ANCHOR = re.compile(r"([1-9][0-9]{0,17}):([0-9a-fA-F]{64})")
_TYPES = {
    "seq": int,
    "epoch": str,
    "kind": str,
    "time_ns": int,
    "leg": str,
    "body": str,
    "stamp": int,
    "previous": str,
    "hash": str,
}


@dataclass(frozen=True, slots=True)
class Broken:
    """The first thing that is wrong.

    Attributes:
        seq: Number of the entry; 0 when it is the file and no entry.
        what: One sentence.
    """

    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk through a journal found.

    Attributes:
        entries: How many are sound, counted from the first.
        runs: How many runs began in them.
        head: The last sound entry, an anchor when nothing is broken.
        has_ended: Whether the last run ended in an orderly way.
        broken: The first thing that is wrong; None when nothing is.
    """

    entries: int
    runs: int
    head: Head
    has_ended: bool
    broken: Broken | None


class _Walk:
    """How far the walk has come."""

    def __init__(self) -> None:
        self.head = Head(0, GENESIS)
        self.runs = 0
        self.epoch: str | None = None
        self.has_ended = True

    def step(self, row: tuple[Value, ...]) -> str:
        """Take one entry and return what is wrong with it, empty for nothing."""
        match row:
            case (
                int() as seq,
                str() as epoch,
                str() as kind,
                int() as time_ns,
                str() as leg,
                str() as body,
                int() | None as stamp,
                str() as previous,
                str() as own,
            ):
                pass
            case _:
                return _wrong_type(row)
        if kind not in KINDS:
            return f"It is of the unknown kind {kind!r}."
        if previous != self.head.hash:
            return "It does not continue the entry before it: one of the two was changed, moved or put in."
        try:
            if to_json(msgspec.json.decode(body, type=dict)) != body.encode():
                return "Its body is not canonical JSON."
            text = entry_json(
                body.encode(),
                seq=seq,
                epoch=epoch,
                kind=kind,
                time_ns=time_ns,
                leg=leg,
                stamp=stamp,
                previous=previous,
            )
        except UnicodeEncodeError:
            return "It holds bytes that are not UTF-8."
        except (msgspec.DecodeError, RecursionError):
            return "Its body is not a JSON object."
        if chained(text) != own:
            return "Its content does not match its hash."
        return self._follow(seq, epoch, kind, own)

    def _follow(self, seq: int, epoch: str, kind: str, own: str) -> str:
        if kind == "run":
            self.epoch = epoch
            self.runs += 1
        elif epoch != self.epoch:
            return "It belongs to no run: no header with its epoch goes before it."
        elif self.has_ended:
            return "It stands behind the end of its run."
        self.has_ended = kind == "end"
        self.head = Head(seq, own)
        return ""


def verify(path: Path, anchor: Head | None = None) -> Verdict:
    """Return what a walk through the whole journal finds.

    Args:
        path: The journal; a bot may be writing it.
        anchor: An entry's number and hash, kept elsewhere, that must be in it.

    Raises:
        JournalError: When there is no such file.
    """
    walk = _Walk()
    with inspected(path) as raw:
        try:
            raw.check_schema()
            broken = _walked(raw, walk, anchor)
            if broken is None and (trouble := raw.integrity()) != "ok":
                broken = Broken(0, f"The database is damaged: {trouble}.")
        except JournalError as error:
            broken = Broken(walk.head.seq + 1 if walk.head.seq else 0, error.what)
    return Verdict(walk.head.seq, walk.runs, walk.head, walk.has_ended, broken)


def parse_anchor(text: str) -> Head:
    """Return the anchor that `text` writes as `SEQ:HASH`.

    Raises:
        PerpfsmError: When it writes none.
    """
    found = _ANCHOR.fullmatch(text.strip())
    if found is None:
        raise PerpfsmError(
            f"{text!r} is no anchor.",
            remedy="Give SEQ:HASH as `perpfsm audit verify` printed it: a number, a colon and 64 hexadecimal digits.",
        )
    return Head(int(found[1]), found[2].lower())


def _walked(raw: RawJournal, walk: _Walk, anchor: Head | None) -> Broken | None:
    for row in raw.rows():
        due = walk.head.seq + 1
        if row[0] != due:
            return Broken(due, f"It is missing: the next entry in the file is number {row[0]!r}.")
        if trouble := walk.step(row):
            return Broken(due, trouble)
        if anchor is not None and anchor.seq == due and anchor.hash != walk.head.hash:
            return Broken(
                due,
                "It is not the anchored entry: the journal was written anew up to here, or the anchor is of another.",
            )
    if anchor is not None and anchor.seq > walk.head.seq:
        return Broken(
            walk.head.seq + 1, f"It is missing, and so is all up to the anchor at {anchor.seq}: the tail was cut off."
        )
    return None


def _wrong_type(row: tuple[Value, ...]) -> str:
    names = {int: "integer", float: "real", str: "text", bytes: "blob", type(None): "null"}
    return next(
        f"Its column {name} is {names[type(value)]}, and {names[kind]} was written."
        for (name, kind), value in zip(_TYPES.items(), row, strict=True)
        if not isinstance(value, kind) and not (name == "stamp" and value is None)
    )
