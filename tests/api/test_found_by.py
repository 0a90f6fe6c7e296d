"""Operators find cases by value, key, state, element and time, keep what they look for as views, and act on all that is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

from tests.api.browser import Client
from tests.api.test_cases import SLIP
from tests.api.test_operating import refused
from worker.worker import Worker

SignIn = Callable[[str], Client]


def found(operator: Client, **asked: Any) -> list[str]:
    """Numbers of the cases that a filter finds, the oldest first; the count says the same."""
    query = urlencode(asked, doseq=True, quote_via=quote)
    numbers = [row["number"] for row in operator.get(f"/operations/instances?{query}")["items"]]
    assert operator.get(f"/operations/instances/count?{query}") == {"count": len(numbers), "more": False}
    return numbers[::-1]


def test_cases_are_found_by_what_their_process_is_searched_by_and_by_where_they_stand(sign_in: SignIn, worker: Worker) -> None:
    gp, director, operator = sign_in("gp"), sign_in("director"), sign_in("operator")
    cases = [gp.start() for _ in range(4)]
    one, two, three, four = numbers = [case["instance"]["number"] for case in cases]
    for case, urgency, amount in ((cases[0], "U", 2.5), (cases[1], "R", 10), (cases[2], "U", 100)):
        gp.complete(case["nextTask"]["id"], "submit", {**SLIP, "urgency": urgency, "amount": amount})
    ours = {"process": "handover_from"}
    by = operator.get("/operations/instances/found-by?process=handover_from")
    assert [(line["name"], line["label"]) for line in by["attributes"]] == [("amount", "金额"), ("urgency", "缓急")]
    assert (by["versions"], "review" in [place["element"] for place in by["elements"]]) == ([1], True)
    for asked, expected in (
        ({"where": "urgency = U"}, [one, three]),
        ({"where": "urgency != U"}, [two]),
        ({"where": "amount >= 10"}, [two, three]),
        ({"where": ["amount > 2.5", "amount < 100"]}, [two]),
        ({"where": ["urgency = U", "amount = 100.00"]}, [three]),
        ({"where": "urgency ~ u"}, [one, three]),
        ({**ours, "element": "review"}, [one, two, three]),
        ({**ours, "element": "fill"}, [four]),
        ({**ours, "passed": "fill", "where": "amount < 5"}, [one]),
        ({"businessKey": one[:-1]}, numbers),
        ({"q": four[-4:]}, [four]),
        ({**ours, "state": "active", "days": "1", "version": "1"}, numbers),
        ({"startedUntil": "2020-01-01T00:00:00Z"}, []),
        ({"startedFrom": "2020-01-01T00:00:00Z", "where": "amount <= 2.5"}, [one]),
    ):
        assert found(operator, **asked) == expected, asked
    for asked, code, words in (
        ({"where": "name = 张三丰"}, "filter-name", "amount, urgency"),
        ({"where": "urgency U"}, "filter-condition", "名称 比较 值"),
        ({"where": ["urgency = U"] * 11}, "filter-size", "最多 10"),
        ({"element": "review"}, "filter-needs-process", "先选流程"),
        ({**ours, "element": "nowhere"}, "filter-element", "nowhere"),
        ({"process": "nowhere"}, "filter-process", "nowhere"),
        ({**ours, "version": "7"}, "filter-process", "7"),
    ):
        answer = operator.call("GET", f"/operations/instances?{urlencode(asked, doseq=True)}")
        assert words in refused(answer, 422, code), asked
    for who in (gp, sign_in("auditor")):
        for path in ("instances?where=urgency%20%3D%20U", "instances/count", "instances/found-by"):
            assert who.call("GET", f"/operations/{path}").status_code == 403

    # Ended, a case is still found by what it was about; and a batch takes what the filter finds, if that is what was shown.
    batch = {"kind": "cancel", "reason": "重复申请", "filter": {"where": ["urgency = U"]}}
    director.act(director.get("/tasks?box=claimable")["items"][0]["id"], "claim")
    refused(operator.call("POST", "/operations/batches", {**batch, "expected": 3}), 409, "batch-changed")
    refused(operator.call("POST", "/operations/batches", {**batch, "filter": {"where": ["nothing = 1"]}}), 422, "filter-name")
    made = operator.call("POST", "/operations/batches", {**batch, "expected": 2})
    assert (made.status_code, made.json()["total"]) == (201, 2)
    worker.drain()
    assert found(operator, where="urgency = U", state="cancelled") == [one, three]


def test_views_of_operations_are_kept_shared_and_counted_as_those_of_the_inbox_and_apart_from_them(sign_in: SignIn) -> None:
    gp, operator = sign_in("gp"), sign_in("operator")
    gp.complete(gp.start()["nextTask"]["id"], "submit", SLIP)
    chair = operator.session["capacities"][0]["id"]
    asked = {"process": "handover_from", "state": "active", "days": 7, "where": ["urgency = U", "amount < 5"]}
    view = {"name": "急件在办", "box": "instances", "filter": asked, "share": "post", "capacityId": chair}
    assert operator.call("POST", "/views", view).status_code == 204
    since = {"name": "今年的", "box": "instances", "filter": {"startedFrom": "2020-01-01T00:00:00Z"}}
    assert operator.call("POST", "/views", since).status_code == 204
    last, urgent = sorted(operator.get("/views?place=operations"), key=lambda found: str(found["name"]))
    kept = {name: value for name, value in urgent["filter"].items() if value not in (None, [])}
    assert (kept, urgent["count"], urgent["pinned"], urgent["sharedWith"]) == (asked, 1, True, "总医院 信息中心流程管理员")
    assert (last["filter"]["startedFrom"], last["count"]) == ("2020-01-01T00:00:00Z", 1)
    assert operator.get("/views") == []
    assert operator.call("PUT", f"/views/{urgent['id']}/choice", {"pinned": True, "preferred": True}).status_code == 204

    assert gp.call("GET", "/views?place=operations").status_code == 403
    assert gp.call("POST", "/views", view).status_code == 403
    for wrong in ({"urgency": "E"}, {"state": "lost"}, {"where": "urgency = U"}):
        assert operator.call("POST", "/views", {**view, "name": "错", "filter": wrong}).status_code == 422, wrong
    assert operator.call("POST", "/views", {"name": "错", "box": "todo", "filter": {"state": "active"}}).status_code == 422
    assert operator.call("DELETE", f"/views/{last['id']}").status_code == 204
    assert [found["preferred"] for found in operator.get("/views?place=operations")] == [True]
