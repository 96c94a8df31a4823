"""Timestamps of feeds: every unit, ISO 8601, and what is neither."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpfsm.feeds.bad_line import BadLine
from perpfsm.feeds.timestamps import to_ns

MOMENT_NS = 1_723_161_255_123_456_789
YEARS = st.integers(1_000_000_000, 4_000_000_000)  # seconds since the epoch, 2001 to 2096


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [
        ("0", 0),
        ("1", 1_000_000_000),
        ("0.5", 500_000_000),
        ("1723161255", 1_723_161_255_000_000_000),
        ("1723161255.123456789", MOMENT_NS),
        ("1723161255.1234567899", MOMENT_NS),
        ("1723161255123", 1_723_161_255_123_000_000),
        ("1723161255123.456", 1_723_161_255_123_456_000),
        ("1723161255123456", 1_723_161_255_123_456_000),
        ("1723161255123456789", MOMENT_NS),
        ("1723161255123456789.9", MOMENT_NS),
        (" 1723161255 ", 1_723_161_255_000_000_000),
        ("2024-08-08T23:54:15.123456789Z", MOMENT_NS),
        ("2024-08-08 23:54:15.123456789", MOMENT_NS),
        ("2024-08-09T01:54:15,123456789+02:00", MOMENT_NS),
        ("2024-08-09 01:54:15.123456789 +0200", MOMENT_NS),
        ("2024-08-08 23:54:15 UTC", 1_723_161_255_000_000_000),
    ],
)
def test_a_timestamp_is_read_by_its_magnitude_or_as_iso_8601(text: str, time_ns: int) -> None:
    assert to_ns(text) == time_ns


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "'' is not a timestamp (s, ms, µs or ns since 1970, or ISO 8601)."),
        ("soon", "'soon' is not a timestamp (s, ms, µs or ns since 1970, or ISO 8601)."),
        ("-5", "'-5' is not a timestamp (s, ms, µs or ns since 1970, or ISO 8601)."),
        ("1.7e18", "'1.7e18' is not a timestamp (s, ms, µs or ns since 1970, or ISO 8601)."),
        ("1_000", "'1_000' is not a timestamp (s, ms, µs or ns since 1970, or ISO 8601)."),
        ("١٢٣", "'١٢٣' is not a timestamp (s, ms, µs or ns since 1970, or ISO 8601)."),
        ("2024-08-08", "'2024-08-08' is not a timestamp (s, ms, µs or ns since 1970, or ISO 8601)."),
        ("2024-13-08T00:00:00", "'2024-13-08T00:00:00' is not a timestamp: month must be in 1..12."),
        ("1969-12-31T23:59:59Z", "'1969-12-31T23:59:59Z' is before 1970."),
    ],
)
def test_what_is_no_timestamp_is_a_bad_line(text: str, what: str) -> None:
    with pytest.raises(BadLine) as caught:
        to_ns(text)
    assert caught.value.what == what


def test_the_first_and_the_last_offset_of_iso_8601_are_read() -> None:
    assert to_ns("1970-01-01T00:00:00Z") == 0
    assert to_ns("9999-12-31T23:59:59-23:59") > to_ns("9999-12-31T23:59:59Z")
    with pytest.raises(BadLine):
        to_ns("0001-01-01T00:00:00+23:59")


@given(YEARS, st.integers(0, 999_999_999))
def test_every_unit_of_the_same_moment_is_the_same_time(seconds: int, fraction_ns: int) -> None:
    time_ns = seconds * 10**9 + fraction_ns
    microseconds, milliseconds = time_ns // 1000, time_ns // 10**6
    assert to_ns(str(time_ns)) == to_ns(f"{seconds}.{fraction_ns:09}") == time_ns
    assert to_ns(str(microseconds)) == microseconds * 1000
    # Below 1e11 a number is seconds, so milliseconds begin in 1973; all of these are later.
    assert to_ns(str(milliseconds)) == milliseconds * 10**6


@given(st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)), st.integers(-1439, 1439))  # noqa: DTZ001  # zone below
def test_iso_8601_round_trips_in_every_zone(naive: datetime, offset_minutes: int) -> None:
    moment = naive.replace(tzinfo=timezone(timedelta(minutes=offset_minutes)))
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    expected = (since // timedelta(microseconds=1)) * 1000
    assert to_ns(moment.isoformat()) == to_ns(moment.astimezone(UTC).isoformat(sep=" ")) == expected
