"""Findings of a list from outside: forty-one of them from their letters to their ends, and what goes wrong on the way."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.errors import InvalidForm
from engine.store.tables import Message
from engine.testing import CaseView, County
from tests.inspection import community as do
from tests.inspection.community import finding, rectification, row


def ledger(county: County) -> CaseView:
    """The newest ledger."""
    return county.cases("finding_ledger")[-1]


def clean(county: County) -> bool:
    """Whether nothing is stuck and no message has missed its case."""
    dead = county.rows(select(Message.name, Message.reason).where(Message.state == "dead"))
    return county.incidents() == [] and dead == []


def begun(county: County, *rows: dict[str, object], source: str = "review") -> list[str]:
    """Numbers of findings whose letters have been acknowledged."""
    case = do.imported(county, list(rows), source)
    do.confirmed(county, case)
    do.acknowledged(county)
    return [f"{case.row.number}-{n:03d}" for n in range(1, len(rows) + 1)]


def submitted(county: County, number: str) -> None:
    """CH01 sends its measures; nobody has decided on them yet."""
    own, office = rectification(county, number), county.person("CH01-011")
    plan = {"cause": "同前", "steps": [{"step": "同前"}], "responsible": "CH01-011", "targetOn": "2026-10-20"}
    office.complete(own.task("measures_plan"), "submit", plan)
    county.person("CH01-001").complete(own.task("sign_measures"), "agree")
    county.work()


def test_a_finding_goes_its_whole_way(both: County) -> None:
    """One letter for each unit, terms by the table, outside letters, and a look-back that is drawn from a kept seed."""
    county = both
    first, second = begun(county, row(1, "CH01", repeated=True), row(2, "柳塘分院", onSpot=True))
    assert [case.row.number[-3:] for case in county.cases("finding_notice")] == ["Z01", "Z02"]
    assert finding(county, first).variables["dueOn"] == "2026-11-11"
    assert finding(county, second).variables["dueOn"] == "2026-10-15"
    do.rectified(county, first)
    # Quality control says no once: the institution begins again, and its leader's opinion stands in the task.
    do.planned(county, second)
    do.proven(county, second)
    do.verified(county, second, "fail")
    assert rectification(county, second).variables["verifyNote"] == "与现场不符"
    county.restart()
    do.rectified(county, second)
    book = ledger(county)
    assert book.variables["ledgerText"] == "共 2 条：已销号 2。"
    assert book.variables["rows"][0]["externalNo"] == "SP-01"
    assert len(book.variables["decisions"]) == 2
    assert [decision["selected"] for decision in book.variables["decisions"]].count(True) == 1
    county.pass_time("P91D")
    looked = [number for number in (first, second) if finding(county, number).open == ["recheck"]]
    assert len(looked) == 1
    county.person(do.QUALITY).complete(finding(county, looked[0]).task("recheck"), "holds", {"recheckNote": "现场抽查 10 份"})
    county.work()
    assert {case.state for case in county.cases()} == {"completed"}
    assert clean(county)


def test_a_list_comes_in_whole_or_not_at_all(county: County) -> None:
    """Every wrong row is told with its number, and nothing of the list is taken in before all are right."""
    rows = [row(1, "CH01"), row(1, "东湖分院"), row(3, "CH02", foundOn="2026-10-11")]
    with pytest.raises(InvalidForm) as refusal:
        do.imported(county, [{**rows[0], "description": None}, *rows[1:]])
    assert [error.path for error in refusal.value.errors] == ["rows.0.description"]
    case = do.imported(county, rows)
    assert case.variables["listProblems"].splitlines() == [
        "第 2 行：对方编号“SP-01”与第 1 行重复。",
        "第 2 行：没有名为“东湖分院”的成员单位，应填机构代码或名称。",
    ]
    assert county.cases("finding") == []
    rows[1] = row(2, "东湾分院")
    county.person(do.QUALITY).complete(case.task("enter_list"), "submit", {"rows": rows})
    # Two rows of one list that say the same are merged when the grades are confirmed; a changed grade needs a reason.
    number = case.row.number
    merged = {"mergeInto": f"{number}-001"}
    do.confirmed(county, case, {}, {**merged, "limitDays": 40}, {"severity": "major", "gradeReason": "屡查屡犯"})
    assert do.inner(county, case, "gradeProblems")[-1] == f"{number}-002：限期的期限应在 1 与 30 天之间，填的是 40。"
    do.confirmed(county, case, {}, {**merged, "limitDays": 15}, {})
    assert ledger(county).variables["ledgerText"] == "共 3 条：整改中 2，已合并 1。"
    do.acknowledged(county)
    assert finding(county, f"{number}-001").variables["sources"] == ["review", f"review（{number}-002）"]
    assert clean(county)


def test_the_ladder_climbs_and_an_extension_moves_it(county: County) -> None:
    """Once, in time, by at most half; then L2 takes points, ten days bring an interview, twenty the discipline."""
    (number,) = begun(county, row(1, "CH01"))
    do.planned(county, number)
    own, case, office = rectification(county, number), finding(county, number), county.person("CH01-011")
    assert case.variables["dueOn"] == "2026-10-27"
    for until, said in (("2026-11-20", "至多延 7 天"), ("2026-11-03", None), ("2026-11-05", "只能延期一次")):
        office.complete(own.task("evidence_task"), "extend", {"extendTo": until}, opinion="设备到货晚")
        county.work()
        if said is None:
            county.person(do.DEPUTY).complete(case.task("decide_extension"), "grant")
            county.work()
        assert (own.variables["refusal"] or "") == "" if said is None else said in own.variables["refusal"]
    assert (case.variables["dueOn"], own.variables["dueOn"]) == ("2026-11-03", "2026-11-03")
    county.pass_time("P20D")
    assert case.variables["deduct"] == 2
    county.pass_time("P7D")
    assert (case.variables["level"], case.variables["deduct"]) == (2, 3)
    county.pass_time("P10D")
    assert case.open == ["interview"]
    county.pass_time("P15D")
    assert case.open == ["discipline", "interview"]
    county.person(do.DISCIPLINE).complete(case.task("discipline"), "done", opinion="已约谈分院院长")
    # What is late can still be done; the interviews have to be held before the finding is over.
    do.proven(county, number)
    do.verified(county, number)
    do.closed(county, number)
    assert ledger(county).variables["settled"] is True
    assert clean(county)


def test_what_the_unit_cannot_do_itself_stops_the_clock(county: County) -> None:
    """A raised matter is counted apart; with the county's answer the term goes on. A person who moves is replaced."""
    (number,) = begun(county, row(1, "CH01"))
    do.planned(county, number)
    own, case, office = rectification(county, number), finding(county, number), county.person("CH01-011")
    county.pass_time("P3D")
    office.complete(own.task("evidence_task"), "raise", {"need": "更换锅炉，需县财政 80 万元"}, opinion="超出本院权限")
    county.work()
    county.person(do.DEPUTY).complete(case.task("accept_matter"), "accept")
    county.work()
    assert ledger(county).variables["counts"]["raised"] == 1
    assert (own.open, case.open) == ([], ["matter_letter"])
    county.pass_time("P60D")
    assert (case.variables["overdue"], case.variables["deduct"]) == (False, 2)
    county.person(do.OFFICE).complete(
        case.task("matter_letter"), "answered", {"matterLetterNo": "澄财函〔2026〕21号"}, opinion="已列支"
    )
    county.work()
    assert (case.variables["dueOn"], own.variables["dueOn"]) == ("2026-12-26", "2026-12-26")
    assert ledger(county).variables["counts"]["raised"] == 0
    office.complete(own.task("evidence_task"), "reassign", {"newResponsible": "CH01-003"}, opinion="原责任人下派")
    county.work()
    assert "责任人由 CH01-011 换为 CH01-003" in case.variables["progress"][-1]["text"]
    county.person("CH01-003").claim(own.task("evidence_task"))
    county.pass_time("P14D")
    assert case.variables["level"] == 1
    assert clean(county)


