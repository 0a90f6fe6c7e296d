"""One live token. SpiffWorkflow's Task is its state machine: run -> hook -> complete; everything around it is ours.

A token is a row: its state, its place, a few marks. It holds no data of its own, it has no descendants that outlive it,
and its children are only the bodies it waits for (seats, loop rounds, compensation handlers).
"""

# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import Conflict, ExpressionError
from engine.kernel.continuation import EXTERNAL, MARK, pauses
from engine.kernel.effects import (
    ActivityEnded,
    ActivityStarted,
    ContinuationDropped,
    ExternalTaskClosed,
    TaskClosed,
    TaskOpened,
)
from engine.kernel.environment import ModelFailure
from engine.kernel.rows import JSON, TokenRow
from engine.kernel.scope import Scope

if TYPE_CHECKING:
    from engine.kernel.execution import Execution
    from engine.kernel.session import Session

BODY = " [child]"
"""SpiffWorkflow's suffix for the spec of a loop's or multi-instance's body."""
STATES = {"waiting": TaskState.WAITING, "ready": TaskState.READY, "started": TaskState.STARTED, "error": TaskState.ERROR}
STATE_NAMES = {state: name for name, state in STATES.items()}
OVER = TaskState.COMPLETED | TaskState.CANCELLED
FAILURES = (ModelFailure, ExpressionError)


class Keys(dict[int, None]):
    """An ordered set with a list's `append` and `remove`, each in constant time."""

    def append(self, key: int) -> None:
        """Adds a key at the end."""
        self[key] = None

    def remove(self, key: int) -> None:
        """Takes a key out; a key that is not there is no error."""
        self.pop(key, None)


