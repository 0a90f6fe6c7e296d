"""What BPMN itself forbids, or gives no meaning that could be run: readable models that are refused for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from engine.errors import Finding
from engine.kernel.model import Element, ProcessModel
from engine.kernel.report import Report

Problem = tuple[str, str, str]
"""Code, and what is wrong in Chinese and in English."""
_TOGETHER = frozenset({"message", "signal", "timer", "conditional"})


def forbid(model: ProcessModel, report: Report) -> None:
    """Adds a finding for everything in a process that no engine could run as it is drawn."""
    problems = [(element, problem) for element in model.elements.values() for rule in _RULES for problem in rule(model, element)]
    for element, (code, message, message_en) in (*problems, *_repeated_targets(model)):
        report.add(
            Finding(
                level="warning" if code == "complex-condition" else "error",
                code=code,
                resource=model.resource,
                element=element.id,
                line=element.line,
                message=message,
                message_en=message_en,
            )
        )


def _instantiating(model: ProcessModel, element: Element) -> Iterator[Problem]:
    if element.instantiate and element.type in ("receiveTask", "eventBasedGateway") and (element.incoming or element.scope):
        yield (
            "instantiate",
            "启动流程的接收任务或事件网关须位于流程顶层，且不能有进入的连线。",
            "What starts the process (instantiate) stands at the top of the process and has no incoming flow.",
        )
    if element.type == "eventBasedGateway" and element.parallel_multiple and not element.instantiate:
        yield (
            "instantiate",
            "并行事件网关只能用来启动流程；流程中请用并行网关。",
            "A parallel event-based gateway can only start a process; inside one use a parallel gateway.",
        )


def _links(model: ProcessModel, element: Element) -> Iterator[Problem]:
    names = [event.name for event in element.events if event.kind == "link"]
    if not names:
        return
    catching = element.type == "intermediateCatchEvent"
    if element.incoming if catching else element.outgoing:
        yield (
            "link",
            "链接事件的发出端不能有出线，接收端不能有入线。",
            "A link that throws has no outgoing flow, and one that catches has no incoming flow.",
        )


def _repeated_targets(model: ProcessModel) -> Iterator[tuple[Element, Problem]]:
    """Links of one level that lead to more than one event."""
    targets: dict[tuple[tuple[str, ...], str | None], list[Element]] = {}
    for element in model.elements.values():
        for name in {event.name for event in element.events if event.kind == "link"}:
            if element.type == "intermediateCatchEvent":
                targets.setdefault((element.scope, name), []).append(element)
    for (_, name), found in targets.items():
        for element in found if len(found) > 1 else ():
            yield element, ("link", f"链接“{name}”有多个接收端。", f"The link '{name}' has several targets.")


def _together(model: ProcessModel, element: Element) -> Iterator[Problem]:
    if element.parallel_multiple and len(element.events) > 1 and any(event.kind not in _TOGETHER for event in element.events):
        yield (
            "parallel-multiple",
            "并行多事件只能等待消息、信号、定时和条件。",
            "Several parallel events can only be messages, signals, timers and conditions.",
        )


def _event_subprocess(model: ProcessModel, element: Element) -> Iterator[Problem]:
    if element.event_subprocess and element.loop is not None:
        yield ("event-subprocess", "事件子流程不能循环或多实例。", "An event subprocess can have no loop.")
    host = model.elements.get(element.attached_to or "")
    if host is not None and host.event_subprocess:
        yield ("event-subprocess", "事件子流程不能附着边界事件。", "An event subprocess can have no boundary event.")
    kinds = {event.kind for event in element.events}
    if element.type == "startEvent" and not element.interrupting and "error" in kinds:
        yield ("event-kind", "错误开始事件必须中断。", "An error start event always interrupts.")
    if element.type == "boundaryEvent" and not element.interrupting and "cancel" in kinds:
        yield ("event-kind", "取消边界事件必须中断事务。", "A cancel boundary event always interrupts.")


def _compensation(model: ProcessModel, element: Element) -> Iterator[Problem]:
    if element.for_compensation and (element.incoming or element.outgoing):
        yield (
            "compensation",
            "补偿活动不在正常流程中，不能有连线。",
            "A compensation activity is outside the normal flow and has no sequence flows.",
        )
    for event in element.events:
        undone = model.elements.get(event.activity or "")
        if event.kind != "compensation" or undone is None or element.type not in ("intermediateThrowEvent", "endEvent"):
            continue
        if undone.scope not in _seen_by(model, element):
            yield (
                "compensation",
                f"在这里补偿不到“{undone.id}”：它须与本事件在同一层。",
                f"'{undone.id}' cannot be compensated from here: it must be on the same level as this event.",
            )


def _seen_by(model: ProcessModel, element: Element) -> Iterator[tuple[str, ...]]:
    """The levels whose activities an event may compensate: its own, and those around the event subprocesses it is in."""
    scope = element.scope
    yield scope
    while scope and model.elements[scope[-1]].event_subprocess:
        scope = scope[:-1]
        yield scope


def _complex_gateway(model: ProcessModel, element: Element) -> Iterator[Problem]:
    if element.type != "complexGateway":
        return
    if len(element.incoming) > 1 and element.activation is None:
        yield (
            "complex-gateway",
            "复杂网关须写明激活条件（activationCondition），如 activationCount >= 2。",
            "A complex gateway that joins needs an activationCondition, such as activationCount >= 2.",
        )
    if len(element.incoming) < 2 and element.activation is not None:
        yield (
            "complex-gateway",
            "只有一条入线的复杂网关用不到激活条件，请删除。",
            "A complex gateway with one incoming flow has no use for an activationCondition; remove it.",
        )
    sources = Counter(model.flows[flow].source for flow in element.incoming if flow in model.flows)
    if any(count > 1 for count in sources.values()):
        yield (
            "complex-gateway",
            "复杂网关的两条入线来自同一元素，无法区分。",
            "Two flows into the complex gateway come from the same element and cannot be told apart.",
        )
    conditions = [model.flows[flow].condition for flow in element.outgoing if flow in model.flows]
    if len(element.incoming) > 1 and any(c is not None and "waitingForStart" not in c.names for c in conditions):
        yield (
            "complex-condition",
            "出线条件没有用到 waitingForStart：其余分支到齐而复位时会再判断一次。",
            "A condition does not ask waitingForStart: it is asked again when the remaining branches have come.",
        )


_RULES: tuple[Callable[[ProcessModel, Element], Iterator[Problem]], ...] = (
    _instantiating,
    _links,
    _together,
    _event_subprocess,
    _compensation,
    _complex_gateway,
)
