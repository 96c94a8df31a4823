"""The engine: a quote on which nothing happens, and a refresh of both quotes with its journal transaction."""

from itertools import count

from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.conftest import quote
from perpfsm.runtime.assembly import Assembled

REFRESH_NS = 10_000_000_000
QUOTES = 1000


def test_a_quote_inside_the_band(benchmark: BenchmarkFixture, assembled: Assembled) -> None:
    """One quote from the driver to the engine and back; goal: 1 µs median."""
    driver = assembled.driver
    driver.on_message(quote(assembled.start_ns))
    inside = quote(assembled.start_ns + 1)
    benchmark.pedantic(driver.on_message, args=(inside,), rounds=200, iterations=QUOTES, warmup_rounds=5)
    assert driver.session.state.quote is inside


def test_a_refresh_of_both_quotes(benchmark: BenchmarkFixture, assembled: Assembled) -> None:
    """Cancel and replace two quotes, matching and a journal transaction included; goal: 150 µs."""
    driver = assembled.driver
    moments = count(assembled.start_ns, REFRESH_NS)
    driver.on_message(quote(next(moments)))

    def refresh() -> None:
        driver.advance(next(moments))

    benchmark.pedantic(refresh, rounds=2000, iterations=1, warmup_rounds=50)
    assert driver.session.state.now_ns > assembled.start_ns + 2000 * REFRESH_NS
