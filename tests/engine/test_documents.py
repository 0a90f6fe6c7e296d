"""Documents that a process prints: what stands on them, on which copy, who may print them and when, and what the gate refuses."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from engine.commands.deployment import Deploy
from engine.commands.printing import NotePrinting
from engine.errors import InvalidModel, NotFound
from engine.gate.inspection import inspect
from engine.queries.documents import DocumentChoice, ListDocuments, PrintDocument
from engine.store.tables import AuditEntry
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.models import END, SLIP, START, STARTER

NOTICE = {
    "type": "default",
    "id": "notice",
    "properties": {
        "title": "整改通知书",
        "titleEn": "Notice",
        "process": "p",
        "posts": "BR_DIR, BR_REF",
        "availableWhen": "defined('name') and name != null",
        "numbered": "澄督〔2026〕${remark}号",
        "copies": [{"name": "第一联 存根", "nameEn": "Stub"}, {"name": "第二联 送达"}],
        "mark": "不作为凭证",
        "markWhen": "ended",
        "signatures": "sign",
        "letterhead": True,
        "closing": "true",
    },
    "components": [
        {"type": "text", "id": "t1", "text": "${name}：\n请于 ${until} 前整改。", "properties": {"textEn": "To ${name}."}},
        {"type": "number", "id": "f1", "key": "amount", "label": "金额", "properties": {"money": "true"}},
        {
            "type": "group",
            "id": "g1",
            "label": "回执",
            "conditional": {"hide": "copy != 2"},
            "components": [{"type": "text", "id": "t2", "text": "收到人签字：${sign.byName}"}],
        },
    ],
}


def files(**properties: Any) -> dict[str, bytes]:
    """A process in which the starter fills in a form and the director signs, and its notice with other properties."""
    fill = user_task("fill", '<liandong:approval form="slip"/><liandong:assign rule="starter"/>')
    model = bpmn(
        process("p", START, fill, user_task("sign", post="BR_DIR"), END, flows="s > fill > sign > e", extensions=STARTER)
    )
    notice = {**NOTICE, "properties": {**NOTICE["properties"], **properties}}
    return {"p.bpmn": model, "slip.form.json": SLIP.encode(), "notice.document.json": json.dumps(notice).encode()}


def started(county: County) -> CaseView:
    """A case in which nobody has done anything."""
    county.execute(Deploy(name="p", resources=files()))
    return county.person("gan").start("p")


def pages(county: County, login: str, case: CaseView, language: Any = "zh") -> list[str]:
    """The text of each page of the notice, without breaks."""
    query = PrintDocument(instance=case.id, document="notice", language=language)
    content = county.engine.query(query, county.person(login).actor).content
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


def test_each_copy_says_what_it_is_to_say_and_only_to_the_posts_that_are_named(county: County) -> None:
    case, director = started(county), county.person("dai")
    gan = county.person("gan")
    county.person("gan").complete(case.task("fill"), data={"name": "东湾药房", "amount": "12.5", "remark": "7"})
    stub, sent = pages(county, "dai", case)
    for words in ("东湾分院", "整改通知书", "澄督〔2026〕7号", "东湾药房：", "请于＿＿＿＿前整改。", "金额12.50", "2026年3月2日"):
        assert words in stub, words
        assert words in sent, words
    for words, here, there in (("第一联存根", stub, sent), ("第二联送达", sent, stub), ("收到人签字：＿＿＿＿", sent, stub)):
        assert words in here, words
        assert words not in there, words
    assert "不作为凭证" not in stub
    assert "To东湾药房." in pages(county, "dai", case, "en")[0]

    choice = DocumentChoice(id="notice", title="整改通知书", title_en="Notice")
    assert county.engine.query(ListDocuments(instance=case.id), director.actor) == (choice,)
    # The starter sees the case and sits in no post that prints; others do not even learn of the case.
    assert county.engine.query(ListDocuments(instance=case.id), gan.actor) == ()
    for login, code in (("gan", "document-not-found"), ("liu", "instance-not-found"), ("it", "instance-not-found")):
        with pytest.raises(NotFound) as refused:
            pages(county, login, case)
        assert refused.value.code == code, login

    director.complete(case.task("sign"), opinion="限期整改")
    stub, sent = pages(county, "dai", case)
    assert "收到人签字：戴岚·演示" in sent
    # The newest decision of the step stands on it with its opinion.
    for words in ("不作为凭证", "审批意见", "限期整改"):
        assert words in stub, words
    assert "办理经过" not in stub
    director.do(NotePrinting(instance=case.id, document="notice"))
    entry = county.rows(select(AuditEntry.data).where(AuditEntry.action == "print"))[-1]
    assert entry.data["document"] == "notice"


def test_a_document_waits_for_what_it_needs_and_for_posts_that_there_are(county: County) -> None:
    case = started(county)
    assert county.engine.query(ListDocuments(instance=case.id), county.person("dai").actor) == ()
    with pytest.raises(NotFound) as refused:
        pages(county, "dai", case)
    assert refused.value.code == "document-not-found"
    with pytest.raises(InvalidModel) as nobody:
        county.execute(Deploy(name="p", resources=files(posts="NOBODY")))
    assert {(found.code, found.resource) for found in nobody.value.findings if found.level == "error"} == {
        ("unknown-post", "notice.document.json")
    }


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"process": "q"}, "document-process"),
        ({"process": ""}, "document-process"),
        ({"posts": ""}, "document-posts"),
        ({"posts": "BR_DIR, BR_DIR"}, "document-names"),
        ({"signatures": "fil"}, "document-signature"),
        ({"copies": []}, "document-copies"),
        ({"copies": [{"nameEn": "Stub"}]}, "document-copies"),
        ({"numbered": "${1 +}"}, "document-text"),
        ({"availableWhen": "import('os')"}, "invalid-expression"),
    ],
)
def test_a_document_that_could_not_be_printed_is_refused(properties: dict[str, Any], code: str) -> None:
    errors = [finding for finding in inspect(files(**properties)).findings if finding.level == "error"]
    assert {finding.code for finding in errors} == {code}
    assert all(finding.resource == "notice.document.json" and finding.message and finding.message_en for finding in errors)


def test_a_name_that_nothing_gives_is_told() -> None:
    [gap] = inspect(files()).findings
    assert (gap.level, gap.code, "until" in gap.message_en) == ("warning", "unknown-name", True)
