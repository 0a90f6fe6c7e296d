"""What can make an instance move: the input of one kernel step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine.kernel.rows import JSON


@dataclass(frozen=True, kw_only=True)
class Start:
    """Begin a new instance at its none start event, or at `start_element` when a message, signal or timer starts it."""

    instance: int
    """Key of the new instance."""
    definition: str
    """Reference of the compiled definition that holds the process, see `Environment.definition`."""
    process: str
    """Process id in the definition."""
    variables: Mapping[str, JSON] = field(default_factory=dict)
    start_element: str | None = None
    start_event: tuple[str, str | None] | None = None
    """Kind and name of the event that has happened, which a start event of several events has to know."""


@dataclass(frozen=True, kw_only=True)
class CompleteToken:
    """A user task is done. `variables` are written in the token's scope."""

    token: int
    variables: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Fire:
    """A subscription's event happened: a timer fell due, a message or signal came, a receive task was continued."""

    subscription: int
    payload: Mapping[str, JSON] = field(default_factory=dict)
    correlation: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SetVariables:
    """Write variables from outside into the instance's scope, or into `scope`."""

    variables: Mapping[str, JSON]
    scope: int | None = None
    held: bool = False
    """Whether conditional events are not asked: they are at the `Resume` of a suspended instance."""


@dataclass(frozen=True, kw_only=True)
class StartAdHoc:
    """Start one activity of an ad-hoc subprocess that is open."""

    scope: int
    element: str


@dataclass(frozen=True, kw_only=True)
class Retry:
    """Run a token again that stands in an incident."""

    token: int


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """End the whole instance from outside."""


@dataclass(frozen=True, kw_only=True)
class Resume:
    """Go on after the instance was suspended: terms of timers go on where they stopped, conditional events are asked."""

    since: datetime
    """When it was suspended."""


Trigger = Start | CompleteToken | Fire | SetVariables | StartAdHoc | Retry | Resume | Cancel
