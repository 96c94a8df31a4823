"""Funding: what longs pay shorts, or shorts longs, at its moments; here only our side of it (E11)."""

from dataclasses import dataclass
from decimal import Decimal

from perpfsm.exchange.floor import Floor
from perpfsm.exchange.timeline import FundingMoment
from perpfsm.market.incident import FeedMessage
from perpfsm.market.messages import MarkPrice
from perpfsm.market.order import FundingPaid


@dataclass(frozen=True, slots=True)
class FundingState:
    """What is known of funding: moments with their rates, the feed's newest rate and moment, and who has spoken."""

    planned: dict[int, Decimal]
    rate: Decimal | None
    at_ns: int | None
    is_told: bool
    has_begun: bool


class Funding:
    """Knows the next moments of funding and their rates, and exchanges it.

    The feed's own moments and rates count. A feed that has said nothing of them yet leaves the settings' constant
    rate, at the multiples of its interval since the epoch that lie after the first message.
    """

    __slots__ = ("_at_ns", "_floor", "_has_begun", "_is_told", "_planned", "_rate")

    def __init__(self, floor: Floor) -> None:
        """Listen to the messages on `floor`, from now on."""
        self._floor = floor
        self._planned: dict[int, Decimal] = {}
        self._rate: Decimal | None = None
        self._at_ns: int | None = None
        self._is_told = False
        self._has_begun = False
        floor.hooks.on_message.append(self.hear)

    def state(self) -> FundingState:
        """Return what is known now."""
        return FundingState(dict(self._planned), self._rate, self._at_ns, self._is_told, self._has_begun)

    def restore(self, state: FundingState) -> None:
        """Go on with what `state` knows; its moments are on the timeline already."""
        self._planned, self._rate, self._at_ns = state.planned, state.rate, state.at_ns
        self._is_told, self._has_begun = state.is_told, state.has_begun

    def hear(self, message: FeedMessage) -> None:
        """Take in what a message says of the next funding; at its own moment a message is too late to change it."""
        if not self._has_begun:
            self._has_begun = True
            self._plan_constant(message.time_ns)
        if not isinstance(message, MarkPrice):
            return
        if message.funding_rate is not None:
            self._rate = message.funding_rate
        if message.funding_ns is not None:
            self._at_ns = message.funding_ns
        at_ns, rate = self._at_ns, self._rate
        if at_ns is None or rate is None:
            return
        self._is_told = True
        self._planned, before = {at: r for at, r in self._planned.items() if at <= message.time_ns}, self._planned
        if at_ns > message.time_ns:
            self._planned[at_ns] = rate
            if at_ns not in before:
                self._floor.timeline.schedule(FundingMoment(), at_ns)

    def settle(self, now_ns: int) -> None:
        """Exchange funding for what is open, if this is a moment of it and a mark price is known."""
        rate = self._planned.pop(now_ns, None)
        if rate is None:
            return
        if not self._is_told:
            self._plan_constant(now_ns)
        floor = self._floor
        mark, exposed = floor.mark_price, floor.ledger.exposed
        if mark is None or not exposed:
            return
        for leg in exposed:
            paid = floor.ledger.positions[leg].size * mark * rate
            floor.ledger.pay_funding(leg, paid)
            floor.say(FundingPaid(now_ns, leg, rate, mark, paid))
        floor.band = None
        floor.revalue(now_ns)

    def _plan_constant(self, now_ns: int) -> None:
        rate, interval_ns = self._floor.settings.funding_rate, self._floor.settings.funding_interval_ns
        if rate:
            at_ns = (now_ns // interval_ns + 1) * interval_ns
            self._planned[at_ns] = rate
            self._floor.timeline.schedule(FundingMoment(), at_ns)
