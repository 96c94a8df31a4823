"""The live view: every panel in its place, from a wide terminal down to a tiny one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from types import TracebackType
from typing import Self

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.layout import Layout
from rich.live import Live
from rich.text import Text

from perpfsm.console import words
from perpfsm.console.closings import session_panel
from perpfsm.console.header import Header, headline
from perpfsm.console.lifecycle import lifecycle_boxes, lifecycle_lines
from perpfsm.console.look import QUIET, TITLE, Look, framed, look_of, one_line
from perpfsm.console.market import market_line, market_panel
from perpfsm.console.orders import orders_panel, working_orders
from perpfsm.console.pnl import Curve, pnl_line, pnl_panel
from perpfsm.console.position import position_height, position_lines, position_panel
from perpfsm.console.presenter import Presenter
from perpfsm.console.transitions import transition_line, transitions_panel
from perpfsm.engine.records import TransitionRecord
from perpfsm.engine.status import SessionStatus
from perpfsm.machine.definition import MachineDefinition
from perpfsm.runtime.summary import Summary

FULL_FROM = (100, 34)
TALL_FROM = 38
MEDIUM_FROM = (64, 20)
FRAME = 2
PANEL_LINES = 6
POSITION_LINES_MIN = 6
ORDERS_LINES_MIN = 4
ORDERS_LINES_MAX = 9


@dataclass(frozen=True, slots=True)
class LiveLayout:
    """One moment of a session, which takes its shape from the size of the terminal when it is rendered.

    Attributes:
        status: The session.
        machine: Its lifecycle.
        recent: The last transitions, in the order in which they happened.
        summary: What it has done so far.
        header: What does not change.
        curve: Net PnL so far, the oldest first.
    """

    status: SessionStatus
    machine: MachineDefinition
    recent: Sequence[TransitionRecord]
    summary: Summary
    header: Header
    curve: Sequence[Decimal] = ()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Render for the size that `options` leave."""
        look = look_of(console)
        size = (options.max_width, options.height or console.height)
        if all(map(int.__ge__, size, FULL_FROM)):
            yield self._stacked(self._full(look, size), size[1], look)
        elif all(map(int.__ge__, size, MEDIUM_FROM)):
            yield self._stacked(self._medium(look), size[1], look)
        else:
            yield self._compact(look, size[1])

    def _stacked(self, parts: list[tuple[int, RenderableType]], height: int, look: Look) -> Layout:
        """Return parts of given heights from the top, and the transitions in what is left."""
        left = max(0, height - sum(lines for lines, _ in parts))
        transitions = transitions_panel(self.recent, look, rows=left - FRAME)
        screen = Layout()
        screen.split_column(*(Layout(part, size=lines) for lines, part in parts), Layout(transitions))
        return screen

    def _full(self, look: Look, size: tuple[int, int]) -> list[tuple[int, RenderableType]]:
        status, instrument = self.status, self.header.instrument
        pnl = pnl_panel(status, self.summary.pnl.worst_drawdown, self.curve, instrument, look)
        panels = [market_panel(status, instrument, look), pnl, session_panel(self.summary, look)]
        lines = self._position_lines()
        orders_lines = self._orders_lines(lines)
        parts = [
            self._headline(look),
            (PANEL_LINES + bool(status.funding) + FRAME, _row(panels)),
            self._lifecycle(look, size),
        ]
        orders = orders_panel(status, instrument, look, rows=orders_lines)
        if len(status.legs) == 1:
            row = Layout()
            row.split_row(Layout(self._positions(look), ratio=2), Layout(orders, ratio=3))
            return [*parts, (lines + FRAME, row)]
        return [*parts, (lines + FRAME, self._positions(look)), (orders_lines + FRAME, orders)]

    def _medium(self, look: Look) -> list[tuple[int, RenderableType]]:
        status, instrument = self.status, self.header.instrument
        lines = self._position_lines()
        beside = [session_panel(self.summary, look)] if len(status.legs) == 1 else []
        orders_lines = min(ORDERS_LINES_MIN, 1 + max(1, len(working_orders(status))))
        return [
            self._headline(look),
            (1, market_line(status, instrument, look)),
            (1, pnl_line(status, self.summary.pnl.worst_drawdown, look)),
            (len(status.legs), lifecycle_lines(self.machine, status.legs, status.time_ns, look)),
            (lines + FRAME, _row([self._positions(look), *beside])),
            (orders_lines + FRAME, orders_panel(status, instrument, look, rows=orders_lines)),
        ]

    def _compact(self, look: Look, height: int) -> Group:
        status, instrument = self.status, self.header.instrument
        clock = Text(f"{words.time_of_day(status.time_ns)[:8]} UTC", style=QUIET)
        lines = [one_line(look, clock, headline(self.header, look)), market_line(status, instrument, look)]
        for leg in status.legs:
            age = words.duration(status.time_ns - leg.since_ns)
            state = Text(f"{look.name(leg.name)} [{look.name(leg.state)}]", style=TITLE)
            lines += [one_line(look, state, Text(f"for {age}", style=QUIET)), *position_lines(leg, instrument, look)]
        lines.append(pnl_line(status, self.summary.pnl.worst_drawdown, look))
        lines.append(Text(words.counted(len(working_orders(status)), "working order"), style=QUIET))
        lines += [transition_line(record, look) for record in list(reversed(self.recent))[:height]]
        return Group(*lines[:height])

    def _headline(self, look: Look) -> tuple[int, Text]:
        time = Text(f"{words.date_and_time(self.status.time_ns)} UTC", style=QUIET)
        return 1, one_line(look, time, headline(self.header, look))

    def _lifecycle(self, look: Look, size: tuple[int, int]) -> tuple[int, RenderableType]:
        """Return the lifecycle in a line for each leg, below its boxes where the terminal is tall enough."""
        legs = self.status.legs
        lines: RenderableType = lifecycle_lines(self.machine, legs, self.status.time_ns, look)
        height = len(legs) + FRAME
        boxes = lifecycle_boxes(self.machine, {leg.state for leg in legs}, look, width=size[0] - FRAME - 2)
        if boxes is not None and size[1] >= TALL_FROM + len(boxes.split()):
            lines = Group(boxes, lines)
            height += len(boxes.split())
        return height, framed(f"Lifecycle: {look.name(self.machine.name)}", lines, look)

    def _positions(self, look: Look) -> RenderableType:
        quote, instrument = self.status.quote, self.header.instrument
        return _row([position_panel(leg, quote, instrument, look) for leg in self.status.legs])

    def _position_lines(self) -> int:
        """Return the height of the ladders: constant while they are short, so that the view does not jump."""
        return max(POSITION_LINES_MIN, *(position_height(leg, self.status.quote) for leg in self.status.legs))

    def _orders_lines(self, beside: int) -> int:
        """Return the height of the orders: that of the position beside them, or what two legs may need."""
        if len(self.status.legs) == 1:
            return beside
        return min(ORDERS_LINES_MAX, max(ORDERS_LINES_MIN, 1 + len(working_orders(self.status))))


