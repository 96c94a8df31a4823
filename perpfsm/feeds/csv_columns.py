"""Rows of a CSV file by the names of its header."""

import csv

from perpfsm.errors import FeedError
from perpfsm.feeds.bad_line import BadLine


def header_names(line: bytes) -> tuple[str, ...]:
    """Return the column names of a header line in lower case.

    Raises:
        BadLine: When it is not text.
    """
    return tuple(name.strip().lower() for name in split_row(line, encoding="utf-8-sig"))


def split_row(line: bytes, *, encoding: str = "utf-8") -> list[str]:
    """Return the cells of a row; quotes around a cell are taken off.

    Raises:
        BadLine: When it is not UTF-8 text, or its quotes do not match.
    """
    try:
        text = line.decode(encoding).rstrip("\r")
    except UnicodeDecodeError as error:
        raise BadLine("The line is not UTF-8 text.") from error
    if '"' not in text:
        return text.split(",")
    try:
        return next(csv.reader([text], strict=True))
    except csv.Error as error:
        raise BadLine(f"The row's quotes do not match ({error}).") from error


class Columns:
    """Finds cells by column name.

    Attributes:
        names: The header's names in file order.
    """

    __slots__ = ("_header", "names")

    def __init__(self, header: bytes, *, where: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
        """Check a header.

        Args:
            header: The header line as it stands in the file.
            where: The file's name, for errors.
            required: Names that must be there.
            optional: Names that may be.

        Raises:
            FeedError: When a column is missing, there twice, or not known.
        """
        self._header = header
        self.names = names = header_names(header)
        remedy = f"The columns are {','.join(required)}" + (f", optionally {','.join(optional)}." if optional else ".")
        missing = [name for name in required if name not in names]
        unknown = [name for name in names if name not in (*required, *optional)]
        doubled = sorted({name for name in names if names.count(name) > 1})
        for problem, columns in (("lacks", missing), ("has unknown", unknown), ("repeats", doubled)):
            if columns:
                what = f"The header {problem} {'column' if len(columns) == 1 else 'columns'} {', '.join(columns)}."
                raise FeedError(what, where=f"{where}:1", remedy=remedy)

    def index(self, name: str) -> int:
        """Return where `name` stands in a row."""
        return self.names.index(name)

    def cells(self, line: bytes) -> list[str]:
        """Return the cells of a row, empty for the header itself, which joined files repeat.

        Raises:
            BadLine: When it is not a row of as many cells.
        """
        if line == self._header:
            return []
        cells = split_row(line)
        if len(cells) != len(self.names):
            raise BadLine(f"The row has {len(cells)} cells, the header {len(self.names)}.")
        return cells
