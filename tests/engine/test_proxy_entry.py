"""A clerk enters what an institution without a system has sent (代录): to what waits for it, with both times and the letter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from engine.commands.organisation import PutInstitution
from engine.commands.proxy_entry import AttachLetter, EnterMessage, ReadLetter
from engine.commands.proxy_start import EnterStart
from engine.errors import Conflict, EngineError, Invalid, InvalidForm, NotAllowed, NotFound
from engine.queries.audit import VerifyAudit
from engine.queries.awaited import ListAwaitedMessages, ListStartMessages
from engine.queries.timeline import GetTimeline
from engine.store.tables import AuditEntry, Message
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.models import END, START
from tests.forms.pictures import jpeg, pdf

ANSWER = (
    '<receiveTask id="wait" name="等对方答复" messageRef="m1"><extensionElements><liandong:receive>'
    '<liandong:correlate name="no" value="${no}"/><liandong:accept name="bed"/><liandong:accept name="ok"/>'
    "</liandong:receive></extensionElements></receiveTask>"
)
COPY = '<liandong:copy rule="post" post="BR_GP" institution="CH01"/>'


@pytest.fixture
def case(county: County) -> CaseView:
    """A case of the lead hospital's referral centre that waits for an answer; CH02 has no system."""
    ask, read = user_task("ask", COPY, post="REF_CTR"), user_task("read", post="REF_CTR")
    model = process("p", START, ask, ANSWER, read, END, flows="s > ask > wait > read > e")
    county.deploy(bpmn(model, extra='<message id="m1" name="Answer"/>'))
    county.execute(PutInstitution(code="CH02", name="柳塘分院", type="21", parent="CH00", integrated=False))
    case = county.run("p", at="CH00", no="7")
    county.person("cen").complete(case.task("ask"))
    county.pass_time(timedelta(hours=3))
    return case


def entry(county: County, case: CaseView, **more: Any) -> EnterMessage:
    (waits,) = county.engine.query(ListAwaitedMessages(instance=case.id), county.person("cen").actor).messages
    said = {"institution": "CH02", "occurred_at": county.clock.now() - timedelta(hours=2), "evidence": "来函〔2026〕7 号"}
    return EnterMessage(instance=case.id, awaited=waits.key, payload={"bed": "12", "ok": True}, **{**said, **more})


def refused(kind: type[EngineError], code: str, act: Any, *args: Any) -> None:
    with pytest.raises(kind) as refusal:
        act(*args)
    assert refusal.value.code == code


def test_a_clerk_enters_what_a_case_waits_for_with_both_times_and_the_letter(county: County, case: CaseView) -> None:
    cen, gan = county.person("cen"), county.person("gan")
    known = county.engine.query(ListAwaitedMessages(instance=case.id), cen.actor)
    assert [(found.name, found.step, found.correlation, found.values) for found in known.messages] == [
        ("Answer", "等对方答复", {"no": "7"}, ("bed", "ok"))
    ]
    assert [place.code for place in known.institutions] == ["CH02"]
    assert county.engine.query(ListAwaitedMessages(instance=case.id), gan.actor).messages == (), "he enters for nobody"

    wish = entry(county, case)
    done = cen.do(wish)
    assert (done.state, case.open, case.variables["bed"], case.variables["ok"]) == ("delivered", ["read"], "12", True)
    message = county.row(select(Message.occurred_at, Message.sent_at, Message.entered_by, Message.channel, Message.evidence))
    assert (message.occurred_at, message.sent_at) == (wish.occurred_at, county.clock.now())
    assert (message.entered_by, message.channel, message.evidence) == (cen.key, "PROXY_ENTRY", "来函〔2026〕7 号")

    letter = AttachLetter(instance=case.id, message=UUID(str(done.message)), name="来函.exe", content=pdf())
    refused(NotFound, "instance-not-found", county.person("liu").do, letter)
    refused(NotAllowed, "not-entry-post", gan.do, letter)
    refused(Invalid, "attachment-type", cen.do, AttachLetter(**{**vars(letter), "content": b"MZ" * 50}))
    cen.do(letter)
    cen.do(letter)
    refused(Conflict, "letter-there", cen.do, AttachLetter(**{**vars(letter), "content": jpeg()}))
    (line,) = county.engine.query(ListAwaitedMessages(instance=case.id), gan.actor).letters
    assert (line.name, line.institution, line.occurred_at) == ("来函.exe.pdf", "柳塘分院", wish.occurred_at)
    assert gan.do(ReadLetter(instance=case.id, letter=line.id)).content == pdf()
    refused(NotFound, "instance-not-found", county.person("liu").do, ReadLetter(instance=case.id, letter=line.id))
    refused(NotFound, "letter-not-found", gan.do, ReadLetter(instance=case.id, letter=uuid4()))

    told = [(item.title, item.detail, item.person) for item in county.engine.query(GetTimeline(instance=case.id), gan.actor)]
    assert (
        "收到柳塘分院的消息：等对方答复",
        "岑芯·演示代录，实际发生于 2026-03-02 11:00，依据：来函〔2026〕7 号",
        "岑芯·演示",
    ) in told
    assert ("附上来函：来函.exe.pdf", None, "岑芯·演示") in told
    acts = [
        row.action
        for row in county.rows(select(AuditEntry.action).where(AuditEntry.instance == case.key).order_by(AuditEntry.key))
    ]
    assert acts[-2:] == ["letter-attached", "letter-read"]
    assert county.engine.query(VerifyAudit()).faults == ()


