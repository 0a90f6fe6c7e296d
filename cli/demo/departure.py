"""Somebody of the invented county resigns while a task of his is open: an administrator hands on what names him."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.calendar import TIME_ZONE
from engine.commands.drafts import SaveDraft
from engine.commands.handover import StartHandover
from engine.commands.instance import StartInstance
from engine.engine import Engine
from engine.queries.handovers import ListHandovers, PreviewHandover
from engine.queries.keeping import KeptPerson, ListKeptPeople
from engine.queries.organisation import ListMyCapacities
from engine.queries.processes import ListStartable
from engine.queries.tasks import SearchTasks
from engine.records import Actor


def let_somebody_leave(engine: Engine, departure: Mapping[str, Any]) -> None:
    """Starts a case in his name, keeps a draft in it, and begins the handover; once, and only where the process is deployed."""
    leaver, successor, keeper = (_person(engine, departure[who]) for who in ("person", "successor", "by"))
    if not leaver.active or any(made.person == leaver.id for made in engine.query(ListHandovers())):
        return
    actor = Actor(person=leaver.key, name=leaver.name)
    if all(process.key != departure["process"] for process in engine.query(ListStartable(), actor)):
        return
    chair = engine.query(ListMyCapacities(), actor)[0]
    engine.execute(StartInstance(process_key=departure["process"], capacity=chair.id), actor)
    task = engine.query(SearchTasks(box="todo"), actor).items[0].id
    data = {**departure["draft"], "amount": Decimal(departure["draft"]["amount"])}
    engine.execute(SaveDraft(task=task, data=data), actor)
    successors = {"task": successor.id}
    shown = engine.query(PreviewHandover(person=leaver.id, kind="leaving", successors=successors))
    administrator = Actor(person=keeper.key, name=keeper.name, rights=frozenset({"administrate"}))
    command = StartHandover(
        person=leaver.id,
        kind="leaving",
        from_date=engine.clock.now().astimezone(TIME_ZONE).date(),
        reason=departure["reason"],
        successors=successors,
        fingerprint=shown.fingerprint,
    )
    engine.execute(command, administrator)


def _person(engine: Engine, number: str) -> KeptPerson:
    return next(person for person in engine.query(ListKeptPeople(q=number)) if person.staff_number == number)
