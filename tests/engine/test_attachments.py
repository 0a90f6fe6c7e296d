"""Attachments: whose they are before and after a task is completed, where messages take them, and what is kept of them."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select, text, update

from engine.commands.attachment import AddAttachment, PurgeAttachments, ReadAttachment, ReadEnclosure, RemoveAttachment
from engine.commands.taking_back import TakeBackTask
from engine.errors import Conflict, EngineError, Invalid, InvalidForm, NotAllowed, NotFound
from engine.queries.audit import VerifyAudit
from engine.queries.case_document import PrintCase
from engine.queries.task_detail import GetTask
from engine.queries.timeline import GetTimeline
from engine.store.tables import Attachment, AttachmentPart, AuditEntry, CaseAttachment, Participant
from engine.store.tables.attachment import OPINION
from engine.testing import CaseView, County, Someone, bpmn, process, user_task
from tests.engine.models import END, START, STARTER
from tests.forms.pictures import jpeg, pdf, png

PAPERS = json.dumps(
    {
        "type": "default",
        "id": "papers",
        "components": [
            {"type": "textfield", "key": "name", "label": "姓名"},
            {"type": "filepicker", "key": "consent", "label": "同意书", "accept": ".jpg,.pdf"},
            {"type": "filepicker", "key": "papers", "label": "附件", "multiple": True, "properties": {"maxMegabytes": 1}},
        ],
    }
)
FORM = '<liandong:approval mode="pool" form="papers"/>'
SEND = (
    '<sendTask id="hand_over" messageRef="m1"><extensionElements><liandong:send to="CH00" businessKey="${no}">'
    '<liandong:correlate name="no" value="${no}"/><liandong:payload name="no"/><liandong:payload name="papers"/>'
    "</liandong:send></extensionElements></sendTask>"
)
GIVEN = '<startEvent id="s2"><messageEventDefinition id="d2" messageRef="m1"/></startEvent>'


def two_hospitals() -> bytes:
    """A branch fills in `write`, looks at it in `check` without the consent, and hands `papers` over to the lead hospital."""
    fields = '<liandong:fields write="name" hidden="consent"/>'
    sending = process(
        "sending",
        START,
        user_task("write", FORM, post="BR_GP"),
        user_task("check", FORM, fields, post="BR_DIR"),
        SEND,
        END,
        flows="s > write > check > hand_over > e",
    )
    receiving = process(
        "receiving",
        GIVEN,
        user_task("read", FORM, '<liandong:fields write="name"/>', post="REF_CTR"),
        '<endEvent id="e2"/>',
        flows="s2 > read > e2",
    )
    return bpmn(sending, receiving, extra='<message id="m1" name="HandedOver"/>')


@pytest.fixture
def case(county: County) -> CaseView:
    """A case at task `write`."""
    county.deploy(two_hospitals(), papers__form__json=PAPERS)
    return county.run("sending", no="1")


def upload(who: Someone, task: Any, content: bytes, field: str = "papers", name: str = "片子.jpg", id: UUID | None = None) -> str:
    """The id of a file that somebody puts into a field."""
    return str(who.do(AddAttachment(task=task.id, id=id or uuid4(), field=field, name=name, content=content)).id)


def read(who: Someone, task: Any, name: str) -> bytes:
    """What somebody reads through a task."""
    return who.do(ReadAttachment(task=task.id, id=UUID(name))).content


def refused(kind: type[EngineError], code: str, act: Any, *args: Any, **more: Any) -> None:
    with pytest.raises(kind) as refusal:
        act(*args, **more)
    assert refusal.value.code == code


def shown(county: County, who: Someone, task: Any) -> list[str]:
    """Names of the files on the page of a task."""
    return [record.name for record in county.engine.query(GetTask(task=task.id), who.actor).attachments]


def test_a_file_becomes_part_of_the_case_with_the_task(county: County, case: CaseView) -> None:
    gan, guo, dai = (county.person(login) for login in ("gan", "guo", "dai"))
    write = case.task("write")
    big = png(300, 300, note=bytes(range(256)) * 3_000)
    picture = upload(gan, write, big, name="../胸片 1.PNG")
    consent = upload(gan, write, pdf(), "consent", "同意书.pdf")
    assert shown(county, gan, write) == ["胸片 1.png", "同意书.pdf"]
    assert read(gan, write, picture) == big
    refused(NotFound, "attachment-not-found", read, guo, write, picture)
    assert shown(county, guo, write) == []

    gan.complete(write, data={"papers": [picture], "consent": [consent]})

    check = case.task("check")
    assert case.variables["papers"] == [picture]
    assert shown(county, dai, check) == ["胸片 1.png"]
    assert read(dai, check, picture) == big
    assert read(gan, case.seats("write")[0], consent) == pdf()
    assert county.scalar(select(func.count()).select_from(AttachmentPart)) == 4


def test_what_a_step_hides_cannot_be_read_through_it(county: County, case: CaseView) -> None:
    gan, dai = county.person("gan"), county.person("dai")
    write = case.task("write")
    consent, picture = upload(gan, write, pdf(), "consent"), upload(gan, write, jpeg())
    gan.complete(write, data={"consent": [consent], "papers": [picture]})
    check = case.task("check")
    assert "consent" not in county.engine.query(GetTask(task=check.id), dai.actor).data
    refused(NotFound, "attachment-not-found", read, dai, check, consent)
    refused(NotFound, "attachment-not-found", read, dai, check, str(uuid4()))
    refused(NotFound, "task-not-found", read, dai, case.seats("write")[0], consent)
    refused(NotFound, "task-not-found", read, county.person("liu"), check, picture)


def test_a_message_takes_along_what_its_payload_names(county: County, case: CaseView) -> None:
    gan, dai, cen = (county.person(login) for login in ("gan", "dai", "cen"))
    write = case.task("write")
    picture, consent = upload(gan, write, jpeg()), upload(gan, write, pdf(), "consent")
    gan.complete(write, data={"papers": [picture], "consent": [consent]})
    dai.complete(case.task("check"))
    county.work()
    (other,) = county.cases("receiving")
    task = other.task("read")
    assert shown(county, cen, task) == ["片子.jpg"]
    assert read(cen, task, picture) == jpeg()
    refused(NotFound, "attachment-not-found", read, cen, task, consent)
    refused(NotFound, "task-not-found", read, cen, case.seats("write")[0], picture)

    # An institution that is out of the case is shut out of its files at once.
    with county.engine.database.writing() as connection:
        connection.execute(update(Participant).where(Participant.instance == other.row.key).values(until=county.clock.now()))
    refused(NotFound, "task-not-found", read, cen, task, picture)


def test_an_id_that_somebody_else_sends_opens_nothing(county: County, case: CaseView) -> None:
    gan, cen = county.person("gan"), county.person("cen")
    write = case.task("write")
    picture = upload(gan, write, jpeg())
    gan.complete(write, data={"papers": [picture]})

    county.send("HandedOver", to="CH00", correlation={"no": "9"}, payload={"no": "9", "papers": [picture]}, business_key="9")
    county.work()
    (forged,) = county.cases("receiving")
    assert shown(county, cen, forged.task("read")) == []
    refused(NotFound, "attachment-not-found", read, cen, forged.task("read"), picture)

    other = county.run("sending", no="2").task("write")
    with pytest.raises(InvalidForm) as refusal:
        gan.complete(other, data={"papers": [picture]})
    assert [(error.path, error.code) for error in refusal.value.errors] == [("papers", "unknown-attachment")]


@pytest.mark.parametrize(
    ("field", "content", "code"),
    [
        ("papers", b"", "attachment-empty"),
        ("papers", b"MZ\x90\0 this is a program", "attachment-type"),
        ("papers", b"<svg onload='alert(1)'/>", "attachment-type"),
        ("papers", jpeg()[:20], "attachment-damaged"),
        ("papers", png(50_000, 50_000), "attachment-pixels"),
        ("papers", png(note=b"\0" * 1024 * 1024), "attachment-too-large"),
        ("consent", png(), "attachment-type"),
        ("name", jpeg(), "attachment-field"),
        ("nothing", jpeg(), "attachment-field"),
    ],
)
def test_a_file_is_judged_by_its_content_and_its_field(
    county: County, case: CaseView, field: str, content: bytes, code: str
) -> None:
    refused(Invalid, code, upload, county.person("gan"), case.task("write"), content, field, "同意书.jpg")
    assert county.scalar(select(func.count()).select_from(Attachment)) == 0


def test_only_who_may_fill_in_the_task_uploads_to_it(county: County, case: CaseView) -> None:
    gan, guo = county.person("gan"), county.person("guo")
    write = case.task("write")
    refused(NotFound, "task-not-found", upload, county.person("liu"), write, jpeg())
    gan.claim(write)
    refused(Conflict, "task-taken", upload, guo, write, jpeg())
    gan.complete(write)
    refused(Conflict, "task-closed", upload, gan, write, jpeg())
    refused(Invalid, "attachment-field", upload, county.person("dai"), case.task("check"), jpeg(), "consent")


def test_sending_a_file_again_does_no_harm(county: County, case: CaseView) -> None:
    gan, guo, write, name = county.person("gan"), county.person("guo"), case.task("write"), uuid4()
    assert upload(gan, write, jpeg(), id=name) == upload(gan, write, jpeg(), id=name) == str(name)
    assert county.scalar(select(func.count()).select_from(Attachment)) == 1
    refused(Conflict, "attachment-id", upload, gan, write, png(), id=name)
    refused(Conflict, "attachment-id", upload, guo, write, jpeg(), id=name)


def test_an_upload_is_taken_back_by_its_uploader_alone(county: County, case: CaseView) -> None:
    gan, guo, write = county.person("gan"), county.person("guo"), case.task("write")
    picture = upload(gan, write, jpeg())
    guo.do(RemoveAttachment(task=write.id, id=UUID(picture)))
    assert shown(county, gan, write) == ["片子.jpg"]
    for _ in range(2):
        gan.do(RemoveAttachment(task=write.id, id=UUID(picture)))
    assert county.scalar(select(func.count()).select_from(AttachmentPart)) == 0
    with pytest.raises(InvalidForm):
        gan.complete(write, data={"papers": [picture]})


def test_a_case_holds_so_much_and_no_more(county: County, case: CaseView) -> None:
    gan, write = county.person("gan"), case.task("write")
    county.settings["case_attachments"] = 1
    county.restart()
    half = 600 * 1024
    upload(gan, write, png(note=b"a" * half))
    refused(Conflict, "attachment-case-full", upload, gan, write, png(note=b"b" * half))
    other = county.run("sending", no="2").task("write")
    upload(gan, other, png(note=b"b" * half))
    for number in range(29):
        upload(gan, other, png(note=str(number).encode()))
    refused(Conflict, "attachment-count", upload, gan, other, png(note=b"one more"))


def test_every_reading_is_in_the_audit_trail_of_the_case(county: County, case: CaseView) -> None:
    gan, dai, write = county.person("gan"), county.person("dai"), case.task("write")
    picture = upload(gan, write, jpeg())
    gan.complete(write, data={"papers": [picture]})
    check = case.task("check")
    for _ in range(3):
        read(dai, check, picture)
    county.pass_time("PT11M")
    read(dai, check, picture)
    read(gan, case.seats("write")[0], picture)
    entries = select(AuditEntry.person, AuditEntry.object).where(AuditEntry.action == "attachment-read").order_by(AuditEntry.key)
    assert [tuple(row) for row in county.rows(entries)] == [(dai.key, picture), (dai.key, picture), (gan.key, picture)]
    completed = select(AuditEntry.data).where(AuditEntry.action == "complete")
    told = county.scalar(completed)
    assert (told["outcome"], told["attachments"]) == ("done", [picture])
    assert county.engine.query(VerifyAudit()).faults == ()


def test_a_file_that_was_changed_behind_the_engines_back_is_not_handed_out(county: County, case: CaseView) -> None:
    gan, write = county.person("gan"), case.task("write")
    picture = upload(gan, write, jpeg())
    gan.complete(write, data={"papers": [picture]})
    with county.engine.database.writing() as connection:
        connection.execute(update(AttachmentPart).values(content=jpeg(9, 9)))
    refused(Conflict, "attachment-changed", read, gan, case.seats("write")[0], picture)


def test_uploads_that_were_never_sent_are_forgotten(county: County, case: CaseView) -> None:
    gan, write = county.person("gan"), case.task("write")
    sent, left, drafted, loose = (upload(gan, write, png(note=bytes([n]))) for n in range(4))
    county.person("guo")
    gan.draft(write, {"papers": [sent, drafted]})
    county.execute(PurgeAttachments())
    assert county.scalar(select(func.count()).select_from(Attachment)) == 4
    county.pass_time("P1D")
    county.execute(PurgeAttachments())
    assert {str(row.id) for row in county.rows(select(Attachment.id))} == {sent, drafted}
    assert {left, loose}.isdisjoint({str(row.id) for row in county.rows(select(Attachment.id))})
    gan.complete(write, data={"papers": [sent]})
    county.execute(PurgeAttachments())
    assert [str(row.id) for row in county.rows(select(Attachment.id))] == [sent]
    assert county.scalar(select(func.count()).select_from(CaseAttachment)) == 1
    assert county.scalar(select(Attachment.sha256)) == hashlib.sha256(png(note=b"\0")).hexdigest()


def test_uploads_that_drafts_keep_hide_no_others(county: County, case: CaseView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.commands.attachment.PURGED_AT_ONCE", 1)
    gan, write = county.person("gan"), case.task("write")
    drafted = upload(gan, write, png(note=b"kept"))
    upload(gan, write, png(note=b"left"))
    gan.draft(write, {"papers": [drafted]})
    county.pass_time("P1D")
    county.execute(PurgeAttachments())
    assert [str(row.id) for row in county.rows(select(Attachment.id))] == [drafted]


def test_a_refused_submission_leaves_uploads_as_they_were(county: County, case: CaseView) -> None:
    gan, write = county.person("gan"), case.task("write")
    picture = upload(gan, write, jpeg())
    with pytest.raises(InvalidForm):
        gan.complete(write, data={"papers": [picture], "name": "长" * 2_000})
    assert county.scalar(select(Attachment.submitted_at)) is None
    assert county.scalar(select(func.count()).select_from(CaseAttachment)) == 0
    assert shown(county, gan, write) == ["片子.jpg"]


def test_the_system_uploads_nothing(county: County, case: CaseView) -> None:
    command = AddAttachment(task=case.task("write").id, id=uuid4(), field="papers", name="x.jpg", content=jpeg())
    refused(NotAllowed, "no-person", county.execute, command)
    assert county.rows(text("SELECT 1 FROM attachment")) == []


def test_files_go_with_an_opinion_and_are_read_by_whoever_sees_it(county: County) -> None:
    """Uploaded, refused, sent with the decision, on every page and paper, and back with the decision that is taken back."""
    gan, dai, liu = (county.person(login) for login in ("gan", "dai", "liu"))
    tasks = user_task("check", '<liandong:approval mode="pool"/>', post="BR_GP"), user_task("read", post="BR_DIR")
    county.deploy(bpmn(process("p", START, *tasks, END, flows="s > check > read > e", extensions=STARTER)))
    case = gan.start("p")
    check = case.task("check")

    def enclosed(who: Someone, task: Any) -> list[str]:
        return [file.name for file in county.engine.query(GetTask(task=task.id), who.actor).enclosures]

    def enclose(content: bytes, name: str) -> str:
        return upload(gan, check, content, OPINION, name)

    scan, report = enclose(pdf(), "会诊记录.exe"), enclose(jpeg(), "片子.jpg")
    assert enclosed(gan, check) == ["会诊记录.exe.pdf", "片子.jpg"]
    assert (enclosed(county.person("guo"), check), shown(county, gan, check)) == ([], [])
    refused(Invalid, "attachment-type", enclose, b"MZ\x90\x00" * 20, "片子.jpg")
    for number in range(3):
        last = enclose(png(), f"{number}.png")
    refused(Conflict, "enclosure-count", enclose, png(note=b"6"), "6.png")
    gan.do(RemoveAttachment(task=check.id, id=UUID(last)))
    county.pass_time(timedelta(days=2))
    county.execute(PurgeAttachments())
    assert len(enclosed(gan, check)) == 4, "what goes with the opinion waits as long as its task"

    gan.complete(check, opinion="见会诊记录")

    read_by = county.engine.query(GetTask(task=case.task("read").id), dai.actor).opinions
    assert [[file.name for file in said.files] for said in read_by] == [["会诊记录.exe.pdf", "片子.jpg", "0.png", "1.png"]]
    for who in (gan, dai):
        assert who.do(ReadEnclosure(instance=case.id, id=UUID(scan))).content == pdf()
    refused(NotFound, "instance-not-found", liu.do, ReadEnclosure(instance=case.id, id=UUID(scan)))
    refused(NotFound, "attachment-not-found", dai.do, ReadEnclosure(instance=case.id, id=UUID(last)))
    entries = county.rows(select(AuditEntry.action, AuditEntry.data, AuditEntry.object).where(AuditEntry.instance == case.key))
    [decided] = [entry for entry in entries if entry.action == "complete"]
    assert decided.data["enclosures"][:2] == [
        {"id": name, "sha256": hashlib.sha256(content).hexdigest()} for name, content in ((scan, pdf()), (report, jpeg()))
    ]
    assert [entry.object for entry in entries if entry.action == "attachment-read"] == [scan, scan]
    lines = [line.detail or "" for line in county.engine.query(GetTimeline(instance=case.id), dai.actor)]
    assert any("见会诊记录\n附件：会诊记录.exe.pdf、片子.jpg" in line for line in lines)
    printed = county.engine.query(PrintCase(instance=case.id), dai.actor).content
    words = "".join(page.extract_text() for page in PdfReader(BytesIO(printed)).pages).replace("\n", "")
    assert f"会诊记录.exe.pdf（SHA-256 {hashlib.sha256(pdf()).hexdigest()[:16]}" in words

    gan.do(TakeBackTask(task=check.id))
    again = case.task("check")
    assert enclosed(gan, again) == ["会诊记录.exe.pdf", "片子.jpg", "0.png", "1.png"]
    refused(NotFound, "attachment-not-found", dai.do, ReadEnclosure(instance=case.id, id=UUID(scan)))
    gan.complete(again)
    dai.complete(case.task("read"))
    assert county.engine.query(VerifyAudit()).faults == ()


def test_what_goes_with_an_opinion_is_not_put_into_the_form(county: County, case: CaseView) -> None:
    gan, write = county.person("gan"), case.task("write")
    scan = upload(gan, write, pdf(), OPINION)
    refused(InvalidForm, "invalid-form", gan.complete, write, data={"papers": [scan]})
    gan.complete(write, data={"papers": []})
    assert [[file.name for file in said.files] for said in opinions(county, case)] == [["片子.jpg.pdf"]]


def opinions(county: County, case: CaseView) -> Any:
    return county.engine.query(GetTask(task=case.task("check").id), county.person("dai").actor).opinions
