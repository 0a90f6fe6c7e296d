from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.api.browser import Client
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
