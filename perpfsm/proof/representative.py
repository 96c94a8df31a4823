"""Parameters for a lifecycle without a strategy: all that can be set is, each to a value of its own."""

from dataclasses import replace
from decimal import Decimal

from perpfsm.decisions.parameters import Parameters, PositionManagement
from perpfsm.machine.definition import MachineDefinition, Operator
from perpfsm.proof.domain import comparisons_in

BASE = Parameters(
    market="BTC-USDT",
    leverage=3,
    bid_spread=Decimal("0.31"),
    ask_spread=Decimal("0.37"),
    order_refresh_time=Decimal(11),
    order_amount=Decimal("0.01"),
    minimum_spread=Decimal("0.13"),
    order_refresh_tolerance_pct=Decimal("0.07"),
    long_profit_taking_spread=Decimal("1.1"),
    short_profit_taking_spread=Decimal("1.3"),
    ts_activation_spread=Decimal("1.7"),
    ts_callback_rate=Decimal("0.41"),
    stop_loss_spread=Decimal("2.3"),
    price_ceiling=Decimal(90_000),
    price_floor=Decimal(30_000),
    filled_order_delay=Decimal(17),
    time_between_stop_loss_orders=Decimal(61),
    stop_loss_slippage_buffer=Decimal("0.53"),
    stop_escalation=3,
    exit_retry_s=Decimal(2),
    time_limit=Decimal(607),
    break_even_after=Decimal("0.7"),
)
TRAILING = frozenset({"drawdown_pct", "exit_estimate_pct", "peak"})


def parameters_for(definition: MachineDefinition) -> Parameters:
    """Return parameters with which every guard of `definition` can hold and can fail.

    A machine that watches a peak is given to a trailing strategy, any other to one that takes profits.
    """
    used = {name for row in definition.rows for name in (*row.conditions, *row.unless)}
    comparisons = [each for name in used for each in comparisons_in(definition.guards[name], definition.guards)]
    trails = any(each.metric in TRAILING for each in comparisons)
    asks_for_none = any(
        each.parameter == "ts_activation_spread" and each.operator is Operator.IS_NOT for each in comparisons
    )
    management = PositionManagement.TRAILING_STOP if trails or asks_for_none else PositionManagement.PROFIT_TAKING
    return replace(BASE, position_management=management)
