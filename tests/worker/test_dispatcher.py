"""Messages over other channels, sent to a real mail server and a real HTTP receiver."""

from __future__ import annotations

import base64
import email
import email.policy
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from engine.commands.delivery import ClaimDeliveries, DispatchNotifications, NoteSent
from engine.commands.notification import MarkNotificationsRead
from engine.commands.notification_settings import ChannelWanted, PutNotificationSettings
from engine.errors import Conflict, InvalidForm
from engine.queries.deliveries import GetNotificationSettings, ListDeliveries
from engine.store.database import migrate
from engine.store.tables import Delivery, Notification
from engine.testing import County
from tests.engine.models import one_task
from worker.channels import channels_of
from worker.config import ChannelConfig
from worker.dispatcher import Dispatcher
from worker.outbound import Outbound, SendFailure

SECRET = "not-a-real-secret"
CANARY = "张三丰000000199001010011"


class Mailbox:
    """A mail server's handler: keeps what it is given, or refuses it with `reply`."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.reply = "250 queued as 4711"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.reply.startswith("250"):
            self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return self.reply


class Receiver:
    """An HTTP server that keeps every call and answers as it is told."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, str], bytes]] = []
        self.status, self.answer, self.location = 200, b'{"errcode": 0, "errmsg": "ok"}', ""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.calls.append((self.path, dict(self.headers.items()), body))
                self.send_response(receiver.status)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.send_header("Content-Length", str(len(receiver.answer)))
                self.end_headers()
                self.wfile.write(receiver.answer)

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def smtp(mailbox: Mailbox) -> Iterator[Controller]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=0)

    def greet() -> None:
        # The library looks its server up under the port that was asked for, which is the system's to choose here.
        port = controller.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        with socket.create_connection(("127.0.0.1", port), 10) as line:
            line.recv(100)

    controller._trigger_server = greet  # type: ignore[method-assign]
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    opened = Receiver()
    yield opened
    opened.close()


@pytest.fixture
def county(database_url: str) -> Iterator[County]:
    migrate(database_url)
    with County(database_url) as opened:
        opened.settle()
        opened.deploy(one_task('<liandong:deadline term="PT4H" calendar="CLIN" ladder="clinical"/>', post="BR_REF"))
        yield opened


Start = Callable[..., Dispatcher]


@pytest.fixture
def dispatcher(county: County, smtp: Controller, receiver: Receiver) -> Dispatcher:
    """Every channel, at the local servers."""
    base = f"http://{receiver.host}"
    config = ChannelConfig(
        public_url="https://liandong.example",
        smtp_host="127.0.0.1",
        smtp_port=smtp.server.sockets[0].getsockname()[1],  # type: ignore[union-attr]
        smtp_security="none",
        smtp_from="liandong@example.org",
        wecom_url=f"{base}/wecom?key=k",
        dingtalk_url=f"{base}/dingtalk?access_token=t",
        dingtalk_secret=SECRET,
        feishu_url=json.dumps({"CH01": f"{base}/feishu/CH01", "*": f"{base}/feishu/all"}),
        feishu_secret=SECRET,
        webhook_url=f"{base}/hook",
        webhook_secret=SECRET,
        allowed_hosts=receiver.host,
        allowed_networks="127.0.0.0/8",
    )
    return Dispatcher(county.engine, channels_of(config, county.clock.now), config.public_url)


def want(county: County, *channels: str, login: str = "ren", **more: Any) -> None:
    addresses = {"mail": f"{login}@example.org"}
    chosen = tuple(ChannelWanted(channel=channel, address=addresses.get(channel)) for channel in channels)
    county.person(login).do(PutNotificationSettings(channels=chosen, **more))


def states(county: County) -> list[tuple[str, str]]:
    rows = county.rows(select(Delivery.channel, Delivery.state).order_by(Delivery.key))
    return [(row.channel, row.state) for row in rows]