def test_two_findings_of_the_same_thing_become_one(county: County) -> None:
    """Two lists name one thing: the second goes into the first, which keeps both sources; a number that nobody has comes back."""
    (first,) = begun(county, row(1, "CH01"))
    second, third = begun(county, row(7, "CH01"), row(8, "CH01"), source="tour")
    submitted(county, second)
    do.approve(county, second, "merge", mergeInto="WT2099CH0000009-001")
    assert finding(county, second).open == []
    county.pass_time("PT1H")
    assert finding(county, second).variables["mergeProblem"] == "没有编号为“WT2099CH0000009-001”的在办问题。"
    do.approve(county, second, "merge", mergeInto=first)
    assert finding(county, first).variables["sources"] == ["review", f"tour（{second}）"]
    assert (rectification(county, second).state, finding(county, second).state) == ("completed", "completed")
    assert ledger(county).variables["rows"][0]["mergeInto"] == first
    # What proves to be no finding is revoked with a reason, and stays visible in the ledger.
    submitted(county, third)
    do.approve(county, third, "revoke")
    assert ledger(county).variables["ledgerText"] == "共 2 条：已合并 1，已撤销 1。"
    assert {rectification(county, third).state, finding(county, third).state, ledger(county).state} == {"completed"}
    assert county.incidents() == []


