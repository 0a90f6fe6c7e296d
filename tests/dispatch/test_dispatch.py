"""Staff dispatch in the demo community: from the need to the certificate, and what goes wrong on the way."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from engine.store.tables import Message
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
    chairs,
    concluded,
    logged,
    marked,
    need,
    nominated,
    raised,
    until,
)


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
