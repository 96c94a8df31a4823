"""Explaining: what was seen, which guards held, which rows were passed over, what was done."""

from pathlib import Path

import pytest

from perpfsm.audit.explain import explain
from perpfsm.engine.records import DataRecord, OperatorRecord
from perpfsm.errors import JournalError
from tests.journal.examples import (
    SECOND_NS,
    START_NS,
    a_place,
    a_run,
    a_session,
    a_transition,
    an_order,
    one_of_each,
    the_facts,
    written,
)

STOP = """\
Entry 11 · transition · 2024-08-08 12:00:12.123456789 UTC · leg BOTH
open → closing (stop_loss), by row 1 `stop` on market.

Seen
  exit_reason  none
  pnl_pct      -2.01 %

Held
  stop_loss_hit, not_stopping

Done
  12  place #3 sell 0.01 at market, close (stop_loss), reduce-only
  13  #3 working
  14  #3 sold 0.01 @ 58,794.10 as taker, fee 0.2939705: closed, realised -12.06, position 0
  15  flat by stop_loss: realised -12.06, fees 0.4139705, held 10 s

Noted
  The stop is 60 ticks away.

Facts after it
  entry price  60,000.1
  cost         600.001
  entered      2024-08-08 12:00:00.123456789, 12 s before
  exit_reason  stop_loss
  last_fill    2024-08-08 11:58:30.123456789, 1 min 42 s before
  opened       2024-08-08 12:00:02.123456789, 10 s before
  peak         none
  peak_is_new  no
  size         0.01
  state        closing
"""
QUOTE = """\
Entry 2 · transition · 2024-08-08 12:00:00.123456789 UTC · leg BOTH
idle → opening, by row 2 `quote` on market.

Seen
  quoting       allowed
  since_fill_s  undefined

Held
  quoting_allowed, delay_over

Passed over
  stop: stop_loss_hit did not let it fire

Done
  3  place #1 buy 0.01 @ 60,000.10, quote level 0
  4  place #2 sell 0.01 @ 60,010.00, quote level 0
  5  #1 working
  6  #2 working

Facts after it
  cost         0
  entered      2024-08-08 12:00:00.123456789, now
  exit_reason  none
  last_fill    2024-08-08 11:58:30.123456789, 1 min 30 s before
  opened       none
  peak         none
  peak_is_new  no
  size         0
  state        opening
"""
FILL = """\
Entry 7 · fill · 2024-08-08 12:00:02.123456789 UTC · leg BOTH
#1 bought 0.01 @ 60,000.10 as maker, fee 0.12: opened, position 0.01.

After it
  for       quote, reason none
  position  0.01, cost 600.001
  wallet    9,999.88

Order pf-0a1b2c3d4e5f-1
  2024-08-08 12:00:00.123456789  3  place #1 buy 0.01 @ 60,000.10, quote level 0
  2024-08-08 12:00:00.123456789  5  #1 working
  2024-08-08 12:00:02.123456789  7  #1 bought 0.01 @ 60,000.10 as maker, fee 0.12: opened, position 0.01
"""
RUN = f"""\
Entry 1 · run · 2024-08-08 12:00:00.123456789 UTC
Run 1: mine.yaml on quotes.csv, wallet 10,000.

Made of
  perpfsm   0.1.0
  epoch     0a1b2c3d4e5f
  strategy  SHA-256 {"a" * 64}
  machine   SHA-256 {"b" * 64}
  feed      quotes.csv, SHA-256 {"c" * 64}

Settings
  derivative     paper
  market         BTC-USDT
  position_mode  One-way
  strategy       mine.yaml
"""


@pytest.mark.parametrize(("seq", "text"), [(11, STOP), (2, QUOTE), (7, FILL), (1, RUN)])
def test_an_entry_is_explained(tmp_path: Path, seq: int, text: str) -> None:
    assert explain(written(tmp_path / "bot.journal", a_session()), seq) == text


