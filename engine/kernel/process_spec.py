"""The spec graph of one process or subprocess: SpiffWorkflow's process spec without its reserved names and join tasks."""

# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec

from engine.kernel.model import AdHocModel, ProcessModel

if TYPE_CHECKING:
    from engine.kernel.specs import KernelSpec

COMPENSATION = "#compensation"
"""Pseudo element of a token that runs the compensation of a whole scope. No id of a file can be equal to it."""


class ProcessSpec(BpmnProcessSpec):
    """Graph of the elements that run in one scope. It is shared by threads and never changes once it is built."""

    task_specs: dict[str, KernelSpec]

    def __init__(self, key: str, model: ProcessModel, path: tuple[str, ...]) -> None:
        # BpmnProcessSpec's own constructor takes the names Start, End and <id>.EndJoin away from the file.
        WorkflowSpec.__init__(self, name=key, filename=model.resource)
        self.end: TaskSpec | None = None
        self.svg = None
        self.description = model.name or model.id
        self.io_specification = None
        self.data_objects: Mapping[str, object] = {}
        self.data_stores: Mapping[str, object] = {}
        self.correlation_keys: Mapping[str, object] = {}
        self.bpmn_start_events: list[TaskSpec] = []
        self.model = model
        self.path = path
        self.declared = model.declared.get(path, frozenset())
        self.starts: tuple[str, ...] = ()
        self.event_subprocesses: tuple[tuple[str, str], ...] = ()
        """Pairs of an event subprocess and its start event; a compensation subprocess is not among them."""
        self.compensation_subprocess: tuple[str, str] | None = None
        self.ad_hoc: AdHocModel | None = None
        self.inclusive_joins: tuple[str, ...] = ()
        self.complex_gateways: tuple[str, ...] = ()
        self.together: Mapping[str, tuple[str, ...]] = {}
        """For each catch of a parallel gateway that starts the process: the other catches, which wait when one has happened."""
        self.compensable = False
        """Whether anything in it, at any depth, can be compensated."""
        self._reach: dict[str, dict[str, frozenset[str]]] = {}

    def reach(self, join: str) -> dict[str, frozenset[str]]:
        """For each source of a join: the elements from which a token can get to that source without passing the join."""
        if join not in self._reach:
            back = self._backward()
            sources = set(self.task_specs[join]._inputs)
            self._reach[join] = {source: _reaching(source, join, back) for source in sources}
        return self._reach[join]

    def _backward(self) -> dict[str, list[str]]:
        back: dict[str, list[str]] = {}
        for name, spec in self.task_specs.items():
            for target in (*spec._outputs, *spec.boundary):
                back.setdefault(target, []).append(name)
        return back


def _reaching(source: str, join: str, back: Mapping[str, list[str]]) -> frozenset[str]:
    seen, waiting = {source}, [source]
    while waiting:
        for name in back.get(waiting.pop(), ()):
            if name != join and name not in seen:
                seen.add(name)
                waiting.append(name)
    return frozenset(seen)
