"""Draw the live view for the README: a shipped strategy on its synthetic market, at the same moment each time.

Run it from the checkout: `.venv/bin/python docs/images/make_console.py`.
"""

# ruff: noqa: INP001 - a script beside its picture, not a package
import io
import re
from collections import deque
from decimal import localcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console, RenderableType

from perpfsm.config.strategy import load_strategy
from perpfsm.console.header import Header
from perpfsm.console.live import LiveLayout
from perpfsm.console.pnl import Curve
from perpfsm.engine.observe import status_of
from perpfsm.engine.records import Record, TransitionRecord
from perpfsm.engine.status import SessionStatus
from perpfsm.feeds import synthetic_feed
from perpfsm.journal.store import Journal
from perpfsm.market.arithmetic import EXACT
from perpfsm.runtime.assembly import assemble, open_messages
from perpfsm.runtime.summary import Summary
from perpfsm.runtime.tally import Tally

STRATEGY = Path("strategies/hedge_profit_taking.yaml")
SIZE = (120, 36)
CLOSINGS_MIN = 5
HELD_S_MIN = 5
CURVE_EVERY = 90
SECOND_NS = 10**9


def is_worth_a_picture(status: SessionStatus, summary: Summary) -> bool:
    """Return whether one leg holds a position and the other one quotes, after closings of two kinds."""
    states = {leg.state for leg in status.legs}
    quoting = sum(len(leg.orders) for leg in status.legs if not leg.size)
    return (
        states == {"opening", "closing"}
        and quoting > 1
        and min(status.time_ns - leg.since_ns for leg in status.legs) >= HELD_S_MIN * SECOND_NS
        and len(summary.closings) > 1
        and sum(closing.count for closing in summary.closings) >= CLOSINGS_MIN
    )


def live_view(path: Path, journal: Journal) -> LiveLayout:
    """Return the view of the strategy at `path` at the first moment that is worth a picture."""
    strategy = load_strategy(path)
    instrument = strategy.paper.instrument
    feed = synthetic_feed(strategy.paper.synthetic, tick=instrument.tick, step=instrument.step)
    tally = Tally(strategy.machine, [leg.value for leg in strategy.parameters.position_mode.legs])
    recent: deque[TransitionRecord] = deque(maxlen=50)

    def observe(record: Record) -> None:
        tally.add(record)
        if isinstance(record, TransitionRecord):
            recent.append(record)

    opened = open_messages(feed, strategy.parameters.market)
    assembled = assemble(strategy, opened, journal, settings={}, observe=observe)
    driver, curve = assembled.driver, Curve()
    for message in assembled.messages:
        driver.on_message(message)
        status = status_of(driver.session, message.time_ns)
        if not driver.messages % CURVE_EVERY:
            curve.add(status.net)
        if not driver.messages % 4:
            summary = tally.summary(message.time_ns, open_pnl=status.open_pnl, worst_drawdown=driver.meter.worst)
            if is_worth_a_picture(status, summary):
                header = Header(path.name, instrument, feed.name, "10", f"{path.stem}.journal")
                return LiveLayout(status, strategy.machine, tuple(recent), summary, header, curve.points)
    raise SystemExit(f"{path} never came to a moment that is worth a picture.")


def picture(view: RenderableType, title: str) -> str:
    """Return the view as SVG, without fonts from elsewhere."""
    width, height = SIZE
    console = Console(
        width=width,
        height=height,
        record=True,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
        _environ={},
    )
    console.print(view)
    font = re.compile(r"\s*@font-face \{\{.*?\}\}", re.DOTALL)
    return console.export_svg(title=title, code_format=font.sub("", CONSOLE_SVG_FORMAT), unique_id="perpfsm")


def main(folder: Path) -> None:
    """Write the picture into `folder`."""
    with (
        localcontext(EXACT),
        TemporaryDirectory() as scratch,
        Journal.create_or_continue(Path(scratch) / "picture.journal") as journal,
    ):
        view = live_view(STRATEGY, journal)
    text = picture(view, f"perpfsm run {STRATEGY} --speed 10")
    (folder / "console.svg").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(__file__).parent)
