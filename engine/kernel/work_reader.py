"""Reads how an element's work is carried out: by another system, behind a job of its own, and how often it is tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from engine.kernel.extensions import VENDORS, ExtensionReader, extension, vendor
from engine.kernel.model import ExternalModel, NamedValue
from engine.kernel.report import Report
from engine.kernel.retries import retry_pauses
from engine.kernel.source import child
from engine.kernel.timers import TimerFault

EXTERNAL_TYPES = frozenset({"external", "external-worker"})
"""What Camunda 7 and Operaton, and Flowable, call work that other systems fetch."""
_WORK = frozenset({"serviceTask", "sendTask", "businessRuleTask", "task"})


@dataclass(frozen=True, kw_only=True)
class Continuation:
    """Whether a token waits for a job of its own before or after an element."""

    before: bool = False
    after: bool = False


def is_external(node: etree._Element) -> bool:
    """Whether another system does this task's work."""
    return extension(node, "external") is not None or (vendor(node, "type") or "").lower() in EXTERNAL_TYPES


class WorkReader:
    """Reads one file's elements."""

    def __init__(self, report: Report, extensions: ExtensionReader) -> None:
        self._report = report
        self._extensions = extensions

    def external(self, node: etree._Element, name: str) -> ExternalModel | None:
        """Topic and values of a task that another system does, ours or another engine's; None for other tasks."""
        if not is_external(node):
            return None
        if name not in _WORK:
            self._report.error("external", node, f"{name} 不能由外部系统执行。", f"A {name} cannot be done by another system.")
            return None
        item = extension(node, "external")
        topic = vendor(node, "topic") if item is None else item.get("topic")
        priority = vendor(node, "taskPriority") if item is None else item.get("priority")
        if not (topic or "").strip():
            self._report.error(
                "external-topic", node, "外部任务没有写明主题（topic）。", "The external task does not say its topic."
            )
            return None
        compiled = self._report.template(topic, node)
        if compiled is None:
            return None
        if item is None:
            inputs, outputs = tuple(self._foreign(node, "in")), tuple(self._foreign(node, "out"))
        else:
            inputs, outputs = self._extensions.values(item, "in"), self._extensions.values(item, "out")
        if not outputs:
            self._report.warning(
                "external-outputs",
                node,
                "外部任务没有声明输出，外部系统交回的结果不会写入流程。",
                "The external task declares no outputs; what the other system hands back is not kept.",
            )
        urgency = self._report.template(priority, node) if (priority or "").strip() else None
        return ExternalModel(topic=compiled, priority=urgency, inputs=inputs, outputs=outputs, bare_results=item is None)

    def continuation(self, node: etree._Element) -> Continuation:
        """Our `liandong:async`, or the attributes of other engines, on an element or on its loop."""
        item = extension(node, "async")
        if item is not None:
            return Continuation(before=self._flag(item, "before"), after=self._flag(item, "after"))
        before = "true" in (vendor(node, "asyncBefore"), vendor(node, "async"))
        after = "true" in (vendor(node, "asyncAfter"), vendor(node, "asyncLeave"))
        return Continuation(before=before, after=after)

    def retry(self, node: etree._Element) -> str | None:
        """How often failed work of the element, or process, is tried again; None when it does not say."""
        item = extension(node, "retry")
        text = item.get("cycle") if item is not None else next(_foreign_cycles(node), None)
        if item is None and text is None:
            return None
        try:
            retry_pauses(text or "")
        except TimerFault as fault:
            self._report.error(
                "retry",
                node,
                f"重试规则“{(text or '')[:40]}”无效，应如 R3/PT10M 或 PT1M,PT10M。",
                f"The retry rule '{(text or '')[:40]}' is not valid ({fault}); write R3/PT10M or PT1M,PT10M.",
            )
            return None
        return text

    def _flag(self, item: etree._Element, name: str) -> bool:
        value = item.get(name, "false")
        if value not in ("true", "false"):
            self._report.error(
                "attribute-value",
                item,
                f"属性 {name} 只能是 true 或 false。",
                f"The attribute {name} must be true or false.",
            )
        return value == "true"

    def _foreign(self, node: etree._Element, side: str) -> Iterator[NamedValue]:
        """Mappings as Flowable writes them, and simple input and output parameters as Camunda 7 and Operaton do."""
        for item in _foreign(node, f"externalWorker{side.capitalize()}Parameter"):
            yield from self._mapped(item, item.get("target"), item.get("source") or item.get("sourceExpression"))
        for item in _foreign(node, "inputOutput"):
            for parameter in item.iterchildren(*(f"{namespace}{side}putParameter" for namespace in VENDORS)):
                yield from self._parameter(parameter)

    def _parameter(self, item: etree._Element) -> Iterator[NamedValue]:
        if len(item):
            self._report.error(
                "external-parameter",
                item,
                "参数只能是文本或表达式，不能是脚本、列表或映射。",
                "A parameter must be a text or an expression, no script, list or map.",
            )
            return
        name = item.get("name")
        value = self._report.template(item.text, item)
        if name and value is not None:
            yield NamedValue(name=name, value=value)

    def _mapped(self, item: etree._Element, target: str | None, source: str | None) -> Iterator[NamedValue]:
        value = self._report.expression(source, item)
        if target and value is not None:
            yield NamedValue(name=target, value=value)


def _foreign_cycles(node: etree._Element) -> Iterator[str]:
    for item in _foreign(node, "failedJobRetryTimeCycle"):
        yield (item.text or "").strip()


def _foreign(node: etree._Element, name: str) -> Iterator[etree._Element]:
    """Extension elements of that name in other engines' namespaces."""
    holder = child(node, "extensionElements")
    if holder is not None:
        yield from holder.iterchildren(*(namespace + name for namespace in VENDORS))
