"""The file that the wizard writes: valid, commented, found by editors, and written whole or not at all."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from perpfsm.config.examine import examine
from perpfsm.config.nodes import Value
from perpfsm.config.resources import schema_path
from perpfsm.config.settings import described_parameters
from perpfsm.config.wizard_file import next_command, schema_link, strategy_text
from perpfsm.config.writing import refusal_to_write, whole_file
from perpfsm.errors import ConfigError

ANSWERS: dict[str, Value] = {
    "strategy": "perpetual_market_making",
    "derivative": "paper",
    "market": "BTC-USDT",
    "leverage": 10,
    "position_mode": "One-way",
    "bid_spread": Decimal("0.020"),
    "ask_spread": Decimal("3e-2"),
    "order_refresh_time": 10,
    "order_amount": Decimal("0.01"),
    "position_management": "Profit_taking",
    "long_profit_taking_spread": Decimal("0.05"),
    "short_profit_taking_spread": Decimal("0.05"),
    "stop_loss_spread": Decimal("0.2"),
    "close_position_order_type": "LIMIT",
}


def text_for(path: Path) -> str:
    return strategy_text(ANSWERS, path=path, schema=schema_path("strategy"))


def test_the_file_is_valid_without_a_warning_and_says_what_was_answered(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text_for(path), encoding="utf-8")

    report = examine(path)

    assert (report.kind, report.findings) == ("strategy", ())
    assert report.strategy is not None
    assert report.strategy.values == ANSWERS


def test_each_answer_has_its_meaning_its_range_and_its_price_above_it(tmp_path: Path) -> None:
    text = text_for(tmp_path / "mine.yaml")

    assert (
        "\n# How far below the reference price the first bid is placed.\n"
        "# May be a number, above 0 and below 100 (percent); 0.02 % of 60,000 = 12.00.\n"
        "bid_spread: 0.02\n"
    ) in text
    assert "\nask_spread: 0.03\n" in text
    assert "\n# May be One-way or Hedge.\nposition_mode: One-way\n" in text
    assert "#   perpfsm run mine.yaml\n" in text
    assert max(map(len, text.splitlines())) <= 120 + len(schema_path("strategy").as_uri())


def test_what_was_not_asked_can_be_uncommented_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    text = text_for(path)
    asked, _, rest = text.partition("# and of its section's line, if it is indented.\n")
    path.write_text(asked + "".join(line[2:] for line in rest.splitlines(keepends=True) if line[2:]), encoding="utf-8")

    report = examine(path)

    assert report.findings == ()
    assert report.strategy is not None
    further = {name: value for name, value in report.strategy.values.items() if name not in ANSWERS}
    assert len(further) > 20
    assert further == {name: described_parameters()[name]["default"] for name in further}


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("/desk/mine.yaml", "schemas/strategy.schema.json"),
        ("/desk/a/b/mine.yaml", "../../schemas/strategy.schema.json"),
        ("/elsewhere/mine.yaml", "file:///desk/schemas/strategy.schema.json"),
    ],
)
def test_an_editor_finds_the_schema(path: str, link: str) -> None:
    assert schema_link(Path(path), Path("/desk/schemas/strategy.schema.json")) == link


def test_a_blank_in_the_path_of_the_schema_does_not_end_its_address() -> None:
    link = schema_link(Path("/mine.yaml"), Path("/my desk/schemas/strategy.schema.json"))

    assert link == "file:///my%20desk/schemas/strategy.schema.json"


def test_the_next_command_can_be_pasted() -> None:
    assert next_command(Path("my desk/mine.yaml")) == "perpfsm run 'my desk/mine.yaml'"


def test_a_file_is_looked_at_before_it_is_moved_to_its_place(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"

    with whole_file(path, "ä: 1\n", overwrite=False) as scratch:
        assert scratch.read_text("utf-8") == "ä: 1\n"
        assert not path.exists()

    assert path.read_text("utf-8") == "ä: 1\n"
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_nothing_is_left_when_the_look_at_it_ends_in_an_error(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "mine.yaml"

    with pytest.raises(error), whole_file(path, "a: 1\n", overwrite=False):
        raise error

    assert [*tmp_path.iterdir()] == []


def test_a_file_that_appears_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"

    with (
        pytest.raises(ConfigError, match="is there already, and stays as it is"),
        whole_file(path, "a: 1\n", overwrite=False),
    ):
        path.write_text("theirs: 1\n", "utf-8")

    assert path.read_text("utf-8") == "theirs: 1\n"
    assert [*tmp_path.iterdir()] == [path]


def test_replacing_a_file_keeps_its_permissions_and_follows_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "mine.yaml", tmp_path / "link.yaml"
    path.write_text("old: 1\n", "utf-8")
    path.chmod(0o600)
    link.symlink_to(path)

    with whole_file(link, "new: 1\n", overwrite=True):
        pass

    assert path.read_text("utf-8") == "new: 1\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert link.is_symlink()
    assert {*tmp_path.iterdir()} == {path, link}


def test_overwriting_may_also_write_a_new_file(tmp_path: Path) -> None:
    with whole_file(tmp_path / "mine.yaml", "new: 1\n", overwrite=True):
        pass

    assert (tmp_path / "mine.yaml").read_text("utf-8") == "new: 1\n"


def test_a_file_system_without_hard_links_refuses_to_replace_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", unsupported)
    path = tmp_path / "mine.yaml"
    with whole_file(path, "first: 1\n", overwrite=False):
        pass
    with pytest.raises(ConfigError, match="is there already"), whole_file(path, "second: 1\n", overwrite=False):
        pass

    assert path.read_text("utf-8") == "first: 1\n"
    assert [*tmp_path.iterdir()] == [path]


def test_a_directory_that_is_gone_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigError, match=r"cannot be written: No such file or directory\."),
        whole_file(tmp_path / "none" / "mine.yaml", "a: 1\n", overwrite=False),
    ):
        pytest.fail("there is nothing to look at")


def test_a_path_that_cannot_become_a_file_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    assert refusal_to_write(tmp_path / "mine.yaml") == ""
    assert refusal_to_write(tmp_path) == "This is not a file, and cannot become one."
    assert refusal_to_write(Path("/dev/null")) == "This is not a file, and cannot become one."
    assert refusal_to_write(tmp_path / "no" / "mine.yaml") == f"There is no directory {tmp_path}/no; make it first."
    assert refusal_to_write(tmp_path / "a\nb.yaml") == "The name holds characters that cannot be printed."
    assert refusal_to_write(tmp_path / ("a" * 300)) == "The path cannot be used: File name too long."
    assert refusal_to_write(tmp_path / "loop").startswith("The path cannot be used: ")


def test_a_directory_without_permission_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # the superuser may write everywhere

    assert refusal_to_write(tmp_path / "mine.yaml") == f"The directory {tmp_path} cannot be written to."
