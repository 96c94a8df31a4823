"""The leg: the model that `transitions` moves, and everything that a restart has to remember."""

from decimal import Decimal

import pytest

from perpfsm.machine.leg import Leg
from perpfsm.market.position import Position
from perpfsm.market.side import LegName
from tests.builders import NOW, leg, position

FRESH = Leg(LegName.SHORT, "idle")


def busy() -> Leg:
    """Return a leg of which no fact is what it starts with."""
    made = leg(
        "trailing",
        position("-0.25", "100.5"),
        name=LegName.SHORT,
        reason="stop_loss",
        peak="99.5",
        peak_is_new=True,
        quotes_outdated=True,
        fill_effect="increased",
        quotes_ns=NOW + 1,
        last_fill_ns=NOW + 2,
        exits_placed=3,
        exit_losses=4,
        exit_lost_ns=NOW + 5,
    )
    made.entered_ns, made.opened_ns = NOW + 6, NOW + 7
    made.realised, made.fees = Decimal("-1.25"), Decimal("0.125")
    made.funding, made.margin = Decimal("-0.5"), Decimal("2.5")
    return made


OTHERS = {
    "name": LegName.LONG,
    "state": "open",
    "position": Position(),
    "realised": Decimal(9),
    "fees": Decimal(9),
    "funding": Decimal(9),
    "margin": Decimal(9),
    "peak": Decimal(9),
    "exit_reason": "risk",
    "fill_effect": "closed",
    "peak_is_new": False,
    "quotes_outdated": False,
}


def test_a_new_leg_is_flat_and_remembers_nothing() -> None:
    assert FRESH.facts() == {
        "name": "SHORT",
        "state": "idle",
        "entered_ns": 0,
        "size": "0",
        "cost": "0",
        "opened_ns": None,
        "realised": "0",
        "fees": "0",
        "funding": "0",
        "margin": "0",
        "last_fill_ns": None,
        "quotes_ns": None,
        "quotes_outdated": False,
        "exit_reason": "none",
        "exits_placed": 0,
        "exit_losses": 0,
        "exit_lost_ns": None,
        "peak": None,
        "fill_effect": "none",
        "peak_is_new": False,
    }


@pytest.mark.parametrize("made", [FRESH, busy()], ids=["fresh", "busy"])
def test_a_leg_is_restored_from_its_facts(made: Leg) -> None:
    assert Leg.from_facts(made.facts()) == made


def test_a_leg_of_a_journal_before_funding_has_paid_none() -> None:
    facts = {name: fact for name, fact in busy().facts().items() if name not in {"funding", "margin"}}
    old = Leg.from_facts(facts)
    assert [old.funding, old.margin] == [0, 0]


@pytest.mark.parametrize("fact", Leg.__slots__)
def test_no_fact_is_lost_by_a_copy_or_a_restart_and_every_one_counts(fact: str) -> None:
    made, other = busy(), busy()
    assert getattr(made, fact) != getattr(FRESH, fact) or fact == "name"
    assert getattr(made.copy(), fact) == getattr(made, fact)
    assert getattr(Leg.from_facts(made.facts()), fact) == getattr(made, fact)
    setattr(other, fact, OTHERS.get(fact, 9))
    assert other != made


def test_changing_a_copy_leaves_the_leg_as_it_was() -> None:
    made = busy()
    twin = made.copy()
    for fact in Leg.__slots__:
        setattr(twin, fact, OTHERS.get(fact, 9))
    assert made == busy()


def test_facts_show_money_in_full_digits() -> None:
    made = leg("open", Position(Decimal("1E+3"), Decimal("1E-9")))
    assert (made.facts()["size"], made.facts()["cost"]) == ("1000", "0.000000001")


def test_a_leg_equals_nothing_but_a_leg() -> None:
    assert FRESH != "SHORT"
    assert Leg(LegName.SHORT, "idle") == FRESH


def test_a_leg_is_no_key() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(FRESH)


def test_a_leg_is_not_restored_from_facts_that_lack_one() -> None:
    facts = busy().facts()
    del facts["peak"]
    with pytest.raises(KeyError, match="peak"):
        Leg.from_facts(facts)
