"""Incidents open and close with what they stop."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from sqlalchemy import insert, update

from engine.appliers.journal import Journal
from engine.store.state import chunks
from engine.store.tables import Incident
from engine.store.unit_of_work import UnitOfWork


def raise_incident(
    work: UnitOfWork,
    journal: Journal | None,
    *,
    instance: int | None,
    code: str,
    message: str,
    token: int | None = None,
    element: str | None = None,
    job: int | None = None,
) -> None:
    """Opens an incident; with a journal it stands in the instance's history too."""
    identity = uuid4()
    work.connection.execute(
        insert(Incident).values(
            key=work.new_key(),
            id=identity,
            instance=instance,
            token=token,
            job=job,
            element=element,
            code=code,
            message=message[:2000],
            state="open",
            raised_at=work.now,
            resolved_at=None,
            resolved_by=None,
        )
    )
    if journal is not None:
        journal.note("incident", element=element, token=token, incident=str(identity), code=code)


def resolve_incidents(work: UnitOfWork, *, instance: int, tokens: Iterable[int] | None = None, code: str | None = None) -> None:
    """Closes the open incidents of tokens that an operator took away and those of a code, or all of an instance that he ended."""
    still = update(Incident).where(Incident.instance == instance, Incident.state == "open")
    closed = {"state": "resolved", "resolved_at": work.now, "resolved_by": work.actor.person}
    if tokens is None:
        work.connection.execute(still.values(closed))
        return
    if code is not None:
        work.connection.execute(still.where(Incident.code == code).values(closed))
    for chunk in chunks(tokens):
        work.connection.execute(still.where(Incident.token.in_(chunk)).values(closed))
