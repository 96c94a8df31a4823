"""Opening a file by what it holds."""

import gzip
from pathlib import Path

import pytest

from perpfsm.feeds import open_feed
from perpfsm.feeds.detect import LOADS
from tests.feeds.helpers import QUOTES_HEADER, book_ticker, failure_of, messages_of, quote, recorded, write_lines


@pytest.mark.parametrize("is_gzip", [False, True])
@pytest.mark.parametrize("name", ["btc", "btc.csv", "btc.gz"])
def test_the_content_decides_and_not_the_name(tmp_path: Path, name: str, is_gzip: bool) -> None:
    path = write_lines(tmp_path / name, [recorded(book_ticker())], is_gzip=is_gzip)
    assert messages_of(path) == [quote()]


def test_a_recording_may_begin_with_a_line_that_was_cut(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "rec", ['okTicker","u":5}}', recorded(book_ticker())])
    assert failure_of(path).where == "rec:1"
    feed = open_feed(path, skip_bad_lines=True)
    assert (list(feed.messages()), feed.bad_lines) == ([quote()], 1)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "f: The file is empty."),
        (b"\n \n\r\n", "f: The file is empty."),
        (gzip.compress(b"", mtime=0), "f: The file is empty."),
        (b'{"e":"bookTicker"}\n', "f:1: The JSON has no local receive time (ns) and space before it."),
        (b"1700000000,99,1,100,1\n", "f:1: The CSV has no header line."),
        (b"2024-08-08T00:00:00Z,99,1,100,1\n", "f:1: The CSV has no header line."),
        (b"name,address\nx,y\n", "f:1: The format is not known."),
        (b"MZ\x90\xff\xff\n", "f:1: The file is not UTF-8 text."),
        (QUOTES_HEADER.encode("utf-16"), "f:1: The file is not UTF-8 text."),
    ],
)
def test_what_does_not_load_is_an_error_that_says_what_does(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "f"
    path.write_bytes(content)
    assert str(failure_of(path)) == f"{what} {LOADS}"


@pytest.mark.parametrize(
    ("magic", "kind"),
    [
        (b"PK\x03\x04", "a zip archive"),
        (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
        (b"BZh9", "compressed with bzip2"),
        (b"\xfd7zXZ\0", "compressed with xz"),
    ],
)
def test_another_compression_is_named(tmp_path: Path, magic: bytes, kind: str) -> None:
    path = tmp_path / "f.zip"
    path.write_bytes(magic + bytes(range(256)))
    assert str(failure_of(path)) == f"f.zip: The file is {kind}. Unpack it first; gzip may stay."


def test_a_missing_file_and_an_empty_directory_are_errors_of_opening(tmp_path: Path) -> None:
    assert failure_of(tmp_path / "none.csv").what == "The file cannot be read: No such file or directory."
    assert failure_of(tmp_path).what == "The folder holds no file."
