"""What one kernel step has decided beyond its rows: past tense, in the order it happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol, TypeVar, cast

from engine.kernel.rows import JSON, Delta

E = TypeVar("E")


@dataclass(frozen=True, kw_only=True)
class ActivityStarted:
    """A token entered an element."""

    token: int
    scope: int
    element: str


@dataclass(frozen=True, kw_only=True)
class ActivityEnded:
    """A token left an element. `outcome` is `completed`, `cancelled` or `error`."""

    token: int
    scope: int
    element: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class TaskOpened:
    """A user task waits for its people. The model element tells how they are found."""

    token: int
    scope: int
    """Scope to read the task's expressions in: the token's data scope, or its scope."""
    element: str


@dataclass(frozen=True, kw_only=True)
class TaskClosed:
    """A user task ended. `completed` is False when the process took it away."""

    token: int
    element: str
    completed: bool


@dataclass(frozen=True, kw_only=True)
class ContinuationScheduled:
    """A token waits for a job of its own before it goes on."""

    token: int
    element: str


@dataclass(frozen=True, kw_only=True)
class ContinuationDropped:
    """A token that waited for its job was taken away."""

    token: int


@dataclass(frozen=True, kw_only=True)
class ExternalTaskOpened:
    """Work waits for another system."""

    token: int
    element: str
    topic: str
    priority: int
    inputs: Mapping[str, JSON]
    """All that the other system gets to know of the case."""
    occurrence: int
    """Tells the visits of one element apart; part of the work's idempotency key."""
    again: bool
    """Whether stopped work is offered anew."""


@dataclass(frozen=True, kw_only=True)
class ExternalTaskStopped:
    """Work is offered to nobody until its incident is retried."""

    token: int


@dataclass(frozen=True, kw_only=True)
class ExternalTaskClosed:
    """Work is done, or the process took it away."""

    token: int


@dataclass(frozen=True, kw_only=True)
class VariableWritten:
    """A variable got a value; `element` is the element that wrote it, None from outside."""

    scope: int
    name: str
    value: JSON
    element: str | None


@dataclass(frozen=True, kw_only=True)
class DecisionMade:
    """A decision was made, or one that it builds on."""

    token: int
    element: str
    decision: str
    """Its key."""
    name: str
    inputs: tuple[tuple[str, JSON], ...]
    """Label and value of each input."""
    rules: tuple[int, ...]
    """Numbers of the rules that counted."""
    results: tuple[Mapping[str, JSON], ...]
    """Outputs by name, for each rule that counted."""
    labels: Mapping[str, str]
    """What people call the outputs."""


@dataclass(frozen=True, kw_only=True)
class MessageThrown:
    """A message leaves the instance."""

    token: int
    element: str
    name: str
    to: str | None
    """Code of the receiving institution; None when the element names none, then any waiting instance may take it."""
    endpoint: str | None
    """Name of a pool without a process (patient, EMS); then nobody in the store receives it."""
    correlation: Mapping[str, JSON] = field(default_factory=dict)
    payload: Mapping[str, JSON] = field(default_factory=dict)
    business_key: str | None = None
    expires: str | None = None
    """ISO 8601 duration after which an unreceived message goes to the dead-message desk."""


@dataclass(frozen=True, kw_only=True)
class SignalThrown:
    """A signal goes to every subscription and start event of its name, but this instance's own: they have fired already."""

    token: int
    name: str
    payload: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class IncidentRaised:
    """The instance cannot go on at this token until a person resolves it; the token is in state `error`."""

    token: int
    element: str
    code: str
    """`uncaught-error`, `expression`, `function`, `decision`, `no-flow`, `timer`, `loop`, `no-called-process`,
    `reserved-name`, `not-json`, `external-task` (another system gave up), `external-task-lost` (its locks ran out),
    `external-topic` or `external-priority`; the runtime adds `budget` for a step that was rolled back."""
    message: str


@dataclass(frozen=True, kw_only=True)
class InstanceEnded:
    """Nothing is left to do. `state` is `completed`, `terminated` or `cancelled`."""

    state: str


class Names(Protocol):
    """Variables and reserved names, for expressions. A missing name raises KeyError."""

    def __getitem__(self, name: str) -> JSON: ...
    def prefetch(self, names: Iterable[str]) -> None:
        """Reads these names, as far as they exist, with one question a scope."""
        ...


Effect = (
    ActivityStarted
    | ActivityEnded
    | TaskOpened
    | TaskClosed
    | ContinuationScheduled
    | ContinuationDropped
    | ExternalTaskOpened
    | ExternalTaskStopped
    | ExternalTaskClosed
    | VariableWritten
    | DecisionMade
    | MessageThrown
    | SignalThrown
    | IncidentRaised
    | InstanceEnded
)


@dataclass(frozen=True, kw_only=True)
class StepResult:
    """Outcome of one kernel step: the changed rows and what happened, in order."""

    delta: Delta
    effects: tuple[Effect, ...]
    steps: int
    """Tokens that ran."""
    scope: Callable[[int], Names]
    """The names that an expression may read in a scope, by key, as the step has left them."""

    def of(self, kind: type[E]) -> Sequence[E]:
        """The effects of one kind, in order."""
        return cast(Sequence[E], self._by_kind.get(kind, ()))

    @cached_property
    def _by_kind(self) -> Mapping[type, Sequence[Effect]]:
        found: dict[type, list[Effect]] = {}
        for effect in self.effects:
            found.setdefault(type(effect), []).append(effect)
        return found
