"""The parameters that the shipped metrics and actions read, in the groups in which they read them."""

REFERENCE = frozenset({"price_source", "price_type"})
QUOTING = REFERENCE | {
    "ask_spread",
    "bid_spread",
    "leverage",
    "order_amount",
    "order_level_amount",
    "order_level_spread",
    "order_levels",
    "order_override",
    "price_ceiling",
    "price_floor",
}
PROFITS = frozenset({"long_profit_taking_spread", "short_profit_taking_spread"})
CALLBACK = frozenset({"ts_callback_rate"})
CLOSING = frozenset({"close_position_order_type", "stop_loss_slippage_buffer"})
NOTHING = frozenset[str]()