def test_a_task_reaches_the_mailbox_with_a_receipt_and_without_data(
    county: County, dispatcher: Dispatcher, mailbox: Mailbox
) -> None:
    want(county, "mail")
    case = county.run("p", patient=CANARY)
    assert dispatcher.drain() == 1
    (mail,) = mailbox.mails
    assert mail["To"] == "ren@example.org"
    assert mail["Subject"] == "p：请办“check”"
    text = mail.get_content()
    assert f"https://liandong.example/inbox/todo/{case.task('check').id}" in text
    assert CANARY not in mail.as_string()
    assert CANARY not in text
    row = county.row(select(Delivery.id, Delivery.state, Delivery.receipt))
    assert (row.state, row.receipt) == ("sent", "250 queued as 4711")
    assert mail["Message-ID"] == f"<{row.id}@liandong>"
    assert dispatcher.drain() == 0


def test_no_value_of_a_case_reaches_any_message(
    county: County, dispatcher: Dispatcher, mailbox: Mailbox, receiver: Receiver
) -> None:
    channels = ("mail", "wecom", "dingtalk", "feishu", "webhook")
    for channel in channels:
        want(county, channel)
        county.run("p", patient=CANARY, subject=CANARY, diagnosis={"text": CANARY})
        dispatcher.drain()
    county.pass_time("PT5H")
    for language in ("zh", "en"):
        want(county, "webhook", language=language)
        dispatcher.drain()
    everything = "".join(mail.as_string() + mail.get_content() for mail in mailbox.mails)
    everything += "".join(f"{path}{headers}" + body.decode() for path, headers, body in receiver.calls)
    assert (len(mailbox.mails), len(receiver.calls) >= 10) == (1, True)
    assert not any(part in everything for part in (CANARY, CANARY[:3], CANARY[3:], json.dumps(CANARY)[1:-1]))


def test_robots_and_the_webhook_are_called_as_their_houses_say(
    county: County, dispatcher: Dispatcher, receiver: Receiver
) -> None:
    now = county.clock.now()
    for channel in ("wecom", "dingtalk", "feishu", "webhook"):
        want(county, channel)
        county.run("p")
        dispatcher.drain()
    (wecom, dingtalk, feishu, hook) = receiver.calls
    assert (wecom[0], json.loads(wecom[2])["msgtype"]) == ("/wecom?key=k", "text")
    query = parse_qs(urlsplit(dingtalk[0]).query)
    stamp = str(int(now.timestamp() * 1000))
    expected = base64.b64encode(hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest())
    assert (query["timestamp"], query["sign"], query["access_token"]) == ([stamp], [expected.decode()], ["t"])
    sent = json.loads(feishu[2])
    stamp = str(int(now.timestamp()))
    expected = base64.b64encode(hmac.new(f"{stamp}\n{SECRET}".encode(), b"", hashlib.sha256).digest())
    assert (feishu[0], sent["timestamp"], sent["sign"], sent["msg_type"]) == ("/feishu/CH01", stamp, expected.decode(), "text")
    headers, body = hook[1], hook[2]
    delivery = county.scalar(select(Delivery.id).where(Delivery.channel == "webhook"))
    assert (headers["X-Liandong-Delivery"], json.loads(body)["id"]) == (str(delivery), str(delivery))
    signed = f"{delivery}.{headers['X-Liandong-Timestamp']}.".encode() + body
    digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-Liandong-Signature"] == f"sha256={digest}"
    assert states(county) == [(channel, "sent") for channel in ("wecom", "dingtalk", "feishu", "webhook")]


def test_a_failed_channel_is_tried_again_under_one_id_and_then_the_next_one_is(
    county: County, dispatcher: Dispatcher, mailbox: Mailbox, receiver: Receiver
) -> None:
    want(county, "mail", "webhook")
    mailbox.reply = "451 try again later"
    county.run("p")
    for seconds in (0, 30, 120, 600, 1800):
        county.clock.advance(timedelta(seconds=seconds))
        assert dispatcher.drain() >= 1
    assert states(county) == [("mail", "failed"), ("webhook", "sent")]
    row = county.row(select(Delivery.attempts, Delivery.error).where(Delivery.channel == "mail"))
    assert (row.attempts, row.error) == (5, "SMTP 451")
    assert len(receiver.calls) == 1


