"""A file as text: whether it can be read at all, and its lines for the caret, with secrets covered."""

import re
import stat
from dataclasses import dataclass
from pathlib import Path

from perpfsm.errors import Finding, Place, Severity

SIZE_MAX = 1024 * 1024
MISSING = "missing-file"
LINE_MAX = 4096  # the scanner is quadratic in the length of some tokens, and a token ends with its line

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
# Two sets, since one of both takes ten times as long to compile.
_CONTROLS = (re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]"), re.compile("[\ud800-\udfff\ufffe\uffff]"))
_SECRET = re.compile(
    r"(?i)(?:^|[^a-z0-9])(?:api[_-]?key|api[_-]?secret|secret[_-]?key|secret|private[_-]?key|password|passphrase|token)$"
)
_KEY = re.compile(r"""(?P<key>[A-Za-z0-9_-]+)["']?\s*[:=]\s*""")
_USER = re.compile(r"://[^/\s]*@")
_MARKS = (
    (
        b"\xef\xbb\xbf",
        "byte-order-mark",
        "begins with a byte-order mark.",
        "Save it as UTF-8 without a byte-order mark.",
    ),
    (b"\xff\xfe", "encoding", "is UTF-16, not UTF-8.", "Save it as UTF-8."),
    (b"\xfe\xff", "encoding", "is UTF-16, not UTF-8.", "Save it as UTF-8."),
)


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a file, and the path as the operator named it."""

    path: str
    text: str

    def line(self, number: int) -> str:
        """Return line `number` (from 1) for showing, a secret in it covered; empty when there is none."""
        lines = _BREAK.split(self.text)
        if not 0 < number <= len(lines):
            return ""
        line = lines[number - 1]
        for found in _KEY.finditer(line):
            if is_secret_name(found["key"]):
                return line[: found.end()] + "********"
        return _USER.sub("://********@", line).rstrip()


def is_secret_name(name: str) -> bool:
    """Return whether a key of this name would hold a secret."""
    return _SECRET.search(name) is not None


def read_source(path: Path) -> Source | Finding:
    """Return the text of the file at `path`, or the one reason why there is none."""
    raw = read_bytes(path)
    return raw if isinstance(raw, Finding) else source_of(path, raw)


def source_of(path: Path, raw: bytes) -> Source | Finding:
    """Return the text in `raw`, the bytes of the file at `path`, or the one reason why there is none."""
    for mark, code, what, remedy in _MARKS:
        if raw.startswith(mark):
            return _refuse(path, code, f"The file {what}", remedy)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = len(raw[raw.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8")) + 1
        what = f"Byte 0x{raw[error.start]:02x} is not UTF-8 text."
        return _refuse(path, "encoding", what, "Save the file as UTF-8.", at=(line, column))
    source = Source(str(path), text)
    return _odd_text(path, source) or source


def read_bytes(path: Path) -> bytes | Finding:
    """Return what the regular file at `path` holds, or the one reason why it cannot be read."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            return _refuse(path, "not-a-file", "This is a directory.", "Name a file in it.")
        if not stat.S_ISREG(status.st_mode):
            return _refuse(path, "not-a-file", "This is not a regular file.", "Name a YAML file.")
        if status.st_size > SIZE_MAX:
            return _refuse(
                path, "file-too-large", "The file is larger than 1 MiB.", "A strategy needs a few kilobytes."
            )
        with path.open("rb") as file:
            return file.read(SIZE_MAX + 1)
    except FileNotFoundError:
        return _refuse(path, MISSING, "There is no such file.", "Check the path.")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return _refuse(
            path, "unreadable-file", f"The file cannot be read: {reason}.", "Check the path and its permissions."
        )


def _odd_text(path: Path, source: Source) -> Finding | None:
    found = [odd for control in _CONTROLS if (odd := control.search(source.text)) is not None]
    if found:
        odd = min(found, key=re.Match.start)
        before = _BREAK.split(source.text[: odd.start()])
        what = f"Character U+{ord(odd[0]):04X} cannot stand in a text file."
        return _refuse(path, "control-character", what, "Remove it.", at=(len(before), len(before[-1]) + 1))
    for number, line in enumerate(_BREAK.split(source.text), start=1):
        if len(line) > LINE_MAX:
            what = f"The line is longer than {LINE_MAX} characters."
            return _refuse(path, "line-too-long", what, "Break it into several lines.", at=(number, 1))
    return None


def _refuse(path: Path, code: str, what: str, remedy: str, *, at: tuple[int, int] = (0, 0)) -> Finding:
    # No line is shown: what could not be decoded, or holds control characters, has no place in a terminal.
    return Finding(code, Severity.ERROR, Place(str(path), *at), what, remedy)
