from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from engine.commands.account import CreateAccount
from engine.commands.deployment import Deploy
from engine.commands.instance import RunInstance
from engine.commands.organisation import PutPerson
from engine.engine import Engine
from engine.store.tables import ProcessInstance, Variable
from engine.testing import bpmn, process
from tests.api.browser import Client
from tests.api.community import PASSWORD

SignIn = Callable[[str], Client]
WORK = (
    '<serviceTask id="lab"><extensionElements><liandong:external topic="lab-order"><liandong:in name="test"/>'
    '<liandong:out name="value"/></liandong:external></extensionElements></serviceTask>'
)
GUIDE = Path(__file__).parents[2] / "docs/guides/integrators.md"


@pytest.fixture
def ordering(engine: Engine) -> Callable[[], UUID]:
    """Starts a case whose task another system does, and returns its id."""
    model = bpmn(process("order", '<startEvent id="s"/>', WORK, '<endEvent id="e"/>', flows="s > lab > e"))
    engine.execute(Deploy(name="order", resources={"order.bpmn": model}))
    for login, right in (("lab", "external-tasks:lab-order"), ("x-ray", "external-tasks:x-ray")):
        engine.execute(PutPerson(staff_number=login, name=f"{login}·演示"))
        account = CreateAccount(person=login, login=login, password=PASSWORD, must_change=False, rights=(right,))
        engine.execute(account)

    def start() -> UUID:
        case = engine.execute(RunInstance(process_key="order", variables={"test": "HbA1c", "name": "secret"}, institution="CH01"))
        assert case.instance is not None
        return case.instance

    return start


def fetch(client: Client, worker: str = "w1", wait: int = 0, topic: str = "lab-order", lock: int = 60) -> list[Any]:
    body = {"workerId": worker, "topics": [{"name": topic, "lockSeconds": lock}], "waitSeconds": wait}
    answer = client.call("POST", "/external-tasks/fetch-and-lock", body)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def held(task: Any, worker: str = "w1") -> dict[str, Any]:
    return {"workerId": worker, "lockToken": task["lockToken"]}


def act(client: Client, task: Any, action: str, body: dict[str, Any], **headers: str) -> tuple[int, str]:
    answer = client.call("POST", f"/external-tasks/{task['id']}/{action}", body, **headers)
    return answer.status_code, "" if answer.status_code == 204 else answer.json()["code"]


def state(engine: Engine, case: UUID) -> str:
    with engine.database.reading() as connection:
        return str(connection.execute(select(ProcessInstance.state).where(ProcessInstance.id == case)).scalar_one())


def test_work_is_fetched_done_and_handed_back(engine: Engine, ordering: Callable[[], UUID], sign_in: SignIn) -> None:
    lab = sign_in("lab")
    case = ordering()
    (task,) = fetch(lab)
    assert (task["variables"], task["instanceId"], task["topic"]) == ({"test": "HbA1c"}, str(case), "lab-order")
    assert task["idempotencyKey"].startswith(f"{case}:lab:")
    key = str(uuid4())
    body = {**held(task), "variables": {"value": "6.1"}}
    assert act(lab, task, "complete", body, Idempotency_Key=key) == (204, "")
    assert act(lab, task, "complete", body, Idempotency_Key=key) == (204, "")
    assert act(lab, task, "complete", body) == (409, "external-task-gone")
    assert state(engine, case) == "completed"


def test_who_lost_the_lock_gets_409_and_changes_nothing(engine: Engine, ordering: Callable[[], UUID], sign_in: SignIn) -> None:
    lab = sign_in("lab")
    case = ordering()
    (late,) = fetch(lab, lock=1)
    time.sleep(1.1)
    for action, more in (
        ("complete", {"variables": {"value": 1}}),
        ("failure", {"message": "x"}),
        ("bpmn-error", {"code": "x"}),
        ("extend-lock", {"lockSeconds": 60}),
    ):
        assert act(lab, late, action, {**held(late), **more}) == (409, "external-lock-lost")
    (task,) = fetch(lab, "w2")
    assert act(lab, late, "complete", {**held(late), "variables": {"value": 1}}) == (409, "external-lock-lost")
    assert state(engine, case) == "active"
    assert act(lab, task, "complete", {**held(task, "w2"), "variables": {"value": 2}}) == (204, "")


def test_a_request_waits_until_there_is_work(ordering: Callable[[], UUID], sign_in: SignIn) -> None:
    lab = sign_in("lab")
    found: list[Any] = []
    waiting = threading.Thread(target=lambda: found.extend(fetch(lab, wait=20)))
    waiting.start()
    time.sleep(0.3)
    assert waiting.is_alive()
    ordering()
    waiting.join(15)
    assert [task["variables"] for task in found] == [{"test": "HbA1c"}]


