"""Errors and findings say what, where and the remedy."""

import pytest

from perpfsm.errors import (
    ConfigError,
    FeedError,
    Finding,
    JournalError,
    MachineFault,
    PerpfsmError,
    Place,
    Severity,
)

PLACE = Place("strategies/mine.yaml", 7, 13)
ERROR = Finding("unknown-parameter", Severity.ERROR, PLACE, "bid_spred is not a parameter.", "Did you mean bid_spread?")
WARNING = Finding("no-stop", Severity.WARNING, Place("strategies/mine.yaml", 2, 1), "There is no stop-loss.")


def test_a_place_reads_as_file_line_and_column() -> None:
    assert str(PLACE) == "strategies/mine.yaml:7:13"


def test_a_place_without_a_line_is_the_file() -> None:
    assert str(Place("strategies/mine.yaml")) == "strategies/mine.yaml"


def test_places_sort_by_file_line_and_column() -> None:
    places = [Place("b", 1, 1), Place("a", 10, 1), Place("a", 2, 9), Place("a", 2, 3), Place("a")]
    assert sorted(places) == [Place("a"), Place("a", 2, 3), Place("a", 2, 9), Place("a", 10, 1), Place("b", 1, 1)]


def test_a_finding_says_where_what_and_the_remedy() -> None:
    assert str(ERROR) == "strategies/mine.yaml:7:13: bid_spred is not a parameter. Did you mean bid_spread?"


def test_a_finding_without_a_remedy_ends_with_what_is_wrong() -> None:
    assert str(WARNING) == "strategies/mine.yaml:2:1: There is no stop-loss."


def test_an_error_says_where_what_and_the_remedy() -> None:
    error = PerpfsmError("guard stop_hit is not defined.", where=PLACE, remedy="Use stop_loss_hit.")
    assert str(error) == "strategies/mine.yaml:7:13: guard stop_hit is not defined. Use stop_loss_hit."
    assert (error.what, error.where, error.remedy) == (
        "guard stop_hit is not defined.",
        "strategies/mine.yaml:7:13",
        "Use stop_loss_hit.",
    )


def test_an_error_about_no_place_says_what_alone() -> None:
    assert str(PerpfsmError("The disk is full.")) == "The disk is full."


def test_a_config_error_reads_as_its_first_error_and_carries_every_finding() -> None:
    error = ConfigError((WARNING, ERROR))
    assert str(error) == str(ERROR)
    assert error.findings == (WARNING, ERROR)


@pytest.mark.parametrize("kind", [FeedError, JournalError, MachineFault])
def test_every_error_is_caught_as_ours(kind: type[PerpfsmError]) -> None:
    with pytest.raises(PerpfsmError, match=r"^quotes\.csv:3: not a price$"):
        raise kind("not a price", where="quotes.csv:3")
