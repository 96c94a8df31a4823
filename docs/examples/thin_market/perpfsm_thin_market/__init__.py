"""What perpfsm gains by this package: a metric of how thin the market is, and an action that steps aside from it."""

from decimal import Decimal

from perpfsm.decisions.proposals import Cancel
from perpfsm.machine.library import ActionSpec, Declared, Effects, Library, MetricSpec, Proposals
from perpfsm.machine.view import Reading
from perpfsm.market.order import Role
from perpfsm.market.ratio import Ratio
from perpfsm.market.working import OrderStatus


def thinner_size(reading: Reading) -> Ratio | None:
    """Return the smaller of the sizes at best bid and ask, base units; None before the first quote."""
    quote = reading.view.quote
    return None if quote is None else Ratio(min(quote.bid_size, quote.ask_size))


def step_aside(reading: Reading, out: Proposals) -> None:
    """Propose to cancel every quote that works, and say how thin the market is."""
    out.proposals.extend(
        Cancel(working.order.client_id)
        for working in reading.view.orders
        if working.order.role is Role.QUOTE and working.status is not OrderStatus.CANCELING
    )
    size = thinner_size(reading)
    if size is not None:
        out.notes.append(f"Stepping aside: the thinner side shows {size.rounded():f}")


LIBRARY = Library.of(
    metrics=[
        MetricSpec(
            "thinner_size",
            "base",
            "The smaller of the sizes at best bid and ask.",
            thinner_size,
            depends=Declared.ANYTHING,  # sizes are no prices, so that bands cannot foretell when it changes
            may_be_undefined=True,
            least=Decimal(0),
            reads=frozenset({"amount"}),  # within one event it stays as it is
        ),
    ],
    actions=[
        ActionSpec(
            "step_aside",
            "Cancel the leg's quotes, and say how thin the market is.",
            Effects(cancels=frozenset({Role.QUOTE})),
            step_aside,
        ),
    ],
)
