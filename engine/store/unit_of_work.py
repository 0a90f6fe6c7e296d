"""One transaction of the engine, and what belongs to it: the time, the actor, fresh keys, and hints for after the commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from engine.calendar import WorkingTime
from engine.clock import Clock
from engine.config import Config
from engine.records import Actor
from engine.store.calendars import Calendars
from engine.store.database_time import database_time, told_time
from engine.store.prepared import Prepared, Question, Values
from engine.store.writes import Writes


class UnitOfWork:
    """What a handler works with. Only `Engine.execute` ends it."""

    def __init__(
        self,
        *,
        connection: Connection,
        now: datetime,
        actor: Actor,
        config: Config,
        new_key: Callable[[], int],
        lease_clock: Clock | None = None,
        calendars: Calendars | None = None,
    ) -> None:
        self._connection = connection
        self._calendars = calendars or Calendars()
        self._working_time: WorkingTime | None = None
        self._writes = Writes(connection)
        self.now = now
        self.actor = actor
        self.config = config
        self.new_key = new_key
        self._lease_clock = lease_clock
        self.woken: set[int] = set()
        """Persons whose lists change, told after the commit."""
        self.jobs_due = False
        """True when a job was made that is due at once."""
        self.organisation_changed = False
        """True when a new version of the organisation has begun."""
        self.trial = False
        """True when what is done is only looked at: then nothing may be written."""

    @property
    def connection(self) -> Connection:
        """The transaction's connection, with everything sent that was to be written."""
        self._writes.flush()
        return self._connection

    def ask(self, *questions: Question) -> list[list[Any]]:
        """The rows of each of these prepared questions, asked together, after everything that was to be written."""
        return self._writes.flush(*questions)

    def write(self, statement: Prepared, *rows: Values, refusal: Callable[[], Exception] | None = None) -> None:
        """Writes by a prepared statement, once a row: before anything else is read, and before the commit.

        `refusal` makes the error for a row that did not change exactly one row of the table.
        """
        self._writes.add(statement, rows, refusal)

    def write_all(self, statement: Prepared, rows: Sequence[Values]) -> None:
        """Writes many rows by a prepared statement."""
        self._writes.add(statement, rows)

    def reach(self, point: str) -> None:
        """The transaction has come to a point of `engine.store.faults`."""
        self._writes.point(point)

    def flush(self) -> None:
        """Sends what is waiting to be written."""
        self._writes.flush()

    def finish(self) -> None:
        """Sends what is waiting to be written and, where that saves a round trip, ends the transaction with it.

        Raises CommitInterrupted when the connection was lost meanwhile.
        """
        self._writes.finish()

    @property
    def working_time(self) -> WorkingTime:
        """The community's calendars, as they are when they are first asked for in this transaction."""
        if self._working_time is None:
            self._working_time = self._calendars.read(self.connection)
        return self._working_time

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part of the transaction that is undone as a whole, its hints too, when it raises; what was before it stays.

        What it leaves waiting to be written may still be refused when it is sent, and then undoes the whole transaction.
        Attempts do not write the same rows, and do not lie inside each other.
        """
        woken, jobs_due, organisation = set(self.woken), self.jobs_due, self.organisation_changed
        self._writes.begin_attempt()
        try:
            yield
            self._writes.end_attempt()
        except BaseException:
            self._writes.undo_attempt()
            self.woken.intersection_update(woken)
            self.jobs_due = jobs_due
            self.organisation_changed = organisation
            raise

    def in_name_of(self, actor: Actor) -> UnitOfWork:
        """The same transaction with another actor."""
        other = copy(self)
        other.actor = actor
        return other

    def database_time(self, span: timedelta = timedelta(0)) -> Any:
        """The database's own time, `span` from now, as an expression for a statement. Leases are measured by nothing else."""
        told = self.told_time
        return database_time(self._connection.dialect.name, span) if told is None else told_time(told, span)

    @property
    def told_time(self) -> datetime | None:
        """What stands for the database's own time, in a test or a dry run that tells it."""
        return None if self._lease_clock is None else self._lease_clock.now()

    def wake(self, *persons: int | None) -> None:
        """Tells these persons' browsers, after the commit, that something changed for them."""
        self.woken.update(person for person in persons if person is not None)
