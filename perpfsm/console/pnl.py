"""PnL while it runs: realised, open, fees, net and drawdown, with the curve of the session."""

from collections.abc import Sequence
from decimal import Decimal

from rich.console import Group
from rich.panel import Panel
from rich.text import Text

from perpfsm.console import words
from perpfsm.console.look import QUIET, TITLE, Look, add_row, columns, framed, gain, one_line
from perpfsm.engine.status import SessionStatus
from perpfsm.market.instrument import Instrument

BLOCKS = "▁▂▃▄▅▆▇█"
CURVE_POINTS_MAX = 32


class Curve:
    """A curve of the whole session in a bounded number of points: as it grows, it keeps every second one."""

    def __init__(self) -> None:
        """Start without points."""
        self._points: list[Decimal] = []
        self._stride = 1
        self._seen = 0

    def add(self, value: Decimal) -> None:
        """Add the next value, quote currency."""
        if self._seen % self._stride == 0:
            if len(self._points) == CURVE_POINTS_MAX:
                del self._points[1::2]
                self._stride *= 2
            self._points.append(value)
        self._seen += 1

    @property
    def points(self) -> tuple[Decimal, ...]:
        """What is kept, the oldest first."""
        return tuple(self._points)


def pnl_panel(
    status: SessionStatus, worst_drawdown: Decimal, curve: Sequence[Decimal], instrument: Instrument, look: Look
) -> Panel:
    """Return the PnL in a frame.

    Args:
        status: Of this moment.
        worst_drawdown: Quote currency, not negative.
        curve: Net PnL so far, the oldest first.
        instrument: Whose currency.
        look: What can be shown.
    """
    places = _places(status, worst_drawdown)
    table = columns(look, "", "", "", left=(0, 2))
    add_row(table, Text("Realised", style=QUIET), gain(status.realised, places))
    add_row(table, Text("Open", style=QUIET), gain(status.open_pnl, places))
    add_row(table, Text("Fees", style=QUIET), Text(words.signed(-status.fees, places)))
    if status.funding:
        add_row(table, Text("Funding", style=QUIET), Text(words.signed(-status.funding, places)))
    add_row(table, Text("Net", style=TITLE), gain(status.net, places), Text(words.quoted(instrument)))
    add_row(table, Text("Worst drawdown", style=QUIET), Text(words.money(worst_drawdown, places)))
    return framed("PnL", Group(table, Text(sparkline(curve, look), no_wrap=True, overflow="crop", style=QUIET)), look)


def pnl_line(status: SessionStatus, worst_drawdown: Decimal, look: Look) -> Text:
    """Return the PnL in one line, the most important first."""
    places = _places(status, worst_drawdown)
    return one_line(
        look,
        Text.assemble("net ", gain(status.net, places)),
        Text.assemble("realised ", gain(status.realised, places)),
        Text.assemble("open ", gain(status.open_pnl, places)),
        f"fees {words.signed(-status.fees, places)}",
        f"funding {words.signed(-status.funding, places)}" if status.funding else "",
        f"drawdown {words.money(worst_drawdown, places)}",
    )


def _places(status: SessionStatus, worst_drawdown: Decimal) -> int:
    return words.money_places(status.realised, status.open_pnl, status.fees, status.funding, status.net, worst_drawdown)


def sparkline(curve: Sequence[Decimal], look: Look) -> str:
    """Return the curve in one line between its own extremes; nothing without blocks to draw it or a move to show."""
    low, high = min(curve, default=Decimal(0)), max(curve, default=Decimal(0))
    if not look.fancy or low == high:
        return ""
    return "".join(BLOCKS[int((value - low) / (high - low) * (len(BLOCKS) - 1))] for value in curve)
