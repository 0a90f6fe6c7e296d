"""A year's document is read as it is written, and one with a hole in it is refused with a sentence."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.calendar import published_year, read_hours, read_year, write_hours, write_year, year_content
from engine.errors import Invalid, InvalidForm

INVENTED = json.loads((Path(__file__).parents[2] / "cli/demo/working-days-2027.json").read_text(encoding="utf-8"))
Change = Callable[[dict[str, Any]], None]


def changed(change: Change) -> dict[str, Any]:
    document = copy.deepcopy(INVENTED)
    change(document)
    return document


def refusal(document: Any) -> str:
    with pytest.raises(InvalidForm) as refused:
        read_year(document)
    (error,) = refused.value.errors
    assert error.message.startswith("应为")
    return error.message_en


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_a_shipped_year_is_written_as_it_is_read(year: int) -> None:
    days = published_year(year)
    assert read_year(write_year(days)) == days
    assert days.source.startswith("国办发明电")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda d: d["holidays"].append({"name": "加放", "from": "2027-10-07", "to": "2027-10-08"}), "do not overlap"),
        (lambda d: d["holidays"].pop(1), "every statutory holiday, but '春节' is missing"),
        (lambda d: d["holidays"][6].update({"from": "2027-10-02"}), "2027-10-01 to be off, but no holiday has it"),
        (lambda d: d["holidays"][6].update({"to": "2027-09-30"}), "does before"),
        (lambda d: d["holidays"][6].update({"to": "2028-10-07"}), "every date to lie in 2027, but 2028-10-07 does not"),
        (lambda d: d["holidays"][1].update({"to": "2027-03-31"}), "at most 40 days"),
        (lambda d: d["holidays"][1].update({"to": "12.2.2027"}), "dates such as 2027-01-01, but found '12.2.2027'"),
        (lambda d: d["holidays"][1].pop("to"), "each holiday to have 'name', 'from' and 'to'"),
        (lambda d: d["workingDays"].append("2027-02-06"), "not to be a holiday, but 2027-02-06 belongs to '春节'"),
        (lambda d: d["workingDays"].append("2027-02-24"), "a Saturday or Sunday, but 2027-02-24 is none"),
        (lambda d: d["workingDays"].append("2026-02-14"), "every date to lie in 2027"),
        (lambda d: d["workingDays"].append("2027-01-31"), "stands there twice"),
        (lambda d: d.update(year="2027"), "a year from 2000 to 2100"),
        (lambda d: d.update(source=" "), "the notice it comes from"),
        (lambda d: d.update(invented="yes"), "'invented' to be true or false"),
        (lambda d: d.update(holidays=[]), "the list of days off"),
        (lambda d: d.update(workingDays="2027-01-31"), "the list of make-up days"),
        (lambda d: d.update(offDays=[]), "no key 'offDays'"),
    ],
)
def test_a_document_that_is_wrong_is_refused_with_a_sentence(change: Change, sentence: str) -> None:
    assert sentence in refusal(changed(change))


def test_what_is_no_object_is_refused() -> None:
    assert refusal([INVENTED]) == "Expected an object, but found 'list'."


def test_a_document_belongs_to_its_year_and_an_invented_one_to_a_demonstration() -> None:
    assert year_content(2027, INVENTED, demo=True)["invented"] is True
    with pytest.raises(InvalidForm) as another:
        year_content(2028, INVENTED, demo=True)
    assert another.value.errors[0].message == "应为2028 年的放假安排，但写的是“2027”。"
    with pytest.raises(InvalidForm) as invented:
        year_content(2027, INVENTED, demo=False)
    assert "demonstrations only" in invented.value.errors[0].message_en


def test_hours_are_written_as_they_are_read() -> None:
    document = {"hours": ["08:30-12:00", "13:00-24:00"], "workingDaysOnly": False}
    calendar = read_hours("ADMIN", document)
    assert (calendar.hours, calendar.working_days_only) == (((510, 720), (780, 1440)), False)
    assert write_hours(calendar) == document
    assert read_hours("ADMIN", {"hours": ["08:00-12:00"]}).working_days_only


@pytest.mark.parametrize(
    "hours",
    [
        [],
        "08:00-12:00",
        ["12:00-08:00"],
        ["8-12"],
        ["08:00-25:00"],
        ["08:00-12:00", "11:00-17:00"],
        ["13:00-17:00", "08:00-12:00"],
        ["08:00-12:00", "12:00-17:00"],
        [f"{hour:02}:00-{hour:02}:30" for hour in range(7)],
    ],
)
def test_hours_that_overlap_or_are_none_are_refused(hours: Any) -> None:
    with pytest.raises(InvalidForm) as refused:
        read_hours("ADMIN", {"hours": hours})
    assert refused.value.errors[0].path == "hours"


def test_only_known_calendars_have_hours() -> None:
    with pytest.raises(Invalid) as refused:
        read_hours("NIGHT", {"hours": ["08:00-12:00"]})
    assert refused.value.code == "unknown-calendar"