def test_what_cannot_be_entered_is_refused_and_changes_nothing(county: County, case: CaseView) -> None:
    cen = county.person("cen")
    now = county.clock.now()
    refused(NotAllowed, "not-entry-post", county.person("gan").do, entry(county, case))
    refused(NotFound, "instance-not-found", county.person("liu").do, entry(county, case))
    refused(Conflict, "institution-integrated", cen.do, entry(county, case, institution="CH01"))
    refused(Invalid, "unknown-institution", cen.do, entry(county, case, institution="CH77"))
    refused(InvalidForm, "invalid-form", cen.do, entry(county, case, occurred_at=now))
    refused(InvalidForm, "invalid-form", cen.do, entry(county, case, occurred_at=now - timedelta(days=1)))
    refused(InvalidForm, "invalid-form", cen.do, entry(county, case, evidence=" "))
    strange = entry(county, case)
    refused(Invalid, "message-value", cen.do, EnterMessage(**{**vars(strange), "payload": {"starter": "1"}}))
    refused(Conflict, "not-awaited", cen.do, EnterMessage(**{**vars(strange), "awaited": 1}))
    assert (case.open, county.rows(select(Message.key))) == ([], [])
    cen.do(strange)
    assert case.open == ["read"]
    refused(Conflict, "not-awaited", cen.do, strange)


RECEIVED = (
    '<startEvent id="s" name="收到申请"><extensionElements><liandong:receive>'
    '<liandong:correlate name="kind" value="emergency"/><liandong:correlate name="no" value="${no}"/>'
    '<liandong:accept name="no"/><liandong:accept name="patient"/>'
    '<liandong:accept name="fromInst"/></liandong:receive></extensionElements>'
    '<messageEventDefinition messageRef="m2"/></startEvent>'
)


def test_a_clerk_enters_what_starts_a_case_of_her_own_hospital(county: County) -> None:
    """A clinic without a system calls: the centre's case begins, with both times, the evidence and the letter."""
    model = process("intake", RECEIVED, user_task("look", post="REF_CTR"), END, flows="s > look > e")
    county.deploy(bpmn(model, extra='<message id="m2" name="Request"/>'))
    county.execute(PutInstitution(code="CH02", name="柳塘分院", type="21", parent="CH00", integrated=False))
    cen, gan, called = county.person("cen"), county.person("gan"), county.clock.now() - timedelta(minutes=40)
    assert county.engine.query(ListStartMessages(), gan.actor).messages == (), "he enters for nobody"
    known = county.engine.query(ListStartMessages(), cen.actor)
    (start,) = known.messages
    assert (start.name, start.needed, start.values) == ("Request", ("no",), ("no", "patient"))
    assert ([place.code for place in known.institutions], [place.code for place in known.receivers]) == (["CH02"], ["CH00"])
    said: dict[str, Any] = {"start": start.key, "institution": "CH02", "to": "CH00", "occurred_at": called, "number": "柳-7"}
    said |= {"evidence": "电话，柳塘村医", "payload": {"no": "7", "patient": "林小满·演示"}}
    for kind, code, change in (
        (NotAllowed, "not-entry-post", {"to": "CH01"}),
        (NotFound, "no-start", {"start": 1}),
        (Conflict, "institution-integrated", {"institution": "CH01"}),
        (InvalidForm, "invalid-form", {"evidence": " "}),
        (InvalidForm, "invalid-form", {"occurred_at": county.clock.now()}),
        (InvalidForm, "invalid-form", {"occurred_at": called - timedelta(days=400)}),
        (Invalid, "message-value", {"payload": {"no": "7", "starter": "1"}}),
        (Invalid, "message-value-missing", {"payload": {"patient": "林小满·演示"}}),
    ):
        refused(kind, code, cen.do, EnterStart(**said | change))
    refused(NotAllowed, "not-entry-post", gan.do, EnterStart(**said))
    assert (county.rows(select(Message.key)), county.cases()) == ([], [])

    done = cen.do(EnterStart(**said))
    case = county.case(done.instance)
    assert (done.state, case.open, case.variables["patient"]) == ("delivered", ["look"], "林小满·演示")
    assert (case.row.occurred_at, case.row.started_at, case.row.number) == (called, county.clock.now(), "柳-7")
    assert case.variables["fromInst"] == "CH02"
    refused(Conflict, "start-not-taken", cen.do, EnterStart(**said))
    assert len(county.cases()) == 1, "the same paper does not begin a second case"
    cen.do(AttachLetter(instance=case.id, message=UUID(str(done.message)), name="传真.pdf", content=pdf()))
    told = [(item.title, item.detail, item.person) for item in county.engine.query(GetTimeline(instance=case.id), cen.actor)]
    words = "岑芯·演示代录，实际发生于 2026-03-02 09:20，依据：电话，柳塘村医"
    assert ("收到柳塘分院的消息：收到申请", words, "岑芯·演示") in told
    assert county.engine.query(VerifyAudit()).faults == ()
