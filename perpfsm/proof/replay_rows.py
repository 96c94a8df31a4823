"""Rows of a quotes CSV under construction: prices, and incidents at the venue, in the order of their times."""

from decimal import Decimal

HEADER = "timestamp,bid_price,bid_size,ask_price,ask_size,mark_price,incident"
SECOND_NS = 10**9


class FeedRows:
    """A feed that is being written; rows may be added in any order."""

    def __init__(self, shown: Decimal) -> None:
        """Start empty.

        Args:
            shown: Base units that the best prices show.
        """
        self._shown = shown
        self._rows: list[list[str]] = []
        self._silence: list[str] | None = None  # the row that begins it

    def text(self) -> str:
        """Return the CSV, its header first."""
        rows = sorted(self._rows, key=lambda row: int(row[0]))
        return "\n".join((HEADER, *(",".join(row) for row in rows))) + "\n"

    def quote(
        self, time_ns: int, bid: Decimal, ask: Decimal, mark: Decimal | None = None, shown: Decimal | None = None
    ) -> None:
        """Add a best bid and ask."""
        size = f"{shown or self._shown:f}"
        self._rows.append([str(time_ns), f"{bid:f}", size, f"{ask:f}", size, "" if mark is None else f"{mark:f}", ""])

    def incident(self, time_ns: int, text: str) -> None:
        """Add an incident, without prices."""
        self._rows.append([str(time_ns), "", "", "", "", "", text])

    def begin_silence(self, time_ns: int) -> None:
        """Let the venue be silent from now on, until it is told otherwise; once."""
        if self._silence is None:
            self.incident(time_ns, "")
            self._silence = self._rows[-1]

    def end_silence(self, time_ns: int) -> None:
        """Let what the venue has to say be heard, if it is silent."""
        if self._silence is not None:
            self._silence[-1] = f"silent {Decimal(time_ns - int(self._silence[0])) / SECOND_NS:f}"
            self._silence = None
