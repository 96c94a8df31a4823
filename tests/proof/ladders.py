"""A large lifecycle: a position that climbs a ladder of states, each a percent of profit above the one before."""

from dataclasses import replace
from decimal import Decimal

from perpfsm.machine.definition import Comparison, MachineDefinition, Operator, Row, StateDefinition, Trigger
from tests.builders import shipped_definition


def ladder(states: int) -> MachineDefinition:
    """Return profit_taking with rungs between `open` and `closing`, so that it has `states` states in all."""
    base = shipped_definition("profit_taking")
    rungs = [f"rung_{number}" for number in range(1, states - len(base.states) + 1)]
    guards = dict(base.guards)
    rows: list[Row] = []
    for row in base.rows:
        sources = (*row.sources, *rungs) if "open" in row.sources and row.name != "take_profit" else row.sources
        rows.append(replace(row, sources=sources))
    for number, (below, above) in enumerate(zip(("open", *rungs), rungs, strict=False), 1):
        guards[f"above_{number}"] = Comparison(Operator.ABOVE, Decimal(number), "pnl_pct")
        rows.append(Row(1, f"climb_{number}", (Trigger.MARKET,), (below,), above, None, (f"above_{number}",)))
    numbered = tuple(replace(row, number=number) for number, row in enumerate(rows, 1))
    more = tuple(StateDefinition(name, exposed=True) for name in rungs)
    return MachineDefinition("ladder", base.initial, (*base.states, *more), guards, numbered)
