"""The engine's front door: `execute` a command, ask a `query`. This is the one place that commits.

A command runs in one transaction. With an idempotency key, the same request again is answered with the first result
and does nothing; another request under the same key is refused.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any, TypeVar, cast

from sqlalchemy import bindparam, select

from engine.approvals import VOTES_FIELD
from engine.clock import Clock, SystemClock
from engine.commands import ANSWERS, HANDLERS
from engine.commands.incident import RaiseIncident
from engine.commands.job import ExecuteJob
from engine.commands.registry import Command
from engine.config import Config
from engine.errors import Invalid
from engine.queries import QUERIES
from engine.queries.registry import Query, Reader
from engine.records import SYSTEM, Actor
from engine.runtime import Definitions, Runtime, StepTooLarge
from engine.store.attempts import persist
from engine.store.base import Executes, dump_json
from engine.store.calendars import Calendars
from engine.store.database import Database
from engine.store.faults import AFTER_ANSWER, AFTER_KEY, BEFORE_ANSWER, BEFORE_REPLY, fault
from engine.store.hints import Hints
from engine.store.keys import KeySequence
from engine.store.locks import hold
from engine.store.prepared import Prepared
from engine.store.tables import IdempotencyKey
from engine.store.unit_of_work import UnitOfWork
from engine.store.writes import insert_of

R = TypeVar("R")
KNOWN_ANSWER = Prepared(
    select(IdempotencyKey.request_hash, IdempotencyKey.result).where(
        IdempotencyKey.actor == bindparam("actor"), IdempotencyKey.key == bindparam("key")
    )
)
NEW_ANSWER = insert_of(IdempotencyKey)
STATEMENT_LIMIT = timedelta(seconds=30)
MOST_FRESH = 20_000
"""Objects after which Python looks for cycles among the newest: a large step makes a million that all live to its end, and
looking after every 700 takes a fifth of its time."""
Listener = Callable[[frozenset[int], bool], None]
"""Called after a commit with the persons whose lists changed, and whether a job is due at once."""


class Engine:
    """One node's engine. Safe to share between threads; it holds no state but caches of what never changes."""

    def __init__(
        self,
        config: Config,
        *,
        clock: Clock | None = None,
        lease_clock: Clock | None = None,
        database: Database | None = None,
        definitions: Definitions | None = None,
    ) -> None:
        """`clock` tells the time of the business; leases go by the database's own unless a test gives `lease_clock`.

        `definitions` that were compiled before are those of a store with the same deployments under the same keys.

        Sets for the whole process how often Python looks for objects that refer to each other in circles.
        """
        fresh, *older = gc.get_threshold()
        # 0 stands for never, which somebody has chosen.
        gc.set_threshold(fresh and max(fresh, MOST_FRESH), *older)
        self.config = config
        self.clock = clock or SystemClock()
        # A statement must have ended before the lease of the worker that sent it can.
        limit = min(STATEMENT_LIMIT, config.job_lease / 2)
        self.database = database or Database(config.database_url, statement_limit=limit)
        self._lease_clock = lease_clock
        self._keys = KeySequence(self.database)
        self._runtime = Runtime(definitions or Definitions(self.database))
        self._calendars = Calendars()
        self._listeners: list[Listener] = []
        self._hints = Hints(self.database, self._tell)

    def listen(self, listener: Listener) -> None:
        """Has `listener` called after every commit. A hint only: nothing may depend on it."""
        self._listeners.append(listener)

    def execute(self, command: Command[R], actor: Actor = SYSTEM, *, idempotency_key: str | None = None) -> R:
        """Carries out `command` for `actor` in one transaction and returns its answer.

        Raises what the handler refuses with; nothing is changed then. `idempotency_key` (at most 100 characters) makes
        a repetition harmless for commands with an answer in `ANSWERS`. Raises Unavailable when the database could not do
        it and nothing was changed, and OutcomeUnknown when the connection was lost during the commit of a command that
        cannot be repeated.
        """
        try:
            answer, work = self._persist(command, actor, idempotency_key)
        except StepTooLarge as error:
            # A job has its own incident, raised when it is given up.
            if error.instance is not None and not isinstance(command, ExecuteJob):
                self._persist(RaiseIncident(instance=error.instance, code=error.code, message=str(error)), SYSTEM, None)
            raise
        self._tell(frozenset(work.woken), work.jobs_due)
        self._hints.tell(frozenset(work.woken), work.jobs_due)
        fault(BEFORE_REPLY)
        return answer

    def query(self, query: Query[R], actor: Actor = SYSTEM, *, session: Executes | None = None) -> R:
        """The record `query` asks for, as far as `actor` may see it; read through `session` when one is given."""
        if session is not None:
            return self._read(query, actor, session)
        with self.database.reading() as connection:
            return self._read(query, actor, cast(Executes, connection))

    def join(self) -> None:
        """Tells other nodes on the same PostgreSQL of commits here, and listeners here of theirs. Elsewhere it does nothing."""
        self._hints.start()

    def close(self) -> None:
        """Closes the database connections."""
        self._hints.stop()
        self.database.close()

    def _tell(self, persons: frozenset[int], jobs_due: bool) -> None:
        for listener in self._listeners:
            listener(persons, jobs_due)

    def _read(self, query: Query[R], actor: Actor, connection: Executes) -> R:
        reader = Reader(
            connection=connection,
            now=self.clock.now(),
            actor=actor,
            config=self.config,
            definitions=self._runtime.definitions,
            calendars=self._calendars,
        )
        return cast(R, QUERIES[type(query)](query, reader))

    def _persist(self, command: Command[R], actor: Actor, idempotency_key: str | None) -> tuple[R, UnitOfWork]:
        persist(self._keys.reserve, repeatable=True)
        repeatable = command.repeatable or idempotency_key is not None
        return persist(lambda: self._run(command, actor, idempotency_key), repeatable=repeatable)

    def _run(self, command: Command[R], actor: Actor, idempotency_key: str | None) -> tuple[R, UnitOfWork]:
        with self.database.writing() as connection:
            work = UnitOfWork(
                connection=connection,
                now=self.clock.now(),
                actor=actor,
                config=self.config,
                new_key=self._keys,
                lease_clock=self._lease_clock,
                calendars=self._calendars,
            )
            if idempotency_key is None:
                answer = cast(R, HANDLERS[type(command)](command, work, self._runtime))
            else:
                answer = self._run_once(command, work, idempotency_key)
            work.finish()
        return answer, work

    def _run_once(self, command: Command[R], work: UnitOfWork, key: str) -> R:
        person = work.actor.person or 0
        digest = hashlib.sha256((type(command).__name__ + dump_json(_plain(command))).encode()).hexdigest()
        # The second of two clicks at once has to find the first one's answer, not its effect.
        hold(work.connection, f"idempotency {person} {key}")
        known = KNOWN_ANSWER.first(work.connection, actor=person, key=key)
        if known is not None:
            if known.request_hash != digest:
                raise Invalid(
                    "idempotency-key", "Expected the same request under key '{key}', but it was used for another one", key=key
                )
            return cast(R, ANSWERS[known.result["type"]](known.result["answer"]))
        work.reach(AFTER_KEY)
        answer = HANDLERS[type(command)](command, work, self._runtime)
        work.reach(BEFORE_ANSWER)
        row = {
            "actor": person,
            "key": key,
            "request_hash": digest,
            "at": work.now,
            "result": {"type": type(answer).__name__, "answer": _plain(answer)},
        }
        work.write(NEW_ANSWER, row)
        work.reach(AFTER_ANSWER)
        return cast(R, answer)


def _plain(record: Any) -> Mapping[str, Any]:
    """A dataclass as JSON-ready values; UUIDs and instants become text. Votes on motions are left out: a hash would tell them."""

    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {str(name): plain(item) for name, item in value.items() if name != VOTES_FIELD}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [plain(item) for item in value]
        return value if value is None or isinstance(value, (bool, int, str)) else str(value)

    return cast(Mapping[str, Any], plain(asdict(record)))
