"""A kernel step that is looked at and not kept: what an operator's act would do to a case."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from engine.appliers.reservations import Holder
from engine.config import Config
from engine.errors import NotFound
from engine.kernel import advance
from engine.kernel.effects import (
    IncidentRaised,
    InstanceEnded,
    MessageThrown,
    StepResult,
    TaskClosed,
    TaskOpened,
    VariableWritten,
)
from engine.kernel.rows import InstanceRow
from engine.kernel.triggers import Trigger
from engine.records import Actor
from engine.runtime.definitions import Definitions
from engine.runtime.environment import StepEnvironment
from engine.runtime.names import reserved_names
from engine.store.base import Executes
from engine.store.prepared import bare_connection
from engine.store.state import StoredState, chunks
from engine.store.tables import Institution, ProcessInstance, Subscription, Token
from engine.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Timer:
    """A timer at an element."""

    element: str
    due: datetime


@dataclass(frozen=True, kw_only=True)
class Stop:
    """An incident that the step would raise."""

    element: str
    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class StepPreview:
    """What a step would do. Tokens that only pass through are left out."""

    state: str
    """State of the case after it."""
    tokens_created: tuple[str, ...]
    """Elements; so are the other tuples of texts."""
    tokens_cancelled: tuple[str, ...]
    tasks_opened: tuple[str, ...]
    tasks_closed: tuple[str, ...]
    timers_created: tuple[Timer, ...]
    timers_cancelled: tuple[Timer, ...]
    messages: tuple[str, ...]
    """Names of the messages it would send."""
    variables: tuple[str, ...]
    """Names of the variables it would write."""
    incidents: tuple[Stop, ...]


class Trial:
    """A case as the kernel would see it now. Steps over it are looked at and forgotten."""

    def __init__(
        self, connection: Executes, definitions: Definitions, config: Config, actor: Actor, now: datetime, instance: UUID
    ) -> None:
        """Reads the case. Raises NotFound `no-instance`."""
        table = ProcessInstance
        columns = (*table.__table__.columns, Institution.code.label("institution_code"))
        found = select(*columns).outerjoin(Institution, Institution.key == table.institution).where(table.id == instance)
        row = connection.execute(found).one_or_none()
        if row is None:
            raise NotFound("no-instance", "Expected to find process instance '{id}', but there is none", id=str(instance))
        self.row: Row[Any] = row
        self._now = now
        keys = itertools.count(-1, -1)
        self._work = UnitOfWork(
            connection=bare_connection(connection), now=now, actor=actor, config=config, new_key=lambda: next(keys)
        )
        self._work.trial = True
        reserved = reserved_names(
            now=now,
            parameters=definitions.parameters(row.definition),
            institution=row.institution_code,
            number=row.number,
            starter=row.started_by,
            started_at=row.started_at,
        )
        holder = Holder(instance=row.key, collaboration=row.collaboration)
        self.env = StepEnvironment(self._work, definitions, reserved, row.institution_code, holder)

    @property
    def state(self) -> StoredState:
        """The stored rows, each time anew: a step changes those that it has read."""
        row = self.row
        kernel = InstanceRow(
            key=row.key,
            definition=str(row.definition),
            root_scope=row.root_scope,
            state=row.state,
            sequence=row.sequence,
            correlation=row.correlation,
        )
        return StoredState(self._work, kernel)

    def step(self, trigger: Trigger) -> StepResult:
        """What the kernel makes of `trigger`. Raises what it refuses with."""
        return advance(self.state, trigger, self._now, self.env)


def preview(connection: Executes, row: Row[Any], result: StepResult) -> StepPreview:
    """A step in the words of an operator."""
    delta, effects = result.delta, result.effects
    ended = next((effect.state for effect in effects if isinstance(effect, InstanceEnded)), row.state)
    opened = {effect.token: effect.element for effect in effects if isinstance(effect, TaskOpened)}
    closed = {effect.token: effect.element for effect in effects if isinstance(effect, TaskClosed)}
    return StepPreview(
        state=ended,
        tokens_created=tuple(token.element for token in delta.tokens if token.key in delta.created),
        tokens_cancelled=_elements(connection, Token.element, Token.key, delta.deleted_tokens),
        tasks_opened=tuple(element for token, element in opened.items() if token not in closed),
        tasks_closed=tuple(element for token, element in closed.items() if token not in opened),
        timers_created=tuple(
            Timer(element=timer.element, due=timer.due)
            for timer in delta.subscriptions
            if timer.due is not None and timer.key in delta.created
        ),
        timers_cancelled=_timers(connection, delta.deleted_subscriptions),
        messages=tuple(effect.name for effect in effects if isinstance(effect, MessageThrown)),
        variables=tuple(dict.fromkeys(effect.name for effect in effects if isinstance(effect, VariableWritten))),
        incidents=tuple(
            Stop(element=effect.element, code=effect.code, message=effect.message)
            for effect in effects
            if isinstance(effect, IncidentRaised)
        ),
    )


def _elements(connection: Executes, column: Any, key: Any, keys: set[int]) -> tuple[str, ...]:
    return tuple(
        element
        for chunk in chunks(keys)
        for element in connection.execute(select(column).where(key.in_(chunk)).order_by(key)).scalars()
    )


def _timers(connection: Executes, keys: set[int]) -> tuple[Timer, ...]:
    found = select(Subscription.element, Subscription.due).order_by(Subscription.key)
    return tuple(
        Timer(element=row.element, due=row.due)
        for chunk in chunks(keys)
        for row in connection.execute(found.where(Subscription.key.in_(chunk), Subscription.due.is_not(None)))
    )
