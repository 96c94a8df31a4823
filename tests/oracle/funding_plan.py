"""When the oracle exchanges funding, and at which rate (E11)."""

from fractions import Fraction

from perpfsm.market.incident import FeedMessage
from perpfsm.market.messages import MarkPrice
from tests.oracle.terms import Terms

F = Fraction


class FundingPlan:
    """The moments to come: the feed's once it has told one with a rate, else the multiples of the interval."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.planned: dict[int, Fraction] = {}
        self.moment_ns: int | None = None
        self.rate: Fraction | None = None
        self.has_begun = self.is_told = False

    def hear(self, message: FeedMessage) -> None:
        """Learn from a message; one at a moment itself is too late for that moment."""
        now_ns = message.time_ns
        if not self.has_begun:
            self.has_begun = True
            self.plan_constant(now_ns)
        if not isinstance(message, MarkPrice):
            return
        if message.funding_rate is not None:
            self.rate = F(message.funding_rate)
        if message.funding_ns is not None:
            self.moment_ns = message.funding_ns
        if self.moment_ns is not None and self.rate is not None:
            self.is_told = True
            self.planned = {at_ns: rate for at_ns, rate in self.planned.items() if at_ns <= now_ns}
            if self.moment_ns > now_ns:
                self.planned[self.moment_ns] = self.rate

    def settle(self, now_ns: int) -> Fraction:
        """Return the rate of the moment that has come, and plan the next one."""
        rate = self.planned.pop(now_ns)
        if not self.is_told:
            self.plan_constant(now_ns)
        return rate

    def plan_constant(self, now_ns: int) -> None:
        interval_ns = self.terms.funding_interval_ns
        if self.terms.funding_rate:
            self.planned[(now_ns // interval_ns + 1) * interval_ns] = self.terms.funding_rate
