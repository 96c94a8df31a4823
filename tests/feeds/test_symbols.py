"""The names of a market."""

import pytest

from perpfsm.feeds import is_market, venue_symbol


@pytest.mark.parametrize(("market", "symbol"), [("BTC-USDT", "BTCUSDT"), ("1000SHIB-USDC", "1000SHIBUSDC")])
def test_a_market_is_its_own_symbol_at_the_venue(market: str, symbol: str) -> None:
    assert venue_symbol(market) == symbol
    assert is_market(symbol, market)


@pytest.mark.parametrize("symbol", ["ETHUSDT", "BTCUSDC", "BTCUSDT_240927", "BTCUSD_PERP", "BTCUSD", ""])
def test_every_other_contract_is_another_market(symbol: str) -> None:
    assert not is_market(symbol, "BTC-USDT")
