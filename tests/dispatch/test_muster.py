"""An emergency muster: places by size, names within the hour, replacements, and the recall of those who are stationed."""

from __future__ import annotations

from typing import Any

from engine.functions.muster import check, split, tally
from engine.testing import CaseView, County
from tests.dispatch.community import DOCTOR, OFFICE, VICE, logged, serving, until

ORDER = {"kind": "epidemic", "place": "县体育馆", "assembleAt": "2027-02-20T14:00:00+08:00", "skills": "采样、急诊"}


def ordered(county: County, heads: int, **quotas: int) -> CaseView:
    """The order, with what each institution has to send; who is not named sends nobody."""
    office = county.person(OFFICE)
    case = office.start("emergency_muster")
    office.complete(case.task("order"), "order", {**ORDER, "headsNeeded": heads})
    rows = [{"heads": quotas.get(row["institution"], 0)} for row in case.variables["quotas"]]
    office.complete(case.task("set_quotas"), "set", {"quotas": rows})
    county.work()
    return case


def unit(county: County, code: str) -> CaseView:
    """The newest case in which an institution answers."""
    key = county.institution(code)
    return [case for case in county.cases("muster_unit") if case.row.institution == key][-1]


def named(county: County, case: CaseView, clerk: str, *people: str) -> None:
    """An institution names people, who are asked at once."""
    county.person(clerk).complete(case.task("name_people"), "name", {"names": [{"person": number} for number in people]})


def answered(county: County, case: CaseView, **answers: Any) -> None:
    """Those who were named answer: with what they cannot, or that they go."""
    for seat in [found for found in case.seats("confirm_person") if found.state in ("open", "claimed")]:
        for number in answers["people"]:
            who = county.person(number)
            if who.key == seat.assignee:
                reason = answers["cannot"].get(number)
                who.complete(seat, "cannot" if reason else "go", opinion=reason)
    county.work()


def test_a_muster_recalls_who_is_stationed_and_lets_her_return(both: County) -> None:
    """What is missing after the hour goes to who gave all; the stationed doctor is recalled, and her term shifts by the days."""
    county = both
    stay, host = serving(county, kind="rotate", toDay="2027-06-30")
    until(county, "2027-02-02")
    logged(county, stay, host)
    until(county, "2027-02-20")
    case = ordered(county, 4, CH00=2, CH01=1, CH06=1)
    assert sorted(row["institution"] for row in case.variables["asked"]) == ["CH00", "CH01", "CH06"]
    lead, first = unit(county, "CH00"), unit(county, "CH01")
    # Unknown, foreign and doubled numbers come back; who cannot go is replaced.
    named(county, lead, "CH00-061", DOCTOR, "CH00-999")
    named(county, lead, "CH00-061", DOCTOR, "CH01-003")
    assert "confirm_person" not in lead.open
    named(county, lead, "CH00-061", DOCTOR, "CH00-026")
    answered(county, lead, people=(DOCTOR, "CH00-026"), cannot={"CH00-026": "在外地"})
    assert lead.open == ["name_people"]
    named(county, lead, "CH00-061", "CH00-029")
    answered(county, lead, people=("CH00-029",), cannot={})
    named(county, first, "CH01-011", "CH01-003")
    answered(county, first, people=("CH01-003",), cannot={})
    assert (lead.state, first.state) == ("completed", "completed")
    county.restart()
    # The third says nothing for an hour: what is missing goes to those who gave all they were asked for.
    county.pass_time("PT75M")
    county.work()
    assert case.variables["musterText"] == "应到 4 人，已确认 3 人，还缺 1 人；没有报足的：北渡分院。"
    vice = county.person(VICE)
    rows = [{"heads": 1 if row["institution"] == "CH01" else 0} for row in case.variables["quotas"]]
    vice.complete(case.task("decide_short"), "again", {"quotas": rows})
    county.work()
    again = unit(county, "CH01")
    named(county, again, "CH01-011", "CH01-002")
    answered(county, again, people=("CH01-002",), cannot={})
    county.work()
    assert sorted(case.variables["called"]) == ["CH00-028", "CH00-029", "CH01-002", "CH01-003"]
    assert (case.open, stay.open) == (["roll_call"], ["resume"])
    office = county.person(OFFICE)
    office.complete(case.task("roll_call"), "done", {"confirmed": [{"present": "yes"}] * 4})
    until(county, "2027-02-22")
    assert "daily_roll" in case.open
    until(county, "2027-03-12")
    office.complete(case.task("in_action"), "over", {"standDownOn": "2027-03-12"})
    county.work()
    assert stay.variables["pauses"] == [{"from": "2027-02-20", "to": "2027-03-11", "kind": "recall"}]
    assert (stay.variables["toDay"], stay.variables["suspendedDays"]) == ("2027-07-20", 20)
    office.complete(case.task("debrief"), "done", opinion="补助按天发，观察七天")
    assert county.incidents() == []


def test_who_goes_although_places_are_short(county: County) -> None:
    """Quotas below the order are refused; who says nothing for half an hour does not go; the others do."""
    case = ordered(county, 2, CH01=1)
    assert (case.open, case.variables["problems"]) == (["set_quotas"], "名额合计 1 人，少于还要调集的 2 人。")
    rows = [{"heads": 2 if row["institution"] == "CH01" else 0} for row in case.variables["quotas"]]
    county.person(OFFICE).complete(case.task("set_quotas"), "set", {"quotas": rows})
    county.work()
    first = unit(county, "CH01")
    named(county, first, "CH01-011", "CH01-002", "CH01-003")
    answered(county, first, people=("CH01-003",), cannot={})
    county.pass_time("PT31M")
    assert first.open == ["name_people"]
    county.person("CH01-011").complete(first.task("name_people"), "enough", opinion="门诊不能停")
    county.work()
    county.person(VICE).complete(case.task("decide_short"), "go", opinion="先出发")
    assert (case.open, case.variables["called"]) == (["roll_call"], ["CH01-003"])
    assert county.incidents() == []


def test_places_are_divided_by_size_and_what_is_missing_goes_round() -> None:
    """1,172 people of the county, the largest remainders first; two that gave all share what a third did not."""
    sizes = {"CH00": 1020, "CH01": 118, "CH02": 66}
    members = [{"institution": code, "name": code} for code in ("CH01", "CH02")]
    rows = split({"heads": 1172, "sizes": sizes, "lead": "CH00", "members": members})["quotas"]
    assert [row["heads"] for row in rows] == [993, 115, 64]
    people = [{"person": "1", "name": "甲"}]
    answers = [{"institution": code, "name": code, "asked": 1, "persons": people if code < "C" else []} for code in "ABC"]
    found = tally({"answers": answers, "confirmed": [], "heads": 5})
    assert ([row["heads"] for row in found["quotas"]], found["missing"]) == ([2, 1, 0], 3)
    told = check({"names": [], "people": [], "unknown": [], "own": "CH01", "going": [], "refused": [], "short": 1})
    assert told["problems"] == "请至少报一人。"
