"""Enter the message of an institution without a system that starts a case (代录): a referral by telephone, a letter, a fax.

The case belongs to the institution that the clerk enters for, and to nobody else's. Both times are kept: when it happened,
which the case carries as its own, and when it was entered. Either a case has begun with it, or nothing has been written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from engine.appliers import audit
from engine.authorization import standing
from engine.commands.proxy_entry import CHANNEL, check_entry, send_entered, sender_of
from engine.commands.registry import Command
from engine.commands.texts import require_text
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from engine.kernel import start_correlation
from engine.kernel.rows import JSON
from engine.records import Done
from engine.runtime import Runtime
from engine.runtime.messages import NUMBER_LENGTH
from engine.runtime.proxy import entering_institutions, known_by, starts, values_of_start
from engine.store.tables import Institution, Message, ProcessInstance
from engine.store.unit_of_work import UnitOfWork

FARTHEST = timedelta(days=365)
"""How long ago what starts a case may have happened."""


@dataclass(frozen=True, kw_only=True)
class EnterStart(Command[Done]):
    """Enter a message of an institution without a system that starts a case."""

    start: int
    """Key of what it starts; see `ListStartMessages`."""
    institution: str
    """Code of the sender."""
    to: str
    """Code of the institution whose case it becomes."""
    number: str | None = None
    """Number that the sender has given it; a second entry of it is refused while the first case is open."""
    occurred_at: datetime
    evidence: str
    payload: Mapping[str, JSON] = field(default_factory=dict)


def enter_start(command: EnterStart, work: UnitOfWork, runtime: Runtime) -> Done:
    receiver = _receiver(work, command.to)
    row = next((found for found in starts(work.connection) if found.key == command.start), None)
    if row is None:
        raise NotFound(
            "no-start", "Expected a message that starts a case, but there is none of key '{id}'", id=str(command.start)
        )
    sender = sender_of(work, command.institution)
    check_entry(work, command, work.now - FARTHEST)
    correlation = _correlation(command, runtime, row)
    key, identity, state = send_entered(
        work,
        runtime,
        command,
        name=row.name,
        sender=sender,
        receiver=receiver,
        correlation=correlation,
        business_key=_number(command),
    )
    begun = select(ProcessInstance.id, ProcessInstance.definition)
    begun = begun.join(Message, Message.to_instance == ProcessInstance.key).where(Message.key == key)
    case = work.connection.execute(begun).one_or_none()
    if state != "delivered" or case is None or case.definition != row.definition:
        raise Conflict("start-not-taken", "Expected '{name}' to start a case, but it does not at present", name=row.name)
    facts = {"message": str(identity), "channel": CHANNEL, "from": command.institution, "to": command.to}
    audit.record(work, "message", row.name, data={**facts, "occurred_at": command.occurred_at.isoformat(), "state": state})
    return Done(instance=case.id, message=identity, state=state)


def _receiver(work: UnitOfWork, code: str) -> int:
    """Key of the institution that the actor enters for. Raises NotAllowed."""
    require_text("to", code)
    if code not in entering_institutions(standing(work.connection, work.actor.person, work.now)):
        raise NotAllowed("not-entry-post", "Expected a post that enters messages for others, but you hold none")
    return int(work.connection.execute(select(Institution.key).where(Institution.code == code)).scalar_one())


def _number(command: EnterStart) -> str | None:
    require_text("number", command.number, NUMBER_LENGTH)
    return (command.number or "").strip() or None


def _correlation(command: EnterStart, runtime: Runtime, row: Any) -> dict[str, JSON]:
    """What the message is known by. Raises Invalid for a value that the start does not take, or one that it needs."""
    model = runtime.definitions.model(row.definition)
    known, needed = values_of_start(model, row.element), known_by(model, row.element)
    strange = next((name for name in command.payload if known and name not in known), None)
    if strange is not None:
        raise Invalid("message-value", "Expected one of {known}, but found '{name}'", known=", ".join(known), name=strange[:100])
    missing = next((name for name in needed if command.payload.get(name) in (None, "")), None)
    if missing is not None:
        raise Invalid("message-value-missing", "Expected a value for '{name}', but found none", name=missing)
    return {**start_correlation(model.elements[row.element].receive), **{name: command.payload[name] for name in needed}}
