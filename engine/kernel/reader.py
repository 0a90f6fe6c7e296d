"""Reads the processes of one BPMN file into records.

What the kernel does not run, and what would run wrong, becomes a finding here or in the gate; nothing is passed over in
silence. Children that only describe (documentation, artifacts, diagram) are read by nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from engine.expressions import Expression
from engine.kernel.activity_reader import ActivityReader
from engine.kernel.decision_reader import DecisionReader
from engine.kernel.dialects import check_dialects
from engine.kernel.event_reader import KINDS, EventReader
from engine.kernel.extensions import ExtensionReader, extension, vendor
from engine.kernel.lanes import check_lanes
from engine.kernel.model import (
    Element,
    EventModel,
    Flow,
    MessageFlow,
    Participant,
    ProcessModel,
    StartSubscription,
)
from engine.kernel.placement import check_placement
from engine.kernel.source import NODES, SUBPROCESSES, Source, child, child_text, children, local
from engine.kernel.work_reader import WorkReader
from engine.xml import line_of

_DESCRIPTIVE = frozenset(
    {
        "documentation",
        "extensionElements",
        "textAnnotation",
        "group",
        "association",
        "laneSet",
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "incoming",
        "outgoing",
        "property",
        "auditing",
        "monitoring",
        "category",
        "supportedInterfaceRef",
        "completionCondition",
        "activationCondition",
        "multiInstanceLoopCharacteristics",
        "standardLoopCharacteristics",
    }
)
_TOP_LEVEL = frozenset(
    {
        "process",
        "collaboration",
        "message",
        "signal",
        "error",
        "escalation",
        "itemDefinition",
        "dataStore",
        "correlationProperty",
        "documentation",
        "extensionElements",
        "import",
        "category",
        "resource",
        "interface",
        "relationship",
        "partnerEntity",
        "partnerRole",
        "endPoint",
        "",
        *KINDS,
    }
)
_START_KINDS = frozenset({"message", "signal", "timer", "conditional"})


@dataclass
class _Content:
    """What has been read of one process."""

    elements: dict[str, Element] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    declared: dict[tuple[str, ...], frozenset[str]] = field(default_factory=dict)


class ProcessReader:
    """Reads one file."""

    def __init__(self, source: Source, extensions: ExtensionReader, decisions: DecisionReader, *, refuse_foreign: bool) -> None:
        self._source = source
        self._report = source.report
        self._extensions = extensions
        self._events = EventReader(source, extensions)
        self._activities = ActivityReader(source, extensions, self._events, decisions)
        self._refuse_foreign = refuse_foreign
        self._work = WorkReader(source.report, extensions)
        self._retry: str | None = None
        self._lanes = self._read_lanes()
        self._handlers: dict[str, str] = {}
        self._flow_ends: dict[tuple[str, str], list[str]] = {}
        for flow in source.root.iter("{*}sequenceFlow"):
            for side in ("source", "target"):
                self._flow_ends.setdefault((side, source.reference(flow, f"{side}Ref") or ""), []).append(str(flow.get("id")))
        self._participants = self._read_participants()
        self._message_flows = tuple(self._read_message_flows())

    def processes(self) -> list[ProcessModel]:
        """The executable processes of the file."""
        self._check_top_level()
        check_placement(self._source.root, self._report)
        check_dialects(self._source.root, self._report, refuse_foreign=self._refuse_foreign)
        return [self._process(node) for node in self._source.processes() if node.get("isExecutable") != "false"]

    def _process(self, node: etree._Element) -> ProcessModel:
        content = _Content()
        self._retry = self._work.retry(node)
        check_lanes(node, self._report)
        self._content(node, (), content)
        info = extension(node, "process")
        identifier = str(node.get("id"))
        pool = next((p for p in self._participants if p.process == identifier), None)
        return ProcessModel(
            id=identifier,
            name=node.get("name"),
            resource=self._source.resource,
            line=line_of(node),
            documentation=child_text(node, "documentation"),
            startable=info is not None and info.get("startable") == "true",
            title=None if info is None else info.get("title"),
            title_en=None if info is None else info.get("title-en"),
            version_tag=(None if info is None else info.get("version-tag")) or vendor(node, "versionTag"),
            withdraw=self._extensions.withdraw(info),
            archive=self._extensions.archive(info),
            pool=None if info is None else info.get("pool"),
            participant=None if pool is None else pool.name,
            starters=self._extensions.starters(node),
            number=self._extensions.number(node),
            subject=self._extensions.subject(node),
            urgency=self._extensions.value(node, "urgency"),
            owner=self._extensions.value(node, "owner"),
            business_key=self._extensions.value(node, "businessKey"),
            visible=self._extensions.visible(node),
            searches=self._extensions.searches(node),
            elements=content.elements,
            flows=content.flows,
            declared=content.declared,
            start_subscriptions=tuple(_start_subscriptions(content.elements)),
            lanes=tuple(self._lane_names(node)),
            participants=self._participants,
            message_flows=self._message_flows,
        )

    def _content(self, node: etree._Element, scope: tuple[str, ...], content: _Content) -> None:
        declared = {name for item in children(node, "dataObject") if (name := item.get("id"))}
        if declared:
            content.declared[scope] = frozenset(declared)
        self._read_handlers(node)
        for item in node:
            name = local(item)
            if name in NODES:
                self._node(item, scope, content)
            elif name == "sequenceFlow":
                self._flow(item, scope, content)
            elif name == "ioSpecification":
                self._refuse(
                    item,
                    "io-specification",
                    "不支持 ioSpecification，请改用变量。",
                    "ioSpecification is not supported; use variables.",
                )
            elif name and name not in _DESCRIPTIVE:
                self._refuse(item, "unsupported-element", f"不支持元素 {name}。", f"The element {name} is not supported.")

    def _node(self, item: etree._Element, scope: tuple[str, ...], content: _Content) -> None:
        name, identifier = local(item), str(item.get("id"))
        flows = {kind: tuple(self._flow_ids(item, kind)) for kind in ("source", "target")}
        events = self._events.events(item)
        details = self._activities.details(item, name)
        later = self._work.continuation(item)
        content.elements[identifier] = Element(
            id=identifier,
            type=name,
            name=item.get("name"),
            line=line_of(item),
            documentation=child_text(item, "documentation"),
            scope=scope,
            incoming=flows["target"],
            outgoing=flows["source"],
            default=self._source.reference(item, "default"),
            lane=self._lanes.get(identifier),
            events=(*events, *details.events),
            parallel_multiple=item.get("parallelMultiple") == "true" or item.get("eventGatewayType") == "Parallel",
            activation=self._activation(item),
            interrupting=item.get("cancelActivity" if name == "boundaryEvent" else "isInterrupting", "true").lower() != "false",
            attached_to=self._source.reference(item, "attachedToRef"),
            loop=details.loop,
            approval=details.approval,
            send=details.send,
            receive=details.receive,
            function=details.function,
            decision=details.decision,
            external=details.external,
            script=details.script,
            call=details.call,
            ad_hoc=details.ad_hoc,
            assignments=details.assignments,
            event_subprocess=item.get("triggeredByEvent") == "true",
            for_compensation=item.get("isForCompensation") == "true",
            handler=self._handlers.get(identifier),
            instantiate=item.get("instantiate") == "true",
            start_quantity=self._quantity(item, "startQuantity"),
            completion_quantity=self._quantity(item, "completionQuantity"),
            async_before=later.before,
            async_after=later.after,
            retry=self._work.retry(item) or self._retry,
        )
        if name in SUBPROCESSES:
            self._content(item, (*scope, identifier), content)

    def _flow(self, item: etree._Element, scope: tuple[str, ...], content: _Content) -> None:
        condition = child(item, "conditionExpression")
        language = None if condition is None else condition.get("language")
        if language is not None and "liandong" not in language and "juel" not in language.lower():
            self._report.warning(
                "expression-language",
                item,
                f"表达式语言“{language}”按本系统的表达式读取。",
                f"The expression language '{language}' is read as this system's own.",
            )
        text = None if condition is None else condition.text
        compiled = self._report.expression(text, item) if condition is not None and (text or "").strip() else None
        content.flows[str(item.get("id"))] = Flow(
            id=str(item.get("id")),
            name=item.get("name"),
            source=self._source.reference(item, "sourceRef") or "",
            target=self._source.reference(item, "targetRef") or "",
            scope=scope,
            condition=compiled,
            line=line_of(item),
        )

    def _activation(self, item: etree._Element) -> Expression | None:
        found = child(item, "activationCondition") if local(item) == "complexGateway" else None
        return None if found is None else self._report.expression(found.text, found)

    def _flow_ids(self, item: etree._Element, side: str) -> Iterator[str]:
        yield from self._flow_ends.get((side, str(item.get("id"))), ())

    def _quantity(self, item: etree._Element, attribute: str) -> int:
        text = item.get(attribute, "1")
        if text.isdigit() and 0 < int(text) <= 1_000:
            return int(text)
        self._report.error(
            "quantity", item, f"{attribute} 应为 1 至 1000 的整数。", f"{attribute} must be a whole number from 1 to 1000."
        )
        return 1

    def _read_handlers(self, node: etree._Element) -> None:
        # A compensation boundary event points to its handler by an association; the host gets the handler.
        hosts = {
            item.get("id"): self._source.reference(item, "attachedToRef")
            for item in children(node, "boundaryEvent")
            if child(item, "compensateEventDefinition") is not None
        }
        found = set()
        for item in children(node, "association"):
            host = hosts.get(self._source.reference(item, "sourceRef"))
            target = self._source.reference(item, "targetRef")
            if host and target:
                self._handlers[host] = target
                found.add(self._source.reference(item, "sourceRef"))
        for item in children(node, "boundaryEvent"):
            if item.get("id") in hosts and item.get("id") not in found:
                self._report.error(
                    "no-handler",
                    item,
                    "补偿事件没有用关联线连接补偿活动。",
                    "The compensation event has no association to a handler.",
                )

    def _read_lanes(self) -> dict[str, str]:
        lanes = {}
        for lane in self._source.root.iter("{*}lane"):
            for item in children(lane, "flowNodeRef"):
                lanes[(item.text or "").strip()] = lane.get("name") or lane.get("id") or ""
        return lanes

    def _lane_names(self, node: etree._Element) -> Iterator[str]:
        for lanes in children(node, "laneSet"):
            for lane in lanes.iter("{*}lane"):
                yield lane.get("name") or lane.get("id") or ""

    def _read_participants(self) -> tuple[Participant, ...]:
        return tuple(
            Participant(id=str(item.get("id")), name=item.get("name"), process=self._source.reference(item, "processRef"))
            for collaboration in children(self._source.root, "collaboration")
            for item in children(collaboration, "participant")
        )

    def _read_message_flows(self) -> Iterator[MessageFlow]:
        for collaboration in children(self._source.root, "collaboration"):
            for item in children(collaboration, "messageFlow"):
                yield MessageFlow(
                    id=str(item.get("id")),
                    name=item.get("name"),
                    source=self._source.reference(item, "sourceRef") or "",
                    target=self._source.reference(item, "targetRef") or "",
                )

    def _check_top_level(self) -> None:
        for item in self._source.root:
            if local(item) not in _TOP_LEVEL:
                self._refuse(
                    item, "unsupported-element", f"不支持元素 {local(item)}。", f"The element {local(item)} is not supported."
                )

    def _refuse(self, item: etree._Element, code: str, message: str, message_en: str) -> None:
        self._report.error(code, item, message, message_en)


def _start_subscriptions(elements: dict[str, Element]) -> Iterator[StartSubscription]:
    for element in elements.values():
        if element.scope:
            continue
        if element.type == "startEvent" or (element.instantiate and element.type == "receiveTask" and not element.incoming):
            yield from _subscriptions_of(element.id, element.events)
        elif element.instantiate and element.type == "eventBasedGateway" and not element.incoming:
            yield from _gateway_subscriptions(element, elements)


def _gateway_subscriptions(gateway: Element, elements: dict[str, Element]) -> Iterator[StartSubscription]:
    for target in elements.values():
        if set(target.incoming) & set(gateway.outgoing):
            yield from _subscriptions_of(target.id, target.events)


def _subscriptions_of(element: str, events: tuple[EventModel, ...]) -> Iterator[StartSubscription]:
    for event in events:
        if event.kind in _START_KINDS:
            yield StartSubscription(
                element=element, kind=event.kind, name=event.name, timer=event.timer, condition=event.condition
            )
