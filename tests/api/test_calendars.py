from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.api.browser import Client
from worker.worker import Worker

YEAR: dict[str, Any] = json.loads((Path(__file__).parents[2] / "cli/demo/working-days-2027.json").read_text(encoding="utf-8"))
SignIn = Callable[[str], Client]


@pytest.fixture
def keeper(sign_in: SignIn) -> Client:
    """Somebody who administrates."""
    return sign_in("keeper")


def test_a_year_is_previewed_imported_and_read(keeper: Client, worker: Worker, address: str) -> None:
    before = keeper.get("/calendars")
    assert [year["year"] for year in before["years"]] == [2024, 2025, 2026]
    assert {(hours["code"], hours["name"]) for hours in before["hours"]} >= {("ADMIN", "行政办公"), ("CLIN", "全天候")}

    preview = keeper.call("POST", "/calendars/years/2027/preview", YEAR)
    assert (preview.status_code, preview.json()["known"], preview.json()["complete"]) == (200, False, True)
    assert {"day": "2027-02-05", "works": False} in preview.json()["days"]

    saved = keeper.call("PUT", "/calendars/years/2027", YEAR, Idempotency_Key="import-2027")
    again = keeper.call("PUT", "/calendars/years/2027", YEAR, Idempotency_Key="import-2027")
    assert (saved.status_code, saved.json()) == (200, {"version": before["version"] + 1, "changed": True})
    assert again.json() == saved.json()
    worker.drain()

    year = keeper.get("/calendars/years/2027")
    assert year["document"] == YEAR
    assert (year["history"][0]["madeBy"], year["version"]) == ("纪册·演示", saved.json()["version"])
    health = requests.get(address + "/healthz", timeout=20).json()
    assert (health["calendar"]["lastPublishedYear"], health["calendar"]["invented"]) == (2027, True)


def test_a_wrong_year_is_refused_in_the_readers_language(keeper: Client) -> None:
    wrong = json.loads(json.dumps(YEAR))
    wrong["workingDays"].append("2027-02-06")
    chinese = keeper.call("PUT", "/calendars/years/2027", wrong)
    english = keeper.call("PUT", "/calendars/years/2027", wrong, Accept_Language="en")
    assert (chinese.status_code, chinese.json()["errors"][0]["path"]) == (422, "workingDays")
    assert chinese.json()["errors"][0]["message"] == "应为调休上班日不在假期内，但 2027-02-06 属于“春节”。"
    assert english.json()["errors"][0]["message"].endswith("but 2027-02-06 belongs to '春节'.")
    assert keeper.call("PUT", "/calendars/years/2028", YEAR).status_code == 422
    assert keeper.call("PUT", "/calendars/years/2027", {**YEAR, "offDays": []}).status_code == 422
    assert keeper.call("GET", "/calendars/years/2027").status_code == 404


def test_hours_are_set_for_one_institution_and_taken_back(keeper: Client, sign_in: SignIn) -> None:
    hours = {"hours": ["09:00-12:00", "13:00-17:00"]}
    assert keeper.call("PUT", "/calendars/ADMIN/hours?institution=CH02", hours).status_code == 200
    due = "/calendars/ADMIN/due?term=PT4H&start=2026-09-24T16:00:00%2B08:00"
    assert sign_in("gp").get(due)["dueAt"] == "2026-09-28T02:30:00Z"
    assert sign_in("gp").get(f"{due}&institution=CH02")["dueAt"] == "2026-09-28T04:00:00Z"
    assert keeper.call("DELETE", "/calendars/ADMIN/hours?institution=CH02").json()["changed"] is True
    assert sign_in("gp").get(f"{due}&institution=CH02")["dueAt"] == "2026-09-28T02:30:00Z"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("PUT", "/calendars/CLIN/hours", {"hours": ["08:00-12:00"]}, 422, "calendar-always-open"),
        ("PUT", "/calendars/NIGHT/hours", {"hours": ["08:00-12:00"]}, 422, "unknown-calendar"),
        ("PUT", "/calendars/ADMIN/hours?institution=CH77", {"hours": ["08:00-12:00"]}, 404, "institution-not-found"),
        ("PUT", "/calendars/ADMIN/hours", {"hours": ["12:00-08:00"]}, 422, "invalid-form"),
        ("GET", "/calendars/ADMIN/due?term=P1M", None, 422, "term-needs-plain-time"),
        ("GET", "/calendars/ADMIN/due?term=soon", None, 422, "invalid-term"),
        ("GET", "/calendars/CLIN/due?term=P9Y&start=9999-01-01T00:00:00Z", None, 422, "term-too-long"),
    ],
)
def test_what_cannot_be_is_refused(keeper: Client, method: str, path: str, body: Any, status: int, code: str) -> None:
    answer = keeper.call(method, path, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_staff_read_the_calendars_and_change_nothing(sign_in: SignIn) -> None:
    gp = sign_in("gp")
    assert gp.get("/calendars")["version"] == 3
    for method, path, body in (
        ("PUT", "/calendars/years/2027", YEAR),
        ("POST", "/calendars/years/2027/preview", YEAR),
        ("PUT", "/calendars/ADMIN/hours", {"hours": ["08:00-12:00"]}),
        ("DELETE", "/calendars/ADMIN/hours?institution=CH01", None),
    ):
        assert gp.call(method, path, body).status_code == 403