def test_a_channel_that_cannot_help_gives_way_at_once(county: County, dispatcher: Dispatcher, mailbox: Mailbox) -> None:
    want(county, "mail", "webhook")
    mailbox.reply = "550 no such user"
    county.run("p")
    dispatcher.drain()
    assert states(county) == [("mail", "failed"), ("webhook", "sent")]


def test_a_robot_that_refuses_is_a_failure_though_http_was_fine(
    county: County, dispatcher: Dispatcher, receiver: Receiver
) -> None:
    want(county, "wecom")
    receiver.answer = b'{"errcode": 93000, "errmsg": "invalid webhook url"}'
    county.run("p")
    dispatcher.drain()
    assert states(county) == [("wecom", "pending")]
    assert county.scalar(select(Delivery.error)) == "the robot answers 93000"


def test_what_is_not_confirmed_in_time_goes_to_the_next_channel(county: County, dispatcher: Dispatcher) -> None:
    want(county, "mail", "webhook", "wecom")
    county.run("p")
    dispatcher.drain()
    county.clock.advance(timedelta(minutes=29))
    dispatcher.drain()
    assert states(county) == [("mail", "sent")]
    county.clock.advance(timedelta(minutes=1))
    dispatcher.drain()
    assert states(county) == [("mail", "failed"), ("webhook", "sent")]
    ren = county.person("ren")
    ren.do(MarkNotificationsRead(ids=tuple(row.id for row in county.rows(select(Notification.id)))))
    county.clock.advance(timedelta(minutes=31))
    dispatcher.drain()
    assert states(county) == [("mail", "failed"), ("webhook", "confirmed")]


def test_a_task_that_is_done_by_then_is_told_of_no_more(county: County, dispatcher: Dispatcher, mailbox: Mailbox) -> None:
    want(county, "mail")
    case = county.run("p")
    county.execute(DispatchNotifications(channels=("mail",)))
    county.person("ren").complete(case.task("check"))
    assert dispatcher.drain() == 0
    assert (states(county), mailbox.mails) == ([("mail", "dropped")], [])


def test_quiet_hours_hold_a_message_back_unless_it_is_urgent(county: County, dispatcher: Dispatcher, mailbox: Mailbox) -> None:
    want(county, "mail", quiet_hours="09:00-13:00")
    county.run("p")
    assert dispatcher.drain() == 0
    county.pass_time("PT2H")
    assert dispatcher.drain() == 1
    assert [mail["Subject"] for mail in mailbox.mails] == ["p：“check”快到期了"]
    county.clock.advance(timedelta(hours=1))
    dispatcher.drain()
    assert [mail["Subject"] for mail in mailbox.mails][1:] == ["p：请办“check”"]


def test_a_lease_that_ran_out_is_taken_over_and_the_late_one_changes_nothing(
    county: County, dispatcher: Dispatcher, mailbox: Mailbox
) -> None:
    want(county, "mail")
    county.run("p")
    county.execute(DispatchNotifications(channels=("mail",)))
    (late,) = county.execute(ClaimDeliveries(worker="late", channels=("mail",)))
    assert county.execute(ClaimDeliveries(worker="other", channels=("mail",))) == ()
    county.clock.advance(timedelta(minutes=3))
    assert dispatcher.drain() == 1
    with pytest.raises(Conflict) as lost:
        county.execute(NoteSent(delivery=late.id, lease=late.lease))
    assert lost.value.code == "lease-lost"
    assert mailbox.mails[0]["Message-ID"] == f"<{late.id}@liandong>"


def test_who_chose_no_channel_and_what_is_old_are_not_sent(county: County, dispatcher: Dispatcher) -> None:
    county.run("p")
    assert dispatcher.drain() == 0
    want(county, "mail")
    assert dispatcher.drain() == 0
    county.run("p")
    county.clock.advance(timedelta(days=2))
    assert dispatcher.drain() == 0
    assert states(county) == []


