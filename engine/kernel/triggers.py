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
    to: str | None = None
    """Element of the same scope that the token goes to at once, instead of its ways out."""


@dataclass(frozen=True, kw_only=True)
class Continue:
    """The job of a token has come that waits before or after its element."""

    token: int


@dataclass(frozen=True, kw_only=True)
class CompleteExternalTask:
    """Another system has done its work."""

    token: int
    result: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FailExternalTask:
    """Another system has given its work up, or was given up: the token stops in an incident of that code."""

    token: int
    message: str
    code: str = "external-task"


@dataclass(frozen=True, kw_only=True)
class ThrowExternalError:
    """Another system reports a BPMN error that the process may catch."""

    token: int
    code: str
    result: Mapping[str, JSON] = field(default_factory=dict)


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
    """End the whole instance from outside, if wanted after what was done has been undone."""

    compensate: bool = False


@dataclass(frozen=True, kw_only=True)
class StartBefore:
    """Put a token at an element. `variables` are written first, as seen from there."""

    element: str
    ancestor: int | None = None
    """Token of the open subprocess or call activity that the element is in; needed where several are open."""
    variables: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class StartAfter:
    """Put a token on the one flow out of an element, as if that had just been done."""

    element: str
    ancestor: int | None = None
    variables: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class StartFlow:
    """Put a token on a sequence flow. Its condition is not asked."""

    flow: str
    ancestor: int | None = None
    variables: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CancelToken:
    """Take one token away, with everything inside it."""

    token: int


@dataclass(frozen=True, kw_only=True)
class CancelElement:
    """Take every token away that stands at an element of the instance's own process."""

    element: str


@dataclass(frozen=True, kw_only=True)
class Move:
    """Take a token, or all of an element, away, and put one for each at the target, in the same subprocess or seat."""

    origin: CancelToken | CancelElement
    target: StartBefore | StartAfter | StartFlow


Instruction = StartBefore | StartAfter | StartFlow | CancelToken | CancelElement | Move


@dataclass(frozen=True, kw_only=True)
class Modify:
    """Put and take tokens away as an operator says, in this order."""

    instructions: tuple[Instruction, ...]


@dataclass(frozen=True, kw_only=True)
class Resume:
    """Go on after the instance was suspended: terms of timers go on where they stopped, conditional events are asked."""

    since: datetime
    """When it was suspended."""


@dataclass(frozen=True, kw_only=True)
class Migrate:
    """Move the instance to another version of its process."""

    definition: str
    """Reference of the definition that holds the version."""
    mapping: Mapping[str, str] = field(default_factory=dict)
    """Element ids of the two versions where they differ."""
    recompute_timers: bool = False
    """Whether timers are counted anew; else they keep the time they fall due."""


Trigger = (
    Start
    | CompleteToken
    | Continue
    | CompleteExternalTask
    | FailExternalTask
    | ThrowExternalError
    | Fire
    | SetVariables
    | StartAdHoc
    | Retry
    | Resume
    | Modify
    | Migrate
    | Cancel
)