def section(text: str, title: str) -> list[str]:
    """Return the lines of one section of an explanation."""
    after = text.partition(f"\n\n{title}\n")[2]
    return [line.strip() for line in after.partition("\n\n")[0].splitlines()]


def test_every_kind_has_its_sentence(tmp_path: Path) -> None:
    path = written(tmp_path / "bot.journal", one_of_each())
    for seq in range(1, len(one_of_each()) + 1):
        assert explain(path, seq).splitlines()[1].endswith(".")


def test_an_order_is_told_from_its_placing_to_its_end(tmp_path: Path) -> None:
    path = written(tmp_path / "bot.journal", a_session())
    for seq in (4, 6, 10):
        assert [line.split("  ", 1)[1] for line in section(explain(path, seq), "Order pf-0a1b2c3d4e5f-2")] == [
            " 4  place #2 sell 0.01 @ 60,010.00, quote level 0",
            " 6  #2 working",
            " 9  cancel #2",
            "10  #2 canceled",
        ]


def test_what_raised_the_trigger_is_named(tmp_path: Path) -> None:
    path = written(
        tmp_path / "bot.journal",
        (
            *a_session()[:-1],
            DataRecord(START_NS, "stale", "no quote for 5 s"),
            a_transition(trigger="data_bad"),
            OperatorRecord(START_NS + 1, "pause", "operator", ""),
            a_transition(START_NS + 1, trigger="pause", saw={}, held=()),
            an_order(status="expired", time_ns=START_NS + 2),
            a_transition(START_NS + 2, trigger="order_lost"),
            a_transition(START_NS + 3, trigger="fill"),
            one_of_each()[9],
            a_transition(trigger="liquidated"),
        ),
    )
    causes = [section(explain(path, seq), "Because of") for seq in (8, 18, 20, 22, 23, 25)]
    assert causes == [
        ["7  #1 bought 0.01 @ 60,000.10 as maker, fee 0.12: opened, position 0.01"],
        ["17  market data stale: no quote for 5 s"],
        ["19  pause by operator"],
        ["21  #1 expired"],
        [],
        ["24  position 0 by liquidation: realised -90.5, wallet 9,909.5"],
    ]
    assert section(explain(path, 20), "Held") == ["the row has no guards"]
    assert section(explain(path, 20), "Seen") == []


def test_what_was_done_ends_with_the_step(tmp_path: Path) -> None:
    other_leg = an_order(9)
    path = written(
        tmp_path / "bot.journal",
        (
            a_run(),
            a_transition(),
            type(other_leg)(START_NS, "SHORT", other_leg.client_id, "working"),
            a_place(),
            an_order(time_ns=START_NS + SECOND_NS),
            a_transition(START_NS + SECOND_NS),
            a_transition(START_NS + SECOND_NS),
        ),
    )
    assert section(explain(path, 2), "Done") == ["4  place #1 buy 0.01 @ 60,000.10, quote level 0"]
    assert section(explain(path, 6), "Done") == ["nothing left for the venue"]
    assert section(explain(path, 7), "Done") == ["nothing left for the venue"]


def test_facts_of_a_machine_of_ones_own_are_shown_as_they_are(tmp_path: Path) -> None:
    facts = the_facts(mood="calm", entered_ns=0, size=None) | {"cost": None}
    path = written(tmp_path / "bot.journal", (a_run(), a_transition(facts=facts)))
    shown = section(explain(path, 2), "Facts after it")
    assert "mood         calm" in shown
    assert "entered      none" in shown
    assert not any(line.startswith("entry price") for line in shown)


def test_an_entry_that_is_not_there_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    path = written(tmp_path / "bot.journal", (a_run(),))
    with pytest.raises(JournalError) as caught:
        explain(path, 2)
    assert str(caught.value) == f"{path}: The journal has no entry 2. `perpfsm audit show` lists the numbers."