def test_a_long_one_is_let_go_by_the_ledger_and_reports_every_month(county: County) -> None:
    """The vice president approves it as long-term; it is twice refused, and the other side refuses once, before it is closed."""
    (number,) = begun(county, row(1, "CH01", beyond=True))
    own, case, office = rectification(county, number), finding(county, number), county.person("CH01-011")
    assert (case.variables["termType"], case.variables["dueOn"]) == ("long", "2027-04-10")
    submitted(county, number)
    do.approve(county, number, "long")
    assert ledger(county).variables["ledgerText"] == "共 1 条：长期整改 1。"
    assert ledger(county).variables["settled"] is True
    county.pass_time("P32D")
    assert own.open == ["evidence_task", "monthly_progress"]
    report = {"percent": 30, "progressText": "图纸已审"}
    office.complete(own.task("monthly_progress"), "report", report)
    county.work()
    assert (case.variables["progress"][-1]["percent"], case.variables["progress"][-1]["text"]) == (30, "图纸已审")
    do.proven(county, number)
    do.verified(county, number, "fail")
    submitted(county, number)
    do.approve(county, number)
    do.proven(county, number)
    do.verified(county, number, "fail")
    assert case.open == ["third_level"]
    county.person(do.DEPUTY).complete(case.task("third_level"), "order", opinion="已约谈")
    county.work()
    submitted(county, number)
    do.approve(county, number)
    do.proven(county, number)
    do.verified(county, number)
    do.closed(county, number, letter=False)
    refusal = {"extLetterNo": "市评审复〔2026〕4号", "extLetterOn": "2026-10-12"}
    county.person(do.OFFICE).complete(case.task("external_letter"), "refuse", refusal, opinion="须现场复核")
    county.work()
    assert case.open == ["third_level"]
    county.person(do.DEPUTY).complete(case.task("third_level"), "order", opinion="再改")
    county.work()
    assert own.variables["verifyNote"] == "须现场复核"
    submitted(county, number)
    do.approve(county, number)
    do.proven(county, number)
    do.verified(county, number)
    do.closed(county, number)
    assert ledger(county).variables["ledgerText"] == "共 1 条：已销号 1。"
    assert clean(county)


