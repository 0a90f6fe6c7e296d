from __future__ import annotations

from collections.abc import Callable

from tests.api.browser import Client

SignIn = Callable[[str], Client]


def test_people_say_how_they_are_told(sign_in: SignIn) -> None:
    gp = sign_in("gp")
    assert gp.get("/notifications/settings") == {"channels": [], "language": "zh", "quietHours": None}
    body = {
        "channels": [{"channel": "mail", "address": "gp@example.org"}, {"channel": "wecom", "address": None}],
        "language": "en",
        "quietHours": "22:00-06:30",
    }
    assert gp.call("PUT", "/notifications/settings", body).status_code == 204
    assert gp.get("/notifications/settings") == body
    assert sign_in("director").get("/notifications/settings")["channels"] == []
    wrong = gp.call("PUT", "/notifications/settings", {**body, "channels": [{"channel": "mail", "address": "gp"}]})
    assert (wrong.status_code, wrong.json()["errors"][0]["message"]) == (422, "邮件渠道要有有效的邮箱地址。")
    assert gp.call("PUT", "/notifications/settings", {**body, "quietHours": "late"}).status_code == 422
    assert gp.get("/notifications/settings") == body


def test_administrators_set_quiet_hours_and_operators_see_deliveries(sign_in: SignIn) -> None:
    keeper = sign_in("keeper")
    assert keeper.call("PUT", "/institutions/CH01/quiet-hours", {"hours": "20:00-07:30"}).status_code == 204
    assert keeper.call("PUT", "/institutions/CH01/quiet-hours", {"hours": None}).status_code == 204
    assert keeper.call("PUT", "/institutions/CH77/quiet-hours", {"hours": "none"}).status_code == 404
    assert keeper.call("PUT", "/institutions/CH01/quiet-hours", {"hours": "20:00"}).status_code == 422
    assert sign_in("gp").call("PUT", "/institutions/CH01/quiet-hours", {"hours": "none"}).status_code == 403
    assert sign_in("operator").get("/operations/deliveries?state=failed") == {"items": [], "nextCursor": None}
    assert sign_in("gp").call("GET", "/operations/deliveries").status_code == 403
