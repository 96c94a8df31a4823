"""What is compared: every fill model that a feed supports, with every latency that is asked for."""

from decimal import Decimal

import pytest

from perpfsm.exchange.latency import NO_LATENCY, LatencySettings, Uniform
from perpfsm.exchange.settings import FillModel
from perpfsm.market.offer import Offer
from perpfsm.runtime.comparison import Variant, fill_model_of, own_latency_ms, variants

D = Decimal
TRADES = frozenset({Offer.TRADES})


def test_every_model_that_the_feed_supports_is_compared_the_softest_first() -> None:
    assert variants(TRADES, ()) == (Variant(FillModel.TOUCH), Variant(FillModel.THROUGH), Variant(FillModel.QUEUE))
    assert variants({Offer.DEPTH, Offer.MARK}, ()) == (Variant(FillModel.TOUCH), Variant(FillModel.THROUGH))


def test_every_model_is_compared_with_every_latency() -> None:
    found = variants(TRADES, (D(0), D(10)))
    models = (FillModel.TOUCH, FillModel.THROUGH, FillModel.QUEUE)
    assert found == tuple(Variant(model, latency) for model in models for latency in (D(0), D(10)))


def test_a_variant_sets_its_model_and_where_it_has_one_the_latency_of_every_path() -> None:
    assert Variant(FillModel.QUEUE).overrides == {"paper.fill_model": "queue"}
    assert Variant(FillModel.TOUCH, D("2.5")).overrides == {
        "paper.fill_model": "touch",
        "paper.latency.order_ms": "2.5",
        "paper.latency.cancel_ms": "2.5",
        "paper.latency.ack_ms": "2.5",
        "paper.latency.market_data_ms": "2.5",
    }


@pytest.mark.parametrize(
    ("named", "offers", "used"),
    [("hardest", TRADES, "queue"), ("hardest", frozenset(), "through"), ("touch", TRADES, "touch")],
)
def test_the_hardest_model_is_the_hardest_that_the_feed_supports(
    named: str, offers: frozenset[Offer], used: str
) -> None:
    assert fill_model_of(named, offers) == used


def test_a_strategys_own_latency_is_one_number_only_where_all_paths_have_it() -> None:
    ms = 1_000_000
    assert own_latency_ms(NO_LATENCY) == 0
    even = 5 * ms // 2
    assert own_latency_ms(LatencySettings(even, even, even, even)) == D("2.5")
    assert own_latency_ms(LatencySettings(order=ms)) is None
    drawn = Uniform(0, ms)
    assert own_latency_ms(LatencySettings(drawn, drawn, drawn, drawn)) is None
