"""How the work of a process went: counted from the facts of its tasks, by institution, by step, by post and by department."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Integer, String, case, cast, func, literal, null, select, union_all

from engine.queries.analytics.facts import PER_CENT, Facts, whole_number
from engine.store.statistics import Percentile

FAR = 130
"""Per cent of its term after which a task is far too late."""
Place = tuple[Any, ...]
_NAMES = ("institution", "process", "element", "post", "department")
_TYPES = (BigInteger, String, String, String, BigInteger)
GROUPINGS: Mapping[str, tuple[str, ...]] = {
    "all": (),
    "institution": ("institution",),
    "step": ("process", "element"),
    "cell": ("process", "element", "institution"),
    "post": ("post",),
    "department": ("institution", "department"),
}
PERCENTILES: Mapping[str, tuple[str, ...]] = {
    "all": ("median", "p90", "used"),
    "step": ("median", "p90", "used"),
    "cell": ("used",),
}
"""The percentiles that are told of a grouping; they take the database longer than all the rest."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Figures of one group of completed tasks. Seconds are open time of the tasks' own calendars."""

    tasks: int
    termed: int
    """Those that had a term."""
    on_time: int
    """Of those with a term."""
    returned: int
    """Sent back by the one who had it."""
    waited: int | None
    """Seconds until somebody took it, on average."""
    worked: int | None
    """Seconds from then until it was done, on average."""
    median: int | None
    """Seconds from offered to done of the middle task."""
    p90: int | None
    """Seconds in which nine tasks of ten were done."""
    used: int | None
    """Per cent of its term in which nine tasks of ten were done."""
    far: int
    """Tasks that took 130 per cent of their term or more."""

    @property
    def on_time_share(self) -> float | None:
        """Per cent done in time, of those with a term."""
        return None if not self.termed else round(PER_CENT * self.on_time / self.termed, 1)


@dataclass(frozen=True, kw_only=True)
class Group:
    """One group and its figures; what it is not grouped by is None."""

    by: str
    institution: int | None
    process: str | None
    """Its id in the model."""
    element: str | None
    post: str | None
    department: int | None
    name: str | None
    """Of the step."""
    figures: Figures


def count_work(facts: Facts, groupings: Iterable[str] = GROUPINGS) -> list[Group]:
    """The groups of each grouping, by one statement."""
    rows = facts.cte()
    parts = [_part(rows.c, name, GROUPINGS[name]) for name in groupings]
    found = facts.reader.connection.execute(union_all(*parts) if len(parts) > 1 else parts[0])
    return [_group(row) for row in found]


def _part(fact: Any, name: str, grouped: tuple[str, ...]) -> Any:
    percentiles = {"median": (fact.whole, 0.5), "p90": (fact.whole, 0.9), "used": (fact.share, 0.9)}
    columns = [
        (fact[column] if column in grouped else cast(null(), kind)).label(column)
        for column, kind in zip(_NAMES, _TYPES, strict=True)
    ]
    return select(
        literal(name).label("by"),
        *columns,
        func.min(fact.name).label("name"),
        func.count().label("tasks"),
        func.count(fact.late).label("termed"),
        func.coalesce(func.sum(1 - fact.late), 0).label("on_time"),
        func.sum(fact.returned).label("returned"),
        cast(func.avg(fact.waited), Integer).label("waited"),
        cast(func.avg(fact.worked), Integer).label("worked"),
        *(
            (Percentile(*asked) if column in PERCENTILES.get(name, ()) else cast(null(), BigInteger)).label(column)
            for column, asked in percentiles.items()
        ),
        func.count(case((fact.share >= FAR, 1))).label("far"),
    ).group_by(*(fact[column] for column in grouped))


def _group(row: Any) -> Group:
    figures = Figures(**{name: whole_number(getattr(row, name)) for name in Figures.__dataclass_fields__})
    return Group(
        by=row.by,
        institution=row.institution,
        process=row.process,
        element=row.element,
        post=row.post,
        department=row.department,
        name=row.name,
        figures=figures,
    )
