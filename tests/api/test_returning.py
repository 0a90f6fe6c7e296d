"""Sending a task back over the wire."""

from __future__ import annotations

from collections.abc import Callable

from engine.commands.deployment import Deploy
from engine.engine import Engine
from engine.testing import bpmn, process, user_task
from tests.api.browser import Client


def test_a_task_is_sent_back_with_its_reason(sign_in: Callable[[str], Client], engine: Engine) -> None:
    extensions = '<liandong:process startable="true"/><liandong:starter post="BR_GP"/>'
    tasks = user_task("draft", post="BR_GP") + user_task("check", post="BR_GP")
    start, end = '<startEvent id="s"/>', '<endEvent id="e"/>'
    model = bpmn(process("two", start, tasks, end, flows="s > draft > check > e", extensions=extensions))
    engine.execute(Deploy(name="two", resources={"two.bpmn": model}))
    gp = sign_in("gp")
    case = gp.start("two")["instance"]["id"]
    (draft,) = [row for row in gp.get("/tasks?box=todo")["items"] if row["instance"]["id"] == case] or [
        row for row in gp.get("/tasks?box=claimable")["items"] if row["instance"]["id"] == case
    ]
    first = gp.get(f"/tasks/{draft['id']}")
    assert "return" not in first["actions"]
    check = gp.complete(draft["id"], "done")["nextTask"]
    opened = gp.get(f"/tasks/{check['id']}")
    assert "return" in opened["actions"]
    assert opened["returned"] is None
    (target,) = gp.get(f"/tasks/{check['id']}/return-targets")
    assert (target["element"], target["refusal"], target["refusalText"], target["previous"]) == ("draft", None, None, True)
    unsaid = gp.act(check["id"], "return", {"target": "draft", "reason": " "})
    assert (unsaid.status_code, unsaid.json()["errors"][0]["path"]) == (422, "reason")
    unknown = gp.act(check["id"], "return", {"target": "check", "reason": "x"})
    assert (unknown.status_code, unknown.json()["detail"]) == (422, "只能退回到本流程已办过的步骤，“check”不是。")
    answer = gp.act(check["id"], "return", {"target": "draft", "reason": "请补充检查结果", "resume": "direct"})
    assert answer.status_code == 200
    assert answer.json()["task"]["outcomeLabel"] == "退回"
    again = answer.json()["nextTask"]
    assert (again["reason"], again["mine"]) == ("returned", True)
    returned = gp.get(f"/tasks/{again['id']}")["returned"]
    assert (returned["name"], returned["reason"], returned["resume"]) == ("check", "请补充检查结果", "direct")
    assert gp.act(check["id"], "return", {"target": "draft", "reason": "x"}).json()["code"] == "task-closed"


def test_a_decision_is_taken_back_and_a_case_withdrawn(sign_in: Callable[[str], Client], engine: Engine) -> None:
    extensions = '<liandong:process startable="true"/><liandong:starter post="BR_GP"/>'
    tasks = user_task("draft", post="BR_GP") + user_task("check", post="BR_DIR")
    start, end = '<startEvent id="s"/>', '<endEvent id="e"/>'
    model = bpmn(process("two", start, tasks, end, flows="s > draft > check > e", extensions=extensions))
    engine.execute(Deploy(name="two", resources={"two.bpmn": model}))
    gp = sign_in("gp")
    case = gp.start("two")["instance"]["id"]
    (draft,) = gp.get(f"/instances/{case}/tasks")["items"]
    gp.complete(draft["id"], "done")
    assert "takeBack" in gp.get(f"/tasks/{draft['id']}")["actions"]
    taken = gp.act(draft["id"], "take-back")
    assert taken.status_code == 200
    again = taken.json()["task"]["id"]
    assert again != draft["id"]
    gp.complete(again, "done")
    assert gp.get(f"/instances/{case}")["actions"] == ["withdraw", "urge"]
    assert gp.call("POST", f"/instances/{case}/withdraw", {"mode": "later", "reason": "x"}).status_code == 422
    withdrawn = gp.call("POST", f"/instances/{case}/withdraw", {"mode": "void", "reason": "不再需要"})
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "cancelled")
    refused = gp.call("POST", f"/instances/{case}/withdraw", {"mode": "void", "reason": "不再需要"})
    assert (refused.status_code, refused.json()["code"]) == (409, "withdraw-ended")


def test_what_stands_against_a_return_is_named(sign_in: Callable[[str], Client], engine: Engine) -> None:
    fork = '<parallelGateway id="f"/><parallelGateway id="j"/>'
    tasks = "".join(user_task(key, post="BR_GP") for key in ("draft", "left", "right", "last"))
    extensions = '<liandong:process startable="true"/><liandong:starter post="BR_GP"/>'
    flows = "s > draft > f > left > j > last > e, f > right > j"
    model = bpmn(process("fork", '<startEvent id="s"/>', tasks, fork, '<endEvent id="e"/>', flows=flows, extensions=extensions))
    engine.execute(Deploy(name="fork", resources={"fork.bpmn": model}))
    gp = sign_in("gp")
    case = gp.start("fork")["instance"]["id"]

    def task(name: str) -> str:
        rows = gp.get(f"/instances/{case}/tasks")["items"]
        return next(row["id"] for row in rows if row["name"] == name and row["state"] in ("open", "claimed"))

    gp.complete(task("draft"), "done")
    ends = gp.act(task("left"), "return", {"target": "draft", "reason": "x"})
    assert (ends.status_code, ends.json()["detail"]) == (
        409,
        "退回到“draft”会同时撤销其他分支上的工作：right。如确需退回，请勾选“撤销其他分支”。",
    )
    for name in ("left", "right"):
        gp.complete(task(name), "done")
    joined = gp.act(task("last"), "return", {"target": "left", "reason": "x"}, Accept_Language="en")
    assert joined.json()["detail"].startswith("“left” is in a branch that has been joined since")
    strange = gp.act(task("last"), "complete", {"outcome": "explode"})
    assert (strange.status_code, strange.json()["detail"]) == (422, "此任务没有办理结果“explode”，可选：done。")
