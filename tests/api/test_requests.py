from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from engine.commands.notification import MarkNotificationsRead
from engine.engine import Engine
from engine.errors import EngineError, OutcomeUnknown, Unavailable
from engine.queries import QUERIES
from engine.queries.tasks import CountTasks
from tests.api.browser import Client
from tests.api.test_cases import SLIP

SignIn = Callable[[str], Client]


def test_a_repeated_request_under_one_key_is_done_once(sign_in: SignIn) -> None:
    gp = sign_in("gp")
    body = {"processKey": "handover_from", "capacityId": gp.session["capacities"][0]["id"]}

    first = gp.call("POST", "/instances", body, Idempotency_Key="k-1")
    again = gp.call("POST", "/instances", body, Idempotency_Key="k-1")

    assert first.status_code == again.status_code == 201
    assert first.json()["instance"]["id"] == again.json()["instance"]["id"]
    assert len(gp.get("/instances?box=started")["items"]) == 1


def test_a_repeated_completion_is_answered_like_the_first(sign_in: SignIn) -> None:
    gp = sign_in("gp")
    task = gp.start()["nextTask"]["id"]
    body = {"outcome": "submit", "data": SLIP, "opinion": None}

    answers = [gp.call("POST", f"/tasks/{task}/complete", body, If_Match='"1"', Idempotency_Key="k-2") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["task"]["revision"] == answers[1].json()["task"]["revision"] == 2


def test_one_key_cannot_serve_two_requests(sign_in: SignIn) -> None:
    gp = sign_in("gp")
    task = gp.start()["nextTask"]["id"]
    gp.act(task, "complete", {"outcome": "submit", "data": {"name": "甲"}}, Idempotency_Key="k-3")

    other = gp.act(task, "complete", {"outcome": "submit", "data": {"name": "乙"}}, Idempotency_Key="k-3")

    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key")


def test_a_malformed_key_is_refused(sign_in: SignIn) -> None:
    gp = sign_in("gp")
    for key in ("", "x" * 101, "a b"):
        answer = gp.call("POST", "/notifications/read", {"ids": []}, Idempotency_Key=key)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key"), key


def test_an_action_names_the_revision_it_has_seen(sign_in: SignIn) -> None:
    gp, director, deputy = sign_in("gp"), sign_in("director"), sign_in("deputy")
    gp.complete(gp.start()["nextTask"]["id"], "submit", SLIP)
    task = director.get("/tasks?box=claimable")["items"][0]["id"]
    etag = director.call("GET", f"/tasks/{task}").headers["ETag"]

    assert etag == '"1"'
    missing = deputy.call("POST", f"/tasks/{task}/claim", {})
    assert (missing.status_code, missing.json()["code"]) == (428, "revision-missing")
    malformed = deputy.call("POST", f"/tasks/{task}/claim", {}, If_Match="1")
    assert (malformed.status_code, malformed.json()["code"]) == (422, "invalid-revision")
    stale = deputy.call("POST", f"/tasks/{task}/claim", {}, If_Match='"9"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert director.call("POST", f"/tasks/{task}/claim", {}, If_Match=etag).status_code == 200
    late = deputy.call("POST", f"/tasks/{task}/claim", {}, If_Match=etag)
    assert late.status_code == 409
    assert late.json()["facts"]["by"] == "戴岚·演示"


def test_a_finished_task_says_who_has_finished_it(sign_in: SignIn) -> None:
    gp, director, deputy = sign_in("gp"), sign_in("director"), sign_in("deputy")
    gp.complete(gp.start()["nextTask"]["id"], "submit", SLIP)
    task = director.get("/tasks?box=claimable")["items"][0]["id"]
    director.complete(task, "reject", {}, "不符合条件")

    late = director.act(task, "complete", {"outcome": "approve"})

    assert (late.status_code, late.json()["code"], late.json()["facts"]["by"]) == (409, "task-closed", "戴岚·演示")
    assert deputy.call("GET", f"/tasks/{task}").status_code == 404


def test_wrong_fields_are_named_one_by_one(sign_in: SignIn) -> None:
    gp = sign_in("gp")
    task = gp.start()["nextTask"]["id"]

    answer = gp.act(task, "complete", {"outcome": "submit", "data": {"amount": -1, "remark": "不可写", "extra": 1}})

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid-form")
    assert {error["path"] for error in problem["errors"]} == {"name", "amount", "remark", "extra"}
    assert all(error["message"] for error in problem["errors"])


def test_an_outcome_that_needs_an_opinion_says_so(sign_in: SignIn) -> None:
    gp, director = sign_in("gp"), sign_in("director")
    gp.complete(gp.start()["nextTask"]["id"], "submit", SLIP)
    task = director.get("/tasks?box=claimable")["items"][0]["id"]

    chinese = director.act(task, "complete", {"outcome": "reject"})
    english = director.act(task, "complete", {"outcome": "reject"}, Accept_Language="en-GB,en;q=0.8")

    assert chinese.json()["errors"][0]["path"] == "opinion"
    assert "不同意" in chinese.json()["errors"][0]["message"]
    assert "Reject" in english.json()["errors"][0]["message"]
    assert english.json()["detail"] == "1 fields need attention."


LOOPHOLES = (
    (b"{", "invalid-json"),
    (b"\xff", "invalid-json"),
    (b'{"outcome":"submit","data":{"amount":NaN}}', "json-not-a-number"),
    (b'{"outcome":"submit","data":{"amount":-Infinity}}', "json-not-a-number"),
    (b'{"outcome":"submit","outcome":"submit"}', "json-duplicate-key"),
    (b'{"outcome":"submit","data":{"name":"\\u0000"}}', "invalid-text"),
    (b'{"outcome":"submit","data":{"name":"\\ud800"}}', "invalid-text"),
    (b'{"outcome":"submit","data":{"\\udfff":1}}', "invalid-text"),
    (b'{"outcome":"submit","data":{"amount":9007199254740992}}', "json-number-too-large"),
    (b'{"outcome":"submit","data":{"amount":1e400}}', "json-number-too-large"),
    (b'{"outcome":"submit","data":{"amount":1' + b"0" * 5000 + b"}}", "json-number-too-large"),
    (b'{"data":' + b"[" * 32 + b"]" * 32 + b"}", "json-too-deep"),
    (b"[" * 100_000, "json-too-deep"),
    (b'{"data":{' + b",".join(b'"k%d":1' % number for number in range(5001)) + b"}}", "json-too-many-keys"),
)


def test_json_with_loopholes_is_refused(sign_in: SignIn) -> None:
    gp = sign_in("gp")
    for body, code in LOOPHOLES:
        answer = gp.raw("POST", f"/tasks/{uuid4()}/complete", body)
        assert (answer.status_code, answer.json()["code"]) == (400, code), body[:60]


def test_nesting_up_to_the_limit_is_read(sign_in: SignIn) -> None:
    gp = sign_in("gp")
    task = gp.start()["nextTask"]["id"]

    answer = gp.raw("POST", f"/tasks/{task}/complete", b'{"outcome":"submit","data":{"name":' + b"[" * 30 + b"]" * 30 + b"}}")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-form")


def test_another_content_type_is_refused(sign_in: SignIn) -> None:
    answer = sign_in("gp").raw("POST", "/notifications/read", b"ids=1", "application/x-www-form-urlencoded")

    assert (answer.status_code, answer.json()["code"]) == (415, "not-json")


def test_a_body_over_one_mebibyte_is_refused(sign_in: SignIn) -> None:
    answer = sign_in("gp").raw("POST", "/notifications/read", b'{"ids":["' + b"x" * 1024 * 1024 + b'"]}')

    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


WRONG_QUERIES = (
    "box=everything",
    "limit=0",
    "limit=201",
    "limit=x",
    "cursor=%00",
    "cursor=abc",
    "q=%00",
    "assignee=gp",
    "limit=1&limit=2",
    "cursor=WzEsMl0",
    "cursor=WzAsIjIwMjYtMDEtMDEiLDFd",
    "cursor=WzAsIjk5OTktMTItMzFUMjM6NTk6NTktMTQ6MDAiLDFd",
    "cursor=WzAsIngiLDFd",
    "cursor=W1tdLFtdLFtdXQ",
    "q=" + "x" * 201,
)


def test_a_wrong_query_is_refused_and_never_ignored(sign_in: SignIn) -> None:
    gp = sign_in("gp")
    for query in WRONG_QUERIES:
        answer = gp.call("GET", f"/tasks?{query}")
        assert answer.status_code in (400, 422), query
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_an_unknown_address_is_a_problem_not_a_page(sign_in: SignIn) -> None:
    gp = sign_in("gp")
    for path in ("/nothing", "/tasks/not-a-uuid", f"/tasks/{uuid4()}/vanish"):
        for method in ("GET", "POST"):
            answer = gp.call(method, path, None if method == "GET" else {})
            assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), (method, path)


def test_a_wrong_method_names_the_right_ones(sign_in: SignIn) -> None:
    answer = sign_in("gp").call("PATCH", "/tasks/counts", {})

    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
    assert "GET" in answer.headers["Allow"]


def test_problems_have_one_shape(address: str) -> None:
    answer = Client(address).call("GET", "/tasks/counts?lang=en")

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Sign in first",
        "status": 401,
        "code": "no-session",
        "detail": "Please sign in.",
        "facts": {"demo": True},
    }


