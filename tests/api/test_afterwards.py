"""What is entered afterwards (补录): two times, both shown, by right only, and no clock runs from the past."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from engine.commands.account import SetRights
from engine.engine import Engine
from engine.records import SYSTEM
from tests.api.browser import Client
from tests.api.test_cases import SLIP
from tests.api.test_documents import text_of
from worker.worker import Worker

SignIn = Callable[[str], Client]


def test_a_case_and_its_decision_are_entered_afterwards(sign_in: SignIn, engine: Engine, worker: Worker) -> None:
    for login in ("gp", "director"):
        engine.execute(SetRights(login=login, rights=("backfill",)), SYSTEM)
    gp, director = sign_in("gp"), sign_in("director")
    now = engine.clock.now()
    days_ago, hours_ago = now - timedelta(days=3), now - timedelta(hours=5)

    def start(person: Client, **afterwards: Any) -> Any:
        body = {"processKey": "handover_from", "capacityId": person.session["capacities"][0]["id"], "afterwards": afterwards}
        return person.call("POST", "/instances", body)

    for at, reason, path in (
        (now + timedelta(hours=1), "停电", "occurredAt"),
        (now - timedelta(days=4000), "停电", "occurredAt"),
        (days_ago, " ", "reason"),
    ):
        refused = start(gp, occurredAt=at.isoformat(), reason=reason)
        assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, f"afterwards.{path}")
    started = start(gp, occurredAt=days_ago.isoformat(), reason="停电，先用纸质单").json()
    case, task = started["instance"]["id"], started["nextTask"]["id"]
    assert started["instance"]["occurredAt"][:16] == days_ago.isoformat()[:16]
    assert started["instance"]["startedAt"] > started["instance"]["occurredAt"]
    body = {
        "outcome": "submit",
        "data": SLIP,
        "afterwards": {"occurredAt": (now - timedelta(days=4)).isoformat(), "reason": "停电"},
    }
    early = gp.act(task, "complete", body)
    assert early.json()["errors"][0]["message"] == "实际办理时间不能早于案件发生的时间。"
    body["afterwards"] = {"occurredAt": days_ago.isoformat(), "reason": "停电"}
    assert gp.act(task, "complete", body).status_code == 200

    # The review has its whole term from now on, though its half hour would have been over for days.
    worker.drain()
    [review] = director.get("/tasks?box=claimable")["items"]
    assert (review["level"], review["termSeconds"]) == (0, 1800)
    assert [step["done"] for step in director.get(f"/tasks/{review['id']}")["ladder"]] == [False] * 5
    decided = {"outcome": "reject", "data": {}, "opinion": "资料不全", "hold": True}
    decided["afterwards"] = {"occurredAt": hours_ago.isoformat(), "reason": "停电"}
    assert director.act(review["id"], "complete", decided).json()["instance"]["state"] == "completed"

    details = [line["detail"] or "" for line in gp.get(f"/instances/{case}/timeline")["items"]]
    assert sum("补录：实际发生于" in detail and "停电" in detail for detail in details) == 3
    said = text_of(gp.call("GET", f"/instances/{case}/document").content)
    assert "实际发生（补录）" in said
    assert said.count("补录，实际办理于") == 2
    kept = sign_in("auditor").get("/audit/entries?action=start")["items"][0]
    assert kept["data"]["afterwards"] == "停电，先用纸质单"


def test_who_has_no_right_enters_nothing_afterwards(sign_in: SignIn, engine: Engine) -> None:
    gp = sign_in("gp")
    at = (engine.clock.now() - timedelta(hours=1)).isoformat()
    body = {"processKey": "handover_from", "capacityId": gp.session["capacities"][0]["id"]}
    refused = gp.call("POST", "/instances", {**body, "afterwards": {"occurredAt": at, "reason": "停电"}})
    assert refused.status_code == 403
    assert gp.get("/instances?box=started")["items"] == []
