"""Cases on paper: what the PDF says, to whom, and that the printing is written down."""

from __future__ import annotations

import io
from collections.abc import Callable

from pypdf import PdfReader

from tests.api.browser import Client
from tests.api.test_attachments import put
from tests.api.test_cases import SLIP
from tests.forms.pictures import png

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
    own = text_of(gp.call("GET", f"/instances/{case}/document").content)
    assert "X1" in own
    assert "同意转出" not in own.split("审批意见")[0]
    english = text_of(director.call("GET", f"/instances/{case}/document", Accept_Language="en").content)
    assert "Branchdirector·东湾Approve" in english
    assert "Page1of" in english
    for font in PdfReader(io.BytesIO(answer.content)).pages[0]["/Resources"]["/Font"].values():
        assert "/FontFile2" in font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
    for outsider in ("stranger", "operator"):
        gone = sign_in(outsider).call("GET", f"/instances/{case}/document")
        assert (gone.status_code, gone.json()["code"]) == (404, "instance-not-found"), outsider

    [entry, *_] = sign_in("auditor").get("/audit/entries?action=print")["items"]
    assert entry["action"] == "print"
