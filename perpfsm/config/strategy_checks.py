"""What a schema cannot say: how the parameters of one strategy must fit together; each rule its own small function."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from perpfsm.config.brackets import highest_leverage, leverage_complaints
from perpfsm.config.nodes import Complaint, Path
from perpfsm.config.price_source_checks import (
    address_is_safe,
    age_outlasts_the_interval,
    source_has_what_it_needs,
    source_uses_its_parameters,
)
from perpfsm.config.settings import Settings, described_parameters
from perpfsm.config.translate import label
from perpfsm.config.wording import plain
from perpfsm.decisions.parameters import PositionManagement
from perpfsm.errors import Severity
from perpfsm.market.brackets import Brackets, leverage_max, notional_max
from perpfsm.market.instrument import round_size

NANOSECONDS = 10**9

_MANAGEMENT = {
    PositionManagement.PROFIT_TAKING: ("long_profit_taking_spread", "short_profit_taking_spread"),
    PositionManagement.TRAILING_STOP: ("ts_activation_spread", "ts_callback_rate"),
}

Check = Callable[[Settings], Iterator[Complaint]]


def check_strategy(settings: Settings) -> tuple[Complaint, ...]:
    """Return what every check has to say; a check whose parameters were refused already says nothing."""
    return tuple(complaint for check in CHECKS for complaint in check(settings))


def reference_price(settings: Settings) -> Decimal | None:
    """Return the price that percentages can be shown against before any market data; None when nothing is known."""
    elsewhere = settings.text("paper.feed.file") or settings.text("paper.feed.scenario")
    return None if elsewhere else settings.number("paper.feed.synthetic.start_price")


def minimum_spread_is_below_spreads(settings: Settings) -> Iterator[Complaint]:
    """A quote that is nearer than `minimum_spread` would be cancelled as soon as it is placed (B6)."""
    least = settings.number("minimum_spread")
    for name in ("bid_spread", "ask_spread"):
        spread = settings.number(name)
        if least is not None and spread is not None and least >= spread:
            what = (
                f"minimum_spread {plain(least)} is not below {name} {plain(spread)}, so every such quote would be "
                "cancelled."
            )
            yield Complaint(("minimum_spread",), "minimum-spread", what, f"Use less than {plain(spread)}.")


def override_replaces_levels(settings: Settings) -> Iterator[Complaint]:
    """Named orders replace the levels, and each has a spread of its own (B3)."""
    overrides = [*settings.overrides()]
    least = settings.number("minimum_spread")
    for name, (_, spread, _) in overrides:
        if least is not None and least >= spread:
            path = ("order_override", name, 1)
            what = f"minimum_spread {plain(least)} is not below {label(path)}, so that order would be cancelled."
            yield Complaint(path, "minimum-spread", what, f"Use more than {plain(least)}.")
    for name in ("order_levels", "order_level_amount", "order_level_spread"):
        if overrides and name in settings.explicit and name in settings.values:
            what = f"{name} is not used with order_override, which replaces the levels."
            yield _warning(name, "unused-parameter", what, "Remove one of them.")


def floor_is_below_ceiling(settings: Settings) -> Iterator[Complaint]:
    """A price band with its floor above its ceiling allows no quote anywhere."""
    floor, ceiling = settings.number("price_floor"), settings.number("price_ceiling")
    if floor is not None and ceiling is not None and 0 < ceiling < floor:
        what = f"price_floor {plain(floor)} is above price_ceiling {plain(ceiling)}."
        yield Complaint(("price_floor",), "floor-above-ceiling", what, "Swap them.")


def management_uses_its_parameters(settings: Settings) -> Iterator[Complaint]:
    """Parameters of the other position management do nothing."""
    chosen = settings.text("position_management")
    if chosen is None or "machine" in settings.explicit:
        return
    for management, names in _MANAGEMENT.items():
        for name in names:
            if management != chosen and name in settings.explicit and settings.number(name):
                what = f"{name} is not used with position_management {chosen}."
                yield _warning(name, "unused-parameter", what, f"Remove it, or use {management}.")


def profit_is_taken_with_gain(settings: Settings) -> Iterator[Complaint]:
    """A take-profit at the entry price earns nothing, and a trail without callback ends at its first peak."""
    chosen = settings.text("position_management")
    if chosen == PositionManagement.PROFIT_TAKING:
        for name in _MANAGEMENT[PositionManagement.PROFIT_TAKING]:
            if settings.number(name) == 0:
                what = f"{name} is 0, so the profit is taken at the entry price."
                yield _warning(name, "no-gain", what, "Use a spread that covers the fees.")
    if chosen == PositionManagement.TRAILING_STOP and settings.number("ts_callback_rate") == 0:
        what = "ts_callback_rate is 0, so trailing ends at the first price that is no new peak."
        yield _warning("ts_callback_rate", "no-gain", what, "Use a rate above 0.")


def stop_is_set(settings: Settings) -> Iterator[Complaint]:
    """A bot without a stop is legal and seldom meant."""
    if settings.number("stop_loss_spread") == 0:
        what = "stop_loss_spread is 0, so there is no stop loss."
        yield _warning("stop_loss_spread", "no-stop", what, "Set the loss, in percent, at which a position is closed.")


def leverage_is_in_bracket(settings: Settings) -> Iterator[Complaint]:
    """The paper exchange offers what the venues offer that it stands for."""
    yield from leverage_complaints(settings.number("leverage"), highest_leverage(settings))


def amounts_fit_brackets(settings: Settings, brackets: Brackets) -> Iterator[Complaint]:
    """An order of more notional than its leverage is offered for is never taken; the price is only a first guess.

    Args:
        settings: Of the strategy.
        brackets: In force.
    """
    price, leverage = reference_price(settings), settings.number("leverage")
    if price is None or leverage is None or leverage > brackets[0].leverage_max:
        return
    most = notional_max(int(leverage), brackets)
    for path, name, amount in _amounts(settings):
        if amount * price > most:
            what = (
                f"{name} {plain(amount)} at {plain(price, grouped=True)} is {plain(amount * price, grouped=True)}, but "
                f"leverage {plain(leverage)} is offered up to {plain(most, grouped=True)}."
            )
            offered = leverage_max(amount * price, brackets)
            remedy = f"Use at most leverage {offered}, or a smaller amount." if offered else "Use a smaller amount."
            yield Complaint(path, "beyond-bracket", what, remedy, severity=Severity.WARNING)


def instrument_sizes_are_ordered(settings: Settings) -> Iterator[Complaint]:
    """The largest order cannot be smaller than the smallest."""
    least, most = (settings.number(f"paper.instrument.{name}") for name in ("min_size", "max_size"))
    if least is not None and most is not None and most < least:
        what = f"paper.instrument.max_size {plain(most)} is below min_size {plain(least)}."
        yield Complaint(("paper", "instrument", "max_size"), "size-limits", what, "Swap them.")


def amounts_fit_instrument(settings: Settings) -> Iterator[Complaint]:
    """An order below the venue's minimum is never placed; one off the step grid is rounded down (B2)."""
    for path, name, amount in _amounts(settings):
        yield from _fits_instrument(settings, path, name, amount)


