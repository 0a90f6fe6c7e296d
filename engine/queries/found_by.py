"""What operators can ask for when they look for cases: how many there are, and by which values and elements of a process."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from engine.authorization import require_right
from engine.queries.operated_case import Place
from engine.queries.operations import RIGHT
from engine.queries.registry import Query, Reader
from engine.records import InstanceFilter
from engine.runtime.instance_filter import COUNTED_AT_MOST, counted, matching
from engine.store.tables import ProcessDefinition, SearchAttribute


@dataclass(frozen=True, kw_only=True)
class CountInstances(Query["Counted"]):
    """How many cases a filter finds. Needs `operations`."""

    filter: InstanceFilter


@dataclass(frozen=True, kw_only=True)
class ListFoundBy(Query["FoundBy"]):
    """By what the cases of a process are found, or those of any. Needs `operations`."""

    process: str | None = None


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A number of cases."""

    count: int
    more: bool
    """Whether there are more than `count`, which were not counted."""


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """A value that cases are found by."""

    name: str
    label: str
    label_en: str


@dataclass(frozen=True, kw_only=True)
class FoundBy:
    """What a filter can name."""

    attributes: tuple[Attribute, ...]
    versions: tuple[int, ...]
    """Of the process, the newest first; none without one."""
    elements: tuple[Place, ...]
    """Of the newest version, in the order of the file; none without a process."""


def count_instances(query: CountInstances, reader: Reader) -> Counted:
    """Raises NotAllowed without the right `operations`, and what `matching` raises."""
    require_right(reader.actor, RIGHT)
    found = counted(reader.connection, matching(reader.connection, reader.definitions, query.filter, reader.now))
    return Counted(count=min(found, COUNTED_AT_MOST), more=found > COUNTED_AT_MOST)


def list_found_by(query: ListFoundBy, reader: Reader) -> FoundBy:
    """Raises NotAllowed without the right `operations`. Of a process that is none there is nothing to find by."""
    require_right(reader.actor, RIGHT)
    table = ProcessDefinition
    statement = select(SearchAttribute.name, SearchAttribute.label, SearchAttribute.label_en)
    statement = statement.join(table, table.key == SearchAttribute.definition).order_by(table.key.desc(), SearchAttribute.name)
    versions = select(table.key, table.version).where(table.process_id == query.process).order_by(table.version.desc())
    if query.process is None:
        statement = statement.where(table.latest.is_(True))
    else:
        statement = statement.where(table.process_id == query.process)
    attributes: dict[str, Attribute] = {}
    for row in reader.connection.execute(statement):
        attributes.setdefault(row.name, Attribute(name=row.name, label=row.label, label_en=row.label_en))
    known = reader.connection.execute(versions).all() if query.process is not None else []
    elements = reader.definitions.model(known[0].key).elements.values() if known else ()
    return FoundBy(
        attributes=tuple(attributes.values()),
        versions=tuple(row.version for row in known),
        elements=tuple(Place(element=found.id, name=found.name, type=found.type) for found in elements),
    )
