from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from engine.clock import VirtualClock
from engine.engine import Engine
from tests.api.browser import Client
from worker.worker import Worker

SignIn = Callable[[str], Client]
SLIP = {"name": "张三丰", "idNo": "X1", "urgency": "U", "amount": 2.5}


def ids(page: dict[str, Any]) -> list[str]:
    return [row["id"] for row in page["items"]]


def test_steps_have_their_english_names_wherever_a_case_is_read_in_english(sign_in: SignIn) -> None:
    gp, director = sign_in("gp"), sign_in("director")
    started = gp.start()
    case = started["instance"]["id"]
    gp.complete(started["nextTask"]["id"], "submit", SLIP)
    for person in (gp, director):
        read = person.call("GET", f"/instances/{case}", Accept_Language="en").json()
        assert [(step["step"], step["holder"]) for step in read["now"]] == [("Review", "Branch director · 东湾")]
    [now] = [
        line
        for line in gp.call("GET", f"/instances/{case}/timeline", Accept_Language="en").json()["items"]
        if line["state"] == "now"
    ]
    assert (now["title"], now["titleEn"], now["person"]) == ("院内审核", "Review", "Branch director · 东湾")
    [review] = director.get("/tasks?box=claimable")["items"]
    director.act(review["id"], "claim")
    director.complete(review["id"], "approve", {"remark": "同意转出"}, "尽快")
    lines = gp.get(f"/instances/{case}/timeline")["items"]
    assert {"Claimed “Review”", "Review: Approve"} <= {line["titleEn"] for line in lines}
    assert {"领取“院内审核”", "院内审核：同意"} <= {line["title"] for line in lines}


def test_a_case_goes_from_branch_to_centre_and_back(sign_in: SignIn, worker: Worker) -> None:
    gp, director, centre = sign_in("gp"), sign_in("director"), sign_in("centre")

    started = gp.start()
    case = started["instance"]["id"]
    assert started["instance"]["number"] == "JJ2026CH0100001"
    assert started["nextTask"]["name"] == "填写"
    reply = gp.complete(started["nextTask"]["id"], "submit", SLIP)
    assert reply["task"]["outcomeLabel"] == "提交"
    assert reply["instance"]["subject"] == "张*丰"
    assert [(step["step"], step["holder"]) for step in reply["instance"]["now"]] == [("院内审核", "院长 · 东湾")]

    [review] = director.get("/tasks?box=claimable")["items"]
    assert review["from"] == {"name": "甘平·演示", "institution": "东湾"}
    assert (review["subject"], review["termSeconds"], review["claimable"]) == ("张*丰", 1800, True)
    assert director.act(review["id"], "claim").status_code == 200
    assert director.complete(review["id"], "approve", {"remark": "同意转出"}, "尽快")["nextTask"] is None
    assert worker.drain() >= 1

    [accept] = centre.get("/tasks?box=claimable")["items"]
    assert accept["from"] == {"name": "东湾", "institution": None}
    waiting = gp.get(f"/instances/{case}")["now"]
    assert [(step["step"], step["holder"]) for step in waiting] == [("等待答复", "总医院")]
    centre.complete(accept["id"], "accept")
    worker.drain()

    assert gp.get(f"/instances/{case}")["state"] == "completed"
    lines = [line["title"] for line in gp.get(f"/instances/{case}/timeline")["items"]]
    assert lines == [
        "发起：交接",
        "填写：提交",
        "领取“院内审核”",
        "院内审核：同意",
        "发送申请 → 总医院",
        "收到总医院的消息：等待答复",
        "办结",
        "流程结束",
    ]


