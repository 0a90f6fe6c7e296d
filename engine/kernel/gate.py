"""The deployment gate: what a process model must satisfy beyond being readable.

An error refuses what could not run or would run wrong; a warning names what is legal but may stop in an incident.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.errors import Finding
from engine.expressions import RESERVED_NAMES
from engine.kernel.analysis.choices import is_exhaustive
from engine.kernel.forbidden import forbid
from engine.kernel.model import Element, Flow, ProcessModel
from engine.kernel.reachability import unreachable
from engine.kernel.report import Report
from engine.kernel.source import ACTIVITIES, SUBPROCESSES

_CATCHING = frozenset({"intermediateCatchEvent", "receiveTask"})
_ALLOWED_EVENTS = {
    "startEvent": frozenset({"message", "signal", "timer", "conditional", "error", "escalation", "compensation"}),
    "endEvent": frozenset({"message", "signal", "error", "escalation", "cancel", "compensation", "terminate"}),
    "intermediateCatchEvent": frozenset({"message", "signal", "timer", "conditional", "link"}),
    "intermediateThrowEvent": frozenset({"message", "signal", "escalation", "compensation", "link"}),
    "boundaryEvent": frozenset({"message", "signal", "timer", "conditional", "error", "escalation", "cancel", "compensation"}),
    "sendTask": frozenset({"message"}),
    "receiveTask": frozenset({"message"}),
}
_ONLY_IN_EVENT_SUBPROCESS = frozenset({"error", "escalation", "compensation"})


class Gate:
    """Checks one process."""

    def __init__(self, model: ProcessModel, report: Report) -> None:
        self._model = model
        self._report = report
        self._elements = model.elements
        self._inner: dict[tuple[str, ...], list[Element]] = {}
        for element in model.elements.values():
            self._inner.setdefault(element.scope, []).append(element)

    def check(self) -> None:
        """Adds a finding for everything that is wrong."""
        for flow in self._model.flows.values():
            self._flow(flow)
        for element in self._elements.values():
            for check in _CHECKS:
                check(self, element)
        self._links()
        forbid(self._model, self._report)
        if not self._elements:
            self._warn("empty-process", self._model.id, self._model.line, "流程中没有任何元素。", "The process holds nothing.")
        for element in unreachable(self._model):
            self._warn(
                "unreachable",
                element.id,
                element.line,
                f"“{element.name or element.id}”可能永远到达不了。",
                f"'{element.id}' can probably never be reached.",
            )

    def _flow(self, flow: Flow) -> None:
        source, target = self._elements.get(flow.source), self._elements.get(flow.target)
        for end, reference, element in (("sourceRef", flow.source, source), ("targetRef", flow.target, target)):
            if element is None:
                self._fail(
                    "dangling-reference",
                    flow.id,
                    flow.line,
                    f"连线的 {end} 指向不存在的“{reference}”。",
                    f"The flow's {end} names '{reference}', which does not exist.",
                )
            elif element.scope != flow.scope:
                self._fail(
                    "flow-crosses-scope",
                    flow.id,
                    flow.line,
                    f"连线越过了子流程的边界（“{reference}”）。",
                    f"The flow crosses the border of a subprocess ('{reference}').",
                )
        if target is not None and (target.type in ("startEvent", "boundaryEvent") or target.event_subprocess):
            self._fail("flow-into", flow.id, flow.line, f"连线不能进入“{target.id}”。", f"No flow may lead into '{target.id}'.")
        if source is not None and (source.type == "endEvent" or source.event_subprocess):
            self._fail(
                "flow-out-of", flow.id, flow.line, f"连线不能从“{source.id}”出来。", f"No flow may lead out of '{source.id}'."
            )

    def _events(self, element: Element) -> None:
        allowed = _ALLOWED_EVENTS.get(element.type)
        for event in element.events:
            if allowed is None or event.kind not in allowed:
                self._fail(
                    "event-kind",
                    element.id,
                    element.line,
                    f"{element.type} 不能使用 {event.kind} 事件。",
                    f"A {element.type} cannot hold a {event.kind} event.",
                )
        if len(element.events) > 1 and any(event.kind == "link" for event in element.events):
            self._fail("event-kind", element.id, element.line, "链接事件不能与其他事件并用。", "A link stands alone.")

    def _start(self, element: Element) -> None:
        if element.type != "startEvent":
            return
        parent = self._elements.get(element.scope[-1]) if element.scope else None
        inside = parent is not None and parent.event_subprocess
        if inside and not element.events:
            self._fail(
                "event-subprocess",
                element.id,
                element.line,
                "事件子流程的开始事件须写明等待什么。",
                "The start event of an event subprocess must say what it waits for.",
            )
        for event in element.events:
            if event.kind in _ONLY_IN_EVENT_SUBPROCESS and not inside:
                self._fail(
                    "event-kind",
                    element.id,
                    element.line,
                    f"{event.kind} 开始事件只能用在事件子流程中。",
                    f"A {event.kind} start event belongs to an event subprocess.",
                )
        if parent is not None and not inside and element.events:
            self._fail(
                "event-kind",
                element.id,
                element.line,
                "子流程的开始事件不能等待事件。",
                "The start event of a subprocess cannot wait for an event.",
            )

    def _subprocess(self, element: Element) -> None:
        if element.type not in SUBPROCESSES:
            return
        inner = self._inner.get((*element.scope, element.id), [])
        starts = [e for e in inner if e.type == "startEvent"]
        if element.event_subprocess and len(starts) != 1:
            self._fail(
                "event-subprocess",
                element.id,
                element.line,
                "事件子流程须恰有一个开始事件。",
                "An event subprocess needs exactly one start event.",
            )
        if element.type == "adHocSubProcess" and (starts or any(e.type == "endEvent" for e in inner)):
            self._fail(
                "ad-hoc",
                element.id,
                element.line,
                "临时子流程不能含有开始或结束事件。",
                "An ad-hoc subprocess holds no start or end events.",
            )
        plain = [e for e in starts if not e.events]
        if not element.event_subprocess and len(plain) > 1:
            self._warn(
                "several-starts",
                element.id,
                element.line,
                "子流程有多个开始事件，将同时开始。",
                "The subprocess has several start events; all begin.",
            )

    def _boundary(self, element: Element) -> None:
        if element.type != "boundaryEvent":
            return
        host = self._elements.get(element.attached_to or "")
        if host is None or host.scope != element.scope or host.type not in ACTIVITIES:
            self._fail(
                "dangling-reference",
                element.id,
                element.line,
                f"边界事件依附的“{element.attached_to}”不存在或不是活动。",
                f"The boundary event is attached to '{element.attached_to}', which is no activity of its scope.",
            )
        if not element.events:
            self._fail(
                "event-kind", element.id, element.line, "边界事件须写明等待什么。", "A boundary event must say what it waits for."
            )
        if any(event.kind == "cancel" for event in element.events) and (host is None or host.type != "transaction"):
            self._fail(
                "event-kind", element.id, element.line, "取消事件只能依附于事务。", "A cancel event belongs to a transaction."
            )
        if any(event.kind == "error" for event in element.events) and not element.interrupting:
            self._fail(
                "event-kind", element.id, element.line, "错误边界事件必须中断活动。", "An error boundary event always interrupts."
            )

    def _catching(self, element: Element) -> None:
        if element.type == "intermediateCatchEvent" and not element.events:
            self._fail(
                "event-kind",
                element.id,
                element.line,
                "中间捕获事件须写明等待什么。",
                "A catch event must say what it waits for.",
            )
        if element.type == "endEvent" and any(event.kind == "cancel" for event in element.events):
            inside = any(self._elements[i].type == "transaction" for i in element.scope if i in self._elements)
            if not inside:
                self._fail(
                    "event-kind",
                    element.id,
                    element.line,
                    "取消结束事件只能用在事务中。",
                    "A cancel end event belongs inside a transaction.",
                )
        if element.type == "sendTask" and not element.events and element.external is None:
            level = self._fail if element.send is not None else self._warn
            level(
                "no-message",
                element.id,
                element.line,
                "发送任务没有写明消息（messageRef）。",
                "The send task names no message (messageRef).",
            )

    def _event_gateway(self, element: Element) -> None:
        if element.type != "eventBasedGateway":
            return
        targets = [self._elements.get(self._model.flows[f].target) for f in element.outgoing if f in self._model.flows]
        if not targets:
            self._fail("gateway", element.id, element.line, "事件网关没有出线。", "The event-based gateway has no outgoing flow.")
        for target in targets:
            if target is not None and (target.type not in _CATCHING or any(e.kind == "link" for e in target.events)):
                self._fail(
                    "gateway",
                    element.id,
                    element.line,
                    f"事件网关之后只能是捕获事件或接收任务，不能是“{target.id}”。",
                    f"Only catch events and receive tasks may follow an event-based gateway, not '{target.id}'.",
                )

    def _choices(self, element: Element) -> None:
        if element.default is not None and element.default not in element.outgoing:
            self._fail(
                "dangling-reference",
                element.id,
                element.line,
                f"缺省连线“{element.default}”不是它的出线。",
                f"The default flow '{element.default}' does not leave it.",
            )
        flows = [self._model.flows[f] for f in element.outgoing if f in self._model.flows]
        open_ends = [f for f in flows if f.condition is None and f.id != element.default]
        if element.type in ("exclusiveGateway", "inclusiveGateway") and len(flows) > 1:
            for flow in open_ends:
                self._warn(
                    "no-condition",
                    flow.id,
                    flow.line,
                    "连线没有条件，视为成立。",
                    "The flow has no condition; it counts as true.",
                )
        if element.type in ("parallelGateway", "eventBasedGateway") and any(f.condition is not None for f in flows):
            self._fail(
                "gateway",
                element.id,
                element.line,
                "并行网关和事件网关的出线不能带条件。",
                "Flows out of this gateway cannot have conditions.",
            )
        chooses = element.type not in ("parallelGateway", "eventBasedGateway")
        if chooses and flows and not open_ends and element.default is None and not is_exhaustive(self._model, flows):
            self._warn(
                "no-default",
                element.id,
                element.line,
                "没有缺省连线：条件都不成立时会停下并产生异常单。",
                "There is no default flow: when no condition holds, the process stops with an incident.",
            )

    def _compensation(self, element: Element) -> None:
        if element.handler is not None:
            handler = self._elements.get(element.handler)
            if handler is None or handler.scope != element.scope or handler.type not in ACTIVITIES:
                self._fail(
                    "dangling-reference",
                    element.id,
                    element.line,
                    f"补偿活动“{element.handler}”不存在。",
                    f"The compensation handler '{element.handler}' does not exist in its scope.",
                )
        for event in element.events:
            if event.kind == "compensation" and event.activity is not None and event.activity not in self._elements:
                self._fail(
                    "dangling-reference",
                    element.id,
                    element.line,
                    f"要补偿的“{event.activity}”不存在。",
                    f"The activity to compensate, '{event.activity}', does not exist.",
                )

    def _variables(self, element: Element) -> None:
        for name in _written(element):
            if name in RESERVED_NAMES:
                self._fail(
                    "reserved-name",
                    element.id,
                    element.line,
                    f"变量名“{name}”由系统保留，不能写入。",
                    f"The variable name '{name}' is reserved and cannot be written.",
                )

    def _links(self) -> None:
        targets = {
            (e.scope, ev.name)
            for e in self._elements.values()
            if e.type == "intermediateCatchEvent"
            for ev in e.events
            if ev.kind == "link"
        }
        for element in self._elements.values():
            for event in element.events:
                if (
                    event.kind == "link"
                    and element.type == "intermediateThrowEvent"
                    and (element.scope, event.name) not in targets
                ):
                    self._fail(
                        "dangling-reference",
                        element.id,
                        element.line,
                        f"链接“{event.name}”没有对应的捕获事件。",
                        f"The link '{event.name}' leads nowhere.",
                    )

    def _fail(self, code: str, element: str, line: int | None, message: str, message_en: str) -> None:
        self._add("error", code, element, line, message, message_en)

    def _warn(self, code: str, element: str, line: int | None, message: str, message_en: str) -> None:
        self._add("warning", code, element, line, message, message_en)

    def _add(self, level: str, code: str, element: str, line: int | None, message: str, message_en: str) -> None:
        self._report.add(
            Finding(
                level=level,
                code=code,
                resource=self._model.resource,
                element=element,
                line=line,
                message=message,
                message_en=message_en,
            )
        )


def _written(element: Element) -> Iterator[str]:
    """Names of the variables that an element writes by itself."""
    if element.type == "userTask":
        yield element.id
    if element.receive is not None:
        yield from (variable for _, variable in element.receive.accepts)
    if element.function is not None:
        yield from (item.name for item in element.function.outputs)
    if element.decision is not None and element.decision.result is not None:
        yield element.decision.result
    if element.external is not None:
        yield from (item.name for item in element.external.outputs)
    if element.call is not None:
        yield from (item.name for item in (*element.call.inputs, *element.call.outputs))
    if element.loop is not None:
        yield from (name for name in (element.loop.item, element.loop.output) if name is not None)
    yield from (item.name for item in element.assignments)


_CHECKS: tuple[Callable[[Gate, Element], None], ...] = (
    Gate._events,
    Gate._start,
    Gate._subprocess,
    Gate._boundary,
    Gate._catching,
    Gate._event_gateway,
    Gate._choices,
    Gate._compensation,
    Gate._variables,
)
