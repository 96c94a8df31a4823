"""A venue's brackets: rows in the strategy file or a file in the venue's shape, checked to be a whole table."""

from decimal import Decimal
from pathlib import Path

import pytest

from perpfsm.config.nodes import Value
from perpfsm.config.settings import settle
from perpfsm.config.strategy import load_strategy, read_strategy
from perpfsm.config.strategy_checks import amounts_fit_brackets, leverage_is_in_bracket
from perpfsm.market.brackets import BRACKETS, Bracket
from tests.config.conftest import GOOD, Write

ROWS = """\
- {bracket: 1, initialLeverage: 20, notionalFloor: 0, notionalCap: 1000, maintMarginRatio: 0.01, cum: 0}
- {bracket: 2, initialLeverage: 10, notionalFloor: 1000, notionalCap: 5000, maintMarginRatio: 0.02, cum: 10}
"""
TABLE = (
    Bracket(Decimal(0), Decimal(1000), 20, Decimal("0.01"), Decimal(0)),
    Bracket(Decimal(1000), Decimal(5000), 10, Decimal("0.02"), Decimal(10)),
)


def inline(rows: str) -> str:
    """Return the good strategy with rows of its own."""
    indented = "".join(f"    {line}\n" for line in rows.splitlines())
    return f"{GOOD}paper:\n  brackets:\n{indented}"


def found(path: Path) -> list[str]:
    """Return the findings of a strategy as `file line:column code: what | remedy`."""
    _, findings = read_strategy(path)
    return [
        f"{Path(each.place.path).name} {each.place.line}:{each.place.column} {each.code}: {each.what} | {each.remedy}"
        for each in findings
        if each.code != "beyond-bracket"
    ]


def test_without_any_the_brackets_are_those_of_a_contract_like_btc_usdt(write: Write) -> None:
    assert load_strategy(write()).paper.brackets == BRACKETS


def test_rows_may_stand_in_the_strategy_file(write: Write) -> None:
    assert load_strategy(write(inline(ROWS))).paper.brackets == TABLE


@pytest.mark.parametrize(
    "text",
    [
        ROWS,
        "brackets:\n" + ROWS,
        (
            '[{"symbol": "ETHUSDT", "brackets": []}, {"symbol": "BTCUSDT", "notionalCoef": 1.5, "brackets": [\n'
            '{"bracket":1,"initialLeverage":20,"notionalFloor":0,"notionalCap":1000,"maintMarginRatio":0.01,"cum":0.0},\n'
            '{"bracket":2,"initialLeverage":10,"notionalFloor":1000,"notionalCap":5000,"maintMarginRatio":0.02,"cum":10}\n'
            "]}]\n"
        ),
    ],
    ids=["rows", "one market", "the venue's answer"],
)
def test_or_in_a_file_as_the_venue_gives_them(write: Write, text: str) -> None:
    write(text, name="venue/brackets.yaml")
    assert load_strategy(write(f"{GOOD}paper: {{brackets: venue/brackets.yaml}}\n")).paper.brackets == TABLE


def test_quoted_numbers_are_taken_with_a_warning(write: Write) -> None:
    quoted = ROWS.replace("notionalCap: 5000", 'notionalCap: "5000"')
    path = write(inline(quoted))
    assert found(path) == [
        "mine.yaml 14:75 quoted-number: paper.brackets[2].notionalCap is a number in quotes. | Write 5000."
    ]
    assert load_strategy(path).paper.brackets == TABLE
    write(quoted, name="rows.yaml")
    named = write(f"{GOOD}paper: {{brackets: rows.yaml}}\n")
    assert found(named) == [
        "rows.yaml 2:71 quoted-number: paper.brackets[2].notionalCap is a number in quotes. | Write 5000."
    ]
    assert load_strategy(named).paper.brackets == TABLE


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            ROWS.replace("cum: 10", "cum: 9"),
            "cum is 9, but must be 10: the margin to keep does not jump from one bracket to the next. | Write 10.",
        ),
        (
            ROWS.replace("Floor: 1000", "Floor: 900").replace("cum: 10", "cum: 9"),
            (
                "notionalFloor is 900, but must be 1000: "
                "a bracket begins where the one before ends, the first one at 0. | Write 1000."
            ),
        ),
        (
            ROWS.replace("Leverage: 10", "Leverage: 20"),
            (
                "initialLeverage is 20, but must be less than 20: a larger notional is offered less leverage. | "
                "Check the table."
            ),
        ),
        (
            ROWS.replace("0.02", "0.01").replace("cum: 10", "cum: 0"),
            (
                "maintMarginRatio is 0.01, but must be more than 0.01: a larger notional keeps more margin. | "
                "Check the table."
            ),
        ),
        (
            ROWS.replace("Cap: 5000", "Cap: 1000"),
            "notionalCap is 1000, but must be more than 1000: a bracket ends above its floor. | Check the table.",
        ),
    ],
)
def test_a_table_that_is_not_whole_is_refused_with_what_fits(write: Write, wrong: str, said: str) -> None:
    (here,) = found(write(inline(wrong)))
    assert here.startswith("mine.yaml 14:")
    assert here.endswith(f" bracket-table: paper.brackets[2].{said}")
    write(wrong, name="rows.yaml")
    (there,) = found(write(f"{GOOD}paper: {{brackets: rows.yaml}}\n"))
    assert there.startswith("rows.yaml 2:")
    assert there.endswith(f" bracket-table: [2].{said}")


