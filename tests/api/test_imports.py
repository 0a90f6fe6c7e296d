from __future__ import annotations

from collections.abc import Callable
from datetime import date

from engine.workbook import MEDIA_TYPE
from engine.workbook.organisation import APPOINTMENTS, INSTITUTIONS, PEOPLE
from tests.api.browser import Client
from tests.organisation.test_import import workbook

SignIn = Callable[[str], Client]
PATH = "/administration/imports"


def test_a_workbook_is_downloaded_shown_and_brought_in(sign_in: SignIn) -> None:
    keeper = sign_in("keeper")
    template = keeper.call("GET", f"{PATH}/template?filled=true")
    assert (template.status_code, template.headers["Content-Type"]) == (200, MEDIA_TYPE)
    assert {row["state"] for row in keeper.raw("POST", f"{PATH}/preview", template.content, MEDIA_TYPE).json()["rows"]} == {
        "same"
    }
    people = (PEOPLE, ["T1", "田一·演示"]), (PEOPLE, ["S001", "甘平平·演示"])
    chair = (APPOINTMENTS, ["T1", "BR_GP", "CH01", None, None, None, date(2026, 1, 1)])
    wrong = keeper.raw(
        "POST", f"{PATH}/preview", workbook((INSTITUTIONS, ["X", "某院", None, "20", "Y"]), chair), MEDIA_TYPE
    ).json()
    assert [(row["line"], row["state"], row["refusal"]) for row in wrong["rows"]] == [
        (2, "wrong", "没有机构“Y”。"),
        (2, "wrong", "没有人员“T1”。"),
    ]
    content = workbook(*people, chair)
    shown = keeper.raw("POST", f"{PATH}/preview", content, MEDIA_TYPE).json()
    assert [(row["sheet"], row["line"], row["state"], row["changes"]) for row in shown["rows"]] == [
        (PEOPLE, 2, "added", []),
        (PEOPLE, 3, "changed", [{"field": "name", "before": "甘平·演示", "after": "甘平平·演示"}]),
        (APPOINTMENTS, 2, "added", []),
    ]
    assert keeper.get("/administration/appointments?person=T1") == []
    refused = keeper.raw("POST", f"{PATH}?fingerprint={'0' * 64}", content, MEDIA_TYPE)
    assert (refused.status_code, refused.json()["code"]) == (409, "import-changed")
    done = keeper.raw("POST", f"{PATH}?fingerprint={shown['fingerprint']}", content, MEDIA_TYPE)
    assert (done.status_code, done.json()) == (200, shown)
    assert [row["post"] for row in keeper.get("/administration/appointments?person=T1")] == ["BR_GP"]
    broken = keeper.raw("POST", f"{PATH}/preview", b"PK\x03\x04", MEDIA_TYPE)
    assert (broken.status_code, broken.json()["detail"]) == (422, "这不是可以读取的 Excel 文件（.xlsx）。")
    assert sign_in("operator").call("GET", f"{PATH}/template").status_code == 403
