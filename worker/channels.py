"""The channels: mail, the robots of WeCom, DingTalk and Feishu, and a signed webhook. Each sends one message, or says why not.

A channel that is not configured does not exist. Signatures follow what each house publishes: DingTalk signs time and secret
with the secret and puts both into the address, Feishu takes time and secret as the key of an empty text and puts both into
the body. Our own webhook is signed over id, time and body, so that a receiver can tell a repetition and a replay.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import smtplib
import ssl
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Protocol
from urllib.parse import quote_plus

from engine.commands.delivery import DeliveryOrder
from worker.config import ChannelConfig
from worker.messages import Message
from worker.outbound import Outbound, SendFailure

SMTP_SECONDS = 20.0
Now = Callable[[], Any]


class Channel(Protocol):
    """One way to a person."""

    def send(self, order: DeliveryOrder, message: Message) -> str:
        """Sends it and returns the other side's receipt. Raises SendFailure."""
        ...


def channels_of(config: ChannelConfig, now: Now) -> dict[str, Channel]:
    """The channels that are configured, by name. Raises ValueError for a setting that cannot be read."""
    outbound = Outbound(config.allowed_hosts, config.allowed_networks)
    found: dict[str, Channel] = {}
    if config.smtp_host:
        found["mail"] = Mail(config)
    if config.wecom_url:
        found["wecom"] = Robot(outbound, _addresses(config.wecom_url), _wecom)
    if config.dingtalk_url:
        found["dingtalk"] = Robot(outbound, _addresses(config.dingtalk_url), _dingtalk(config.dingtalk_secret, now))
    if config.feishu_url:
        found["feishu"] = Robot(outbound, _addresses(config.feishu_url), _feishu(config.feishu_secret, now))
    if config.webhook_url:
        if not config.webhook_secret:
            raise ValueError("a secret beside the webhook's address")
        found["webhook"] = Webhook(outbound, config.webhook_url, config.webhook_secret, now)
    return found


class Mail:
    """E-mail over SMTP."""

    def __init__(self, config: ChannelConfig) -> None:
        if not config.smtp_from:
            raise ValueError("a sender beside the mail server")
        if config.smtp_security not in ("starttls", "tls", "none"):
            raise ValueError("starttls, tls or none as security of the mail server")
        self._config = config

    def send(self, order: DeliveryOrder, message: Message) -> str:
        if not order.address:
            raise SendFailure("the person has no address", final=True)
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = message.headline, self._config.smtp_from, order.address
        mail["Date"] = format_datetime(order.at)
        mail["Message-ID"] = f"<{order.id}@liandong>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        try:
            with self._server() as server:
                return self._hand_over(server, mail, order.address)
        except smtplib.SMTPResponseException as error:
            raise SendFailure(f"SMTP {error.smtp_code}", final=500 <= error.smtp_code < 600) from None
        except (smtplib.SMTPException, OSError) as error:
            raise SendFailure(f"the mail server does not answer: {type(error).__name__}") from None

    def _server(self) -> smtplib.SMTP:
        config, context = self._config, ssl.create_default_context()
        if config.smtp_security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(config.smtp_host, config.smtp_port, timeout=SMTP_SECONDS, context=context)
        else:
            server = smtplib.SMTP(config.smtp_host, config.smtp_port, timeout=SMTP_SECONDS)
        if config.smtp_security == "starttls":
            server.starttls(context=context)
        if config.smtp_user:
            server.login(config.smtp_user, config.smtp_password)
        return server

    def _hand_over(self, server: smtplib.SMTP, mail: EmailMessage, address: str) -> str:
        server.ehlo_or_helo_if_needed()
        for code, reply in (server.mail(self._config.smtp_from), server.rcpt(address)):
            if code not in (250, 251):
                raise smtplib.SMTPResponseException(code, reply)
        code, reply = server.data(mail.as_bytes())
        if code != 250:
            raise smtplib.SMTPResponseException(code, reply)
        return f"{code} {reply.decode('utf-8', 'replace')}"


