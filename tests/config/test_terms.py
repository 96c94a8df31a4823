"""The terms of lint are those of the strategy's file: fees, brackets, rates, and the longest wait for an answer."""

from dataclasses import replace
from decimal import Decimal

import pytest

from perpfsm.config.paper import PaperSettings
from perpfsm.config.settings import settle
from perpfsm.config.terms import terms_of
from perpfsm.exchange.latency import Delay, LatencySettings, Sampled, Uniform
from perpfsm.market.brackets import BRACKETS
from perpfsm.market.instrument import Instrument
from perpfsm.market.synthetic import Scenario
from perpfsm.proof.lint_terms import Terms

INSTRUMENT = Instrument("BTC-USDT", tick=Decimal("0.1"), step=Decimal("0.001"), size_min=Decimal("0.001"))
PAPER = PaperSettings(INSTRUMENT, balance=Decimal(500), maker_fee=Decimal("0.01"), taker_fee=Decimal("0.03"))


def test_terms_are_what_the_file_says_of_its_venue() -> None:
    settings = settle({"margin_mode": "isolated", "paper": {"feed": {"synthetic": {"start_price": 70_000}}}}, ())

    assert terms_of(settings, PAPER, is_fed_elsewhere=False) == Terms(
        INSTRUMENT,
        balance=Decimal(500),
        maker_fee=Decimal("0.01"),
        taker_fee=Decimal("0.03"),
        brackets=BRACKETS,
        is_isolated=True,
        price=Decimal(70_000),
        orders_per_10s=300,
        orders_per_minute=1200,
    )


@pytest.mark.parametrize(
    ("order", "ack", "ms"),
    [
        (2_000_000, 1_500_000, "3.5"),
        (Uniform(1_000_000, 9_000_000), 0, "9"),
        (0, Sampled((1_000_000, 4_000_000, 2_000_000)), "4"),
    ],
)
def test_the_answer_takes_as_long_as_it_may(order: Delay, ack: Delay, ms: str) -> None:
    slow = replace(PAPER, latency=LatencySettings(order=order, ack=ack, cancel=7))

    assert terms_of(settle({}, ()), slow, is_fed_elsewhere=False).answer_ms == Decimal(ms)


def test_a_market_that_is_fed_elsewhere_has_no_price_yet_and_a_scenario_has_its_own() -> None:
    settings = settle({}, ())
    scenario = Scenario(name="there", start_price=Decimal(50), phases=())

    assert terms_of(settings, PAPER, is_fed_elsewhere=True).price is None
    assert terms_of(settings, replace(PAPER, scenario=scenario), is_fed_elsewhere=False).price == Decimal(50)
