"""What the kernel asks of its surroundings: keys, definitions, functions, calendars and budgets. Never the time, never IO."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from engine.errors import Conflict
from engine.kernel.rows import JSON

if TYPE_CHECKING:
    from engine.kernel.compile import CompiledDefinition

Function = Callable[[Mapping[str, JSON]], Mapping[str, JSON]]
"""A registered function: inputs to results, pure."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What one step may spend."""

    steps: int = 10_000
    """Tokens that run."""
    depth: int = 20
    """Call activities inside each other."""
    instances: int = 10_000
    """Seats of one multi-instance activity."""
    seconds: float = 5.0
    """How long the step may take."""


class Environment(Protocol):
    """Given by the runtime; one for each step."""

    @property
    def budget(self) -> Budget:
        """Limits of this step."""
        ...

    def elapsed(self) -> float:
        """Seconds since the step began."""
        ...

    def new_key(self) -> int:
        """A 63-bit key that was never used."""
        ...

    def definition(self, ref: str) -> CompiledDefinition:
        """The compiled definition of a reference. Raises NotFound."""
        ...

    def called(self, process_id: str, from_definition: str, binding: str, value: str | None) -> str:
        """Reference of the definition that holds the process a call activity names, see `Binding`. Raises NotFound."""
        ...

    def function(self, name: str) -> Function:
        """A registered function. Raises NotFound."""
        ...

    def due(self, term: str, calendar: str | None, start: datetime) -> datetime:
        """`start` plus an ISO 8601 duration, counted on a calendar."""
        ...

    def put_off(self, at: datetime, calendar: str | None, since: datetime, until: datetime) -> datetime:
        """`at`, later by the time between `since` and `until`, counted on a calendar."""
        ...

    def names(self, instance: int) -> Mapping[str, JSON]:
        """The reserved names of an instance: parameters, own, instance, now."""
        ...


class BudgetExceeded(Conflict):
    """A step wanted more than its budget. Nothing of it may be kept; the runtime raises an incident."""


class ModelFailure(Exception):
    """The model asked for something that cannot be done: the token becomes an incident, the step goes on."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