def test_an_empty_list_is_refused_with_a_remedy(write: Write) -> None:
    (said,) = found(write(f"{GOOD}paper: {{brackets: []}}\n"))
    assert said.endswith(" | Leave paper.brackets out, or list 1 or more.")


@pytest.mark.parametrize("text", ["[]", "[{symbol: ETHUSDT, brackets: []}]", "nothing", "brackets: 7", "1"])
def test_a_file_without_brackets_of_this_market_is_refused(write: Write, text: str) -> None:
    write(f"{text}\n", name="rows.yaml")
    (said,) = found(write(f"{GOOD}paper: {{brackets: rows.yaml}}\n"))
    assert said.startswith("rows.yaml ")


def test_a_row_without_a_field_is_refused_where_it_stands(write: Write) -> None:
    short = ROWS.replace(", cum: 10", "")
    write(f"brackets:\n{short}", name="rows.yaml")
    (said,) = found(write(f"{GOOD}paper: {{brackets: rows.yaml}}\n"))
    assert said.startswith("rows.yaml 3:3 missing-parameter: cum is missing in paper.brackets[2].")


def test_a_file_that_is_not_there_or_cannot_be_read_is_refused_where_it_is_named(write: Write) -> None:
    (said,) = found(write(f"{GOOD}paper: {{brackets: rows.yaml}}\n"))
    assert said == (
        "mine.yaml 11:19 missing-file: The file of brackets cannot be used: There is no such file. | Check the path."
    )
    write("a: [\n", name="rows.yaml")
    assert all(each.startswith("rows.yaml ") for each in found(write(f"{GOOD}paper: {{brackets: rows.yaml}}\n")))


def test_leverage_stays_within_the_table(write: Write) -> None:
    high = GOOD.replace("leverage: 10", "leverage: 21")
    beyond = "leverage-bracket: leverage 21 is beyond the venue's bracket, which ends at 20. | Use at most 20."
    assert found(write(high + inline(ROWS).removeprefix(GOOD))) == [f"mine.yaml 3:11 {beyond}"]
    write(ROWS, name="rows.yaml")
    assert found(write(f"{high}paper: {{brackets: rows.yaml}}\n")) == [f"mine.yaml 3:11 {beyond}"]


def complaints(**values: Value) -> list[str]:
    settings = settle({"leverage": 20, "order_amount": Decimal("0.02"), **values}, ())
    return [f"{each.what} {each.remedy}" for each in amounts_fit_brackets(settings, TABLE)]


def test_an_order_beyond_the_bracket_of_its_leverage_is_worth_a_warning() -> None:
    assert complaints() == [
        (
            "order_amount 0.02 at 60,000 is 1,200, but leverage 20 is offered up to 1,000. "
            "Use at most leverage 10, or a smaller amount."
        )
    ]
    assert complaints(leverage=5, order_amount=1) == [
        "order_amount 1 at 60,000 is 60,000, but leverage 5 is offered up to 5,000. Use a smaller amount."
    ]


def test_nothing_is_said_of_orders_that_fit_or_that_nobody_can_price() -> None:
    assert complaints(order_amount=Decimal("0.016")) == []
    assert complaints(paper={"feed": {"file": "recording.gz"}}) == []
    assert complaints(leverage=21) == []


def test_a_refused_table_says_nothing_of_leverage() -> None:
    refused = settle({"leverage": 500, "paper": {"brackets": [1]}}, ())
    values = {name: value for name, value in refused.values.items() if name != "paper.brackets"}
    assert [*leverage_is_in_bracket(type(refused)(values, refused.explicit))] == []
