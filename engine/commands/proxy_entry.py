"""Enter the message of an institution without a system into the case that waits for it (代录), with the letter it came as.

Both times are kept: when it happened, and when it was entered. It is delivered at once to what the case waits for, or not at
all. Who may see the case reads the letter, and each reading is in the case's audit trail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy import insert, select

from engine.appliers import audit
from engine.appliers.journal import Journal
from engine.authorization import require_visible_instance, standing
from engine.commands.attachment import ENCLOSURES, AttachmentContent, kind_of_content
from engine.commands.message import PAYLOAD_LIMIT
from engine.commands.registry import Command
from engine.commands.texts import require_text, require_values
from engine.errors import Conflict, FieldError, Invalid, InvalidForm, NotAllowed, NotFound
from engine.forms.files import plain_name
from engine.kernel.rows import JSON
from engine.kernel.scope import check_names
from engine.records import AttachmentRecord, Done
from engine.runtime import Act, Runtime
from engine.runtime.messages import deliver
from engine.runtime.proxy import awaited, enters_for_others, values_taken
from engine.store.base import dump_json
from engine.store.tables import Institution, Letter, Message, ProcessInstance
from engine.store.unit_of_work import UnitOfWork

CHANNEL = "PROXY_ENTRY"
EVIDENCE_LENGTH = 500


@dataclass(frozen=True, kw_only=True)
class EnterMessage(Command[Done]):
    """Enter what an institution without a system has sent to a case."""

    instance: UUID
    awaited: int
    """Key of what the case waits for; see `ListAwaitedMessages`."""
    institution: str
    """Code of the sender."""
    occurred_at: datetime
    evidence: str
    """What it came as: a letter and its number, a fax, who called."""
    payload: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class AttachLetter(Command[Done]):
    """Put the scan of its letter to a message that one has entered, once."""

    instance: UUID
    message: UUID
    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class ReadLetter(Command[AttachmentContent]):
    """Read a letter of a case. It is a command because the reading is audited."""

    instance: UUID
    letter: UUID


def enter_message(command: EnterMessage, work: UnitOfWork, runtime: Runtime) -> Done:
    case = _clerks_case(work, command.instance)
    row = next((found for found in awaited(work.connection, case.key) if found.key == command.awaited), None)
    if row is None:
        raise Conflict("not-awaited", "Expected a message that case '{id}' waits for, but it does not", id=str(case.id))
    sender = sender_of(work, command.institution)
    check_entry(work, command, case.occurred_at or case.started_at)
    known = values_taken(runtime.definitions.model(case.definition), row.element)
    strange = next((name for name in command.payload if known and name not in known), None)
    if strange is not None:
        raise Invalid("message-value", "Expected one of {known}, but found '{name}'", known=", ".join(known), name=strange[:100])
    key, identity, state = send_entered(
        work, runtime, command, name=row.name, sender=sender, receiver=case.institution, correlation=row.correlation
    )
    taken = work.connection.execute(select(Message.to_instance).where(Message.key == key)).scalar_one()
    if state != "delivered" or taken != case.key:
        raise Conflict("message-not-taken", "Expected case '{id}' to take the message, but it does not", id=str(case.id))
    facts = {"message": str(identity), "channel": CHANNEL, "from": command.institution}
    audit.record(work, "message", row.name, data={**facts, "occurred_at": command.occurred_at.isoformat(), "state": state})
    return Done(instance=case.id, message=identity, state=state)


def send_entered(
    work: UnitOfWork,
    runtime: Runtime,
    command: Entry,
    *,
    name: str,
    sender: int,
    receiver: int | None,
    correlation: Mapping[str, JSON],
    business_key: str | None = None,
) -> tuple[int, UUID, str]:
    """Writes and delivers what the actor has entered for another; the message's key and id, and its state after that.

    `sender` and `receiver` are keys of institutions.
    """
    key, identity = work.new_key(), uuid4()
    work.connection.execute(
        insert(Message).values(
            key=key,
            id=identity,
            message_id=str(identity),
            name=name,
            from_institution=sender,
            from_instance=None,
            to_institution=receiver,
            business_key=business_key,
            correlation=dict(correlation),
            payload=dict(command.payload),
            channel=CHANNEL,
            state="sent",
            occurred_at=command.occurred_at,
            sent_at=work.now,
            expires_at=work.now + work.config.message_expiry,
            entered_by=work.actor.person,
            evidence=command.evidence.strip(),
        )
    )
    return key, identity, deliver(work, runtime, key)


def attach_letter(command: AttachLetter, work: UnitOfWork, runtime: Runtime) -> Done:
    case = _clerks_case(work, command.instance)
    own = (Message.id == command.message, Message.to_instance == case.key, Message.entered_by == work.actor.person)
    message = work.connection.execute(select(Message.key).where(*own)).scalar_one_or_none()
    if message is None:
        raise NotFound(
            "no-message", "Expected a message '{id}' that you have entered, but there is none", id=str(command.message)
        )
    require_text("name", command.name)
    kind = kind_of_content(command.content, ENCLOSURES)
    digest = hashlib.sha256(command.content).hexdigest()
    locked = runtime.lock(work, case.key)
    there = work.connection.execute(select(Letter.id, Letter.sha256).where(Letter.message == message)).one_or_none()
    if there is not None:
        if there.sha256 != digest:
            raise Conflict("letter-there", "Expected no letter of message '{id}' yet, but there is one", id=str(command.message))
        return Done(instance=case.id, message=command.message)
    name = plain_name(command.name, kind)
    file = {"id": uuid4(), "name": name, "type": kind, "size": len(command.content), "sha256": digest}
    work.connection.execute(insert(Letter).values(message=message, attached_at=work.now, content=command.content, **file))

    def noted(journal: Journal) -> None:
        journal.note("letter-attached", by_actor=True, message=str(command.message), name=name)

    act = Act(action="letter-attached", object=str(file["id"]), data={"message": str(command.message), "sha256": digest})
    runtime.note(work, locked, act, noted)
    return Done(instance=case.id, message=command.message)


def read_letter(command: ReadLetter, work: UnitOfWork, runtime: Runtime) -> AttachmentContent:
    case = _seen_case(work, command.instance)
    found = select(*Letter.__table__.columns).join(Message, Message.key == Letter.message)
    row = work.connection.execute(found.where(Letter.id == command.letter, Message.to_instance == case.key)).one_or_none()
    if row is None:
        raise NotFound("letter-not-found", "Expected letter '{id}' of the case, but there is none", id=str(command.letter))
    if hashlib.sha256(row.content).hexdigest() != row.sha256:
        raise Conflict("attachment-changed", "Expected file '{id}' as it was kept, but it has been changed", id=str(row.id))
    runtime.note(work, runtime.lock(work, case.key), Act(action="letter-read", object=str(row.id)), lambda journal: None)
    record = AttachmentRecord(id=row.id, name=row.name, type=row.type, size=row.size, uploaded_at=row.attached_at)
    return AttachmentContent(record=record, content=row.content)


def _clerks_case(work: UnitOfWork, instance: UUID) -> Any:
    """The row of a case that the actor sees and may enter messages for. Raises NotFound and NotAllowed."""
    case = _seen_case(work, instance)
    if not enters_for_others(standing(work.connection, work.actor.person, work.now)):
        raise NotAllowed("not-entry-post", "Expected a post that enters messages for others, but you hold none")
    return case


def _seen_case(work: UnitOfWork, instance: UUID) -> Any:
    table = ProcessInstance
    columns = (table.key, table.id, table.definition, table.institution, table.started_at, table.occurred_at)
    case = work.connection.execute(select(*columns).where(table.id == instance)).one_or_none()
    if case is None:
        raise NotFound("instance-not-found", "Expected to find case '{id}', but there is none that you may see", id=str(instance))
    require_visible_instance(
        work.connection, standing(work.connection, work.actor.person, work.now), work.now, case.key, instance
    )
    return case


def sender_of(work: UnitOfWork, code: str) -> int:
    """Key of the institution, which must have no system. Raises Invalid and Conflict."""
    require_text("institution", code)
    found = select(Institution.key, Institution.short_name, Institution.integrated).where(Institution.code == code)
    row = work.connection.execute(found).one_or_none()
    if row is None:
        raise Invalid("unknown-institution", "Expected a known institution, but found '{institution}'", institution=code[:40])
    if row.integrated:
        message = "Expected an institution without a system, but '{institution}' has one and sends its messages itself"
        raise Conflict("institution-integrated", message, institution=row.short_name)
    return int(row.key)


class Entry(Protocol):
    """What somebody enters for an institution without a system."""

    @property
    def occurred_at(self) -> datetime: ...
    @property
    def evidence(self) -> str: ...
    @property
    def payload(self) -> Mapping[str, JSON]: ...


def check_entry(work: UnitOfWork, command: Entry, since: datetime) -> None:
    """Raises InvalidForm and Invalid for an entry without evidence, of a wrong time, or that is too large."""
    require_text("evidence", command.evidence, EVIDENCE_LENGTH)
    if not command.evidence.strip():
        raise _wrong(
            "evidence", "写明它是怎么来的：来函文号、传真或来电人。", "Say what it came as: a letter, a fax, or who called."
        )
    if command.occurred_at >= work.now:
        raise _wrong("occurredAt", "发生时间要早于现在。", "It must have happened before now.")
    if command.occurred_at < since:
        raise _wrong("occurredAt", "发生时间不能早于案件发起。", "It cannot have happened before the case began.")
    require_values(command.payload)
    check_names(command.payload)
    if len(dump_json(dict(command.payload))) > PAYLOAD_LIMIT:
        raise Invalid("payload-too-large", "Expected a payload of at most {limit} characters", limit=PAYLOAD_LIMIT)


def _wrong(path: str, message: str, message_en: str) -> InvalidForm:
    return InvalidForm([FieldError(path=path, code="proxy-entry", message=message, message_en=message_en)])
