"""Versions of the organisation: one for each transaction that changes who may be found for a task."""

from __future__ import annotations

from sqlalchemy import func, insert, select

from engine.store.locks import hold
from engine.store.tables import OrganisationVersion
from engine.store.unit_of_work import UnitOfWork

NEWEST_VERSION = select(func.max(OrganisationVersion.number)).scalar_subquery()
"""Number of the newest version, for the statement that writes down by which one people were found."""


def organisation_changed(work: UnitOfWork) -> None:
    """Begins a new version of the organisation, once in a transaction; to be called with every change of it."""
    if work.organisation_changed:
        return
    hold(work.connection, "organisation version")
    last = work.connection.execute(select(func.max(OrganisationVersion.number))).scalar_one() or 0
    row = {"number": last + 1, "at": work.now, "person": work.actor.person, "source": work.actor.source}
    work.connection.execute(insert(OrganisationVersion).values(row))
    work.organisation_changed = True