def test_what_a_system_detects_becomes_one_finding(county: County) -> None:
    """A rule that fires twice for one institution opens one case; the second message is told to the desk."""
    found = {"institution": "CH06", "unit": "北渡分院", "rule": "referralTimeout", "basis": "转诊及时率连续两月不达标"}
    detected = {**found, "description": "转诊审核多次超时", "category": "service"}
    for _ in range(2):
        county.send("FindingDetected", business_key="referralTimeout-CH06", to="CH00", payload=detected)
        county.work()
    (case,) = county.cases("finding_import")
    do.confirmed(county, case)
    do.acknowledged(county)
    number = "XT-referralTimeout-CH06-202610120900-001"
    assert finding(county, number).variables["severity"] == "major"
    assert rectification(county, number).open == ["measures_plan"]
    assert [row.reason for row in county.rows(select(Message.reason).where(Message.state == "dead"))] == ["already-started"]


def test_fabricated_evidence_opens_every_closed_finding_of_the_unit_again(county: County) -> None:
    first, second, other, red = begun(county, row(1, "CH01"), row(2, "CH01"), row(3, "CH02"), row(4, "CH02", risk=True))
    assert finding(county, red).open == ["red_notice"]
    for number in (first, other):
        do.rectified(county, number)
    # Both parts of a finding with an assisting department are handed in before the evidence.
    do.planned(county, second, assists=[{"dept": "药房", "person": "CH01-003"}])
    own = rectification(county, second)
    assert own.open == ["assist"]
    county.person("CH01-003").complete(own.task("assist"), "done", opinion="药房已整改")
    do.proven(county, second)
    do.verified(county, second, "fabricated")
    assert finding(county, first).open == ["recheck"]
    assert finding(county, other).open == []
    assert finding(county, second).open == ["fabrication"]
    do.planned(county, second)
    assert own.open == ["assist"] or own.open == ["evidence_task"]
    assert clean(county)


def test_fabricated_evidence_reaches_other_ledgers_and_what_was_over(county: County) -> None:
    """Closed findings of the unit are looked at again at once: in a ledger that is open, and where the case had ended."""
    (over,) = begun(county, row(1, "CH01"))
    do.rectified(county, over)
    county.pass_time("P91D")
    if finding(county, over).open == ["recheck"]:
        county.person(do.QUALITY).complete(finding(county, over).task("recheck"), "holds", {"recheckNote": "没有反弹"})
        county.work()
    assert (finding(county, over).state, ledger(county).state) == ("completed", "completed")
    mine, other = begun(county, row(2, "CH01"), row(3, "CH02"))
    for number in (mine, other):
        do.rectified(county, number, target=str(finding(county, number).variables["dueOn"]))
    (caught,) = begun(county, row(4, "CH01"))
    do.planned(county, caught, target=str(finding(county, caught).variables["dueOn"]))
    do.proven(county, caught)
    do.verified(county, caught, "fabricated")
    assert (finding(county, mine).open, finding(county, other).open) == (["recheck"], [])
    case = finding(county, caught)
    assert case.open == ["fabrication", "recheck_ended"]
    assert [found["findingNo"] for found in case.variables["endedRows"]] == [over]
    quality = county.person(do.QUALITY)
    with pytest.raises(InvalidForm):
        quality.complete(case.task("recheck_ended"), "done", {"endedRows": [{"verdict": "relapsed"}]})
    quality.complete(case.task("recheck_ended"), "done", {"endedRows": [{"verdict": "relapsed", "note": "又缺记录"}]})
    county.work()
    # It comes back under its own number, heavier, with a letter of its own.
    do.acknowledged(county)
    again = finding(county, over)
    assert (again.state, again.variables["severity"], again.variables["relapses"], again.variables["deduct"]) == (
        "active",
        "major",
        1,
        4,
    )
    assert ledger(county).variables["ledgerText"] == "共 1 条：整改中 1。复发 1 次。"
    do.rectified(county, over, target=str(again.variables["dueOn"]), letter=False)
    assert clean(county)


