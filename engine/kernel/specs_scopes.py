"""Specs of activities that open a scope: subprocesses, transactions, ad-hoc and event subprocesses, call activities."""

# mypy: allow-subclassing-any

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.util.task import TaskState

from engine.errors import EngineError, NotFound
from engine.kernel.environment import BudgetExceeded, ModelFailure
from engine.kernel.execution import Execution
from engine.kernel.model import CallModel, Element
from engine.kernel.process_spec import ProcessSpec
from engine.kernel.specs import KernelSpec
from engine.kernel.token import FAILURES, Token


class ScopedSpec(KernelSpec):
    """Opens a scope when a token comes, and is done when the scope has ended."""

    opens_scope = True
    kind = "subprocess"

    def __init__(self, process: ProcessSpec, name: str, element: Element, *, inner: str, **kwargs: Any) -> None:
        super().__init__(process, name, element, subworkflow_spec=inner, **kwargs)
        self.inner = inner
        """Key of the inner spec."""
        self.inner_spec: ProcessSpec | None = None
        """The inner graph; None for a called process, which is another definition's."""

    def arrive(self, token: Token) -> bool:
        execution = self.open(token)
        token._set_state(TaskState.STARTED)
        try:
            execution.begin(self.start_of(token))
        except FAILURES:
            execution.kill()
            raise
        return False

    def open(self, token: Token) -> Execution:
        """Opens the scope, empty."""
        return token.session.open_execution(token, self.kind, self.inner, token.data, {})

    def open_listening(self, token: Token) -> Execution:
        """Opens the scope for a token that somebody puts inside: it listens, and nothing in it has begun."""
        self.arm(token)
        execution = self.open(token)
        token._set_state(TaskState.STARTED)
        execution.listen()
        return execution

    def start_of(self, token: Token) -> str | None:
        """The start event that has happened, None for the plain start."""
        return None

    def _on_cancel(self, token: Token) -> None:
        execution = token.session.opened_by(token)
        if execution is not None:
            execution.kill()


class SubprocessSpec(ScopedSpec, defaults.SubWorkflowTask):
    """Embedded subprocess."""


class TransactionSpec(ScopedSpec, defaults.TransactionSubprocess):
    """Transaction: an embedded subprocess that can be cancelled as a whole."""


class AdHocSpec(ScopedSpec, defaults.AdHocSubprocess):
    """Ad-hoc subprocess: nothing in it starts by itself."""


class EventSubprocessSpec(ScopedSpec, defaults.EventSubprocess):
    """Event subprocess that has fired."""

    kind = "event_subprocess"

    def open(self, token: Token) -> Execution:
        execution = super().open(token)
        payload = token.internal_data.get("payload")
        if payload:
            execution.scope.update(payload)
        return execution

    def start_of(self, token: Token) -> str | None:
        return str(token.internal_data["start"])

    def arrive(self, token: Token) -> bool:
        ready = super().arrive(token)
        token.internal_data.pop("payload", None)
        return ready


class CallActivitySpec(ScopedSpec, defaults.CallActivity):
    """Call activity: another process runs in a scope of its own."""

    kind = "call"

    def open(self, token: Token) -> Execution:
        session, call = token.session, self._call()
        calls = int(token.execution.scope.row.flags.get("calls", 0)) + 1
        if calls > session.env.budget.depth:
            raise BudgetExceeded(
                "budget",
                "Expected to call a process from '{element}', but calls are nested deeper than {limit}",
                element=self.name,
                limit=session.env.budget.depth,
            )
        process = session.text(call.process, token.data) or ""
        value = session.text(call.binding.value, token.data)
        here = session.definition_ref(token.execution.scope.row)
        try:
            there = session.env.called(process, here, call.binding.kind, value)
        except NotFound as error:
            wanted = f"{process} ({call.binding.kind} {value or ''})" if call.binding.kind else process
            raise ModelFailure("no-called-process", f"the called process '{wanted.strip()}' is not deployed") from error
        given = session.values(call.inputs, token.data)
        lent = {name: value for name, value in token.data.visible().items() if name not in given} if call.all_inputs else {}
        execution = session.open_execution(token, self.kind, process, None, {"calls": calls, "definition": there})
        execution.scope.lend(lent)
        for name, value in given.items():
            execution.scope.put(name, value)
        return execution

    def scope_ending(self, token: Token, execution: Execution) -> None:
        if token.internal_data.get("compensates"):
            return  # undoing what a called process did hands nothing over a second time
        call = self._call()
        values = token.session.values(call.outputs, execution.scope)
        token.data.update({**(execution.scope.earned() if call.all_outputs else {}), **values})

    def _call(self) -> CallModel:
        if self.element.call is None:
            raise EngineError("no-call", "Expected a call activity, but '{element}' is none", element=self.name)
        return self.element.call
