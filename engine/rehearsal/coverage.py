"""How much of a folder's processes has been played: which elements were left at least once, and which never."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from engine.rehearsal.stage import Ground
from engine.store.tables import Deployment, ProcessDefinition

Place = tuple[str, str]
"""A process and an element of it, by id."""


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Of all elements of a folder's processes."""

    elements: tuple[Place, ...]
    passed: tuple[Place, ...]

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 means all."""
        return len(self.passed) * 100 // len(self.elements) if self.elements else 100


def covered(ground: Ground, folder: str, passed: Iterable[Place]) -> Coverage:
    """How much of the folder these elements are; those of other folders are left out."""
    table = ProcessDefinition
    own = select(table.key).join(Deployment, Deployment.key == table.deployment).where(Deployment.name == folder)
    with ground.engine.database.reading() as connection:
        models = [ground.definitions.model(key) for key in connection.execute(own.order_by(table.process_id)).scalars()]
    elements = tuple((model.id, element) for model in models for element in model.elements)
    return Coverage(elements=elements, passed=tuple(sorted(set(elements) & set(passed))))
