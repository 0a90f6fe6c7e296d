"""Builds the executable specs of a deployment from its process models.

Links become flows, compensation handlers and event subprocesses leave the flow, a loop becomes an outer spec around the
body's. The result holds no state of any instance: it is cached and shared by threads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from engine.decisions import Decisions
from engine.errors import InvalidModel, NotFound
from engine.kernel.definition import ForeignServices, parse
from engine.kernel.model import Element, ProcessModel
from engine.kernel.process_spec import COMPENSATION, ProcessSpec
from engine.kernel.specs import (
    CompensationHolder,
    ExclusiveGatewaySpec,
    InclusiveGatewaySpec,
    KernelSpec,
    ParallelGatewaySpec,
    PassSpec,
    ScriptTaskSpec,
    ServiceTaskSpec,
    StartHolder,
    UserTaskSpec,
)
from engine.kernel.specs_complex import ComplexGatewaySpec
from engine.kernel.specs_events import (
    BoundaryEventSpec,
    CatchEventSpec,
    EndEventSpec,
    EventGatewaySpec,
    ReceiveTaskSpec,
    SendTaskSpec,
    StartEventSpec,
    ThrowEventSpec,
)
from engine.kernel.specs_external import ExternalTaskSpec
from engine.kernel.specs_loops import LoopSpec, ParallelMultiInstanceSpec, SequentialMultiInstanceSpec
from engine.kernel.specs_scopes import (
    AdHocSpec,
    CallActivitySpec,
    EventSubprocessSpec,
    ScopedSpec,
    SubprocessSpec,
    TransactionSpec,
)
from engine.kernel.token import BODY

_SPECS: dict[str, type[KernelSpec]] = {
    "startEvent": StartEventSpec,
    "endEvent": EndEventSpec,
    "boundaryEvent": BoundaryEventSpec,
    "task": PassSpec,
    "manualTask": PassSpec,
    "userTask": UserTaskSpec,
    "serviceTask": ServiceTaskSpec,
    "businessRuleTask": ServiceTaskSpec,
    "sendTask": SendTaskSpec,
    "receiveTask": ReceiveTaskSpec,
    "exclusiveGateway": ExclusiveGatewaySpec,
    "inclusiveGateway": InclusiveGatewaySpec,
    "parallelGateway": ParallelGatewaySpec,
    "eventBasedGateway": EventGatewaySpec,
    "complexGateway": ComplexGatewaySpec,
}
_SCOPES: dict[str, type[ScopedSpec]] = {
    "subProcess": SubprocessSpec,
    "transaction": TransactionSpec,
    "adHocSubProcess": AdHocSpec,
}
_LOOPS: dict[str, type[KernelSpec]] = {
    "parallel": ParallelMultiInstanceSpec,
    "sequential": SequentialMultiInstanceSpec,
    "standard": LoopSpec,
}


class CompiledDefinition:
    """The executable processes of one deployment. Immutable; threads may share it."""

    def __init__(self, models: Collection[ProcessModel], decisions: Decisions | None = None) -> None:
        self.decisions = decisions or Decisions()
        self.processes: Mapping[str, ProcessModel] = {model.id: model for model in models}
        self._specs: dict[str, ProcessSpec] = {}
        for model in models:
            _Builder(model, self._specs).build()

    def spec(self, key: str) -> ProcessSpec:
        """The graph of a process, or of a subprocess by `process/subprocess`. Raises NotFound."""
        if key not in self._specs:
            raise NotFound("process", "Expected to find process '{process}', but the definition does not hold it", process=key)
        return self._specs[key]


def compile_process(
    resources: Mapping[str, bytes],
    *,
    functions: Collection[str] = (),
    form_keys: Collection[str] | None = None,
    decisions: Decisions | None = None,
    foreign_services: ForeignServices = "refuse",
) -> CompiledDefinition:
    """Compiles the BPMN files of one deployment. Raises InvalidModel when they hold an error."""
    parsed = parse(resources, functions=functions, form_keys=form_keys, decisions=decisions, foreign_services=foreign_services)
    if parsed.errors:
        raise InvalidModel(parsed.findings)
    return CompiledDefinition(parsed.processes, decisions)


class _Builder:
    """Builds the graphs of one process, the inner ones first."""

    def __init__(self, model: ProcessModel, specs: dict[str, ProcessSpec]) -> None:
        self._model = model
        self._specs = specs
        self._content: dict[tuple[str, ...], list[Element]] = {}
        for element in model.elements.values():
            self._content.setdefault(element.scope, []).append(element)

    def build(self) -> None:
        """Builds the graph of the process and of every subprocess in it."""
        paths = {(*e.scope, e.id) for e in self._model.elements.values() if e.type in _SCOPES}
        for path in sorted(paths, key=len, reverse=True):
            self._graph(path)
        self._graph(())

    def _key(self, path: tuple[str, ...]) -> str:
        return "/".join((self._model.id, *path))

    def _graph(self, path: tuple[str, ...]) -> None:
        process = ProcessSpec(self._key(path), self._model, path)
        holder = Element(id="#", type="", name=None, line=None)
        process.start = StartHolder(process, "#start", holder)
        CompensationHolder(process, COMPENSATION, holder)
        elements = self._content.get(path, [])
        for element in elements:
            self._node(process, element)
        self._connect(process, path, elements)
        for element in elements:
            self._attach(process, element)
        if path:
            process.ad_hoc = self._model.elements[path[-1]].ad_hoc
        process.starts = tuple(_starts(process, elements))
        process.inclusive_joins = tuple(
            name for name, spec in process.task_specs.items() if isinstance(spec, InclusiveGatewaySpec) and len(spec._inputs) > 1
        )
        process.complex_gateways = tuple(
            name for name, spec in process.task_specs.items() if isinstance(spec, ComplexGatewaySpec) and len(spec._inputs) > 1
        )
        process.together = dict(_together(process, elements))
        process.compensable = process.compensation_subprocess is not None or any(
            spec.handler is not None or _compensable_inside(spec) for spec in process.task_specs.values()
        )
        self._specs[process.name] = process

    def _node(self, process: ProcessSpec, element: Element) -> None:
        loop = element.loop
        if loop is None:
            self._spec(process, element.id, element)
            return
        body = element.id + BODY
        self._spec(process, body, element)
        _LOOPS[loop.kind](process, element.id, element, loop, body=body)  # type: ignore[call-arg]

    def _spec(self, process: ProcessSpec, name: str, element: Element) -> None:
        if element.type in _SCOPES:
            inner = self._key((*element.scope, element.id))
            kind = EventSubprocessSpec if element.event_subprocess else _SCOPES[element.type]
            kind(process, name, element, inner=inner).inner_spec = self._specs[inner]
        elif element.external is not None:
            ExternalTaskSpec(process, name, element)
        elif element.type == "callActivity":
            CallActivitySpec(process, name, element, inner="")
        elif element.type == "scriptTask":
            ScriptTaskSpec(process, name, element, script=element.script)
        elif element.type in ("intermediateCatchEvent", "intermediateThrowEvent"):
            link = any(event.kind == "link" for event in element.events)
            events = CatchEventSpec if element.type == "intermediateCatchEvent" else ThrowEventSpec
            (PassSpec if link else events)(process, name, element)
        else:
            _SPECS[element.type](process, name, element)

    def _connect(self, process: ProcessSpec, path: tuple[str, ...], elements: list[Element]) -> None:
        specs = process.task_specs
        for flow in self._model.flows.values():
            if flow.scope == path:
                specs[flow.source].add_flow(specs[flow.target], flow)
                specs[flow.target].add_source(specs[flow.source], flow)
        catches = {
            event.name: element.id
            for element in elements
            if element.type == "intermediateCatchEvent"
            for event in element.events
            if event.kind == "link"
        }
        for element in elements:
            for event in element.events:
                if event.kind == "link" and element.type == "intermediateThrowEvent":
                    specs[element.id].add_flow(specs[catches[event.name]], None)

    def _attach(self, process: ProcessSpec, element: Element) -> None:
        specs = process.task_specs
        undoes = any(event.kind == "compensation" for event in element.events)
        if element.type == "boundaryEvent" and element.attached_to is not None and not undoes:
            host = specs[element.attached_to]
            host.boundary = (*host.boundary, element.id)
        if element.handler is not None:
            # A seat's completion is what can be undone, so a loop's handler belongs to its body.
            specs[element.id + BODY if element.loop is not None else element.id].handler = element.handler
        if element.event_subprocess:
            start = next(e for e in self._content[(*element.scope, element.id)] if e.type == "startEvent")
            if any(event.kind == "compensation" for event in start.events):
                process.compensation_subprocess = (element.id, start.id)
            else:
                process.event_subprocesses = (*process.event_subprocesses, (element.id, start.id))


def _compensable_inside(spec: KernelSpec) -> bool:
    """Whether there may be something to undo inside; of a called process only its records can tell."""
    if isinstance(spec, CallActivitySpec):
        return True
    return isinstance(spec, ScopedSpec) and spec.inner_spec is not None and spec.inner_spec.compensable


def _together(process: ProcessSpec, elements: list[Element]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The catches of every parallel gateway that starts the process, each with the others."""
    for element in elements:
        if element.type == "eventBasedGateway" and element.instantiate and element.parallel_multiple:
            catches = process.task_specs[element.id]._outputs
            for catch in catches:
                yield catch, tuple(other for other in catches if other != catch)


def _starts(process: ProcessSpec, elements: list[Element]) -> list[str]:
    if process.ad_hoc is not None:
        return []
    events = [element for element in elements if element.type == "startEvent"]
    plain = [element.id for element in events if not element.events]
    if events:
        return plain or [events[0].id]
    handlers = {element.handler for element in elements}
    return [
        element.id
        for element in elements
        if not process.task_specs[element.id]._inputs
        and not element.event_subprocess
        and element.id not in handlers
        and element.type != "boundaryEvent"
        and not element.for_compensation
    ]
