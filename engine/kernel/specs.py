"""Task specs: SpiffWorkflow's, with our hooks.

`TaskSpec._update`, `_on_ready`, `_run` and `_on_complete` stay SpiffWorkflow's: a token arrives (`arrive`), becomes ready,
runs (`perform`), and leaves to where `departing` has decided. `_predict` and `test` do nothing: nothing is predicted, and
models are checked at deployment.
"""

# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import _BpmnCondition
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.specs.ExclusiveChoice import ExclusiveChoice
from SpiffWorkflow.util.task import TaskState

from engine.expressions import Expression, compile_expression
from engine.kernel.continuation import pauses
from engine.kernel.decision_task import make_decision
from engine.kernel.environment import ModelFailure
from engine.kernel.execution import Execution
from engine.kernel.functions import call_function
from engine.kernel.joins import arrive_at_parallel, enough_tokens
from engine.kernel.model import Element, Flow
from engine.kernel.process_spec import ProcessSpec
from engine.kernel.scope import Scope
from engine.kernel.token import FAILURES, Token

ALWAYS = compile_expression("true")


class KernelSpec(BpmnSpecMixin):
    """What every spec has in common. It stands first among the bases."""

    opens_scope = False
    """Whether a token here has a scope of its own."""
    has_bodies = False
    """Whether a token here waits for tokens it is the parent of."""
    waits = False
    """Whether a token here is a catch with subscriptions."""
    joins = False
    """Whether a token here must know where it came from."""
    decides = False
    """Whether running a token here chooses its way."""
    _wf_spec: ProcessSpec
    _inputs: list[str]
    _outputs: list[str]

    def __init__(self, process: ProcessSpec, name: str, element: Element, **kwargs: Any) -> None:
        self.element = element
        self.boundary: tuple[str, ...] = ()
        self.handler: str | None = None
        self.departures: list[tuple[str, Expression | None, bool]] = []
        """Target, condition and whether it is the default, of each outgoing flow."""
        super().__init__(process, name, bpmn_name=element.name, documentation=element.documentation, lane=element.lane, **kwargs)

    def add_flow(self, target: KernelSpec, flow: Flow | None) -> None:
        """Connects an outgoing flow; a flow of None is a link."""
        default = flow is not None and flow.id == self.element.default
        self.connect(target)
        self.departures.append((target.name, None if flow is None or default else flow.condition, default))

    def add_source(self, source: KernelSpec, flow: Flow) -> None:
        """Notes an incoming flow."""

    def arrive(self, token: Token) -> bool:
        """What happens when a token comes; True makes it ready."""
        return True

    def perform(self, token: Token) -> bool | None:
        """What a ready token does; None leaves it started."""
        return True

    def departing(self, token: Token) -> Sequence[TaskSpec]:
        """Where a finished token goes. Writes its data outputs. Raises ModelFailure or ExpressionError."""
        for assignment in self.element.assignments:
            token.data.write(assignment.name, token.session.evaluate(assignment.value, token.data))
        if token._parent is not None or token.children:
            return ()
        if token.key == token.session.completing and token.session.sent_to is not None:
            return (token.session.sent_to,)
        return self.choose(token)

    def choose(self, token: Token) -> Sequence[TaskSpec]:
        """Targets of the flows to take: all without a condition, those whose condition holds, else the default."""
        session, specs = token.session, self._wf_spec.task_specs
        taken = [
            specs[target]
            for target, condition, default in self.departures
            if not default and (condition is None or session.condition(condition, token.data))
        ]
        if taken or not self.departures:
            return taken
        defaults_ = [specs[target] for target, _, default in self.departures if default]
        if not defaults_:
            raise no_flow(self.name)
        return defaults_

    def body_done(self, token: Token, body: Token, scope: Scope | None) -> None:
        """A body of the token has ended."""
        raise AssertionError(f"{self.name} has no bodies")

    def bodies_again(self, token: Token) -> None:
        """A token whose bodies failed to be counted is tried again."""
        raise AssertionError(f"{self.name} has no bodies")

    def scope_ending(self, token: Token, execution: Execution) -> None:
        """The scope that the token opened is about to end; outputs may be read. Raises ModelFailure or ExpressionError."""

    def scope_ended(self, token: Token) -> None:
        """The scope that the token opened has ended: the token completes on its own turn."""
        token._set_state(TaskState.READY)

    def test(self) -> None:
        """Models are checked at deployment."""

    def _predict(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is predicted."""

    def _update_hook(self, token: Token) -> bool:
        token.session.writer = token.element
        try:
            return self._arrive(token)
        except FAILURES as failure:
            token.session.subscriptions.drop_of(token)
            token.session.fail(token, "enter", failure)
            return False

    def _arrive(self, token: Token) -> bool:
        if pauses(token, "before"):
            return False
        if self.element.start_quantity > 1 and token._parent is None and not enough_tokens(self.element.start_quantity, token):
            return False
        self.arm(token)
        return self.arrive(token)

    def arm(self, token: Token) -> None:
        """Arms the boundary events of a token that has come."""
        if self.boundary and not token.armed and not token.internal_data.get("compensates"):
            token.armed = True
            for name in self.boundary:
                token.session.subscriptions.arm_boundary(token, self._wf_spec.task_specs[name])

    def _on_ready_hook(self, token: Token) -> None:
        """Nothing is copied in."""

    def _run_hook(self, token: Token) -> bool | None:
        if self.decides and pauses(token, "after"):
            return None
        return self.perform(token)

    def _on_error_hook(self, token: Token) -> None:
        """Nobody listens."""

    def _on_cancel(self, token: Token) -> None:
        """Nothing to clean up beyond the token's own rows."""

    def _on_complete_hook(self, token: Token) -> None:
        session = token.session
        session.subscriptions.drop_of(token)
        session.compensation.record(token)
        if token._parent is not None:
            return
        for _ in range(self.element.completion_quantity):
            for spec in token.departures:
                token._add_child(spec)
        for child in token.children:
            if child.task_spec.joins:
                child.internal_data["from"] = self.name
        session.ad_hoc_progress(token)


def no_flow(name: str) -> ModelFailure:
    """The failure of a place that no flow leads out of."""
    return ModelFailure("no-flow", f"no condition of a flow out of '{name}' is true, and there is no default flow")


class StartHolder(KernelSpec, defaults.NoneTask):
    """SpiffWorkflow wants every process to have a start task; no token is ever put here."""


class CompensationHolder(KernelSpec, defaults.NoneTask):
    """Where a token stands that waits for the compensation handlers of a scope."""

    has_bodies = True

    def __init__(self, process: ProcessSpec, name: str, element: Element, **kwargs: Any) -> None:
        super().__init__(process, name, element, **kwargs)
        self.manual = False

    def body_done(self, token: Token, body: Token, scope: Scope | None) -> None:
        token.session.compensation.handler_done(token)


class UserTaskSpec(KernelSpec, defaults.UserTask):
    """Waits ready until a person completes it."""


class PassSpec(KernelSpec, defaults.NoneTask):
    """Abstract, manual and other tasks that are done at once."""

    def __init__(self, process: ProcessSpec, name: str, element: Element, **kwargs: Any) -> None:
        super().__init__(process, name, element, **kwargs)
        self.manual = False


class ServiceTaskSpec(KernelSpec, defaults.ServiceTask):
    """Service and business rule tasks: makes a decision, calls a registered function, or passes when it names neither."""

    def perform(self, token: Token) -> bool | None:
        if self.element.decision is not None:
            make_decision(token, self.element.decision)
        elif self.element.function is not None:
            call_function(token, self.element.function)
        return True


class ScriptTaskSpec(KernelSpec, defaults.ScriptTask):
    """Computes and writes variables."""

    def perform(self, token: Token) -> bool | None:
        defaults.ScriptTask._run_hook(self, token)
        return True


class ExclusiveGatewaySpec(KernelSpec, defaults.ExclusiveGateway):
    """One way out: SpiffWorkflow's choice."""

    decides = True

    def add_flow(self, target: KernelSpec, flow: Flow | None) -> None:
        if flow is None or flow.id == self.element.default:
            self.connect(target)
        else:
            self.connect_if(_BpmnCondition(flow.condition or ALWAYS), target)

    def perform(self, token: Token) -> bool | None:
        if not self._outputs:
            return True
        try:
            ExclusiveChoice._run_hook(self, token)
        except WorkflowException:
            raise no_flow(self.name) from None
        return True


class InclusiveGatewaySpec(KernelSpec, defaults.InclusiveGateway):
    """Every way whose condition holds; as a join it waits for whatever can still come."""

    joins = True
    decides = True

    def add_flow(self, target: KernelSpec, flow: Flow | None) -> None:
        if flow is None or flow.id == self.element.default:
            self.connect(target)
        else:
            self.connect_if(_BpmnCondition(flow.condition or ALWAYS), target)

    def arrive(self, token: Token) -> bool:
        if len(self._inputs) < 2:
            return True
        token._set_state(TaskState.WAITING)
        # It may have stood here before, between two transactions, when its coming was counted.
        token.session.joins_to_test[token.execution.key] = token.execution
        return False

    def perform(self, token: Token) -> bool | None:
        if not self._outputs:
            return True
        matches, fallback = self._get_matching_outputs(token)
        if not matches and not fallback:
            raise no_flow(self.name)
        for spec in matches or fallback:
            token._add_child(spec)
        return True


class ParallelGatewaySpec(KernelSpec, defaults.ParallelGateway):
    """All ways at once; as a join it takes one token of each incoming flow."""

    joins = True

    def arrive(self, token: Token) -> bool:
        return len(self._inputs) < 2 or arrive_at_parallel(self._inputs, token)
