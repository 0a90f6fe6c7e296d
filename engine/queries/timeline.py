"""What happened to a case, as its people read it: who did what when, who has it now, and what comes next if that is certain.

The lines are history facts put into words; moves that mean nothing to people (gateways, variables) are left out. Nothing
is invented about the future: a next step is told only when every open task can lead to nothing but one and the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine.authorization import standing
from engine.kernel.model import Element, ProcessModel
from engine.queries.instance_rows import steps_now
from engine.queries.instances import find_visible
from engine.queries.registry import Query, Reader
from engine.queries.timeline_words import WORDS, CaseFacts
from engine.store.tables import Appointment, History, Institution, Message, Person, Post, ProcessDefinition, Round, Seat

ITEMS_AT_MOST = 500
"""The newest facts; a case of thousands of tasks is not read line by line."""
DECIDED = "task-completed"
"""Kind of the facts that tell of a decision."""
_VERSION = ("（第 {n} 版）", " (version {n})")
REFERRED = ("to", "person", "on_behalf_of")
"""Where facts name further persons by key."""


@dataclass(frozen=True, kw_only=True)
class GetTimeline(Query[tuple["TimelineItem", ...]]):
    """The timeline of one case that the reader may see."""

    instance: UUID


@dataclass(frozen=True, kw_only=True)
class TimelineItem:
    """One line."""

    at: datetime | None
    """None for what has not happened yet."""
    kind: str
    """`step`, `task`, `message`, `timer`, `escalation`, `incident` or `system`."""
    title: str
    title_en: str
    person: str | None = None
    person_en: str | None = None
    """Where it is no person's name but posts."""
    post: str | None = None
    post_en: str | None = None
    institution: str | None = None
    detail: str | None = None
    detail_en: str | None = None
    basis: str | None = None
    """Of a task: by the organisation of which day, and which version of it, its people were found."""
    basis_en: str | None = None
    state: str = "done"
    """`done`, `now` or `next`."""
    since: datetime | None = None
    due_at: datetime | None = None


