"""A conversation by lines, the same at a terminal and through a pipe: styled text out, trimmed answers in."""

import sys
from dataclasses import dataclass
from typing import Self

ANSWER_MAX = 4096  # bytes; no answer needs more
READS_MAX = 1000  # of the rest of a line that is longer
UNREADABLE_MAX = 50

STYLES = {
    "title": "bold",
    "question": "bold cyan",
    "hint": "dim",
    "note": "green",
    "warning": "yellow",
    "refused": "bold red",
    "remedy": "cyan",
    "done": "bold green",
}


class AnswersEndedError(Exception):
    """No more answers come, or none that would do; says which."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Who is asked.

    Attributes:
        is_terminal: Whether a person types the answers; else each is printed behind its question.
    """

    is_terminal: bool

    @classmethod
    def with_standard_streams(cls) -> Self:
        """Return the conversation with whoever started the program."""
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter shows its code instead
        return cls(sys.stdin is not None and sys.stdin.isatty())

    def say(self, text: str = "", style: str = "", *, end: str = "\n") -> None:
        """Print a line, in colour where a person looks."""
        if not sys.stdout.isatty():
            print(text, end=end, flush=True)
            return
        from rich.console import Console
        from rich.text import Text

        Console().print(Text(text, STYLES.get(style, "")), end=end, soft_wrap=True)
        sys.stdout.flush()

    def ask(self, default: str = "") -> str:
        """Return the next answer without the blanks around it, empty for a bare Enter.

        Args:
            default: What a bare Enter stands for, shown before the cursor; empty when it stands for nothing.

        Raises:
            AnswersEndedError: When no answer comes, or too many in a row that are no text.
        """
        for _ in range(UNREADABLE_MAX):
            self.say(f"[{default}] > " if default else "> ", "question", end="")
            raw = _line()
            text = raw[:ANSWER_MAX].decode("utf-8", errors="replace").removeprefix("\ufeff").strip()
            trouble = _trouble(raw, text)
            if not self.is_terminal or not raw.endswith(b"\n"):
                self.say("" if trouble else text)
            if not raw:
                raise AnswersEndedError("The answers ended before the questions did.")
            if not trouble:
                return text
            self.say(f"  {trouble}", "refused")
        raise AnswersEndedError(f"{UNREADABLE_MAX} answers in a row were no text.")


def _line() -> bytes:
    """Return the next line, cut behind the longest answer and its rest passed over; empty when there is none."""
    if sys.stdin is None:
        return b""
    line = rest = sys.stdin.buffer.readline(ANSWER_MAX + 1)
    for _ in range(READS_MAX):
        if not rest or rest.endswith(b"\n"):
            break
        rest = sys.stdin.buffer.readline(ANSWER_MAX)
    return line


def _trouble(raw: bytes, text: str) -> str:
    if len(raw) > ANSWER_MAX:
        return f"The answer is longer than {ANSWER_MAX} bytes."
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "The answer is not UTF-8 text."
    return "" if text.isprintable() else "The answer holds characters that cannot be printed."
