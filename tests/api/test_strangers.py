"""Every route that names something of a case, called by people of other institutions with names that are right.

The names are those of a live case, a task, a copy, a delegation and a line; to a stranger none of them exists. A new
route fails here until it is attacked too.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from api.app import create_app
from api.config import ApiConfig
from api.permissions import EXTERNAL_TASKS, OWN, PERMISSIONS, SIGNED_IN
from engine.engine import Engine
from tests.api.browser import Client
from tests.api.test_cases import SLIP

SignIn = Callable[[str], Client]
ANYBODY = {
    "organisation.list_departments",
    "calendars.get_year",
    "calendars.reckon_term",
    "instances.forecast_start",
    "analytics.export_work",
    "analytics.get_statistics",
}
"""Routes whose names are no secret: departments of an institution, calendars, processes."""
REFUSALS = {"right-missing", "administrator-business", "external-task-gone"}
"""Refusals that come before anything is looked for, or are the same for what never was."""
REASON = {"reason": "x"}
LOCK = {"workerId": "w", "lockToken": "x"}
BODIES: dict[str, Any] = {
    "tasks.unclaim": REASON,
    "tasks.complete": {"outcome": "approve", "data": {}},
    "tasks.reassign": {"personId": "{me}", **REASON},
    "tasks.return_task": {"target": "fill", **REASON},
    "tasks.save_draft": {"data": {}},
    "tasks.put_off": {"until": "2099-01-01T08:00:00+08:00"},
    "tasks.sign_by_hand": {"image": "eA==", "password": "x"},
    "tasks.choose": {"element": "review", "persons": ["{me}"]},
    "signing.transfer": {"personId": "{me}", **REASON},
    "signing.delegate": {"personId": "{me}", **REASON},
    "signing.add_signers": {"personIds": ["{me}"], "place": "before", **REASON},
    "signing.remove_signer": REASON,
    "signing.send_copies": {"personIds": ["{me}"]},
    "signing.answer_copy": {"opinion": "x"},
    "signing.record_vote": {"outcome": "approve", "evidence": "x"},
    "signing.urge": {"text": "x"},
    "signing.comment": {"text": "x"},
    "views.change_view": {"name": "x", "box": "todo", "filter": {}},
    "views.choose_view": {"pinned": True, "preferred": False},
    "instances.withdraw_instance": {"mode": "void", "confirmed": True, **REASON},
    "instances.start_ad_hoc_activity": {"element": "review"},
    "messages.enter_message": {
        "awaited": "1",
        "institution": "CH02",
        "occurredAt": "2026-01-01T08:00:00+08:00",
        "evidence": "x",
    },
    "messages.enter_start": {
        "start": "1",
        "institution": "CH02",
        "to": "CH00",
        "occurredAt": "2026-01-01T08:00:00+08:00",
        "evidence": "x",
    },
    "external-tasks.complete": {**LOCK, "variables": {}},
    "external-tasks.fail": {**LOCK, "message": "x"},
    "external-tasks.throw_error": {**LOCK, "code": "x"},
    "external-tasks.extend_lock": {**LOCK, "lockSeconds": 60},
    "external-tasks.unlock": LOCK,
}
"""What a right request brings along, where it brings anything; `{me}` is the attacker himself."""


def attacks(engine: Engine) -> list[tuple[str, str, str]]:
    """Endpoint, method and path of every route that a person may knock at and that names something."""
    app = create_app(engine, ApiConfig())
    found = []
    for rule in app.url_map.iter_rules():
        if rule.arguments and PERMISSIONS[rule.endpoint] in (SIGNED_IN, OWN, EXTERNAL_TASKS) and rule.endpoint not in ANYBODY:
            methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
            found += [(rule.endpoint, method, rule.rule.removeprefix("/api/v1")) for method in sorted(methods)]
    return sorted(found)


def put_in(body: Any, me: str) -> Any:
    if isinstance(body, dict):
        return {name: put_in(value, me) for name, value in body.items()}
    if isinstance(body, list):
        return [put_in(value, me) for value in body]
    return me if body == "{me}" else body


def test_what_is_another_institutions_exists_for_no_stranger(sign_in: SignIn, engine: Engine) -> None:
    gp, director, deputy = sign_in("gp"), sign_in("director"), sign_in("deputy")
    started = gp.start()
    gp.complete(started["nextTask"]["id"], "submit", SLIP)
    task = director.get("/tasks?box=claimable")["items"][0]["id"]
    director.act(task, "claim")
    copies = {"personIds": [deputy.session["person"]["id"]]}
    assert director.call("POST", f"/tasks/{task}/copies", copies, Idempotency_Key="c").status_code == 204
    [copied] = deputy.get("/tasks?box=copied")["items"]
    now = engine.clock.now()
    span = {"fromAt": now.isoformat(), "toAt": (now + timedelta(days=1)).isoformat(), "reason": "休假"}
    made = director.call("POST", "/delegations", {"agent": deputy.session["person"]["id"], **span})
    assert made.status_code == 200, made.text
    view = {"name": "我的急件", "box": "todo", "filter": {}}
    assert director.call("POST", "/views", view, Idempotency_Key="v").status_code == 204
    names = {
        "view": director.get("/views")[0]["id"],
        "task": task,
        "instance": started["instance"]["id"],
        "copy": copied["copyId"],
        "delegation": made.json()["id"],
        "attachment": str(uuid4()),
        "signature": str(uuid4()),
        "message": str(uuid4()),
        "letter": str(uuid4()),
    }
    before = gp.get(f"/instances/{names['instance']}/timeline")
    reached = []
    routes = attacks(engine)
    for login in ("stranger", "chief", "auditor"):
        attacker = sign_in(login)
        for endpoint, method, rule in routes:
            path = rule
            for name, value in names.items():
                path = path.replace(f"<uuid:{name}>", value)
            path = path.replace("<document>", "notice")
            assert "<" not in path, f"{endpoint}: say what it is to be attacked with"
            body = put_in(BODIES.get(endpoint, {}), attacker.session["person"]["id"])
            if "attachments" in path or path.endswith("/letter"):
                path += "?name=x.pdf" if path.endswith("/letter") else "?field=file&name=x.pdf" if method == "PUT" else ""
                answer = attacker.raw(method, path, b"%PDF-1.4", "application/octet-stream")
            else:
                answer = attacker.call(method, path, None if method == "GET" else body, If_Match='"2"')
            refused = answer.status_code == 404 or (answer.status_code in (403, 409) and answer.json()["code"] in REFUSALS)
            if not refused:
                reached.append((login, endpoint, answer.status_code, answer.text[:200]))
        agreed = attacker.call("POST", "/tasks/agree", {"tasks": [{"id": task}]}).json()["results"]
        assert [line["done"] for line in agreed] == [False]
        assert agreed[0]["code"] in {"task-not-found", *REFUSALS}
        assert attacker.get(f"/instances?box=participating&q={SLIP['name']}")["items"] == []
    assert not reached, "\n".join(map(str, reached))
    assert gp.get(f"/instances/{names['instance']}/timeline") == before
