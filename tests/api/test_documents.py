"""Cases on paper: what the PDF says, to whom, and that the printing is written down."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable

import pytest
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from engine.engine import Engine
from engine.queries.audit import VerifyAudit
from engine.records import SYSTEM
from tests.api.browser import Client
from tests.api.test_attachments import put
from tests.api.test_cases import SLIP
from tests.forms.pictures import png
from worker.archivist import Archivist

SignIn = Callable[[str], Client]


def text_of(content: bytes) -> str:
    """The text of a PDF as a machine reads it, without the breaks of lines and pages."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)


def test_a_print_says_what_its_reader_may_see(sign_in: SignIn) -> None:
    gp, director = sign_in("gp"), sign_in("director")
    started = gp.start()
    case, task = started["instance"]["id"], started["nextTask"]["id"]
    paper = put(gp, task, png(), "知情同意书.png").json()["id"]
    gp.complete(task, "submit", {**SLIP, "name": "张𫍽𠮷", "papers": [paper]})
    [review] = director.get("/tasks?box=claimable")["items"]
    director.complete(review["id"], "approve", {"remark": "SpO₂ 95 %，同意转出"}, "尽快联系，10⁹/L 复查👍")

    answer = director.call("GET", f"/instances/{case}/document")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''JJ2026CH0100001.pdf"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    said = text_of(answer.content)
    for words in (
        "交接JJ2026CH0100001",
        "案件尚未办结，内容以打印时为准。",
        "数量2.5",
        "知情同意书.png",
        "SpO₂95%，同意转出",
        "院长·东湾同意尽快联系，10⁹/L复查〔U+1F44D〕",
        "办理经过",
        "发起：交接",
        "第1页，共",
        f"打印：{director.session['person']['name']}".replace(" ", ""),
    ):
        assert words in said, words
    # Rare ideographs come from the system's fonts where it has some, and never as blanks.
    assert "姓名张𫍽𠮷" in said or "姓名张𫍽〔U+20BB7〕" in said
    # The step hides the identity number from the director; the doctor has typed it.
    assert "X1" not in said
    own = text_of(gp.call("GET", f"/instances/{case}/document", Accept_Language="en").content)
    assert "X1" in own
    assert "同意转出" not in own.split("Decisions")[0]
    assert "Branchdirector·东湾Approve" in own
    assert "Page1of" in own
    assert gp.get(f"/instances/{case}/documents") == []
    refused = gp.call("GET", f"/instances/{case}/documents/slip")
    assert (refused.status_code, refused.json()["code"]) == (404, "document-not-found")
    for font in PdfReader(io.BytesIO(answer.content)).pages[0]["/Resources"]["/Font"].values():
        assert "/FontFile2" in font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
    for outsider in ("stranger", "operator"):
        gone = sign_in(outsider).call("GET", f"/instances/{case}/document")
        assert (gone.status_code, gone.json()["code"]) == (404, "instance-not-found"), outsider

    [entry, *_] = sign_in("auditor").get("/audit/entries?action=print")["items"]
    assert entry["action"] == "print"


