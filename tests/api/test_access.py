from __future__ import annotations

from collections.abc import Callable

import pytest

from api.app import create_app
from api.config import ApiConfig
from api.permissions import ADMINISTRATE, AUDIT, OPERATIONS, PERMISSIONS, PUBLIC, SECURE
from engine.config import Config
from engine.engine import Engine
from tests.api.browser import Client
from tests.api.test_cases import SLIP
from worker.worker import Worker

SignIn = Callable[[str], Client]


@pytest.fixture(scope="module")
def rules() -> list[tuple[str, str, str]]:
    """Every route as (endpoint, method, path with made-up ids)."""
    engine = Engine(Config(database_url="sqlite:///unused.db"))
    app = create_app(engine, ApiConfig())
    engine.close()
    nobody = "00000000-0000-4000-8000-000000000000"
    found = []
    for rule in app.url_map.iter_rules():
        path = rule.rule
        for argument in rule.arguments:
            path = path.replace(f"<uuid:{argument}>", nobody).replace(f"<string:{argument}>", "CH01")
            path = path.replace(f"<int:{argument}>", "2026")
        found += [(rule.endpoint, method, path) for method in sorted(rule.methods or ()) if method not in ("HEAD", "OPTIONS")]
    return found


def test_every_route_has_a_declared_permission(rules: list[tuple[str, str, str]]) -> None:
    assert {endpoint for endpoint, _, _ in rules} == set(PERMISSIONS)


def test_no_route_but_the_public_ones_answers_without_a_session(rules: list[tuple[str, str, str]], address: str) -> None:
    browser = Client(address)
    for endpoint, method, path in rules:
        if PERMISSIONS[endpoint] != PUBLIC:
            answer = browser.call(method, path.removeprefix("/api/v1"), None if method == "GET" else {})
            assert (answer.status_code, answer.json()["code"]) == (401, "no-session"), endpoint


def test_operations_are_closed_to_staff(rules: list[tuple[str, str, str]], sign_in: SignIn) -> None:
    gp, operator = sign_in("gp"), sign_in("operator")
    for endpoint, method, path in rules:
        if PERMISSIONS[endpoint] == OPERATIONS:
            arguments = (method, path.removeprefix("/api/v1"), None if method == "GET" else {})
            refused = gp.call(*arguments)
            assert (refused.status_code, refused.json()["code"]) == (403, "right-missing"), endpoint
            # An empty body may lack what the act needs; the operator has been let in then.
            # A channel that is not configured cannot be tried.
            answered = operator.call(*arguments)
            unset = answered.status_code == 409 and answered.json()["code"] == "channel-not-configured"
            assert answered.status_code in (200, 404, 422) or unset, endpoint


def test_keeping_the_organisation_is_closed_to_staff_and_operators(rules: list[tuple[str, str, str]], sign_in: SignIn) -> None:
    gp, operator, keeper = sign_in("gp"), sign_in("operator"), sign_in("keeper")
    for endpoint, method, path in rules:
        if PERMISSIONS[endpoint] == ADMINISTRATE:
            arguments = (method, path.removeprefix("/api/v1"), None if method == "GET" else {})
            for other in (gp, operator):
                refused = other.call(*arguments)
                assert (refused.status_code, refused.json()["code"]) == (403, "right-missing"), endpoint
            assert keeper.call(*arguments).status_code in (200, 404, 422), endpoint


def test_another_institutions_case_does_not_exist(sign_in: SignIn) -> None:
    gp, director, stranger = sign_in("gp"), sign_in("director"), sign_in("stranger")
    started = gp.start()
    gp.complete(started["nextTask"]["id"], "submit", SLIP)
    task, case = director.get("/tasks?box=claimable")["items"][0]["id"], started["instance"]["id"]

    for path in (
        f"/tasks/{task}",
        f"/tasks/{task}/reassignees",
        f"/instances/{case}",
        f"/instances/{case}/timeline",
        f"/instances/{case}/diagram",
    ):
        assert stranger.call("GET", path).status_code == 404, path
    actions = {
        "claim": {},
        "unclaim": {"reason": "x"},
        "complete": {"outcome": "approve"},
        "reassign": {"personId": stranger.session["person"]["id"], "reason": "x"},
    }
    for action, body in actions.items():
        assert stranger.call("POST", f"/tasks/{task}/{action}", body, If_Match='"1"').status_code == 404, action
    assert stranger.call("PUT", f"/tasks/{task}/draft", {}).status_code == 404
    assert stranger.get("/tasks?box=claimable")["items"] == []
    assert stranger.get("/instances?box=participating&q=张")["items"] == []
    assert stranger.get("/tasks/counts")["claimable"] == 0


def test_a_partner_sees_his_own_pool_only(sign_in: SignIn, worker: Worker) -> None:
    gp, director, centre = sign_in("gp"), sign_in("director"), sign_in("centre")
    started = gp.start()
    gp.complete(started["nextTask"]["id"], "submit", SLIP)
    director.complete(director.get("/tasks?box=claimable")["items"][0]["id"], "approve")
    worker.drain()

    assert centre.call("GET", f"/instances/{started['instance']['id']}").status_code == 404
    accept = centre.get("/tasks?box=claimable")["items"][0]
    own = centre.get(f"/instances/{accept['instance']['id']}")
    assert [member["pool"] for member in own["collaboration"]] == ["转诊中心"]
    pools = centre.get(f"/instances/{accept['instance']['id']}/diagram")["pools"]
    assert pools == [
        {"instanceId": None, "name": "转出机构", "visible": False},
        {"instanceId": accept["instance"]["id"], "name": "转诊中心", "visible": True},
    ]


def test_a_colleague_without_the_task_may_look_but_not_act(sign_in: SignIn) -> None:
    gp, director = sign_in("gp"), sign_in("director")
    task = gp.start()["nextTask"]["id"]

    assert director.get("/instances?box=participating")["items"]
    answer = director.call("POST", f"/tasks/{task}/complete", {"outcome": "submit"}, If_Match='"1"')
    assert (answer.status_code, answer.json()["code"]) == (403, "not-yours")


def test_operators_see_cases_without_what_they_are_about(sign_in: SignIn) -> None:
    gp, operator = sign_in("gp"), sign_in("operator")
    gp.complete(gp.start()["nextTask"]["id"], "submit", SLIP)

    listed = operator.call("GET", "/operations/instances")
    assert len(listed.json()["items"]) == 1
    for path in ("/operations/instances", "/operations/jobs", "/operations/incidents", "/operations/messages?state=sent"):
        assert "三" not in operator.call("GET", path).text
    assert [job["kind"] for job in operator.get("/operations/jobs")["items"]] == ["rung"]
    assert operator.call("GET", "/tasks?box=todo").status_code == 200


def test_each_administrator_opens_his_own_doors_only(rules: list[tuple[str, str, str]], sign_in: SignIn) -> None:
    administrators = {ADMINISTRATE: sign_in("keeper"), SECURE: sign_in("guard"), AUDIT: sign_in("auditor")}
    for endpoint, method, path in rules:
        if PERMISSIONS[endpoint] in administrators:
            for right, browser in administrators.items():
                answer = browser.call(method, path.removeprefix("/api/v1"), None if method == "GET" else {})
                allowed = right == PERMISSIONS[endpoint]
                assert (answer.status_code != 403) == allowed, (endpoint, right)
