"""The library: what machine files may name, and how a user adds to it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from perpfsm.decisions.proposals import Cancel
from perpfsm.machine.definition import Comparison, Operator, Trigger
from perpfsm.machine.library import ActionSpec, Declared, Effects, Library, MetricSpec, Proposals
from perpfsm.machine.shipped import shipped_library
from perpfsm.machine.step import take_step
from perpfsm.machine.view import Reading
from perpfsm.market.order import Role
from perpfsm.market.ratio import Ratio
from tests.builders import BUY, QUOTE, guarded, leg, quote, row, view, working


def shown(reading: Reading) -> Ratio | None:
    seen = reading.view.quote
    return None if seen is None else Ratio(seen.bid_size)


def cancel_oldest(reading: Reading, out: Proposals) -> None:
    out.proposals.append(Cancel(reading.view.orders[0].order.client_id))


BID_SIZE = MetricSpec("bid_size", "base", "Size shown at the best bid.", shown, depends=Declared.ANYTHING)
CANCEL_OLDEST = ActionSpec("cancel_oldest", "Cancel the oldest order.", Effects(cancels=frozenset(Role)), cancel_oldest)


def test_every_name_is_lower_case_words_and_every_entry_says_what_it_is() -> None:
    library = shipped_library()
    specs: tuple[MetricSpec | ActionSpec, ...] = (*library.metrics.values(), *library.actions.values())
    for spec in specs:
        assert spec.name.replace("_", "").isalpha()
        assert spec.name == spec.name.lower()
        assert spec.doc.endswith(".")


def test_every_metric_declares_what_its_bands_need() -> None:
    for spec in shipped_library().metrics.values():
        assert (spec.thresholds is not None) is (spec.depends is Declared.PRICE), spec.name
        assert (spec.moment_ns is not None) is (spec.depends is Declared.TIME), spec.name
        assert spec.values is None or not spec.may_be_undefined, spec.name
        assert (spec.unit == "none") is (spec.values is not None), spec.name


def test_a_name_is_given_once() -> None:
    with pytest.raises(ValueError, match="bid_size is in the library twice"):
        Library.of([BID_SIZE, replace(BID_SIZE, doc="Another.")], [])
    with pytest.raises(ValueError, match="cancel_quotes is in the library twice"):
        shipped_library().extended(actions=[replace(CANCEL_OLDEST, name="cancel_quotes")])


def test_a_library_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        shipped_library().metrics["bid_size"] = BID_SIZE  # type: ignore[index]  # which is the point


def test_a_user_extends_the_library_by_metrics_and_actions() -> None:
    library = shipped_library().extended([BID_SIZE], [CANCEL_OLDEST])
    thin = Comparison(Operator.BELOW, Decimal(2), metric="bid_size")
    lifecycle = guarded({"thin": thin}, row("shed", dest=None, when=("thin",), do=("cancel_oldest",)), library=library)
    order = working("oldest", QUOTE, BUY, 99)
    assert take_step(lifecycle, leg("here"), Trigger.MARKET, view(quote(shown=2), None, order)) is None
    step = take_step(lifecycle, leg("here"), Trigger.MARKET, view(quote(shown=1), None, order))
    assert step is not None
    assert step.proposals == (Cancel("oldest"),)
    assert step.saw == {"bid_size": "1.000000"}


def test_a_machine_that_names_what_the_library_lacks_is_not_built() -> None:
    with pytest.raises(KeyError, match="cancel_oldest"):
        guarded({}, row(do=("cancel_oldest",)))
    with pytest.raises(KeyError, match="bid_size"):
        guarded({"thin": Comparison(Operator.BELOW, Decimal(2), metric="bid_size")}, row(when=("thin",)))
