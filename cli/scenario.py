"""Runs engine-neutral scenarios: BPMN files, steps, expectations.

Every scenario gets a fresh embedded store and a virtual clock, and runs through the engine's own commands. With
`restart` everything is dropped and built anew from the store after each step. The format is in
docs/reference/scenarios.md.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from engine.calendar import CLIN, due, published_days
from engine.clock import VirtualClock
from engine.commands.deployment import Deploy
from engine.commands.instance import MoveInstance, RunInstance
from engine.commands.job import ClaimJobs, ExecuteJob
from engine.commands.message import BroadcastSignal, SendMessage
from engine.commands.task import CompleteTask
from engine.config import Config
from engine.engine import Engine
from engine.errors import EngineError
from engine.kernel.triggers import Fire, SetVariables, StartAdHoc
from engine.store.database import migrate
from engine.store.tables import Incident, Job, ProcessInstance, Scope, Seat, Subscription, Variable

START = datetime(2026, 1, 1, tzinfo=UTC)
MAX_JOBS = 5_000
"""Jobs of one step; more means a model that never comes to rest."""


class Failure(Exception):
    """A step did not do what the scenario expects."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """How one scenario ended."""

    id: str
    passed: bool
    reason: str


def run_all(paths: Sequence[Path], *, restart: bool) -> Iterator[Result]:
    """Runs every scenario file, and every `*.json` in a folder, in the order of their names."""
    files = [file for path in paths for file in (sorted(path.rglob("*.json")) if path.is_dir() else [path])]
    with tempfile.TemporaryDirectory(prefix="liandong-scenario-") as folder:
        template = Path(folder) / "template.db"
        migrate(f"sqlite:///{template}")
        for number, file in enumerate(files):
            yield run_file(file, template, Path(folder) / f"{number}.db", restart=restart)


def run_file(file: Path, template: Path, store: Path, *, restart: bool) -> Result:
    """Runs one scenario on a copy of the empty store `template`."""
    try:
        scenario = json.loads(file.read_text(encoding="utf-8"))
        steps = scenario["steps"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return Result(id=file.name, passed=False, reason=f"not a scenario: {error!r}")
    shutil.copy(template, store)
    run = ScenarioRun(store, restart=restart)
    try:
        run.deploy(_models(file, scenario))
        for number, step in enumerate(steps):
            run.step(number, step)
    except (Failure, EngineError) as error:
        return Result(id=scenario.get("id", file.name), passed=False, reason=str(error))
    finally:
        run.close()
        for leftover in store.parent.glob(f"{store.name}*"):
            leftover.unlink()
    return Result(id=scenario.get("id", file.name), passed=True, reason="")


def _models(file: Path, scenario: Mapping[str, Any]) -> dict[str, bytes]:
    """The files of a scenario: beside it, in the `bpmn` folder beside its folder, or relative to it."""
    names = [scenario["file"], *scenario.get("also_deploy", [])]
    models = {}
    for name in names:
        found = next((path for path in (file.parent / name, file.parent.parent / "bpmn" / name) if path.is_file()), None)
        if found is None:
            raise Failure(f"Expected model '{name}' beside the scenario, but there is none")
        models[found.name] = found.read_bytes()
    return models


class ScenarioRun:
    """One scenario on its own store."""

    def __init__(self, store: Path, *, restart: bool) -> None:
        self._store = store
        self._restart = restart
        self._clock = VirtualClock(START)
        self._engine = self._open()

    def close(self) -> None:
        """Closes the store."""
        self._engine.close()

    def deploy(self, models: Mapping[str, bytes]) -> None:
        """Deploys all files together; service tasks of other engines pass as if done."""
        self._engine.execute(Deploy(name="scenario", resources=models, foreign_services="pass"))

    def step(self, number: int, step: Mapping[str, Any]) -> None:
        """Does one step. Raises Failure when it did not do what was expected."""
        expected = {name: value for name, value in step.items() if name != "expect_error"}
        label = f"step {number} {json.dumps(expected, ensure_ascii=False)[:90]}: "
        before = self._incidents()
        try:
            self._do(expected)
            self._settle()
            after = self._incidents()
            if len(after) > len(before):
                raise Failure(f"incident {after[-1]}")
        except (Failure, EngineError) as error:
            if step.get("expect_error"):
                return
            raise Failure(label + str(error)) from error
        if step.get("expect_error"):
            raise Failure(label + "expected an error, but there was none")
        if self._restart:
            self._engine.close()
            self._engine = self._open()

    def _open(self) -> Engine:
        return Engine(Config(database_url=f"sqlite:///{self._store}"), clock=self._clock)

    def _do(self, step: Mapping[str, Any]) -> None:
        name = next(name for name in STEPS if name in step) if any(name in step for name in STEPS) else None
        if name is None:
            raise Failure(f"unknown step {sorted(step)}")
        getattr(self, f"_{name}")(step[name], step)

    def _start(self, process: str, step: Mapping[str, Any]) -> None:
        self._engine.execute(RunInstance(process_key=process, variables=_decimals(step.get("vars", {}))))

    def _start_by_message(self, name: str, step: Mapping[str, Any]) -> None:
        count = self._count_instances()
        self._engine.execute(SendMessage(name=name, payload=_decimals(step.get("vars", {}))))
        if self._count_instances() == count:
            raise Failure("no process starts by it")

    def _complete(self, element: str, step: Mapping[str, Any]) -> None:
        seats = [seat for seat in self._open_seats() if seat.element == element]
        number = step.get("nth", 0)
        if len(seats) <= number:
            raise Failure(f"no open task {element!r}; open: {sorted(seat.element for seat in self._open_seats())}")
        self._engine.execute(CompleteTask(task=seats[number].id, data=_decimals(step.get("vars", {}))))

    def _message(self, message: Any, step: Mapping[str, Any]) -> None:
        given: Mapping[str, Any] = {"name": message} if isinstance(message, str) else message
        correlation = given.get("correlation", {})
        sent = self._engine.execute(
            SendMessage(name=given["name"], payload=_decimals(given.get("vars", {})), correlation=correlation)
        )
        if sent.state != "delivered":
            raise Failure(f"nothing waits for message {given['name']!r}")

    def _signal(self, name: str, step: Mapping[str, Any]) -> None:
        self._engine.execute(BroadcastSignal(name=name, payload=_decimals(step.get("vars", {}))))

    def _trigger(self, element: str, step: Mapping[str, Any]) -> None:
        found = self._read(
            select(Subscription.key, ProcessInstance.id)
            .join(ProcessInstance, ProcessInstance.key == Subscription.instance)
            .where(Subscription.kind == "trigger", Subscription.element == element)
            .order_by(Subscription.key)
        )
        if not found:
            raise Failure(f"{element!r} does not wait")
        payload = _decimals(step.get("vars", {}))
        self._engine.execute(MoveInstance(instance=found[0].id, trigger=Fire(subscription=found[0].key, payload=payload)))

    def _advance_time(self, duration: str, step: Mapping[str, Any]) -> None:
        """Moves the clock to every due time on the way, in order, and lets what is due happen there."""
        target = due(self._clock.now(), duration, CLIN, published_days()).at
        while True:
            self._settle()
            upcoming = self._read(select(func.min(Job.due_at)).where(Job.state == "pending"))[0][0]
            if upcoming is None or upcoming > target:
                break
            self._clock.set(max(upcoming, self._clock.now()))
        self._clock.set(target)

    def _set_variables(self, variables: Mapping[str, Any], step: Mapping[str, Any]) -> None:
        for row in self._read(select(ProcessInstance.id).where(ProcessInstance.state == "active").order_by(ProcessInstance.key)):
            self._engine.execute(MoveInstance(instance=row.id, trigger=SetVariables(variables=_decimals(variables))))

    def _adhoc_start(self, element: str, step: Mapping[str, Any]) -> None:
        open_scopes = (
            select(Scope.key, ProcessInstance.id)
            .join(ProcessInstance, ProcessInstance.key == Scope.instance)
            .where(ProcessInstance.state == "active", Scope.kind == "subprocess")
            .order_by(Scope.key.desc())
        )
        for row in self._read(open_scopes):
            try:
                self._engine.execute(MoveInstance(instance=row.id, trigger=StartAdHoc(scope=row.key, element=element)))
            except EngineError:
                continue
            return
        raise Failure(f"no open ad-hoc subprocess has {element!r}")

    def _expect_tasks(self, elements: Sequence[str], step: Mapping[str, Any]) -> None:
        found = sorted(seat.element for seat in self._open_seats())
        if found != sorted(elements):
            raise Failure(f"open tasks {found}, expected {sorted(elements)}")

    def _expect_waiting(self, elements: Sequence[str], step: Mapping[str, Any]) -> None:
        waiting = select(Subscription.token, Subscription.element).where(Subscription.mode.in_(("catch", "gateway"))).distinct()
        found = Counter(row.element for row in self._read(waiting))
        expected = Counter(elements)
        if any(found[name] != count for name, count in expected.items()):
            raise Failure(f"waiting at {dict(found)}, expected {dict(expected)}")

    def _expect_ended(self, ended: bool, step: Mapping[str, Any]) -> None:
        active = self._read(select(func.count()).select_from(ProcessInstance).where(ProcessInstance.state == "active"))[0][0]
        if (active == 0) != ended:
            raise Failure(f"{active} instances are active, expected {'none' if ended else 'some'}")

    def _expect_variables(self, variables: Mapping[str, Any], step: Mapping[str, Any]) -> None:
        rows = self._read(
            select(Variable.name, Variable.value)
            .join(ProcessInstance, ProcessInstance.root_scope == Variable.scope)
            .order_by(ProcessInstance.key)
        )
        found = {row.name: row.value for row in rows}
        for name, value in _decimals(variables).items():
            if name not in found or found[name] != value:
                raise Failure(f"variable {name} is {found.get(name)!r}, expected {value!r}")

    def _settle(self) -> None:
        """Carries out every job that is due now, and what they make due in turn."""
        for _ in range(MAX_JOBS):
            claimed = self._engine.execute(ClaimJobs(worker="scenario", limit=1))
            if not claimed:
                return
            self._engine.execute(ExecuteJob(job=claimed[0].id, fence=claimed[0].fence))
        raise Failure("the model does not come to rest")

    def _open_seats(self) -> list[Any]:
        return self._read(
            select(Seat.id, Seat.element).where(Seat.state.in_(("open", "claimed"))).order_by(Seat.opened_at, Seat.key)
        )

    def _incidents(self) -> list[str]:
        rows = self._read(select(Incident.code, Incident.element, Incident.message).order_by(Incident.key))
        return [f"{row.code} at {row.element}: {row.message}" for row in rows]

    def _count_instances(self) -> int:
        return int(self._read(select(func.count()).select_from(ProcessInstance))[0][0])

    def _read(self, statement: Any) -> list[Any]:
        with self._engine.database.reading() as connection:
            return list(connection.execute(statement).all())


STEPS = (
    "start",
    "start_by_message",
    "complete",
    "message",
    "signal",
    "trigger",
    "advance_time",
    "set_variables",
    "adhoc_start",
    "expect_tasks",
    "expect_waiting",
    "expect_ended",
    "expect_variables",
)


def _decimals(variables: Mapping[str, Any]) -> dict[str, Any]:
    """The values with every fraction as an exact decimal."""
    loaded: dict[str, Any] = json.loads(json.dumps(variables), parse_float=Decimal)
    return loaded
