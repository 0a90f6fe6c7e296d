from __future__ import annotations

from collections.abc import Callable

from engine.commands.delivery import DeliveryOrder
from engine.engine import Engine
from tests.api.browser import Client
from worker.dispatcher import Dispatcher
from worker.messages import Message

SignIn = Callable[[str], Client]


def test_an_operator_tries_a_channel_on_himself(serve: Callable[..., str], engine: Engine, sign_in: SignIn) -> None:
    operator = Client(serve(stream_limit=4, channels=("mail",))).sign_in("operator")
    channels = {row["channel"]: row for row in operator.get("/operations/channels")}
    assert [name for name, row in channels.items() if row["configured"]] == ["mail"]
    refused = operator.call("POST", "/operations/channels/wecom/test")
    assert (refused.status_code, refused.json()["code"]) == (409, "channel-not-configured")
    refused = operator.call("POST", "/operations/channels/mail/test")
    assert (refused.status_code, refused.json()["code"]) == (409, "channel-not-chosen")
    mine = {"channels": [{"channel": "mail", "address": "operator@example.org"}]}
    assert operator.call("PUT", "/notifications/settings", mine).status_code == 204
    assert operator.call("POST", "/operations/channels/mail/test").status_code == 204
    sent = []

    class Mailbox:
        def send(self, order: DeliveryOrder, message: Message) -> str:
            sent.append((order.address, message.headline))
            return "queued as 7"

    Dispatcher(engine, {"mail": Mailbox()}).drain()
    assert sent == [("operator@example.org", "联动：测试消息，收到即通")]
    (delivery,) = operator.get("/operations/deliveries")["items"]
    assert (delivery["kind"], delivery["state"], delivery["receipt"]) == ("test", "sent", "queued as 7")
    [mail] = [row for row in operator.get("/operations/channels") if row["channel"] == "mail"]
    assert (mail["mine"], mail["sent"], mail["failed"], mail["lastError"]) == (True, 1, 0, None)
    assert sign_in("gp").call("POST", "/operations/channels/mail/test").status_code == 403


def test_an_operator_sees_the_condition_of_the_whole(sign_in: SignIn) -> None:
    operator = sign_in("operator")
    case = sign_in("gp").start()["instance"]["id"]
    before = operator.get("/operations/condition")
    assert operator.call("POST", f"/operations/instances/{case}/suspend", {"reason": "核对"}).status_code == 200
    after = operator.get("/operations/condition")
    assert (before["suspended"], after["suspended"]) == (0, 1)
    assert (after["incidents"], after["deadMessages"], after["jobsFailed"], after["jobsLate"]) == (0, 0, 0, 0)
    assert after["calendar"]["lastPublishedYear"] == 2026
    assert sign_in("gp").call("GET", "/operations/condition").status_code == 403


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
