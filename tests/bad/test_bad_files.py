"""Every wrong file is answered with exactly the findings that were written down for it, and with nothing else."""

from pathlib import Path

import pytest

from perpfsm.config.examine import examine
from perpfsm.errors import Finding

HERE = Path(__file__).parent
FILES = sorted(path.relative_to(HERE) for path in HERE.glob("*/*.yaml"))


def said(finding: Finding, path: Path) -> str:
    """Return a finding as the `.expected` files write it; another file's finding begins with its path."""
    place = finding.place
    where = f"{place.line}:{place.column}" if place.path == str(path) else str(place)
    return f"{where}: {finding.severity}[{finding.code}]: {finding.what} | {finding.remedy}".rstrip()


@pytest.mark.parametrize("name", FILES, ids=lambda path: str(path.with_suffix("")))
def test_a_wrong_file_is_answered_with_exactly_these_findings(name: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)
    expected = name.with_suffix(".expected").read_text(encoding="utf-8").splitlines()

    assert [said(finding, name) for finding in examine(name).findings] == expected


def test_there_are_many_of_them_and_each_is_expected() -> None:
    assert len(FILES) >= 45
    assert [HERE / name for name in FILES if not (HERE / name).with_suffix(".expected").exists()] == []
