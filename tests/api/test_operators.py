from __future__ import annotations

from collections.abc import Callable

from engine.engine import Engine
from tests.api.browser import Client
from tests.api.test_cases import SLIP
from tests.api.test_operating import refused
from worker.worker import Worker

SignIn = Callable[[str], Client]


def approve(director: Client) -> None:
    """The branch's director claims the newest review and lets the case go on to the centre."""
    review = director.get("/tasks?box=claimable")["items"][0]["id"]
    assert director.act(review, "claim").status_code == 200
    director.complete(review, "approve", {"remark": "同意转出"})


def test_an_operator_opens_one_case_and_reads_no_patient_in_it(engine: Engine, sign_in: SignIn, worker: Worker) -> None:
    gp, director, operator = sign_in("gp"), sign_in("director"), sign_in("operator")
    case = gp.start()
    gp.complete(case["nextTask"]["id"], "submit", SLIP)
    approve(director)
    worker.drain()
    path = f"/operations/instances/{case['instance']['id']}"
    answer = operator.call("GET", path)
    found = answer.json()
    assert SLIP["name"] not in answer.text
    assert [(pool["pool"], pool["institution"]["code"]) for pool in found["collaboration"]] == [
        ("转出机构", "CH01"),
        ("转诊中心", "CH00"),
    ]
    assert (found["state"], found["incidents"], found["versions"], found["migratedFrom"]) == ("active", 0, [1], None)
    drawn = operator.get(f"{path}/diagram")
    assert ("review" in drawn["done"], [pool["visible"] for pool in drawn["pools"]]) == (True, [True, True])
    assert {token["element"] for token in drawn["tokens"]} <= {place["element"] for place in found["places"]}
    by_number = operator.get(f"/operations/instances?process=handover_from&version=1&q={found['number'][-4:]}")["items"]
    assert [row["id"] for row in by_number] == [found["id"]]
    refused(operator.call("GET", "/operations/instances?process=handover_from&version=2"), 422, "filter-process")
    assert operator.get(f"/operations/incidents?instance={found['id']}")["items"] == []
    assert {job["instance"]["id"] for job in operator.get(f"/operations/jobs?instance={found['id']}")["items"]} <= {found["id"]}
    assert (gp.call("GET", path).status_code, gp.call("GET", f"{path}/diagram").status_code) == (403, 403)


def test_a_suspended_process_takes_no_new_case_and_loses_none(engine: Engine, sign_in: SignIn, worker: Worker) -> None:
    gp, director, centre, operator = sign_in("gp"), sign_in("director"), sign_in("centre"), sign_in("operator")
    running = gp.start()
    reason = {"reason": "换新版前停一天"}
    for process in ("handover_from", "handover_to"):
        assert operator.call("POST", f"/operations/processes/{process}/suspend", reason).json() == {"state": "suspended"}
    shown = {row["process"]["key"]: row for row in operator.get("/operations/processes")}
    assert shown["handover_from"]["suspendedAt"] is not None
    assert [(row["version"], row["active"]) for row in shown["handover_from"]["versions"]] == [(1, 1)]
    assert gp.get("/processes/startable") == []
    start = {"processKey": "handover_from", "capacityId": gp.session["capacities"][0]["id"]}
    assert "停止发起" in refused(gp.call("POST", "/instances", start, Idempotency_Key="again"), 409, "process-suspended")
    again = operator.call("POST", "/operations/processes/handover_from/suspend", reason)
    refused(again, 409, "process-suspended")

    gp.complete(running["nextTask"]["id"], "submit", SLIP)
    approve(director)
    worker.drain()
    assert centre.get("/tasks?box=claimable")["items"] == []
    assert len(operator.get("/operations/messages?state=waiting")["items"]) == 1
    assert operator.call("POST", "/operations/processes/handover_to/resume", reason).json() == {"state": "active"}
    worker.drain()
    assert len(centre.get("/tasks?box=claimable")["items"]) == 1
    assert operator.get("/operations/messages?state=waiting")["items"] == []

    assert operator.call("POST", "/operations/processes/handover_from/resume", {"reason": " "}).status_code == 422
    assert operator.call("POST", "/operations/processes/handover_from/resume", reason).status_code == 200
    assert gp.start()["instance"]["state"] == "active"
    refused(operator.call("POST", "/operations/processes/handover_from/resume", reason), 409, "process-active")
    assert gp.call("POST", "/operations/processes/handover_from/suspend", reason).status_code == 403
    assert operator.call("POST", "/operations/processes/nowhere/suspend", reason).status_code == 404
    trail = [entry["action"] for entry in sign_in("auditor").get("/audit/entries")["items"]]
    assert (trail.count("suspend-process"), trail.count("resume-process")) == (2, 2)
    number = running["instance"]["number"]
    of_case = sign_in("auditor").get(f"/audit/entries?number={number}")["items"]
    assert {entry["instance"] for entry in of_case} >= {running["instance"]["id"]}
    assert sign_in("auditor").get("/audit/entries?number=XX")["items"] == []
