"""Several signers over the wire: what a task shows of its round, and what is done with seats beside voting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from engine.commands.deployment import Deploy
from engine.commands.organisation import Appoint
from engine.engine import Engine
from engine.testing import bpmn, process, user_task
from tests.api.browser import Client
from tests.engine.models import END, START, STARTER
from tests.engine.signing import signed
from worker.worker import Worker


def begin(engine: Engine, sign_in: Callable[[str], Client], mode: str, *people: str, **policy: str) -> Any:
    """A case of a new process that the general practitioner starts; returns its id."""
    key = f"signed-{mode}-{len(people)}-{len(policy)}"
    engine.execute(Deploy(name=key, resources={f"{key}.bpmn": signed(mode, *people, key=key, **policy)}))
    return sign_in("gp").start(key)["instance"]["id"]


def task_of(client: Client, case: str) -> Any:
    """The task of the case in a person's hands."""
    (row,) = [row for row in client.get("/tasks?box=todo")["items"] if row["instance"]["id"] == case]
    return client.get(f"/tasks/{row['id']}")


def person(client: Client, task: str, name: str) -> Any:
    """Id of somebody whom the task may be given to."""
    return next(row["id"] for row in client.get(f"/tasks/{task}/reassignees") if row["name"].startswith(name))


def test_a_task_shows_its_round_and_what_may_be_done(sign_in: Callable[[str], Client], engine: Engine) -> None:
    case = begin(engine, sign_in, "vote", "gp", "director", "deputy", threshold="2/3")
    gp, director = sign_in("gp"), sign_in("director")
    opened = task_of(gp, case)
    shown = opened["round"]
    assert (shown["mode"], shown["threshold"], shown["base"], shown["state"]) == ("vote", "2/3", "expected", "open")
    assert shown["tally"] == {"agree": 0, "refuse": 0, "abstain": 0, "expected": 3, "present": 3, "base": 3}
    assert [seat["person"] for seat in shown["seats"]] == ["甘平·演示", "戴岚·演示", "杜和·演示"]
    assert [seat["mine"] for seat in shown["seats"]] == [True, False, False]
    assert [right["operation"] for right in opened["operations"] if right["allowed"]] == [
        "transfer",
        "delegate",
        "add-before",
        "add-after",
        "add-beside",
        "copy",
        "circulate",
    ]
    gp.complete(opened["id"], "agree")
    seen = task_of(director, case)["round"]
    assert (seen["tally"]["agree"], seen["seats"][0]["vote"]) == (1, "agree")
    lines = gp.get(f"/instances/{case}/timeline")["items"]
    director.complete(task_of(director, case)["id"], "agree")
    assert any(line["title"] == "sign结果：同意" for line in gp.get(f"/instances/{case}/timeline")["items"])
    assert len(lines) > 1
    late = sign_in("deputy")
    (closed,) = [seat for seat in gp.get(f"/tasks/{opened['id']}")["round"]["seats"] if seat["ending"] == "unneeded"]
    answer = late.act(closed["id"], "complete", {"outcome": "agree"})
    assert (answer.status_code, answer.json()["facts"]["by"]) == (409, "戴岚·演示")


