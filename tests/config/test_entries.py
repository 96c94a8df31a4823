"""One entry of a stranger's library: refused when it cannot be used, and held to what it declares when it is."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType

import pytest

from perpfsm.config.entries import contained_action, contained_metric, refusals
from perpfsm.decisions.proposals import Cancel, LeftOut, Place, Proposal
from perpfsm.errors import MachineFault
from perpfsm.machine.library import (
    ActionSpec,
    Declared,
    Effects,
    ExitType,
    Input,
    Library,
    MetricSpec,
    Proposals,
    Threshold,
)
from perpfsm.machine.shipped import shipped_library
from perpfsm.machine.view import Reading, Value
from perpfsm.market.order import OrderType, Role
from perpfsm.market.ratio import Ratio
from perpfsm.market.side import Side
from tests.builders import BUY, CLOSE, QUOTE, SELL, Number, leg, position, quote, view, working

ONE = Ratio(Decimal(1))
BID = working("bid", QUOTE, BUY, 99)
SEEN = Reading(leg("open"), view(quote(), None, BID))
METRIC = MetricSpec("depth", "count", "How deep.", lambda _: ONE)
ACTION = ActionSpec("shout", "Say so.", Effects(cancels=frozenset({QUOTE})), lambda _, out: out.notes.append("ho"))
PLACE = Place(Role.CLOSE, SELL, OrderType.MARKET, None, Decimal(1))


def told(*, metrics: Mapping[str, object] | None = None, actions: Mapping[str, object] | None = None) -> list[str]:
    library = Library(MappingProxyType(dict(metrics or {})), MappingProxyType(dict(actions or {})))  # type: ignore[arg-type]
    return [*refusals(library)]


def test_entries_that_declare_what_they_must_are_not_refused() -> None:
    states = replace(METRIC, name="mood", unit="none", values=("good", "bad"))
    timed = replace(METRIC, name="age", unit="seconds", depends=Declared.TIME, moment_ns=lambda _, __: 1)
    priced = replace(METRIC, name="gap", unit="percent", depends=Declared.PRICE, thresholds=lambda _, __: ())
    assert told(metrics={spec.name: spec for spec in (METRIC, states, timed, priced)}, actions={"shout": ACTION}) == []


@pytest.mark.parametrize(
    ("metric", "why"),
    [
        (replace(METRIC, name="other"), "is called other inside; make the library with Library.of."),
        (replace(METRIC, unit="bps"), "is in bps; a unit is one of percent, seconds, base, count or none."),
        (replace(METRIC, values=("a",)), "is enumerated, so its unit is none, it has values, and it always has one of"),
        (replace(METRIC, unit="none", values=()), "is enumerated, so its unit is none, it has values, and it always"),
        (replace(METRIC, unit="none"), "has no unit; a number is in percent, seconds, base or count."),
        (replace(METRIC, read=3), "cannot be read: read is no function."),  # type: ignore[arg-type]
        (replace(METRIC, depends=Declared.PRICE), "needs thresholds if it depends on prices, and only then;"),
        (replace(METRIC, moment_ns=lambda _, __: 1), "needs moment_ns if it depends on time, and only then;"),
        (replace(METRIC, reads=frozenset({"moon"})), "reads moon, but there is amount, book, data, exits, price,"),
        (7, "is of type int, not MetricSpec."),
    ],
)
def test_a_metric_that_cannot_be_used_is_refused(metric: object, why: str) -> None:
    (found,) = told(metrics={"depth": metric})
    assert found.startswith(f"The metric depth {why}")


def test_a_name_that_no_machine_file_can_write_is_refused() -> None:
    (found,) = told(metrics={"how deep": replace(METRIC, name="how deep")})
    assert found == (
        "The metric how deep has a name that no machine file can write: use letters, digits and underscores."
    )


@pytest.mark.parametrize(
    ("action", "why"),
    [
        (replace(ACTION, name="other"), "is called other inside; make the library with Library.of."),
        (replace(ACTION, effects={"places"}), "declares its effects as set, not Effects."),  # type: ignore[arg-type]
        (
            replace(ACTION, effects=Effects(sets=frozenset({"mood"}))),
            (
                "says that it sets mood; an action may set exits_placed, peak, peak_is_new, quotes_ns or "
                "quotes_outdated."
            ),
        ),
        (
            replace(ACTION, effects=Effects(places=frozenset({"close it"}))),  # type: ignore[arg-type]
            "places or cancels something that is no Role.",
        ),
        (
            replace(ACTION, effects=Effects(places=frozenset({CLOSE}))),
            "needs an exit_type if it places exits, and only then.",
        ),
        (replace(ACTION, run=None), "cannot be run: run is no function."),  # type: ignore[arg-type]
        ("shout", "is of type str, not ActionSpec."),
    ],
)
def test_an_action_that_cannot_be_used_is_refused(action: object, why: str) -> None:
    assert told(actions={"shout": action}) == [f"The action shout {why}"]


@pytest.mark.parametrize(
    ("spec", "answer"),
    [
        (METRIC, 1.5),
        (METRIC, None),
        (METRIC, Ratio(Decimal(1), Decimal(0))),
        (METRIC, "deep"),
        (replace(METRIC, unit="none", values=("good",)), "bad"),
    ],
)
def test_an_answer_that_is_not_declared_is_a_fault(spec: MetricSpec, answer: Value) -> None:
    strange = contained_metric(replace(spec, read=lambda _: answer), "strangers 1.0")
    with pytest.raises(MachineFault) as caught:
        strange.read(SEEN)
    assert str(caught.value) == (
        f"strangers 1.0: The metric depth answered {answer!r}, which it does not declare. Mend the package that adds "
        "it, then resume."
    )


def test_declared_answers_pass() -> None:
    optional = replace(METRIC, read=lambda _: None, may_be_undefined=True)
    mood = replace(METRIC, unit="none", values=("good",), read=lambda _: "good")
    assert [contained_metric(spec, "x").read(SEEN) for spec in (METRIC, optional, mood)] == [ONE, None, "good"]


def fails(*_: object) -> int:
    raise KeyError("gone")


@pytest.mark.parametrize("function", ["read", "thresholds", "moment_ns"])
def test_whatever_a_metric_raises_is_a_fault(function: str) -> None:
    strange = contained_metric(replace(METRIC, **{function: fails}), "strangers 1.0")  # type: ignore[arg-type]
    arguments = (SEEN,) if function == "read" else (SEEN, Decimal(1))
    with pytest.raises(MachineFault, match=r"strangers 1.0: The metric depth failed: KeyError: 'gone'\."):
        getattr(strange, function)(*arguments)


def test_bounds_that_are_declared_pass() -> None:
    threshold = Threshold(Input.BID, ONE)
    priced = contained_metric(replace(METRIC, thresholds=lambda _, __: (threshold,)), "x")
    timed = contained_metric(replace(METRIC, moment_ns=lambda _, __: 5), "x")
    assert priced.thresholds is not None
    assert timed.moment_ns is not None
    assert (priced.thresholds(SEEN, Decimal(1)), timed.moment_ns(SEEN, Decimal(1))) == ((threshold,), 5)


def test_whatever_an_action_raises_is_a_fault() -> None:
    with pytest.raises(MachineFault, match=r"strangers 1.0: The action shout failed: KeyError: 'gone'\."):
        contained_action(replace(ACTION, run=fails), "strangers 1.0").run(SEEN, Proposals())  # type: ignore[arg-type]


def proposing(*proposals: Proposal) -> Proposals:
    """Run an action that proposes these, and return what came of it."""
    out = Proposals()
    contained_action(replace(ACTION, run=lambda _, to: to.proposals.extend(proposals)), "strangers 1.0").run(SEEN, out)
    return out


def test_what_an_action_declares_it_may_propose() -> None:
    proposals: list[Proposal] = [Cancel("bid"), LeftOut("a quote", "no reason")]
    assert proposing(*proposals).proposals == proposals


@pytest.mark.parametrize("proposal", [PLACE, Cancel("unheard of"), "buy!"])
def test_what_an_action_does_not_declare_it_may_not_propose(proposal: Proposal) -> None:
    with pytest.raises(MachineFault, match=r"The action shout proposed .* which its effects do not declare"):
        proposing(proposal)


def test_an_order_of_a_role_that_is_not_declared_may_not_be_cancelled() -> None:
    exit_works = Reading(leg("closing"), view(quote(), None, working("exit", CLOSE, SELL, 101)))
    strange = contained_action(replace(ACTION, run=lambda _, out: out.proposals.append(Cancel("exit"))), "x")
    with pytest.raises(MachineFault):
        strange.run(exit_works, Proposals())


CLOSES = Effects(places=frozenset({CLOSE}), exit_type=ExitType.MARKET)


@pytest.mark.parametrize(
    ("side", "sizes", "is_fine"),
    [(SELL, (1,), True), (SELL, ("0.4", "0.6"), True), (SELL, (1, 1), False), (BUY, (1,), False)],
)
def test_exits_close_no_more_than_there_is(side: Side, sizes: tuple[Number, ...], is_fine: bool) -> None:
    exits = [Place(CLOSE, side, OrderType.MARKET, None, Decimal(size)) for size in sizes]
    strange = contained_action(replace(ACTION, effects=CLOSES, run=lambda _, out: out.proposals.extend(exits)), "x")
    held = Reading(leg("open", position(1)), view(quote()))
    if is_fine:
        strange.run(held, Proposals())
    else:
        with pytest.raises(MachineFault, match=r"The action shout proposed exits of \d for a position of 1\."):
            strange.run(held, Proposals())


def test_a_fact_that_is_not_declared_may_not_be_changed() -> None:
    def forget(reading: Reading, out: Proposals) -> None:
        out.notes.append("forgotten")
        reading.leg.peak = None

    trailing = Reading(leg("trailing", position(1), peak=105), view(quote()))
    with pytest.raises(MachineFault, match="The action shout changed peak, which its effects do not declare"):
        contained_action(replace(ACTION, run=forget), "x").run(trailing, Proposals())
    declared = replace(ACTION, run=forget, effects=Effects(sets=frozenset({"peak"})))
    contained_action(declared, "x").run(trailing, Proposals())


def test_the_entries_that_ship_would_be_taken_from_a_stranger() -> None:
    library = shipped_library()
    assert [*refusals(library)] == []
