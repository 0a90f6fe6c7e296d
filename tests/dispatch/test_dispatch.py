"""Staff dispatch in the demo community: from the need to the certificate, and what goes wrong on the way."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.store.tables import Appointment, Message, Person
from engine.testing import County
from tests.dispatch.community import (
    BRANCH,
    DOCTOR,
    HR,
    LOG,
    accepted,
    agreed,
    arrived,
    assigned,
    concluded,
    logged,
    marked,
    need,
    nominated,
    opened,
    prepared,
    raised,
    until,
)


@pytest.fixture(scope="module")
def prepared_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all that, to be copied."""
    path = tmp_path_factory.mktemp("dispatch") / "county.sqlite"
    shutil.copyfile(sqlite_template, path)
    prepared(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def county(prepared_file: Path, tmp_path: Path) -> Iterator[County]:
    """A community of its own in an SQLite file."""
    path = tmp_path / "county.sqlite"
    shutil.copyfile(prepared_file, path)
    with opened(f"sqlite:///{path}") as county:
        yield county


@pytest.fixture
def both(database_url: str) -> Iterator[County]:
    """A community of its own, once in each kind of database."""
    with prepared(database_url) as county:
        yield county


def chairs(county: County, person: str, code: str) -> list[tuple[str, date, date | None]]:
    """The chairs that somebody has, had or will have at an institution: post, first and last day."""
    found = select(Appointment.post, Appointment.from_date, Appointment.to_date).join(Person, Person.key == Appointment.person)
    found = found.where(Person.staff_number == person, Appointment.institution == county.institution(code))
    return [tuple(row) for row in county.rows(found.order_by(Appointment.from_date))]


def test_a_year_at_a_branch(both: County) -> None:
    """Need, match, consents, agreement, arrival, twelve logs, mid-term, end, marks and the certificate of days."""
    county = both
    (match,) = raised(county, need())
    nominated(county, match)
    assert [(row["name"], row["score"], row["eligible"]) for row in match.variables["ranking"]] == [("魏婷·演示", 95, True)]
    agreed(county, match)
    accepted(county, match)
    case = assigned(county, match)
    assert chairs(county, DOCTOR, BRANCH) == [("SPEC_DOC", date(2027, 1, 4), date(2027, 12, 31))]
    host = arrived(county, case)
    assert match.state == "completed"

    county.restart()
    for month in range(1, 13):
        until(county, f"{2027 if month < 12 else 2028}-{month % 12 + 1:02d}-02")
        if month == 7:
            county.person(HR).complete(case.task("midterm"), opinion="进展正常")
        if month == 11:
            county.person(HR).complete(case.task("renew"), "finish")
        if month < 12:
            assert case.variables["period"] == f"2027-{month:02d}"
            logged(county, case, host)
    # The year is over: the chair with it, the last month is written, and all three give their marks.
    assert case.open == ["last_log"]
    assert case.variables["missing"] == ["2027-12"]
    county.person(DOCTOR).complete(case.task("last_log"), "submit", {"log": LOG})
    county.work()
    marked(county, case, host)
    assert (case.variables["grade"], str(case.variables["total"])) == ("excellent", "92.8")
    assert case.variables["years"] == [{"onYear": 2027, "days": 362, "counted": 362}]
    assert case.variables["reached"] == [2027]
    concluded(county, case)
    assert (case.state, host.state) == ("completed", "completed")
    assert [row["state"] for row in case.variables["logs"]] == ["confirmed"] * 11 + ["sent"]
    assert county.incidents() == []
    assert county.rows(select(Message.name).where(Message.state == "dead")) == []