def test_an_accident_tells_a_reference_and_nothing_else(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "张三丰"

    def breaks(*arguments: object) -> None:
        raise RuntimeError(secret)

    gp = sign_in("gp")
    monkeypatch.setitem(QUERIES, CountTasks, breaks)
    answer = gp.call("GET", "/tasks/counts")

    problem = answer.json()
    assert (answer.status_code, problem["code"], list(problem["facts"])) == (500, "unforeseen", ["reference"])
    assert secret not in answer.text + caplog.text
    assert problem["facts"]["reference"] in caplog.text
    assert problem["facts"]["reference"] in problem["detail"]


@pytest.mark.parametrize(
    ("refusal", "status", "word"),
    [
        (Unavailable("store-full", "Expected room"), 503, "写入"),
        (Unavailable("store-away", "Expected a database"), 503, "未作任何改动"),
        (OutcomeUnknown("outcome-unknown", "Expected an answer"), 504, "Idempotency-Key"),
    ],
    ids=lambda value: getattr(value, "code", None),
)
def test_a_database_that_cannot_do_it_is_told_apart_and_says_when_to_ask_again(
    engine: Engine, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, refusal: EngineError, status: int, word: str
) -> None:
    gp = sign_in("gp")
    carry_out = engine.execute

    def refuse(command: Any, *arguments: Any, **options: Any) -> Any:
        if isinstance(command, MarkNotificationsRead):
            raise refusal
        return carry_out(command, *arguments, **options)

    monkeypatch.setattr(engine, "execute", refuse)
    answer = gp.call("POST", "/notifications/read", {"ids": []}, Idempotency_Key="k-9")

    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (status, refusal.code, "2")
    assert word in answer.json()["detail"]
