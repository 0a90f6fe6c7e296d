"""What a case waits for that a clerk may enter for an institution without a system, and the letters that came so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine.authorization import standing
from engine.queries.instances import find_visible
from engine.queries.registry import Query, Reader
from engine.queries.task_rows import Coded, process_name
from engine.runtime.proxy import (
    awaited,
    entering_institutions,
    enters_for_others,
    known_by,
    starts,
    values_of_start,
    values_taken,
)
from engine.store.tables import Institution, Letter, Message


@dataclass(frozen=True, kw_only=True)
class ListAwaitedMessages(Query["Awaited"]):
    """What a case waits for, for who enters messages for others; nothing for everybody else."""

    instance: UUID


@dataclass(frozen=True, kw_only=True)
class AwaitedMessage:
    """One message that the case waits for."""

    key: int
    name: str
    step: str
    correlation: Mapping[str, Any]
    values: tuple[str, ...]
    """Names of what it brings; empty where it may bring anything."""


@dataclass(frozen=True, kw_only=True)
class LetterLine:
    """A letter that a message came with."""

    id: UUID
    name: str
    type: str
    size: int
    institution: str | None
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """What can be entered, by whom it can have been sent, and what has come on paper."""

    messages: tuple[AwaitedMessage, ...]
    institutions: tuple[Coded, ...]
    """Those without a system."""
    letters: tuple[LetterLine, ...]


@dataclass(frozen=True, kw_only=True)
class ListStartMessages(Query["StartMessages"]):
    """What can be entered that starts a case, for who enters messages for others; nothing for everybody else."""


@dataclass(frozen=True, kw_only=True)
class StartMessage:
    """One message that starts a case."""

    key: int
    name: str
    process: str
    process_en: str
    needed: tuple[str, ...]
    """Names of what it has to bring."""
    values: tuple[str, ...]
    """Names of all that it brings; empty where it may bring anything."""


@dataclass(frozen=True, kw_only=True)
class StartMessages:
    """What can be entered, by whom it can have been sent, and whose case it may become."""

    messages: tuple[StartMessage, ...]
    institutions: tuple[Coded, ...]
    """Those without a system."""
    receivers: tuple[Coded, ...]
    """Those that the reader enters for."""


def list_start_messages(query: ListStartMessages, reader: Reader) -> StartMessages:
    """What the reader may enter."""
    codes = entering_institutions(standing(reader.connection, reader.actor.person, reader.now))
    if not codes:
        return StartMessages(messages=(), institutions=(), receivers=())
    named = select(Institution.code, Institution.short_name).where(Institution.code.in_(codes)).order_by(Institution.code)
    messages = [_start(reader, row) for row in starts(reader.connection) if row.suspended_at is None]
    return StartMessages(
        messages=tuple(messages),
        institutions=_without_system(reader),
        receivers=tuple(Coded(code=place.code, name=place.short_name) for place in reader.connection.execute(named)),
    )


def _start(reader: Reader, row: Any) -> StartMessage:
    process, model = process_name(reader, row.definition), reader.definitions.model(row.definition)
    return StartMessage(
        key=row.key,
        name=row.name,
        process=process.name,
        process_en=process.name_en,
        needed=known_by(model, row.element),
        values=values_of_start(model, row.element),
    )


def _without_system(reader: Reader) -> tuple[Coded, ...]:
    without = select(Institution.code, Institution.short_name).where(~Institution.integrated).order_by(Institution.code)
    return tuple(Coded(code=place.code, name=place.short_name) for place in reader.connection.execute(without))


def list_awaited_messages(query: ListAwaitedMessages, reader: Reader) -> Awaited:
    """Raises NotFound for what the reader may not see."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    row = find_visible(reader, who, query.instance)
    letters = _letters(reader, row.key)
    if row.state != "active" or row.suspended_at is not None or not enters_for_others(who):
        return Awaited(messages=(), institutions=(), letters=letters)
    model = reader.definitions.model(row.definition)
    messages = tuple(
        AwaitedMessage(
            key=found.key,
            name=found.name,
            step=(model.elements[found.element].name if found.element in model.elements else None) or found.name,
            correlation=found.correlation,
            values=values_taken(model, found.element),
        )
        for found in awaited(reader.connection, row.key)
    )
    return Awaited(messages=messages, institutions=_without_system(reader) if messages else (), letters=letters)


def _letters(reader: Reader, instance: int) -> tuple[LetterLine, ...]:
    columns = (Letter.id, Letter.name, Letter.type, Letter.size, Message.occurred_at)
    statement = (
        select(*columns, Institution.short_name.label("institution"))
        .join(Message, Message.key == Letter.message)
        .outerjoin(Institution, Institution.key == Message.from_institution)
        .where(Message.to_instance == instance)
        .order_by(Message.key)
    )
    return tuple(LetterLine(**row._mapping) for row in reader.connection.execute(statement))
