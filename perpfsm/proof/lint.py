"""Risk lint: what a strategy's numbers come to under the venue's fees, brackets and limits, with the arithmetic."""

from collections.abc import Iterator

from perpfsm.decisions.parameters import Parameters
from perpfsm.proof.flaw import Flaw
from perpfsm.proof.lint_band import orders_fit_the_price_band
from perpfsm.proof.lint_fees import exits_pay_their_fees, quotes_pay_their_fees
from perpfsm.proof.lint_limits import position_needs_more_than_one_refresh, refresh_fits_the_limits
from perpfsm.proof.lint_liquidation import stop_comes_before_liquidation
from perpfsm.proof.lint_terms import Terms

# Each code that lint raises, and whether a strategy file may waive it (docs/decisions/0025).
CODES = {
    "stop-beyond-liquidation": False,
    "liquidation-in-slippage": True,
    "exit-below-fees": True,
    "quotes-below-fees": True,
    "max-position-at-once": True,
    "refresh-too-fast": True,
    "beyond-price-band": True,
}


def lint(parameters: Parameters, terms: Terms, reads: frozenset[str]) -> Iterator[Flaw]:
    """Yield what the numbers of a valid strategy come to.

    Args:
        parameters: Of the strategy.
        terms: What the venue offers and charges.
        reads: The parameters that its lifecycle reads; about an exit that it does not make there is nothing to say.
    """
    yield from stop_comes_before_liquidation(parameters, terms, reads)
    yield from exits_pay_their_fees(parameters, terms, reads)
    yield from quotes_pay_their_fees(parameters, terms)
    yield from position_needs_more_than_one_refresh(parameters)
    yield from refresh_fits_the_limits(parameters, terms)
    yield from orders_fit_the_price_band(parameters, terms, reads)