def _amounts(settings: Settings) -> Iterator[tuple[Path, str, Decimal]]:
    """Yield path, name and size of the orders that would be placed, the nearest level alone."""
    amount = settings.number("order_amount")
    overrides = [*settings.overrides()]
    if amount is not None and not overrides:
        yield ("order_amount",), "order_amount", amount
    for name, (_, _, size) in overrides:
        path = ("order_override", name, 2)
        yield path, label(path), Decimal(size)


def _fits_instrument(settings: Settings, path: Path, name: str, amount: Decimal) -> Iterator[Complaint]:
    step, least, most = (settings.number(f"paper.instrument.{limit}") for limit in ("step", "min_size", "max_size"))
    if step is None or least is None:
        return
    rounded = round_size(amount, step=step)
    if rounded < least:
        what = f"{name} {plain(amount)} is below the smallest order, {plain(least)}."
        yield Complaint(path, "below-minimum", what, f"Use at least {plain(least)}.")
        return
    if most is not None and rounded > most:
        what = f"{name} {plain(amount)} is above the largest order, {plain(most)}."
        yield Complaint(path, "above-maximum", what, f"Use at most {plain(most)}.")
    if rounded != amount:
        what = f"{name} {plain(amount)} is not on the size step {plain(step)}; orders are {plain(rounded)}."
        remedy = f"Write {plain(rounded)}."
        yield Complaint(path, "off-step", what, remedy, severity=Severity.WARNING)
    price = reference_price(settings)
    notional = settings.number("paper.instrument.min_notional")
    if price is not None and notional is not None and rounded * price < notional:
        what = (
            f"{name} {plain(amount)} at {plain(price, grouped=True)} is worth less than the smallest order, "
            f"{plain(notional)}."
        )
        yield Complaint(path, "below-notional", what, "Use a larger amount.", severity=Severity.WARNING)


