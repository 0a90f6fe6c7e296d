"""The inbox: one person's tasks in boxes, and how many are in each.

`todo` holds what is in the person's hands, `claimable` what is offered to him; `soon` and `overdue` look at both by the
clock, and `later` holds what he has put off (暂办). `done` holds what he has completed, `copied` the read-only copies,
`drafts` what he has begun to write on, and `sending` his decisions that are held and can be taken back: they are in none
of the boxes of things to do. Every box starts from an index on the person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, and_, bindparam, or_, union

from engine.authorization import delegated_seats, standing, takes_part_asked
from engine.calendar import TIME_ZONE
from engine.queries.instances import find_visible
from engine.queries.paging import DEFAULT_LIMIT, Page, checked_limit, encode_cursor, key_cursor
from engine.queries.registry import Query, Reader
from engine.queries.task_boxes import (
    AGENT_BOXES,
    AGENT_NEXT,
    AGENT_WORK,
    BOXES,
    DRAFTS,
    IN_HAND,
    NEXT,
    OFFERS,
    SENDING,
    STARTED,
    UNREAD,
)
from engine.queries.task_rows import (
    TaskRow,
    offered_asked,
    pattern,
    select_rows_asked,
    task_rows,
    task_values,
)
from engine.store.prepared import Among, Prepared, ask
from engine.store.tables import ProcessInstance, Seat

Box = Literal["todo", "later", "claimable", "overdue", "soon", "done", "copied", "sending", "drafts"]


Due = Literal["today", "week"]


@dataclass(frozen=True, kw_only=True)
class TaskFilter:
    """Which tasks of a box; None of a field asks for all."""

    process: str | None = None
    """Only cases of this process, by its key in the model, in any version."""
    text: str | None = None
    """Only tasks whose subject, number or step holds this text, or whose subject has these initials."""
    institution: str | None = None
    """Only cases of this institution, by its code."""
    urgency: str | None = None
    """`E`, `U` or `R`."""
    due: Due | None = None
    """Only tasks due until the end of today, or of the seventh day from today; what is overdue is due as well."""

    def asked(self, now: datetime) -> dict[str, Any]:
        """What a box is asked with."""
        return {
            "process": self.process or None,
            "text": pattern(self.text) if self.text else None,
            "institution": self.institution or None,
            "urgency": self.urgency or None,
            "due_before": None if self.due is None else _end_of_day(now, DAYS[self.due]),
        }


DAYS: Mapping[Due, int] = {"today": 0, "week": 6}


@dataclass(frozen=True, kw_only=True)
class SearchTasks(Query[Page[TaskRow]]):
    """The tasks of one box of the reader's, `todo` by urgency and due date, what has ended newest first."""

    box: Box
    filter: TaskFilter = TaskFilter()
    cursor: str | None = None
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class ListCaseTasks(Query[Page[TaskRow]]):
    """The tasks of one case that the reader holds or may take, or may do as somebody's agent, the oldest first."""

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
    sending: int
    """Decisions of the reader that he can still take back."""
    drafts: int
    """Open tasks that the reader has begun to write on."""
    later: int = 0
    """Tasks in his hands that he has put off."""


# Narrowed to one case by an index, so that the OR reads no other case's seats.
_WORKABLE = or_(and_(Seat.state == "claimed", Seat.assignee == bindparam("person")), and_(Seat.state == "open", offered_asked()))


def _of_case(workable: ColumnElement[bool], *, agent: bool = False) -> Prepared:
    here = (ProcessInstance.id == bindparam("case"), workable, takes_part_asked(Seat.instance))
    rows = select_rows_asked(agent=agent).where(*here, Seat.key > bindparam("after"))
    return Prepared(rows.order_by(Seat.key).limit(bindparam("most", type_=Integer())))


CASE_TASKS = _of_case(_WORKABLE)
AGENT_CASE_TASKS = _of_case(or_(_WORKABLE, Among(Seat.key, "others")), agent=True)


def search_tasks(query: SearchTasks, reader: Reader) -> Page[TaskRow]:
    """One page of a box. Raises Invalid for a wrong cursor or limit."""
    most = checked_limit(query.limit)
    asked = box_asked(reader)
    statement, order = (AGENT_BOXES if asked["others"] else BOXES)[query.box]
    after = order.after(query.cursor)
    found = statement.all(reader.connection, **asked, **query.filter.asked(reader.now), **after, most=most + 1)
    rows, following = order.cut(found, most)
    return Page(items=tuple(_row(query, reader, row) for row in rows), next_cursor=following)


def list_case_tasks(query: ListCaseTasks, reader: Reader) -> Page[TaskRow]:
    """One page. Raises NotFound for a case that the reader may not see, Invalid for a wrong cursor or limit."""
    after, most = key_cursor(query.cursor), checked_limit(query.limit)
    asked = box_asked(reader)
    statement = AGENT_CASE_TASKS if asked["others"] else CASE_TASKS
    rows = statement.all(reader.connection, **asked, case=query.instance, after=after, most=most + 1)
    if not rows:
        find_visible(reader, standing(reader.connection, reader.actor.person, reader.now), query.instance)
    following = encode_cursor([rows[most - 1].key]) if len(rows) > most else None
    return Page(items=task_rows(reader, rows[:most]), next_cursor=following)


def get_next_task(query: GetNextTask, reader: Reader) -> TaskRow | None:
    """The reader's own next task: one of the same case, else the first in his hands."""
    asked = {"case": query.instance, "anywhere": not query.only_there, "besides": query.after}
    who = box_asked(reader)
    row = (AGENT_NEXT if who["others"] else NEXT).first(reader.connection, **who, **asked)
    return None if row is None else TaskRow(**task_values(reader, row))


def count_tasks(query: CountTasks, reader: Reader) -> TaskCounts:
    """The numbers of all boxes."""
    asked = box_asked(reader)
    work = (AGENT_WORK,) if asked["others"] else (IN_HAND, OFFERS)
    answers = ask(reader.connection, *(statement.question(**asked) for statement in (*work, UNREAD, STARTED, SENDING, DRAFTS)))
    numbers: Counter[str] = Counter()
    for (row,) in answers:
        numbers.update(row._asdict())
    return TaskCounts(**numbers)


def box_asked(reader: Reader) -> dict[str, Any]:
    """What every box is asked with; `others` are the tasks that the reader may do as somebody's agent."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    found = delegated_seats(who, reader.now)
    others = tuple(reader.connection.execute(union(*found)).scalars()) if found else ()
    asked = {"person": who.person, "principals": who.principals, "institutions": who.institutions, "now": reader.now}
    return {**asked, "others": others}


def _end_of_day(now: datetime, days: int) -> datetime:
    last = now.astimezone(TIME_ZONE).date() + timedelta(days=days)
    return datetime.combine(last, time.max, TIME_ZONE).astimezone(UTC)


def _row(query: SearchTasks, reader: Reader, row: Any) -> TaskRow:
    values = task_values(reader, row)
    if query.box == "copied":
        values |= {"copy_id": row.copy_id, "read_at": row.read_at, "unread": row.read_at is None}
    if query.box == "later":
        values |= {"follow_up_at": row.until}
    return TaskRow(**values)
