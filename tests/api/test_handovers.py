from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.api.browser import Client
from tests.api.test_cases import SLIP
from worker.worker import Worker

SignIn = Callable[[str], Client]


def test_a_resigning_practitioner_hands_on_and_gets_back(sign_in: SignIn, worker: Worker) -> None:
    keeper, director, deputy = (sign_in(login) for login in ("keeper", "director", "deputy"))
    gp = sign_in("gp")
    gp.complete(gp.start()["nextTask"]["id"], "submit", SLIP)
    task = director.get("/tasks?box=claimable")["items"][0]["id"]
    assert director.act(task, "claim").status_code == 200
    people = {row["staffNumber"]: row for row in keeper.get("/administration/people")}
    leaver, successor = people["S002"], people["S003"]
    assert (leaver["name"], leaver["login"], leaver["active"]) == ("戴岚·演示", "director", True)
    body: dict[str, Any] = {"person": leaver["id"], "kind": "leaving", "successors": {"task": successor["id"]}}
    shown = keeper.call("POST", "/administration/handovers/preview", body).json()
    assert [(item["kind"], item["action"], item["refusal"]) for item in shown["items"]] == [
        ("appointment", "end", None),
        ("task", "hand-on", None),
        ("account", "end", None),
    ]
    stranger = {"task": people["S007"]["id"], "appointment": people["S009"]["id"]}
    (chair, refused, _) = keeper.call("POST", "/administration/handovers/preview", {**body, "successors": stranger}).json()[
        "items"
    ]
    assert (chair["refusal"], refused["refusal"]) == (
        "三员不得担任业务岗位：请先结束其任职，或收回其管理权限。",
        "只能改派给本流程机构中的在岗人员。",
    )
    wanted = {**body, "fromDate": shown["fromDate"], "reason": "辞职", "fingerprint": shown["fingerprint"]}
    stale = keeper.call("POST", "/administration/handovers", {**wanted, "fingerprint": "0" * 64})
    assert (stale.status_code, stale.json()["code"]) == (409, "handover-changed")
    made = keeper.call("POST", "/administration/handovers", wanted, Idempotency_Key="one")
    assert made.status_code == 201, made.text
    assert keeper.call("POST", "/administration/handovers", wanted, Idempotency_Key="one").json() == made.json()

    worker.drain()
    record = keeper.get(f"/administration/handovers/{made.json()['handover']}")
    assert (record["counts"], record["left"]) == ({"done": 3}, 0)
    assert task in [row["id"] for row in deputy.get("/tasks?box=todo")["items"]]
    assert director.call("GET", "/tasks?box=todo").status_code == 401
    (row,) = keeper.get("/administration/handovers")
    assert (row["name"], row["kind"], row["reason"], row["madeBy"]) == ("戴岚·演示", "leaving", "辞职", "纪册·演示")

    revoked = keeper.call("POST", f"/administration/handovers/{row['id']}/revoke", {"reason": "本人撤回"})
    assert revoked.status_code == 200, revoked.text
    worker.drain()
    assert keeper.get(f"/administration/handovers/{row['id']}")["counts"] == {"revoked": 3}
    assert task in [row["id"] for row in sign_in("director").get("/tasks?box=todo")["items"]]
    for login in ("gp", "operator", "guard", "auditor"):
        assert sign_in(login).call("GET", f"/administration/handovers/{row['id']}").status_code == 403
