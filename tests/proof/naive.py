"""An explorer without ideas: every guard evaluated from its definition on every combination of values, row by row.

Nothing here is lazy, merged or remembered, and neither `transitions` nor the metrics of the library are used. What it
shares with the proof are the vocabulary (situations, and the events that the venue may send).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import product

from perpfsm.decisions.parameters import CloseType, Parameters
from perpfsm.machine.definition import (
    GuardName,
    MachineDefinition,
    Row,
    Trigger,
)
from perpfsm.proof.events import events_in
from perpfsm.proof.situation import Situation
from tests.proof.naive_values import Known, Snapshot, Values

Key = tuple[Situation, tuple[Known, ...], frozenset[str]]
OFFERS_MAX = 32
# What each action may change, of the metrics that random machines read.
CHANGES = {
    "place_quotes": {"quotes_age_s"},
    "keep_quotes": {"quotes_age_s"},
    "cancel_quotes": set[str](),
    "cancel_orders": {"exit_age_s", "exits_working", "exit_order_type"},
    "cancel_exits": {"exit_age_s", "exits_working", "exit_order_type"},
    "place_take_profit": {"exit_age_s", "exits_working", "exit_order_type"},
    "close_position": {"exit_age_s", "exits_working", "exit_order_type", "exit_replacements"},
    "close_at_market": {"exit_age_s", "exits_working", "exit_order_type", "exit_replacements"},
}
FRESH = {
    "place_quotes": "quotes_age_s",
    "keep_quotes": "quotes_age_s",
    "place_take_profit": "exit_age_s",
    "close_position": "exit_age_s",
    "close_at_market": "exit_age_s",
}


@dataclass(slots=True)
class Found:
    """What the naive explorer has seen."""

    situations: set[Situation] = field(default_factory=set)
    refuted: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Now:
    """A situation, and the values of everything that any guard reads."""

    situation: Situation
    snapshot: Mapping[str, Known]
    fresh: frozenset[str] = frozenset()

    @property
    def key(self) -> Key:
        """What makes two of them the same."""
        return self.situation, tuple(self.snapshot.values()), self.fresh


class Naive:
    """Explores one machine."""

    def __init__(self, definition: MachineDefinition, parameters: Parameters) -> None:
        self.definition = definition
        self.parameters = parameters
        self.found = Found()
        self.states = {state.name: state for state in definition.states}
        self.values = Values(definition, parameters)
        limits = {"place_take_profit"} | (
            {"close_position"} if parameters.close_position_order_type == "LIMIT" else set()
        )
        self.has_limits = any(not limits.isdisjoint(row.actions) for row in definition.rows)

    def explore(self) -> Found:
        pending = [Situation(self.definition.initial)]
        self.found.situations.update(pending)
        while pending:
            situation = pending.pop()
            for after in self._all_moves(situation):
                rest = after._replace(fill="none", cut=False)
                if rest not in self.found.situations:
                    self.found.situations.add(rest)
                    pending.append(rest)
        return self.found

    def _all_moves(self, situation: Situation) -> Iterator[Situation]:
        for snapshot in self._snapshots(situation):
            yield from self._market(Now(situation, snapshot))
        if self.states[situation.state].exposed is not situation.exposed:
            return
        for event in events_in(situation, is_hedge=False, has_limits=self.has_limits):
            if event.trigger is None:
                yield event.after
                continue
            for snapshot in self._snapshots(event.after):
                if all(snapshot.get(metric, values[0]) in values for metric, values in event.pins.items()):
                    row = self._first(event.trigger, Now(event.after, snapshot))
                    if row is None:
                        yield event.after
                    else:
                        for now in self._fire(row, Now(event.after, snapshot)):
                            yield now.situation
                            if now.situation.cut:  # only within the event it matters what was cut in it
                                yield from self._market(replace(now, situation=now.situation._replace(fill="none")))

    def _market(self, start: Now) -> Iterator[Situation]:
        """Yield every stop of a market event, following one combination of values to its end."""
        pending: list[tuple[Now, tuple[Now, ...]]] = [(start, ())]
        seen: set[Key] = set()
        while pending:
            now, path = pending.pop()
            if any(now.key == each.key for each in path) or len(path) > OFFERS_MAX:
                self.found.refuted.add("comes-to-rest")
                continue
            if now.key in seen:
                continue
            seen.add(now.key)
            row = self._first(Trigger.MARKET, now)
            if row is None:
                self._judge(start, (*path, now))
                continue
            for after in self._fire(row, now):
                yield after.situation
                pending.append((after, (*path, now)))

    def _judge(self, start: Now, path: tuple[Now, ...]) -> None:
        end, begin = path[-1].situation, start.situation
        exposed = self.states[end.state].exposed
        if end.exposed and not exposed:
            self.found.refuted.add("fills-are-noticed")
        if exposed and not end.exposed:
            self.found.refuted.add("flat-is-noticed")
        if exposed and end.exposed and end.opposite:
            self.found.refuted.add("no-opposite-quote")
        is_left = end.reason not in {"none", "take_profit"}
        if self.states[end.state].closing and end.exposed and is_left and (end.same or end.opposite):
            self.found.refuted.add("no-quote-while-closing")
        pnl = start.snapshot["pnl_pct"]
        is_hit = isinstance(pnl, Decimal) and pnl <= -self.parameters.stop_loss_spread
        may_stop = begin.exposed and self.states[begin.state].exposed and begin.reason != "stop_loss"
        in_flight = begin.market or begin.leaving == "market"
        stopped = any(now.situation.reason == "stop_loss" for now in path)
        is_unclosed = end.exposed and end.reason == "stop_loss" and not (end.limit or end.market)
        if is_hit and may_stop and not in_flight and (not stopped or is_unclosed):
            self.found.refuted.add("stop-first")

    def _first(self, trigger: Trigger, now: Now) -> Row | None:
        for row in self.definition.rows:
            if trigger in row.triggers and now.situation.state in row.sources:
                holds = all(self.values.holds(GuardName(name), now.snapshot) for name in row.conditions)
                if holds and not any(self.values.holds(GuardName(name), now.snapshot) for name in row.unless):
                    return row
        return None

    def _fire(self, row: Row, now: Now) -> Iterator[Now]:
        """Yield the moment after a row, for every value that what it changed may have now."""
        before = now.situation
        after, changed, fresh = before, set[str](), set(now.fresh)
        if row.dest is not None:
            changed |= {"exit_replacements", "exit_reason", "exit_losses", "exit_backoff_left_s"}
            dest = self.states[row.dest]
            after = after._replace(state=row.dest, placed=0, reason=(row.reason or "none") if dest.closing else "none")
            if not dest.exposed:
                after = after._replace(lost=False, peak="none")
        for action in row.actions:
            is_exit = action in {"place_take_profit", "close_position", "close_at_market"}
            works = after.profit or after.limit or after.market or after.cut
            if is_exit and after.exposed and works and self.states[before.state].exposed:
                self.found.refuted.add("exits-fit")
            is_held = after.exposed and self.states[before.state].exposed
            if action == "place_quotes" and is_held:
                self.found.refuted.add("no-opening-while-exposed")
            at_market = (
                self.parameters.close_position_order_type is CloseType.MARKET
                or now.snapshot["data"] not in {"good", "jump"}
                or action == "close_at_market"
            )
            after = self._act(action, after, at_market=at_market)
            changed |= CHANGES[action]
            fresh -= CHANGES[action]
            if action in FRESH:
                fresh.add(FRESH[action])
        yield from self._with(now, after, changed, frozenset(fresh))

    @staticmethod
    def _act(action: str, now: Situation, *, at_market: bool) -> Situation:
        match action:
            case "place_quotes":
                return now._replace(quoted=True, same=True, opposite=True)
            case "cancel_quotes":
                return now._replace(same=False, opposite=False)
            case "cancel_orders" | "cancel_exits":
                if action == "cancel_orders":
                    now = now._replace(same=False, opposite=False)
                leaving = "limit" if now.leaving == "none" and (now.profit or now.limit) else now.leaving
                leaving = "market" if now.market else leaving
                return now._replace(profit=False, limit=False, market=False, leaving=leaving, cut=now.cut or now.market)
            case "place_take_profit" if now.exposed:
                return now._replace(profit=True)
            case "close_position" | "close_at_market":
                now = now._replace(placed=min(2, now.placed + 1))
                if not now.exposed:
                    return now
                return now._replace(market=True) if at_market else now._replace(limit=True)
            case _:
                return now

    def _with(self, now: Now, after: Situation, changed: set[str], fresh: frozenset[str]) -> Iterator[Now]:
        open_again = [metric for metric in self.values.metrics if metric in changed]
        for values in product(*(self.values.possible(metric, after, metric in fresh) for metric in open_again)):
            yield Now(after, {**now.snapshot, **dict(zip(open_again, values, strict=True))}, fresh)

    def _snapshots(self, situation: Situation) -> Iterator[Snapshot]:
        for values in product(
            *(self.values.possible(metric, situation, is_fresh=False) for metric in self.values.metrics)
        ):
            yield dict(zip(self.values.metrics, values, strict=True))
