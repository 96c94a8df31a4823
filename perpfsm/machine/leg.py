"""One position's lifecycle: the small model that `transitions` moves, and the facts that guards read."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Self

from perpfsm.market.position import ZERO, Position
from perpfsm.market.side import LegName

NO_REASON = "none"
Fact = None | int | str | bool


class Leg:
    """The state of one position and everything that its machine remembers.

    A leg is never changed in place by the engine: a step works on a copy, which replaces it when all went well.

    Attributes:
        name: BOTH, LONG or SHORT.
        state: Of the lifecycle machine.
        entered_ns: When it entered that state, nanoseconds since the epoch.
        position: Signed size and cost.
        opened_ns: When the position was opened; None when flat.
        realised: PnL realised by this position so far, before fees, quote currency.
        fees: Of this position so far, its entry included.
        funding: Of this position so far, paid less received, quote currency.
        margin: What is set aside for this position alone, quote currency; 0 with cross margin.
        fill_effect: Of the fill in hand: none, opened, increased, reduced or closed.
        last_fill_ns: When this leg's last fill of any kind came; None before the first.
        quotes_ns: When the present quotes were placed or kept; None before the first.
        quotes_outdated: Whether a live change came after this leg last placed quotes.
        exit_reason: Of the exit in force, `none` when there is none.
        exits_placed: Closing orders placed since that reason came in force.
        exit_losses: Exits lost in a row.
        exit_lost_ns: When the last of them was lost.
        peak: The best exit price since trailing started; None while not trailing.
        peak_is_new: Whether the present event set it.
    """

    __slots__ = (
        "entered_ns",
        "exit_losses",
        "exit_lost_ns",
        "exit_reason",
        "exits_placed",
        "fees",
        "fill_effect",
        "funding",
        "last_fill_ns",
        "margin",
        "name",
        "opened_ns",
        "peak",
        "peak_is_new",
        "position",
        "quotes_ns",
        "quotes_outdated",
        "realised",
        "state",
    )

    def __init__(self, name: LegName, state: str) -> None:
        """Start flat in `state`, with nothing remembered."""
        self.name = name
        self.state = state
        self.entered_ns = 0
        self.position = Position()
        self.opened_ns: int | None = None
        self.realised = ZERO
        self.fees = ZERO
        self.funding = ZERO
        self.margin = ZERO
        self.fill_effect = NO_REASON
        self.last_fill_ns: int | None = None
        self.quotes_ns: int | None = None
        self.quotes_outdated = False
        self.exit_reason = NO_REASON
        self.exits_placed = 0
        self.exit_losses = 0
        self.exit_lost_ns: int | None = None
        self.peak: Decimal | None = None
        self.peak_is_new = False

    def copy(self) -> Self:
        """Return an equal leg that can be changed on its own."""
        twin = object.__new__(type(self))
        twin.name = self.name
        twin.state = self.state
        twin.entered_ns = self.entered_ns
        twin.position = self.position
        twin.opened_ns = self.opened_ns
        twin.realised = self.realised
        twin.fees = self.fees
        twin.funding = self.funding
        twin.margin = self.margin
        twin.fill_effect = self.fill_effect
        twin.last_fill_ns = self.last_fill_ns
        twin.quotes_ns = self.quotes_ns
        twin.quotes_outdated = self.quotes_outdated
        twin.exit_reason = self.exit_reason
        twin.exits_placed = self.exits_placed
        twin.exit_losses = self.exit_losses
        twin.exit_lost_ns = self.exit_lost_ns
        twin.peak = self.peak
        twin.peak_is_new = self.peak_is_new
        return twin

    def __eq__(self, other: object) -> bool:
        """Compare every fact."""
        return isinstance(other, Leg) and self.facts() == other.facts()

    __hash__ = None  # type: ignore[assignment]  # a leg is mutable, so it must not be a key

    def facts(self) -> dict[str, Fact]:
        """Return everything remembered as plain values for the journal; Decimals become text."""
        return {
            "name": self.name.value,
            "state": self.state,
            "entered_ns": self.entered_ns,
            "size": format(self.position.size, "f"),
            "cost": format(self.position.cost, "f"),
            "opened_ns": self.opened_ns,
            "realised": format(self.realised, "f"),
            "fees": format(self.fees, "f"),
            "funding": format(self.funding, "f"),
            "margin": format(self.margin, "f"),
            "last_fill_ns": self.last_fill_ns,
            "quotes_ns": self.quotes_ns,
            "quotes_outdated": self.quotes_outdated,
            "exit_reason": self.exit_reason,
            "exits_placed": self.exits_placed,
            "exit_losses": self.exit_losses,
            "exit_lost_ns": self.exit_lost_ns,
            "peak": None if self.peak is None else format(self.peak, "f"),
            "fill_effect": self.fill_effect,
            "peak_is_new": self.peak_is_new,
        }

    @classmethod
    def from_facts(cls, facts: Mapping[str, object]) -> Self:
        """Return the leg that wrote `facts`.

        Raises:
            KeyError: When a fact is missing.
            ValueError: When a name or a number cannot be read.
        """
        leg = cls(LegName(str(facts["name"])), str(facts["state"]))
        leg.entered_ns = _integer(facts["entered_ns"]) or 0
        leg.position = Position(Decimal(str(facts["size"])), Decimal(str(facts["cost"])))
        leg.opened_ns = _integer(facts["opened_ns"])
        leg.realised = Decimal(str(facts["realised"]))
        leg.fees = Decimal(str(facts["fees"]))
        leg.funding = Decimal(str(facts.get("funding", 0)))  # journals before funding lack both
        leg.margin = Decimal(str(facts.get("margin", 0)))
        leg.last_fill_ns = _integer(facts["last_fill_ns"])
        leg.quotes_ns = _integer(facts["quotes_ns"])
        leg.quotes_outdated = bool(facts.get("quotes_outdated", False))  # journals before live changes lack it
        leg.exit_reason = str(facts["exit_reason"])
        leg.exits_placed = _integer(facts["exits_placed"]) or 0
        leg.exit_losses = _integer(facts["exit_losses"]) or 0
        leg.exit_lost_ns = _integer(facts["exit_lost_ns"])
        leg.peak = None if facts["peak"] is None else Decimal(str(facts["peak"]))
        leg.fill_effect = str(facts["fill_effect"])
        leg.peak_is_new = bool(facts["peak_is_new"])
        return leg


def _integer(fact: object) -> int | None:
    """Return a fact that is a whole number or nothing."""
    return None if fact is None else int(str(fact))
