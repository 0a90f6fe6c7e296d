"""What another system does over HTTP: it starts a case with values, finds its tasks, and asks for short replies."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from engine.commands.deployment import Deploy
from engine.engine import Engine
from engine.store.tables import Variable
from engine.testing import bpmn, process, user_task
from tests.api.browser import Client

SignIn = Callable[[str], Client]
INTAKE_FIELDS = '<liandong:accept name="patient"/><liandong:accept name="amount" as="wanted"/>'
INTAKE_START = (
    f'<startEvent id="s"><extensionElements><liandong:receive>{INTAKE_FIELDS}</liandong:receive></extensionElements></startEvent>'
)


@pytest.fixture
def interface(engine: Engine, sign_in: SignIn) -> Client:
    """Another system that may start process `intake` with values, and works on its task."""
    task = user_task("check", '<liandong:approval mode="pool"/>', post="IT_ADMIN")
    extensions = '<liandong:process startable="true"/><liandong:starter post="IT_ADMIN"/><liandong:starter post="BR_GP"/>'
    model = process("intake", INTAKE_START, task, '<endEvent id="e"/>', flows="s > check > e", extensions=extensions)
    engine.execute(Deploy(name="intake", resources={"intake.bpmn": bpmn(model)}))
    return sign_in("operator")


def start_of(client: Client, **variables: Any) -> dict[str, Any]:
    return {"processKey": "intake", "capacityId": client.session["capacities"][0]["id"], "variables": variables}


def test_another_system_starts_a_case_with_the_values_that_the_process_accepts(interface: Client, engine: Engine) -> None:
    answer = interface.call("POST", "/instances", start_of(interface, patient="ZZ·演示", amount=2.5), Idempotency_Key="h-1")
    assert answer.status_code == 201, answer.text
    case = answer.json()["instance"]["id"]
    assert answer.headers["Location"] == f"/api/v1/instances/{case}"

    with engine.database.reading() as connection:
        written = {row.name: row.value for row in connection.execute(select(Variable.name, Variable.value))}
    assert (written["patient"], written["wanted"], written["starterInst"]) == ("ZZ·演示", Decimal("2.5"), "CH00")
    assert "amount" not in written


def test_start_values_are_for_other_systems_and_only_those_that_are_accepted(interface: Client, sign_in: SignIn) -> None:
    gp = sign_in("gp")
    by_hand = gp.call("POST", "/instances", start_of(gp, patient="ZZ·演示"))
    unknown = interface.call("POST", "/instances", start_of(interface, patient="ZZ·演示", price=1), Accept_Language="en")
    elsewhere = gp.call("POST", "/instances", {**start_of(gp, name="ZZ·演示"), "processKey": "handover_from"})
    large = interface.call("POST", "/instances", start_of(interface, patient="x" * 200_000))

    assert (by_hand.status_code, by_hand.json()["code"]) == (422, "start-variables")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown-start-variable")
    assert unknown.json()["detail"] == "This process does not accept “price” at its start."
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "start-variables")
    assert (large.status_code, large.json()["code"]) == (422, "start-values-too-large")
    assert interface.get("/instances?box=started")["items"] == gp.get("/instances?box=started")["items"] == []


def test_a_program_finds_the_tasks_of_a_case_and_asks_for_short_replies(interface: Client, sign_in: SignIn) -> None:
    little = {"Prefer": "return=minimal"}
    started = interface.call("POST", "/instances", start_of(interface, patient="ZZ·演示"), **little)
    assert (started.status_code, started.headers["Preference-Applied"]) == (201, "return=minimal")
    assert list(started.json()["instance"]) == ["id"]
    case = started.json()["instance"]["id"]

    [task] = interface.get(f"/instances/{case}/tasks")["items"]
    assert (task["name"], task["claimable"], task["instance"]["id"]) == ("check", True, case)
    claimed = interface.call("POST", f"/tasks/{task['id']}/claim", {}, If_Match=f'"{task["revision"]}"', **little)
    assert (claimed.status_code, claimed.content) == (204, b"")
    [held] = interface.get(f"/instances/{case}/tasks?limit=1")["items"]
    assert (held["mine"], held["revision"]) == (True, task["revision"] + 1)

    stale = interface.call("POST", f"/tasks/{task['id']}/complete", {"outcome": "done"}, If_Match='"1"', **little)
    done = interface.call(
        "POST", f"/tasks/{task['id']}/complete", {"outcome": "done"}, If_Match=f'"{held["revision"]}"', **little
    )
    assert (stale.status_code, stale.json()["code"], done.status_code) == (412, "stale", 204)
    assert interface.get(f"/instances/{case}/tasks")["items"] == []
    assert interface.get(f"/instances/{case}")["state"] == "completed"
    hidden = sign_in("gp").call("GET", f"/instances/{case}/tasks")
    assert (hidden.status_code, hidden.json()["code"]) == (404, "instance-not-found")
