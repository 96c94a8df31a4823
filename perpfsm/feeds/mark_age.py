"""A mark price that falls silent: after 10 s the mid price takes its place, so that none stays in force for ever."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from perpfsm.market.band import NEVER
from perpfsm.market.messages import Quote

NS_PER_S = 1_000_000_000
AGE_MAX_S = 10


@dataclass(slots=True)
class MarkAge:
    """How old the newest mark price of a pass is.

    Attributes:
        old_ns: After this moment it is too old, nanoseconds since the epoch; `NEVER` before the first one.
        count: How often it has become so.
        first_ns: From when on it was for the first time.
    """

    old_ns: int = NEVER
    count: int = 0
    first_ns: int = 0
    _is_old: bool = False

    def heard(self, time_ns: int) -> None:
        """Note that the feed told a mark price."""
        self.old_ns = time_ns + AGE_MAX_S * NS_PER_S
        self._is_old = False

    def renewed(self, quote: Quote) -> Quote:
        """Return a quote without a mark that comes after `old_ns` with its mid price as mark; not a crossed one."""
        if quote.bid > quote.ask:
            return quote
        if not self._is_old:
            self._is_old = True
            self.first_ns = self.first_ns if self.count else self.old_ns
            self.count += 1
        return replace(quote, mark=quote.mid)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of results should know of it: nothing while none was too old."""
        if not self.count:
            return ()
        often = "once" if self.count == 1 else f"{self.count:,} times"
        first = datetime.fromtimestamp(self.first_ns // NS_PER_S, UTC)
        what = f"The mark price was missing {often} for more than {AGE_MAX_S} s, first at {first:%Y-%m-%d %H:%M:%S}"
        return (f"{what}; until it came back the mid price was taken.",)
