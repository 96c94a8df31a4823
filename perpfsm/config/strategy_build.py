"""Settings that passed every check become the values that the rest of the house runs on."""

from decimal import Decimal
from pathlib import Path

from perpfsm.config.latency import latency_settings
from perpfsm.config.paper import PaperSettings
from perpfsm.config.settings import Settings
from perpfsm.decisions.parameters import (
    CloseType,
    OnStartPosition,
    OnStop,
    OverrideOrder,
    Parameters,
    PositionManagement,
    PriceSource,
    PriceType,
    RiskLimits,
)
from perpfsm.market.bars import BarSettings, VolumeUnit
from perpfsm.market.brackets import BRACKETS, Brackets
from perpfsm.market.instrument import Instrument
from perpfsm.market.margin import MarginMode
from perpfsm.market.price_source import CustomApi, ExternalMarket
from perpfsm.market.side import PositionMode, Side
from perpfsm.market.synthetic import Scenario, SyntheticSettings


def parameters(settings: Settings) -> Parameters:
    """Return the parameters of a strategy without errors."""
    return Parameters(
        market=_text(settings, "market"),
        leverage=_whole(settings, "leverage"),
        bid_spread=_number(settings, "bid_spread"),
        ask_spread=_number(settings, "ask_spread"),
        order_refresh_time=_number(settings, "order_refresh_time"),
        order_amount=_number(settings, "order_amount"),
        position_mode=PositionMode(_text(settings, "position_mode")),
        minimum_spread=_number(settings, "minimum_spread"),
        order_refresh_tolerance_pct=_number(settings, "order_refresh_tolerance_pct"),
        position_management=PositionManagement(_text(settings, "position_management")),
        long_profit_taking_spread=_number(settings, "long_profit_taking_spread"),
        short_profit_taking_spread=_number(settings, "short_profit_taking_spread"),
        ts_activation_spread=_number(settings, "ts_activation_spread"),
        ts_callback_rate=_number(settings, "ts_callback_rate"),
        stop_loss_spread=_number(settings, "stop_loss_spread"),
        time_limit=_number(settings, "time_limit"),
        break_even_after=_number(settings, "break_even_after"),
        close_position_order_type=CloseType(_text(settings, "close_position_order_type")),
        price_ceiling=_number(settings, "price_ceiling"),
        price_floor=_number(settings, "price_floor"),
        order_levels=_whole(settings, "order_levels"),
        order_level_amount=_number(settings, "order_level_amount"),
        order_level_spread=_number(settings, "order_level_spread"),
        order_override=_override(settings),
        filled_order_delay=_number(settings, "filled_order_delay"),
        order_optimization_enabled=settings.values.get("order_optimization_enabled") is True,
        bid_order_optimization_depth=_number(settings, "bid_order_optimization_depth"),
        ask_order_optimization_depth=_number(settings, "ask_order_optimization_depth"),
        time_between_stop_loss_orders=_number(settings, "time_between_stop_loss_orders"),
        stop_loss_slippage_buffer=_number(settings, "stop_loss_slippage_buffer"),
        stop_escalation=_whole(settings, "stop_escalation"),
        exit_retry_s=_number(settings, "exit_retry_s"),
        margin_mode=MarginMode(_text(settings, "margin_mode")),
        price_source=PriceSource(_text(settings, "price_source")),
        price_type=PriceType(_text(settings, "price_type")),
        on_stop=OnStop(_text(settings, "on_stop")),
        on_start_position=OnStartPosition(_text(settings, "on_start_position")),
        risk=_risk(settings),
    )


def paper_settings(
    path: Path, settings: Settings, scenario: Scenario | None = None, brackets: Brackets = BRACKETS
) -> PaperSettings:
    """Return the paper exchange's settings.

    Args:
        path: Of the strategy file, from whose folder a recording's path starts.
        settings: Without errors.
        scenario: What `paper.feed.scenario` names.
        brackets: What `paper.brackets` says or names.
    """
    return PaperSettings(
        instrument=Instrument(
            symbol=_text(settings, "market"),
            tick=_number(settings, "paper.instrument.tick"),
            step=_number(settings, "paper.instrument.step"),
            size_min=_number(settings, "paper.instrument.min_size"),
            size_max=settings.number("paper.instrument.max_size"),
            notional_min=_number(settings, "paper.instrument.min_notional"),
        ),
        balance=_number(settings, "paper.balance"),
        maker_fee=_number(settings, "paper.maker_fee"),
        taker_fee=_number(settings, "paper.taker_fee"),
        fill_model=_text(settings, "paper.fill_model"),
        queue_cancels=_text(settings, "paper.queue_cancels"),
        latency=latency_settings(path, settings),
        price_band_pct=settings.number("paper.price_band_pct"),
        orders_per_10s=int(_number(settings, "paper.rate_limits.per_10s")),
        orders_per_minute=int(_number(settings, "paper.rate_limits.per_minute")),
        liquidation_fee=_number(settings, "paper.liquidation_fee"),
        brackets=brackets,
        funding_rate=_number(settings, "paper.funding.rate"),
        funding_interval_h=_whole(settings, "paper.funding.interval_h"),
        feed_file=feed_file(path, settings),
        synthetic=_synthetic(settings, "paper.feed.synthetic"),
        scenario=scenario,
        bars=BarSettings(
            tick=_number(settings, "paper.instrument.tick"),
            step=_number(settings, "paper.instrument.step"),
            spread_ticks=_whole(settings, "paper.bars.spread_ticks"),
            volume=VolumeUnit(_text(settings, "paper.bars.volume")),
        ),
        source_file=source_file(path, settings),
        source_synthetic=_synthetic(settings, "paper.price_source_feed.synthetic"),
    )


