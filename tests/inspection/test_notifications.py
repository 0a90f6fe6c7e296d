"""Who is told of a finding: the unit before its term ends, its superior when it has, the leaders each Monday."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from engine.calendar import TIME_ZONE
from engine.store.tables import Copy, Notification, Person
from engine.testing import County
from tests.inspection import community as do
from tests.inspection.community import finding, rectification, row


def lines(county: County, login: str, since: datetime) -> list[tuple[str, str]]:
    """When a person was told what, from an instant on."""
    columns = select(Notification.at, Notification.text).join(Person, Person.key == Notification.person)
    rows = county.rows(columns.where(Person.staff_number == login, Notification.at >= since).order_by(Notification.key))
    return [(found.at.astimezone(TIME_ZONE).strftime("%m-%d %H:%M"), found.text) for found in rows]


def test_the_unit_is_reminded_three_working_days_before_and_leaders_read_the_ledger_each_monday(county: County) -> None:
    case = do.imported(county, [row(1, "CH01"), row(2, "CH02", risk=True)])
    do.confirmed(county, case)
    do.acknowledged(county)
    number, red = f"{case.row.number}-001", f"{case.row.number}-002"
    # The letter reaches the unit's office; a red line is a task of the discipline secretary.
    assert finding(county, red).open == ["red_notice"]
    do.planned(county, number)
    assert finding(county, number).variables["dueOn"] == "2026-10-27"
    start = county.clock.now()
    county.pass_time("P8D")
    book = county.cases("finding_ledger")[-1]
    digest = book.seats("digest")[-1]
    assert digest.opened_at.astimezone(TIME_ZONE).strftime("%a %H:%M") == "Mon 08:00"
    copied = select(Person.staff_number).join(Copy, Copy.person == Person.key).where(Copy.instance == book.key)
    assert {do.PRESIDENT, do.DEPUTY, do.OFFICE} <= {found.staff_number for found in county.rows(copied)}
    assert "快到期" not in "".join(text for _, text in lines(county, "CH01-011", start))
    county.pass_time("P4D")
    reminded = [at for at, text in lines(county, "CH01-011", start) if "快到期" in text]
    assert reminded == ["10-22 08:00"]
    county.pass_time("P5D")
    late = select(Person.staff_number).join(Copy, Copy.person == Person.key)
    overdue = late.where(Copy.instance == rectification(county, number).key, Copy.reason == "overdue")
    assert "CH01-001" in {found.staff_number for found in county.rows(overdue)}
