"""The gate: every parameter that is built changes behaviour in a test of the command line, and has a refused value."""

import importlib
import inspect
from types import ModuleType

import pytest

from perpfsm.config.schema import Schema
from perpfsm.config.settings import described_parameters
from tests.strategies.desk import Desk, Value, bid_at, command, long_from, mid_at

# Where each parameter is shown to change what the bot does: module and test, from YAML and quotes to the export.
SHOWN = {
    "strategy": "user_errors::test_every_finding_of_a_strategy_file_is_told_at_once",
    "derivative": "processes::test_a_strategy_is_validated_run_and_audited_as_typed",
    "market": "user_errors::test_what_was_recorded_runs_again",
    "leverage": "quoting::test_the_budget_admits_the_nearest_levels_bid_and_ask_in_turn",
    "position_mode": "opening::test_hedge_is_long_and_short_at_once_whichever_fills_first",
    "bid_spread": "opening::test_the_one_way_sample_of_the_documents_fills_only_its_buy_order",
    "ask_spread": "opening::test_the_hedge_sample_of_the_documents_opens_both_positions",
    "minimum_spread": "quoting::test_a_quote_nearer_than_minimum_spread_is_cancelled_at_once",
    "order_refresh_time": "quoting::test_quotes_that_are_not_filled_are_replaced_after_order_refresh_time",
    "order_refresh_tolerance_pct": "quoting::test_quotes_within_the_tolerance_stay_and_the_log_says_so",
    "order_amount": "quoting::test_a_level_below_the_minimum_is_left_out_and_the_journal_says_why",
    "position_management": "trailing_stop::test_trailing_has_no_take_profit",
    "long_profit_taking_spread": "take_profit::test_a_long_from_10000_takes_its_profit_at_10500",
    "short_profit_taking_spread": "take_profit::test_a_short_from_10000_takes_its_profit_at_9900",
    "ts_activation_spread": "trailing_stop::test_with_activation_0_trailing_starts_with_the_fill",
    "ts_callback_rate": "trailing_stop::test_the_trailing_example_of_the_documents",
    "stop_loss_spread": "stop_loss::test_a_stop_of_zero_is_no_stop",
    "waive": "user_errors::test_a_finding_that_is_waived_with_its_reason_is_told_calmly",
    "time_limit": "more_lifecycles::test_time_limit_counts_from_the_entry",
    "break_even_after": "more_lifecycles::test_break_even_after_is_the_gain_that_moves_the_stop",
    "close_position_order_type": "trailing_stop::test_a_market_exit_closes_like_a_limit_one",
    "price_ceiling": "quoting::test_at_or_above_the_ceiling_only_sell_orders_are_placed",
    "price_floor": "quoting::test_at_or_below_the_floor_only_buy_orders_are_placed",
    "order_levels": "levels::test_three_levels_lie_half_a_percent_apart_and_grow_by_one",
    "order_level_amount": "levels::test_three_levels_lie_half_a_percent_apart_and_grow_by_one",
    "order_level_spread": "opening::test_levels_stand_one_level_spread_apart_and_grow_by_the_level_amount",
    "filled_order_delay": "delay::test_one_way_quotes_neither_side_until_the_delay_after_the_last_fill_is_over",
    "time_between_stop_loss_orders": "every_parameter::test_a_closing_limit_is_replaced_at_its_age",
    "stop_loss_slippage_buffer": "every_parameter::test_the_slippage_buffer_is_how_far_a_stop_goes_through_the_market",
    "price_type": "reference_price::test_spreads_are_measured_from_the_price_type_and_from_the_mid_price_where_it_is_"
    "missing",
    "price_source": "price_sources::test_quotes_stand_around_the_other_markets_price",
    "price_source_derivative": "price_sources::test_another_market_needs_its_venue_and_its_name",
    "price_source_market": "price_sources::test_another_market_whose_recording_is_of_a_third_one_is_refused",
    "price_source_custom_api": "price_sources::test_a_good_server_gives_its_exact_price_and_its_recording_replays_at_"
    "full_speed",
    "custom_api_update_interval": "price_sources::test_a_server_is_asked_once_in_its_interval",
    "custom_api_pointer": "price_sources::test_a_good_server_gives_its_exact_price_and_its_recording_replays_at_full_"
    "speed",
    "custom_api_timeout": "price_sources::test_an_answer_counts_within_its_bounds",
    "custom_api_max_age": "price_sources::test_an_answer_counts_within_its_bounds",
    "custom_api_band_pct": "price_sources::test_an_answer_counts_within_its_bounds",
    "custom_api_allow_private": "price_sources::test_a_private_address_without_a_yes_is_never_asked",
    "order_override": "levels::test_named_orders_replace_the_levels",
    "order_optimization_enabled": "optimisation::test_quotes_stand_one_tick_ahead_of_the_best_b4",
    "bid_order_optimization_depth": "optimisation::test_each_depth_skips_its_side_of_the_recorded_book_b4",
    "ask_order_optimization_depth": "optimisation::test_each_depth_skips_its_side_of_the_recorded_book_b4",
    "margin_mode": "margin::test_an_isolated_position_has_its_own_margin_and_cross_has_the_wallet",
    "machine": "machine_files::test_a_copy_without_the_take_profit_row_never_takes_profit",
    "stop_escalation": "stop_loss::test_a_limit_stop_left_behind_turns_into_market_after_its_replacements",
    "exit_retry_s": "every_parameter::test_a_lost_exit_waits_exit_retry_s",
    "on_start_position": "start_position::test_refuse_starts_nothing_and_writes_nothing",
    "on_stop": "ending::test_on_stop_flatten_closes_both_hedge_legs",
    "risk.max_position": "risk_limits::test_max_position_counts_what_works_already",
    "risk.max_order_notional": "risk_limits::test_max_order_notional_refuses_the_larger_order",
    "risk.max_loss": "risk_limits::test_max_loss_closes_everything_and_halts",
    "risk.max_orders_per_minute": "risk_limits::test_max_orders_per_minute_holds_a_refresh_back_until_the_minute_is_"
    "over",
    "risk.stale_after": "market_data::test_silence_pulls_the_quotes_after_stale_after",
    "risk.max_jump_pct": "market_data::test_a_jump_pulls_the_quotes_until_the_price_stays",
    "risk.stale_flatten_after": "market_data::test_silence_flattens_after_stale_flatten_after",
    "risk.cooldown_after_stop": "risk_limits::test_cooldown_after_stop_waits_longer_than_the_delay",
    "risk.max_stops_in_a_row": "risk_limits::test_max_stops_in_a_row_halts",
}

