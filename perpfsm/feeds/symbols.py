"""The names of a market: `BTC-USDT` in a strategy, `BTCUSDT` at the venue."""


def venue_symbol(market: str) -> str:
    """Return the venue's spelling of a strategy's `BASE-QUOTE`."""
    return market.replace("-", "")


def is_market(symbol: str, market: str) -> bool:
    """Return whether the venue's `symbol` is the strategy's `market`; a dated contract (BTCUSDT_240927) is another."""
    return symbol == venue_symbol(market)
