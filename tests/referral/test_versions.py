"""A chain of four levels gives way to one of three while referrals run: each goes on, by the old version or the new."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree
from sqlalchemy import select

from cli.library import LIBRARY, read_folder
from engine.commands.batch import StartBatch
from engine.commands.deployment import Deploy
from engine.queries.operated import PreviewMigration
from engine.store.tables import BatchItem, ProcessDefinition, ProcessInstance
from engine.testing import CaseView, County
from tests.referral.referrals import CLERK, CONSENT, DOCTOR, PATIENT

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
OPERATOR = "CH00-037"
MAPPING = {"county_audit": "internal_audit"}


def four_levels(files: dict[str, bytes]) -> dict[str, bytes]:
    """The library with a second audit behind the branch's own."""
    tree = etree.fromstring(files["referral.bpmn"])
    audit = next(node for node in tree.iter(BPMN + "userTask") if node.get("id") == "internal_audit")
    second = deepcopy(audit)
    second.set("id", "county_audit")
    second.set("name", "县级审核")
    for flow in [node for node in second if node.tag in (BPMN + "incoming", BPMN + "outgoing")]:
        second.remove(flow)
    audit.addnext(second)
    passed = next(node for node in tree.iter(BPMN + "sequenceFlow") if node.get("id") == "f_gw_audited__mark_sent")
    on = deepcopy(passed)
    passed.set("targetRef", "county_audit")
    on.set("id", "f_county_audit__mark_sent")
    on.set("sourceRef", "county_audit")
    passed.addnext(on)
    return {**files, "referral.bpmn": etree.tostring(tree)}


def at(county: County, step: str) -> CaseView:
    """A referral that waits at a step."""
    doctor, clerk = county.person(DOCTOR), county.person(CLERK)
    case = doctor.start("referral_from")
    patient = {**PATIENT, "idType": "03", "idNo": f"E{case.row.number[-8:]}"}
    if step != "draft":
        doctor.complete(case.task("draft"), "submit", patient)
    if step not in ("draft", "consent"):
        doctor.complete(case.task("consent"), "agree", CONSENT)
    if step in ("county_audit", "await_reply"):
        clerk.complete(case.task("internal_audit"), "pass")
    if step == "await_reply":
        clerk.complete(case.task("county_audit"), "pass")
    county.work()
    assert case.open == [step]
    return case


def version(county: County, case: CaseView) -> int:
    """The version that a case runs on."""
    wanted = select(ProcessDefinition.version).join(ProcessInstance, ProcessInstance.definition == ProcessDefinition.key)
    return int(county.scalar(wanted.where(ProcessInstance.id == case.id)))


def test_open_referrals_of_four_levels_move_to_three_with_a_report_or_run_on(county: County) -> None:
    files = dict(read_folder(LIBRARY / "referral"))
    county.execute(Deploy(name="referral", resources=four_levels(files)))
    steps = ("draft", "consent", "internal_audit", "county_audit", "await_reply") * 2
    cases = [at(county, step) for step in steps]
    numbers = [case.row.number for case in cases]
    county.execute(Deploy(name="referral", resources=files))
    old, new = version(county, cases[0]), version(county, cases[0]) + 1
    it = county.person(OPERATOR, "operations")

    # The report says beforehand which step has no counterpart, and that the mapping gives it one.
    look = county.engine.query(PreviewMigration(instance=cases[3].id, version=new), it.actor)
    assert not look.migratable
    assert any("county_audit" in str(line) for line in look.lines)
    assert county.engine.query(PreviewMigration(instance=cases[3].id, version=new, mapping=MAPPING), it.actor).migratable

    # All but one move; a batch without the mapping moves the others and says which stayed and why.
    kept, moving = cases[8], [case for case in cases if case is not cases[8]]
    made = it.do(StartBatch(kind="migrate", reason="四级改三级", instances=[c.id for c in moving], parameters={"version": new}))
    county.work()
    items = county.rows(select(BatchItem.state, BatchItem.code).order_by(BatchItem.key))
    assert [row.state for row in items] == ["done"] * 3 + ["failed"] + ["done"] * 5
    assert items[3].code == "not-migratable"
    it.do(
        StartBatch(kind="migrate", reason="四级改三级", instances=[cases[3].id], parameters={"version": new, "mapping": MAPPING})
    )
    county.work()
    assert made.total == 9
    assert [version(county, case) for case in cases] == [new] * 8 + [old, new]
    assert [case.row.number for case in cases] == numbers
    after = [step if step != "county_audit" else "internal_audit" for step in steps]
    after[8] = "county_audit"
    assert [case.open for case in cases] == [[step] for step in after]

    # The one that was moved is audited once more and goes on; the one that stayed ends its fourth level first.
    clerk = county.person(CLERK)
    clerk.complete(cases[3].task("internal_audit"), "pass")
    clerk.complete(kept.task("county_audit"), "pass")
    county.work()
    assert (cases[3].open, kept.open) == (["await_reply"], ["await_reply"])
    assert {case.open[0] for case in county.cases("referral_centre")} == {"dispatch"}
    assert len(county.cases("referral_centre")) == 4
    assert not county.incidents()
