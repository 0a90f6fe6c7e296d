"""The inbox: one person's tasks in boxes, and how many are in each.

`todo` holds what is in the person's hands, `claimable` what is offered to him; `soon` and `overdue` look at both by the
clock. `done` holds what he has completed, `copied` the read-only copies. Every box starts from an index on the person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Integer, and_, bindparam, case, func, literal, or_, select, union_all

from engine.authorization import Standing, offered_seats, standing, takes_part, takes_part_asked
from engine.queries.instances import find_visible
from engine.queries.paging import DEFAULT_LIMIT, FAR, Order, Page, checked_limit, encode_cursor, key_cursor
from engine.queries.registry import Query, Reader
from engine.queries.task_rows import (
    URGENCY_RANK,
    TaskRow,
    contains,
    of_process,
    offered_asked,
    select_rows,
    select_rows_asked,
    task_rows,
    task_values,
)
from engine.store.base import Instant
from engine.store.prepared import Prepared
from engine.store.tables import Copy, ProcessInstance, Seat

Box = Literal["todo", "claimable", "overdue", "soon", "done", "copied"]


@dataclass(frozen=True, kw_only=True)
class SearchTasks(Query[Page[TaskRow]]):
    """The tasks of one box of the reader's, `todo` by urgency and due date, what has ended newest first."""

    box: Box
    process: str | None = None
    """Only cases of this process, by its key in the model, in any version."""
    text: str | None = None
    """Only tasks whose subject, number or step holds this text."""
    cursor: str | None = None
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class ListCaseTasks(Query[Page[TaskRow]]):
    """The tasks of one case that the reader holds or may take, the oldest first."""

    instance: UUID
    cursor: str | None = None
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class CountTasks(Query["TaskCounts"]):
    """How many tasks are in the reader's boxes."""


@dataclass(frozen=True, kw_only=True)
class GetNextTask(Query[TaskRow | None]):
    """What the reader should look at next, None when his hands are empty."""

    instance: UUID
    """Tasks of this case come first."""
    only_there: bool = False
    """Whether tasks of other cases count too."""
    after: UUID | None = None
    """A task that is not meant."""


@dataclass(frozen=True, kw_only=True)
class TaskCounts:
    """Numbers beside the boxes."""

    todo: int
    claimable: int
    overdue: int
    soon: int
    copied: int
    """Copies not read yet."""
    started: int
    """Cases that the reader started and that are still open."""


DONE = or_(Seat.state == "completed", Seat.ending == "transferred")
"""What a person has done: decided, or handed on. What nobody needed any more (无需处理) is not."""
_BY_DUE = Order((URGENCY_RANK, func.coalesce(Seat.due_at, literal(FAR, Instant())), Seat.key))
_BY_END = Order((Seat.ended_at, Seat.key), descending=True)
_BY_COPY = Order((Copy.made_at, Copy.key), descending=True)
# Narrowed to one case by an index, so that the OR reads no other case's seats.
_WORKABLE = or_(and_(Seat.state == "claimed", Seat.assignee == bindparam("person")), and_(Seat.state == "open", offered_asked()))
CASE_TASKS = Prepared(
    select_rows_asked()
    .where(ProcessInstance.id == bindparam("case"), _WORKABLE, takes_part_asked(Seat.instance))
    .where(Seat.key > bindparam("after"))
    .order_by(Seat.key)
    .limit(bindparam("most", type_=Integer()))
)