def levels_stay_in_range(settings: Settings) -> Iterator[Complaint]:
    """The last level still has a positive size and a spread below 100 (B2)."""
    levels = settings.number("order_levels")
    if levels is None:
        return
    amount, more = settings.number("order_amount"), settings.number("order_level_amount")
    if amount is not None and more is not None and levels > 1 and amount + (levels - 1) * more <= 0:
        what = (
            f"order_level_amount {plain(more)} leaves level {plain(levels)} without a size: "
            f"{plain(amount + (levels - 1) * more)}."
        )
        yield Complaint(("order_level_amount",), "level-amount", what, "Use fewer levels or a smaller change.")
    wider = settings.number("order_level_spread")
    for name in ("bid_spread", "ask_spread"):
        spread = settings.number(name)
        if spread is not None and wider is not None and levels > 1 and spread + (levels - 1) * wider >= 100:
            last = plain(spread + (levels - 1) * wider)
            what = (
                f"order_level_spread {plain(wider)} takes level {plain(levels)} of {name} to {last} %, but it must "
                "be below 100."
            )
            yield Complaint(("order_level_spread",), "level-spread", what, "Use fewer levels or a smaller step.")


def optimisation_has_one_level(settings: Settings) -> Iterator[Complaint]:
    """Order optimisation is for a single level (B4): with more, and without it, its parameters do nothing."""
    enabled, levels = "order_optimization_enabled", settings.number("order_levels")
    is_enabled = settings.values.get(enabled)
    sides = [side for _, (side, _, _) in settings.overrides()]
    if is_enabled is True and len(sides) > len(set(sides)):
        what = (
            f"{enabled} does nothing with several orders of a side in order_override: only a single one is optimised."
        )
        yield _warning(enabled, "unused-parameter", what, "Use one order for each side, or remove the line.")
    if is_enabled is True and not sides and levels is not None and levels > 1:
        what = f"{enabled} does nothing with order_levels {plain(levels)}: only a single level is optimised."
        yield _warning(enabled, "unused-parameter", what, "Use order_levels 1, or remove the line.")
    for name in ("bid_order_optimization_depth", "ask_order_optimization_depth"):
        if is_enabled is False and settings.number(name):
            what = f"{name} is not used without {enabled}."
            yield _warning(name, "unused-parameter", what, f"Remove it, or set {enabled}: true.")


def spreads_exceed_a_tick(settings: Settings) -> Iterator[Complaint]:
    """A spread below one tick is rounded to whatever the grid allows."""
    price, tick = reference_price(settings), settings.number("paper.instrument.tick")
    for name in ("bid_spread", "ask_spread"):
        spread = settings.number(name)
        if price is not None and tick is not None and spread is not None and price * spread < tick * 100:
            what = f"{name} {plain(spread)} % of {plain(price, grouped=True)} is less than one tick, {plain(tick)}."
            yield _warning(name, "spread-below-tick", what, "Use a wider spread.")


def times_are_whole_nanoseconds(settings: Settings) -> Iterator[Complaint]:
    """Times are integer nanoseconds inside; a finer one would be another time than the file says."""
    for name, schema in described_parameters().items():
        seconds = settings.number(name) if schema["x-unit"] == "seconds" else None
        if seconds is not None and (seconds * NANOSECONDS) % 1:
            what = f"{name} {plain(seconds)} is finer than a nanosecond."
            yield Complaint(_path(name), "time-too-fine", what, "Use at most nine decimals.")


CHECKS: tuple[Check, ...] = (
    minimum_spread_is_below_spreads,
    floor_is_below_ceiling,
    management_uses_its_parameters,
    profit_is_taken_with_gain,
    stop_is_set,
    leverage_is_in_bracket,
    instrument_sizes_are_ordered,
    amounts_fit_instrument,
    override_replaces_levels,
    levels_stay_in_range,
    optimisation_has_one_level,
    spreads_exceed_a_tick,
    times_are_whole_nanoseconds,
    source_has_what_it_needs,
    source_uses_its_parameters,
    address_is_safe,
    age_outlasts_the_interval,
)


def _path(name: str) -> Path:
    return tuple(name.split("."))


def _warning(name: str, code: str, what: str, remedy: str) -> Complaint:
    return Complaint(_path(name), code, what, remedy, severity=Severity.WARNING)
