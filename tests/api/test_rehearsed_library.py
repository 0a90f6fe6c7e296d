"""Processes of the library rehearsed over HTTP on the demo community: to their end, past their deadlines, with their partners."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from cli.demo import load_demo
from cli.library import LIBRARY, read_folder
from engine.commands.account import CreateAccount
from engine.commands.deployment import Deploy
from engine.commands.organisation import PutPerson
from engine.config import Config
from engine.engine import Engine
from engine.store.tables import Appointment, AuditEntry, History, Notification, Person, ProcessInstance
from tests.api.browser import Client
from tests.api.community import PASSWORD
from tests.referral.referrals import CONSENT, PATIENT

VITAL = {
    "temp": 36.8,
    "pulse": 88,
    "resp": 18,
    "sbp": 186,
    "dbp": 112,
    "spo2": 97,
    "gcs": 15,
    "consciousness": "clear",
    "at": "2026-11-24T08:50:00+08:00",
}
MORNING = "2026-11-24T01:00:00Z"


@pytest.fixture(scope="module")
def library(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the demo community and what it has deployed, to be copied."""
    path = tmp_path_factory.mktemp("library") / "liandong.db"
    shutil.copyfile(sqlite_template, path)
    engine = Engine(Config(database_url=f"sqlite:///{path}", demo=True))
    load_demo(engine)
    for folder in ("collect", "examples", "referral"):
        engine.execute(Deploy(name=folder, resources=read_folder(LIBRARY / folder)))
    engine.execute(PutPerson(staff_number="D0", name="程图·演示"))
    engine.execute(CreateAccount(person="D0", login="drawer", password=PASSWORD, must_change=False, rights=("design",)))
    engine.close()
    return path


@pytest.fixture
def store(library: Path, tmp_path: Path) -> str:
    """URL of a copy of it."""
    path = tmp_path / "liandong.db"
    shutil.copyfile(library, path)
    return f"sqlite:///{path}"


