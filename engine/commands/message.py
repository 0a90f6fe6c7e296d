"""Messages from outside: another system's, or entered by a clerk for an institution without one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, insert, select, update

from engine.appliers import audit
from engine.appliers.jobs import JobScheduled, drop_free, schedule
from engine.authorization import require_right, standing
from engine.commands.operation import required_reason
from engine.commands.registry import Command
from engine.commands.texts import require_text, require_values
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from engine.kernel.rows import JSON
from engine.kernel.scope import check_names
from engine.records import Done
from engine.runtime import Runtime
from engine.runtime.messages import deliver
from engine.runtime.proxy import enters_for_others
from engine.store.base import dump_json
from engine.store.locks import hold
from engine.store.tables import Institution, Message
from engine.store.unit_of_work import UnitOfWork

PAYLOAD_LIMIT = 100_000
NAME_LENGTH, ID_LENGTH = 200, 100


@dataclass(frozen=True, kw_only=True)
class SendMessage(Command[Done]):
    """Hand a message to the engine. One `message_id` is delivered once; repeating it answers with the first result."""

    name: str
    to: str | None = None
    """Code of the receiving institution; None lets any waiting instance take it."""
    correlation: Mapping[str, JSON] = field(default_factory=dict)
    payload: Mapping[str, JSON] = field(default_factory=dict)
    business_key: str | None = None
    channel: str = "API"
    message_id: str | None = None
    occurred_at: datetime | None = None
    expires_at: datetime | None = None
    """When it is dead if nobody has taken it; None is the configured time from now."""


@dataclass(frozen=True, kw_only=True)
class RedeliverMessage(Command[Done]):
    """Send a dead message again, with a fresh expiry. `to` corrects the receiver, and names one that was unknown."""

    message: UUID
    to: str | None = None


@dataclass(frozen=True, kw_only=True)
class DiscardMessage(Command[Done]):
    """Take a message that nobody is to receive from the desk, with a reason. A waiting one is dead from then on."""

    message: UUID
    reason: str


def send_message(command: SendMessage, work: UnitOfWork, runtime: Runtime) -> Done:
    _require_sender(command, work)
    _check(command, work)
    message_id = command.message_id or str(uuid4())
    hold(work.connection, f"message id {message_id}")
    to = _institution(work, command.to)
    known = work.connection.execute(select(*Message.__table__.columns).where(Message.message_id == message_id)).one_or_none()
    if known is not None:
        return _first_answer(command, known, to)
    key, identity = work.new_key(), uuid4()
    work.connection.execute(
        insert(Message).values(
            key=key,
            id=identity,
            message_id=message_id,
            name=command.name,
            from_institution=None,
            from_instance=None,
            to_institution=to,
            endpoint=None,
            to_instance=None,
            collaboration=None,
            business_key=command.business_key or _business_key(command),
            correlation=dict(command.correlation),
            payload=dict(command.payload),
            channel=command.channel,
            state="sent",
            reason=None,
            occurred_at=command.occurred_at or work.now,
            sent_at=work.now,
            expires_at=command.expires_at or work.now + work.config.message_expiry,
            delivered_at=None,
            entered_by=work.actor.person if command.channel == "PROXY_ENTRY" else None,
        )
    )
    state = deliver(work, runtime, key)
    audit.record(work, "message", command.name, data={"message": str(identity), "channel": command.channel, "state": state})
    return Done(message=identity, state=state)


def redeliver_message(command: RedeliverMessage, work: UnitOfWork, runtime: Runtime) -> Done:
    require_right(work.actor, "operations")
    message = _dead(work, command.message)
    to = _institution(work, command.to)
    if to is None and message.reason == "unknown-institution":
        # Without a receiver any case would do: another hospital's patient could be taken for this one.
        raise Conflict("receiver-needed", "Expected a receiver for message '{id}', whose own is unknown", id=str(command.message))
    expires = max(message.expires_at, work.now + work.config.message_expiry)
    again = {"state": "sent", "reason": None, "expires_at": expires}
    again["to_institution"] = message.to_institution if to is None else to
    work.connection.execute(update(Message).where(Message.key == message.key).values(again))
    state = deliver(work, runtime, message.key)
    data = {"message": str(message.id), "to": command.to, "state": state}
    audit.record(work, "redeliver-message", message.name, data=data)
    return Done(message=message.id, state=state)


def discard_message(command: DiscardMessage, work: UnitOfWork, runtime: Runtime) -> Done:
    require_right(work.actor, "operations")
    reason = required_reason(command.reason)
    message = _dead(work, command.message, "waiting")
    gone = {"state": "dead", "discarded_at": work.now, "discarded_by": work.actor.person, "discarded_for": reason}
    if message.state == "waiting":
        gone["reason"] = "discarded"
        drop_free(work, "message", [message.key])
    work.connection.execute(update(Message).where(Message.key == message.key).values(gone))
    audit.record(work, "discard-message", message.name, data={"message": str(message.id), "reason": reason})
    return Done(message=message.id, state="dead")


def _dead(work: UnitOfWork, id: UUID, *more: str) -> Row[Any]:
    """A dead message, or one in a state of `more`, locked. Raises NotFound, or Conflict when it is in another state."""
    found = select(*Message.__table__.columns).where(Message.id == id).with_for_update()
    message = work.connection.execute(found).one_or_none()
    if message is None:
        raise NotFound("no-message", "Expected to find message '{id}', but there is none", id=str(id))
    if message.state not in ("dead", *more) or message.discarded_at is not None:
        state = "discarded" if message.discarded_at is not None else message.state
        raise Conflict("message-not-dead", "Expected message '{id}' to be dead, but it is {state}", id=str(id), state=state)
    return message


def _institution(work: UnitOfWork, code: str | None) -> int | None:
    """Key of the institution of that code. Raises Invalid when there is none."""
    if code is None:
        return None
    require_text("to", code)
    key: int | None = work.connection.execute(select(Institution.key).where(Institution.code == code)).scalar_one_or_none()
    if key is None:
        raise Invalid("unknown-institution", "Expected a known institution, but found '{institution}'", institution=code[:40])
    return key


def _first_answer(command: SendMessage, known: Row[Any], to: int | None) -> Done:
    """The answer for a message that was handed in before. Raises Invalid when it is another message of the same id."""
    before = (known.name, known.to_institution, known.correlation, known.payload)
    asked = (command.name, to, dict(command.correlation), dict(command.payload))
    # Compared as they are kept: a number with a fraction comes back exact.
    if dump_json(list(before)) != dump_json(list(asked)):
        raise Invalid(
            "message-id-reused", "Expected message id '{id}' to name one message, but it was another's", id=known.message_id
        )
    return Done(message=known.id, state=known.state)


def _require_sender(command: SendMessage, work: UnitOfWork) -> None:
    if "integrate" in work.actor.rights:
        return
    who = standing(work.connection, work.actor.person, work.now)
    if command.channel == "PROXY_ENTRY" and enters_for_others(who):
        return
    raise NotAllowed(
        "right-missing", "Expected right '{right}', but {actor} does not hold it", right="integrate", actor=work.actor.name
    )


def _check(command: SendMessage, work: UnitOfWork) -> None:
    if command.channel not in ("API", "PROXY_ENTRY", "PAPER"):
        raise Invalid(
            "unknown-channel", "Expected channel API, PROXY_ENTRY or PAPER, but found '{channel}'", channel=command.channel[:40]
        )
    if not command.name:
        raise Invalid("message-name", "Expected a message name of 1 to 200 characters")
    require_text("name", command.name, NAME_LENGTH)
    require_text("to", command.to)
    require_text("business_key", command.business_key, NAME_LENGTH)
    require_text("message_id", command.message_id, ID_LENGTH)
    require_values(command.correlation)
    require_values(command.payload)
    for variable in command.payload:
        require_text("payload", variable, NAME_LENGTH)
    if len(dump_json(dict(command.payload))) > PAYLOAD_LIMIT:
        raise Invalid("payload-too-large", "Expected a payload of at most {limit} characters", limit=PAYLOAD_LIMIT)
    if command.expires_at is not None and command.expires_at <= work.now:
        raise Invalid("expired", "Expected an expiry to come, but found '{at}'", at=command.expires_at.isoformat())
    if command.occurred_at is not None and command.occurred_at > work.now:
        raise Invalid(
            "occurred-in-future", "Expected a time that has passed, but found '{at}'", at=command.occurred_at.isoformat()
        )


def _business_key(command: SendMessage) -> str | None:
    """A message that names exactly one correlation value speaks of the case of that key."""
    values = [value for value in command.correlation.values() if isinstance(value, str)]
    return values[0] if len(values) == 1 and len(values[0]) <= NAME_LENGTH else None


@dataclass(frozen=True, kw_only=True)
class BroadcastSignal(Command[Done]):
    """Broadcast a signal to everything that waits for it, and to the processes it starts."""

    name: str
    payload: Mapping[str, JSON] = field(default_factory=dict)


def broadcast_signal(command: BroadcastSignal, work: UnitOfWork, runtime: Runtime) -> Done:
    require_right(work.actor, "integrate")
    require_text("name", command.name, NAME_LENGTH)
    require_values(command.payload)
    check_names(command.payload)
    if not command.name or len(dump_json(dict(command.payload))) > PAYLOAD_LIMIT:
        raise Invalid("payload-too-large", "Expected a name, and a payload of at most {limit} characters", limit=PAYLOAD_LIMIT)
    payload = {"name": command.name, "payload": dict(command.payload)}
    schedule(work, [JobScheduled(kind="signal", subject=0, due_at=work.now, payload=payload)])
    audit.record(work, "signal", command.name)
    return Done()
