"""Reads event definitions: what an event waits for or throws."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from engine.kernel.extensions import ExtensionReader
from engine.kernel.model import EventModel, MessageProperty, TimerModel
from engine.kernel.source import Source, child, child_text, children, local
from engine.kernel.timers import timer_fault

_TIMERS = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
KINDS = {
    "messageEventDefinition": "message",
    "signalEventDefinition": "signal",
    "timerEventDefinition": "timer",
    "conditionalEventDefinition": "conditional",
    "errorEventDefinition": "error",
    "escalationEventDefinition": "escalation",
    "cancelEventDefinition": "cancel",
    "compensateEventDefinition": "compensation",
    "terminateEventDefinition": "terminate",
    "linkEventDefinition": "link",
}


class EventReader:
    """Reads the event definitions of one file."""

    def __init__(self, source: Source, extensions: ExtensionReader) -> None:
        self._source = source
        self._report = source.report
        self._extensions = extensions
        self._properties = self._read_properties()

    def events(self, node: etree._Element) -> tuple[EventModel, ...]:
        """The event definitions of a node, in the order of the file."""
        found = []
        for item in node:
            name = local(item)
            shared = self._shared(item) if name == "eventDefinitionRef" else None
            definition = item if shared is None else shared
            if local(definition) in KINDS:
                found.append(self._event(KINDS[local(definition)], definition, node))
        return tuple(found)

    def _shared(self, item: etree._Element) -> etree._Element | None:
        """The event definition that an event refers to instead of holding it."""
        name = _bare(item.text)
        found = next((node for node in children(self._source.root, *KINDS) if node.get("id") == name), None)
        if found is None:
            self._report.error(
                "dangling-reference",
                item,
                f"eventDefinitionRef 指向不存在的“{name}”。",
                f"eventDefinitionRef names '{name}', which does not exist.",
            )
        return found

    def message(self, node: etree._Element) -> EventModel | None:
        """The message of a send or receive task, None when it names none."""
        if self._source.reference(node, "messageRef") is None:
            return None
        return self._message(node)

    def _event(self, kind: str, item: etree._Element, node: etree._Element) -> EventModel:
        if kind == "message":
            return self._message(item)
        if kind == "signal":
            return EventModel(kind=kind, name=self._named(item, "signalRef", self._source.signals))
        if kind in ("error", "escalation"):
            return self._coded(kind, item)
        if kind == "timer":
            return EventModel(kind=kind, timer=self._timer(item, node))
        if kind == "conditional":
            condition = child(item, "condition")
            text = None if condition is None else condition.text
            return EventModel(kind=kind, condition=self._report.expression(text, item))
        if kind == "compensation":
            waits = item.get("waitForCompletion", "true").strip() not in ("false", "0")
            return EventModel(kind=kind, activity=self._source.reference(item, "activityRef"), waits=waits)
        if kind == "link":
            return EventModel(kind=kind, name=item.get("name") or node.get("name"))
        return EventModel(kind=kind)

    def _message(self, item: etree._Element) -> EventModel:
        name = self._named(item, "messageRef", self._source.messages)
        reference = self._source.reference(item, "messageRef")
        return EventModel(kind="message", name=name, properties=self._properties.get(reference or "", ()))

    def _named(self, item: etree._Element, attribute: str, table: Mapping[str, str]) -> str | None:
        reference = self._source.reference(item, attribute)
        if reference is None:
            self._report.error(
                "missing-reference", item, f"事件没有写明 {attribute}。", f"The event does not say which {attribute} it means."
            )
        elif reference not in table:
            self._report.error(
                "dangling-reference",
                item,
                f"{attribute} 指向不存在的“{reference}”。",
                f"{attribute} names '{reference}', which does not exist.",
            )
        else:
            return table[reference]
        return None

    def _coded(self, kind: str, item: etree._Element) -> EventModel:
        reference = self._source.reference(item, f"{kind}Ref")
        table = self._source.errors if kind == "error" else self._source.escalations
        if reference is not None and reference not in table:
            self._report.warning(
                "dangling-code",
                item,
                f"“{reference}”没有定义，按代码本身处理。",
                f"'{reference}' is not defined; it is taken as the code itself.",
            )
        return EventModel(kind=kind, name=None if reference is None else table.get(reference, reference))

    def _timer(self, item: etree._Element, node: etree._Element) -> TimerModel | None:
        for tag, kind in _TIMERS.items():
            found = child(item, tag)
            if found is None:
                continue
            value = self._report.template(found.text, found)
            if value is None:
                return None
            fault = None if value.literal is None else timer_fault(kind, value.literal)
            if fault is not None:
                self._report.error(
                    "timer",
                    found,
                    f"时间“{value.literal}”无法识别，应如 PT8H、P2D、R3/PT1H 或 2027-01-31T08:00:00+08:00。",
                    f"The time '{value.literal}' cannot be read: {fault}.",
                )
            return TimerModel(kind=kind, value=value, calendar=self._extensions.calendar(node))
        self._report.error("timer", item, "定时事件没有写明时间。", "The timer event does not say when.")
        return None

    def _read_properties(self) -> dict[str, tuple[MessageProperty, ...]]:
        keys: dict[str, list[str]] = {}
        for key in self._source.root.iter("{*}correlationKey"):
            for item in children(key, "correlationPropertyRef"):
                keys.setdefault(_bare(item.text), []).append(key.get("name") or key.get("id") or "")
        found: dict[str, list[MessageProperty]] = {}
        for item in children(self._source.root, "correlationProperty"):
            identifier = item.get("id") or ""
            for retrieval in children(item, "correlationPropertyRetrievalExpression"):
                path = child_text(retrieval, "messagePath") or child_text(retrieval, "formalExpression")
                expression = self._report.expression(path, retrieval)
                message = self._source.reference(retrieval, "messageRef")
                if expression is not None and message is not None:
                    found.setdefault(message, []).append(
                        MessageProperty(
                            name=item.get("name") or identifier,
                            source=expression.source,
                            value=expression,
                            keys=tuple(keys.get(identifier, ())),
                        )
                    )
        return {message: tuple(properties) for message, properties in found.items()}


def _bare(text: str | None) -> str:
    return (text or "").strip().rpartition(":")[2]
