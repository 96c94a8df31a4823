"""Incidents: what their text says, and what is no incident."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.errors import PerpfsmError
from perpfsm.market.incident import (
    Deleverage,
    ExpireOrders,
    Expiring,
    Halt,
    Incident,
    LoseAnswers,
    ManualTrade,
    RejectPlacements,
    Silence,
    incident_text,
    parse_incidents,
)
from perpfsm.market.side import LegName, Side

T = 1_700_000_000_000_000_000
AMOUNTS = st.decimals("0.00000001", "99999999", places=8)
SECONDS = st.decimals("0.001", "1000000000", places=3)
COUNTS = st.integers(1, 1_000_000)
LEGS = st.sampled_from(LegName)
INCIDENTS = st.one_of(
    st.builds(Deleverage, st.just(T), LEGS, AMOUNTS),
    st.builds(ManualTrade, st.just(T), LEGS, st.sampled_from(Side), AMOUNTS, AMOUNTS),
    st.builds(ExpireOrders, st.just(T), st.sampled_from(Expiring)),
    st.builds(RejectPlacements, st.just(T), COUNTS),
    st.builds(LoseAnswers, st.just(T), COUNTS),
    st.builds(Silence, st.just(T), SECONDS),
    st.builds(Halt, st.just(T), SECONDS),
)


@pytest.mark.parametrize(
    ("text", "incident"),
    [
        ("adl LONG 0.5", Deleverage(T, LegName.LONG, Decimal("0.5"))),
        ("Trade both SELL 2 101.5", ManualTrade(T, LegName.BOTH, Side.SELL, Decimal(2), Decimal("101.5"))),
        ("expire EXITS", ExpireOrders(T, Expiring.EXITS)),
        ("expire quotes", ExpireOrders(T, Expiring.QUOTES)),
        ("expire all", ExpireOrders(T, Expiring.ALL)),
        ("reject 3", RejectPlacements(T, 3)),
        ("unknown 1", LoseAnswers(T, 1)),
        ("silent 2.5", Silence(T, Decimal("2.5"))),
        (" HALT  60 ", Halt(T, Decimal(60))),
    ],
)
def test_every_incident_has_its_words(text: str, incident: Incident) -> None:
    assert parse_incidents(text, T) == (incident,)


def test_several_stand_in_one_text_and_a_blank_one_holds_none() -> None:
    assert parse_incidents("reject 1; silent 3;", T) == (RejectPlacements(T, 1), Silence(T, Decimal(3)))
    assert parse_incidents(" ; ", T) == ()


@given(st.lists(INCIDENTS, max_size=3))
def test_the_text_of_incidents_gives_them_back(incidents: list[Incident]) -> None:
    assert parse_incidents("; ".join(map(incident_text, incidents)), T) == tuple(incidents)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("earthquake 9", "The incident 'earthquake 9' is no incident."),
        ("adl LONG", "The incident 'adl LONG' is no incident."),
        ("expire stops", "The incident 'expire stops' is no incident."),
        ("adl LEFT 1", "The incident 'adl LEFT 1' names no leg: 'LEFT'."),
        ("trade BOTH hold 1 5", "The incident 'trade BOTH hold 1 5' names no side: 'hold'."),
        ("trade BOTH buy 0 5", "The incident 'trade BOTH buy 0 5' needs a number above 0, not '0'."),
        ("adl BOTH -1", "The incident 'adl BOTH -1' needs a number above 0, not '-1'."),
        ("adl BOTH nan", "The incident 'adl BOTH nan' needs a number above 0, not 'nan'."),
        ("reject 0", "The incident 'reject 0' needs a whole number from 1 to 1000000, not '0'."),
        ("unknown 1.5", "The incident 'unknown 1.5' needs a whole number from 1 to 1000000, not '1.5'."),
        ("reject 1000001", "The incident 'reject 1000001' needs a whole number from 1 to 1000000, not '1000001'."),
        ("silent 1000000001", "The incident 'silent 1000000001' lasts longer than 1000000000 s."),
        ("halt " + "9" * 99, f"The incident 'halt {'9' * 35}…' needs a number above 0, not '{'9' * 20}'."),
    ],
)
def test_what_is_no_incident_is_refused_with_every_form_as_the_remedy(text: str, what: str) -> None:
    with pytest.raises(PerpfsmError) as caught:
        parse_incidents(f"halt 1; {text}", T)
    assert caught.value.what == what
    assert caught.value.remedy == (
        "Write one of: adl LEG SIZE; trade LEG buy|sell SIZE PRICE; expire exits|quotes|all; reject N; unknown N; "
        "silent SECONDS; halt SECONDS."
    )
