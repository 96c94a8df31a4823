"""Whole markets through the driver: the same with and without bands, and every cent accounted for (B20)."""

from decimal import Decimal
from fractions import Fraction

import pytest

from perpfsm.decisions.parameters import RiskLimits
from perpfsm.engine.records import FillRecord
from perpfsm.feeds.synthetic import synthetic_feed
from perpfsm.market.side import PositionMode
from perpfsm.market.synthetic import SyntheticSettings
from tests.runtime.rig import Rig, orders


@pytest.mark.parametrize("mode", PositionMode)
@pytest.mark.parametrize("machine", ["profit_taking", "trailing_stop"])
def test_a_whole_market_is_the_same_with_and_without_bands_and_its_money_adds_up(
    machine: str, mode: PositionMode
) -> None:
    quick = run_market(machine, mode, use_bands=True)
    slow = run_market(machine, mode, use_bands=False)
    assert quick.seen == slow.seen
    books = quick.session.state.books
    fills = [record.fill for record in quick.seen if isinstance(record, FillRecord)]
    assert len(fills) > 10
    flow = -sum(Fraction(f.price) * Fraction(f.size) * f.side.sign + Fraction(f.fee) for f in fills)
    cost = sum(Fraction(leg.position.cost) for leg in quick.session.state.legs.values())
    assert Fraction(books.wallet) - 10_000 == flow + cost
    assert books.wallet - 10_000 == books.realised - books.fees
    account = quick.exchange.account()
    assert account.wallet == books.wallet
    assert account.positions == {name: leg.position for name, leg in quick.session.state.legs.items()}
    ids = [order.client_id for order in orders(quick)]
    assert len(ids) == len(set(ids))


def run_market(machine: str, mode: PositionMode, *, use_bands: bool) -> Rig:
    """Return a rig after four minutes of a synthetic market."""
    rig = Rig(
        machine,
        mode=mode,
        use_bands=use_bands,
        bid_spread="0.005",
        ask_spread="0.005",
        order_amount="0.01",
        order_refresh_time=5,
        filled_order_delay=5,
        long_profit_taking_spread="0.01",
        short_profit_taking_spread="0.01",
        ts_activation_spread="0.01",
        ts_callback_rate="0.005",
        stop_loss_spread="0.02",
        risk=RiskLimits(cooldown_after_stop=Decimal(3), max_loss=Decimal(1_000)),
    )
    for message in synthetic_feed(SyntheticSettings(duration_s=Decimal(240))).messages():
        rig.say(message)
    return rig
