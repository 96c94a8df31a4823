"""What every lifecycle has to keep, watched while it is explored, and asked of the finished graph."""

from perpfsm.machine.definition import Row, Trigger
from perpfsm.machine.leg import NO_REASON
from perpfsm.proof.effects import EXITS_BESIDE, OPENS_WHILE_EXPOSED
from perpfsm.proof.events import Event, Kind
from perpfsm.proof.explore import Move
from perpfsm.proof.refutation import Refutation
from perpfsm.proof.run import OFFERS_MAX, Run
from perpfsm.proof.situation import Situation
from perpfsm.proof.told import BACKS_OFF, GETS_OUT, PULLED, STOP_LOSS, TAKE_PROFIT, Told
from perpfsm.proof.world import BEYOND_STOP, IS_DUST, STOP, World, classes_where

NO_OPPOSITE = "no-opposite-quote"
ADDING = "no-quote-while-closing"

SAYS = {
    "can-close": "From every situation with a position, its exits can close it.",
    "escalates": "While the exchange is silent, a LIMIT exit leads by ages alone to a MARKET exit.",
    "stop-first": "A loss beyond stop_loss_spread leads to the stop within the same event, whatever else holds.",
    EXITS_BESIDE: "No exit is placed beside one that works, and none in place of a MARKET exit in flight.",
    OPENS_WHILE_EXPOSED: "No quote is placed while a position is open.",
    ADDING: "No quote works while a position is being closed for any reason but take_profit.",
    NO_OPPOSITE: "No quote works on the other side of an open position (One-way).",
    PULLED: "When data turns bad, or quoting is paused, stopped or halted, no quote is left working.",
    GETS_OUT: "A flatten or a halt closes an open position within the event.",
    BACKS_OFF: "An exit that is lost is not placed again within the same event.",
    "comes-to-rest": "Every event comes to an end within 32 rows.",
    "no-trap": "From every situation the initial state can be reached again.",
    "fills-are-noticed": "Within the event of a fill an open position is in an exposed state.",
    "flat-is-noticed": "Within the event that closes it a position has left the exposed states.",
}


