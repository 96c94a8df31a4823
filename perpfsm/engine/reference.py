"""What the reference price rests on beside quotes: a pure fold over trades, own fills and another source (B1)."""

from decimal import Decimal

from perpfsm.decisions.parameters import Parameters, PriceSource, PriceType
from perpfsm.market.messages import MarketMessage, Quote, ReferencePrice, Trade

NO_REFERENCE = "no_reference"


class Reference:
    """Remembers the one price that the strategy asks for and that quotes do not move.

    Attributes:
        anchor: That price; None while it is not known, and for good where the strategy asks for none.
        why_missing: Why another source has no price.
    """

    __slots__ = ("_is_elsewhere", "_is_last", "_is_own", "anchor", "why_missing")

    def __init__(self, parameters: Parameters, last_own: Decimal | None = None) -> None:
        """Start from the price of the last fill that recovery found, None without one."""
        self._is_elsewhere = parameters.price_source is not PriceSource.CURRENT_MARKET
        self._is_last = not self._is_elsewhere and parameters.price_type is PriceType.LAST_PRICE
        self._is_own = not self._is_elsewhere and parameters.price_type is PriceType.LAST_OWN_TRADE_PRICE
        self.anchor = last_own if self._is_own else None
        self.why_missing = "none has come yet"

    @property
    def is_missing(self) -> bool:
        """Whether the source is another one, and it has no price: nothing may be quoted."""
        return self._is_elsewhere and self.anchor is None

    def reads(self, message: MarketMessage) -> bool:
        """Return whether `message` has a say here."""
        match message:
            case Trade():
                return self._is_last
            case ReferencePrice():
                return self._is_elsewhere
            case Quote(last=last):
                return self._is_last and last is not None
            case _:
                return False

    def see(self, message: MarketMessage) -> None:
        """Take a message that has a say."""
        match message:
            case Quote(last=price) | Trade(price=price):
                self.anchor = price
            case ReferencePrice():
                self.anchor, self.why_missing = message.price, message.reason
            case _:
                pass

    def filled(self, price: Decimal) -> None:
        """Take the price of a fill of ours."""
        if self._is_own:
            self.anchor = price
