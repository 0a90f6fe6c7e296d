"""What a query is: a frozen dataclass that names a read model; its type parameter is the record it returns.

A query function takes `(query, reader)` and returns frozen records, never table rows. What the reader may not see does
not exist for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from engine.calendar import WorkingTime
from engine.config import Config
from engine.records import Actor
from engine.runtime import Definitions
from engine.store.base import Executes
from engine.store.calendars import Calendars
from engine.store.prepared import Question, ask

R = TypeVar("R")


class Query(Generic[R]):
    """Something to be read."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who reads, when, and through which connection or session."""

    connection: Executes
    now: datetime
    actor: Actor
    config: Config
    definitions: Definitions
    calendars: Calendars = field(default_factory=Calendars)

    @property
    def working_time(self) -> WorkingTime:
        """The community's calendars at this moment."""
        return self.calendars.read(self.connection)

    def ask(self, *questions: Question) -> list[list[Any]]:
        """The rows of each of these prepared questions, asked together."""
        return ask(self.connection, *questions)
