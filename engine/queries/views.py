"""The saved views that a person may use, with how many tasks or cases those that he has pinned hold."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal, TypeVar
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from engine.authorization import require_right, standing
from engine.authorization.views import INSTANCES, in_place, usable_view
from engine.errors import Invalid
from engine.queries.registry import Query, Reader
from engine.queries.task_boxes import AGENT_VIEWED, VIEWED
from engine.queries.tasks import TaskFilter, box_asked
from engine.records import InstanceFilter
from engine.runtime.instance_filter import counted, matching
from engine.store.tables import Department, Institution, Person, Post, SavedView, ViewChoice

F = TypeVar("F", TaskFilter, InstanceFilter)


@dataclass(frozen=True, kw_only=True)
class ListViews(Query[tuple["View", ...]]):
    """The reader's own views and those that are shared with one of his chairs, by name: those of the inbox, or those of
    operations, which need the right `operations`."""

    place: Literal["inbox", "operations"] = "inbox"


@dataclass(frozen=True, kw_only=True)
class View:
    """A box with a filter."""

    id: UUID
    name: str
    box: str
    filter: TaskFilter | InstanceFilter
    mine: bool
    owner: str
    shared_with: str | None
    """Name of the post and institution, or of the department, that may use it too; None for what is one's own alone."""
    share: str | None
    """`post` or `department`."""
    pinned: bool
    preferred: bool
    """The reader begins with it."""
    count: int | None
    """Tasks of the reader, or cases, that it shows; None for one that he has not pinned, or whose filter names what is gone."""


def list_views(query: ListViews, reader: Reader) -> tuple[View, ...]:
    """Nobody's are those of no person. Raises NotAllowed for those of operations without the right."""
    if query.place == "operations":
        require_right(reader.actor, "operations")
    who = standing(reader.connection, reader.actor.person, reader.now)
    if who.person is None:
        return ()
    place = aliased(Institution)
    chosen = and_(ViewChoice.view == SavedView.key, ViewChoice.person == who.person)
    statement = (
        select(SavedView.id, SavedView.name, SavedView.box, SavedView.filter, SavedView.owner, Person.name.label("owner_name"))
        .add_columns(Post.name.label("post"), Institution.short_name.label("institution"))
        .add_columns(
            Department.name.label("department"), place.short_name.label("place"), ViewChoice.pinned, ViewChoice.preferred
        )
        .join(Person, Person.key == SavedView.owner)
        .outerjoin(Post, Post.code == SavedView.post)
        .outerjoin(Institution, Institution.key == SavedView.institution)
        .outerjoin(Department, Department.key == SavedView.department)
        .outerjoin(place, place.key == Department.institution)
        .outerjoin(ViewChoice, chosen)
        .where(usable_view(who), in_place(query.place))
        .order_by(SavedView.name, SavedView.key)
    )
    asked = box_asked(reader)
    return tuple(_view(reader, row, asked) for row in reader.connection.execute(statement).all())


def _kept(kind: type[F], kept: dict[str, Any]) -> F:
    """A filter that was kept with a field of another release asks for what this one knows."""
    known = {field.name for field in fields(kind)}
    return kind(**{name: value for name, value in kept.items() if name in known})


def _view(reader: Reader, row: Any, asked: dict[str, Any]) -> View:
    cases = row.box == INSTANCES
    wanted = _cases_asked(row.filter) if cases else _kept(TaskFilter, row.filter)
    share = "post" if row.post else "department" if row.department else None
    return View(
        id=row.id,
        name=row.name,
        box=row.box,
        filter=wanted,
        mine=row.owner == asked["person"],
        owner=row.owner_name,
        shared_with=" ".join(filter(None, (row.institution or row.place, row.post or row.department))) or None,
        share=share,
        pinned=bool(row.pinned),
        preferred=bool(row.preferred),
        count=_count(reader, row.box, wanted, asked) if row.pinned else None,
    )


def _cases_asked(kept: dict[str, Any]) -> InstanceFilter:
    times = {name: datetime.fromisoformat(kept[name]) for name in ("started_from", "started_until") if kept.get(name)}
    return _kept(InstanceFilter, {**kept, **times, "where": tuple(kept.get("where", ()))})


def _count(reader: Reader, box: str, wanted: TaskFilter | InstanceFilter, asked: dict[str, Any]) -> int | None:
    if isinstance(wanted, InstanceFilter):
        try:
            return counted(reader.connection, matching(reader.connection, reader.definitions, wanted, reader.now))
        except Invalid:
            return None
    statement = (AGENT_VIEWED if asked["others"] else VIEWED)[box]
    return int(statement.value(reader.connection, **asked, **wanted.asked(reader.now)))
