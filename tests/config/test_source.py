"""Files that cannot be read are answered with one finding each, and a secret is never shown."""

import os
from pathlib import Path

import pytest

from perpfsm.config.documents import read_document
from perpfsm.config.resources import machine_path
from perpfsm.config.source import SIZE_MAX, Source, is_secret_name, read_source
from perpfsm.errors import Finding, Place, Severity


def refusal(path: Path) -> tuple[str, int, int]:
    finding = read_source(path)
    assert isinstance(finding, Finding)
    assert finding.severity is Severity.ERROR
    assert finding.remedy
    return finding.code, finding.place.line, finding.place.column


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"\xef\xbb\xbfmarket: BTC-USDT\n", ("byte-order-mark", 0, 0)),
        ("market: BTC-USDT\n".encode("utf-16"), ("encoding", 0, 0)),
        (b"\xfe\xff\x00a", ("encoding", 0, 0)),
        ("a: 1\n# gr\u00fc\u00dfe\n".encode("latin-1"), ("encoding", 2, 5)),
        ("a: 1\nb: \u20ac\0\n".encode(), ("control-character", 2, 5)),
        (b"a: \x1b[31m\n", ("control-character", 1, 4)),
        (b"a: 1\nb: " + b"x" * 5000, ("line-too-long", 2, 1)),
        (b"a" * (SIZE_MAX + 1), ("file-too-large", 0, 0)),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, raw: bytes, code: tuple[str, int, int]) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(raw)

    assert refusal(path) == code


def test_what_is_no_regular_file_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    loop = tmp_path / "loop"
    loop.symlink_to(loop)

    paths = (tmp_path, pipe, Path("/dev/null"), tmp_path / "none.yaml", loop, Path("a\0b"), Path("n" * 300))

    assert [refusal(path)[0] for path in paths] == [
        "not-a-file",
        "not-a-file",
        "not-a-file",
        "missing-file",
        "unreadable-file",
        "unreadable-file",
        "unreadable-file",
    ]


@pytest.mark.parametrize("name", ["api_key", "API-Secret", "binance_api_key", "secret", "password", "x.token"])
def test_names_that_would_hold_a_secret_are_known(name: str) -> None:
    assert is_secret_name(name)


def test_ordinary_names_hold_no_secret() -> None:
    assert not any(map(is_secret_name, ("market", "token_count", "tokenize", "monkey")))


def test_the_line_of_a_secret_is_shown_without_it() -> None:
    source = Source("mine.yaml", 'a: 1  \npaper: {x: 1, "api_key" : 0123}\nb: 2')

    assert [source.line(number) for number in (0, 1, 2, 3, 4)] == [
        "",
        "a: 1",
        'paper: {x: 1, "api_key" : ********',
        "b: 2",
        "",
    ]


def test_a_good_file_is_its_text(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes("# größe\r\na: 1\r\n".encode())

    assert read_source(path) == Source(str(path), "# größe\r\na: 1\r\n")
    assert str(Place(str(path))) == str(path)


def test_the_bare_name_of_a_shipped_lifecycle_is_answered_with_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    document, (refused,) = read_document(Path("profit_taking"))

    assert document is None
    assert refused.remedy == f"The shipped lifecycle of that name is {machine_path('profit_taking')}."
