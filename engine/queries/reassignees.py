"""To whom a task may be given, by its holder or by a superior when it is overdue."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, select

from engine.authorization import in_force, standing, today
from engine.errors import NotAllowed
from engine.queries.registry import Query, Reader
from engine.queries.task_detail import find_task, may_reassign
from engine.store.tables import Appointment, Institution, Participant, Person, Post

LIST_AT_MOST = 500


@dataclass(frozen=True, kw_only=True)
class ListReassignees(Query[tuple["Reassignee", ...]]):
    """The people to whom the reader may give one task."""

    task: UUID


@dataclass(frozen=True, kw_only=True)
class Reassignee:
    """One person, in the first of his chairs at the institutions in question."""

    id: UUID
    name: str
    initials: str
    """Of the pinyin of the name."""
    post: str
    post_en: str
    institution: str


def list_reassignees(query: ListReassignees, reader: Reader) -> tuple[Reassignee, ...]:
    """People with a chair where the reader may choose. Raises NotFound, and NotAllowed for who may not reassign the task.

    Its holder, who hands it on or asks for advice, chooses among all that take part in the case, as does who keeps the
    engine running; a superior among the people of his own institutions that take part.
    """
    who = standing(reader.connection, reader.actor.person, reader.now)
    row = find_task(reader, who, query.task)
    holds = row.state == "claimed" and row.assignee == who.person
    if not holds and not may_reassign(reader, who, row):
        raise NotAllowed(
            "not-superior", "Expected a superior of task '{id}' after its escalation, but you are none", id=str(row.id)
        )
    here = select(Participant.institution).where(
        Participant.instance == row.instance, or_(Participant.until.is_(None), Participant.until > reader.now)
    )
    if not holds and "operations" not in reader.actor.rights:
        here = here.where(Participant.institution.in_(who.institutions))
    first = (
        select(func.min(Appointment.key))
        .where(Appointment.institution.in_(here), *in_force(Appointment, today(reader.now)))
        .group_by(Appointment.person)
    )
    statement = (
        select(
            Person.id,
            Person.name,
            Person.initials,
            Post.name.label("post"),
            Post.name_en.label("post_en"),
            Institution.short_name.label("institution"),
        )
        .join(Appointment, Appointment.person == Person.key)
        .join(Post, Post.code == Appointment.post)
        .join(Institution, Institution.key == Appointment.institution)
        .where(Appointment.key.in_(first), Person.active, Person.key != func.coalesce(row.assignee, 0))
        .order_by(Post.name, Person.name, Person.key)
        .limit(LIST_AT_MOST)
    )
    return tuple(Reassignee(**found._mapping) for found in reader.connection.execute(statement))
