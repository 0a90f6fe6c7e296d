"""Activities of ad-hoc subprocesses over the wire."""

from __future__ import annotations

from collections.abc import Callable

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
