"""The settings of a price source beside the traded market, as values that configuration, feeds and runtime share."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ExternalMarket:
    """Another market, whose own messages give the reference price.

    Attributes:
        derivative: The name of its venue.
        market: Such as ETH-USDT.
        price_type: `mid_price`, `last_price`, `best_bid` or `best_ask`; anything else is read as the mid price.
    """

    derivative: str
    market: str
    price_type: str


@dataclass(frozen=True, slots=True)
class CustomApi:
    """A server that is asked for a price.

    Attributes:
        url: Of the GET.
        pointer: JSON pointer (RFC 6901) to the price in the answer; None when the answer is the price itself.
        interval_s: Seconds between two questions.
        timeout_s: Seconds that one answer may take in all.
        age_s_max: How old an answer may be by its own headers, seconds.
        band_pct: How far from the venue's own mid price it may be, percent of that; None is off.
        allows_private: Whether addresses that the internet does not route are allowed.
    """

    url: str
    pointer: str | None
    interval_s: float
    timeout_s: float
    age_s_max: Decimal
    band_pct: Decimal | None
    allows_private: bool
