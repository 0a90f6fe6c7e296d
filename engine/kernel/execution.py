"""Executing scopes: a process instance, an embedded or event subprocess, a called process.

Each is a SpiffWorkflow workflow that holds the tokens loaded in this step and nothing else. Two stored counters replace
every walk: `live` ends the scope when it reaches zero, `at` tells the inclusive join where tokens stand.
"""

# mypy: allow-subclassing-any

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow, BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

from engine.kernel.complex_join import RESETS, reset_all
from engine.kernel.process_spec import ProcessSpec
from engine.kernel.rows import JSON
from engine.kernel.scope import Scope
from engine.kernel.script_engine import ClosedScriptEngine
from engine.kernel.token import FAILURES, Token

if TYPE_CHECKING:
    from engine.kernel.session import Session


class Execution(BpmnBaseWorkflow):
    """What both kinds of executing scope share."""

    spec: ProcessSpec
    session: Session
    scope: Scope

    @property
    def key(self) -> int:
        """Key of its scope's row."""
        return self.scope.key

    @property
    def kind(self) -> str:
        """Kind of its scope."""
        return self.scope.row.kind

    @property
    def live(self) -> int:
        """Number of live tokens, loaded or not."""
        return self.scope.row.live

    @property
    def host(self) -> Token | None:
        """The token that opened it, None for the instance."""
        return None if self.scope.row.host is None else self.session.token(self.scope.row.host)

    def flag(self, name: str, value: JSON = True) -> None:
        """Remembers something about the scope."""
        self.scope.row.flags[name] = value
        self.session.touch_scope(self.scope)

    def flagged(self, name: str) -> bool:
        """Whether something was remembered."""
        return bool(self.scope.row.flags.get(name))

    def count(self, element: str, by: int) -> None:
        """Counts tokens that come and go."""
        row = self.scope.row
        row.live += by
        row.at[element] = row.at.get(element, 0) + by
        if not row.at[element]:
            del row.at[element]
        self.session.touch_scope(self.scope)
        self.look_at_joins()

    def look_at_joins(self) -> None:
        """Has the joins tested that wait for more than their own tokens, once nothing else can move."""
        if self.spec.inclusive_joins or self.spec.complex_gateways:
            self.session.joins_to_test[self.key] = self

    def new_token(self, spec_name: str, *, parent: int | None = None, **internal: JSON) -> Token:
        """Puts a token at an element; it has still to `enter`."""
        session = self.session
        spec = self.spec.task_specs[spec_name]
        token = Token(self, spec, key=session.new_key(), sequence=session.next_sequence(), parent=parent, stored=False)
        session.ledger.created.add(token.key)
        token.internal_data.update(internal)
        token.announce()
        return token

    def begin(self, start: str | None = None, event: tuple[str, str | None] | None = None) -> None:
        """Arms the event subprocesses and puts the first tokens.

        `start` names the start event that has happened, `event` which of its events that was.
        """
        self.listen()
        if self.spec.ad_hoc is not None:
            self.settle()
            return
        if start is None:
            tokens = [self.new_token(name) for name in self.spec.starts]
        else:
            marks: dict[str, JSON] = {"fired": True} if event is None else {"fired": True, "event": list(event)}
            tokens = [self.new_token(start, **marks), *map(self.new_token, self.spec.together.get(start, ()))]
        for token in tokens:
            token.enter()
        self.settle()

    def listen(self) -> None:
        """Arms the event subprocesses."""
        for subprocess, listening in self.spec.event_subprocesses:
            self.session.subscriptions.arm_event_subprocess(self, subprocess, listening)

    def settle(self) -> None:
        """Lets the step loop see whether the scope has ended."""
        if self.live == 0 and not self.completed:
            self.session.to_check[self.key] = self

    def check(self) -> None:
        """Ends the scope when nothing is left in it. A failure becomes an incident of the token that opened it."""
        if self.live or self.completed:
            return
        if self.spec.complex_gateways and reset_all(self):
            return
        self.session.writer = None if self.host is None else self.host.element
        try:
            if self._may_end():
                self.finish()
        except FAILURES as failure:
            if self.host is None:
                raise
            self.session.fail(self.host, "scope", failure)

    def _may_end(self) -> bool:
        ad_hoc = self.spec.ad_hoc
        if ad_hoc is None or self.flagged("cancelling"):
            return True
        if not self.flagged("begun") or ad_hoc.condition is None:
            return self.flagged("begun")
        return self.session.condition(ad_hoc.condition, self.scope)

    def finish(self) -> None:
        """Ends the scope and tells the token that opened it."""
        session = self.session
        host = self.host
        if self.flagged("cancelling"):
            self.completed = True
            session.compensation.transaction_cancelled(self)
            return
        if host is not None:
            host.task_spec.scope_ending(host, self)
        self.completed = True
        session.subscriptions.drop_in(self)
        if host is None:
            session.end_instance()
            return
        session.compensation.record_scope(host, self)
        session.close(self)
        host.task_spec.scope_ended(host)

    def clear(self, keep: Token | None = None) -> None:
        """Cancels every token but `keep`, and stops listening."""
        self.session.subscriptions.drop_in(self)
        if self.scope.row.flags.pop(RESETS, None):
            self.session.touch_scope(self.scope)
        for token in self.session.tokens_in(self):
            if token is not keep:
                token.cancel()

    def kill(self) -> None:
        """Takes the whole scope away without telling anybody."""
        self.clear()
        self.completed = True
        self.session.close(self)

    def _task_completed_notify(self, task: Token) -> None:
        """SpiffWorkflow calls this last when a token has completed: the tree stays flat."""
        parent = task.parent
        if parent is None:
            task.leave()
            return
        # The parent still reads the seat's variables.
        seat, task.seat = task.own_scope, None
        task.leave()
        self.session.body_done(parent, task, seat)


class RootExecution(Execution, BpmnWorkflow):
    """The instance itself."""

    def __init__(self, session: Session, spec: ProcessSpec, scope: Scope) -> None:
        self.session = session
        self.scope = scope
        BpmnWorkflow.__init__(self, spec, {}, ClosedScriptEngine(session), deserializing=True)


class SubExecution(Execution, BpmnSubWorkflow):
    """A scope inside the instance."""

    def __init__(self, session: Session, spec: ProcessSpec, scope: Scope) -> None:
        self.session = session
        self.scope = scope
        BpmnSubWorkflow.__init__(self, spec, scope.row.host, session.root, deserializing=True)

    def _calculate_depth(self) -> int:
        return int(self.scope.row.flags.get("calls", 0))