class Watch:
    """Sees every run and keeps the first, and so the shortest, refutation of each claim at each place.

    Attributes:
        found: The refutations, by claim and place.
        fired: Numbers of the rows that fired somewhere.
    """

    def __init__(self, world: World) -> None:
        """Watch the lifecycle of `world`."""
        self.found: dict[tuple[str, tuple[str | int, ...]], Refutation] = {}
        self.fired: set[int] = set()
        self._world = world
        self._told = Told(world)
        self._states = {state.name: (number, state) for number, state in enumerate(world.definition.states)}
        self._beyond = classes_where(world, BEYOND_STOP) if world.parameters.is_set(STOP) else None
        self._dust = classes_where(world, IS_DUST)

    def __call__(self, at: int, start: Situation, event: Event | None, run: Run) -> None:
        """Judge one way in which an event ends."""
        kind, says = (Kind.MARKET, "market") if event is None else (event.kind, event.says)
        for number, taken in enumerate(run.taken, start=1):
            row = taken.outcome.row
            assert row is not None  # noqa: S101  # only rows that fire are taken
            self.fired.add(row.number)
            if taken.slips:
                move = Move(kind, says, run.taken[:number], taken.chosen)
                is_noticed = self._states[taken.before.state][1].exposed  # else what follows from that is not told too
                for claim in taken.slips if is_noticed else ():
                    self._refute(claim, at, move, row)
        if event is not None:
            for refutation in self._told.judge(at, start, event, run):
                self._keep(refutation)
            return
        if run.is_told:
            return
        move = Move(kind, says, run.taken, run.end.chosen)
        if run.is_endless:
            self._keep(_endless(at, move))
            return
        self._judge_end(at, move, run, start)
        if self._must_stop(start, run):
            self._not_stopped(at, move, run, start)

    def _stop_of(self, state: str) -> Row | None:
        """Return the first row of a state that closes for the stop's reason."""
        for row in self._world.definition.rows:
            if row.reason == STOP_LOSS and Trigger.MARKET in row.triggers and state in row.sources:
                return row
        return None

    def _refute(self, claim: str, at: int, move: Move, row: Row) -> None:
        what, remedy = _about_row(claim, row)
        self._keep(Refutation(claim, ("transitions", row.number - 1), at, move, what, remedy))

    def _keep(self, refutation: Refutation) -> None:
        self.found.setdefault((refutation.claim, refutation.path), refutation)

    def _judge_end(self, at: int, move: Move, run: Run, start: Situation) -> None:
        """Hold the situation at rest against its state."""
        end = run.end.situation
        number, state = self._states[end.state]
        path: tuple[str | int, ...] = ("states", number)
        if end.exposed and not state.exposed:
            what = f"A position is open in {end.state}, which is a flat state, and no row notices."
            remedy = f"Add a row on fill and position_changed from {end.state} to an exposed state when exposed."
            self._keep(Refutation("fills-are-noticed", path, at, move, what, remedy))
        elif state.exposed and not end.exposed:
            what = f"The position is closed in {end.state}, which is an exposed state, and no row notices."
            remedy = f"Add a row on fill and position_changed from {end.state} to a flat state when flat."
            self._keep(Refutation("flat-is-noticed", path, at, move, what, remedy))
        if end.exposed and state.exposed and self._is_opposed(end):
            what = f"In {end.state} a quote works that would reduce the position."
            remedy = f"Let the rows into {end.state} do cancel_opposite_quotes."
            self._keep(Refutation(NO_OPPOSITE, path, at, move, what, remedy))
        if self._is_adding(end) and not (run.taken and self._is_adding(start)):
            what = f"A quote works in {end.state} while the position is being closed, reason {end.reason}."
            remedy = f"Let the rows into {end.state} do cancel_orders before they place an exit."
            row = next((each.outcome.row for each in reversed(run.taken) if each.outcome.row is not None), None)
            place = path if row is None else ("transitions", row.number - 1)
            if row is not None or not any(claim == ADDING for claim, _ in self.found):
                self._keep(Refutation(ADDING, place, at, move, what, remedy))

    def _is_opposed(self, situation: Situation) -> bool:
        """Return whether a quote works that would reduce the position."""
        return situation.exposed and situation.opposite and not self._world.is_hedge

    def _is_adding(self, situation: Situation) -> bool:
        """Return whether a quote works while the position is being closed for another reason than its profit."""
        is_closing = self._states[situation.state][1].closing and situation.reason not in {NO_REASON, TAKE_PROFIT}
        return is_closing and situation.exposed and (situation.same or situation.opposite)

    def _must_stop(self, start: Situation, run: Run) -> bool:
        """Return whether a loss beyond the stop may be there from `start` on, and nothing stands in its way."""
        if self._beyond is None or not start.exposed or start.market_in_flight:
            return False
        if start.reason == STOP_LOSS or not self._states[start.state][1].exposed:
            return False
        chosen = dict(run.end.chosen)
        for taken in run.taken:
            chosen = dict(taken.chosen) | chosen
        pnl, remainder = chosen.get("pnl_pct"), chosen.get("remainder")
        return (pnl is None or bool(pnl & self._beyond)) and (remainder is None or not remainder <= self._dust)

    def _not_stopped(self, at: int, move: Move, run: Run, start: Situation) -> None:
        stopped = next((taken for taken in run.taken if taken.after.situation.reason == STOP_LOSS), None)
        if stopped is not None:
            end = run.end.situation
            if end.exposed and end.reason == STOP_LOSS and not (end.limit or end.market):
                assert stopped.outcome.row is not None  # noqa: S101  # only rows that fire are taken
                self._keep(_unclosed(at, move, stopped.outcome.row))
            return
        row = next((taken.outcome.row for taken in run.taken), None)
        spread = self._world.parameters.stop_loss_spread
        seen = dict(move.chosen)
        loss = seen.get("pnl_pct", frozenset(self._world.domains["pnl_pct"].every)) & (self._beyond or frozenset())
        move = move._replace(chosen=tuple({**seen, "pnl_pct": loss}.items()))
        stop = self._stop_of(start.state)
        if row is None or stop is None:
            number = self._states[start.state][0]
            what = f"In {start.state} a loss of {spread:f} % or more fires no stop."
            remedy = f"Let a row on market from {start.state} close with reason: stop_loss, above every other row."
            if stop is not None:
                guards = ", ".join((*stop.conditions, *stop.unless))
                remedy = f"Row {stop.name} is there, but one of its guards holds it back: {guards}."
            self._keep(Refutation("stop-first", ("states", number), at, move, what, remedy))
            return
        if row.reason == STOP_LOSS:
            dest = row.dest or start.state
            why = f"{dest} is no closing state" if row.dest else f"it stays in {dest}"
            what = f"Row {row.name} fires, but {why}, and so the reason of the exit is forgotten."
            remedy = f"Let {row.name} lead to a state with closing: true."
            self._keep(Refutation("stop-first", ("transitions", row.number - 1), at, move, what, remedy))
            return
        what = f"Row {row.name} fires in {start.state} at a loss of {spread:f} % or more, and the stop does not."
        remedy = f"Move the stop above {row.name}, with {start.state} among its sources."
        self._keep(Refutation("stop-first", ("transitions", row.number - 1), at, move, what, remedy))


