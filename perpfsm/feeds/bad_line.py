"""The reason why one line of a feed cannot be read, before file and number are known."""

SHOWN_MAX = 40

SKIP_REMEDY = "Correct the line, or leave such lines out with --skip-bad-lines."


class BadLine(Exception):
    """A line cannot be read; what reads the file adds where.

    Attributes:
        what: What is wrong, one sentence.
        remedy: What to do about it.
        is_skippable: Whether --skip-bad-lines may leave it out.
    """

    def __init__(self, what: str, *, remedy: str = SKIP_REMEDY, is_skippable: bool = True) -> None:
        """Keep the parts of the message."""
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.is_skippable = is_skippable


def quoted(text: str) -> str:
    """Return `text` in quotes, escaped, and cut where it is long."""
    return repr(text if len(text) <= SHOWN_MAX else text[:SHOWN_MAX] + "…")
