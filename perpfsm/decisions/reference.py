"""The reference price: what spreads, the price band and minimum_spread are measured from (B1)."""

from decimal import Decimal

from perpfsm.decisions.parameters import Parameters, PriceSource, PriceType
from perpfsm.market.messages import Quote

ANCHORED_TYPES = frozenset({PriceType.LAST_PRICE, PriceType.LAST_OWN_TRADE_PRICE})


def may_be_anchored(parameters: Parameters) -> bool:
    """Return whether the reference price, once known, is one that quotes do not move."""
    return parameters.price_source is not PriceSource.CURRENT_MARKET or parameters.price_type in ANCHORED_TYPES


def reference_price(parameters: Parameters, quote: Quote, anchor: Decimal | None) -> Decimal | None:
    """Return the reference price; None while another source, which quotes cannot stand in for, has none.

    Args:
        parameters: Its source and type.
        quote: The newest usable best bid and ask of the traded market.
        anchor: The price that quotes do not move, where source and type ask for one and it is known: of the last
            public trade, of our own last fill, or of the other source.
    """
    if anchor is not None:
        return anchor
    if parameters.price_source is not PriceSource.CURRENT_MARKET:
        return None
    match parameters.price_type:
        case PriceType.BEST_BID:
            return quote.bid
        case PriceType.BEST_ASK:
            return quote.ask
        case PriceType.MID_PRICE | PriceType.LAST_PRICE | PriceType.LAST_OWN_TRADE_PRICE:
            return quote.mid
