"""Claims about single events: what has to be done by the end of the event in which the machine is told something."""

from collections.abc import Iterator

from perpfsm.machine.definition import Row, Trigger
from perpfsm.machine.leg import NO_REASON
from perpfsm.proof.effects import EXITS_BESIDE
from perpfsm.proof.events import Event, Kind
from perpfsm.proof.explore import Move
from perpfsm.proof.refutation import Refutation
from perpfsm.proof.run import Moment, Run
from perpfsm.proof.situation import Situation
from perpfsm.proof.world import IS_DUST, World, classes_where

TAKE_PROFIT = "take_profit"
STOP_LOSS = "stop_loss"
PULLED = "quotes-are-pulled"
GETS_OUT = "gets-out-when-told"
BACKS_OFF = "backs-off"
ENDS_QUOTING = frozenset({Trigger.DATA_BAD, Trigger.PAUSE, Trigger.STOP, Trigger.HALT})
CLOSES = frozenset({Trigger.FLATTEN, Trigger.HALT})
BACKOFF = "exit_backoff_left_s"


class Told:
    """Carries events that a claim is about to their end, and judges it."""

    def __init__(self, world: World) -> None:
        """Know the world."""
        self._world = world
        self._dust = classes_where(world, IS_DUST)
        self._numbers = {state.name: number for number, state in enumerate(world.definition.states)}

    def judge(self, at: int, start: Situation, event: Event, run: Run) -> Iterator[Refutation]:
        """Yield what is wrong with the end of an event whose trigger ended as `run`."""
        trigger = event.trigger
        first = run.end.situation
        if trigger in ENDS_QUOTING and (first.same or first.opposite):
            yield from self._quotes_left(at, event, run)
        is_noticed = self._world.definition.state(start.state).exposed
        if trigger in CLOSES and start.exposed and is_noticed and not start.market_in_flight and not start.lost:
            yield from self._stays_in(at, start, event, run)
        is_lost_now = event.kind is Kind.EXIT_GOES and event.after.lost and not start.lost
        if is_lost_now and first.exposed and self._world.parameters.exit_retry_s > 0:
            yield from self._repeats(at, start, event, run)
        if first.cut and first.exposed:
            yield from self._placed_beside(at, event, run)

    def _ends(self, event: Event, run: Run, fresh: tuple[str, ...] = ()) -> Iterator[tuple[Run, Move]]:
        """Yield how the whole event ends, the market's offers included; `fresh` metrics read the present moment."""
        end = run.end.situation._replace(fill=NO_REASON)  # a fill is over before the market is offered
        now = {metric: frozenset(self._world.unasked.classes(metric, end, is_now=True)) for metric in fresh}
        allowed = {**self._world.runner.pinned(event.pins), **run.end.allowed, **now}
        for rest in self._world.runner.runs(Moment(end, run.end.chosen, allowed, fresh)):
            if not (rest.is_endless or rest.is_told):
                yield rest, Move(event.kind, event.says, (*run.taken, *rest.taken), rest.end.chosen)

    def _quotes_left(self, at: int, event: Event, run: Run) -> Iterator[Refutation]:
        for rest, move in self._ends(event, run):
            end = rest.end.situation
            if end.same or end.opposite:
                what = f"In {end.state} a quote is left working when {event.says}."
                remedy = f"Add a row on {event.trigger} from {end.state} that does cancel_quotes."
                yield Refutation(PULLED, ("states", self._numbers[end.state]), at, move, what, remedy)

    def _stays_in(self, at: int, start: Situation, event: Event, run: Run) -> Iterator[Refutation]:
        """Yield ends in which the position is not being closed: a reason alone, that came only now, closes nothing."""
        for rest, move in self._ends(event, run):
            end = rest.end.situation
            chosen = dict(rest.end.chosen)
            for taken in move.taken:
                chosen = dict(taken.chosen) | chosen
            was_closing = end.reason == start.reason not in {NO_REASON, TAKE_PROFIT}
            is_closing = end.limit or end.market or was_closing or end.reason == STOP_LOSS  # a stop has its own claim
            remainder = chosen.get("remainder")
            if end.exposed and not is_closing and (remainder is None or not remainder <= self._dust):
                what = f"In {end.state} a position stays open when {event.says}."
                remedy = f"Add a row on {event.trigger} from {end.state} that does [cancel_orders, close_at_market]."
                yield Refutation(GETS_OUT, ("states", self._numbers[end.state]), at, move, what, remedy)

    def _placed_beside(self, at: int, event: Event, run: Run) -> Iterator[Refutation]:
        """Yield rows that place an exit in the event in which a MARKET exit was told to go: it may have filled."""
        for _, move in self._ends(event, run):
            for number, taken in enumerate(move.taken, start=1):
                row = taken.outcome.row
                is_noticed = self._world.definition.state(taken.before.state).exposed
                if row is not None and is_noticed and number > len(run.taken) and EXITS_BESIDE in taken.slips:
                    told = Move(move.kind, move.says, move.taken[:number], taken.chosen)
                    what = (
                        f"Row {row.name} places an exit in the event in which a MARKET exit is told to go, as it fills."
                    )
                    remedy = f"Add unless: market_exit_works to {row.name}, and to the row before it."
                    yield Refutation(EXITS_BESIDE, ("transitions", row.number - 1), at, told, what, remedy)

    def _repeats(self, at: int, start: Situation, event: Event, run: Run) -> Iterator[Refutation]:
        """Yield rows that place an exit again, for the same reason, in the event in which it was lost."""
        fresh = (BACKOFF,) if BACKOFF in self._world.domains else ()
        for _, move in self._ends(event, run, fresh):
            for number, taken in enumerate(move.taken, start=1):
                row = taken.outcome.row
                places = any(role.is_exit for effects in taken.outcome.effects for role in effects.places)
                if row is not None and places and taken.after.situation.reason == start.reason:
                    told = Move(move.kind, move.says, move.taken[:number], taken.chosen)
                    yield self._repeated(at, row, told)

    @staticmethod
    def _repeated(at: int, row: Row, move: Move) -> Refutation:
        what = f"Row {row.name} places an exit again at once when it is lost: refused, it is sent without end."
        remedy = f"Add unless: backing_off (exit_backoff_left_s above 0) to {row.name}."
        return Refutation(BACKS_OFF, ("transitions", row.number - 1), at, move, what, remedy)
