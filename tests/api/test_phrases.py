"""Phrases for opinions: one's own, one's institution's, and what cannot be one."""

from __future__ import annotations

from collections.abc import Callable

from tests.api.browser import Client

SignIn = Callable[[str], Client]
HOUSE = "/organisation/institutions/CH01/phrases"


def test_phrases_are_ones_own_or_of_ones_institution(sign_in: SignIn) -> None:
    gp, admin, stranger = sign_in("gp"), sign_in("keeper"), sign_in("stranger")
    assert gp.get("/phrases") == {"own": [], "institutions": []}
    assert gp.call("PUT", "/phrases", {"phrases": ["同意转出", "  请 尽快\n安排 "]}).status_code == 204
    assert gp.call("PUT", "/phrases", {"phrases": ["请 尽快 安排", "同意转出"]}).status_code == 204
    assert gp.call("PUT", HOUSE, {"phrases": ["同意"]}).status_code == 403
    assert admin.call("PUT", HOUSE, {"phrases": ["按院内规定办理"]}).status_code == 204
    house = {"institution": {"code": "CH01", "name": "东湾"}, "phrases": ["按院内规定办理"]}
    assert gp.get("/phrases") == {"own": ["请 尽快 安排", "同意转出"], "institutions": [house]}
    assert admin.get("/phrases") == {"own": [], "institutions": [house]}
    assert stranger.get("/phrases") == {"own": [], "institutions": []}

    wrong = (
        (["同意", " "], "phrases.1"),
        (["同", "同 "], "phrases"),
        (["长" * 201], "phrases.0"),
        (["一", "二"] * 26, "phrases"),
    )
    for phrases, path in wrong:
        refused = gp.call("PUT", "/phrases", {"phrases": phrases})
        assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, path)
    assert admin.call("PUT", HOUSE.replace("CH01", "CH77"), {"phrases": []}).status_code == 404
    assert gp.get("/phrases")["own"] == ["请 尽快 安排", "同意转出"]
    assert admin.call("PUT", HOUSE, {"phrases": []}).status_code == 204
    assert gp.get("/phrases")["institutions"] == []
