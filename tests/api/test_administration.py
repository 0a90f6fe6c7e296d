from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.browser import Client

SignIn = Callable[[str], Client]


def put(keeper: Client, path: str, body: dict[str, Any], method: str = "PUT") -> dict[str, Any]:
    answer = keeper.call(method, f"/administration{path}", body)
    assert answer.status_code == 200, answer.text
    saved: dict[str, Any] = answer.json()
    return saved


def test_a_branch_with_its_people_is_brought_in_over_the_wire(sign_in: SignIn) -> None:
    keeper = sign_in("keeper")
    branch = {"name": "石桥院区", "type": "22", "parent": "CH00"}
    assert put(keeper, "/institutions/CH03", branch)["changed"] is True
    assert put(keeper, "/institutions/CH03", branch)["changed"] is False
    put(keeper, "/institutions/CH03/membership", {"fromDate": "2026-01-01"})
    put(keeper, "/institutions/CH03/departments/GP", {"name": "全科"})
    put(keeper, "/people/T1", {"name": "田一·演示"})
    chair = {"person": "T1", "post": "DEPT_HEAD", "institution": "CH03", "department": "GP", "fromDate": "2026-01-01"}
    appointment = put(keeper, "/appointments", chair, "POST")
    listed = keeper.get("/administration/appointments?person=T1")
    assert [(row["id"], row["head"], row["kind"]) for row in listed] == [(appointment["id"], True, "full")]
    assert [row["head"] for row in sign_in("gp").get("/institutions/CH03/departments")] == ["田一·演示"]
    put(keeper, f"/appointments/{appointment['id']}/end", {"toDate": "2026-02-01"}, "POST")
    assert [row["head"] for row in sign_in("gp").get("/institutions/CH03/departments")] == [None]


def test_committees_rosters_lines_and_charges_are_kept_and_read(sign_in: SignIn) -> None:
    keeper, gp = sign_in("keeper"), sign_in("gp")
    put(keeper, "/institutions/CH00/departments/CHRON", {"name": "慢病管理中心", "kind": "centre"})
    put(keeper, "/institutions/CH01/departments/CHRON", {"name": "慢病科"})
    put(keeper, "/institutions/CH00/bodies/DTC", {"name": "药事会", "quorum": 67, "fromDate": "2026-01-01"})
    put(keeper, "/institutions/CH00/bodies/DTC/members/S006", {"role": "chair", "position": 1, "fromDate": "2026-01-01"})
    put(keeper, "/institutions/CH00/bodies/DTC/members/S004", {"fromDate": "2026-01-01"})
    (body,) = gp.get("/bodies?institution=CH00")
    assert (body["quorum"], [(member["name"], member["role"]) for member in body["members"]]) == (
        67,
        [("医务·演示", "chair"), ("岑芯·演示", "member")],
    )

    turn = {"institution": "CH00", "post": "MED_DIR", "person": "S004"}
    night = {"fromAt": "2026-12-01T18:00:00+08:00", "toAt": "2026-12-02T08:00:00+08:00"}
    day = {"fromAt": "2099-12-02T08:00:00+08:00", "toAt": "2099-12-02T18:00:00+08:00"}
    put(keeper, "/duties", {"turns": [{**turn, **night}, {**turn, **day}]}, "POST")
    listed = gp.get("/duties?institution=CH00&from=2026-12-01T00:00:00Z&to=2100-01-01T00:00:00Z")
    assert [(row["name"], row["fromAt"]) for row in listed] == [
        ("岑芯·演示", "2026-12-01T10:00:00Z"),
        ("岑芯·演示", "2099-12-02T00:00:00Z"),
    ]
    put(keeper, f"/duties/{listed[1]['id']}/remove", {}, "POST")

    put(keeper, "/lines/CD", {"name": "慢病", "centreInstitution": "CH00", "centreDepartment": "CHRON"})
    put(keeper, "/lines/CD/departments/CH01/CHRON", {})
    assert gp.get("/lines") == [{"code": "CD", "name": "慢病", "centre": "CH00/CHRON", "departments": ["CH01/CHRON"]}]
    put(keeper, "/lines/CD/departments/CH01/CHRON", {"belongs": False})
    assert gp.get("/lines")[0]["departments"] == []

    put(keeper, "/charges", {"institution": "CH00", "person": "S006", "line": "CD", "fromDate": "2026-01-01"}, "POST")
    assert [(row["name"], row["line"]) for row in gp.get("/charges?institution=CH00")] == [("医务·演示", "CD")]
    put(keeper, f"/charges/{gp.get('/charges')[0]['id']}/end", {"toDate": "2026-02-01"}, "POST")
    put(keeper, f"/members/{body['members'][1]['id']}/end", {"toDate": "2026-02-01"}, "POST")
    assert (gp.get("/charges"), len(gp.get("/bodies?institution=CH00")[0]["members"])) == ([], 1)
    assert {post["code"] for post in keeper.get("/administration/posts")} >= {"BR_GP", "MED_DIR"}


WRONG: tuple[tuple[str, str, dict[str, Any], int, str, str], ...] = (
    (
        "PUT",
        "/institutions/CH00",
        {"name": "x", "type": "10", "parent": "CH01"},
        422,
        "tree-loop",
        "机构“CH00”不能成为自己的下级。",
    ),
    ("PUT", "/institutions/CH05", {"name": "x", "type": "77"}, 422, "unknown-code", "“77”不是有效的 type。"),
    ("PUT", "/institutions/CH01/membership", {"fromDate": "2026-02-01", "toDate": "2026-01-01"}, 422, "dates", "早于开始日期"),
    (
        "POST",
        "/appointments",
        {"person": "S001", "post": "BR_GP", "institution": "CH77", "fromDate": "2026-01-01"},
        404,
        "institution-not-found",
        "没有机构“CH77”。",
    ),
    (
        "POST",
        "/appointments",
        {"person": "S001", "post": "BR_GP", "institution": "CH01", "fromDate": "2026-13-01"},
        422,
        "invalid-request",
        "",
    ),
    ("POST", "/charges", {"institution": "CH00", "person": "S001", "fromDate": "2026-01-01"}, 422, "charge-what", "0 个"),
)


@pytest.mark.parametrize(("method", "path", "body", "status", "code", "words"), WRONG)
def test_what_is_wrong_is_told_in_a_sentence(
    sign_in: SignIn, method: str, path: str, body: dict[str, Any], status: int, code: str, words: str
) -> None:
    answer = sign_in("keeper").call(method, f"/administration{path}", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert words in answer.json()["detail"]
