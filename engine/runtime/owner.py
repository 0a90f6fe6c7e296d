"""Which institution owns a case that nobody has started: the one its process names, else the lead hospital."""

from __future__ import annotations

from sqlalchemy import select

from engine.errors import Invalid
from engine.runtime.definitions import Definition
from engine.store.tables import Institution
from engine.store.unit_of_work import UnitOfWork


def owner_of(work: UnitOfWork, definition: Definition) -> int | None:
    """Key of the owning institution; None when there is no lead hospital either. Raises Invalid for a code nobody has."""
    rule = definition.model.owner
    code = work.config.lead_institution if rule is None else rule.evaluate({"parameters": definition.parameters})
    found = work.connection.execute(select(Institution.key).where(Institution.code == code)).scalar_one_or_none()
    if found is None and rule is not None:
        raise Invalid(
            "unknown-institution", "Expected a known institution, but found '{institution}'", institution=str(code)[:40]
        )
    return found
