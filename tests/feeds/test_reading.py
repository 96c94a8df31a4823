"""Lines of files: blocks, gzip members, damage and bounds."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.errors import FeedError
from perpfsm.feeds import reading
from perpfsm.feeds.reading import LineFile

LINES = [f"{number} {'x' * (number % 500)}".encode() for number in range(5_000)]


def lines_of(path: Path, *, forgives_cut: bool = False) -> list[bytes]:
    return [line for block in LineFile(path, forgives_cut=forgives_cut).blocks() for line in block]


def test_plain_and_gzip_give_the_same_lines(tmp_path: Path) -> None:
    data = b"\n".join(LINES)
    plain, packed = tmp_path / "plain", tmp_path / "packed"
    plain.write_bytes(data)
    packed.write_bytes(gzip.compress(data))
    assert lines_of(plain) == lines_of(packed) == LINES


def test_the_last_line_needs_no_line_feed_and_gives_no_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a\nb\n")
    assert lines_of(path) == [b"a", b"b"]
    path.write_bytes(b"a\nb")
    assert lines_of(path) == [b"a", b"b"]


def test_gzip_members_are_joined_and_padding_between_them_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(b"a\nb") + bytes(512) + gzip.compress(b"c\n") + gzip.compress(b"d") + bytes(9))
    assert lines_of(path) == [b"a", b"bc", b"d"]


def test_text_that_inflates_a_thousandfold_is_read_in_bounded_blocks(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"0123456789abcde\n" * 1_000_000))
    file = LineFile(path)
    assert max(sum(map(len, block)) for block in file.blocks()) <= reading.BLOCK_BYTES_MAX + 16
    assert file.lines_read == 1_000_000


def test_what_has_been_read_is_counted_in_bytes_as_stored(tmp_path: Path) -> None:
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(b"\n".join(LINES), compresslevel=0))
    file = LineFile(path)
    seen = [file.bytes_read for _ in file.blocks()]
    assert 0 < seen[0] < seen[-1] == file.bytes_total == path.stat().st_size


def test_a_line_longer_than_any_message_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a\n" + b"x" * (reading.LINE_BYTES_MAX + reading.READ_BYTES))
    with pytest.raises(FeedError) as caught:
        lines_of(path)
    assert str(caught.value) == "file:2: The line is longer than 4,194,304 bytes. Is it a market-data file?"


def test_gzip_that_was_cut_off_is_an_error_that_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "cut.gz"
    whole = gzip.compress(b"\n".join(LINES))
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FeedError) as caught:
        lines_of(path)
    name, line = caught.value.where.split(":")
    assert (name, caught.value.what) == ("cut.gz", "The gzip data end in the middle: the file was cut off.")
    assert 1 < int(line) < len(LINES)
    assert "--skip-bad-lines" in caught.value.remedy


def test_a_forgiven_cut_gives_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "cut.gz"
    whole = gzip.compress(b"\n".join(LINES))
    path.write_bytes(whole[:-4])
    file = LineFile(path, forgives_cut=True)
    assert [line for block in file.blocks() for line in block] == LINES
    assert file.was_cut


@pytest.mark.parametrize("damage", ["middle", "tail"])
def test_damaged_gzip_is_an_error(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "bad.gz"
    whole = bytearray(gzip.compress(b"\n".join(LINES)))
    if damage == "middle":
        whole[len(whole) // 2] ^= 0xFF
    else:
        whole += b"garbage"
    path.write_bytes(whole)
    with pytest.raises(FeedError, match="The gzip data are damaged"):
        lines_of(path, forgives_cut=True)


def test_a_missing_file_a_directory_a_device_and_an_impossible_name_are_errors(tmp_path: Path) -> None:
    said = []
    for path in (tmp_path / "none.gz", tmp_path, Path("/dev/null"), Path("a\0b")):
        with pytest.raises(FeedError) as caught:
            LineFile(path)
        said.append(caught.value.what)
        assert caught.value.remedy
    assert said[:3] == [
        "The file cannot be read: No such file or directory.",
        "It is a directory.",
        "It is not a regular file.",
    ]
    assert said[3].startswith("The file cannot be read: ")


def test_a_file_that_vanishes_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "gone"
    path.write_bytes(b"a\n")
    file = LineFile(path)
    path.unlink()
    with pytest.raises(FeedError, match="gone: The file cannot be read: No such file"):
        list(file.blocks())


@given(data=st.binary(max_size=300), size=st.integers(1, 40), is_gzip=st.booleans())
def test_no_split_into_pieces_changes_the_lines(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, size: int, is_gzip: bool
) -> None:
    path = tmp_path_factory.mktemp("split") / "file"
    text = b"#" + data  # never the magic number
    path.write_bytes(gzip.compress(text) if is_gzip else text)
    expected = text.split(b"\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "READ_BYTES", size)
        patch.setattr(reading, "BLOCK_BYTES_MAX", size)
        assert lines_of(path) == (expected if expected[-1] else expected[:-1])