class Rehearsal:
    """A run that is played on and on."""

    def __init__(self, client: Client, engine: Engine, folder: str, process: str, by: str) -> None:
        self.client = client
        self.design = client.call("POST", "/designs", {"folder": folder}).json()["id"]
        chair = select(Appointment.id, Person.id.label("person")).join(Person, Person.key == Appointment.person)
        with engine.database.reading() as connection:
            row = connection.execute(chair.where(Person.staff_number == by).order_by(Appointment.key)).first()
        assert row is not None
        by_chair = {"person": str(row.person), "appointment": str(row.id)}
        self.body: dict[str, Any] = {"process": process, "by": by_chair, "at": MORNING, "data": {}, "steps": [], "files": {}}

    def post(self, path: str = "rehearsal", status: int = 200, **more: Any) -> Any:
        """The answer to the run as it stands."""
        answer = self.client.call("POST", f"/designs/{self.design}/{path}", {**self.body, **more})
        assert answer.status_code == status, answer.text
        return answer.json()

    def design_post(self, path: str, body: Any, status: int = 200) -> Any:
        """The answer to another question about the design."""
        answer = self.client.call("POST", f"/designs/{self.design}/{path}", body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def play(self, *steps: dict[str, Any]) -> Any:
        """The run after these steps more, none of which is refused."""
        self.body["steps"] += steps
        found = self.post()
        assert found["refused"] is None, found["refused"]
        return found


def open_tasks(found: Any) -> list[str]:
    return sorted(task["element"] for task in found["tasks"])


def test_a_referral_is_rehearsed_with_its_partners_to_its_end_and_nothing_of_it_stays(
    sign_in: Callable[[str], Client], engine: Engine
) -> None:
    run = Rehearsal(sign_in("drawer"), engine, "referral", "referral_from", "CH05-003")
    before = _counted(engine)
    begun = run.play()
    assert open_tasks(begun) == ["draft"]
    [task] = begun["tasks"]
    assert [(p["staffNumber"], p["post"], p["why"]) for p in task["people"]] == [("CH05-003", "全科医生", "是发起人")]
    assert (task["form"]["id"], task["outcomes"][0]["value"]) == ("slip", "submit")

    refused = run.post(steps=[{"complete": "draft", "outcome": "submit", "data": {**PATIENT, "idNo": ""}}])
    assert (refused["refused"]["step"], refused["refused"]["code"]) == (0, "invalid-form")
    assert "idNo" in {error["path"] for error in refused["refused"]["errors"]}
    assert open_tasks(refused) == ["draft"], "a step that is refused ends the run before it"

    transport = {"transport": "ems", "vital": VITAL}
    urgent = {**PATIENT, "declaredUrgency": "U", "kind": "emergency", **transport}
    asked = run.play(
        {"complete": "draft", "outcome": "submit", "data": urgent},
        {"complete": "consent", "outcome": "agree", "data": CONSENT},
    )
    assert [case["process"] for case in asked["cases"]] == ["referral_from", "referral_centre"]
    run.play({"complete": "dispatch", "outcome": "offer", "data": {"toInst": "CH00", "toDept": "ORTH"}})
    placed = run.play({"complete": "accept", "outcome": "accept", "data": {"acceptMode": "outpatient"}})
    assert [case["institution"] for case in placed["cases"]] == ["CH05", "CH00", "CH00"]
    assert "arrival" in open_tasks(placed)
    assert {flow["id"] for flow in placed["flows"]} >= {"f_gw_draft__triage", "f_consent__gw_consent"}
    assert ("PatientNotice", "PT", "recorded") in [(m["name"], m["to"], m["state"]) for m in placed["messages"]]

    late = run.play({"toNextDeadline": True})
    assert MORNING < late["at"] <= "2026-11-24T09:00:00Z"
    silent = run.play({"advance": "P1D"}, {"advance": "P3D"})
    assert open_tasks(silent) == ["call_patient"]
    endings = {value["process"]: value["value"] for value in silent["variables"] if value["name"] == "ending"}
    assert endings["referral_centre"] == "no_show"
    ended = run.play({"complete": "call_patient", "outcome": "close", "data": {"noShowReason": "better"}})
    assert ended["ended"], (open_tasks(ended), ended["tokens"])
    assert {case["state"] for case in ended["cases"]} <= {"completed", "terminated"}
    assert 0 < ended["coverage"]["percent"] < 100
    assert run.post() == ended, "the same steps give the same run"
    assert _counted(engine) == before, "nothing of a rehearsal is kept"


def test_a_run_passes_the_rungs_of_a_term_and_is_bounded(sign_in: Callable[[str], Client], engine: Engine) -> None:
    run = Rehearsal(sign_in("drawer"), engine, "examples", "minute_term", "CH05-003")
    kinds = [run.play()["jobs"][0]["kind"]]
    for _ in range(3):
        kinds.append(run.play({"toNextDeadline": True})["jobs"][0]["kind"])
    assert kinds == ["remind", "remind", "overdue", "level2"]
    assert run.play({"advance": "PT4M"})["at"] == "2026-11-24T01:05:00Z"
    assert run.play({"complete": "answer_in_time", "outcome": "done"})["ended"]
    nothing = run.post(steps=[*run.body["steps"], {"toNextDeadline": True}])["refused"]
    assert (nothing["step"], nothing["code"]) == (5, "rehearsal-no-deadline")
    assert run.post(steps=[{"advance": "P3800D"}])["refused"]["code"] == "term-too-long"
    assert run.post(steps=[{"complete": "a", "signal": "b"}], status=422)["code"] == "rehearsal-step"
    assert run.post(steps=[{"toNextDeadline": True}] * 201, status=422)["code"] == "invalid-request"
    assert run.post(at="9999-12-31T23:59:59Z", status=422)["code"] == "invalid-request"
    assert run.post(process="nowhere", status=404)["code"] == "rehearsal-no-process"
    broken = run.post(files={"minute_term.bpmn": "<bpmn:"}, status=422)
    assert (broken["code"], broken["errors"][0]["path"]) == ("rehearsal-model", "minute_term.bpmn#")


def test_a_run_is_kept_as_a_scenario_that_holds_until_the_process_changes(
    sign_in: Callable[[str], Client], engine: Engine
) -> None:
    run = Rehearsal(sign_in("drawer"), engine, "examples", "minute_term", "CH05-003")
    run.play({"toNextDeadline": True}, {"complete": "answer_in_time", "outcome": "done"})
    never = run.design_post("coverage", {})
    assert (never["scenarios"], never["coverage"]["passed"]) == ([], 0)
    kept = run.post("rehearsal/scenario", status=201, id="in_time")
    assert kept["name"] == "in_time.scenario.json"
    played = run.design_post("coverage", {})
    assert [(one["id"], one["passed"], one["reason"]) for one in played["scenarios"]] == [("in_time", True, "")]
    assert {place["element"] for place in played["passed"]} == {"start", "answer_in_time", "end"}
    assert {place["process"] for place in played["coverage"]["never"]} == {"expense", "joint_signing", "party_committee"}
    model = (LIBRARY / "examples" / "minute_term.bpmn").read_text(encoding="utf-8").replace("answer_in_time", "answer")
    files = {"minute_term.bpmn": model, "none.scenario.json": '{"begin": "soon", "steps": []}'}
    broken, none = run.design_post("coverage", {"files": files})["scenarios"]
    assert not broken["passed"]
    assert none["reason"].startswith("不是场景文件")
    assert "打开的任务应为 answer_in_time，实际为 answer" in broken["reason"]
    assert run.post("rehearsal/scenario", status=422, id="../x")["code"] == "invalid-request"


def test_who_would_get_a_task_and_whether_an_expression_is_one(sign_in: Callable[[str], Client], engine: Engine) -> None:
    run = Rehearsal(sign_in("drawer"), engine, "referral", "referral_from", "CH05-003")
    body = {"element": "call_patient", "by": run.body["by"], "at": MORNING, "data": {"auditInst": "CH05"}}
    found = run.design_post("who", body)
    assert [(p["staffNumber"], p["why"]) for p in found["people"]] == [("CH05-002", "在该机构任此岗位"), ("CH05-003", "是发起人")]
    assert found["gaps"] == []
    without = run.design_post("who", {**body, "by": {"person": run.body["by"]["person"]}, "data": {}})
    assert ([p["staffNumber"] for p in without["people"]], without["gaps"]) == (
        ["CH05-003"],
        ["第 1 条规则要读 auditInst，还没有值"],
    )
    assert run.design_post("who", {**body, "element": "nothing"}, 404)["code"] == "rehearsal-no-element"

    def checked(text: str, kind: str) -> Any:
        return run.client.call("POST", "/expressions/check", {"text": text, "kind": kind}).json()

    assert checked("urgency == 'U' and len(lines) > 0", "condition") == {
        "ok": True,
        "problem": None,
        "reads": ["lines", "urgency"],
    }
    wrong = checked("urgency == ", "condition")
    assert (wrong["ok"], wrong["problem"]["message"]["zh"].startswith("写法不对")) == (False, True)
    assert checked("转诊 ${referralNo}", "template")["reads"] == ["referralNo"]
    assert checked("import os", "script")["ok"] is False
    words = {word["name"]: word for word in run.client.get("/expressions/words")["items"]}
    assert (words["len"]["kind"], words["and"]["kind"]) == ("function", "word")
    assert all(word["about"]["zh"] and word["about"]["en"] for word in words.values())


def _counted(engine: Engine) -> list[int]:
    """Rows that a real case would have left."""
    tables = (ProcessInstance, History, Notification)
    with engine.database.reading() as connection:
        counted = [int(connection.execute(select(func.count()).select_from(table)).scalar_one()) for table in tables]
        acts = select(func.count()).select_from(AuditEntry).where(AuditEntry.instance.is_not(None))
        return [*counted, int(connection.execute(acts).scalar_one())]
