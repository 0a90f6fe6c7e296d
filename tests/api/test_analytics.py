"""Statistics over HTTP: whose they are, and what a page needs of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from zoneinfo import ZoneInfo

import openpyxl
from lxml import etree
from sqlalchemy import select

from engine.commands.account import SetRights
from engine.engine import Engine
from engine.records import SYSTEM
from engine.store.tables import AuditEntry
from tests.api.browser import Client
from tests.api.test_cases import SLIP

SignIn = Callable[[str], Client]
YEAR = "first=2026-01-01&last=2026-12-31"


def test_who_oversees_an_institution_sees_its_statistics(sign_in: SignIn) -> None:
    director, chief = sign_in("director"), sign_in("chief")
    assert director.get("/analytics/processes") == []
    sign_in("gp").start()
    assert director.get("/analytics/processes") == [{"folder": "handover", "name": "交接", "recent": 1}]
    own, all_of_them = (who.get(f"/analytics/processes/handover?{YEAR}") for who in (director, chief))
    assert [choice["code"] for choice in own["choices"]] == ["CH01"]
    assert (own["whole"], all_of_them["whole"], len(all_of_them["choices"])) == (False, True, 3)
    assert own["total"] == {
        **dict.fromkeys(("figures", "before", "institution", "step", "post", "postCode", "department")),
        "tasks": 0,
        "now": {"open": 1, "overdue": 0, "soon": 0},
        "escalated": [0, 0, 0],
    }
    assert (own["previousFirst"], own["previousLast"], own["target"]) == ("2025-01-01", "2025-12-31", 90)
    assert director.call("GET", f"/analytics/processes/handover?{YEAR}&institution=CH02").status_code == 404
    assert director.call("GET", "/analytics/processes/handover?first=2026-02-01&last=2026-01-01").json()["code"] == "period"


def test_nobody_else_does(sign_in: SignIn) -> None:
    doctor = sign_in("gp")
    assert doctor.get("/session")["statistics"] is False
    assert sign_in("director").get("/session")["statistics"] is True
    for path in ("/analytics/processes", f"/analytics/processes/handover?{YEAR}"):
        refused = doctor.call("GET", path)
        assert (refused.status_code, refused.json()["code"]) == (403, "statistics")


def done(sign_in: SignIn) -> str:
    """A referral that the doctor has filled in; its number."""
    started = sign_in("gp").start()
    sign_in("gp").complete(started["nextTask"]["id"], "submit", SLIP)
    return str(started["instance"]["number"] or started["instance"]["key"])


def test_what_was_done_is_exported_for_real_readers(sign_in: SignIn, engine: Engine) -> None:
    number = done(sign_in)
    director, today = sign_in("director"), engine.clock.now().astimezone(ZoneInfo("Asia/Shanghai")).date()
    path = f"/analytics/processes/handover/export?first={today}&last={today}&format="

    table = director.call("GET", path + "csv")
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    heads, row = csv.reader(io.StringIO(table.content.decode("utf-8-sig")))
    line = dict(zip(heads, row, strict=True))
    assert (line["案件"], line["流程"], line["机构"], line["岗位"], line["退回"]) == (
        number,
        "handover_from",
        "东湾",
        "全科医生",
        "0",
    )
    assert line["办理人"].startswith("P-")

    sheet = openpyxl.load_workbook(io.BytesIO(director.call("GET", path + "xlsx").content))["任务 Tasks"]
    titles, cells = ([cell.value for cell in found] for found in sheet.iter_rows())
    assert titles[:2] == ["案件 Case", "流程 Process"]
    assert cells[0] == number

    log = etree.fromstring(director.call("GET", path + "xes").content)
    assert (etree.QName(log).localname, log.get("xes.version")) == ("log", "1849-2016")
    [trace] = log.iterfind("{*}trace")
    events = [{item.get("key"): item.get("value") for item in event} for event in trace.iterfind("{*}event")]
    assert [event["lifecycle:transition"] for event in events] == ["start", "complete"]
    assert events[1]["liandong:outcome"] == "submit"
    assert events[1]["org:resource"] not in (line["办理人"], "甘平·演示")

    assert sign_in("gp").call("GET", path + "csv").status_code == 403
    stranger = sign_in("stranger").call("GET", path + "xes")
    assert (stranger.status_code, b"<trace>" in stranger.content) == (200, False)
    engine.execute(SetRights(login="stranger", rights=("statistics:people",)), SYSTEM)
    assert "甘平·演示" in sign_in("stranger").call("GET", path + "xes").text
    with engine.database.reading() as connection:
        noted = connection.execute(select(AuditEntry.data).where(AuditEntry.action == "export-statistics")).scalars().all()
    assert [entry["format"] for entry in noted] == ["csv", "xlsx", "xes", "xes", "xes"]