def test_an_overdue_task_climbs_until_the_superior_gives_it_to_somebody_else(
    sign_in: SignIn, worker: Worker, engine: Engine
) -> None:
    clock = engine.clock = VirtualClock(engine.clock.now())
    gp, director, centre, chief = sign_in("gp"), sign_in("director"), sign_in("centre"), sign_in("chief")
    gp.complete(gp.start()["nextTask"]["id"], "submit", SLIP)
    director.complete(director.get("/tasks?box=claimable")["items"][0]["id"], "approve")
    worker.drain()
    task = centre.get("/tasks?box=claimable")["items"][0]["id"]
    centre.act(task, "claim")

    def after(minutes: int) -> dict[str, Any]:
        clock.advance(timedelta(minutes=minutes))
        worker.drain()
        return centre.get("/tasks/counts")

    assert (after(17)["soon"], after(0)["overdue"]) == (1, 0)
    assert (after(4)["soon"], after(0)["overdue"]) == (0, 1)
    assert centre.get("/tasks?box=overdue")["items"][0]["level"] == 1
    [copy] = chief.get("/tasks?box=copied")["items"]
    assert (copy["id"], copy["unread"]) == (task, True)
    assert chief.call("POST", f"/copies/{copy['copyId']}/read", {}).status_code == 204
    assert chief.get("/tasks/counts")["copied"] == 0
    assert chief.call("GET", f"/tasks/{task}/reassignees").json()["code"] == "not-superior"

    after(5)
    assert chief.get(f"/tasks/{task}")["actions"] == ["reassign"]
    people = chief.get(f"/tasks/{task}/reassignees")
    assert centre.session["person"]["id"] not in [person["id"] for person in people]
    [night] = [person for person in people if person["name"] == "倪晔·演示"]
    assert chief.act(task, "reassign", {"personId": night["id"], "reason": ""}).json()["errors"][0]["path"] == "reason"
    given = chief.act(task, "reassign", {"personId": night["id"], "reason": "值班调整"})
    assert given.status_code == 200
    assert given.json()["task"]["assignee"]["name"] == "倪晔·演示"
    assert centre.get("/tasks/counts")["todo"] == 0
    case = given.json()["instance"]["id"]
    told = [line["title"] for line in chief.get(f"/instances/{case}/timeline")["items"] if line["kind"] == "escalation"]
    assert told == ["“接收”提醒", "“接收”提醒", "“接收”已超时，抄送上级", "“接收”二级督办"]
    sign_in("night").complete(task, "accept")


def test_the_whole_subject_is_for_who_opens_the_case(sign_in: SignIn) -> None:
    gp = sign_in("gp")
    started = gp.start()
    gp.complete(started["nextTask"]["id"], "submit", SLIP)

    assert gp.get(f"/instances/{started['instance']['id']}")["subject"] == "张三丰"
    assert gp.get("/instances?box=started")["items"][0]["subject"] == "张*丰"


def test_what_comes_next_is_told_before_a_start_before_a_decision_and_in_the_case(sign_in: SignIn) -> None:
    gp, director = sign_in("gp"), sign_in("director")
    capacity = gp.session["capacities"][0]["id"]
    steps = gp.get(f"/processes/handover_from/forecast?capacityId={capacity}")["steps"]
    assert [(step["name"], step["mark"], step["mine"]) for step in steps[:2]] == [
        ("填写", "certain", True),
        ("院内审核", "certain", False),
    ]
    assert (steps[1]["people"], steps[1]["peopleCount"]) == (["戴岚·演示", "杜和·演示"], 2)
    assert director.call("GET", f"/processes/handover_from/forecast?capacityId={capacity}").status_code == 404
    started = gp.start()
    sent = gp.call("POST", f"/tasks/{started['nextTask']['id']}/forecast", {"data": SLIP}).json()["outcomes"]
    submit = next(found for found in sent if found["outcome"] == "submit")
    assert [(step["name"], step["mark"]) for step in submit["steps"]] == [("院内审核", "certain")]
    case = f"/instances/{started['instance']['id']}/forecast"
    gp.complete(started["nextTask"]["id"], "submit", SLIP)
    found = gp.get(case)
    assert ([step["name"] for step in found["done"]], [step["name"] for step in found["current"]]) == (["填写"], ["院内审核"])
    assert sign_in("stranger").call("GET", case).status_code == 404


