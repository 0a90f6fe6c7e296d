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
from engine.queries.task_rows import Coded
from engine.runtime.proxy import awaited, enters_for_others, values_taken
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
    without = select(Institution.code, Institution.short_name).where(~Institution.integrated).order_by(Institution.code)
    places = tuple(Coded(code=place.code, name=place.short_name) for place in reader.connection.execute(without))
    return Awaited(messages=messages, institutions=places if messages else (), letters=letters)


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
