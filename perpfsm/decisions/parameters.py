"""The parameters of a strategy as one value; names, units and defaults are those of the schema."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from perpfsm.market.margin import MarginMode
from perpfsm.market.side import PositionMode, Side


class PositionManagement(StrEnum):
    """How a position in profit is closed."""

    PROFIT_TAKING = "Profit_taking"
    TRAILING_STOP = "Trailing_stop"


class CloseType(StrEnum):
    """The order type of trailing-stop and stop-loss exits."""

    LIMIT = "LIMIT"
    MARKET = "MARKET"


class OnStop(StrEnum):
    """What becomes of a position when the program stops."""

    LEAVE = "leave"
    FLATTEN = "flatten"


class OnStartPosition(StrEnum):
    """What becomes of a position that is found at the start."""

    ADOPT = "adopt"
    FLATTEN = "flatten"
    REFUSE = "refuse"


class PriceSource(StrEnum):
    """Where the reference price comes from."""

    CURRENT_MARKET = "current_market"
    EXTERNAL_MARKET = "external_market"
    CUSTOM_API = "custom_api"


class PriceType(StrEnum):
    """Which price of its source is the reference price."""

    MID_PRICE = "mid_price"
    LAST_PRICE = "last_price"
    LAST_OWN_TRADE_PRICE = "last_own_trade_price"
    BEST_BID = "best_bid"
    BEST_ASK = "best_ask"


@dataclass(frozen=True, slots=True)
class OverrideOrder:
    """One order of `order_override`.

    Attributes:
        name: As the strategy file calls it.
        side: Buy or sell.
        spread: Percent from the reference price, between 0 and 100.
        amount: Base units, positive.
    """

    name: str
    side: Side
    spread: Decimal
    amount: Decimal


# What may change while a bot runs (B16): how it quotes, never how it gets out.
LIVE = ("bid_spread", "ask_spread", "order_amount", "order_levels", "order_level_spread", "filled_order_delay")


@dataclass(frozen=True, slots=True)
class RiskLimits:
    """Limits that bind only what adds exposure (B17, B18); None is off.

    Attributes:
        max_position: Base units, counting the position, working and unconfirmed-cancelled orders.
        max_order_notional: Quote currency per opening order.
        max_loss: Quote currency per session, realised plus open.
        max_orders_per_minute: Placements of opening orders in any 60 s.
        stale_after: Seconds without market data; None is the feed's own default (5 live, off for recordings).
        max_jump_pct: Percent between two consecutive mid prices.
        stale_flatten_after: Seconds without market data until positions are closed.
        cooldown_after_stop: Seconds without new quotes after a stop-loss.
        max_stops_in_a_row: Stop-losses without another closing between them until trading halts.
    """

    max_position: Decimal | None = None
    max_order_notional: Decimal | None = None
    max_loss: Decimal | None = None
    max_orders_per_minute: int | None = None
    stale_after: Decimal | None = None
    max_jump_pct: Decimal | None = None
    stale_flatten_after: Decimal | None = None
    cooldown_after_stop: Decimal | None = None
    max_stops_in_a_row: int | None = None


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a person sets: spreads, rates and tolerances in percent, times in seconds, amounts in base units."""

    market: str
    leverage: int
    bid_spread: Decimal
    ask_spread: Decimal
    order_refresh_time: Decimal
    order_amount: Decimal
    position_mode: PositionMode = PositionMode.ONE_WAY
    minimum_spread: Decimal = Decimal(-100)
    order_refresh_tolerance_pct: Decimal = Decimal(0)
    position_management: PositionManagement = PositionManagement.PROFIT_TAKING
    long_profit_taking_spread: Decimal = Decimal(0)
    short_profit_taking_spread: Decimal = Decimal(0)
    ts_activation_spread: Decimal = Decimal(0)
    ts_callback_rate: Decimal = Decimal(0)
    stop_loss_spread: Decimal = Decimal(0)
    time_limit: Decimal = Decimal(0)
    break_even_after: Decimal = Decimal(0)
    close_position_order_type: CloseType = CloseType.LIMIT
    price_ceiling: Decimal = Decimal(-1)
    price_floor: Decimal = Decimal(-1)
    order_levels: int = 1
    order_level_amount: Decimal = Decimal(0)
    order_level_spread: Decimal = Decimal(1)
    order_override: tuple[OverrideOrder, ...] | None = None
    filled_order_delay: Decimal = Decimal(60)
    order_optimization_enabled: bool = False
    bid_order_optimization_depth: Decimal = Decimal(0)
    ask_order_optimization_depth: Decimal = Decimal(0)
    time_between_stop_loss_orders: Decimal = Decimal(60)
    stop_loss_slippage_buffer: Decimal = Decimal("0.5")
    stop_escalation: int = 3
    exit_retry_s: Decimal = Decimal(1)
    margin_mode: MarginMode = MarginMode.CROSS
    price_source: PriceSource = PriceSource.CURRENT_MARKET
    price_type: PriceType = PriceType.MID_PRICE
    on_stop: OnStop = OnStop.LEAVE
    on_start_position: OnStartPosition = OnStartPosition.ADOPT
    risk: RiskLimits = field(default_factory=RiskLimits)

    @property
    def isolated_leverage(self) -> int | None:
        """The leverage with isolated margin; None with cross margin."""
        return self.leverage if self.margin_mode is MarginMode.ISOLATED else None

    def is_set(self, name: str) -> bool:
        """Return whether the parameter `name` is not at its off value.

        Args:
            name: A parameter of this class; one without an off value is always set.
        """
        value = getattr(self, name)
        match name:
            case "stop_loss_spread" | "time_limit" | "break_even_after":
                return bool(value > 0)
            case "minimum_spread":
                return bool(value > Decimal(-100))
            case "order_refresh_tolerance_pct":
                return bool(value >= 0)
            case "price_ceiling" | "price_floor":
                return bool(value > 0)
            case "order_override":
                return value is not None
            case _:
                return True
