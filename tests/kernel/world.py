"""A small world around the kernel: instances in a memory store, a clock that walks, and messages between instances.

With `reload=True` nothing survives a step but JSON text: files are parsed anew, specs are built anew, and every step
starts from stored rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from engine.decisions import read_decisions
from engine.errors import Conflict, NotFound
from engine.kernel import (
    Budget,
    CompiledDefinition,
    EmptySource,
    Function,
    MemorySource,
    MemoryStore,
    advance,
    compile_process,
    match_message,
)
from engine.kernel.effects import Effect, IncidentRaised, MessageThrown, SignalThrown, StepResult
from engine.kernel.rows import SubscriptionRow, TokenRow
from engine.kernel.timers import plain_due
from engine.kernel.triggers import CompleteToken, Fire, SetVariables, Start, StartAdHoc, Trigger

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


class Incident(Exception):
    """A step ended in an incident, which the test did not expect."""


class World:
    """One deployment and its instances. It is the kernel's Environment too."""

    def __init__(
        self,
        resources: Mapping[str, bytes] | str,
        *,
        reload: bool = False,
        functions: Mapping[str, Function] | None = None,
        tables: bytes | Mapping[str, bytes] | None = None,
        budget: Budget | None = None,
        foreign_services: Any = "refuse",
        keep_incidents: bool = False,
    ) -> None:
        self.resources = {"test.bpmn": document(resources)} if isinstance(resources, str) else dict(resources)
        self.reload = reload
        self.functions = dict(functions or {})
        self.tables = {"tables.dmn": tables} if isinstance(tables, bytes) else dict(tables or {})
        self.budget = budget or Budget()
        self.store = MemoryStore()
        self.now = BEGINNING
        self.effects: list[Effect] = []
        self.results: list[StepResult] = []
        self.reserved: dict[str, Any] = {"parameters": {}, "own": "CH00"}
        self.keep_incidents = keep_incidents
        self._foreign = foreign_services
        self._last_key = 1_000
        self._compile()

    # Environment

    def elapsed(self) -> float:
        return 0.0

    def new_key(self) -> int:
        self._last_key += 1
        return self._last_key

    def definition(self, ref: str) -> CompiledDefinition:
        return self.compiled

    def called(self, process_id: str, from_definition: str, binding: str, value: str | None) -> str:
        if process_id not in self.compiled.processes:
            raise NotFound("process", "Expected to find process '{process}', but it is not deployed", process=process_id)
        return from_definition

    def function(self, name: str) -> Function:
        if name not in self.functions:
            raise NotFound("function", "Expected to find function '{name}', but it is not registered", name=name)
        return self.functions[name]

    def due(self, term: str, calendar: str | None, start: datetime) -> datetime:
        return plain_due(term, start)

    def put_off(self, at: datetime, calendar: str | None, since: datetime, until: datetime) -> datetime:
        return at + (until - since)

    def names(self, instance: int) -> Mapping[str, Any]:
        started = {"number": str(instance), "startedAt": BEGINNING.isoformat()}
        return {**self.reserved, "instance": started, "now": self.now.isoformat()}

    # Steps

    def step(self, instance: int | None, trigger: Trigger) -> StepResult:
        """One kernel step, stored."""
        if self.reload:
            self._compile()
        source: Any = EmptySource() if instance is None else self.store.source(instance)
        result = advance(source, trigger, self.now, self)
        incidents = [effect for effect in result.effects if isinstance(effect, IncidentRaised)]
        if incidents and not self.keep_incidents:
            raise Incident(incidents[0])
        self.store.apply(result.delta)
        self.effects.extend(result.effects)
        self.results.append(result)
        for effect in result.effects:
            if isinstance(effect, MessageThrown):
                self._deliver(effect)
            elif isinstance(effect, SignalThrown):
                self.signal(effect.name, but=result.delta.instance.key if result.delta.instance else None)
        return result

    def start(
        self, process: str = "p", at: str | None = None, event: tuple[str, str | None] | None = None, **variables: Any
    ) -> int:
        """A new instance."""
        key = self.new_key()
        trigger = Start(instance=key, definition="d", process=process, variables=variables, start_element=at, start_event=event)
        self.step(None, trigger)
        return key

    def complete(self, element: str, nth: int = 0, **variables: Any) -> StepResult:
        """The nth open user task of an element is done."""
        instance, token = self.tasks(element)[nth]
        return self.step(instance, CompleteToken(token=token.key, variables=variables))

    def message(self, name: str, correlation: Mapping[str, Any] | None = None, **payload: Any) -> StepResult:
        """A message for one waiting instance. Raises Conflict when none waits for it."""
        for instance in self.live():
            row = match_message(self.store.source(instance).subscriptions("message", name), name, correlation or {}, payload)
            if row is not None:
                return self.step(instance, Fire(subscription=row.key, payload=payload, correlation=correlation or {}))
        raise Conflict("nobody-waits", "Expected to deliver '{name}', but nobody waits for it", name=name)

    def signal(self, name: str, but: int | None = None) -> None:
        """A signal for all, start events included."""
        for instance in self.live():
            for row in self.store.source(instance).subscriptions("signal", name) if instance != but else ():
                if self.store.source(instance).subscription(row.key) is not None:
                    self.step(instance, Fire(subscription=row.key))
        for process, element in list(self._starts("signal", name)):
            self.start(process, at=element, event=("signal", name))

    def start_by_message(self, name: str, **payload: Any) -> int:
        """A new instance at the message start event of that name."""
        for process, element in self._starts("message", name):
            return self.start(process, at=element, event=("message", name), **payload)
        raise Conflict("nobody-starts", "Expected to start by '{name}', but no process does", name=name)

    def advance_time(self, term: str) -> None:
        """Walks to a later time, firing what falls due on the way in order."""
        until = plain_due(term, self.now)
        while True:
            due = sorted(
                (row.due, row.sequence, i, row.key)
                for i in self.live()
                for row in self.store.source(i).subscriptions("timer")
                if row.due and row.due <= until
            )
            if not due:
                break
            self.now = max(self.now, due[0][0])
            self.step(due[0][2], Fire(subscription=due[0][3]))
        self.now = until

    def continue_receive(self, element: str) -> StepResult:
        """Continues a receive task that has no message."""
        for instance, row in self.waiting():
            if row.kind == "trigger" and row.name == element:
                return self.step(instance, Fire(subscription=row.key))
        raise Conflict("nobody-waits", "Expected to continue '{element}', but it does not wait", element=element)

    def set_variables(self, **variables: Any) -> None:
        """Writes variables into every live instance."""
        for instance in self.live():
            self.step(instance, SetVariables(variables=variables))

    def start_ad_hoc(self, element: str) -> StepResult:
        """Starts an activity in the first ad-hoc subprocess that has it."""
        for instance in self.live():
            for scope in self.store.source(instance).all_scopes():
                if scope.kind not in ("seat", "collection"):
                    spec = self.compiled.spec(scope.process)
                    if spec.ad_hoc is not None and element in spec.task_specs:
                        return self.step(instance, StartAdHoc(scope=scope.key, element=element))
        raise Conflict("nobody-waits", "Expected to start '{element}', but no scope is open", element=element)

    # What can be seen

    def live(self) -> list[int]:
        """Instances that have not ended."""
        return [key for key in self.store.instances() if self.store.source(key).instance().state == "active"]

    def ended(self) -> bool:
        """Whether all instances have ended."""
        return not self.live()

    def state(self, instance: int) -> str:
        """State of an instance."""
        return self.store.source(instance).instance().state

    def source(self, instance: int | None = None) -> MemorySource:
        """The rows of an instance, of the first one by default."""
        return self.store.source(self.store.instances()[0] if instance is None else instance)

    def tasks(self, element: str | None = None) -> list[tuple[int, TokenRow]]:
        """Open user tasks, oldest first."""
        return [
            (instance, row)
            for instance in self.live()
            for row in self.store.source(instance).all_tokens()
            if row.state == "ready" and element in (None, row.element)
        ]

    def open(self) -> list[str]:
        """Elements of the open user tasks, sorted."""
        return sorted(row.element for _, row in self.tasks())

    def waiting(self) -> Iterator[tuple[int, SubscriptionRow]]:
        """Subscriptions of waiting catches, one for each token and element."""
        for instance in self.live():
            seen = set()
            for row in self.store.source(instance).all_subscriptions():
                if row.mode in ("catch", "gateway") and (row.token, row.element) not in seen:
                    seen.add((row.token, row.element))
                    yield instance, row

    def variables(self, instance: int | None = None) -> dict[str, Any]:
        """Variables of an instance's own scope."""
        source = self.source(instance)
        return source.variables(source.instance().root_scope)

    def of(self, kind: type) -> list[Any]:
        """All effects of a kind so far."""
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def _compile(self) -> None:
        read = read_decisions(self.tables)
        assert [finding for finding in read.findings if finding.level == "error"] == []
        self.compiled = compile_process(
            self.resources, functions=self.functions, decisions=read.decisions, foreign_services=self._foreign
        )

    def _deliver(self, message: MessageThrown) -> None:
        try:
            self.message(message.name, message.correlation, **message.payload)
        except Conflict:
            for process, element in self._starts("message", message.name):
                self.start(process, at=element, event=("message", message.name), **message.payload)
                return

    def _starts(self, kind: str, name: str) -> Iterator[tuple[str, str]]:
        for model in self.compiled.processes.values():
            for start in model.start_subscriptions:
                if start.kind == kind and start.name == name:
                    yield model.id, start.element


def document(body: str, extra: str = "") -> bytes:
    """A BPMN file with one process `p`; a body that holds a process already is taken as it is."""
    process = body if "<process" in body else f'<process id="p" isExecutable="true">{body}</process>'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:liandong="urn:liandong:bpmn:1" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="t">{extra}{process}</definitions>'
    ).encode()


def flows(*pairs: str) -> str:
    """Sequence flows written as `a>b`, or `a>b if condition`, or `a>b*` for the default."""
    return "".join(_flow(pair) for pair in pairs)


def _flow(pair: str) -> str:
    ends, _, condition = pair.partition(" if ")
    source, target = ends.strip().rstrip("*").split(">")
    inner = f"<conditionExpression>${{{condition.replace('<', '&lt;')}}}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="f_{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'