def feed_file(path: Path, settings: Settings) -> Path | None:
    """Return where the recording is that a strategy file names; None when it names none."""
    file = settings.text("paper.feed.file")
    return None if file is None else path.parent / file


def source_file(path: Path, settings: Settings) -> Path | None:
    """Return where the recording of an external price source is; None when the file names none."""
    file = settings.text("paper.price_source_feed.file")
    return None if file is None else path.parent / file


def reference_source(settings: Settings) -> ExternalMarket | CustomApi | None:
    """Return where reference prices come from; None for the traded market."""
    match PriceSource(_text(settings, "price_source")):
        case PriceSource.CURRENT_MARKET:
            return None
        case PriceSource.EXTERNAL_MARKET:
            return ExternalMarket(
                _text(settings, "price_source_derivative"),
                _text(settings, "price_source_market"),
                _text(settings, "price_type"),
            )
        case PriceSource.CUSTOM_API:
            return CustomApi(
                url=_text(settings, "price_source_custom_api"),
                pointer=settings.text("custom_api_pointer"),
                interval_s=float(_number(settings, "custom_api_update_interval")),
                timeout_s=float(_number(settings, "custom_api_timeout")),
                age_s_max=_number(settings, "custom_api_max_age"),
                band_pct=settings.number("custom_api_band_pct"),
                allows_private=settings.values["custom_api_allow_private"] is True,
            )


def _override(settings: Settings) -> tuple[OverrideOrder, ...] | None:
    orders = tuple(
        OverrideOrder(name, Side(side), Decimal(spread), Decimal(amount))
        for name, (side, spread, amount) in settings.overrides()
    )
    return orders or None


def _risk(settings: Settings) -> RiskLimits:
    return RiskLimits(
        max_position=settings.number("risk.max_position"),
        max_order_notional=settings.number("risk.max_order_notional"),
        max_loss=settings.number("risk.max_loss"),
        max_orders_per_minute=_count(settings, "risk.max_orders_per_minute"),
        stale_after=settings.number("risk.stale_after"),
        max_jump_pct=settings.number("risk.max_jump_pct"),
        stale_flatten_after=settings.number("risk.stale_flatten_after"),
        cooldown_after_stop=settings.number("risk.cooldown_after_stop"),
        max_stops_in_a_row=_count(settings, "risk.max_stops_in_a_row"),
    )


def _synthetic(settings: Settings, section: str) -> SyntheticSettings:
    return SyntheticSettings(
        seed=_whole(settings, f"{section}.seed"),
        start_price=_number(settings, f"{section}.start_price"),
        duration_s=_number(settings, f"{section}.duration_s"),
        step_ms=_whole(settings, f"{section}.step_ms"),
        volatility_bps=_number(settings, f"{section}.volatility_bps"),
        spread_ticks=_whole(settings, f"{section}.spread_ticks"),
        size=_number(settings, f"{section}.size"),
        jump_every_s=_number(settings, f"{section}.jump_every_s"),
        jump_bps=_number(settings, f"{section}.jump_bps"),
    )


def _number(settings: Settings, name: str) -> Decimal:
    value = settings.number(name)
    assert value is not None, name  # noqa: S101  # the schema requires it or gives a default
    return value


def _whole(settings: Settings, name: str) -> int:
    return int(_number(settings, name))


def _count(settings: Settings, name: str) -> int | None:
    value = settings.number(name)
    return None if value is None else int(value)


def _text(settings: Settings, name: str) -> str:
    value = settings.text(name)
    assert value is not None, name  # noqa: S101  # the schema requires it or gives a default
    return value
