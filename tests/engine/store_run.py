"""Runs random models on a real store: nothing of the engine survives a step but the rows.

Either the engine is built anew in this process after each step, or each step is a process of its own that has never seen
the instance.
"""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from engine.clock import VirtualClock
from engine.commands.deployment import Deploy
from engine.commands.instance import RunInstance
from engine.commands.message import SendMessage
from engine.commands.registry import Command
from engine.commands.task import CompleteTask
from engine.config import Config
from engine.engine import Engine
from engine.store.tables import Compensation, ProcessInstance, Round, Scope, Seat, Subscription, Token
from engine.testing import BEGINNING, County
from tests.kernel.play import Model, seats
from tests.kernel.reference import Key
from tests.kernel.world import document

Execute = Callable[[Command[Any]], Any]


class StoreRun:
    """One model after the other on one store."""

    def __init__(self, county: County, execute: Execute | None = None) -> None:
        """`execute` carries a command out elsewhere; without it this process does, and forgets everything afterwards."""
        self._county = county
        self._execute = execute or self._here
        self._instance = 0

    def deploy(self, model: Model) -> None:
        self._execute(Deploy(name="random", resources={"m.bpmn": document(model.body, model.messages)}))

    def start(self, model: Model) -> None:
        done = self._execute(RunInstance(process_key="p", variables=model.variables, institution="CH01"))
        self._instance = self._county.scalar(select(ProcessInstance.key).where(ProcessInstance.id == done.instance))

    def complete(self, key: Key) -> None:
        tokens = {token.key: found for token, found in self._open()}
        seat = select(Round.token, Seat.id).join(Round, Round.key == Seat.round)
        open_seats = seat.where(Seat.instance == self._instance, Seat.state.in_(("open", "claimed"))).order_by(Seat.key)
        matching: list[tuple[int, UUID]] = [
            (row.token, row.id) for row in self._county.rows(open_seats) if tokens.get(row.token) == key
        ]
        order = list(tokens)
        self._execute(CompleteTask(task=min(matching, key=lambda pair: order.index(pair[0]))[1], data={}))

    def message(self, name: str) -> None:
        assert self._execute(SendMessage(name=name)).state == "delivered"

    def keys(self) -> list[Key]:
        return [key for _, key in self._open()]

    def ended(self) -> bool:
        return bool(self._county.scalar(select(ProcessInstance.state).where(ProcessInstance.key == self._instance)) != "active")

    def waiting(self) -> Counter[str]:
        names = select(Subscription.name).where(Subscription.instance == self._instance, Subscription.kind == "message")
        return Counter(row.name for row in self._county.rows(names))

    def left(self) -> dict[str, int]:
        tables = {"scopes": Scope, "tokens": Token, "subscriptions": Subscription, "compensations": Compensation}
        counted: dict[str, Any] = tables
        return {
            name: self._county.scalar(select(func.count(table.key)).where(table.instance == self._instance))
            for name, table in counted.items()
        }

    def _open(self) -> list[tuple[Any, Key]]:
        """The open user tasks, oldest first."""
        wanted = (Scope.key, Scope.kind, Scope.parent, Scope.flags)
        scopes = {row.key: row for row in self._county.rows(select(*wanted).where(Scope.instance == self._instance))}
        ready = select(Token.key, Token.element, Token.scope, Token.data_scope).where(
            Token.instance == self._instance, Token.state == "ready"
        )
        return [(row, (row.element, seats(row, scopes))) for row in self._county.rows(ready.order_by(Token.sequence))]

    def _here(self, command: Command[Any]) -> Any:
        result = self._county.execute(command)
        self._county.restart()
        return result


class NewProcesses:
    """Carries out each command in a process of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        self._pool = ProcessPoolExecutor(max_workers=1, mp_context=context, max_tasks_per_child=1)

    def __call__(self, command: Command[Any]) -> Any:
        return self._pool.submit(carry_out, self._url, command).result(timeout=60)

    def close(self) -> None:
        """Ends the pool."""
        self._pool.shutdown()


def carry_out(url: str, command: Command[Any]) -> Any:
    """Opens the store, carries the command out and closes it: the whole life of one process."""
    engine = Engine(Config(database_url=url), clock=VirtualClock(BEGINNING))
    try:
        return engine.execute(command)
    finally:
        engine.close()
