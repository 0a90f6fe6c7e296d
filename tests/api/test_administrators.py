"""System, security and audit administrators: three people, apart from each other and from all business (三员分立)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.api.browser import Client
from tests.api.test_cases import SLIP

SignIn = Callable[[str], Client]


def test_the_security_administrator_grants_and_the_audit_administrator_reads_it(sign_in: SignIn) -> None:
    guard, auditor = sign_in("guard"), sign_in("auditor")
    answer = guard.call("PUT", "/security/accounts/centre/rights", {"rights": ["operations"]})
    assert (answer.status_code, answer.json()["changed"]) == (200, True)
    accounts = {row["login"]: row["rights"] for row in guard.get("/security/accounts")}
    assert accounts["centre"] == ["operations"]
    (entry,) = auditor.get("/audit/entries?action=rights-set")["items"]
    assert (entry["name"], entry["data"]["rights"], entry["data"]["before"]) == ("管权·演示", ["operations"], [])
    verified = auditor.get("/audit/verification")
    assert verified["faults"] == []
    assert verified["entries"] > 0


def test_no_right_is_joined_to_that_of_an_administrator(sign_in: SignIn) -> None:
    guard = sign_in("guard")
    wrong = {
        ("keeper", ("administrate", "audit")): (422, "rights-apart"),
        ("keeper", ("administrate", "operations")): (422, "rights-apart"),
        ("gp", ("audit",)): (409, "administrator-chair"),
        ("guard", ("secure",)): (403, "own-rights"),
        ("gp", ("all",)): (422, "unknown-right"),
        ("nobody", ("audit",)): (404, "account-not-found"),
    }
    for (login, rights), (status, code) in wrong.items():
        answer = guard.call("PUT", f"/security/accounts/{login}/rights", {"rights": list(rights)})
        assert (answer.status_code, answer.json()["code"]) == (status, code), (login, rights)
        assert "…" not in answer.json()["detail"]


def test_an_administrator_is_given_no_chair_and_does_no_business(sign_in: SignIn) -> None:
    keeper, auditor = sign_in("keeper"), sign_in("auditor")
    # The eleventh person of the community is the audit administrator.
    chair = {"person": "S011", "post": "BR_GP", "institution": "CH01", "fromDate": "2026-01-01"}
    answer = keeper.call("POST", "/administration/appointments", chair)
    assert (answer.status_code, answer.json()["code"]) == (409, "administrator-chair")
    assert auditor.get("/processes/startable") == []
    start = {"processKey": "handover_from", "capacityId": "00000000-0000-4000-8000-000000000000"}
    refused = auditor.call("POST", "/instances", start)
    assert (refused.status_code, refused.json()["code"]) == (403, "administrator-business")
    assert auditor.get("/tasks?box=claimable")["items"] == []


def test_nobody_else_reads_the_trail_and_who_tries_stands_in_it(sign_in: SignIn) -> None:
    for login in ("gp", "operator", "keeper", "guard"):
        browser = sign_in(login)
        assert [browser.call("GET", "/audit/entries").status_code for _ in range(3)] == [403] * 3
    noted = sign_in("auditor").get("/audit/entries?action=access-refused")["items"]
    assert {(entry["object"], entry["result"]) for entry in noted} == {("audit.list_audit_entries", "refused")}
    assert len(noted) == 4


def test_the_security_administrator_is_told_why_somebody_sees_a_case(sign_in: SignIn) -> None:
    guard, gp = sign_in("guard"), sign_in("gp")
    case = gp.start()["instance"]
    asked = f"/security/sight?number={case['number']}&person="
    gp.complete(gp.get("/tasks?box=todo")["items"][0]["id"], "submit", SLIP)
    seen = {}
    for login in ("gp", "director", "deputy", "stranger", "chief", "keeper"):
        [told] = guard.get(asked + login)["cases"]
        seen[login] = (told["visible"], told["takesPart"], told["reasons"])
        assert told["visible"] == (sign_in(login).call("GET", f"/instances/{case['id']}").status_code == 200), login
    assert seen["gp"] == (True, True, ["started", "holds", "acted"])
    assert seen["director"] == (True, True, ["offered", "oversees"])
    assert seen["stranger"] == (False, False, [])
    assert seen["keeper"] == (False, False, [])
    text = guard.call("GET", asked + "gp").text
    assert ("甘平·演示" in text, SLIP["name"] in text) == (True, False)
    assert guard.call("GET", asked + "nobody").json()["code"] == "person-not-found"
    assert guard.call("GET", "/security/sight?number=X&person=gp").json()["code"] == "case-number-unknown"
    assert sign_in("operator").call("GET", asked + "gp").status_code == 403


def test_the_audit_administrator_is_told_by_which_organisation_people_were_found(sign_in: SignIn) -> None:
    gp, keeper, auditor = sign_in("gp"), sign_in("keeper"), sign_in("auditor")
    assert keeper.call("PUT", "/administration/people/S901", {"name": "常新·演示"}).status_code == 200
    case = gp.start()["instance"]
    [opened] = auditor.get(f"/audit/rounds?number={case['number']}")["items"]
    assert (opened["step"], opened["people"], opened["process"]["version"]) == ("填写", ["甘平·演示"], 1)
    then = opened["organisation"]
    day = datetime.fromisoformat(opened["openedAt"]).astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()
    assert (then["number"] > 1, then["by"], opened["foundOn"]) == (True, "纪册·演示", day)
    [change] = auditor.get(f"/audit/entries?action=person-made&from={then['since'].replace('+', '%2B')}")["items"]
    assert change["object"] == "S901", "the trail says what that version has changed"
    assert "organisation" not in gp.call("GET", f"/audit/rounds?number={case['number']}").text
    assert gp.call("GET", f"/audit/rounds?number={case['number']}").status_code == 403
    assert auditor.call("GET", "/audit/rounds").status_code == 422


def test_an_account_is_made_with_a_password_that_must_be_changed_and_is_shut_and_opened(address: str, sign_in: SignIn) -> None:
    keeper = sign_in("keeper")
    assert keeper.call("PUT", "/administration/people/S900", {"name": "辛来·演示"}).status_code == 200
    first = {"person": "S900", "login": "Xinlai", "password": "Bamboo-Bridge-17!"}
    wrong = {
        (("password", "short"),): (422, "weak-password"),
        (("password", "Xinlai-Bridge-17!"),): (422, "weak-password"),
        (("login", "x y"),): (422, "invalid-login"),
        (("login", "gp"),): (409, "login-taken"),
        (("person", "S001"),): (409, "account-exists"),
        (("person", "S999"),): (404, "person-not-found"),
    }
    for change, (status, code) in wrong.items():
        answer = keeper.call("POST", "/administration/accounts", {**first, **dict(change)})
        assert (answer.status_code, answer.json()["code"]) == (status, code), change
    assert keeper.get("/administration/accounts?person=S900") == []
    assert keeper.call("POST", "/administration/accounts", first).json()["login"] == "xinlai"
    [row] = keeper.get("/administration/accounts?person=S900")
    assert (row["login"], row["mustChange"], row["hasPassword"], row["disabled"]) == ("xinlai", True, True, False)

    new = Client(address).sign_in("xinlai", "Bamboo-Bridge-17!")
    assert new.call("GET", "/tasks").json()["code"] == "password-change-required"
    changed = new.call("PUT", "/session/password", {"current": "Bamboo-Bridge-17!", "new": "Heron-Island-58!"})
    assert changed.status_code == 204
    assert new.call("GET", "/tasks").status_code == 200
    where = "/administration/accounts/xinlai"
    assert keeper.call("POST", f"{where}/disable").json()["changed"] is True
    assert new.call("GET", "/session").status_code == 401
    shut = Client(address).call("POST", "/session", {"login": "xinlai", "password": "Heron-Island-58!"})
    assert shut.status_code == 422
    assert keeper.call("POST", f"{where}/enable").json()["changed"] is True
    assert keeper.call("PUT", f"{where}/password", {"password": "Crane-Meadow-63!"}).status_code == 200
    assert Client(address).sign_in("xinlai", "Crane-Meadow-63!").session["mustChangePassword"] is True

    # Another administrator's password is nobody's to set, and nobody else keeps accounts.
    for login in ("auditor", "guard"):
        refused = keeper.call("PUT", f"/administration/accounts/{login}/password", {"password": "Crane-Meadow-63!"})
        assert (refused.status_code, refused.json()["code"]) == (403, "right-missing"), login
    for login in ("guard", "operator", "gp"):
        assert sign_in(login).call("POST", "/administration/accounts", first).status_code == 403
    kept = sign_in("auditor").get("/audit/entries?action=password-set")["items"]
    assert len(kept) == 1
    assert "Crane-Meadow" not in str(kept)
