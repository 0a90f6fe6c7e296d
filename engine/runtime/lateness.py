"""Notes who was late, for 绩效: each level of a ladder counts for whoever answers for the task at that moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from engine.assignment.people import parse_principal
from engine.assignment.superiors import chairs_of
from engine.store.tables import Lateness
from engine.store.unit_of_work import UnitOfWork
from engine.store.writes import insert_of

NEW_LATENESS = insert_of(Lateness)


def record_lateness(work: UnitOfWork, seat: Row[Any], rungs: Sequence[Any], principals: Sequence[str]) -> None:
    """Notes the levels that a task has reached; `principals` are those it is offered to while nobody has it."""
    levels = [rung for rung in rungs if rung.level]
    if not levels:
        return
    shared = {"seat": seat.key, "instance": seat.instance, "definition": seat.definition, "at": work.now, "withdrawn_at": None}
    rows = [
        {"key": work.new_key(), **shared, "clock": rung.clock, "level": rung.level, **who}
        for rung in levels
        for who in _answerable(work, seat, principals)
    ]
    work.write_all(NEW_LATENESS, rows)


def _answerable(work: UnitOfWork, seat: Row[Any], principals: Sequence[str]) -> list[dict[str, Any]]:
    nobody = {"person": seat.assignee, "post": None, "institution": None}
    if seat.assignee is not None:
        chairs = chairs_of(work, seat.assignee, seat.capacity, ())
        return [{**nobody, "post": chair.post, "institution": chair.institution} for chair in chairs[:1]] or [nobody]
    found = []
    for principal in principals:
        named = parse_principal(principal)
        person = named if isinstance(named, int) else None
        chairs = chairs_of(work, None, None, (principal,))
        found += [{"person": person, "post": chair.post, "institution": chair.institution} for chair in chairs[:1]]
    return found or [nobody]
