from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from engine.commands.deployment import Deploy
from engine.commands.instance import RunInstance
from engine.engine import Engine
from engine.testing import bpmn, process, user_task
from tests.api.browser import Client

SignIn = Callable[[str], Client]


def test_incidents_are_annotated_closed_and_retried_by_cause(engine: Engine, sign_in: SignIn) -> None:
    task = user_task("check", '<liandong:deadline term="${missing}"/>', post="BR_GP")
    model = bpmn(process("late", '<startEvent id="s"/>', task, '<endEvent id="e"/>', flows="s > check > e"))
    engine.execute(Deploy(name="late", resources={"late.bpmn": model}))
    for _ in range(2):
        engine.execute(RunInstance(process_key="late", institution="CH01"))
    operator = sign_in("operator")
    (cause,) = operator.get("/operations/incidents/causes")["items"]
    assert (cause["code"], cause["element"], cause["processKey"], cause["incidents"]) == ("deadline", "check", "late", 2)
    incident = operator.get("/operations/incidents")["items"][0]
    assert "无法求值" in incident["message"]
    assert operator.get("/operations/incidents?lang=en")["items"][0]["message"].startswith("Expected to evaluate expression")
    where = f"/operations/incidents/{incident['id']}"
    assert operator.call("POST", f"{where}/note", {"note": "term unknown"}).status_code == 204
    assert operator.get("/operations/incidents")["items"][0]["note"] == "term unknown"
    assert operator.call("POST", f"{where}/resolve", {"reason": ""}).status_code == 422
    assert operator.call("POST", f"{where}/resolve", {"reason": "agreed"}).status_code == 204
    (closed,) = operator.get("/operations/incidents?state=resolved")["items"]
    assert (closed["reason"], closed["state"]) == ("agreed", "resolved")
    retried = operator.call("POST", "/operations/incidents/retry", {"code": "deadline", "element": "check"})
    assert (retried.status_code, retried.json()) == (202, {"incidents": 1})
    assert sign_in("gp").call("POST", f"{where}/note", {"note": "x"}).status_code == 403


def test_the_dead_message_desk(sign_in: SignIn) -> None:
    operator = sign_in("operator")
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    sent = operator.call("POST", "/messages", {"name": "Nobody", "messageId": str(uuid4()), "expiresAt": soon}).json()
    assert sent["state"] == "waiting"
    where = f"/operations/messages/{sent['id']}"
    refused = operator.call("POST", f"{where}/redeliver")
    assert (refused.status_code, refused.json()["code"]) == (409, "message-not-dead")
    assert operator.call("POST", f"{where}/discard", {"reason": "recalled"}).status_code == 204
    assert operator.get("/operations/messages")["items"] == []
    (found,) = operator.get("/operations/messages?state=discarded")["items"]
    assert found["id"] == sent["id"]
    assert sign_in("gp").call("POST", f"{where}/redeliver").status_code == 403


def test_a_signal_is_broadcast_by_who_may(sign_in: SignIn) -> None:
    assert sign_in("operator").call("POST", "/signals", {"name": "Alarm", "payload": {"level": 2}}).status_code == 204
    assert sign_in("gp").call("POST", "/signals", {"name": "Alarm"}).status_code == 403
