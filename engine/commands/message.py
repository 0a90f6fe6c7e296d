"""Messages from outside: another system's, or entered by a clerk for an institution without one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from sqlalchemy import insert, select

from engine.appliers import audit
from engine.appliers.jobs import JobScheduled, schedule
from engine.authorization import require_right, standing
from engine.commands.registry import Command
from engine.commands.texts import require_text, require_values
from engine.errors import Invalid, NotAllowed
from engine.kernel.rows import JSON
from engine.records import Done
from engine.runtime import Runtime
from engine.runtime.messages import deliver
from engine.store.base import dump_json
from engine.store.locks import hold
from engine.store.tables import Institution, Message
from engine.store.unit_of_work import UnitOfWork

ENTRY_POSTS = frozenset({"REF_CTR", "MC_OFFICE"})
"""Posts that may enter a message for somebody else (proxy entry)."""
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


def send_message(command: SendMessage, work: UnitOfWork, runtime: Runtime) -> Done:
    _require_sender(command, work)
    _check(command, work)
    message_id = command.message_id or str(uuid4())
    hold(work.connection, f"message id {message_id}")
    known = work.connection.execute(select(Message.id, Message.state).where(Message.message_id == message_id)).one_or_none()
    if known is not None:
        return Done(message=known.id, state=known.state)
    to = None
    if command.to is not None:
        to = work.connection.execute(select(Institution.key).where(Institution.code == command.to)).scalar_one_or_none()
        if to is None:
            raise Invalid(
                "unknown-institution", "Expected a known institution, but found '{institution}'", institution=command.to[:40]
            )
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
            expires_at=work.now + work.config.message_expiry,
            delivered_at=None,
        )
    )
    state = deliver(work, runtime, key)
    audit.record(work, "message", command.name, data={"message": str(identity), "channel": command.channel, "state": state})
    return Done(message=identity, state=state)


def _require_sender(command: SendMessage, work: UnitOfWork) -> None:
    if "integrate" in work.actor.rights:
        return
    who = standing(work.connection, work.actor.person, work.now)
    if command.channel == "PROXY_ENTRY" and any(chair.post in ENTRY_POSTS for chair in who.capacities):
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
    payload = {"name": command.name, "payload": dict(command.payload)}
    schedule(work, [JobScheduled(kind="signal", subject=0, due_at=work.now, payload=payload)])
    audit.record(work, "signal", command.name)
    return Done()