@pytest.mark.timeout(300)
def test_forty_one_findings_of_which_some_merge_split_and_come_back(county: County) -> None:
    """Seven letters, different terms, 1 merged, 1 split, 2 relapsed after all were closed, and the engine killed twice inside."""
    units = ("CH01", "CH02", "CH03", "CH05", "CH06", "CH07", "CH08")
    kinds: list[dict[str, object]] = [{}, {"onSpot": True}, {"repeated": True}, {"beyond": True}, {"advice": True}]
    case = do.imported(county, [row(n, units[n % 7], **kinds[n % 5]) for n in range(1, 42)])
    number = {n: f"{case.row.number}-{n:03d}" for n in range(1, 42)}
    do.confirmed(county, case, *({"mergeInto": number[34]} if n == 41 else {} for n in range(1, 42)))
    letters = do.acknowledged(county)
    assert [letter.row.number for letter in letters] == [f"{case.row.number}-Z{n:02d}" for n in range(1, 8)]
    assert sum(len(letter.variables["findings"]) for letter in letters) == 40
    terms = {finding(county, number[n]).variables["dueOn"] for n in range(1, 6)}
    assert terms == {"2026-10-15", "2026-10-26", "2026-10-27", "2026-11-11", "2027-04-10"}
    book = ledger(county)
    for n in range(1, 41):
        if n == 20:
            county.restart()
        do.planned(county, number[n])
        do.proven(county, number[n])
        if n == 12:
            do.verified(county, number[n], "partial", rest="二楼药房仍未整改", restDays=20)
        else:
            do.verified(county, number[n])
        do.closed(county, number[n])
    child = f"{number[12]}.1"
    assert book.variables["ledgerText"] == "共 42 条：整改中 1，已销号 40，已合并 1。"
    assert book.variables["decisions"] == []
    do.rectified(county, child)
    assert book.variables["counts"] == {
        "total": 42,
        "open": 0,
        "closed": 41,
        "long": 0,
        "merged": 1,
        "revoked": 0,
        "raised": 0,
        "relapses": 0,
    }
    drawn = [decision["findingNo"] for decision in book.variables["decisions"] if decision["selected"]]
    assert (len(book.variables["decisions"]), len(drawn)) == (41, 13)
    county.restart()
    county.pass_time("P91D")
    rechecks = [finding(county, name) for name in drawn]
    assert {tuple(found.open) for found in rechecks} == {("recheck",)}
    for found in rechecks[2:]:
        county.person(do.QUALITY).complete(found.task("recheck"), "holds", {"recheckNote": "现场查看，没有反弹"})
    for found in rechecks[:2]:
        before = found.variables["deduct"]
        county.person(do.QUALITY).complete(found.task("recheck"), "relapsed", opinion="又出现同样问题")
        county.work()
        assert (found.variables["relapses"], found.variables["deduct"]) == (1, 2 * before)
        if found.variables["severity"] == "red":
            county.person(do.DISCIPLINE).complete(found.task("red_notice"), "done", opinion="已知悉")
    assert book.variables["counts"] == {
        "total": 42,
        "open": 2,
        "closed": 39,
        "long": 0,
        "merged": 1,
        "revoked": 0,
        "raised": 0,
        "relapses": 2,
    }
    for found in rechecks[:2]:
        target = found.variables["dueOn"]
        do.rectified(county, str(found.row.number), target)
    assert book.variables["ledgerText"] == "共 42 条：已销号 41，已合并 1。复发 2 次。"
    county.pass_time("P61D")
    for found in rechecks[:2]:
        county.person(do.QUALITY).complete(found.task("recheck"), "holds")
    county.work()
    assert {found.state for found in county.cases()} == {"completed"}
    assert len(county.cases("finding")) == 41
    assert clean(county)