def test_a_request_that_waits_in_vain_gets_an_empty_list(ordering: Callable[[], UUID], sign_in: SignIn) -> None:
    assert fetch(sign_in("lab"), wait=1) == []


def test_requests_that_wait_hold_no_database_connection(
    engine: Engine, ordering: Callable[[], UUID], serve: Callable[..., str]
) -> None:
    address = serve(stream_limit=20, streams_per_person=20)
    clients = [Client(address).sign_in("lab") for _ in range(8)]
    waiting = [threading.Thread(target=fetch, args=(client, f"w{number}", 3)) for number, client in enumerate(clients)]
    for thread in waiting:
        thread.start()
    time.sleep(1)
    assert engine.database.engine.pool.checkedout() <= 2  # type: ignore[attr-defined]
    for thread in waiting:
        thread.join(20)


def test_a_topic_of_another_system_is_out_of_reach(engine: Engine, ordering: Callable[[], UUID], sign_in: SignIn) -> None:
    ordering()
    (task,) = fetch(sign_in("lab"))
    other = sign_in("x-ray")
    body = {"workerId": "w1", "topics": [{"name": "lab-order"}]}
    refused = other.call("POST", "/external-tasks/fetch-and-lock", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "topic-missing")
    assert act(other, task, "complete", held(task)) == (409, "external-task-gone")
    for login in ("gp", "operator"):
        refused = sign_in(login).call("POST", "/external-tasks/fetch-and-lock", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "right-missing")
    assert other.call("GET", "/external-tasks").status_code == 403


def test_operators_see_what_waits_but_not_what_it_is_about(ordering: Callable[[], UUID], sign_in: SignIn) -> None:
    ordering()
    lab, operator = sign_in("lab"), sign_in("operator")
    (task,) = fetch(lab)
    (row,) = operator.get("/external-tasks?topic=lab-order")["items"]
    assert (row["id"], row["worker"], row["state"], row["element"]) == (task["id"], "w1", "open", "lab")
    assert not {"variables", "inputs", "lockToken"} & set(row)
    failure = {**held(task), "message": "no answer", "details": "at line 7", "retries": 0}
    assert act(lab, task, "failure", failure) == (204, "")
    assert operator.get("/external-tasks?state=open")["items"] == []
    found = operator.get(f"/external-tasks/{task['id']}")
    assert (found["state"], found["error"], found["errorDetails"], found["failures"]) == ("failed", "no answer", "at line 7", 1)
    (incident,) = operator.get("/operations/incidents")["items"]
    assert (incident["code"], incident["element"], incident["message"]) == ("external-task", "lab", "no answer")
    assert operator.call("POST", f"/operations/incidents/{incident['id']}/retry").status_code == 204
    (again,) = fetch(lab)
    assert again["idempotencyKey"] == task["idempotencyKey"]
    assert act(operator, again, "unlock", {}) == (204, "")
    assert len(fetch(lab, "w2")) == 1
    assert operator.call("GET", f"/external-tasks/{uuid4()}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"workerId": "w", "topics": []},
        {"workerId": "", "topics": [{"name": "lab-order"}]},
        {"workerId": "w", "topics": [{"name": "lab-order", "lockSeconds": 0}]},
        {"workerId": "w", "topics": [{"name": "lab-order"}], "waitSeconds": 31},
        {"workerId": "w", "topics": [{"name": "lab-order"}], "maxTasks": 101},
    ],
)
def test_a_fetch_that_is_wrong_is_refused(ordering: Callable[[], UUID], sign_in: SignIn, body: dict[str, Any]) -> None:
    answer = sign_in("lab").call("POST", "/external-tasks/fetch-and-lock", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


def test_the_worker_of_the_guide_works(engine: Engine, ordering: Callable[[], UUID], address: str) -> None:
    case = ordering()
    scripts = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    (script,) = (script for script in scripts if "fetch-and-lock" in script)
    environment = {**os.environ, "LIANDONG_URL": address, "LOGIN": "lab", "PASSWORD": PASSWORD}
    ran = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60)
    assert (ran.stdout, ran.stderr) == ("1\n", "")
    assert state(engine, case) == "completed"
    with engine.database.reading() as connection:
        kept = select(Variable.value).join(ProcessInstance, ProcessInstance.key == Variable.instance)
        values = connection.execute(kept.where(ProcessInstance.id == case, Variable.name == "value")).scalars().all()
    assert values == ["HbA1c ordered"]