def _endless(at: int, move: Move) -> Refutation:
    """Return what is wrong with rows that fire for ever: those since the same moment came up before.

    The place is the topmost of them, so that a circle is told once wherever it is entered. Where no moment came up
    twice they are too many for one event.
    """
    keys = [taken.after.key for taken in move.taken]
    rows = [taken.outcome.row for taken in move.taken if taken.outcome.row is not None]
    since = keys.index(keys[-1]) + 1
    circle = rows[since:]
    if not circle:
        what = f"{len(rows)} rows fire one after the other within one event, from {rows[0].name} to {rows[-1].name}."
        remedy = f"Let fewer rows lead on at once: more than {OFFERS_MAX} in one event are taken for a fault, and halt."
        return Refutation("comes-to-rest", ("transitions", rows[0].number - 1), at, move, what, remedy)
    names = list(dict.fromkeys(row.name for row in circle))
    which = f"Row {names[0]} fires" if len(names) == 1 else f"Rows {', '.join(names[:-1])} and {names[-1]} fire"
    what = f"{which} again and again within one event."
    one = f"Give {names[0]}" if len(names) == 1 else "Give one of them"
    whose = "its own actions" if len(names) == 1 else "their actions"
    remedy = f"{one} a condition that {whose} make false, such as an age that they restart."
    return Refutation("comes-to-rest", ("transitions", min(row.number for row in circle) - 1), at, move, what, remedy)


def _unclosed(at: int, move: Move, row: Row) -> Refutation:
    """Return what is wrong with a stop that leaves no closing order behind."""
    what = f"Row {row.name} fires, but when the event is over no order works that closes at a loss."
    remedy = f"Let {row.name} do [cancel_orders, close_position]."
    return Refutation("stop-first", ("transitions", row.number - 1), at, move, what, remedy)


def _about_row(claim: str, row: Row) -> tuple[str, str]:
    """Return what is wrong with a row that breaks a claim, and the remedy."""
    match claim:
        case "exits-fit":
            return (
                f"Row {row.name} places an exit beside one that works, so that together they exceed the position.",
                f"Add cancel_exits before it, and unless: market_exit_works, to {row.name}.",
            )
        case _:
            return (
                f"Row {row.name} places quotes while a position is open.",
                f"Take the exposed states out of the sources of {row.name}, or add unless: is_exposed.",
            )
