"""The published years are the State Council's, and an unpublished year is an assumption that says so."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest

from engine.calendar import (
    ADMIN,
    CALENDARS,
    Calendar,
    WorkingDays,
    WorkingDaysTable,
    calendar_by_code,
    published_days,
    published_year,
)
from engine.errors import Invalid


def spans(*pairs: tuple[tuple[int, int], tuple[int, int]]) -> set[date]:
    """All days of 2026 in the given (month, day) ranges, both ends included."""
    days = set()
    for first, last in pairs:
        day = date(2026, *first)
        while day <= date(2026, *last):
            days.add(day)
            day += timedelta(days=1)
    return days


def test_2026_is_the_list_of_the_domain_brief() -> None:
    year = published_year(2026)
    assert year.published
    assert year.off == spans(
        ((1, 1), (1, 3)),
        ((2, 15), (2, 23)),
        ((4, 4), (4, 6)),
        ((5, 1), (5, 5)),
        ((6, 19), (6, 21)),
        ((9, 25), (9, 27)),
        ((10, 1), (10, 7)),
    )
    assert year.working_weekends == {date(2026, m, d) for m, d in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))}


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_agrees_with_the_publication(year: int) -> None:
    days = published_days()
    day = date(year, 1, 1)
    while day.year == year:
        assert days.works(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_an_unpublished_year_is_weekdays_less_fixed_holidays() -> None:
    days = published_days()
    assert not days.published(2027)
    assert days.last_published_year == 2026
    off = [day for day in (date(2027, 1, 1) + timedelta(days=n) for n in range(365)) if day.weekday() < 5 and not days.works(day)]
    assert off == [date(2027, 1, 1), date(2027, 10, 1)]
    assert not days.works(date(2027, 5, 1))
    assert not days.works(date(2027, 5, 2))


def test_a_year_that_arrives_replaces_the_assumption() -> None:
    arrived = WorkingDays(
        year=2027,
        off=frozenset({date(2027, 2, 8)}),
        working_weekends=frozenset({date(2027, 2, 20)}),
        published=True,
        source="test",
    )
    days = WorkingDaysTable((*published_days().records, arrived), version="2")
    assert days.published(2027)
    assert days.last_published_year == 2027
    assert not days.works(date(2027, 2, 8))
    assert days.works(date(2027, 2, 20))
    assert days.works(date(2027, 1, 1))


@pytest.mark.parametrize(
    ("off", "working"),
    [
        ({date(2026, 1, 1)}, set()),  # another year
        ({date(2027, 1, 9)}, {date(2027, 1, 9)}),  # off and worked
        (set(), {date(2027, 1, 4)}),  # a Monday is no make-up weekend
    ],
)
def test_a_year_that_contradicts_itself_is_refused(off: set[date], working: set[date]) -> None:
    with pytest.raises(Invalid) as refusal:
        WorkingDays(year=2027, off=frozenset(off), working_weekends=frozenset(working), published=True, source="test")
    assert refusal.value.code == "invalid-working-days"


def test_calendars_are_found_by_code_and_checked() -> None:
    assert set(CALENDARS) == {"CLIN", "ADMIN", "OPD", "SUPPLY"}
    assert calendar_by_code("ADMIN") is ADMIN
    with pytest.raises(Invalid) as refusal:
        calendar_by_code("NIGHT")
    assert refusal.value.code == "unknown-calendar"
    for hours in ((), ((720, 480),), ((480, 720), (720, 1050)), ((0, 1441),)):
        with pytest.raises(Invalid):
            Calendar(code="X", name="错", name_en="Wrong", hours=hours, working_days_only=False)
