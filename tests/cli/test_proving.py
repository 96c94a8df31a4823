"""Before a run: a refuted lifecycle is refused, an unproved one is started with a word about it."""

from pathlib import Path

import pytest

from perpfsm.cli.proving import UNPROVED, RefutedError, refuse_refuted
from perpfsm.config.resources import machine_path
from perpfsm.config.strategy import Strategy, load_strategy
from perpfsm.proof import explore

GOOD = """\
derivative: paper
market: BTC-USDT
leverage: 10
bid_spread: 0.02
ask_spread: 0.02
order_refresh_time: 10
order_amount: 0.01
long_profit_taking_spread: 0.05
short_profit_taking_spread: 0.05
"""


def strategy(folder: Path, stop: str, **more: str) -> Strategy:
    path = folder / "mine.yaml"
    path.write_text(GOOD + f"stop_loss_spread: {stop}\n", encoding="utf-8")
    return load_strategy(path, overrides=more)


def test_a_proved_lifecycle_starts_without_a_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refuse_refuted(strategy(tmp_path, "0.2"), proves=True)

    assert capsys.readouterr() == ("", "")


def test_an_unproved_one_starts_with_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refuse_refuted(strategy(tmp_path, "0.2"), proves=False)

    assert capsys.readouterr() == ("", f"{UNPROVED}\n")


def test_a_refuted_one_is_refused_with_all_that_refutes_it(tmp_path: Path) -> None:
    shipped = machine_path("profit_taking")
    assert shipped is not None
    text = shipped.read_text(encoding="utf-8").replace("reason: stop_loss,", "reason: flatten,")
    (tmp_path / "mine_machine.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(RefutedError) as refused:
        refuse_refuted(strategy(tmp_path, "0.2", machine="mine_machine.yaml"), proves=True)

    assert {finding.code for finding in refused.value.findings} >= {"stop-first"}


def test_one_that_is_too_large_to_prove_starts_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explore, "SITUATIONS_MAX", 3)

    refuse_refuted(strategy(tmp_path, "0.2017"), proves=True)

    said = capsys.readouterr().err
    assert "warning[too-large-to-prove]: After " in said
    assert "It can run, unproved." in said
