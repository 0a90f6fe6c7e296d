"""Designs over HTTP: opened, saved, held, checked, reviewed, published and rolled back, by people with and without the right."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import requests

from engine.clock import VirtualClock
from engine.commands.account import CreateAccount
from engine.commands.organisation import Appoint, PutPerson
from engine.engine import Engine
from engine.queries.audit_entries import ListAuditEntries
from tests.api.browser import Client
from tests.api.community import FROM, HANDOVER, PASSWORD

SignIn = Callable[[str], Client]
NAME = "handover.bpmn"
DRAWERS = (
    ("drawer", "程图·演示", ("design",)),
    ("other", "齐笔·演示", ("design", "deploy")),
    ("publisher", "发布·演示", ("deploy",)),
)


class Desk:
    """Somebody at work on designs."""

    def __init__(self, client: Client, design: str = "") -> None:
        self.client = client
        self.design = design

    def do(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """One request about the design, which is answered so; the body of the answer."""
        key = {"Idempotency_Key": str(uuid4())} if method == "POST" else {}
        answer: requests.Response = self.client.call(method, path.replace("{}", f"/designs/{self.design}"), body, **key)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def open(self, **body: str) -> dict[str, Any]:
        """Opens a design and goes on with that one."""
        found: dict[str, Any] = self.do("POST", "/designs", body, 201)
        self.design = found["id"]
        return found

    def save(self, content: str, revision: int | None, name: str = NAME, status: int = 200) -> dict[str, Any]:
        """Saves a file."""
        answer: dict[str, Any] = self.do("PUT", f"{{}}/files/{name}", {"content": content, "revision": revision}, status)
        return answer

    def code(self, method: str, path: str, body: Any = None, status: int = 409) -> str:
        """The code of a refusal."""
        return str(self.do(method, path, body, status)["code"])


@pytest.fixture
def clock(engine: Engine) -> VirtualClock:
    """The time of the served engine."""
    engine.clock = VirtualClock(engine.clock.now())
    return engine.clock


@pytest.fixture
def desks(engine: Engine, sign_in: SignIn) -> dict[str, Desk]:
    """Those who draw and publish, each signed in."""
    for number, (login, name, rights) in enumerate(DRAWERS):
        engine.execute(PutPerson(staff_number=f"D{number}", name=name))
        engine.execute(CreateAccount(person=f"D{number}", login=login, password=PASSWORD, must_change=False, rights=rights))
    return {login: Desk(sign_in(login)) for login, _, _ in DRAWERS}


def model() -> str:
    return (HANDOVER / NAME).read_text(encoding="utf-8")


def test_a_design_is_saved_checked_reviewed_by_other_eyes_published_and_rolled_back(
    desks: dict[str, Desk], sign_in: SignIn, engine: Engine
) -> None:
    drawer, other, publisher = desks["drawer"], desks["other"], desks["publisher"]
    sign_in("gp").start()
    choices = drawer.do("GET", "/design-choices")
    assert {"code": "DEPT_HEAD", "name": "科主任", "nameEn": "Head of department"} in choices["posts"]
    assert "calendar.due" in choices["functions"]
    engine.execute(Appoint(person="D0", post="IT_ADMIN", institution="CH00", from_date=FROM))
    [gp] = drawer.do("GET", "/design-people?q=gp")["items"]
    assert (gp["name"], gp["staffNumber"], gp["named"]) == ("甘平·演示", "S001", True)
    assert drawer.do("GET", f"/design-people?q={gp['id']}")["items"] == [gp], "however a rule calls him"
    assert drawer.do("GET", "/design-people?q=甘")["items"] == [{**gp, "named": False}]
    [folder] = drawer.do("GET", "/process-folders")["items"]
    assert (folder["name"], folder["deployments"], folder["latest"]["number"], folder["design"]) == ("handover", 1, 1, None)
    opened = drawer.open(folder="handover")
    assert (opened["state"], opened["base"]["number"], opened["editors"], opened["revision"]) == ("editing", 1, [], 1)
    assert [(file["name"], file["kind"]) for file in opened["files"]] == [(NAME, "bpmn"), ("handover.form.json", "form")]
    known = other.do("POST", "/designs", {"folder": "handover"}, 409)
    assert (known["code"], known["facts"]["design"]) == ("design-exists", drawer.design)
    other.design = publisher.design = drawer.design

    # nothing to review, and nothing that may be published unreviewed
    assert drawer.code("POST", "{}/submit", {"note": "x"}) == "nothing-new"
    assert publisher.code("POST", "{}/publish", {"note": "x"}) == "design-editing"
    changed = model().replace('name="', 'name="新', 1)
    saved = drawer.save(changed, 1)
    assert saved["revision"] == saved["designRevision"] == 2
    assert drawer.save(changed, 1) == saved, "a save that arrives twice changes nothing"

    # what cannot be parsed is kept and found, and is not published
    drawer.save("<bpmn:def", 2)
    found = drawer.do("POST", "{}/check", {})
    assert not found["publishable"]
    assert {item["file"] for item in found["items"]} == {NAME}
    laid = drawer.do("POST", "{}/check", {"files": {NAME: changed}})
    assert (laid["items"], laid["publishable"]) == ([], True)
    without = drawer.do("POST", "{}/check", {"files": {NAME: changed.replace('"handover_to"', '"handover_target"')}})["items"]
    assert ("process-left", NAME) in [(item["code"], item["file"]) for item in without]
    assert drawer.do("GET", f"{{}}/files/{NAME}")["content"] == "<bpmn:def"
    drawer.do("POST", "{}/submit", {"note": "改了名称"})
    refused = publisher.do("POST", "{}/publish", {"note": ""}, 422)
    assert (refused["code"], refused["errors"][0]["path"]) == ("invalid-model", NAME)
    assert drawer.do("POST", "{}/return", {"note": "有错"})["returned"]["note"] == "有错"
    saves = drawer.do("GET", f"{{}}/files/{NAME}/saves")["items"]
    assert [(save["revision"], save["savedBy"]) for save in saves] == [(3, "程图·演示"), (2, "程图·演示")]
    assert drawer.do("GET", f"{{}}/files/{NAME}/saves/2")["content"] == changed
    drawer.save(changed, 3)
    other.client.call("DELETE", f"/designs/{other.design}/lock")
    drawer.do("DELETE", "{}/lock", status=204)
    other.save('{"a": 1}', None, "parameters.json")
    other.do("DELETE", "{}/lock", status=204)

    # what is changed is told by element and property, and taken along as an archive
    changes = drawer.do("GET", "{}/changes")
    assert (changes["against"]["number"], [(file["name"], file["change"]) for file in changes["files"]]) == (
        1,
        [(NAME, "changed"), ("parameters.json", "added")],
    )
    [item] = changes["files"][0]["items"]
    assert (item["change"], item["property"], item["after"]) == ("changed", "name", "新" + item["before"])
    packed = zipfile.ZipFile(io.BytesIO(drawer.client.call("GET", f"/designs/{drawer.design}/bundle").content))
    assert packed.namelist() == [
        f"bpmn/handover/{NAME}",
        "forms/handover/handover.form.json",
        "bpmn/handover/parameters.json",
    ]
    assert packed.read(f"bpmn/handover/{NAME}").decode() == changed

    # in review nothing changes; an author does not publish, though he has the right
    review = drawer.do("POST", "{}/submit", {"note": "请审"})
    assert review["review"]["note"] == "请审"
    assert review["editors"] == ["程图·演示", "齐笔·演示"]
    assert drawer.code("PUT", f"{{}}/files/{NAME}", {"content": "x", "revision": 4}) == "design-in-review"
    mine = other.do("POST", "{}/publish", {"note": "x"}, 403)
    assert mine["code"] == "four-eyes"
    assert "发布·演示" in mine["detail"]
    assert other.do("GET", "{}")["mayPublish"] == {"allowed": False, "reason": mine["detail"]}
    assert publisher.do("GET", "{}")["mayPublish"] == {"allowed": True, "reason": None}
    assert drawer.code("POST", "{}/publish", {"note": "x"}, 403) == "right-missing"

    published = publisher.do("POST", "{}/publish", {"note": "名称改好了"})
    number, note, by = (published["deployment"][name] for name in ("number", "note", "deployedBy"))
    assert (number, note, by, published["deployment"]["current"]) == (2, "名称改好了", "发布·演示", True)
    assert [(row["version"], row["current"], row["cases"]) for row in published["running"]] == [(1, False, 1)]
    brought = publisher.do("GET", f"/deployments/{published['deployment']['id']}/files")["items"]
    files = {file["name"]: file["content"] for file in brought}
    version = publisher.do("GET", f"/deployments/{published['deployment']['id']}/changes")
    assert (version["against"]["number"], version["files"]) == (1, changes["files"])
    archive = publisher.client.call("GET", f"/deployments/{published['deployment']['id']}/bundle")
    assert (archive.headers["Content-Type"], "handover-v2.zip" in archive.headers["Content-Disposition"]) == (
        "application/zip",
        True,
    )
    assert (files[NAME], files["parameters.json"]) == (changed, '{"a": 1}')
    ended = drawer.do("GET", "{}")
    assert (ended["state"], ended["deployment"]["number"]) == ("published", 2)
    assert drawer.code("PUT", f"{{}}/files/{NAME}", {"content": "x", "revision": 4}) == "design-ended"

    # back to the first version, while a case of it runs; the second one runs on, and a design of it is out of date
    later = drawer.open(folder="handover")
    drawer.save(changed.replace("新", "更新", 1), later["files"][0]["revision"])
    drawer.do("POST", "{}/submit", {"note": ""})
    sign_in("gp").start()
    listed = drawer.do("GET", "/process-folders/handover/deployments")["items"]
    assert [(row["number"], row["current"]) for row in listed] == [(2, True), (1, False)]
    assert drawer.code("POST", "/process-folders/handover/roll-back", {"deployment": listed[1]["id"], "note": ""}, 403)
    back = publisher.do("POST", "/process-folders/handover/roll-back", {"deployment": listed[1]["id"], "note": "先用旧版"})
    assert (back["deployment"]["number"], back["deployment"]["digest"]) == (3, listed[1]["digest"])
    assert sorted((row["version"], row["cases"]) for row in back["running"]) == [(1, 1), (2, 1)]
    assert sign_in("gp").start()["instance"]["process"]["version"] == 3
    again = publisher.code("POST", "/process-folders/handover/roll-back", {"deployment": listed[1]["id"], "note": ""})
    assert again == "already-current"
    publisher.design = drawer.design
    outdated = publisher.do("POST", "{}/publish", {"note": ""}, 409)
    assert (outdated["code"], outdated["facts"]["deployment"]) == ("design-outdated", back["deployment"]["id"])
    assert publisher.do("POST", "{}/publish", {"note": "", "over": back["deployment"]["id"]})["deployment"]["number"] == 4
    trail = [entry.action for entry in engine.query(ListAuditEntries()).items if entry.action.startswith("design-")]
    assert trail[::-1] == [
        *("design-open", "design-submit", "design-return", "design-submit", "design-publish"),
        *("design-open", "design-submit", "design-roll-back", "design-publish"),
    ]


def test_a_second_editor_is_told_and_overwrites_nothing(desks: dict[str, Desk], clock: VirtualClock, engine: Engine) -> None:
    drawer, other, publisher = desks["drawer"], desks["other"], desks["publisher"]
    made = drawer.open(folder="drug-recall", title="药品<召回>")
    other.design = publisher.design = drawer.design
    assert (made["base"], made["title"], made["editors"]) == (None, "药品<召回>", ["程图·演示"])
    assert drawer.do("POST", "{}/check", {}) == {"items": [], "publishable": True}
    first = drawer.do("GET", "{}/files/drug-recall.bpmn")["content"]
    assert "药品&lt;召回&gt;" in first

    # a lock is a lease
    assert drawer.do("PUT", "{}/lock", {})["lock"]["mine"]
    seen = other.do("PUT", "{}/lock", {})
    assert (seen["lock"]["name"], seen["lock"]["mine"], seen["present"]) == ("程图·演示", False, ["程图·演示"])
    held = other.save(first + " ", 1, "drug-recall.bpmn", 423)
    assert (held["code"], held["facts"]["by"]) == ("design-locked", "程图·演示")
    clock.advance(timedelta(seconds=91))
    assert other.save(first + " ", 1, "drug-recall.bpmn")["revision"] == 2
    stale = drawer.save(first + "!", 1, "drug-recall.bpmn", 423)
    assert stale["code"] == "design-locked"

    # who may publish sets a design free that somebody has left behind, and the trail says so
    assert drawer.code("PUT", "{}/lock", {"takeOver": True}, 403) == "right-missing"
    assert publisher.do("PUT", "{}/lock", {"takeOver": True})["lock"] is None
    [entry] = [entry for entry in engine.query(ListAuditEntries()).items if entry.action == "design-take-over"]
    assert (entry.name, entry.data["from"]) == ("发布·演示", "齐笔·演示")
    stale = drawer.save(first + "!", 1, "drug-recall.bpmn", 409)
    assert (stale["code"], stale["facts"]["by"]) == ("design-stale", "齐笔·演示")
    assert drawer.save(first + "!", None, "drug-recall.bpmn", 409)["code"] == "design-stale"
    assert drawer.do("PUT", "{}/lock", {"look": True})["lock"] is None

    # names and sizes
    for name in ("..bpmn", "a.exe", "a b.form.json", "a.form.json.", "x" * 120 + ".dmn", "a..%2f..%2fb.bpmn"):
        refused = drawer.client.call("PUT", f"/designs/{drawer.design}/files/{name}", {"content": "", "revision": None})
        assert refused.status_code in (404, 422), name
    assert drawer.save("", None, "Drug-Recall.bpmn", 422)["code"] == "invalid-form"
    assert drawer.save("x" * (2 * 1024 * 1024 + 1), None, "big.dmn", 422)["errors"][0]["path"] == "content"
    step = drawer.save('{"steps": [3]}', None, "召回.scenario.json")
    [finding] = drawer.do("POST", "{}/check", {})["items"][:1]
    assert (finding["file"], finding["code"]) == ("召回.scenario.json", "scenario")
    assert drawer.do("DELETE", "{}/files/召回.scenario.json?revision=1", status=409)["code"] == "design-stale"
    drawer.do("DELETE", f"{{}}/files/召回.scenario.json?revision={step['revision']}", status=204)
    assert drawer.do("GET", "{}/files/召回.scenario.json", status=404)["code"] == "file-not-found"

    # a file of another tool is translated as far as the organisation knows its groups, told of, and saved when it is asked for
    ours, theirs = 'liandong="urn:liandong:bpmn:1"', 'camunda="http://camunda.org/schema/1.0/bpmn"'
    foreign = first.replace(ours, theirs)
    foreign = re.sub(r"<bpmn:extensionElements>.*?</bpmn:extensionElements>", "", foreign, flags=re.DOTALL)
    foreign = foreign.replace('<bpmn:userTask id="handle"', '<bpmn:userTask id="handle" camunda:candidateGroups="MED_DIR"')
    undrawn = re.sub(r"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", "", foreign, flags=re.DOTALL)
    path = f"/designs/{drawer.design}/import?name=My%20Loan.bpmn20.xml"
    tried = drawer.client.raw("POST", path, undrawn.encode("utf-16"), "application/octet-stream").json()
    assert (tried["name"], tried["drawn"], tried["saved"]) == ("My_Loan.bpmn", False, None)
    assert [(item["element"], item["word"], item["treatment"], item["into"]) for item in tried["items"]] == [
        ("handle", "camunda:candidateGroups", "translated", "liandong:assign")
    ]
    assert '<liandong:assign rule="post" post="MED_DIR"/>' in tried["content"]
    assert [(item["level"], item["code"]) for item in tried["findings"]] == [("error", "duplicate-process")]
    written = drawer.client.raw("POST", path + "&write=true", foreign.encode(), "application/octet-stream").json()
    assert (written["drawn"], drawer.do("GET", "{}/files/My_Loan.bpmn")["content"]) == (True, written["content"])
    again = drawer.client.raw("POST", path + "&write=true", undrawn.encode(), "application/octet-stream")
    assert (again.status_code, again.json()["code"]) == (409, "design-stale")
    for name, content in (("x.bpmn", b"<!DOCTYPE x><a/>"), ("x.exe", b"MZ"), ("x.bpmn", b"PK\x03\x04")):
        wrong = drawer.client.raw("POST", f"/designs/{drawer.design}/import?name={name}", content, "application/octet-stream")
        assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "file")

    # a process that another folder has is not taken in silence
    taken = (HANDOVER / NAME).read_text(encoding="utf-8")
    form = (HANDOVER / "handover.form.json").read_text(encoding="utf-8")
    laid = {"My_Loan.bpmn": None, "drug-recall.bpmn": taken, "handover.form.json": form}
    warned = drawer.do("POST", "{}/check", {"files": laid})
    assert (warned["publishable"], {item["code"] for item in warned["items"]}) == (True, {"process-elsewhere"})

    # taken names, and people without the right
    assert drawer.do("POST", "/designs", {"folder": "handover", "title": "交接"}, 422)["errors"][0]["path"] == "folder"
    for folder in ("../x", "Handover", "a_b", "-"):
        assert drawer.do("POST", "/designs", {"folder": folder, "title": "x"}, 422)["code"] == "invalid-form"
    assert drawer.code("POST", "/designs", {"folder": "nowhere"}, 404) == "folder-not-found"
    assert publisher.code("POST", "/designs", {"folder": "handover"}, 403) == "right-missing"
    drawer.do("POST", "{}/discard", {}, 204)
    assert drawer.do("GET", "/process-folders")["items"][0]["name"] == "handover"
    assert drawer.open(folder="drug-recall", title="药品召回")["state"] == "editing"
