"""The heat map of a process: how often each element was visited, how long a visit lasted, and what stands there now.

Of one version, whose drawing it is; of the cases that began in the last days. Counted from the history by the database. It
tells nothing of anybody, and what a visit lasted is plain time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import case, func, select

from engine.authorization import require_right
from engine.errors import Invalid, NotFound
from engine.queries.analytics.facts import dialect_of, whole_number
from engine.queries.operations import RIGHT
from engine.queries.registry import Query, Reader
from engine.queries.task_rows import ProcessName, process_name
from engine.store.statistics import LOCAL_OFFSET, Percentile, seconds
from engine.store.tables import History, ProcessDefinition, ProcessInstance, Token

LONGEST = 366
VERSIONS_AT_MOST = 50
STARTED, ENDED = "activity-started", "activity-ended"


@dataclass(frozen=True, kw_only=True)
class GetHeatMap(Query["HeatMap"]):
    """The heat map of one version of a process, given by its key in the model. Needs `operations`."""

    process: str
    version: int | None = None
    """None is the latest."""
    days: int = 90
    """Cases that began so long ago or later."""


@dataclass(frozen=True, kw_only=True)
class HeatElement:
    """One element that was visited, or at which something stands."""

    element: str
    name: str
    name_en: str
    visits: int
    """Visits that have ended."""
    median: int | None
    """Seconds of the middle visit."""
    p90: int | None
    here: int
    """Tokens that stand there now, of cases of any age."""
    waiting: int | None
    """Seconds that those have stood there on average."""


@dataclass(frozen=True, kw_only=True)
class HeatMap:
    """The drawing of a version, and its elements."""

    process: ProcessName
    versions: tuple[int, ...]
    """Of the process, the newest first."""
    cases: int
    """That are counted."""
    xml: str
    elements: tuple[HeatElement, ...]


def get_heat_map(query: GetHeatMap, reader: Reader) -> HeatMap:
    """Raises NotAllowed without the right `operations`, NotFound for a version that is none, Invalid for days that are none."""
    require_right(reader.actor, RIGHT)
    if not 1 <= query.days <= LONGEST:
        raise Invalid("heat-days", "Expected 1 to {longest} days, but found {days}", longest=LONGEST, days=query.days)
    table = ProcessDefinition
    known = reader.connection.execute(
        select(table.key, table.version).where(table.process_id == query.process).order_by(table.version.desc())
    ).all()
    key = next((row.key for row in known if query.version in (None, row.version)), None)
    if key is None:
        raise NotFound("process-not-found", "Expected a deployed process, but found no '{process}'", process=query.process)
    model = reader.definitions.model(key)
    since = (ProcessInstance.definition == key, ProcessInstance.started_at >= reader.now - timedelta(days=query.days))
    visited, standing = _visited(reader, since), _standing(reader, key)
    elements = (found for found in model.elements.values() if found.id in visited or found.id in standing)
    return HeatMap(
        process=process_name(reader, key),
        versions=tuple(row.version for row in known[:VERSIONS_AT_MOST]),
        cases=int(reader.connection.execute(select(func.count()).where(*since)).scalar_one()),
        xml=reader.definitions.xml(key).decode("utf-8", errors="replace"),
        elements=tuple(
            HeatElement(
                element=found.id,
                name=found.name or found.id,
                name_en=found.name_en or found.name or found.id,
                **(visited.get(found.id) or {"visits": 0, "median": None, "p90": None}),
                **(standing.get(found.id) or {"here": 0, "waiting": None}),
            )
            for found in elements
        ),
    )


def _visited(reader: Reader, since: tuple[Any, ...]) -> dict[str, dict[str, Any]]:
    """Visits that have ended, by element: a visit is one token at one element."""
    dialect = dialect_of(reader)
    begun = func.min(case((History.kind == STARTED, History.at)))
    over = func.max(case((History.kind == ENDED, History.at)))
    visits = (
        select(History.element, (seconds(dialect, over) - seconds(dialect, begun)).label("lasted"))
        .join(ProcessInstance, ProcessInstance.key == History.instance)
        .where(*since, History.kind.in_((STARTED, ENDED)))
        .group_by(History.instance, History.token, History.element)
        .subquery()
    )
    statement = select(
        visits.c.element,
        func.count(visits.c.lasted).label("visits"),
        Percentile(visits.c.lasted, 0.5).label("median"),
        Percentile(visits.c.lasted, 0.9).label("p90"),
    ).group_by(visits.c.element)
    names = ("visits", "median", "p90")
    rows = reader.connection.execute(statement)
    return {row.element: {name: whole_number(getattr(row, name)) for name in names} for row in rows}


def _standing(reader: Reader, definition: int) -> dict[str, dict[str, Any]]:
    """What stands at each element now."""
    dialect = dialect_of(reader)
    entered = func.avg(seconds(dialect, Token.entered_at))
    statement = (
        select(Token.element, func.count().label("here"), entered.label("entered"))
        .join(ProcessInstance, ProcessInstance.key == Token.instance)
        .where(ProcessInstance.definition == definition, ProcessInstance.state == "active")
        .group_by(Token.element)
    )
    now = int(reader.now.timestamp()) + LOCAL_OFFSET
    return {
        row.element: {"here": row.here, "waiting": max(0, now - int(row.entered))} for row in reader.connection.execute(statement)
    }
