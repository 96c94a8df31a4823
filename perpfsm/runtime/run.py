"""A run from its first message to its footer: at full speed, or paced by a clock."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from perpfsm.decisions.parameters import OnStop
from perpfsm.engine.limits import open_pnl
from perpfsm.engine.records import EndRecord
from perpfsm.runtime.assembly import Assembled
from perpfsm.runtime.driver import Driver
from perpfsm.runtime.polling import PolledPrice

SECOND_NS = 1_000_000_000
LOOK_EVERY = 2048
NAP_S_MAX = 0.05
NAP_S_MIN = 0.001
BUSY_S_MAX = 0.01  # a run that is behind its pace stands aside so often for what else goes on, a nap long
INSIST_NS_MAX = 120 * SECOND_NS  # an exit that found nobody by then finds nobody in a market that has ended
WAIT_NS_MAX = 600 * SECOND_NS  # several times there and back at the longest latency

FEED_END = "feed end"
DURATION = "duration"
OPERATOR = "operator"
JOURNAL = "journal failure"
FEED_ERROR = "feed error"
FAULT = "fault"


class Stop(Protocol):
    """Something that can ask a run to stop."""

    @property
    def is_made(self) -> bool:
        """Whether it was asked."""


class Clock(Protocol):
    """Real time, injected."""

    def now_s(self) -> float:
        """Return seconds that never go backwards."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended.

    Attributes:
        why: `feed end`, `feed error`, `duration`, `operator`, `journal failure` or `fault`.
        time_ns: Event time, nanoseconds since the epoch.
    """

    why: str
    time_ns: int


def run_at_full_speed(
    assembled: Assembled, stop: Stop, *, duration_ns: int | None, look: Callable[[int], None]
) -> Ending:
    """Give the driver every message as fast as it takes them.

    Args:
        assembled: Ready.
        stop: Asked between messages.
        duration_ns: Of event time after which the run ends; None goes to the end of the feed.
        look: Called with the event time every now and then, for a progress bar or a live view.
    """
    driver = assembled.driver
    deliver = driver.on_message if assembled.keep is None else assembled.deliver
    until_ns = None if duration_ns is None else assembled.start_ns + duration_ns
    now_ns = assembled.start_ns
    for message in assembled.messages:
        if until_ns is not None and message.time_ns > until_ns:
            return Ending(DURATION, until_ns)
        now_ns = message.time_ns
        deliver(message)
        if driver.failure is not None:
            return Ending(JOURNAL, now_ns)
        if stop.is_made:
            return Ending(OPERATOR, now_ns)
        if not driver.messages % LOOK_EVERY:
            look(now_ns)
    return Ending(FEED_END, now_ns)


async def run_paced(
    assembled: Assembled,
    stop: Stop,
    clock: Clock,
    *,
    speed: float,
    duration_ns: int | None,
    look: Callable[[int], None],
    attend: Callable[[int], None],
    source: PolledPrice | None = None,
) -> Ending:
    """Give the driver every message, and fire every deadline, when the clock says that it is time.

    Args:
        assembled: Ready.
        stop: Asked at least every twentieth of a second.
        clock: Real time.
        speed: Event seconds per real second, positive; 1 is real time.
        duration_ns: As at full speed.
        look: Called with the event time every now and then, for a live view.
        attend: Called with an event time that the engine has not passed, for what comes from outside.
        source: A price that is asked for meanwhile, heard between the messages; None where there is none.
    """
    driver, start_ns = assembled.driver, assembled.start_ns
    started_s = clock.now_s()
    until_ns = None if duration_ns is None else start_ns + duration_ns
    now_ns = start_ns
    yielded_s = started_s

    async def wait_until(time_ns: int) -> bool:
        """Wait for an event time and return whether it came before a stop; deadlines fire on the way."""
        nonlocal now_ns, yielded_s
        while not stop.is_made:
            now_ns = max(now_ns, min(time_ns, start_ns + int((clock.now_s() - started_s) * speed * SECOND_NS)))
            seen_ns = min(now_ns, time_ns - 1)
            driver.advance(seen_ns)
            if source is not None:
                await clock.sleep(0)  # lets the asking go on, also when messages come faster than the clock
                if (news := source.news(now_ns, driver.session.state.quote)) is not None:
                    assembled.deliver(news)
            attend(max(seen_ns, driver.now_ns))
            look(now_ns)
            left_s = (time_ns - now_ns) / SECOND_NS / speed
            is_late = left_s < NAP_S_MIN
            if not is_late or clock.now_s() - yielded_s > BUSY_S_MAX:
                await clock.sleep(NAP_S_MIN if is_late else min(left_s, NAP_S_MAX))
                yielded_s = clock.now_s()
            if is_late:
                now_ns = time_ns
                return True
        return False

    for message in assembled.messages:
        if until_ns is not None and message.time_ns > until_ns:
            return Ending(DURATION if await wait_until(until_ns) else OPERATOR, now_ns)
        if not await wait_until(message.time_ns):
            return Ending(OPERATOR, now_ns)
        assembled.deliver(message)
        if driver.failure is not None:
            return Ending(JOURNAL, now_ns)
    return Ending(FEED_END, now_ns)


def finish(driver: Driver, ending: Ending) -> EndRecord:
    """Stop in good order: cancel quotes, then leave or flatten the position as `on_stop` says, then the footer (B19).

    What is on its way to the venue and back arrives first, however long the latency of the paper exchange, but for a
    venue that is silent for more than `WAIT_NS_MAX`. An exit that is lost meanwhile is tried again as ever (B12).

    Raises:
        JournalError: When the footer cannot be kept.
    """
    driver.advance(ending.time_ns)
    who = OPERATOR if ending.why == OPERATOR else ending.why
    driver.operate("stop", who, "the run ends", ending.time_ns)
    driver.wait_for_venue(ending.time_ns + WAIT_NS_MAX)
    state = driver.session.state
    if _is_exposed(driver) and state.setup.parameters.on_stop is OnStop.FLATTEN:
        flattened_ns = max(ending.time_ns, driver.now_ns)
        driver.operate("flatten", who, "on_stop is flatten", flattened_ns)
        driver.wait_for_venue(flattened_ns + WAIT_NS_MAX)
        _insist(driver)
    positions = {name.value: leg.position for name, leg in state.legs.items()}
    footer = EndRecord(
        max(ending.time_ns, state.now_ns),
        ending.why,
        state.books.wallet,
        state.books.realised,
        state.books.fees,
        open_pnl(positions.values(), state.quote),
        {name: (position.size, position.cost) for name, position in positions.items() if not position.is_flat},
        state.books.funding,
    )
    if driver.failure is not None:
        raise driver.failure
    driver.note(footer)
    return footer


def _insist(driver: Driver) -> None:
    """Let an exit that was refused, expired or left behind be tried again until nothing is open, within bounds."""
    until_ns = driver.now_ns + INSIST_NS_MAX
    while driver.failure is None and _is_exposed(driver) and driver.due_ns <= until_ns:
        driver.advance(driver.due_ns)
        driver.wait_for_venue(until_ns)


def _is_exposed(driver: Driver) -> bool:
    return any(not leg.position.is_flat for leg in driver.session.state.legs.values())
