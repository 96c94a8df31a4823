"""What a journal's export tells, as short lines: one per thing that happened, in the order in which it did."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

Entry = Mapping[str, Any]
EXPECTED = frozenset({"working", "canceled"})
GONE = frozenset({"canceled", "rejected", "expired"})
NS = 10**9
OWN_ID = re.compile(r'"pf-([0-9]+)"')


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened.

    Attributes:
        second: Since the start of the feed, as text.
        kind: transition, note, place, cancel, fill, position, closing, refusal, order, data, operator, run or end.
        text: What it was; begins with the leg's name in Hedge mode.
    """

    second: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """The last run of a journal.

    Attributes:
        entries: Of the last run, as exported.
        lines: The same as lines; what the venue confirmed as expected is left out.
        working: The orders that still work at its end: `sell 1 @ 101 take_profit`.
    """

    entries: Sequence[Entry]
    lines: Sequence[Line]
    working: Sequence[str]

    @classmethod
    def of(cls, export: Iterable[str], start_s: int) -> Self:
        """Return the story of the lines of a deterministic `export`; seconds count from `start_s`."""
        entries = _entries(export)
        last = max(number for number, entry in enumerate(entries) if entry["kind"] == "run")
        orders = {
            entry["body"]["client_id"]: entry["body"] for entry in entries if entry["body"].get("type") == "place"
        }
        lines = [
            Line(_plain(Decimal(entry["time_ns"]) / NS - start_s), kind, f"{_leg(entry)}{text}")
            for entry in entries[last:]
            for kind, text in _texts(entry, orders)
        ]
        return cls(entries[last:], lines, _working(entries))

    def of_kind(self, *kinds: str) -> list[str]:
        """Return the lines of some kinds, each after its second."""
        return [f"{line.second} {line.text}" for line in self.lines if line.kind in kinds]

    def at(self, second: float) -> list[str]:
        """Return everything that happened in one moment."""
        return [line.text for line in self.lines if Decimal(line.second) == Decimal(str(second))]

    @property
    def rows(self) -> list[str]:
        """The rows that fired: `1 entry`, in Hedge mode `1 LONG entry`."""
        return [text.partition(":")[0] for text in self.of_kind("transition")]

    @property
    def placed(self) -> list[str]:
        """The orders that left: `2 sell 1 @ 101 take_profit`."""
        return [text.replace("place ", "") for text in self.of_kind("place")]

    @property
    def canceled(self) -> list[str]:
        """The cancels that left: `3 sell 1 @ 101 take_profit`."""
        return [text.replace("cancel ", "") for text in self.of_kind("cancel")]

    @property
    def fills(self) -> list[str]:
        """The fills: `1 buy 1 @ 100 maker quote`."""
        return [text.replace("fill ", "") for text in self.of_kind("fill")]

    @property
    def closings(self) -> list[str]:
        """Why legs became flat: `3 stop_loss`."""
        return [text.replace("closed ", "") for text in self.of_kind("closing")]

    @property
    def forced(self) -> list[str]:
        """What the venue did to positions, and funding: `4 position 0 by liquidation, realised -9`."""
        return self.of_kind("position", "funding")

    @property
    def notes(self) -> list[str]:
        """What the log said: `1 New peak price …`."""
        return self.of_kind("note")

    @property
    def refusals(self) -> list[str]:
        """What was considered and did not leave: `0 buy quote, level 0: why`."""
        return self.of_kind("refusal")

    @property
    def end(self) -> Entry:
        """The body of the footer."""
        (footer,) = (entry["body"] for entry in self.entries if entry["kind"] == "end")
        return dict(footer)

    @property
    def position(self) -> dict[str, tuple[str, str]]:
        """What is left open: leg to signed size and cost."""
        return {leg: (_plain(size), _plain(cost)) for leg, (size, cost) in self.end["positions"].items()}


def _entries(export: Iterable[str]) -> list[Entry]:
    """Return exported entries; `pf-7` is of its entry's own run, so that two runs may each have one: `pf-r1-7`."""
    entries: list[Entry] = []
    run = 0
    for line in export:
        entry = json.loads(OWN_ID.sub(rf'"pf-r{run}-\1"', line))
        run += entry["kind"] == "run"
        entries.append(entry)
    return entries


def _plain(number: str | int | Decimal) -> str:
    """Return a number without needless zeros."""
    return format(Decimal(number).normalize() + 0, "f")


def _leg(entry: Entry) -> str:
    return "" if entry["leg"] in {"", "BOTH"} else f"{entry['leg']} "


def _texts(entry: Entry, orders: Mapping[str, Entry]) -> Iterator[tuple[str, str]]:
    """Yield kind and text of what an entry is worth."""
    match entry["kind"], entry["body"]:
        case "transition", {"name": name, "source": source, "dest": dest, "reason": reason, "notes": notes}:
            why = "" if reason == "none" else f" ({reason})"
            yield "transition", f"{name}: {source}{why}" if source == dest else f"{name}: {source} > {dest}{why}"
            yield from (("note", note) for note in notes)
        case "command", {"type": kind, "client_id": client_id}:
            yield kind, f"{kind} {_order(orders[client_id])}"
        case "fill", {"fill": fill, "role": role}:
            size, price = _plain(fill["size"]), _plain(fill["price"])
            yield "fill", f"fill {fill['side']} {size} @ {price} {fill['liquidity']} {role}"
        case "position" | "funding" as kind, body:
            yield kind, _forced(kind, body)
        case "closing", {"reason": reason}:
            yield "closing", f"closed {reason}"
        case "refusal", {"what": what, "why": why}:
            yield "refusal", f"{what}: {why}"
        case "order", {"status": status, "client_id": client_id, "detail": detail}:
            if status not in EXPECTED:
                yield "order", f"{status} {_order(orders[client_id])}: {detail}"
        case "data", {"health": health}:
            yield "data", f"data {health}"
        case "operator", {"action": action, "who": who}:
            yield "operator", f"{action} by {who}"
        case kind, _:
            yield str(kind), str(kind)


def _forced(kind: str, body: Entry) -> str:
    if kind == "funding":
        return f"funding {_plain(body['paid'])} at {_plain(body['rate'])} of {_plain(body['mark'])}"
    return f"position {_plain(body['size_after'])} by {body['cause']}, realised {_plain(body['realised'])}"


def _order(order: Entry) -> str:
    where = "at market" if order["price"] is None else f"@ {_plain(order['price'])}"
    return f"{order['side']} {_plain(order['size'])} {where} {order['role']}"


def _working(entries: Sequence[Entry]) -> list[str]:
    """Return what still works after all `entries`, with the size that is left."""
    orders: dict[str, Entry] = {}
    for entry in entries:
        match entry["kind"], entry["body"]:
            case "command", {"type": "place", "client_id": client_id}:
                orders[client_id] = entry["body"]
            case "order", {"status": status, "client_id": client_id} if status in GONE:
                orders.pop(client_id, None)
            case "fill", {"fill": {"client_id": client_id, "size": size}}:
                order = orders.pop(client_id, None)
                if order is not None and Decimal(order["size"]) > Decimal(size):
                    orders[client_id] = {**order, "size": Decimal(order["size"]) - Decimal(size)}
            case _:
                pass
    return [_order(order) for order in orders.values()]