def test_a_task_is_handed_on_advised_and_added_to(sign_in: Callable[[str], Client], engine: Engine) -> None:
    case = begin(engine, sign_in, "single", "gp")
    gp, director, deputy = sign_in("gp"), sign_in("director"), sign_in("deputy")
    task = task_of(gp, case)["id"]
    to = person(gp, task, "戴岚")
    unsaid = gp.act(task, "delegate", {"personId": to, "reason": " "})
    assert (unsaid.status_code, unsaid.json()["errors"][0]["path"]) == (422, "reason")
    assert gp.act(task, "delegate", {"personId": to, "reason": "请看剂量"}).status_code == 200
    advice = task_of(director, case)
    assert [outcome["value"] for outcome in advice["outcomes"]] == ["advised"]
    waiting = gp.act(task, "complete", {"outcome": "agree"})
    assert (waiting.status_code, waiting.json()["detail"]) == (409, "还没有轮到您办理。")
    director.complete(advice["id"], "advised", opinion="可以")
    added = gp.act(task, "signers", {"personIds": [person(gp, task, "杜和")], "place": "before", "reason": "会签前先看"})
    assert (added.status_code, added.json()["task"]["state"]) == (200, "waiting")
    seats = gp.get(f"/tasks/{task}")["round"]["seats"]
    gone = next(seat for seat in seats if seat["removable"])
    assert (gone["kind"], gone["addedBy"]) == ("before", "甘平·演示")
    assert deputy.act(gone["id"], "remove", {"reason": "x"}).json()["code"] == "not-adder"
    assert gp.act(gone["id"], "remove", {"reason": "来不及"}).status_code == 200
    handed = gp.act(task, "transfer", {"personId": person(gp, task, "戴岚"), "reason": "出差"})
    assert handed.json()["code"] == "already-asked"
    assert gp.act(task, "transfer", {"personId": person(gp, task, "杜和"), "reason": "出差"}).status_code == 200
    assert [row["ending"] for row in gp.get("/tasks?box=done")["items"] if row["id"] == task] == ["transferred"]
    after = {"outcome": "agree", "after": {"personIds": [gp.session["person"]["id"]], "joint": "all", "binds": False}}
    held = deputy.act(task_of(deputy, case)["id"], "complete", after)
    assert (held.status_code, held.json()["instance"]["state"]) == (200, "active")
    gp.complete(task_of(gp, case)["id"], "refuse")
    assert gp.get(f"/instances/{case}")["state"] == "completed"


def test_copies_urging_comments_and_plain_consent(sign_in: Callable[[str], Client], engine: Engine) -> None:
    case = begin(engine, sign_in, "single", "director", operations="batch urge circulate")
    gp, director, deputy = sign_in("gp"), sign_in("director"), sign_in("deputy")
    assert gp.call("POST", f"/instances/{case}/urge", {"text": "今天要"}).status_code == 204
    again = gp.call("POST", f"/instances/{case}/urge", {})
    assert (again.status_code, again.json()["code"]) == (409, "urged-already")
    assert gp.call("POST", f"/instances/{case}/comments", {"text": "家属已到"}).status_code == 204
    task = task_of(director, case)
    assert task["urged"] == 1
    body = {"personIds": [person(director, task["id"], "杜和")], "circulate": True}
    assert director.call("POST", f"/tasks/{task['id']}/copies", body).status_code == 204
    (copy,) = [row for row in deputy.get("/tasks?box=copied")["items"] if row["id"] == task["id"]]
    (unread,) = director.get(f"/tasks/{task['id']}")["copies"]
    assert (unread["person"], unread["reason"], unread["readAt"], unread["asks"]) == ("杜和·演示", "circulate", None, False)
    assert deputy.get(f"/tasks/{task['id']}")["copies"][0]["asks"] is True
    assert deputy.call("POST", f"/copies/{copy['copyId']}/answer", {"opinion": "无异议"}).status_code == 204
    (answered,) = director.get(f"/tasks/{task['id']}")["copies"]
    assert (answered["opinion"], answered["readAt"] is not None, answered["id"]) == ("无异议", True, None)
    for client in (gp, deputy):
        assert client.call("POST", f"/instances/{case}/follow").status_code == 204
    assert deputy.get(f"/instances/{case}")["followed"] is True
    assert [row["id"] for row in deputy.get("/instances?box=followed")["items"]] == [case]
    assert gp.call("POST", f"/instances/{case}/comments", {"text": "已备血"}).status_code == 204
    assert gp.call("POST", f"/instances/{case}/unfollow").status_code == 204
    items = [{"id": task["id"], "revision": task["revision"]}, {"id": case}]
    agreed = director.call("POST", "/tasks/agree", {"tasks": items}, Idempotency_Key="many-1").json()["results"]
    assert [(result["done"], result["code"]) for result in agreed] == [(True, None), (False, "task-not-found")]
    assert director.call("POST", "/tasks/agree", {"tasks": items}, Idempotency_Key="many-1").json()["results"][0]["done"]
    told = [line["text"] for line in deputy.get("/notifications")["items"] if line["text"].startswith("关注")]
    assert [line.rpartition(" ")[2] for line in told] == ["已办结", "有新评论"]
    assert not any(line["text"].startswith("关注") for line in gp.get("/notifications")["items"])
    titles = [line["title"] for line in gp.get(f"/instances/{case}/timeline")["items"]]
    assert {"催办“sign”", "评论", "传阅意见：sign"} <= set(titles)