def test_a_task_shows_the_fields_that_its_holder_may_read(sign_in: SignIn) -> None:
    gp, director = sign_in("gp"), sign_in("director")
    gp.complete(gp.start()["nextTask"]["id"], "submit", SLIP)

    [row] = director.get("/tasks?box=claimable")["items"]
    task = director.get(f"/tasks/{row['id']}")

    access = {field["key"]: field["access"] for field in task["form"]["components"]}
    assert access == {"name": "read", "urgency": "read", "amount": "read", "remark": "write", "papers": "read"}
    assert task["data"] == {"name": "张三丰", "urgency": "U", "amount": 2.5}
    assert task["subject"] == "张三丰"
    assert task["actions"] == ["claim", "complete", "saveDraft", "return"]
    assert task["capacity"]["post"] == "院长"
    demands = [(outcome["value"], outcome["opinionRequired"]) for outcome in task["outcomes"]]
    assert demands == [("approve", False), ("reject", True)]
    assert [(opinion["step"], opinion["outcomeLabel"]) for opinion in task["opinions"]] == [("填写", "提交")]
    assert [step["kind"] for step in task["ladder"]] == ["remind", "remind", "overdue", "level2", "level3"]


def test_a_finished_task_is_shown_as_it_was_decided(sign_in: SignIn) -> None:
    gp, director = sign_in("gp"), sign_in("director")
    filled = gp.start()["nextTask"]["id"]
    gp.complete(filled, "submit", SLIP)
    [review] = director.get("/tasks?box=claimable")["items"]
    director.complete(review["id"], "reject", {"remark": "资料不全"}, "请补充")

    task = gp.get(f"/tasks/{filled}")
    assert task["data"] == {"name": "张三丰", "idNo": "X1", "urgency": "U", "amount": 2.5}
    assert task["actions"] == []
    assert {field["access"] for field in task["form"]["components"]} == {"read"}
    assert ids(gp.get("/tasks?box=done")) == [filled]
    assert director.get(f"/tasks/{review['id']}")["data"]["remark"] == "资料不全"


def test_boxes_and_counts_agree(sign_in: SignIn) -> None:
    gp, director = sign_in("gp"), sign_in("director")
    for _ in range(3):
        gp.complete(gp.start()["nextTask"]["id"], "submit", SLIP)
    open_task = gp.start()["nextTask"]["id"]
    taken = director.get("/tasks?box=claimable")["items"][0]["id"]
    director.act(taken, "claim")

    assert gp.get("/tasks/counts") == {
        "todo": 1,
        "claimable": 0,
        "overdue": 0,
        "soon": 0,
        "copied": 0,
        "started": 4,
        "sending": 0,
        "drafts": 0,
        "later": 0,
    }
    assert ids(gp.get("/tasks?box=todo")) == [open_task]
    counts = director.get("/tasks/counts")
    assert (counts["todo"], counts["claimable"]) == (1, 2)
    assert ids(director.get("/tasks?box=todo")) == [taken]


def test_the_most_urgent_task_stands_first_and_pages_follow_on(sign_in: SignIn) -> None:
    gp, director = sign_in("gp"), sign_in("director")
    for urgency in ("R", "U", "E", "R", "U"):
        gp.complete(gp.start()["nextTask"]["id"], "submit", {"name": "某", "urgency": urgency})

    seen, cursor = [], ""
    while True:
        page = director.get(f"/tasks?box=claimable&limit=2{cursor}")
        assert len(page["items"]) <= 2
        seen += [row["urgency"] for row in page["items"]]
        if page["nextCursor"] is None:
            break
        cursor = f"&cursor={page['nextCursor']}"
    assert seen == ["E", "U", "U", "R", "R"]


