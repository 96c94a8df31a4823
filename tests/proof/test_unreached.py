"""A row that fires in no situation is told, when a lifecycle is judged alone and nothing else is wrong with it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from perpfsm.config.resources import machine_names
from perpfsm.errors import Severity
from perpfsm.machine.definition import Comparison, MachineDefinition, Operator, Row, Trigger
from perpfsm.machine.library import MetricSpec
from perpfsm.machine.shipped import shipped_library
from perpfsm.machine.view import Reading
from perpfsm.market.ratio import Ratio
from perpfsm.proof.flaw import Flaw, SourceFile
from perpfsm.proof.prove import prove
from perpfsm.proof.representative import parameters_for
from tests.builders import shipped_definition
from tests.proof.edits import renumbered, without

PROFIT = shipped_definition("profit_taking")
LATE = Row(1, "late", (Trigger.MARKET,), ("closing",), "open", None, ("grew",), ("is_dust",), ())
IDLE_AGAIN = Row(1, "idle_again", (Trigger.MARKET,), ("idle",), "opening", None, (), (), ())


def told(definition: MachineDefinition, *, is_alone: bool = True) -> tuple[Flaw, ...]:
    return prove(definition, shipped_library(), parameters_for(definition), is_alone=is_alone).flaws


def with_rows(*rows: Row) -> MachineDefinition:
    return renumbered(PROFIT, [*rows, *PROFIT.rows])


@pytest.mark.parametrize("name", machine_names())
def test_every_row_of_the_shipped_lifecycles_fires(name: str) -> None:
    assert told(shipped_definition(name)) == ()


def test_a_row_whose_fill_is_over_when_the_market_is_offered_is_told() -> None:
    assert told(with_rows(LATE)) == (
        Flaw(
            "row-unreached",
            Severity.WARNING,
            SourceFile.MACHINE,
            ("transitions", 0),
            "Row late never fires: no way leads on market into closing where its guards hold (grew, not is_dust).",
            "Look for another trigger, or a guard that is over by then; or remove the row.",
        ),
    )


def test_a_row_without_guards_that_nothing_leads_to_is_told_without_any() -> None:
    lost = replace(IDLE_AGAIN, triggers=(Trigger.ORDER_LOST, Trigger.LIQUIDATED), sources=("nowhere",))
    states = (*PROFIT.states, replace(PROFIT.states[0], name="nowhere"))

    assert [flaw.what for flaw in told(replace(with_rows(lost), states=states))] == [
        "Row idle_again never fires: no way leads on order_lost or liquidated into nowhere."
    ]


def test_nothing_is_told_of_one_that_another_strategy_may_reach() -> None:
    leverage = Comparison(Operator.ABOVE, Decimal(50), parameter="leverage")
    asking = replace(LATE, conditions=("grew", "is_bold"))
    definition = replace(with_rows(asking), guards={**PROFIT.guards, "is_bold": leverage})

    assert told(definition) == ()
    assert told(with_rows(LATE), is_alone=False) == ()


def test_the_sizes_of_the_book_may_be_anything_for_a_stranger_s_metric_that_reads_amounts() -> None:
    def shown(reading: Reading) -> Ratio | None:
        return None if reading.view.quote is None else Ratio(reading.view.quote.bid_size)

    library = shipped_library().extended(
        [MetricSpec("shown", "base", "A stranger's.", shown, may_be_undefined=True, reads=frozenset({"amount"}))]
    )
    thin = Comparison(Operator.BELOW, Decimal("0.02"), metric="shown")
    aside = replace(
        LATE, sources=("opening",), dest="idle", conditions=("is_thin",), unless=(), actions=("cancel_quotes",)
    )
    rows = [
        replace(row, unless=(*row.unless, "is_thin")) if row.name == "start_quoting" else row for row in PROFIT.rows
    ]
    machine = renumbered(replace(PROFIT, guards={**PROFIT.guards, "is_thin": thin}), [aside, *rows])

    assert prove(machine, library, parameters_for(machine), is_alone=True).flaws == ()


def test_nothing_is_told_beside_what_is_refuted() -> None:
    assert {flaw.code for flaw in told(without("stop_loss")(with_rows(LATE)))} == {"stop-first"}
