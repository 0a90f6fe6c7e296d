"""Handwritten signatures: drawn, given with the password, bound to the decision, and what tells that one was changed."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from PIL import Image, ImageDraw
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from engine.clock import VirtualClock
from engine.commands.deployment import Deploy
from engine.engine import Engine
from engine.queries.audit import VerifyAudit
from engine.records import SYSTEM
from tests.api.browser import Client
from tests.api.community import PASSWORD
from tests.api.test_documents import text_of
from tests.engine.models import one_task

SignIn = Callable[[str], Client]


def drawing(*, ink: bool = True, size: tuple[int, int] = (300, 120)) -> str:
    """What a person has drawn, as the browser sends it."""
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    if ink:
        ImageDraw.Draw(image).line([(20, 60), (150, 20), (280, 90)], fill=(28, 52, 97, 255), width=5)
    out = io.BytesIO()
    image.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def signs(person: Client, task: str, image: str, password: str = PASSWORD) -> requests.Response:
    return person.call("POST", f"/tasks/{task}/signature", {"image": image, "password": password})


@pytest.fixture
def task(sign_in: SignIn, engine: Engine) -> tuple[Client, Any]:
    """A general practitioner before a task that he has to sign by hand, and the reply to its start."""
    clock = engine.clock = VirtualClock(engine.clock.now())
    assert clock is not None
    outcomes = (
        '<liandong:outcome value="ok" label="同意" label-en="Approve" kind="primary"/>'
        '<liandong:outcome value="no" label="不同意" label-en="Reject" kind="negative"/>'
    )
    model = one_task('<liandong:approval mode="single" signature="required"/>', outcomes)
    engine.execute(Deploy(name="signed", resources={"signed.bpmn": model}))
    gp = sign_in("gp")
    return gp, gp.start("p")


def test_a_decision_carries_the_signature_that_was_given_for_it(
    task: tuple[Client, Any], sign_in: SignIn, engine: Engine
) -> None:
    gp, started = task
    name, case = started["nextTask"]["id"], f"/instances/{started['instance']['id']}"
    assert (gp.get(f"/tasks/{name}")["signature"], gp.get(f"/tasks/{name}")["signed"]) == ("required", False)
    missing = gp.act(name, "complete", {"outcome": "ok", "data": {}, "opinion": "同意"})
    assert [(error["path"], error["code"]) for error in missing.json()["errors"]] == [("signature", "required")]

    for image in (drawing(ink=False), drawing(size=(3000, 100)), "not base64!", base64.b64encode(b"%PDF-1.4").decode()):
        assert signs(gp, name, image).json()["code"] == "signature-image"
    wrong = signs(gp, name, drawing(), "not my password")
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["facts"]) == (422, "wrong-credentials", {"triesLeft": 4})
    assert signs(sign_in("director"), name, drawing()).status_code == 403
    assert signs(gp, name, drawing()).status_code == 204
    assert gp.get(f"/tasks/{name}")["signed"]
    engine.clock.advance(timedelta(minutes=16))  # type: ignore[attr-defined]
    assert not gp.get(f"/tasks/{name}")["signed"]
    assert gp.act(name, "complete", {"outcome": "ok", "data": {}}).status_code == 422
    assert [signs(gp, name, drawing()).status_code for _ in range(2)] == [204, 204]
    gp.complete(name, "ok", {}, "同意，请抓紧")

    [opinion] = gp.get(f"/tasks/{name}")["opinions"]
    picture = gp.call("GET", f"{case}/signatures/{opinion['signature']}")
    assert picture.content == base64.b64decode(drawing())
    assert sign_in("stranger").call("GET", f"{case}/signatures/{opinion['signature']}").status_code == 404
    assert "check：同意（手写签名）" in [line["title"] for line in gp.get(f"{case}/timeline")["items"]]
    paper = gp.call("GET", f"{case}/document").content
    assert "同意，请抓紧" in text_of(paper)
    assert sum(len(page.images) for page in PdfReader(io.BytesIO(paper)).pages) == 1


def test_a_changed_signature_or_decision_is_found(task: tuple[Client, Any], engine: Engine) -> None:
    gp, started = task
    name, case = started["nextTask"]["id"], started["instance"]["id"]
    signs(gp, name, drawing())
    gp.complete(name, "ok", {}, "同意")
    assert not engine.query(VerifyAudit(), SYSTEM).faults
    with pytest.raises(DatabaseError, match="signature never changes"), engine.database.writing() as connection:
        connection.execute(text("DELETE FROM signature"))

    def forged(statement: str) -> list[tuple[str, str]]:
        with engine.database.writing() as connection:
            connection.execute(text(statement))
        return [(fault.code, str(fault.instance)) for fault in engine.query(VerifyAudit(), SYSTEM).faults]

    assert forged("UPDATE seat SET opinion = '不同意'") == [("signature-changed", case)]
    assert forged("UPDATE seat SET opinion = '同意'") == []
    assert forged("UPDATE seat SET form_hash = 'x'") == [("signature-changed", case)]
    with engine.database.writing() as connection:
        # Whoever owns the database can take its guards away; the trail still tells.
        postgresql = connection.dialect.name == "postgresql"
        guard = "signature_fixed ON signature" if postgresql else "signature_fixed_delete"
        connection.execute(text(f"DROP TRIGGER {guard}"))
    assert forged("DELETE FROM signature") == [("signature-changed", case)]
