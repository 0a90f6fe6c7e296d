"""Activities of ad-hoc subprocesses over the wire."""

from __future__ import annotations

from collections.abc import Callable

from engine.commands.deployment import Deploy
from engine.engine import Engine
from engine.testing import bpmn, process, user_task
from tests.api.browser import Client

NOBODY = "00000000-0000-4000-8000-000000000000"


def test_a_case_without_ad_hoc_work_offers_none_and_starts_none(sign_in: Callable[[str], Client]) -> None:
    gp, stranger = sign_in("gp"), sign_in("stranger")
    case = gp.start()["instance"]["id"]
    path = f"/instances/{case}/ad-hoc-activities"
    assert gp.get(path) == {"items": []}
    refused = gp.call("POST", path, {"element": "visit"})
    assert (refused.status_code, refused.json()["code"]) == (404, "no-activity")
    assert gp.call("POST", path, {"element": "visit", "scope": "x"}).status_code == 422
    assert stranger.call("GET", path).status_code == 404
    assert stranger.call("POST", path, {"element": "visit"}).status_code == 404
    assert gp.call("POST", f"/instances/{NOBODY}/ad-hoc-activities", {"element": "visit"}).status_code == 404


def test_an_activity_is_offered_and_started(sign_in: Callable[[str], Client], engine: Engine) -> None:
    inside = user_task("visit", post="BR_GP") + user_task("consult", post="BR_GP")
    care = f'<adHocSubProcess id="care" name="随访" ordering="Sequential">{inside}</adHocSubProcess>'
    extensions = '<liandong:process startable="true"/><liandong:starter post="BR_GP"/>'
    start, end = '<startEvent id="s"/>', '<endEvent id="e"/>'
    model = bpmn(process("care_plan", start, care, end, flows="s > care > e", extensions=extensions))
    engine.execute(Deploy(name="care", resources={"care.bpmn": model}))
    gp = sign_in("gp")
    case = gp.start("care_plan")["instance"]["id"]
    path = f"/instances/{case}/ad-hoc-activities"
    visit, consult = gp.get(path)["items"]
    assert (visit["element"], visit["subprocess"], visit["blocked"]) == ("visit", "随访", False)
    answer = gp.call("POST", path, {"element": "visit", "scope": visit["scope"]})
    assert (answer.status_code, answer.json()["id"]) == (200, case)
    assert [row["blocked"] for row in gp.get(path)["items"]] == [True, True]
    refused = gp.call("POST", path, {"element": consult["element"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "ad-hoc")