class Token(Task):
    """A live token of the present step."""

    internal_data: dict[str, JSON]
    _state: int

    def __init__(self, workflow: Execution, spec: TaskSpec, *, key: int, sequence: int, parent: int | None, stored: bool) -> None:
        self.session: Session = workflow.session
        self.sequence = sequence
        self.stored = stored
        self.seat: int | None = None
        self.armed = stored
        self.outcome = "completed"
        self.resumed: str | None = None
        """Side of the element on which its job has just let it go on."""
        self.departures: Sequence[TaskSpec] = ()
        self.followers: list[Token] = []
        self.session.tokens[key] = self
        super().__init__(workflow, spec, None, TaskState.FUTURE, key)
        self._parent = parent
        self._children = self.session.offspring.setdefault(key, Keys())
        if parent is not None:
            self.session.offspring.setdefault(parent, Keys()).append(key)
        if not stored:
            workflow.count(self.element, 1)
            self.touch()

    @property
    def key(self) -> int:
        """Key of its row."""
        return int(self.id)

    @property
    def element(self) -> str:
        """Id of the element it stands at."""
        name: str = self.task_spec.name
        return name.removesuffix(BODY)

    @property
    def execution(self) -> Execution:
        """The executing scope it lives in."""
        return self.workflow  # type: ignore[no-any-return]

    @property
    def parent(self) -> Token | None:
        """The token this one is a body of."""
        return None if self._parent is None else self.session.token(self._parent)

    @property
    def children(self) -> list[Token]:
        """The tokens that follow it, which SpiffWorkflow lets arrive when it completes."""
        return self.followers

    @property
    def bodies(self) -> list[Token]:
        """Its bodies, as far as they are loaded; `Session.bodies` gives all."""
        return [token for key in self._children if (token := self.session.tokens.get(key)) is not None]

    @property
    def own_scope(self) -> Scope | None:
        """The scope of its seat, None when it has none."""
        return None if self.seat is None else self.session.scope(self.seat)

    @property
    def data(self) -> Scope:
        """The variables it sees: those of its seat, or of its executing scope."""
        return self.execution.scope if self.seat is None else self.session.scope(self.seat)

    @data.setter
    def data(self, values: Any) -> None:
        # SpiffWorkflow sets an empty dict when it makes a task; there is nothing to keep of it.
        if values:
            self.data.update(values)

    def row(self) -> TokenRow:
        """Its row as it now stands."""
        return TokenRow(
            key=self.key,
            scope=self.execution.key,
            element=self.element,
            state=STATE_NAMES[self._state],
            sequence=self.sequence,
            parent=self._parent,
            data_scope=self.seat,
            internal=self.internal_data,
        )

    def touch(self) -> None:
        """Notes that its row has to be written."""
        self.session.changed_tokens[self.key] = self

    def is_over(self) -> bool:
        """Whether it has left its element."""
        return bool(self._state & OVER)

    def enter(self) -> None:
        """Lets it arrive at its element."""
        self.task_spec._update(self)

    def run(self) -> Any:
        """Runs it, which must be ready. A failure of the model makes it an incident."""
        if self._state != TaskState.READY:
            raise Conflict("not-ready", "Expected to run token '{token}', but it is not ready", token=self.key)
        self.session.writer = self.element
        try:
            return super().run()
        except FAILURES as failure:
            self.session.fail(self, "run", failure)
            return False

    def complete(self) -> None:
        """Leaves the element; where to is decided first, so that a failure leaves the token where it is."""
        if self.is_over() or self._state == TaskState.ERROR or pauses(self, "after"):
            return
        try:
            self.departures = self.task_spec.departing(self)
        except FAILURES as failure:
            self.session.fail(self, "leave", failure)
            return
        super().complete()

    def cancel(self) -> None:
        """Takes it away, its bodies and the scope it opened included."""
        if self.is_over():
            return
        for child in self.session.bodies(self):
            child.cancel()
        if self.is_over():
            return
        if self.outcome == "completed":
            self.outcome = "cancelled"
        self._set_state(TaskState.CANCELLED)
        self.task_spec._on_cancel(self)
        self.session.subscriptions.drop_of(self)
        self.leave()

    def leave(self) -> None:
        """Removes its row and its seat's variables, and lets the scope see whether it was the last."""
        session = self.session
        if session.tokens.pop(self.key, None) is None:
            return
        self.workflow.tasks.pop(self.key, None)
        session.offspring.pop(self.key, None)
        if self._parent is not None and self._parent in session.offspring:
            session.offspring[self._parent].remove(self.key)
        session.changed_tokens.pop(self.key, None)
        session.ledger.gone_tokens.add(self.key)
        if self.seat is not None:
            session.drop_scope(self.seat)
        self.execution.count(self.element, -1)
        self.execution.settle()

    def _inherit_data(self) -> None:
        """Nothing is inherited: data belongs to scopes."""

    def _add_child(self, task_spec: TaskSpec, state: int = TaskState.FUTURE) -> Token:
        follower = self.execution.new_token(task_spec.name)
        self.followers.append(follower)
        return follower

    def _drop_children(self, force: bool = False) -> None:
        """Bodies are cancelled, never dropped."""

    def _set_state(self, value: int) -> None:
        if self._state == value:
            return
        old, self._state = self._state, value
        self.touch()
        session = self.session
        if old == TaskState.READY:
            session.ready.pop(self.key, None)
        if old == TaskState.ERROR:
            self.internal_data.pop("failed", None)
        if value == TaskState.READY:
            self._becomes_ready()
        elif value & OVER:
            self._is_taken_away(old)

    def _becomes_ready(self) -> None:
        session = self.session
        if not self.task_spec.manual:
            session.ready[self.key] = self
        elif not self.internal_data.get("open"):
            self.internal_data["open"] = True
            session.ledger.effect(TaskOpened(token=self.key, scope=self.data.key, element=self.element))

    def _is_taken_away(self, old: int) -> None:
        ledger = self.session.ledger
        completed = self._state == TaskState.COMPLETED
        if self.internal_data.pop("open", None):
            done = completed or self.session.completing == self.key
            ledger.effect(TaskClosed(token=self.key, element=self.element, completed=done))
        if self.internal_data.pop(EXTERNAL, None):
            ledger.effect(ExternalTaskClosed(token=self.key))
        if self.internal_data.pop(MARK, None):
            ledger.effect(ContinuationDropped(token=self.key))
        if not self.element.startswith("#"):
            outcome = "completed" if completed else self.outcome
            ledger.effect(ActivityEnded(token=self.key, scope=self.execution.key, element=self.element, outcome=outcome))

    def announce(self) -> None:
        """Says that it has arrived; pseudo elements are nobody's business."""
        if not self.element.startswith("#"):
            self.session.ledger.effect(ActivityStarted(token=self.key, scope=self.execution.key, element=self.element))
