"""The read-only copies of a task: who has one, since when, when it was read, and what was said on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from engine.queries.registry import Reader
from engine.store.prepared import Prepared
from engine.store.tables import Copy, Person

COPIES_AT_MOST = 200
_SENDER = aliased(Person)
COPIES = Prepared(
    select(*Copy.__table__.columns, Person.name, _SENDER.name.label("sender"))
    .join(Person, Person.key == Copy.person)
    .outerjoin(_SENDER, _SENDER.key == Copy.sent_by)
    .where(Copy.seat == bindparam("seat"))
    .order_by(Copy.made_at, Copy.key)
    .limit(COPIES_AT_MOST)
)


@dataclass(frozen=True, kw_only=True)
class CopyLine:
    """One copy."""

    id: UUID | None
    """Only of the reader's own: what he answers under."""
    person: str
    reason: str
    """`model`, `person` (抄送), `circulate` (传阅), `overdue`, `level2` or `level3`."""
    sent_by: str | None
    made_at: datetime
    read_at: datetime | None
    opinion: str | None
    answered_at: datetime | None
    asks: bool
    """Whether the reader is asked for an opinion on it."""


def copy_lines(reader: Reader, rows: Iterable[Any]) -> tuple[CopyLine, ...]:
    """The copies that `COPIES` found of a task that the reader may open, the oldest first."""
    return tuple(_line(reader, row) for row in rows)


def _line(reader: Reader, row: Any) -> CopyLine:
    mine = row.person == reader.actor.person
    return CopyLine(
        id=row.id if mine else None,
        person=row.name,
        reason=row.reason,
        sent_by=row.sender,
        made_at=row.made_at,
        read_at=row.read_at,
        opinion=row.opinion,
        answered_at=row.answered_at,
        asks=mine and row.reason == "circulate" and row.answered_at is None,
    )
