"""What a person may start."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from engine.authorization import standing, starting_capacities
from engine.initials import initials_of
from engine.queries.registry import Query, Reader
from engine.store.tables import ProcessDefinition


@dataclass(frozen=True, kw_only=True)
class ListStartable(Query[tuple["StartableProcess", ...]]):
    """The processes that the reader may start by hand, with the chairs he may do it in."""


@dataclass(frozen=True, kw_only=True)
class StartableProcess:
    """A process in its newest version."""

    key: str
    name: str
    name_en: str | None
    title: str | None
    initials: str
    """Of the pinyin of its name and title."""
    capacities: tuple[UUID, ...]
    """Appointments of the reader that may start it."""
    description: str | None


def list_startable(query: ListStartable, reader: Reader) -> tuple[StartableProcess, ...]:
    """Newest versions only, sorted by name; what is suspended is left out."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    table = ProcessDefinition
    latest = select(table.key).where(table.latest.is_(True), table.startable.is_(True), table.suspended_at.is_(None))
    found = []
    for key in reader.connection.execute(latest).scalars():
        model = reader.definitions.model(key)
        chairs = starting_capacities(who, {starter.post for starter in model.starters})
        if chairs:
            found.append(
                StartableProcess(
                    key=model.id,
                    name=model.name or model.id,
                    name_en=model.title_en,
                    title=model.title,
                    initials=initials_of(f"{model.title or ''} {model.name or ''}"),
                    capacities=tuple(chair.id for chair in chairs),
                    description=model.documentation,
                )
            )
    return tuple(sorted(found, key=lambda process: process.name))
