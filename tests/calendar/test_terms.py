"""Due dates to the minute, over the autumn holidays, the Spring Festival and the end of the published years."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.calendar import (
    ADMIN,
    CALENDARS,
    CLIN,
    OPD,
    days_before,
    due,
    fraction_point,
    open_seconds,
    parse_term,
    published_days,
)
from engine.errors import Invalid

DAYS = published_days()
SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


# Working days around the two autumn holidays of 2026: 09-24 Thu, 28 Mon, 29, 30 | 10-08 Thu, 09 Fri, 10 Sat (make-up), 12 Mon.
AUTUMN = [
    # start               term     calendar  due
    ("2026-09-24 09:00", "P1D", "ADMIN", "2026-09-28 17:30"),
    ("2026-09-24 17:30", "P1D", "ADMIN", "2026-09-28 17:30"),
    ("2026-09-24 23:59", "P1D", "ADMIN", "2026-09-28 17:30"),
    ("2026-09-25 10:00", "P1D", "ADMIN", "2026-09-28 17:30"),  # Mid-Autumn: the start day is not counted, working or not
    ("2026-09-27 23:00", "P1D", "ADMIN", "2026-09-28 17:30"),
    ("2026-09-28 00:00", "P1D", "ADMIN", "2026-09-29 17:30"),
    ("2026-09-28 08:00", "P3D", "ADMIN", "2026-10-08 17:30"),
    ("2026-09-30 08:00", "P3D", "ADMIN", "2026-10-10 17:30"),  # a worked Saturday counts
    ("2026-09-30 08:00", "P4D", "ADMIN", "2026-10-12 17:30"),
    ("2026-10-03 12:00", "P2D", "ADMIN", "2026-10-09 17:30"),
    ("2026-09-24 16:30", "PT1H", "ADMIN", "2026-09-24 17:30"),  # ends exactly at the close, not at the next opening
    ("2026-09-24 16:30", "PT1H1M", "ADMIN", "2026-09-28 08:01"),
    ("2026-09-24 16:30", "PT4H", "ADMIN", "2026-09-28 11:00"),
    ("2026-09-24 08:00", "PT4H", "ADMIN", "2026-09-24 12:00"),
    ("2026-09-24 11:00", "PT2H", "ADMIN", "2026-09-24 15:30"),  # over the noon break
    ("2026-09-24 12:00", "PT30M", "ADMIN", "2026-09-24 15:00"),  # starts in the noon break
    ("2026-09-24 13:10", "PT30M", "ADMIN", "2026-09-24 15:00"),
    ("2026-09-24 07:00", "PT30M", "ADMIN", "2026-09-24 08:30"),
    ("2026-09-24 20:00", "PT30M", "ADMIN", "2026-09-28 08:30"),
    ("2026-09-26 12:00", "PT7H", "ADMIN", "2026-09-28 17:30"),
    ("2026-09-30 17:29", "PT2M", "ADMIN", "2026-10-08 08:01"),
    ("2026-10-10 08:00", "PT8H", "ADMIN", "2026-10-12 09:00"),
    ("2026-10-09 17:00", "PT1H", "ADMIN", "2026-10-10 08:30"),
    ("2026-09-30 15:00", "P1DT2H", "ADMIN", "2026-10-09 10:00"),
    ("2026-09-24 10:00", "P1W", "ADMIN", "2026-10-08 17:30"),  # 10-01 is a holiday: on to the next working day
    ("2026-09-23 10:00", "P1W", "ADMIN", "2026-09-30 17:30"),
    ("2026-10-01 09:00", "PT8H", "OPD", "2026-10-01 17:00"),  # the outpatient clinic keeps no holidays
    ("2026-10-01 12:00", "PT8H", "OPD", "2026-10-02 10:00"),
    ("2026-10-01 18:00", "PT8H", "OPD", "2026-10-02 16:00"),
    ("2026-10-01 19:00", "P1D", "OPD", "2026-10-02 18:00"),
    ("2026-10-01 05:00", "PT10H", "SUPPLY", "2026-10-01 18:00"),
    ("2026-09-30 09:00", "P3D", "SUPPLY", "2026-10-03 18:00"),
    ("2026-10-01 02:30", "PT3M", "CLIN", "2026-10-01 02:33"),
    ("2026-09-25 23:50", "PT24H", "CLIN", "2026-09-26 23:50"),
    ("2026-09-25 10:00", "P7D", "CLIN", "2026-10-02 10:00"),
    ("2026-09-25 10:00", "P2W", "CLIN", "2026-10-09 10:00"),
    ("2026-08-31 10:00", "P1M", "CLIN", "2026-09-30 10:00"),  # cut to the length of the month
    ("2024-02-29 10:00", "P1Y", "CLIN", "2025-02-28 10:00"),
    ("2026-12-31 10:00", "P2M", "CLIN", "2027-02-28 10:00"),
]

# Spring Festival 2026: off 02-15 … 23, worked Saturdays 02-14 and 02-28. Worked Sundays: 01-04 and 09-20.
SPRING = [
    ("2026-02-13 17:00", "P1D", "ADMIN", "2026-02-14 17:30"),
    ("2026-02-13 17:00", "P2D", "ADMIN", "2026-02-24 17:30"),
    ("2026-02-14 17:00", "PT1H", "ADMIN", "2026-02-24 08:30"),
    ("2026-02-15 09:00", "PT4H", "ADMIN", "2026-02-24 12:00"),
    ("2026-02-24 08:00", "P4D", "ADMIN", "2026-02-28 17:30"),
    ("2026-02-24 08:00", "P5D", "ADMIN", "2026-03-02 17:30"),
    ("2026-02-28 09:00", "PT7H", "ADMIN", "2026-03-02 09:00"),
    ("2026-02-14 12:00", "P1W", "ADMIN", "2026-02-24 17:30"),
    ("2026-02-17 12:00", "PT8H", "OPD", "2026-02-18 10:00"),
    ("2026-01-01 10:00", "P1D", "ADMIN", "2026-01-04 17:30"),  # a worked Sunday
    ("2026-01-02 10:00", "PT2H", "ADMIN", "2026-01-04 10:00"),
    ("2026-09-18 17:00", "PT1H", "ADMIN", "2026-09-20 08:30"),
    ("2026-09-19 17:00", "P2D", "ADMIN", "2026-09-21 17:30"),
]


@pytest.mark.parametrize(("start", "term", "calendar", "expected"), AUTUMN + SPRING)
def test_a_term_ends_to_the_minute(start: str, term: str, calendar: str, expected: str) -> None:
    result = due(local(start), term, CALENDARS[calendar], DAYS)
    assert result.at.astimezone(SHANGHAI).isoformat(sep=" ", timespec="minutes")[:16] == expected
    assert result.at.tzinfo is UTC
    assert not result.provisional


@pytest.mark.parametrize(
    ("start", "term", "calendar", "expected", "provisional"),
    [
        ("2026-12-30 09:00", "P1D", "ADMIN", "2026-12-31 17:30", False),
        ("2026-12-31 16:30", "PT1H", "ADMIN", "2026-12-31 17:30", False),
        ("2026-12-31 16:30", "PT2H", "ADMIN", "2027-01-04 09:00", True),  # 01-01 fixed holiday, 01-02/03 weekend
        ("2026-12-31 09:00", "P1D", "ADMIN", "2027-01-04 17:30", True),
        ("2026-12-28 09:00", "P5D", "ADMIN", "2027-01-05 17:30", True),
        ("2026-12-24 09:00", "P2W", "ADMIN", "2027-01-07 17:30", True),
        ("2027-04-30 09:00", "P1D", "ADMIN", "2027-05-03 17:30", True),
        ("2027-09-30 09:00", "P1D", "ADMIN", "2027-10-04 17:30", True),
        ("2026-12-31 16:30", "PT2H", "OPD", "2027-01-01 08:30", False),  # does not depend on working days
        ("2026-12-31 23:00", "PT2H", "CLIN", "2027-01-01 01:00", False),
        ("2023-10-09 09:00", "P1D", "ADMIN", "2023-10-10 17:30", True),  # before the shipped years
    ],
)
def test_a_term_that_looks_into_an_unpublished_year_is_provisional(
    start: str,
    term: str,
    calendar: str,
    expected: str,
    provisional: bool,
) -> None:
    result = due(local(start), term, CALENDARS[calendar], DAYS)
    assert result.at == local(expected)
    assert result.provisional is provisional


def test_the_local_day_decides_not_the_utc_day() -> None:
    # 2026-09-27 23:30 UTC is Monday 07:30 in Shanghai, before the office opens.
    assert due(datetime(2026, 9, 27, 23, 30, tzinfo=UTC), "PT1H", ADMIN, DAYS).at == local("2026-09-28 09:00")
    assert due(datetime(2026, 9, 27, 23, 30, tzinfo=UTC), "P1D", ADMIN, DAYS).at == local("2026-09-29 17:30")


@pytest.mark.parametrize(
    ("term", "code"),
    [
        ("P0D", "term-not-positive"),
        ("PT0S", "term-not-positive"),
        ("P0Y0M", "term-not-positive"),
        ("-P1D", "invalid-term"),
        ("P-1D", "invalid-term"),
        ("", "invalid-term"),
        ("P", "invalid-term"),
        ("PT", "invalid-term"),
        ("P1DT", "invalid-term"),
        ("1D", "invalid-term"),
        ("P1H", "invalid-term"),
        ("PT1D", "invalid-term"),
        ("P1.5D", "invalid-term"),
        ("P1D ", "invalid-term"),
        ("p1d", "invalid-term"),
        ("P１D", "invalid-term"),
        ("R3/PT1H", "invalid-term"),
        ("P" + "1" * 90 + "D", "invalid-term"),
        ("P11Y", "term-too-long"),
        ("P999999999D", "term-too-long"),
        ("PT999999999H", "term-too-long"),
    ],
)
def test_a_term_that_is_none_is_refused(term: str, code: str) -> None:
    for calendar in (ADMIN, CLIN):
        with pytest.raises(Invalid) as refusal:
            due(local("2026-09-24 09:00"), term, calendar, DAYS)
        assert refusal.value.code == code


def test_months_are_refused_where_time_is_not_plain() -> None:
    assert parse_term("P1Y2M").months == 14
    for term in ("P1M", "P1Y", "P1M1D"):
        with pytest.raises(Invalid) as refusal:
            due(local("2026-09-24 09:00"), term, OPD, DAYS)
        assert refusal.value.code == "term-needs-plain-time"


def test_naive_instants_are_refused() -> None:
    naive = datetime.fromisoformat("2026-09-24T09:00")
    with pytest.raises(Invalid) as refusal:
        due(naive, "P1D", ADMIN, DAYS)
    assert refusal.value.code == "naive-instant"
    with pytest.raises(Invalid):
        open_seconds(naive, local("2026-09-24 10:00"), ADMIN, DAYS)


@pytest.mark.parametrize(
    ("start", "end", "calendar", "minutes"),
    [
        ("2026-09-24 09:00", "2026-09-24 10:00", "ADMIN", 60),
        ("2026-09-24 11:00", "2026-09-24 15:30", "ADMIN", 120),
        ("2026-09-24 12:15", "2026-09-24 14:15", "ADMIN", 0),
        ("2026-09-24 09:00", "2026-09-28 17:30", "ADMIN", 360 + 420),
        ("2026-09-24 00:00", "2026-10-12 00:00", "ADMIN", 7 * 420),
        ("2026-10-01 00:00", "2026-10-08 00:00", "ADMIN", 0),
        ("2026-02-13 00:00", "2026-03-01 00:00", "ADMIN", 7 * 420),
        ("2026-10-01 00:00", "2026-10-08 00:00", "OPD", 7 * 600),
        ("2026-10-01 07:00", "2026-10-01 09:30", "OPD", 90),
        ("2026-10-01 23:00", "2026-10-02 01:00", "CLIN", 120),
        ("2026-10-02 01:00", "2026-10-01 23:00", "CLIN", 0),
        ("2026-09-24 10:00", "2026-09-24 09:00", "ADMIN", 0),
    ],
)
def test_open_time_is_counted(start: str, end: str, calendar: str, minutes: int) -> None:
    assert open_seconds(local(start), local(end), CALENDARS[calendar], DAYS) == minutes * 60


@pytest.mark.parametrize(
    ("start", "end", "share", "calendar", "expected"),
    [
        ("2026-09-24 08:00", "2026-09-24 17:30", 0.5, "ADMIN", "2026-09-24 11:30"),
        ("2026-09-24 08:00", "2026-09-24 17:30", 0.8, "ADMIN", "2026-09-24 16:06"),
        ("2026-09-24 17:00", "2026-09-28 17:30", 0.5, "ADMIN", "2026-09-28 11:15"),  # 7 h 30 open: 30 min Thursday, 3 h 15 Monday
        ("2026-09-30 16:30", "2026-10-08 17:30", 0.5, "ADMIN", "2026-10-08 11:00"),
        ("2026-10-01 12:00", "2026-10-02 10:00", 0.8, "OPD", "2026-10-02 08:24"),
        ("2026-10-01 00:00", "2026-10-01 01:40", 0.8, "CLIN", "2026-10-01 01:20"),
        ("2026-10-02 10:00", "2026-10-02 20:00", 0.5, "ADMIN", "2026-10-02 15:00"),  # closed all the way: plain time
        ("2026-09-25 10:00", "2026-09-28 09:00", 0, "ADMIN", "2026-09-25 10:00"),
        ("2026-09-24 10:00", "2026-09-25 09:00", 1, "ADMIN", "2026-09-25 09:00"),
        ("2026-09-24 10:00", "2026-09-24 09:00", 0.5, "ADMIN", "2026-09-24 09:00"),  # already over
    ],
)
def test_a_share_of_the_term_falls_in_open_time(start: str, end: str, share: float, calendar: str, expected: str) -> None:
    assert fraction_point(local(start), local(end), share, CALENDARS[calendar], DAYS) == local(expected)


def test_a_share_outside_the_term_is_refused() -> None:
    for share in (-0.1, Decimal("1.01"), float("nan")):
        with pytest.raises(Invalid) as refusal:
            fraction_point(local("2026-09-24 08:00"), local("2026-09-24 17:30"), share, ADMIN, DAYS)
        assert refusal.value.code == "invalid-share"


MINUTES = st.integers(min_value=0, max_value=3 * 366 * 1440 - 1)


@settings(max_examples=150, deadline=None)
@given(offset=MINUTES, length=st.integers(min_value=1, max_value=20_000), code=st.sampled_from(["ADMIN", "OPD", "CLIN"]))
def test_what_is_counted_forward_is_measured_back(offset: int, length: int, code: str) -> None:
    start = datetime.fromtimestamp(datetime(2024, 1, 1, tzinfo=UTC).timestamp() + offset * 60, UTC)
    end = due(start, f"PT{length}M", CALENDARS[code], DAYS).at
    assert open_seconds(start, end, CALENDARS[code], DAYS) == length * 60
    half = fraction_point(start, end, 0.5, CALENDARS[code], DAYS)
    assert start <= half <= end
    assert open_seconds(start, half, CALENDARS[code], DAYS) == length * 30


@pytest.mark.parametrize(
    ("end", "count", "first"),
    [
        ("2026-10-10", 0, "2026-10-10"),
        ("2026-10-10", 2, "2026-10-08"),
        ("2026-10-10", 3, "2026-09-30"),
        ("2026-09-28", 1, "2026-09-24"),
    ],
)
def test_working_days_before_a_day(end: str, count: int, first: str) -> None:
    """The day from which so many working days lie before another, over the autumn holidays."""
    assert days_before(date.fromisoformat(end), count, ADMIN, DAYS) == date.fromisoformat(first)