def _row(panels: Sequence[RenderableType]) -> RenderableType:
    if len(panels) == 1:
        return panels[0]
    row = Layout()
    row.split_row(*(Layout(panel) for panel in panels))
    return row


class LiveView:
    """A context that shows a session on the whole terminal; on anything else it does nothing.

    It draws at most ten times a second, in the size that the terminal has then, and keeps nobody waiting: while the
    terminal does not take the last moment, there is no next one.
    """

    def __init__(
        self, console: Console, machine: MachineDefinition, header: Header, clock: Callable[[], float]
    ) -> None:
        """Prepare the view.

        Args:
            console: Of the terminal.
            machine: The lifecycle to draw.
            header: What does not change.
            clock: Real time in seconds, such as `time.monotonic`.
        """
        self._is_wanted = console.is_terminal and not console.is_dumb_terminal
        self._machine = machine
        self._header = header
        self._curve = Curve()
        # Nothing else writes meanwhile, and what does must not have to wait for the terminal.
        live = Live(console=console, screen=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
        self._presenter = Presenter[LiveLayout](live, partial(live.update, refresh=True), clock)

    def __enter__(self) -> Self:
        """Take the terminal."""
        if self._is_wanted:
            self._presenter.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the terminal back."""
        if self._is_wanted:
            self._presenter.__exit__(kind, error, trace)

    @property
    def is_shown(self) -> bool:
        """Whether there is a terminal, and it has not gone away."""
        return self._presenter.is_here

    @property
    def is_due(self) -> bool:
        """Whether an update would draw now; a caller that asks first saves taking the status in vain."""
        return self._presenter.is_due

    def update(self, status: SessionStatus, recent: Sequence[TransitionRecord], summary: Summary) -> None:
        """Draw this moment, unless the last one is less than a tenth of a second old or not drawn yet."""
        if self.is_due:
            self._curve.add(status.net)
            moment = LiveLayout(status, self._machine, tuple(recent), summary, self._header, self._curve.points)
            self._presenter.present(moment)