def test_a_decision_is_held_taken_back_and_sent(sign_in: Callable[[str], Client], engine: Engine, worker: Worker) -> None:
    case = begin(engine, sign_in, "single", "gp", "director")
    gp, director = sign_in("gp"), sign_in("director")
    assert gp.session["undoSeconds"] == 10
    task = gp.get("/tasks?box=claimable")["items"][0]["id"]
    held = gp.act(task, "complete", {"outcome": "agree", "opinion": "可以", "hold": True}).json()["task"]
    assert (held["heldLabel"], held["mine"], gp.get("/tasks/counts")["sending"]) == ("同意", False, 1)
    assert [row["id"] for row in gp.get("/tasks?box=sending")["items"]] == [task]
    late = director.act(task, "complete", {"outcome": "agree"})
    assert (late.status_code, late.json()["detail"]) == (409, "甘平·演示刚刚办理了此任务，正在发出。")
    assert director.act(task, "undo").status_code == 404
    undone = gp.act(task, "undo").json()["task"]
    assert (undone["heldUntil"], gp.get(f"/tasks/{task}")["draft"]["opinion"]) == (None, "可以")
    # Left for the clock, which has no time yet; asked for, it goes at once.
    gp.act(task, "complete", {"outcome": "agree", "hold": True})
    worker.drain()
    assert gp.get(f"/instances/{case}")["state"] == "active"
    assert gp.act(task, "send").json()["instance"]["state"] == "completed"
    assert gp.act(task, "undo").json()["detail"] == "已经发出，不能撤销；可以在已办里收回。"
    assert gp.call("PUT", "/session/undo", {"seconds": 5}).status_code == 422
    assert gp.call("PUT", "/session/undo", {"seconds": 0}).status_code == 204
    assert gp.get("/session")["undoSeconds"] == 0


def test_an_administrator_finds_the_people_of_a_task_anew(sign_in: Callable[[str], Client], engine: Engine) -> None:
    task = user_task("check", post="BR_NURSE", at="CH01")
    model = bpmn(process("anew", START, task, END, flows="s > check > e", extensions=STARTER))
    engine.execute(Deploy(name="anew", resources={"anew.bpmn": model}))
    operator = sign_in("operator")
    before = sign_in("gp").start("anew")["instance"]["id"]
    (fallen,) = [row for row in operator.get("/tasks?box=claimable")["items"] if row["instance"]["id"] == before]
    assert "recalculate" in operator.get(f"/tasks/{fallen['id']}")["actions"]
    assert operator.call("GET", f"/tasks/{fallen['id']}/recalculation").json()["code"] == "nobody-found"
    engine.execute(Appoint(person="S003", post="BR_NURSE", institution="CH01", department=None, from_date=date(2026, 1, 1)))
    found = operator.get(f"/tasks/{fallen['id']}/recalculation")
    assert (found["joining"], found["staying"]) == (["杜和·演示"], [])
    assert sign_in("gp").call("GET", f"/tasks/{fallen['id']}/recalculation").status_code == 403
    answer = operator.act(fallen["id"], "recalculate", {"reason": "补任命"})
    assert answer.status_code == 200, answer.text
    assert [row["name"] for row in sign_in("deputy").get("/tasks?box=todo")["items"]] == ["check"]
    lines = sign_in("gp").get(f"/instances/{before}/timeline")["items"]
    assert ("“check”重新计算审批人：新增杜和·演示，不再办理欧博·演示", "补任命") in [
        (line["title"], line["detail"]) for line in lines
    ]