# A value out of range for each, and a part of what is said.
REFUSED = {
    "strategy": ("pure_market_making", "perpetual_market_making"),
    "derivative": ("binance_perpetual", "not built yet"),
    "market": ("btcusdt", "BTC-USDT"),
    "leverage": ("0", "at least 1"),
    "position_mode": ("Both", "One-way or Hedge"),
    "bid_spread": ("0", "above 0"),
    "ask_spread": ("100", "below 100"),
    "minimum_spread": ("-101", "at least -100"),
    "order_refresh_time": ("0", "above 0"),
    "order_refresh_tolerance_pct": ("10.1", "at most 10"),
    "order_amount": ("0", "above 0"),
    "position_management": ("None", "Profit_taking or Trailing_stop"),
    "long_profit_taking_spread": ("101", "at most 100"),
    "short_profit_taking_spread": ("100", "below 100"),
    "ts_activation_spread": ("-1", "at least 0"),
    "ts_callback_rate": ("101", "at most 100"),
    "stop_loss_spread": ("102", "at most 101"),
    "waive": ("{no-stop: ' '}", "no-stop is waived without a reason"),
    "time_limit": ("-1", "at least 0"),
    "break_even_after": ("100.1", "at most 100"),
    "close_position_order_type": ("STOP", "LIMIT or MARKET"),
    "price_ceiling": ("-2", "-1"),
    "price_floor": ("0", "above 0"),
    "order_levels": ("0", "at least 1"),
    "order_level_amount": ("nan", "a number"),
    "order_level_spread": ("-1", "at least 0"),
    "filled_order_delay": ("-1", "at least 0"),
    "time_between_stop_loss_orders": ("0", "above 0"),
    "stop_loss_slippage_buffer": ("-0.1", "at least 0"),
    "price_type": ("vwap", "mid_price"),
    "price_source": ("somewhere", "current_market, external_market or custom_api"),
    "price_source_derivative": ("dydx_perpetual", "binance_perpetual"),
    "price_source_market": ("ethusdt", "ETH-USDT"),
    "price_source_custom_api": ("prices.example.org", "https://"),
    "custom_api_update_interval": ("0.4", "at least 0.5"),
    "custom_api_pointer": ("price", "JSON pointer"),
    "custom_api_timeout": ("61", "at most 60"),
    "custom_api_max_age": ("0", "above 0"),
    "custom_api_band_pct": ("101", "at most 100"),
    "custom_api_allow_private": ("maybe", "true or false"),
    "order_override": ("{a: [buy, 0, 1]}", "above 0"),
    "order_optimization_enabled": ("1", "true or false"),
    "bid_order_optimization_depth": ("-0.1", "at least 0"),
    "ask_order_optimization_depth": ("-1", "at least 0"),
    "margin_mode": ("portfolio", "cross or isolated"),
    "machine": ("nothing", "not a shipped lifecycle"),
    "stop_escalation": ("-1", "at least 0"),
    "exit_retry_s": ("0", "above 0"),
    "on_start_position": ("keep", "adopt, flatten or refuse"),
    "on_stop": ("keep", "leave or flatten"),
    "risk.max_position": ("0", "above 0"),
    "risk.max_order_notional": ("0", "above 0"),
    "risk.max_loss": ("-5", "above 0"),
    "risk.max_orders_per_minute": ("0", "at least 1"),
    "risk.stale_after": ("0", "above 0"),
    "risk.max_jump_pct": ("-0.1", "above 0"),
    "risk.stale_flatten_after": ("0", "above 0"),
    "risk.cooldown_after_stop": ("0", "above 0"),
    "risk.max_stops_in_a_row": ("0", "at least 1"),
}


