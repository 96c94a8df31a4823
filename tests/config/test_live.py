"""What a running bot's strategy may become: a whole one again, that differs in live parameters only (B16)."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from perpfsm.config.live import check_known, check_live, effective, live_names, reread, with_settings
from perpfsm.config.strategy import Strategy, load_strategy
from perpfsm.decisions.parameters import LIVE
from perpfsm.errors import ConfigError, PerpfsmError

TEXT = """derivative: paper
market: BTC-USDT
leverage: 10
bid_spread: 0.05
ask_spread: 0.05
order_amount: 0.01
order_refresh_time: 10
order_levels: 2
long_profit_taking_spread: 0.1
short_profit_taking_spread: 0.1
stop_loss_spread: 0.3
risk: {max_loss: 200}
"""


@pytest.fixture
def running(tmp_path: Path) -> Strategy:
    path = tmp_path / "mine.yaml"
    path.write_text(TEXT)
    return load_strategy(path)


def changed(*pairs: tuple[str, str]) -> bytes:
    text = TEXT
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after)
    return text.encode()


def test_the_live_parameters_are_those_of_the_schema() -> None:
    assert set(live_names()) == set(LIVE)


def test_a_saved_file_is_taken_over_as_a_whole(running: Strategy) -> None:
    raw = changed(("bid_spread: 0.05", "bid_spread: 0.06 # wider"), ("order_levels: 2\n", ""))
    parameters = reread(running, raw, {}).parameters
    assert (parameters.bid_spread, parameters.order_levels) == (Decimal("0.06"), 1)


def test_the_command_line_stays_on_top_of_the_file(running: Strategy) -> None:
    raw = changed(("bid_spread: 0.05", "bid_spread: 0.06"))
    assert reread(running, raw, {"bid_spread": "0.07"}).parameters.bid_spread == Decimal("0.07")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("leverage: 10", "leverage: 3", "leverage cannot change while the bot runs (10 → 3)."),
        ("max_loss: 200", "max_loss: 500", "risk.max_loss cannot change while the bot runs (200 → 500)."),
        ("stop_loss_spread: 0.3\n", "", "stop_loss_spread cannot change while the bot runs (0.3 → 0)."),
        (
            "leverage: 10",
            "leverage: 10\nmachine: mine.yaml.machine.yaml",
            "machine cannot change while the bot runs (null → mine.yaml.machine.yaml).",
        ),
    ],
)
def test_what_is_not_live_is_refused(running: Strategy, before: str, after: str, said: str) -> None:
    machine = running.path.with_name("mine.yaml.machine.yaml")
    machine.write_text(running.machine_text)
    with pytest.raises(PerpfsmError) as refused:
        reread(running, changed((before, after)), {})
    assert refused.value.what == said
    assert refused.value.remedy.startswith("Live are bid_spread, ask_spread, order_amount, ")


def test_a_lifecycle_that_was_edited_meanwhile_is_refused(running: Strategy) -> None:
    machine = running.path.with_name("own.yaml")
    machine.write_text(running.machine_text)
    running.path.write_bytes(changed(("leverage: 10", "leverage: 10\nmachine: ./own.yaml")))
    bot = load_strategy(running.path)
    machine.write_text(f"{running.machine_text}\n# edited\n")
    with pytest.raises(PerpfsmError, match=r"the lifecycle, own.yaml, cannot change while the bot runs"):
        reread(bot, running.path.read_bytes().replace(b"0.05", b"0.06"), {})


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", TEXT.encode()[:40], b"a: [", b"- 1", changed(("0.01", "0,01"))])
def test_a_broken_file_is_refused_with_its_findings(running: Strategy, raw: bytes) -> None:
    with pytest.raises(ConfigError) as refused:
        reread(running, raw, {})
    assert refused.value.findings


def test_settings_are_judged_as_a_part_of_the_whole(running: Strategy) -> None:
    assert with_settings(running, {"bid_spread": "0.06"}).parameters.bid_spread == Decimal("0.06")
    with pytest.raises(ConfigError, match="takes level 100 of bid_spread"):
        with_settings(running, {"order_levels": "100", "order_level_spread": "2"})


def test_a_setting_is_blamed_by_its_own_name(running: Strategy) -> None:
    with pytest.raises(ConfigError) as refused:
        with_settings(running, {"bid_spread": "0,05"})
    assert refused.value.findings[0].place.path == "bid_spread"


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (lambda: check_live({"bid_spred": "1"}), "bid_spred is not a parameter."),
        (lambda: check_live({"bid_spread": "1", "leverage": "3"}), "leverage cannot change while the bot runs."),
        (lambda: check_known("nonsense_of_mine"), "nonsense_of_mine is not a parameter."),
    ],
)
def test_names_that_cannot_be_set_are_refused(check: Callable[[], None], said: str) -> None:
    with pytest.raises(PerpfsmError) as refused:
        check()
    assert refused.value.what == said


def test_every_parameter_has_a_value_in_force(running: Strategy) -> None:
    values = effective(running)
    assert (values["leverage"], values["order_level_spread"], values["risk.max_loss"]) == (10, 1, 200)
