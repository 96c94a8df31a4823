"""What a session is made of, and what it starts from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from perpfsm.decisions.parameters import Parameters
from perpfsm.machine.build import Lifecycle
from perpfsm.machine.leg import Leg
from perpfsm.market.brackets import Brackets
from perpfsm.market.instrument import Instrument
from perpfsm.market.side import LegName
from perpfsm.market.working import WorkingOrder


@dataclass(frozen=True, slots=True)
class SessionSetup:
    """The inputs of a session that do not change while it runs.

    Attributes:
        lifecycle: The machine on which every leg steps.
        parameters: Of the strategy, as they are at the start.
        instrument: Grids and minima.
        maker_rate: Fraction of the notional that a maker pays; negative is a rebate.
        epoch: Part of every client id, unique in the journal.
        wallet: Cash at the start, quote currency.
        legs: Legs found by recovery; those that are missing start flat in the initial state.
        orders: Live orders found by recovery, oldest first.
        is_halted: Whether the last run was halted and nobody has resumed it since.
        last_own_price: Of the last fill found by recovery, quote currency.
        shows_own_orders: Whether quotes and depth hold our own orders; those of a recording or of paper do not.
        brackets: The venue's margin brackets; empty where they are not known.
    """

    lifecycle: Lifecycle
    parameters: Parameters
    instrument: Instrument
    maker_rate: Decimal
    epoch: str
    wallet: Decimal
    legs: Mapping[LegName, Leg] = field(default_factory=dict)
    orders: tuple[WorkingOrder, ...] = ()
    is_halted: bool = False
    last_own_price: Decimal | None = None
    shows_own_orders: bool = False
    brackets: Brackets = ()

    @property
    def isolated_leverage(self) -> int | None:
        """The leverage with isolated margin; None with cross margin."""
        return self.parameters.isolated_leverage

    def starting_legs(self) -> dict[LegName, Leg]:
        """Return one leg per position of the mode, in the order in which they are offered events."""
        initial = self.lifecycle.definition.initial
        return {name: self.legs.get(name) or Leg(name, initial) for name in self.parameters.position_mode.legs}