def get_timeline(query: GetTimeline, reader: Reader) -> tuple[TimelineItem, ...]:
    """The lines, oldest first. Raises NotFound for what the reader may not see."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    row = find_visible(reader, who, query.instance)
    return (*past_of(reader, row), *_now(reader, row), *_next(reader, row, reader.definitions.model(row.definition)))


def past_of(reader: Reader, row: Any) -> tuple[TimelineItem, ...]:
    """The lines of what has happened to the case of `row`, oldest first."""
    facts = _facts(reader, row.key)
    names = _names(reader, (reader.definitions.model(row.definition), *_called(reader, row)), facts)
    found = _found(reader, row.key, facts)
    return tuple(line for fact in facts if (line := _line(fact, names, found)) is not None)


def _facts(reader: Reader, instance: int) -> list[Any]:
    statement = (
        select(
            History.key,
            History.at,
            History.kind,
            History.element,
            History.data,
            Person.name.label("person"),
            Post.name.label("post"),
            Post.name_en.label("post_en"),
            Institution.short_name.label("institution"),
        )
        .outerjoin(Person, Person.key == History.person)
        .outerjoin(Appointment, Appointment.key == History.capacity)
        .outerjoin(Post, Post.code == Appointment.post)
        .outerjoin(Institution, Institution.key == Appointment.institution)
        .where(History.instance == instance, History.kind.in_(sorted(WORDS)))
        .order_by(History.revision.desc(), History.key.desc())
        .limit(ITEMS_AT_MOST)
    )
    return list(reversed(reader.connection.execute(statement).all()))


def _found(reader: Reader, instance: int, facts: list[Any]) -> dict[str, Any]:
    """By which organisation the people of the tasks that were decided were found, by the id of the task."""
    tasks = [UUID(fact.data["task"]) for fact in facts if fact.kind == DECIDED and not fact.data.get("automatic")]
    if not tasks:
        return {}
    kept = select(Seat.id, Round.organisation, Round.found_on).join(Round, Round.key == Seat.round)
    rows = reader.connection.execute(kept.where(Seat.instance == instance, Seat.id.in_(tasks)))
    return {str(row.id): row for row in rows}


def _basis(found: Any) -> dict[str, Any]:
    """The words for the organisation of a round, none for one from before it was kept."""
    if found is None or found.found_on is None:
        return {}
    version, version_en = ("", "") if found.organisation is None else _VERSION
    zh, en = f"按 {found.found_on} 的组织{version}", f"by the organisation of {found.found_on}{version_en}"
    return {"basis": zh.format(n=found.organisation), "basis_en": en.format(n=found.organisation)}


def _called(reader: Reader, row: Any) -> list[ProcessModel]:
    """The processes that the case has called: those that asked people in their very versions, the others in their newest."""
    asked = select(Round.definition).where(Round.instance == row.key, Round.definition != row.definition).distinct()
    found = [reader.definitions.model(key) for key in reader.connection.execute(asked).scalars()]
    models = {model.id: model for model in (reader.definitions.model(row.definition), *found)}
    while missing := {name for model in models.values() for name in _calls(model)} - set(models):
        newest = select(ProcessDefinition.key).where(
            ProcessDefinition.process_id.in_(missing), ProcessDefinition.latest.is_(True)
        )
        more = [reader.definitions.model(key) for key in reader.connection.execute(newest).scalars()]
        if not more:
            break
        models |= {model.id: model for model in more}
        found += more
    return found


def _calls(model: ProcessModel) -> Iterator[str]:
    """Ids of the processes that a model calls by name."""
    for element in model.elements.values():
        if element.call is not None and element.call.process.literal is not None:
            yield element.call.process.literal


def _names(reader: Reader, models: tuple[ProcessModel, ...], facts: list[Any]) -> CaseFacts:
    persons = {int(fact.data[name]) for fact in facts for name in REFERRED if str(fact.data.get(name, "")).isdigit()}
    unasked = (fact.data["persons"] for fact in facts if fact.kind == "signers-passed" or fact.data.get("automatic"))
    persons |= {int(key) for keys in unasked for key in keys}
    moved = (fact.data for fact in facts if fact.kind == "approvers-recalculated")
    persons |= {int(key) for data in moved for key in (*data["joined"], *data["left"])}
    codes = {fact.data["to"] for fact in facts if fact.kind == "message-sent" and fact.data.get("to")}
    codes |= {fact.data["institution"] for fact in facts if fact.data.get("institution")}
    received = {UUID(fact.data["message"]) for fact in facts if fact.kind == "message-received" and fact.data.get("message")}
    people = select(Person.key, Person.name).where(Person.key.in_(persons))
    places = select(Institution.code, Institution.short_name).where(Institution.code.in_(codes))
    senders = (
        select(Message.id, Institution.short_name)
        .join(Institution, Institution.key == Message.from_institution)
        .where(Message.id.in_(received))
    )
    return CaseFacts(
        models=models,
        persons=_pairs(reader, people) if persons else {},
        institutions=_pairs(reader, places) if codes else {},
        senders={str(identity): name for identity, name in _pairs(reader, senders).items()} if received else {},
    )


def _pairs(reader: Reader, statement: Any) -> dict[Any, str]:
    return {row[0]: row[1] for row in reader.connection.execute(statement)}


def _line(fact: Any, names: CaseFacts, found: Mapping[str, Any]) -> TimelineItem | None:
    words = WORDS[fact.kind](fact, names)
    if words is None:
        return None
    principal = names.person(fact.data["on_behalf_of"]) if fact.data.get("on_behalf_of") else None
    return TimelineItem(
        at=fact.at,
        kind=words.kind,
        title=words.title,
        title_en=words.title_en,
        person=fact.person if principal is None else f"{fact.person}（代{principal}）",
        person_en=None if principal is None else f"{fact.person} for {principal}",
        post=fact.post,
        post_en=fact.post_en,
        institution=fact.institution,
        detail=words.detail,
        detail_en=words.detail_en,
        **(_basis(found.get(fact.data.get("task", ""))) if fact.kind == DECIDED else {}),
    )


def _now(reader: Reader, row: Any) -> list[TimelineItem]:
    waiting = select(Seat.name, Seat.opened_at, Round.organisation, Round.found_on).join(Round, Round.key == Seat.round)
    waiting = waiting.where(Seat.instance == row.key, Seat.state.in_(("open", "claimed"))).order_by(Seat.key)
    rows = reader.connection.execute(waiting.limit(ITEMS_AT_MOST)) if row.state == "active" else ()
    found = {(seat.name, seat.opened_at): seat for seat in rows}
    return [
        TimelineItem(
            at=step.since,
            kind="task",
            title=step.step,
            title_en=step.step_en,
            person=None if step.holder == "—" else step.holder,
            person_en=None if step.holder == "—" else step.holder_en,
            state="now",
            since=step.since,
            due_at=step.due_at,
            **_basis(found.get((step.step, step.since))),
        )
        for step in steps_now(reader, [row]).get(row.key, ())
    ]


def _next(reader: Reader, row: Any, model: ProcessModel) -> list[TimelineItem]:
    """The one user task that must follow, if the drawing leaves no choice."""
    if row.state != "active":
        return []
    following = set()
    for step in steps_now(reader, [row]).get(row.key, ()):
        element = next((found for found in model.elements.values() if found.name == step.step), None)
        following.add(_only_successor(element, model))
    if len(following) != 1:
        return []
    found = following.pop()
    if found is None:
        return []
    name = found.name or found.id
    return [TimelineItem(at=None, kind="task", title=name, title_en=found.name_en or name, state="next")]


def _only_successor(element: Element | None, model: ProcessModel) -> Element | None:
    if element is None or len(element.outgoing) != 1:
        return None
    target = model.elements.get(model.flows[element.outgoing[0]].target)
    return target if target is not None and target.type == "userTask" else None
