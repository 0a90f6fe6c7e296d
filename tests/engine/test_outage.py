"""PostgreSQL crashes and comes back while people and a worker are in the middle of their cases."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from engine.commands.instance import StartInstance
from engine.commands.task import CompleteTask
from engine.config import Config
from engine.engine import Engine
from engine.errors import OutcomeUnknown, Unavailable
from engine.records import Done
from engine.store.database import migrate
from engine.store.tables import Job, ProcessInstance, Seat
from engine.testing import County, bpmn, process, user_task
from tests.campaign import campaign
from tests.engine.invariants import violations
from tests.engine.models import END, START, STARTER
from tests.servers.postgresql import PostgreSQL, postgresql
from worker.worker import Worker

PATIENCE = 100.0
PEOPLE = 3
CASES = campaign(24, 400)
CRASHES = campaign(2, 12)


@pytest.fixture
def server() -> Iterator[PostgreSQL]:
    """A server of this file's own, which is crashed here."""
    with postgresql() as running:
        yield running


def rounds() -> bytes:
    """Two people's tasks with a job of the worker's between them."""
    timer = '<timerEventDefinition id="d"><timeDuration>PT0S</timeDuration></timerEventDefinition>'
    catch = f'<intermediateCatchEvent id="t">{timer}</intermediateCatchEvent>'
    elements = (START, user_task("first", post="BR_GP"), catch, user_task("second", post="BR_GP"), END)
    return bpmn(process("p", *elements, flows="s > first > t > second > e", extensions=STARTER))


class Load:
    """People who start and finish cases, and who ask again under the same key whenever they are not answered."""

    def __init__(self, engine: Engine, county: County) -> None:
        self._engine = engine
        self.person = county.person("gan")
        # Looked up by a query of its own, which must not meet a crash.
        self.chair = self.person.chair.id
        self.accepted: list[tuple[str, Done]] = []
        self.refused = 0
        self.failures: list[BaseException] = []
        self._changed = threading.Condition()
        self._numbers = iter(range(CASES))

    def run(self) -> None:
        """One person's work."""
        try:
            while (number := self._next()) is not None:
                self._finish_one(number)
        except BaseException as error:  # noqa: BLE001
            with self._changed:
                self.failures.append(error)
                self._changed.notify_all()

    def wait_for(self, accepted: int) -> None:
        """Until so many requests have been accepted."""
        with self._changed:
            assert self._changed.wait_for(lambda: bool(self.failures) or len(self.accepted) >= accepted, PATIENCE)

    def _next(self) -> int | None:
        with self._changed:
            return next(self._numbers, None)

    def _finish_one(self, number: int) -> None:
        started = self._ask(f"start-{number}", StartInstance(process_key="p", capacity=self.chair))
        for element in ("first", "second"):
            task = self._until(lambda element=element: self._task(started.instance, element))
            self._ask(f"{element}-{number}", CompleteTask(task=task, outcome="done"))

    def _ask(self, key: str, command: Any) -> Done:
        done: Done = self._until(lambda: self._engine.execute(command, self.person.actor, idempotency_key=key))
        with self._changed:
            self.accepted.append((key, done))
            self._changed.notify_all()
        return done

    def _task(self, instance: UUID | None, element: str) -> UUID | None:
        found = (
            select(Seat.id)
            .join(ProcessInstance, ProcessInstance.key == Seat.instance)
            .where(ProcessInstance.id == instance, Seat.element == element)
        )
        with self._engine.database.reading() as connection:
            task: UUID | None = connection.execute(found).scalar_one_or_none()
            return task

    def _until(self, act: Callable[[], Any]) -> Any:
        while True:
            try:
                answer = act()
            except (Unavailable, OutcomeUnknown, OperationalError):
                self.refused += 1
                answer = None
            if answer is not None:
                return answer
            threading.Event().wait(0.02)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(campaign(1, 5)))
def test_everybody_goes_on_when_the_server_comes_back(server: PostgreSQL, seed: int) -> None:
    dice = random.Random(seed)
    url = server.create_database("outage")
    migrate(url)
    with County(url) as county:
        county.settle()
        county.deploy(rounds())
        engine = Engine(Config(database_url=url, job_lease=timedelta(seconds=2)), clock=county.clock)
        load = Load(engine, county)
        worker = Worker(engine, "w1", batch=4, seconds=0.1)
        worker.start()
        threads = [threading.Thread(target=load.run) for _ in range(PEOPLE)]
        for thread in threads:
            thread.start()
        for crash in range(1, CRASHES + 1):
            load.wait_for(crash * CASES * 3 // (CRASHES + 1))
            server.stop("immediate")
            threading.Event().wait(dice.uniform(0, 1.5))
            server.start()
        for thread in threads:
            thread.join(PATIENCE + CASES)

        assert load.failures == []
        assert not any(thread.is_alive() for thread in threads)
        assert worker.stop()
        county.restart()
        # Every request that was accepted is found again, under its key, and each case was carried through once.
        assert len(load.accepted) == 3 * CASES
        for key, done in load.accepted:
            if key.startswith("start"):
                command = StartInstance(process_key="p", capacity=load.chair)
                assert county.execute(command, load.person.actor, key=key) == done
        assert [(case.state, case.revision) for case in county.cases()] == [("completed", 4)] * CASES
        assert county.rows(select(Job.key)) == []
        assert county.incidents() == []
        assert violations(county.engine.database) == []
        # The pool that saw the crashes still works.
        assert engine.execute(StartInstance(process_key="p", capacity=load.chair), load.person.actor).state
        engine.close()
