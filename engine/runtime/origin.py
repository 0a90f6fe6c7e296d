"""A case as those read it who look for its people without moving it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from engine.runtime.definitions import Definitions
from engine.runtime.names import CaseNames, reserved_names
from engine.store.base import Executes
from engine.store.tables import Institution, ProcessInstance


@dataclass(frozen=True, kw_only=True)
class CaseOrigin:
    """What of a case decides whom its rules find."""

    key: int
    definition: int
    state: str
    root_scope: int
    institution_code: str | None
    number: str | None
    started_by: int | None
    started_at: datetime

    def names(self, connection: Executes, definitions: Definitions, now: datetime, scope: int) -> CaseNames:
        """The names that an expression of the case may read in a scope."""
        reserved = reserved_names(
            now=now,
            parameters=definitions.parameters(self.definition),
            institution=self.institution_code,
            number=self.number,
            starter=self.started_by,
            started_at=self.started_at,
        )
        return CaseNames(connection, scope, reserved)


def case_origin(connection: Executes, instance: int) -> CaseOrigin:
    """The case of that key."""
    columns = ("key", "definition", "state", "root_scope", "number", "started_by", "started_at")
    statement = select(*(getattr(ProcessInstance, name) for name in columns), Institution.code.label("institution_code"))
    statement = statement.outerjoin(Institution, Institution.key == ProcessInstance.institution)
    return CaseOrigin(**connection.execute(statement.where(ProcessInstance.key == instance)).one()._mapping)