Call = Callable[[str, DeliveryOrder, Message], tuple[str, Mapping[str, Any]]]
"""The address and the body of one call of a robot, from its plain address."""


class Robot:
    """A robot of a group chat, one for the community or one for each institution."""

    def __init__(self, outbound: Outbound, addresses: Mapping[str, str], call: Call) -> None:
        self._outbound, self._addresses, self._call = outbound, addresses, call

    def send(self, order: DeliveryOrder, message: Message) -> str:
        address = self._addresses.get(order.institution or "*") or self._addresses.get("*")
        if address is None:
            raise SendFailure("the person's institution has no robot", final=True)
        answer = self._outbound.post_json(*self._call(address, order, message))
        code = next((answer[name] for name in ("errcode", "code", "StatusCode") if name in answer), None)
        if code != 0:
            raise SendFailure(f"the robot answers {str(code)[:20]}")
        return f"{code} {answer.get('errmsg') or answer.get('msg') or answer.get('StatusMessage') or ''}".strip()


class Webhook:
    """Another system's address, called with a signature: HMAC-SHA256 over `id.timestamp.body` in hexadecimal."""

    def __init__(self, outbound: Outbound, url: str, secret: str, now: Now) -> None:
        self._outbound, self._url, self._secret, self._now = outbound, url, secret, now

    def send(self, order: DeliveryOrder, message: Message) -> str:
        body = json.dumps(
            {
                "id": str(order.id),
                "kind": order.kind,
                "person": str(order.person),
                "staffNumber": order.staff_number,
                "at": order.at.isoformat(),
                "process": order.process,
                "step": order.step,
                "number": order.number,
                "task": None if order.task is None else str(order.task),
                "instance": None if order.instance is None else str(order.instance),
                "text": message.headline,
                "link": message.link,
            },
            ensure_ascii=False,
        ).encode()
        stamp = str(int(self._now().timestamp()))
        signed = hmac.new(self._secret.encode(), f"{order.id}.{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {
            "X-Liandong-Delivery": str(order.id),
            "X-Liandong-Timestamp": stamp,
            "X-Liandong-Signature": f"sha256={signed}",
        }
        answer = self._outbound.post(self._url, body, headers)
        return answer[:100].decode("utf-8", "replace")


def _wecom(url: str, order: DeliveryOrder, message: Message) -> tuple[str, Mapping[str, Any]]:
    mentioned = [order.address] if order.address else []
    return url, {"msgtype": "text", "text": {"content": message.text, "mentioned_list": mentioned}}


def _dingtalk(secret: str, now: Now) -> Call:
    def call(url: str, order: DeliveryOrder, message: Message) -> tuple[str, Mapping[str, Any]]:
        body = {
            "msgtype": "text",
            "text": {"content": message.text},
            "at": {"atUserIds": [order.address] if order.address else [], "isAtAll": False},
        }
        if not secret:
            return url, body
        stamp = str(int(now().timestamp() * 1000))
        digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
        joint = "&" if "?" in url else "?"
        return f"{url}{joint}timestamp={stamp}&sign={quote_plus(base64.b64encode(digest))}", body

    return call


def _feishu(secret: str, now: Now) -> Call:
    def call(url: str, order: DeliveryOrder, message: Message) -> tuple[str, Mapping[str, Any]]:
        mention = f'<at user_id="{order.address}"></at> ' if order.address else ""
        body: dict[str, Any] = {"msg_type": "text", "content": {"text": mention + message.text}}
        if secret:
            stamp = str(int(now().timestamp()))
            digest = hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
            body.update(timestamp=stamp, sign=base64.b64encode(digest).decode())
        return url, body

    return call


def _addresses(setting: str) -> Mapping[str, str]:
    if not setting.lstrip().startswith("{"):
        return {"*": setting}
    try:
        found = json.loads(setting)
    except ValueError:
        raise ValueError("an address, or a JSON object of addresses by institution") from None
    if not all(isinstance(value, str) for value in found.values()):
        raise ValueError("a JSON object of addresses by institution")
    return dict(found)
