"""How a person keeps his desk: tasks put off, saved views of the inbox, and finding Chinese names by their initials."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from engine.engine import Engine
from tests.api.browser import Client
from tests.api.test_cases import SLIP

SignIn = Callable[[str], Client]


def box(who: Client, query: str) -> list[str]:
    """Ids of the tasks of a box, as filtered."""
    return [row["id"] for row in who.get(f"/tasks?box={query}")["items"]]


def later(**span: float) -> dict[str, Any]:
    return {"until": (datetime.now(UTC) + timedelta(**span)).isoformat()}


def test_a_task_is_put_off_until_its_time_or_until_something_happens_to_it(sign_in: SignIn, engine: Engine) -> None:
    gp, director = sign_in("gp"), sign_in("director")
    case = gp.start()
    mine = case["nextTask"]["id"]
    where = f"/tasks/{mine}/follow-up"
    assert gp.call("POST", where, later(hours=1)).status_code == 204
    assert (box(gp, "todo"), box(gp, "later")) == ([], [mine])
    counts = gp.get("/tasks/counts")
    assert (counts["todo"], counts["later"]) == (0, 1)
    [row] = gp.get("/tasks?box=later")["items"]
    assert row["followUpAt"] is not None
    assert gp.call("POST", where, {"until": None}).status_code == 204
    assert (box(gp, "todo"), box(gp, "later")) == ([mine], [])
    # Its time comes.
    assert gp.call("POST", where, later(hours=1)).status_code == 204
    with engine.database.writing() as connection:
        connection.execute(text("UPDATE follow_up SET until = :now"), {"now": datetime.now(UTC) - timedelta(seconds=1)})
    assert (box(gp, "todo"), box(gp, "later")) == ([mine], [])

    gp.complete(mine, "submit", SLIP)
    [offered] = box(director, "claimable")
    refused = director.call("POST", f"/tasks/{offered}/follow-up", later(hours=1))
    assert (refused.status_code, refused.json()["code"]) == (409, "task-not-held")
    assert director.act(offered, "claim").ok
    due = datetime.fromisoformat(director.get(f"/tasks/{offered}")["dueAt"])
    beyond = {"until": (due + timedelta(minutes=1)).isoformat()}
    for wrong, words in ((later(hours=-1), "晚于现在"), (later(days=400), "一年"), (beyond, "任务的期限")):
        refused = director.call("POST", f"/tasks/{offered}/follow-up", wrong)
        assert (refused.status_code, words in refused.json()["errors"][0]["message"]) == (422, True)
    assert director.call("POST", f"/tasks/{offered}/follow-up", later(minutes=5)).status_code == 204
    assert box(director, "todo") == []
    # Given back and taken again it is new to him.
    assert director.act(offered, "unclaim", {"reason": "误领"}).ok
    assert director.act(offered, "claim").ok
    assert box(director, "todo") == [offered]
    assert sign_in("stranger").call("POST", f"/tasks/{offered}/follow-up", later(hours=1)).status_code == 404


def test_views_are_kept_shared_with_a_post_counted_pinned_and_begun_with(sign_in: SignIn) -> None:
    gp, director, deputy = sign_in("gp"), sign_in("director"), sign_in("deputy")
    gp.complete(gp.start()["nextTask"]["id"], "submit", SLIP)
    chair = director.session["capacities"][0]["id"]
    urgent = {"name": "本院急件", "box": "claimable", "filter": {"institution": "CH01", "urgency": "E"}}
    ours = {"name": "本院待审", "box": "claimable", "filter": {"institution": "CH01", "process": "handover_from", "due": "week"}}
    assert director.call("POST", "/views", urgent).status_code == 204
    shared = {**ours, "share": "post", "capacityId": chair}
    assert (
        director.call("POST", "/views", {**shared, "filter": {"institution": "CH01", "process": "handover_from"}}).status_code
        == 204
    )
    [one, two] = director.get("/views")
    assert [(view["name"], view["pinned"], view["count"], view["sharedWith"]) for view in (one, two)] == [
        ("本院待审", True, 1, "东湾 院长"),
        ("本院急件", True, 0, None),
    ]
    assert box(director, "claimable&institution=CH01&process=handover_from") == box(director, "claimable")
    for nothing in ("institution=CH02", "urgency=E", "process=other"):
        assert box(director, f"claimable&{nothing}") == [], nothing

    # His colleague in the same post uses it and pins it for himself; nobody else knows of it.
    [his] = deputy.get("/views")
    assert (his["name"], his["mine"], his["pinned"], his["count"], his["owner"]) == ("本院待审", False, False, None, "戴岚·演示")
    chosen = f"/views/{his['id']}/choice"
    assert deputy.call("PUT", chosen, {"pinned": True, "preferred": True}).status_code == 204
    [his] = deputy.get("/views")
    assert (his["count"], his["preferred"]) == (1, True)
    assert [view["preferred"] for view in director.get("/views")] == [False, False]
    assert gp.get("/views") == []
    assert gp.call("PUT", chosen, {"pinned": True, "preferred": False}).status_code == 404
    assert deputy.call("PUT", f"/views/{his['id']}", urgent).status_code == 404
    assert deputy.call("DELETE", f"/views/{his['id']}").status_code == 404

    wrong = (
        ({**urgent, "name": " 本院急件 "}, "name"),
        ({**urgent, "name": "长" * 31}, "name"),
        ({**urgent, "name": "甲", "share": "post", "capacityId": gp.session["capacities"][0]["id"]}, "capacity"),
        ({**urgent, "name": "乙", "share": "department", "capacityId": chair}, "share"),
    )
    for body, path in wrong:
        refused = director.call("POST", "/views", body)
        assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, path), body
    assert director.call("POST", "/views", {**urgent, "name": "丙", "box": "done"}).status_code == 422
    assert director.call("POST", "/views", {**urgent, "name": "丁", "filter": {"state": "x"}}).status_code == 422
    # Kept for himself again, it is gone from the others.
    assert director.call("PUT", f"/views/{one['id']}", {**ours, "name": "我的待审"}).status_code == 204
    assert deputy.get("/views") == []
    assert director.call("DELETE", f"/views/{two['id']}").status_code == 204
    assert [view["name"] for view in director.get("/views")] == ["我的待审"]


def test_patients_and_colleagues_are_found_by_initials(sign_in: SignIn) -> None:
    gp, keeper = sign_in("gp"), sign_in("keeper")
    first, second = (gp.start()["nextTask"]["id"] for _ in range(2))
    gp.complete(first, "submit", {**SLIP, "name": "单雄信"})
    gp.complete(second, "submit", {**SLIP, "name": "赵国强"})
    director = sign_in("director")
    subjects = [len(box(director, f"claimable&q={words}")) for words in ("sxx", "DXX", "zgq", "zgx", "国强")]
    assert subjects == [1, 1, 1, 0, 1]
    assert "甘平·演示" in [row["name"] for row in gp.get("/people?q=gp")]
    assert [row["name"] for row in keeper.get("/administration/people?q=dly")] == ["戴岚·演示"]
    assert keeper.call("PUT", "/administration/people/S001", {"name": "曾安·演示"}).ok
    assert [row["name"] for row in keeper.get("/administration/people?q=za")] == ["曾安·演示"]