def search_tasks(query: SearchTasks, reader: Reader) -> Page[TaskRow]:
    """One page of a box. Raises Invalid for a wrong cursor or limit."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    statement, here = select_rows(reader, who), takes_part(who, reader.now, Seat.instance)
    order = _BY_DUE
    if query.box == "copied":
        order = _BY_COPY
        statement = statement.add_columns(Copy.id.label("copy_id"), Copy.read_at).join(Copy, Copy.seat == Seat.key)
        statement = statement.where(Copy.person == who.person, here)
    elif query.box == "done":
        order = _BY_END
        statement = statement.where(Seat.ended_by == who.person, DONE, here)
    else:
        # The few seats of the box first, then all that is shown of them: PostgreSQL would begin with every case of the house.
        few = _box(query.box, who, reader).cte("few").prefix_with("MATERIALIZED")
        statement = statement.where(Seat.key.in_(select(few.c.key)))
    if query.process:
        statement = statement.where(of_process(query.process))
    if query.text:
        statement = statement.where(contains(query.text))
    rows, following = order.page(reader.connection, statement, query.cursor, query.limit)
    return Page(items=tuple(_row(query, reader, row) for row in rows), next_cursor=following)


def list_case_tasks(query: ListCaseTasks, reader: Reader) -> Page[TaskRow]:
    """One page. Raises NotFound for a case that the reader may not see, Invalid for a wrong cursor or limit."""
    after, most = key_cursor(query.cursor), checked_limit(query.limit)
    who = standing(reader.connection, reader.actor.person, reader.now)
    rows = CASE_TASKS.all(
        reader.connection,
        case=query.instance,
        person=who.person,
        principals=who.principals,
        institutions=who.institutions,
        now=reader.now,
        after=after,
        most=most + 1,
    )
    if not rows:
        find_visible(reader, who, query.instance)
    following = encode_cursor([rows[most - 1].key]) if len(rows) > most else None
    return Page(items=task_rows(reader, rows[:most]), next_cursor=following)


def get_next_task(query: GetNextTask, reader: Reader) -> TaskRow | None:
    """The reader's own next task: one of the same case, else the first in his hands."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    statement = select_rows(reader, who).where(Seat.key.in_(_box("todo", who, reader)))
    if query.only_there:
        statement = statement.where(ProcessInstance.id == query.instance)
    if query.after is not None:
        statement = statement.where(Seat.id != query.after)
    elsewhere = case((ProcessInstance.id == query.instance, 0), else_=1)
    row = reader.connection.execute(statement.order_by(elsewhere, *_BY_DUE.columns).limit(1)).one_or_none()
    return None if row is None else TaskRow(**task_values(reader, row))


def count_tasks(query: CountTasks, reader: Reader) -> TaskCounts:
    """The numbers of all boxes."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    here = takes_part(who, reader.now, Copy.instance)
    copied = select(func.count(Copy.key)).where(Copy.person == who.person, Copy.read_at.is_(None), here)
    mine = (ProcessInstance.started_by == who.person, takes_part(who, reader.now, ProcessInstance.key))
    started = select(func.count(ProcessInstance.key)).where(*mine, ProcessInstance.state == "active")

    def number(statement: Any) -> int:
        return int(reader.connection.execute(statement).scalar_one())

    def boxed(box: Box) -> int:
        return number(select(func.count(Seat.key)).where(Seat.key.in_(_box(box, who, reader))))

    return TaskCounts(
        todo=boxed("todo"),
        claimable=boxed("claimable"),
        overdue=boxed("overdue"),
        soon=boxed("soon"),
        copied=number(copied),
        started=number(started),
    )


def _row(query: SearchTasks, reader: Reader, row: Any) -> TaskRow:
    values = task_values(reader, row)
    if query.box == "copied":
        values |= {"copy_id": row.copy_id, "read_at": row.read_at, "unread": row.read_at is None}
    return TaskRow(**values)


def _box(box: Box, who: Standing, reader: Reader) -> Any:
    """Keys of the seats in a box of work that is still to be done."""
    here = takes_part(who, reader.now, Seat.instance)
    held = select(Seat.key).where(Seat.assignee == who.person, Seat.state == "claimed", here)
    if box == "todo":
        return held
    offered = offered_seats(who, reader.now)
    if box == "claimable":
        return offered
    late = Seat.due_at <= reader.now if box == "overdue" else and_(Seat.soon_at <= reader.now, Seat.due_at > reader.now)
    return union_all(held.where(late), offered.where(late))
