"""What a run is, in a line or two: strategy, market, feed and speed."""

from dataclasses import dataclass

from rich.text import Text

from perpfsm.console.look import TITLE, Look, sentence
from perpfsm.market.instrument import Instrument


@dataclass(frozen=True, slots=True)
class Header:
    """What does not change during a run.

    Attributes:
        strategy: Name of the strategy file.
        instrument: What is traded; its grids are those of every number shown.
        feed: Name of the feed, such as `synthetic`.
        speed: `max`, `realtime` or a multiple such as `10x`.
        journal: Path of the journal; None where there is none.
    """

    strategy: str
    instrument: Instrument
    feed: str
    speed: str
    journal: str | None = None


def headline(header: Header, look: Look) -> Text:
    """Return the run in one line."""
    return sentence(
        look,
        Text(look.name(header.strategy), style=TITLE),
        look.name(header.instrument.symbol),
        look.name(header.feed),
        f"speed {header.speed}",
    )
