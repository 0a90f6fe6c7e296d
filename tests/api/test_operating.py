from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from engine.commands.deployment import Deploy
from engine.engine import Engine
from tests.api.browser import Client
from tests.api.community import HANDOVER
from tests.api.test_cases import SLIP
from worker.worker import Worker

SignIn = Callable[[str], Client]


@pytest.fixture
def case(sign_in: SignIn) -> dict[str, Any]:
    """A started case of the branch, whose first task waits for the practitioner."""
    return sign_in("gp").start()


def path(case: dict[str, Any], action: str) -> str:
    return f"/operations/instances/{case['instance']['id']}/{action}"


def refused(answer: Any, status: int, code: str) -> str:
    """The sentence of a refusal."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    return str(answer.json()["detail"])


def test_a_suspended_case_refuses_its_people_with_a_clear_sentence(sign_in: SignIn, case: dict[str, Any]) -> None:
    gp, operator = sign_in("gp"), sign_in("operator")
    key = str(uuid4())
    answer = operator.call("POST", path(case, "suspend"), {"reason": "核对信息"}, Idempotency_Key=key)
    assert answer.json() == {"id": case["instance"]["id"], "state": "suspended"}
    assert operator.call("POST", path(case, "suspend"), {"reason": "核对信息"}, Idempotency_Key=key).json() == answer.json()

    task = gp.get("/tasks?box=todo")["items"][0]
    assert (task["suspended"], gp.get(f"/instances/{case['instance']['id']}")["state"]) == (True, "suspended")
    assert [row["state"] for row in operator.get("/operations/instances?state=suspended")["items"]] == ["suspended"]
    detail = refused(gp.act(task["id"], "complete", {"outcome": "submit", "data": SLIP}), 409, "instance-suspended")
    assert detail == "该流程已挂起，恢复后才能办理。"
    assert gp.call("PUT", f"/tasks/{task['id']}/draft", {"data": {"name": "张三"}}).status_code < 300

    assert operator.call("POST", path(case, "resume"), {"reason": "核对完毕"}).json()["state"] == "active"
    gp.complete(task["id"], "submit", SLIP)
    lines = [
        (line["title"], line["detail"], line["person"])
        for line in gp.get(f"/instances/{case['instance']['id']}/timeline")["items"]
    ]
    assert ("流程挂起", "核对信息", "欧博·演示") in lines
    english = gp.call("POST", path(case, "suspend"), {"reason": "x"}, Accept_Language="en")
    assert refused(english, 403, "right-missing") == "You lack the right to do this."


def test_a_case_is_moved_after_a_look_at_what_would_happen(sign_in: SignIn, case: dict[str, Any]) -> None:
    director, operator = sign_in("director"), sign_in("operator")
    [token] = operator.get(path(case, "tokens"))
    assert (token["type"], token["state"], token["ancestor"]) == ("userTask", "ready", None)
    move = [{"cancel": {"token": token["key"]}, "start": {"before": "review"}}]
    found = operator.call("POST", path(case, "modify/preview"), {"instructions": move}).json()
    assert (found["tasksClosed"], found["tasksOpened"], found["state"]) == ([token["element"]], ["review"], "active")
    assert operator.get(path(case, "tokens")) == [token]

    assert operator.call("POST", path(case, "modify"), {"instructions": move, "reason": "补办"}).json()["state"] == "active"
    assert [row["name"] for row in director.get("/tasks?box=claimable")["items"]] == ["院内审核"]
    again = operator.call("POST", path(case, "modify"), {"instructions": move, "reason": "补办"})
    assert refused(again, 409, "token-gone") == "该令牌已不存在，请刷新后再试。"
    wrong = {"instructions": [{"start": {"before": "nowhere"}}], "reason": "补办"}
    assert refused(operator.call("POST", path(case, "modify"), wrong), 422, "unknown-element") == "流程图中没有元素“nowhere”。"


@pytest.mark.parametrize(
    "instruction",
    [{}, {"start": {}}, {"start": {"before": "a", "after": "b"}}, {"cancel": {}}, {"cancel": {"token": "x"}}, {"jump": "a"}],
)
def test_an_instruction_says_one_thing(sign_in: SignIn, case: dict[str, Any], instruction: dict[str, Any]) -> None:
    body = {"instructions": [instruction], "reason": "补办"}
    refused(sign_in("operator").call("POST", path(case, "modify"), body), 422, "invalid-request")


def test_variables_are_shown_masked_and_written_with_a_reason(sign_in: SignIn, case: dict[str, Any]) -> None:
    gp, operator = sign_in("gp"), sign_in("operator")
    gp.complete(case["nextTask"]["id"], "submit", SLIP)
    shown = operator.call("GET", path(case, "variables"))
    assert "三丰" not in shown.text
    masked = {row["name"]: row["masked"] for row in shown.json()}
    assert (masked["name"], masked["urgency"]) == ("张**", "U")
    revision = next(row["revision"] for row in operator.get("/operations/instances")["items"])
    body = {"variables": {"name": "李四"}, "reason": "姓名有误", "revision": revision}
    assert operator.call("POST", path(case, "variables"), body).status_code == 200
    assert gp.get(f"/instances/{case['instance']['id']}")["subject"].startswith("李四")
    assert refused(operator.call("POST", path(case, "variables"), body), 412, "stale-case").startswith("该流程刚有变化")
    body = {"variables": {"now": 1}, "reason": "试"}
    refused(operator.call("POST", path(case, "variables"), body), 422, "reserved-name")


def test_a_case_is_cancelled_and_its_task_is_gone(sign_in: SignIn, case: dict[str, Any], worker: Worker) -> None:
    gp, operator = sign_in("gp"), sign_in("operator")
    refused(operator.call("POST", path(case, "cancel"), {"reason": "  "}), 422, "invalid-form")
    assert operator.call("POST", path(case, "cancel"), {"reason": "患者撤回"}).json()["state"] == "cancelled"
    worker.drain()
    assert gp.get("/tasks?box=todo")["items"] == []
    assert gp.get(f"/instances/{case['instance']['id']}")["state"] == "cancelled"
    refused(operator.call("POST", path(case, "resume"), {"reason": "后悔"}), 409, "instance-ended")


def test_a_case_moves_to_a_new_version_and_back(sign_in: SignIn, case: dict[str, Any], engine: Engine) -> None:
    operator = sign_in("operator")
    resources = {file.name: file.read_bytes() for file in HANDOVER.iterdir()}
    resources["handover.bpmn"] = resources["handover.bpmn"].replace("院内审核".encode(), "审核".encode())
    engine.execute(Deploy(name="handover", resources=resources))
    found = operator.call("POST", path(case, "migrate/preview"), {"version": 2}).json()
    assert (found["migratable"], found["fromVersion"], found["toVersion"], found["step"]["state"]) == (True, 1, 2, "active")
    assert {"element", "target", "level", "code", "tokens", "message"} == set(found["lines"][0])
    assert operator.call("POST", path(case, "migrate"), {"version": 2, "reason": "修订"}).status_code == 200
    assert operator.get("/operations/instances")["items"][0]["process"]["version"] == 2
    again = operator.call("POST", path(case, "migrate"), {"version": 2, "reason": "修订"})
    assert refused(again, 409, "same-version") == "该流程已经是这个版本。"
    assert operator.call("POST", path(case, "revert"), {"reason": "撤回"}).status_code == 200
    assert operator.get("/operations/instances")["items"][0]["process"]["version"] == 1
    refused(operator.call("POST", path(case, "migrate/preview"), {"version": 9}), 404, "no-version")


def test_many_cases_are_operated_together(sign_in: SignIn, case: dict[str, Any], worker: Worker) -> None:
    operator = sign_in("operator")
    body = {"kind": "suspend", "process": "handover_from", "reason": "停机检修"}
    made = operator.call("POST", "/operations/batches", body, Idempotency_Key="b1")
    assert (made.status_code, made.json()["total"]) == (201, 1)
    assert operator.call("POST", "/operations/batches", body, Idempotency_Key="b1").json() == made.json()
    batch = f"/operations/batches/{made.json()['id']}"
    assert (operator.get(batch)["state"], operator.get(batch)["pending"]) == ("running", 1)
    worker.drain()
    assert (operator.get(batch)["state"], operator.get(batch)["done"]) == ("completed", 1)
    assert [row["id"] for row in operator.get("/operations/batches")["items"]] == [made.json()["id"]]
    [item] = operator.get(f"{batch}/items?state=done")["items"]
    assert item["instance"]["id"] == case["instance"]["id"]
    refused(operator.call("POST", f"{batch}/stop"), 409, "batch-over")
    refused(operator.call("POST", "/operations/batches", {**body, "process": "none"}), 422, "batch-size")
    refused(operator.call("POST", "/operations/batches", {**body, "kind": "explode"}), 422, "invalid-request")
