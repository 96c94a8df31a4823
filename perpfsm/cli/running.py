"""What `perpfsm run` does: open the parts, run them with a bar or a live view, and print the summary."""

import json
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from decimal import Decimal, localcontext
from functools import partial

import typer
from rich.console import Console

from perpfsm.cli.compare import check_latencies, print_alone, print_below
from perpfsm.cli.errors import EXIT_ERROR
from perpfsm.cli.feeds import feed_of
from perpfsm.cli.notices import Notices
from perpfsm.cli.price_source import run_asking, with_price_source
from perpfsm.cli.proving import HINT, RefutedError, refuse_late_stop, refuse_refuted
from perpfsm.cli.run_options import RunOptions
from perpfsm.config.render import finding_lines
from perpfsm.config.strategy import Strategy, load_strategy
from perpfsm.console.header import Header
from perpfsm.console.progress import RunProgress
from perpfsm.console.summary import Reading, SummaryView
from perpfsm.engine.observe import status_of
from perpfsm.engine.records import Record, TransitionRecord
from perpfsm.errors import ConfigError, FeedError, PerpfsmError
from perpfsm.exchange.settings import HARDEST, FillModel
from perpfsm.feeds import Feed, Recorder, venue_symbol
from perpfsm.journal.store import Journal
from perpfsm.market.arithmetic import EXACT
from perpfsm.market.offer import lacking
from perpfsm.market.price_source import CustomApi
from perpfsm.runtime.assembly import Assembled, assemble, open_messages
from perpfsm.runtime.clock import RealClock
from perpfsm.runtime.run import FAULT, FEED_ERROR, Ending, finish, run_at_full_speed
from perpfsm.runtime.stopping import StopRequest
from perpfsm.runtime.summary import Summary
from perpfsm.runtime.tally import Tally

RECENT = 50
HALTED = (
    "warning: The last run was halted, so this one opens nothing. "
    "Look at `perpfsm audit show JOURNAL --kind operator`, then start it with --resume REASON."
)
WITHOUT_TRADES = "{} has no trades, so no queue can be followed: resting orders fill by the model `{}`."
WITHOUT_LATENCY = "{} holds bars and no moments between their prices, so paper.latency counts for nothing."


class Watcher:
    """What a run shows while it goes on: the tally, and the last transitions."""

    def __init__(self, strategy: Strategy) -> None:
        """Start with nothing seen."""
        self.tally = Tally(strategy.machine, [leg.value for leg in strategy.parameters.position_mode.legs])
        self.recent: deque[TransitionRecord] = deque(maxlen=RECENT)
        self.transitions = 0

    def observe(self, record: Record) -> None:
        """Take a record that was written."""
        self.tally.add(record)
        if isinstance(record, TransitionRecord):
            self.transitions += 1
            self.recent.append(record)


@dataclass(frozen=True, slots=True)
class Running:
    """A run that is assembled, and what watches it."""

    options: RunOptions
    strategy: Strategy
    assembled: Assembled
    feed: Feed
    watcher: Watcher
    clock: RealClock
    notices: Notices
    server: CustomApi | None = None

    @property
    def header(self) -> Header:
        """What is shown of it whatever comes."""
        options, instrument = self.options, self.strategy.paper.instrument
        return Header(self.strategy.path.name, instrument, self.feed.name, options.speed, str(options.journal))

    def to_its_end(self, stop: StopRequest, screen: ExitStack) -> Ending:
        """Run behind a live view where one is wanted, else behind a progress bar; `screen` gives the terminal back."""
        if self.options.shows_console:
            return self._behind_a_view(stop, screen)
        progress = screen.enter_context(RunProgress(Console(stderr=True), self.feed.name, self.clock.now_s))
        return self._go(stop, lambda _: self._update(progress))

    def _update(self, progress: RunProgress) -> None:
        progress.update(self.feed.progress, self.assembled.driver.messages, self.watcher.transitions)

    def _behind_a_view(self, stop: StopRequest, screen: ExitStack) -> Ending:
        from perpfsm.console.live import LiveView

        driver, tally = self.assembled.driver, self.watcher.tally
        machine = driver.session.state.setup.lifecycle.definition

        def look(now_ns: int) -> None:
            if view.is_due:
                status = status_of(driver.session, now_ns)
                view.update(
                    status,
                    tuple(self.watcher.recent),
                    tally.summary(now_ns, open_pnl=status.open_pnl, worst_drawdown=driver.meter.worst),
                )

        view = screen.enter_context(LiveView(Console(), machine, self.header, self.clock.now_s))
        self.notices.hold(is_held=view.is_shown)
        return self._go(stop, look)

    def _go(self, stop: StopRequest, look: Callable[[int], None]) -> Ending:
        """Run at the speed that is asked for."""
        options = self.options
        if not options.is_paced:
            return run_at_full_speed(self.assembled, stop, duration_ns=options.duration_ns, look=look)
        import anyio

        from perpfsm.runtime.attended import Doors, run_attended

        doors = Doors(self.strategy, options.changes, options.journal, self.notices.say)
        attended = partial(run_attended, speed=options.factor, duration_ns=options.duration_ns, look=look)
        main = partial(attended, self.assembled, stop, self.clock, doors)
        if self.server is None:
            return anyio.run(main)
        return anyio.run(run_asking, self.server, self.clock, lambda price: main(source=price))


