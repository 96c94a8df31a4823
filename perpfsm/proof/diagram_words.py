"""Words broken into lines so that a comparison stays in one piece."""

import re
from textwrap import wrap

UNBROKEN = "\N{NO-BREAK SPACE}"
_COMPARISON = re.compile(r" ([≤≥<>=≠]) ")


def wrapped(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` columns, broken at blanks alone, and not around a comparison's sign."""
    lines = wrap(_COMPARISON.sub(rf"{UNBROKEN}\1{UNBROKEN}", text), width, break_on_hyphens=False)
    return [line.replace(UNBROKEN, " ") for line in lines]