def test_operators_see_receipts_and_people_their_settings(county: County, dispatcher: Dispatcher) -> None:
    want(county, "mail", "wecom", language="en", quiet_hours="none")
    county.run("p")
    dispatcher.drain()
    page = county.engine.query(ListDeliveries(state="sent"), county.person("it", "operations").actor)
    assert [(row.person, row.channel, row.kind, row.receipt) for row in page.items] == [
        ("任转·演示", "mail", "task", "250 queued as 4711")
    ]
    settings = county.engine.query(GetNotificationSettings(), county.person("ren").actor)
    assert [item.channel for item in settings.channels] == ["mail", "wecom"]
    assert (settings.language, settings.quiet_hours) == ("en", "none")


@pytest.mark.parametrize(
    "channels",
    [
        (ChannelWanted(channel="mail"),),
        (ChannelWanted(channel="mail", address="ren@example.org\nBcc: all@example.org"),),
        (ChannelWanted(channel="pager"),),
        (ChannelWanted(channel="feishu", address='"><at user_id="all">'),),
        (ChannelWanted(channel="feishu", address="all"),),
        (ChannelWanted(channel="wecom", address="@All"),),
        (ChannelWanted(channel="webhook"), ChannelWanted(channel="webhook")),
    ],
)
def test_settings_that_cannot_be_are_refused(county: County, channels: tuple[ChannelWanted, ...]) -> None:
    with pytest.raises(InvalidForm):
        county.person("ren").do(PutNotificationSettings(channels=channels))


class TestOutbound:
    """Nothing but what is allowed is called."""

    @pytest.mark.parametrize(
        ("url", "hosts", "networks", "reason"),
        [
            ("https://example.org/", "", "", "not allowed"),
            ("http://127.0.0.1:{port}/", "127.0.0.1:{port}", "", "network that is not allowed"),
            ("http://localhost:{port}/", "127.0.0.1:{port}", "127.0.0.0/8", "not allowed"),
            ("http://127.0.0.1:{port}/", "127.0.0.1", "127.0.0.0/8", "not allowed"),
            ("http://169.254.169.254/", "169.254.169.254:80", "", "network that is not allowed"),
            ("file:///etc/passwd", "", "", "not allowed"),
        ],
    )
    def test_a_target_that_is_not_allowed_is_not_called(
        self, receiver: Receiver, url: str, hosts: str, networks: str, reason: str
    ) -> None:
        port = receiver.host.partition(":")[2]
        outbound = Outbound(hosts.format(port=port), networks)
        with pytest.raises(SendFailure, match=reason) as failure:
            outbound.post(url.format(port=port), b"{}")
        assert failure.value.final
        assert receiver.calls == []

    def test_a_redirect_is_not_followed(self, receiver: Receiver) -> None:
        receiver.status, receiver.location = 302, f"http://{receiver.host}/elsewhere"
        with pytest.raises(SendFailure, match="HTTP 302"):
            Outbound(receiver.host, "127.0.0.0/8").post(f"http://{receiver.host}/hook", b"{}")
        assert len(receiver.calls) == 1

    def test_a_long_answer_is_not_read(self, receiver: Receiver) -> None:
        receiver.answer = b"x" * 100_000
        with pytest.raises(SendFailure, match="too long"):
            Outbound(receiver.host, "127.0.0.0/8").post(f"http://{receiver.host}/hook", b"{}")


def test_secrets_are_never_shown() -> None:
    config = ChannelConfig(smtp_password=SECRET, webhook_secret=SECRET, wecom_url=f"https://x/?key={SECRET}")
    assert SECRET not in repr(config)


@pytest.mark.parametrize(
    "wrong",
    [
        {"smtp_host": "mail"},
        {"smtp_host": "mail", "smtp_from": "a@b", "smtp_security": "ssl"},
        {"webhook_url": "https://x"},
        {"wecom_url": "{"},
        {"allowed_networks": "10.0.0.0/99"},
    ],
)
def test_channels_that_cannot_work_are_refused_at_the_start(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        channels_of(ChannelConfig(**wrong), lambda: None)
    assert channels_of(ChannelConfig(), lambda: None) == {}