def run_strategy(options: RunOptions) -> int:
    """Run, print the summary, and return the exit status.

    Raises:
        PerpfsmError: When the strategy, the feed or the journal cannot be used, or the feed breaks off.
    """
    loaded = _load(options)
    if loaded is None:
        return EXIT_ERROR
    strategy, feed = loaded
    if options.comparison is not None:
        check_latencies(options.comparison, feed)
        if options.comparison.stands_alone:
            print_alone(options.comparing, options.comparison, strategy.paper.instrument)
            return 0
    started_s = (clock := RealClock()).now_s()
    with localcontext(EXACT), ExitStack() as stack:
        running = _ready(options, strategy, feed, clock, stack)
        driver = running.assembled.driver
        remarks = _softened(strategy, running.assembled, feed)
        _warn(running.assembled, (*remarks, *feed.remarks), is_resuming=options.resume is not None)
        failure: PerpfsmError | None = None
        with StopRequest() as stop, running.notices, ExitStack() as screen:  # terminals wait until the bot has stopped
            try:
                ending = running.to_its_end(stop, screen)
            except PerpfsmError as error:
                why = FEED_ERROR if isinstance(error, FeedError) else FAULT
                failure, ending = error, Ending(why, driver.now_ns)
            footer = finish(driver, ending)
        summary = running.watcher.tally.summary(
            footer.time_ns, worst_drawdown=driver.meter.worst, quality=driver.quality.at(footer.time_ns)
        )
    wall_s = clock.now_s() - started_s
    wanted = replace(options, comparison=None) if failure else options
    _tell(wanted, running, summary, wall_s, (*remarks, *feed.remarks))
    if failure is not None:
        raise failure
    return 0


def _ready(options: RunOptions, strategy: Strategy, feed: Feed, clock: RealClock, stack: ExitStack) -> Running:
    """Assemble a run, its journal and its recording; `stack` closes them.

    Raises:
        PerpfsmError: When the feed, the journal or the recording cannot be used.
    """
    opened = open_messages(feed, strategy.parameters.market)
    refuse_late_stop(strategy, opened.first_price, feed.name)
    skips = options.skip_bad_lines
    sourced = with_price_source(strategy, opened, is_paced=options.is_paced, skip_bad_lines=skips)
    keep = None
    if options.record is not None:
        recorder = Recorder(options.record, symbol=venue_symbol(strategy.parameters.market))
        keep = stack.enter_context(recorder).add
    watcher = Watcher(strategy)
    assembled = assemble(
        strategy,
        sourced.opened,
        stack.enter_context(_journal(options, clock)),
        settings=_settings(options) | sourced.settings,
        observe=watcher.observe,
        use_bands=options.use_bands,
        resume=options.resume,
        keep=keep,
    )
    return Running(options, strategy, assembled, feed, watcher, clock, Notices(clock.now_s), sourced.server)


def _load(options: RunOptions) -> tuple[Strategy, Feed] | None:
    """Return the strategy and its feed; None when they cannot be used, and stderr says why."""
    try:
        elsewhere = options.feed is not None
        strategy = load_strategy(options.strategy, overrides=options.changes, is_fed_elsewhere=elsewhere)
        refuse_refuted(strategy, proves=options.proves)
        skips = options.skip_bad_lines
        return strategy, feed_of(strategy, options.feed, seed=options.seed, skip_bad_lines=skips, depth=True)
    except ConfigError as error:
        for finding in error.findings:
            for line in finding_lines(finding):
                typer.echo(line.text, err=True)
        if isinstance(error, RefutedError):
            typer.echo(HINT, err=True)
        return None


def _softened(strategy: Strategy, assembled: Assembled, feed: Feed) -> tuple[str, ...]:
    """Return what is to be said when the feed does not support the fill model, or the latency, that is asked for."""
    said = []
    if strategy.paper.fill_model in {FillModel.QUEUE, HARDEST} and assembled.fill_model is not FillModel.QUEUE:
        said.append(WITHOUT_TRADES.format(feed.name, assembled.fill_model))
    if feed.assumes_path and not strategy.paper.latency.is_none:
        said.append(WITHOUT_LATENCY.format(feed.name))
    return tuple(said)


def _warn(assembled: Assembled, remarks: tuple[str, ...], *, is_resuming: bool) -> None:
    """Say on stderr what a run that is about to begin will not do, and what is to be known of its feed."""
    for remark in remarks:
        typer.echo(f"warning: {remark}", err=True)
    if assembled.driver.session.state.quoting.is_halted:
        typer.echo(HALTED, err=True)
    elif is_resuming and not assembled.is_resumed:
        typer.echo("warning: Nothing was halted, so --resume changes nothing.", err=True)


def _journal(options: RunOptions, clock: RealClock) -> Journal:
    """Return the journal, stamped by the wall clock unless the run is at full speed."""
    return Journal.create_or_continue(options.journal, clock=clock.wall_ns if options.is_paced else None)


def _settings(options: RunOptions) -> dict[str, str]:
    """Return what the run's header keeps of the command line."""
    seed = {} if options.seed is None else {"seed": str(options.seed)}
    return {**seed, **options.changes}


def _tell(options: RunOptions, running: Running, summary: Summary, wall_s: float, remarks: tuple[str, ...]) -> None:
    """Print the summary for a person or for a program, and below it what is to be compared with it."""
    if not options.as_json:
        feed = running.feed
        reading = Reading(running.assembled.driver.messages, feed.bad_lines, wall_s, remarks, lacking(feed.offers))
        Console().print(SummaryView(summary, running.header, reading))
    rows = [] if options.comparison is None else list(options.comparing.rows(options.comparison))
    if options.as_json:
        compared = {} if options.comparison is None else {"comparison": [asdict(row) for row in rows]}
        typer.echo(json.dumps(asdict(summary) | compared, default=_plain))
    elif rows:
        print_below(rows, running.strategy.paper.instrument)


def _plain(value: object) -> str:
    """Return a value that JSON has no form for."""
    return format(value, "f") if isinstance(value, Decimal) else str(value)
