"""What one leg may see at one moment, and a reading of it that computes each metric at most once."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from perpfsm.decisions.optimisation import Tops
from perpfsm.decisions.parameters import Parameters
from perpfsm.decisions.quotes import QuotePlan, plan_quotes
from perpfsm.decisions.reference import reference_price
from perpfsm.machine.leg import Leg
from perpfsm.market.instrument import Instrument
from perpfsm.market.messages import Quote
from perpfsm.market.ratio import Ratio
from perpfsm.market.working import WorkingOrder

Value = Ratio | str | None


@dataclass(frozen=True, slots=True)
class View:
    """The inputs of a step.

    Attributes:
        now_ns: Event time, nanoseconds since the epoch.
        quote: The newest usable best bid and ask; None before the first.
        mark: The venue's mark price; None where the feed has none.
        data: Health of the market data: good, missing, stale, crossed, jump or invalid.
        quoting: Whether new quotes are allowed, and if not, why.
        parameters: As they are in force.
        instrument: Grids and minima.
        orders: The leg's live orders, oldest first.
        free_margin: Returns what new quotes of this leg may tie up once its present ones are gone, quote currency.
        maker_rate: Fraction of the notional that a quote's fill would pay.
        anchor: A reference price that quotes do not move: of the last trade, of our own, of another source.
        tops: Returns the best prices that remain of the book for order optimisation.
    """

    now_ns: int
    quote: Quote | None
    mark: Decimal | None
    data: str
    quoting: str
    parameters: Parameters
    instrument: Instrument
    orders: tuple[WorkingOrder, ...]
    free_margin: Callable[[], Decimal]
    maker_rate: Decimal
    anchor: Decimal | None = None
    tops: Callable[[], Tops] = Tops

    @property
    def reference(self) -> Decimal | None:
        """The price that quotes are placed around (B1); None without a usable quote, or while its source is down."""
        return None if self.quote is None else reference_price(self.parameters, self.quote, self.anchor)

    @property
    def mark_or_mid(self) -> Decimal | None:
        """The venue's mark price, the mid price where there is none."""
        if self.mark is not None or self.quote is None:
            return self.mark
        return self.quote.mid


class Reading:
    """A leg and its view, with every metric computed once."""

    __slots__ = ("_plan", "leg", "values", "view")

    def __init__(self, leg: Leg, view: View) -> None:
        """Start with nothing computed."""
        self.leg = leg
        self.view = view
        self.values: dict[str, Value] = {}
        self._plan: QuotePlan | None = None

    def plan(self) -> QuotePlan:
        """Return the quotes that the leg would place now; none without a usable price."""
        if self._plan is None:
            view = self.view
            reference = view.reference
            if view.quote is None or reference is None:
                self._plan = QuotePlan(())
            else:
                self._plan = plan_quotes(
                    view.parameters,
                    view.instrument,
                    sides=self.leg.name.opening_sides,
                    quote=view.quote,
                    reference=reference,
                    free_margin=view.free_margin(),
                    fee_rate=view.maker_rate,
                    tops=view.tops(),
                )
        return self._plan
