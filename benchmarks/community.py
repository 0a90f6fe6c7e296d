"""The smallest community a workload can run in: one institution, and people with the two posts of the models."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import bindparam, insert, select

from engine.commands.deployment import Deploy
from engine.commands.task import CompleteTask
from engine.engine import Engine
from engine.records import Actor
from engine.store.keys import KeySequence
from engine.store.prepared import Prepared
from engine.store.tables import Appointment, Institution, Membership, Person, Post, ProcessInstance, Seat

MODELS = Path(__file__).parent / "models"
INSTITUTION = "CH00"
FIRST_DAY = date(2020, 1, 1)
POSTS = ("CLERK", "REVIEWER")
OPEN_TASKS = Prepared(
    select(Seat.id)
    .join(ProcessInstance, ProcessInstance.key == Seat.instance)
    .where(ProcessInstance.id == bindparam("instance"), Seat.state == "open")
    .order_by(Seat.key)
)
LOGIN = "clerk"
"""Of the clerk's account, where a workload makes one."""


def prepare(engine: Engine, *models: str) -> Actor:
    """Brings in one institution, one clerk who holds both posts, and the models; returns the clerk."""
    keys = KeySequence(engine.database)
    keys.reserve()
    institution, person = keys(), keys()
    dated = {"from_date": FIRST_DAY, "to_date": None}
    house: dict[str, Any] = {"name": "Benchmark hospital", "short_name": "Benchmark", "type": "10", "parent": None}
    house |= {"key": institution, "id": uuid4(), "code": INSTITUTION, "calendar": "ADMIN", "integrated": True}
    with engine.database.writing() as connection:
        connection.execute(insert(Institution).values(house))
        connection.execute(insert(Membership).values(key=keys(), institution=institution, lead=institution, **dated))
        connection.execute(insert(Person).values(key=person, id=uuid4(), staff_number="1", name="Clerk", active=True))
        for code in POSTS:
            connection.execute(insert(Post).values(key=keys(), code=code, name=code, name_en=code, superior=None, leader=None))
            chair = {"person": person, "post": code, "institution": institution, "department": None, "kind": "full"}
            connection.execute(insert(Appointment).values(key=keys(), id=uuid4(), **chair, **dated))
    for model in models:
        engine.execute(Deploy(name=model, resources={f"{model}.bpmn": (MODELS / f"{model}.bpmn").read_bytes()}))
    return clerk(person)


def clerk(person: int) -> Actor:
    """The person of that key as he acts."""
    return Actor(person=person, name="Clerk", rights=frozenset({"operations"}))


def open_tasks(engine: Engine, instance: UUID | None) -> Sequence[UUID]:
    """Ids of the open tasks of a case, the oldest first."""
    with engine.database.reading() as connection:
        return [row.id for row in OPEN_TASKS.all(connection, instance=instance)]


def complete_next(engine: Engine, instance: UUID | None, actor: Actor) -> None:
    """Completes the oldest open task of a case."""
    engine.execute(CompleteTask(task=open_tasks(engine, instance)[0]), actor)
