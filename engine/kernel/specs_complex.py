"""Spec of the complex gateway."""

# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.specs.base import TaskSpec

from engine.kernel.complex_join import arrive_at_complex
from engine.kernel.model import Element, Flow
from engine.kernel.process_spec import ProcessSpec
from engine.kernel.specs import ALWAYS, KernelSpec, no_flow
from engine.kernel.token import Token


class ComplexGatewaySpec(KernelSpec, defaults.NoneTask):
    """Goes on when its activation condition holds, and once more when the rest has come.

    Conditions may read `waitingForStart`. A flow without a condition is taken with the start only.
    """

    joins = True

    def __init__(self, process: ProcessSpec, name: str, element: Element, **kwargs: Any) -> None:
        super().__init__(process, name, element, **kwargs)
        self.manual = False
        self.activation = element.activation or ALWAYS
        self.gates: dict[str, str] = {}
        """For each incoming flow, the element it comes from."""

    @property
    def may_leave_twice(self) -> bool:
        """Whether a reset can send a token out."""
        return any(condition is not None or default for _, condition, default in self.departures)

    def add_source(self, source: KernelSpec, flow: Flow) -> None:
        """Notes where an incoming flow comes from."""
        self.gates[flow.id] = source.name

    def arrive(self, token: Token) -> bool:
        return len(self._inputs) < 2 or arrive_at_complex(token)

    def choose(self, token: Token) -> Sequence[TaskSpec]:
        start = not token.internal_data.get("reset")
        specs, names = self._wf_spec.task_specs, {"waitingForStart": start}
        taken = [
            specs[target]
            for target, condition, default in self.departures
            if not default and (start if condition is None else token.session.condition(condition, token.data, names))
        ]
        if taken or not self.departures:
            return taken
        otherwise = [specs[target] for target, _, default in self.departures if default]
        if not otherwise and start:
            raise no_flow(self.name)
        return otherwise