def is_strategys(name: str, schema: Schema) -> bool:
    """Return whether a parameter is one of the tables: the paper exchange's settings have tests of their own."""
    return schema.get("x-built", True) is not False and not name.startswith("paper.")


BUILT = [name for name, schema in described_parameters().items() if is_strategys(name, schema)]


def test_every_parameter_that_is_built_is_in_both_tables() -> None:
    assert sorted(SHOWN) == sorted(REFUSED) == sorted(BUILT)


@pytest.mark.parametrize("name", BUILT)
def test_a_parameter_changes_behaviour_in_a_test_that_exists_and_uses_it(name: str) -> None:
    module_name, _, test = SHOWN[name].partition("::")
    module: ModuleType = importlib.import_module(f"tests.strategies.test_{module_name}")
    assert callable(getattr(module, test))
    used = inspect.getsource(module) + inspect.getsource(importlib.import_module("tests.strategies.desk"))
    assert name.rpartition(".")[2] in used


@pytest.mark.parametrize("name", BUILT)
def test_a_value_out_of_range_is_refused_with_what_was_expected(desk: Desk, name: str) -> None:
    value, expected = REFUSED[name]

    refused = command("run", desk.write(), "--journal", desk.journal, "--set", f"{name}={value}")

    assert (refused.exit_code, refused.stdout, desk.journal.exists()) == (1, "", False)
    assert name in refused.stderr
    assert expected in " ".join(refused.stderr.split())


@pytest.mark.parametrize(("age", "replaced"), [(5, ["7", "12", "17", "22"]), (100, [])])
def test_a_closing_limit_is_replaced_at_its_age(desk: Desk, age: int, replaced: list[str]) -> None:
    """B12: any closing LIMIT older than time_between_stop_loss_orders; here a thin book left a rest of it."""
    rows = [*long_from(100), (2, 97, 97.01, 0.3, 9), bid_at(26, 97)]

    story = desk.run(rows, {"time_between_stop_loss_orders": age, "stop_loss_slippage_buffer": 0})

    closes = [line.split()[0] for line in story.placed if line.endswith("close")]
    assert closes == ["2", *replaced]


@pytest.mark.parametrize(("buffer", "price"), [(0, "97"), (0.5, "96.51"), (2, "95.06")])
def test_the_slippage_buffer_is_how_far_a_stop_goes_through_the_market(desk: Desk, buffer: float, price: str) -> None:
    """B12: a stop's LIMIT is made marketable by the buffer, rounded towards the market."""
    story = desk.run([*long_from(100), bid_at(2, 97)], {"stop_loss_slippage_buffer": buffer})

    assert story.placed[2:] == [f"2 sell 1 @ {price} close"]


@pytest.mark.parametrize("retry", [1, 3])
def test_a_lost_exit_waits_exit_retry_s(desk: Desk, retry: int) -> None:
    """B12: a refused exit, here one before the first price, is sent again after exit_retry_s."""
    desk.run(long_from(100))
    flatten: dict[str, Value] = {"on_start_position": "flatten", "exit_retry_s": retry}

    story = desk.run([mid_at(50, 100), mid_at(60, 100)], flatten)

    assert story.closings == [f"{50 + retry} flatten"]