def test_search_finds_number_subject_and_step(sign_in: SignIn) -> None:
    gp = sign_in("gp")
    first, second = gp.start(), gp.start()
    gp.complete(first["nextTask"]["id"], "submit", {"name": "李四光"})

    assert ids(gp.get("/instances?box=started&q=四")) == [first["instance"]["id"]]
    assert ids(gp.get(f"/tasks?box=todo&q={second['instance']['number']}")) == [second["nextTask"]["id"]]
    assert gp.get("/tasks?box=todo&q=100%25")["items"] == []
    assert gp.get("/tasks?box=todo&process=handover_to")["items"] == []


def test_the_diagram_tells_where_the_case_stands(sign_in: SignIn) -> None:
    gp = sign_in("gp")
    started = gp.start()
    gp.complete(started["nextTask"]["id"], "submit", SLIP)

    diagram = gp.get(f"/instances/{started['instance']['id']}/diagram")

    assert "handover_from" in diagram["xml"]
    assert [(token["element"], token["count"]) for token in diagram["tokens"]] == [("review", 1)]
    assert diagram["done"] == ["begin", "fill"]
    states = {step["element"]: step["state"] for step in diagram["outline"]}
    assert (states["fill"], states["review"], states["answer"]) == ("done", "now", "todo")
    assert diagram["pools"] == [{"instanceId": started["instance"]["id"], "name": "转出机构", "visible": True}]


def test_a_draft_is_kept_for_its_writer(sign_in: SignIn) -> None:
    gp = sign_in("gp")
    task = gp.start()["nextTask"]["id"]

    saved = gp.call("PUT", f"/tasks/{task}/draft", {"data": {"name": "半"}, "opinion": "待补"})

    assert saved.status_code == 200
    assert saved.json()["savedAt"].endswith("Z")
    draft = gp.get(f"/tasks/{task}")["draft"]
    assert (draft["data"], draft["opinion"]) == ({"name": "半"}, "待补")


def test_a_notification_is_read_once_it_is_said_to_be(sign_in: SignIn) -> None:
    gp, director = sign_in("gp"), sign_in("director")
    gp.complete(gp.start()["nextTask"]["id"], "submit", SLIP)

    lines = director.get("/notifications")
    assert lines["unread"] == 1
    [line] = lines["items"]
    assert "院内审核" in line["text"]
    assert director.get("/tasks?box=claimable")["items"][0]["unread"] is True
    assert director.call("POST", "/notifications/read", {"ids": [line["id"]]}).status_code == 204
    assert director.get("/notifications")["unread"] == 0
    assert director.get("/tasks?box=claimable")["items"][0]["unread"] is False


def test_only_starters_see_what_may_be_started(sign_in: SignIn) -> None:
    gp, director = sign_in("gp"), sign_in("director")

    [process] = gp.get("/processes/startable")
    assert (process["key"], process["title"]) == ("handover_from", "交接")
    assert process["capacities"] == [gp.session["capacities"][0]["id"]]
    assert director.get("/processes/startable") == []
    refused = director.call(
        "POST", "/instances", {"processKey": "handover_from", "capacityId": director.session["capacities"][0]["id"]}
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "not-a-starter")


def test_a_message_from_outside_needs_the_right_to_send_one(sign_in: SignIn) -> None:
    operator, gp = sign_in("operator"), sign_in("gp")
    body = {"name": "Answered", "to": "CH01", "correlation": {"handoverNo": "none"}, "messageId": "M-1"}

    accepted = operator.call("POST", "/messages", body)
    assert (accepted.status_code, accepted.json()["state"]) == (202, "waiting")
    assert operator.call("POST", "/messages", body).json() == accepted.json()
    assert gp.call("POST", "/messages", body).status_code == 403


def test_a_step_has_its_english_name_where_the_model_gives_one(sign_in: SignIn) -> None:
    gp, director = sign_in("gp"), sign_in("director")
    task = gp.start()["nextTask"]["id"]
    assert gp.get(f"/tasks/{task}?lang=en")["name"] == "填写"
    gp.complete(task, "submit", SLIP)
    names = [director.get(f"/tasks?box=claimable&lang={lang}")["items"][0]["name"] for lang in ("zh", "en")]
    assert names == ["院内审核", "Review"]
