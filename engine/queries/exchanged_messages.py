"""The messages that cases have exchanged: what was sent when, by which element to which, and what became of it. No contents.

A message is told to who sees one of its ends. Of an end that he does not see, nothing is told but that it is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from engine.queries.registry import Reader
from engine.queries.task_rows import Coded
from engine.store.tables import History, Institution, Message

MESSAGES_AT_MOST = 300
"""The newest; a case that asks every clinic of a county is not read letter by letter."""
SENT, RECEIVED = "message-sent", "message-received"


@dataclass(frozen=True, kw_only=True)
class Passage:
    """One message on its way. `source` and `target` are keys of cases, None for what is outside or not known yet."""

    id: UUID
    name: str
    source: int | None
    target: int | None
    from_institution: Coded | None
    to_institution: Coded | None
    endpoint: str | None
    """Id of the pool without a process that it was sent to."""
    from_element: str | None
    """None where the sender is not seen, or is no case."""
    to_element: str | None
    """None where nobody has taken it, or the receiver is not seen."""
    state: str
    """`sent`, `waiting`, `delivered`, `recorded`, `dead` or `discarded`."""
    reason: str | None
    sent_at: datetime
    delivered_at: datetime | None
    expires_at: datetime


def passages(reader: Reader, seen: Sequence[int]) -> tuple[Passage, ...]:
    """What the cases with these keys have sent and received, the newest last."""
    if not seen:
        return ()
    sender, receiver = aliased(Institution), aliased(Institution)
    columns = (Message.id, Message.name, Message.from_instance, Message.to_instance, Message.endpoint, Message.state)
    times = (Message.reason, Message.sent_at, Message.delivered_at, Message.expires_at, Message.discarded_at)
    statement = (
        select(*columns, *times, sender.code.label("from_code"), sender.short_name.label("from_name"))
        .add_columns(receiver.code.label("to_code"), receiver.short_name.label("to_name"))
        .outerjoin(sender, sender.key == Message.from_institution)
        .outerjoin(receiver, receiver.key == Message.to_institution)
        .where(or_(Message.from_instance.in_(seen), Message.to_instance.in_(seen)))
        .order_by(Message.sent_at.desc(), Message.key.desc())
        .limit(MESSAGES_AT_MOST)
    )
    ends = _ends(reader, seen)
    return tuple(_passage(row, ends) for row in reversed(reader.connection.execute(statement).all()))


def _ends(reader: Reader, seen: Sequence[int]) -> Mapping[tuple[str, str], str]:
    """The element that sent or took a message, by the kind of the fact and the id of the message."""
    statement = select(History.kind, History.element, History.data).where(
        History.instance.in_(seen), History.kind.in_((SENT, RECEIVED))
    )
    rows = reader.connection.execute(statement)
    return {(row.kind, str(row.data["message"])): row.element for row in rows if row.element and row.data.get("message")}


def _passage(row: Any, ends: Mapping[tuple[str, str], str]) -> Passage:
    return Passage(
        id=row.id,
        name=row.name,
        source=row.from_instance,
        target=row.to_instance,
        from_institution=None if row.from_code is None else Coded(code=row.from_code, name=row.from_name),
        to_institution=None if row.to_code is None else Coded(code=row.to_code, name=row.to_name),
        endpoint=row.endpoint,
        from_element=ends.get((SENT, str(row.id))),
        to_element=ends.get((RECEIVED, str(row.id))),
        state="discarded" if row.state == "dead" and row.discarded_at is not None else row.state,
        reason=row.reason,
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
        expires_at=row.expires_at,
    )
