"""Whether the venue's price band lets the strategy's orders in: quotes, take-profits, stops with their slippage."""

from collections.abc import Iterator
from decimal import Decimal

from perpfsm.decisions.parameters import CloseType, Parameters, PositionManagement
from perpfsm.market.side import Side
from perpfsm.proof.flaw import Flaw
from perpfsm.proof.lint_terms import Terms, finding, nearest_spread, plain

STOP = "A stop's LIMIT stands as far as that from the best price, so that it is refused, and closes at market later."
TAKE_PROFIT = "The take-profit is refused while the market is where the position was opened."
QUOTES = "Every quote of that side is refused."


def orders_fit_the_price_band(parameters: Parameters, terms: Terms, reads: frozenset[str]) -> Iterator[Flaw]:
    """A LIMIT that stands beyond the venue's price band around the mark price is refused, an exit too."""
    band = terms.price_band_pct
    if band is None:
        return
    for path, away, why in _distances(parameters, reads):
        if away >= band:
            what = (
                f"{path.rpartition('.')[2]} {plain(away)} % is not within paper.price_band_pct {plain(band)} %. {why}"
            )
            yield finding("beyond-price-band", path, what, f"Use less than {plain(band)} %.")


def _distances(parameters: Parameters, reads: frozenset[str]) -> Iterator[tuple[str, Decimal, str]]:
    """Yield how far from the mark price each kind of LIMIT stands, with its parameter and what a refusal does."""
    is_limit = parameters.close_position_order_type is CloseType.LIMIT
    if is_limit and "stop_loss_spread" in reads and parameters.is_set("stop_loss_spread"):
        yield "stop_loss_slippage_buffer", parameters.stop_loss_slippage_buffer, STOP
    if parameters.position_management is PositionManagement.PROFIT_TAKING:
        profits = (
            ("long_profit_taking_spread", parameters.long_profit_taking_spread),
            ("short_profit_taking_spread", parameters.short_profit_taking_spread),
        )
        yield from ((name, spread, TAKE_PROFIT) for name, spread in profits if name in reads)
    for side, path in ((Side.BUY, "bid_spread"), (Side.SELL, "ask_spread")):
        spread = nearest_spread(parameters, side)
        if spread is not None:
            yield path if parameters.order_override is None else "order_override", spread, QUOTES
