"""Who was late in a period, for 绩效: counts by person, post, institution, process or step, from what the ladders have noted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import case, func, select

from engine.authorization import require_right
from engine.calendar import TIME_ZONE
from engine.errors import Invalid
from engine.queries.registry import Query, Reader
from engine.store.tables import Institution, Lateness, Person, Post, ProcessDefinition, Seat

Grouping = Literal["person", "post", "institution", "process", "step"]
LONGEST = timedelta(days=400)
ROWS_AT_MOST = 2_000


@dataclass(frozen=True, kw_only=True)
class CountLateness(Query[tuple["LatenessRow", ...]]):
    """Counts of a period, first and last day included, by the county's days."""

    first: date
    last: date
    by: Grouping = "person"
    institution: str | None = None
    """Code of the one institution to be counted."""


@dataclass(frozen=True, kw_only=True)
class LatenessRow:
    """One group. What nobody had claimed counts for its posts and stands without a person."""

    person: str | None
    post: str | None
    post_en: str | None
    institution: str | None
    process: str | None
    """Its key in the model."""
    step: str | None
    """Name of the step, as its tasks were called."""
    overdue: int
    """Tasks that were overdue."""
    escalated: int
    """Tasks that climbed to the superior's right to reassign."""
    counted: int
    """Tasks that climbed to the next leader: these count."""
    unanswered: int
    """Tasks that nobody took up in time."""


def count_lateness(query: CountLateness, reader: Reader) -> tuple[LatenessRow, ...]:
    """The groups, the latest first. Raises NotAllowed without `administrate`, Invalid for a period that is none."""
    require_right(reader.actor, "administrate")
    if not timedelta(0) <= query.last - query.first <= LONGEST:
        message = "Expected a period of at most {longest} days, but it is from {first} to {last}"
        raise Invalid("period", message, longest=LONGEST.days, first=query.first.isoformat(), last=query.last.isoformat())
    groups = _GROUPS[query.by]
    tasks = Lateness.seat.distinct()
    handling = Lateness.clock == "handling"
    counts = (
        func.count(case((handling & (Lateness.level == 1), Lateness.seat)).distinct()).label("overdue"),
        func.count(case((handling & (Lateness.level == 2), Lateness.seat)).distinct()).label("escalated"),
        func.count(case((Lateness.level == 3, Lateness.seat)).distinct()).label("counted"),
        func.count(case(((Lateness.clock == "response") & (Lateness.level == 1), Lateness.seat)).distinct()).label("unanswered"),
    )
    statement = (
        select(*groups.values(), *counts)
        .select_from(Lateness)
        .outerjoin(Person, Person.key == Lateness.person)
        .outerjoin(Seat, Seat.key == Lateness.seat)
        .outerjoin(Post, Post.code == Lateness.post)
        .outerjoin(Institution, Institution.key == Lateness.institution)
        .join(ProcessDefinition, ProcessDefinition.key == Lateness.definition)
        .where(Lateness.at >= _begin(query.first), Lateness.at < _begin(query.last + timedelta(days=1)))
        .where(Lateness.withdrawn_at.is_(None))
        .group_by(*groups.values())
        .order_by(func.count(tasks).desc(), *groups.values())
        .limit(ROWS_AT_MOST)
    )
    if query.institution is not None:
        statement = statement.where(Institution.code == query.institution)
    return tuple(_row(row._mapping) for row in reader.connection.execute(statement))


_PERSON = {"person_key": Person.key, "person": Person.name}
_POST = {"post": Post.name, "post_en": Post.name_en}
_PLACE = {"institution": Institution.short_name}
_GROUPS: Mapping[Grouping, Mapping[str, Any]] = {
    "person": {name: column.label(name) for name, column in {**_PERSON, **_POST, **_PLACE}.items()},
    "post": {name: column.label(name) for name, column in {**_POST, **_PLACE}.items()},
    "institution": {name: column.label(name) for name, column in _PLACE.items()},
    "process": {"process": ProcessDefinition.process_id.label("process")},
    "step": {"process": ProcessDefinition.process_id.label("process"), "step": Seat.name.label("step")},
}


def _row(row: Mapping[str, Any]) -> LatenessRow:
    return LatenessRow(
        person=row.get("person"),
        post=row.get("post"),
        post_en=row.get("post_en"),
        institution=row.get("institution"),
        process=row.get("process"),
        step=row.get("step"),
        overdue=row["overdue"],
        escalated=row["escalated"],
        counted=row["counted"],
        unanswered=row["unanswered"],
    )


def _begin(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=TIME_ZONE)
