"""The activities that a case offers in its open ad-hoc subprocesses."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from engine.authorization import standing
from engine.queries.instances import find_visible
from engine.queries.registry import Query, Reader
from engine.runtime.ad_hoc import ad_hoc_activities


@dataclass(frozen=True, kw_only=True)
class ListAdHocActivities(Query["tuple[OfferedActivity, ...]"]):
    """What may be started in one case that the reader may see."""

    instance: UUID


@dataclass(frozen=True, kw_only=True)
class OfferedActivity:
    """One activity."""

    element: str
    name: str
    type: str
    subprocess: str
    """Name of the ad-hoc subprocess."""
    scope: int
    blocked: bool
    """True while another activity has to end first."""


def list_ad_hoc_activities(query: ListAdHocActivities, reader: Reader) -> tuple[OfferedActivity, ...]:
    """The activities in the order of the file. Raises NotFound for a case that the reader may not see."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    row = find_visible(reader, who, query.instance)
    return tuple(
        OfferedActivity(
            element=found.element.id,
            name=found.element.name or found.element.id,
            type=found.element.type,
            subprocess=found.box.name or found.box.id,
            scope=found.scope,
            blocked=found.blocked,
        )
        for found in ad_hoc_activities(reader.connection, reader.definitions, row.key, row.definition)
    )
