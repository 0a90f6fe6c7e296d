"""W1, ordinary steps of a referral: one start and three completions an instance, each one durable transaction.

Every client is a thread that takes instances one after the other; the next task is found by a query on the instance.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select

from benchmarks.figures import Figures, summarise
from engine.commands.deployment import Deploy
from engine.commands.instance import RunInstance
from engine.commands.task import CompleteTask
from engine.config import Config
from engine.engine import Engine
from engine.records import Actor
from engine.store.keys import KeySequence
from engine.store.tables import Appointment, Institution, Membership, Person, Post, ProcessInstance, Seat

MODEL = Path(__file__).parent / "models" / "referral.bpmn"
VARIABLES: dict[str, Any] = {
    "urgent": False,
    "approved": True,
    **{f"field{number:02}": f"value of a field, some forty characters {number:02}" for number in range(18)},
}
COMPLETIONS = 3


@dataclass
class Times:
    """Seconds of single operations, of all clients."""

    start: list[float] = field(default_factory=list)
    complete: list[float] = field(default_factory=list)


def run(url: str, *, clients: int, warm_up: int, counted: int) -> Figures:
    """Runs the workload on a migrated, empty database and returns its figures."""
    engine = Engine(Config(database_url=url))
    try:
        actor = prepare(engine)
        _run(engine, actor, clients, warm_up)
        began = time.perf_counter()
        times = _run(engine, actor, clients, counted)
        elapsed = time.perf_counter() - began
    finally:
        engine.close()
    return summarise(
        {"start": times.start, "complete": times.complete},
        elapsed=elapsed,
        operations=counted * (1 + COMPLETIONS),
        instances=counted,
    )


def prepare(engine: Engine) -> Actor:
    """Brings in one institution, one person with the two posts of the model, and the model."""
    keys = KeySequence(engine.database)
    keys.reserve()
    institution, person = keys(), keys()
    with engine.database.writing() as connection:
        connection.execute(
            insert(Institution).values(
                key=institution,
                id=uuid4(),
                code="CH00",
                name="Benchmark hospital",
                short_name="Benchmark",
                type="10",
                parent=None,
                calendar="ADMIN",
                integrated=True,
            )
        )
        connection.execute(
            insert(Membership).values(
                key=keys(), institution=institution, lead=institution, from_date=date(2020, 1, 1), to_date=None
            )
        )
        connection.execute(insert(Person).values(key=person, id=uuid4(), staff_number="1", name="Clerk", active=True))
        for code in ("CLERK", "REVIEWER"):
            connection.execute(insert(Post).values(key=keys(), code=code, name=code, name_en=code, superior=None, leader=None))
            connection.execute(
                insert(Appointment).values(
                    key=keys(),
                    id=uuid4(),
                    person=person,
                    post=code,
                    institution=institution,
                    department=None,
                    kind="full",
                    from_date=date(2020, 1, 1),
                    to_date=None,
                )
            )
    engine.execute(Deploy(name="w1", resources={MODEL.name: MODEL.read_bytes()}))
    return Actor(person=person, name="Clerk", rights=frozenset({"operations"}))


def _run(engine: Engine, actor: Actor, clients: int, instances: int) -> Times:
    times, lock, left = Times(), threading.Lock(), iter(range(instances))
    failures: list[BaseException] = []

    def client() -> None:
        own = Times()
        with noting(failures):
            while True:
                with lock:
                    if next(left, None) is None or failures:
                        break
                one_case(engine, actor, own)
        with lock:
            times.start += own.start
            times.complete += own.complete

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return times


@contextmanager
def noting(failures: list[BaseException]) -> Iterator[None]:
    """Keeps an exception of a thread for the main thread."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - raised again by the main thread
        failures.append(error)


def one_case(engine: Engine, actor: Actor, times: Times) -> None:
    """One instance from start to end."""
    began = time.perf_counter()
    done = engine.execute(RunInstance(process_key="w1_referral", variables=VARIABLES, institution="CH00"), actor)
    times.start.append(time.perf_counter() - began)
    for _ in range(COMPLETIONS):
        began = time.perf_counter()
        engine.execute(CompleteTask(task=_next_task(engine, done.instance)), actor)
        times.complete.append(time.perf_counter() - began)


def _next_task(engine: Engine, instance: UUID | None) -> UUID:
    statement = select(Seat.id).join(ProcessInstance, ProcessInstance.key == Seat.instance)
    with engine.database.reading() as connection:
        return connection.execute(statement.where(ProcessInstance.id == instance, Seat.state == "open")).scalar_one()