def test_the_copy_of_an_ended_case_is_kept_as_it_was_made(sign_in: SignIn, engine: Engine) -> None:
    gp, director, archivist = sign_in("gp"), sign_in("director"), sign_in("archivist")
    started = gp.start()
    case = f"/instances/{started['instance']['id']}"
    gp.complete(started["nextTask"]["id"], "submit", SLIP)
    assert gp.call("GET", f"{case}/archive").json()["code"] == "archive-not-found"
    drawing = Archivist(engine)
    assert drawing.drain() == 0
    [review] = director.get("/tasks?box=claimable")["items"]
    director.complete(review["id"], "reject", {}, "资料不全")
    assert gp.call("GET", f"{case}/archive").json()["code"] == "archive-waiting"
    assert (drawing.drain(), drawing.drain()) == (1, 0)

    first, again = (archivist.call("GET", f"{case}/archive") for _ in range(2))
    assert first.status_code == 200
    assert first.content == again.content
    digest = hashlib.sha256(first.content).hexdigest()
    assert first.headers["ETag"] == f'"{digest}"'
    said = text_of(first.content)
    for words in ("存档件：案件办结后由系统生成并保存", "系统存档", "张三丰", "X1", "不同意资料不全", "第1页，共"):
        assert words in said, words
    # Their steps hide the identity number, which the copy prints.
    for person, status, code in ((director, 403, "archive-part"), (gp, 403, "archive-part")):
        refused = person.call("GET", f"{case}/archive")
        assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert "readArchive" not in person.get(case)["actions"]
    assert sign_in("stranger").call("GET", f"{case}/archive").status_code == 404
    assert f"SHA-256 {digest}" in [line["detail"] for line in gp.get(f"{case}/timeline")["items"]]

    # Who keeps the archive finds it and verifies it, without seeing what it was about.
    number = started["instance"]["number"]
    asked = f"number={number[-5:]}&institution=CH01&process=handover_from&from=2026-01-01T00:00:00Z"
    [row] = archivist.get(f"/archive?{asked}")["items"]
    assert (row["instanceId"], row["sha256"], row["size"]) == (started["instance"]["id"], digest, len(first.content))
    assert "张三丰" not in str(row)
    assert archivist.get("/archive?institution=CH02")["items"] == []
    where = f"/archive/{row['instanceId']}/verification"
    assert archivist.get(where) == {"intact": True, "found": digest, "kept": digest, "noted": digest}
    assert [sign_in("operator").call("GET", path).status_code for path in ("/archive", where)] == [403, 403]

    assert not engine.query(VerifyAudit(), SYSTEM).faults
    with pytest.raises(DatabaseError, match="archive_copy never changes"), engine.database.writing() as connection:
        connection.execute(text("UPDATE archive_copy SET content = :forged"), {"forged": b"%PDF-1.4 forged"})
    with engine.database.writing() as connection:
        # Whoever owns the database can take its guards away; the trail still tells.
        on = " ON archive_copy" if connection.dialect.name == "postgresql" else ""
        for name in ("archive_copy_fixed",) if on else ("archive_copy_fixed_update",):
            connection.execute(text(f"DROP TRIGGER {name}{on}"))
        connection.execute(text("UPDATE archive_copy SET content = :forged"), {"forged": b"%PDF-1.4 forged"})
    [fault] = engine.query(VerifyAudit(), SYSTEM).faults
    assert (fault.code, str(fault.instance)) == ("copy-changed", started["instance"]["id"])
    assert archivist.call("GET", f"{case}/archive").json()["code"] == "archive-changed"
    found = archivist.get(where)
    assert (found["intact"], found["noted"], found["found"]) == (False, digest, hashlib.sha256(b"%PDF-1.4 forged").hexdigest())


def test_the_register_keeps_the_numbers_of_cancelled_cases(sign_in: SignIn, engine: Engine) -> None:
    gp, archivist = sign_in("gp"), sign_in("archivist")
    first, second = (gp.start()["instance"] for _ in range(2))
    withdrawn = gp.call("POST", f"/instances/{first['id']}/withdraw", {"mode": "void", "reason": "填错了"})
    assert withdrawn.status_code == 200, withdrawn.text
    rows = archivist.get("/numbers?category=JJ&institution=CH01&period=2026")["items"]
    assert [(row["number"], row["sequence"], row["void"], row["reason"], row["instanceId"]) for row in rows] == [
        ("JJ2026CH0100002", 2, False, None, second["id"]),
        ("JJ2026CH0100001", 1, True, "填错了", first["id"]),
    ]
    assert [row["number"] for row in archivist.get("/numbers?number=0002")["items"]] == ["JJ2026CH0100002"]
    assert gp.call("GET", "/numbers").status_code == 403
    # What is typed into the inbox's search is the number as it stands on paper.
    assert [row["instance"]["number"] for row in gp.get("/tasks?box=todo&q=CH0100002")["items"]] == ["JJ2026CH0100002"]
    assert "作废" in text_of(gp.call("GET", f"/instances/{first['id']}/document").content)

    series = {"category": "JJ", "institution": {"code": "CH01", "name": "东湾"}, "period": 2026, "first": 1}
    assert archivist.get("/numbers/series") == [{**series, "last": 2, "allotted": 2, "void": 1, "gaps": []}]
    for _ in range(3):
        gp.start()
    with engine.database.writing() as connection:
        connection.execute(text("DELETE FROM allotted_number WHERE sequence IN (2, 3, 5)"))
    assert archivist.get("/numbers/series") == [{**series, "last": 5, "allotted": 2, "void": 1, "gaps": [[2, 3], [5, 5]]}]
