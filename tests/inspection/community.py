"""The demo community with the supervision inspection deployed, and what its people do with findings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from cli.demo import load_demo
from cli.library import LIBRARY, read_folder
from engine.clock import VirtualClock
from engine.commands.attachment import AddAttachment
from engine.commands.deployment import Deploy
from engine.store.tables import ProcessDefinition, ProcessInstance, Variable
from engine.testing import CaseView, County

MONDAY = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)
"""A working day after the October holidays, nine o'clock in China."""
PRESIDENT, DEPUTY, OFFICE, QUALITY, DISCIPLINE = "CH00-001", "CH00-003", "CH00-039", "CH00-064", "CH00-091"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
"""One grey dot."""


def prepared(url: str) -> County:
    """A store with the demo community and the inspection."""
    county = County(url, clock=VirtualClock(MONDAY), demo=True)
    load_demo(county.engine)
    county.execute(Deploy(name="inspection", resources=read_folder(LIBRARY / "inspection")))
    return county


def row(number: int, unit: str, **more: Any) -> dict[str, Any]:
    """One line of a list that came from outside."""
    usual = {"category": "quality", "basis": "评审标准 3.2.1", "risk": False, "repeated": False, "onSpot": False}
    found = {"externalNo": f"SP-{number:02d}", "unit": unit, "description": f"第 {number} 个问题：病历书写不及时"}
    return {**usual, "beyond": False, "advice": False, **found, **more}


def imported(county: County, rows: Sequence[dict[str, Any]], source: str = "review") -> CaseView:
    """A list that was entered; its grades wait to be confirmed."""
    quality = county.person(QUALITY)
    case = quality.start("finding_import")
    head = {"source": source, "confirmer": "市级评审专家组", "letterNo": "市评审〔2026〕8号"}
    quality.complete(case.task("enter_list"), "submit", {**head, "rows": list(rows)})
    county.work()
    return case


def confirmed(county: County, case: CaseView, *changes: dict[str, Any]) -> None:
    """The grades are confirmed, with changes to the first rows."""
    county.person(QUALITY).complete(case.task("grade"), "confirm", {"findings": list(changes)} if changes else {})
    county.work()


def finding(county: County, number: str) -> CaseView:
    """The newest case that quality control has of a finding."""
    return _case(county, "finding", number)


def rectification(county: County, number: str) -> CaseView:
    """The newest case that the institution has of a finding."""
    return _case(county, "finding_unit", number)


def _case(county: County, process: str, number: str) -> CaseView:
    wanted = (ProcessDefinition.process_id == process, ProcessInstance.number == number)
    found = select(ProcessInstance.id).join(ProcessDefinition, ProcessDefinition.key == ProcessInstance.definition).where(*wanted)
    return county.case(county.rows(found.order_by(ProcessInstance.key))[-1].id)


def acknowledged(county: County) -> list[CaseView]:
    """Every letter that waits is acknowledged by the office of its institution."""
    letters = [case for case in county.cases("finding_notice") if case.open == ["receipt"]]
    for case in letters:
        county.person(f"{code_of(county, case)}-011").complete(case.task("receipt"), "receive")
    county.work()
    return letters


def inner(county: County, case: CaseView, name: str) -> list[Any]:
    """The values of a variable in all scopes of a case, such as called processes', the oldest scope first."""
    found = select(Variable.value).where(Variable.instance == case.key, Variable.name == name)
    return [row.value for row in county.rows(found.order_by(Variable.scope))]


def code_of(county: County, case: CaseView) -> str:
    """Code of the institution that owns a case."""
    return next(code for code in ("CH09", *(f"CH0{n}" for n in range(1, 9))) if county.institution(code) == case.row.institution)


def planned(county: County, number: str, target: str = "2026-10-15", **more: Any) -> None:
    """The institution writes its measures, its director signs, quality control agrees."""
    own = rectification(county, number)
    code = code_of(county, own)
    plan = {"cause": "培训不到位", "steps": [{"step": "组织培训"}], "responsible": f"{code}-011", "targetOn": target, **more}
    county.person(f"{code}-011").complete(own.task("measures_plan"), "submit", plan)
    county.person(f"{code}-001").complete(own.task("sign_measures"), "agree")
    county.work()
    approve(county, number)


def approve(county: County, number: str, outcome: str = "approve", **more: Any) -> None:
    """Quality control, or the vice president for a long one, decides on the measures."""
    case = finding(county, number)
    leader = DEPUTY if case.variables["termType"] == "long" else QUALITY
    opinion = None if outcome == "approve" else "见附件"
    county.person(leader).complete(case.task("approve_measures"), outcome, more, opinion=opinion)
    county.work()


def proven(county: County, number: str) -> None:
    """The institution hands in its evidence."""
    own = rectification(county, number)
    office = county.person(f"{code_of(county, own)}-011")
    task = own.task("evidence_task")
    photo = office.do(AddAttachment(task=task.id, id=uuid4(), field="evidence", name="整改后.png", content=PNG))
    office.complete(task, "submit", {"evidenceText": "已完成整改", "evidence": [str(photo.id)]})
    county.work()


def verified(county: County, number: str, outcome: str = "pass", **more: Any) -> None:
    """Quality control looks at the evidence."""
    opinion = None if outcome == "pass" else "与现场不符"
    county.person(QUALITY).complete(finding(county, number).task("verify"), outcome, more, opinion=opinion)
    county.work()


def closed(county: County, number: str, letter: bool = True) -> None:
    """The leader agrees; of an outside finding, the other side's letter is entered."""
    case = finding(county, number)
    leader = PRESIDENT if case.variables["severity"] in ("red", "major") else DEPUTY
    county.person(leader).complete(case.task("strike_off"), "approve")
    county.work()
    if letter:
        reply = {"extLetterNo": "市评审复〔2026〕3号", "extLetterOn": "2026-10-12"}
        county.person(OFFICE).complete(case.task("external_letter"), "confirm", reply)
        county.work()


def rectified(county: County, number: str, target: str = "2026-10-15", letter: bool = True) -> None:
    """A finding from its measures to its closure."""
    planned(county, number, target)
    proven(county, number)
    verified(county, number)
    closed(county, number, letter)
