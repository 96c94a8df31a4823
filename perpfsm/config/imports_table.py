"""The table of correspondences: what a `conf_perpetual_market_making_*.yml` can say, and what it is here."""

from dataclasses import dataclass

from perpfsm.config.nodes import Value

STRATEGY = "perpetual_market_making"
TEMPLATES = range(1, 7)  # the template versions that this table was made from

# Names that mean the same here, in the order of the templates.
SAME = (
    "derivative",
    "market",
    "leverage",
    "position_mode",
    "bid_spread",
    "ask_spread",
    "minimum_spread",
    "order_refresh_time",
    "order_refresh_tolerance_pct",
    "order_amount",
    "position_management",
    "long_profit_taking_spread",
    "short_profit_taking_spread",
    "ts_activation_spread",
    "ts_callback_rate",
    "stop_loss_spread",
    "time_between_stop_loss_orders",
    "stop_loss_slippage_buffer",
    "close_position_order_type",
    "price_ceiling",
    "price_floor",
    "order_levels",
    "order_level_amount",
    "order_level_spread",
    "filled_order_delay",
    "order_optimization_enabled",
    "ask_order_optimization_depth",
    "bid_order_optimization_depth",
    "price_source",
    "price_type",
    "price_source_derivative",
    "price_source_market",
    "price_source_custom_api",
    "custom_api_update_interval",
    "order_override",
)

# As the documents misspell it once, and as it is called.
RENAMED = {"close_positon_order_type": "close_position_order_type"}

# About the file, not about trading.
BOOKKEEPING = frozenset({"template_version", "strategy"})


@dataclass(frozen=True, slots=True)
class Missing:
    """A switch that has no counterpart here.

    Attributes:
        does: What it does there when it is on.
        instead: What perpfsm does.
        only_with: A name and the value that it must have for the switch to do anything; None for always.
    """

    does: str
    instead: str
    only_with: tuple[str, Value] | None = None


MISSING = {
    "ping_pong_enabled": Missing(
        "holds back the side that filled last until the other side has filled",
        "both sides are quoted again once the position is closed",
    ),
    "hanging_orders_enabled": Missing(
        "leaves the orders on the other side working after a fill",
        "One-way cancels the opposite quotes at the first fill, Hedge goes on quoting them",
    ),
    "add_transaction_costs": Missing(
        "widens every order by the fees", "orders stand at their spreads; add the fees to bid_spread and ask_spread"
    ),
    "take_if_crossed": Missing(
        "takes from the book where an outside price crosses it",
        "a quote that would take is left out",
        ("price_source", "external_market"),
    ),
    "place_orders_without_position": Missing(
        "changes when new orders are placed while a position is open",
        "an exposed leg places no opening orders",
    ),
}

# Says how one of the switches above does what it does, and nothing of its own.
COMPANIONS = {"hanging_orders_cancel_pct": "hanging_orders_enabled"}

# Where another market's price comes from.
OTHER_MARKET = ("price_source", "price_source_derivative", "price_source_market")

# From this template on the bot reads these no more: it takes profits, and its stops are LIMIT.
GONE_FROM = 6
GONE = ("position_management", "ts_activation_spread", "ts_callback_rate", "close_position_order_type")

# Older templates cannot say these, so the defaults here come in force, for LIMIT stops only.
UNSAID = ("stop_loss_slippage_buffer", "time_between_stop_loss_orders")

# Where no stop is set, the stop price there is the entry price.
STOP = "stop_loss_spread"
STOP_THERE = "is 0: there, a position is given up as soon as it is not in profit"
STOP_HERE = "Here 0 is no stop at all, and nothing limits the loss. Set the loss, in percent, at which to give up."

BOOLEANS: dict[str, bool] = {**dict.fromkeys(("true", "yes", "y"), True), **dict.fromkeys(("false", "no", "n"), False)}
