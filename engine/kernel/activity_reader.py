"""Reads what an activity does: its loop, script, function, call, people and data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from engine.expressions import Expression, Script
from engine.kernel.decision_reader import DecisionReader
from engine.kernel.event_reader import EventReader
from engine.kernel.extensions import FOREIGN_WORK, ExtensionReader, vendor
from engine.kernel.model import (
    AdHocModel,
    ApprovalModel,
    Assignment,
    CallModel,
    DecisionCall,
    EventModel,
    ExternalModel,
    FunctionCall,
    LoopModel,
    ReceiveModel,
    SendModel,
)
from engine.kernel.source import Source, child, child_text, children, local
from engine.kernel.work_reader import WorkReader, is_external

_NAME = re.compile(r"[^\W\d_]\w*\Z")
_CALLING = ("serviceTask", "businessRuleTask")
_SCRIPTS = frozenset({"", "liandong", "none", "juel"})


@dataclass(frozen=True, kw_only=True)
class Details:
    """What is special about one node; merged into its Element."""

    events: tuple[EventModel, ...] = ()
    loop: LoopModel | None = None
    approval: ApprovalModel | None = None
    send: SendModel | None = None
    receive: ReceiveModel | None = None
    function: FunctionCall | None = None
    decision: DecisionCall | None = None
    external: ExternalModel | None = None
    script: Script | None = None
    call: CallModel | None = None
    ad_hoc: AdHocModel | None = None
    assignments: tuple[Assignment, ...] = ()


class ActivityReader:
    """Reads the activities of one file."""

    def __init__(
        self,
        source: Source,
        extensions: ExtensionReader,
        events: EventReader,
        decisions: DecisionReader,
    ) -> None:
        self._source = source
        self._decisions = decisions
        self._report = source.report
        self._extensions = extensions
        self._events = events
        self._work = WorkReader(source.report, extensions)

    def details(self, node: etree._Element, name: str) -> Details:
        """Everything of a node that its kind calls for."""
        self._check_children(node)
        decision = self._decisions.call(node, name)
        message = self._events.message(node) if name in ("sendTask", "receiveTask") else None
        return Details(
            events=() if message is None else (message,),
            loop=self._loop(node),
            approval=self._extensions.approval(node) if name == "userTask" else None,
            send=self._extensions.send(node),
            receive=self._extensions.receive(node),
            function=self._service(node, name, decision),
            decision=decision,
            external=self._work.external(node, name),
            script=self._script(node) if name == "scriptTask" else None,
            call=self._call(node) if name == "callActivity" else None,
            ad_hoc=self._ad_hoc(node) if name == "adHocSubProcess" else None,
            assignments=tuple(self._assignments(node)),
        )

    def _service(self, node: etree._Element, name: str, decision: DecisionCall | None) -> FunctionCall | None:
        call = self._extensions.function(node)
        if is_external(node):
            if call is not None or decision is not None:
                self._report.error(
                    "call",
                    node,
                    "任务由外部系统执行时，不能再调用函数或做出决策。",
                    "A task that another system does neither calls a function nor makes a decision.",
                )
            return None
        foreign = any(vendor(node, key) is not None for key in FOREIGN_WORK)
        if call is not None and name not in _CALLING:
            self._report.error("call", node, "liandong:call 只能用于服务任务。", "liandong:call belongs to service tasks only.")
        if call is not None and decision is not None:
            self._report.error(
                "call",
                node,
                "一个任务只能调用函数或做出决策，不能两样都写。",
                "A task either calls a function or makes a decision, not both.",
            )
        if name in _CALLING and call is None and decision is None and not foreign:
            kind, kind_en = ("服务任务", "service task") if name == "serviceTask" else ("业务规则任务", "business rule task")
            self._report.warning(
                "empty-service",
                node,
                f"{kind}没有写明做什么，将直接通过。",
                f"The {kind_en} says nothing to do; it passes at once.",
            )
        return call

    def _script(self, node: etree._Element) -> Script | None:
        language = (node.get("scriptFormat") or "").strip().lower()
        if language not in _SCRIPTS:
            self._report.error(
                "script-language",
                node,
                f"不运行“{language}”脚本；脚本只能是“变量 = 表达式”的各行。",
                f"Scripts in '{language}' are not run; a script is lines of 'name = expression'.",
            )
            return None
        return self._report.script(child_text(node, "script"), node)

    def _call(self, node: etree._Element) -> CallModel | None:
        called = (
            self._source.reference(node, "calledElement")
            if "${" not in (node.get("calledElement") or "")
            else node.get("calledElement")
        )
        if called is None:
            self._report.error(
                "no-called-element",
                node,
                "调用活动没有写明调用哪个流程。",
                "The call activity does not say which process it calls.",
            )
            return None
        template = self._report.template(called, node)
        return None if template is None else self._extensions.call(node, template)

    def _ad_hoc(self, node: etree._Element) -> AdHocModel:
        condition = child(node, "completionCondition")
        return AdHocModel(
            condition=None if condition is None else self._report.expression(condition.text, node),
            cancel_remaining=node.get("cancelRemainingInstances", "true") == "true",
            sequential=(node.get("ordering") or "").lower() == "sequential",
        )

    def _loop(self, node: etree._Element) -> LoopModel | None:
        standard = child(node, "standardLoopCharacteristics")
        if standard is not None:
            return self._standard_loop(standard)
        several = child(node, "multiInstanceLoopCharacteristics")
        return None if several is None else self._multi_instance(several)

    def _standard_loop(self, item: etree._Element) -> LoopModel:
        maximum = item.get("loopMaximum")
        condition = self._condition(item, "loopCondition")
        if maximum is None and condition is None:
            self._report.error(
                "loop", item, "循环活动须写明 loopMaximum 或 loopCondition。", "A loop needs a loopMaximum or a loopCondition."
            )
        if maximum is not None and not maximum.isdigit():
            self._report.error("loop", item, "loopMaximum 应为整数。", "loopMaximum must be a whole number.")
            maximum = None
        later = self._work.continuation(item)
        return LoopModel(
            kind="standard",
            async_before=later.before,
            async_after=later.after,
            condition=condition,
            maximum=None if maximum is None else int(maximum),
            test_before=item.get("testBefore") == "true",
        )

    def _multi_instance(self, item: etree._Element) -> LoopModel:
        if item.get("behavior", "All") != "All" or child(item, "complexBehaviorDefinition") is not None:
            self._report.error(
                "loop-behavior",
                item,
                "不支持多实例的 behavior 事件，请用完成条件。",
                "The behaviour events of a multi-instance are not supported; use a completion condition.",
            )
        cardinality = self._condition(item, "loopCardinality")
        collection = self._collection(item)
        if (cardinality is None) == (collection is None):
            self._report.error(
                "loop", item, "多实例须写明次数或集合之一。", "A multi-instance needs either a cardinality or a collection."
            )
        later = self._work.continuation(item)
        return LoopModel(
            async_before=later.before,
            async_after=later.after,
            kind="sequential" if item.get("isSequential") == "true" else "parallel",
            cardinality=cardinality,
            collection=collection,
            item=self._item(item, "inputDataItem") or vendor(item, "elementVariable"),
            output=child_text(item, "loopDataOutputRef"),
            output_item=self._item(item, "outputDataItem"),
            condition=self._condition(item, "completionCondition"),
        )

    def _collection(self, item: etree._Element) -> Expression | None:
        text = child_text(item, "loopDataInputRef") or vendor(item, "collection")
        return None if text is None else self._report.expression(text, item)

    def _condition(self, item: etree._Element, name: str) -> Expression | None:
        found = child(item, name)
        return None if found is None else self._report.expression(found.text, found)

    def _item(self, item: etree._Element, name: str) -> str | None:
        found = child(item, name)
        return None if found is None else found.get("name") or found.get("id")

    def _assignments(self, node: etree._Element) -> Iterator[Assignment]:
        for item in children(node, "dataInputAssociation"):
            if child(item, "assignment", "transformation") is not None:
                self._report.error(
                    "data-association",
                    item,
                    "不支持带转换的数据输入，请改用变量。",
                    "A data input with a transformation is not supported; use variables.",
                )
        for item in children(node, "dataOutputAssociation"):
            if child(item, "assignment") is not None:
                self._report.error(
                    "data-association",
                    item,
                    "不支持 assignment，请用 transformation。",
                    "An assignment is not supported; use a transformation.",
                )
            if self._is_store(child_text(item, "targetRef")):
                self._stored(item)
            target = self._data_object(child_text(item, "targetRef"))
            text = child_text(item, "transformation") or child_text(item, "sourceRef") or ""
            if target is None or (child(item, "transformation") is None and not _NAME.match(text)):
                continue
            value = self._report.expression(text, item)
            if value is not None and text != target and not self._is_property(text):
                yield Assignment(name=target, value=value)

    def _is_store(self, reference: str | None) -> bool:
        return any(item.get("id") == reference for item in self._source.root.iter("{*}dataStoreReference", "{*}dataStore"))

    def _stored(self, item: etree._Element) -> None:
        """A data store lies outside the process: drawn it is a note, but a value for it would be lost."""
        add = self._report.error if child(item, "transformation", "assignment") is not None else self._report.warning
        add(
            "data-store",
            item,
            "数据存储只作说明，不会写入任何数据；请用服务任务写入。",
            "A data store is only a drawing: nothing is written to it; write by a service task.",
        )

    def _data_object(self, reference: str | None) -> str | None:
        for item in self._source.root.iter("{*}dataObjectReference"):
            if reference is not None and item.get("id") == reference:
                return item.get("dataObjectRef")
        return None

    def _is_property(self, text: str) -> bool:
        return any(item.get("id") == text for item in self._source.root.iter("{*}property", "{*}dataOutput"))

    def _check_children(self, node: etree._Element) -> None:
        method = (node.get("method") or "##Compensate").strip("#").lower()
        if local(node) == "transaction" and method != "compensate":
            self._report.error(
                "transaction-method",
                node,
                f"事务只能以补偿方式（##Compensate）取消，不支持“{node.get('method')}”。",
                f"A transaction is cancelled by compensation (##Compensate); '{node.get('method')}' is not supported.",
            )
        if child(node, "standardLoopCharacteristics") is not None and child(node, "multiInstanceLoopCharacteristics") is not None:
            self._report.error(
                "loop", node, "活动不能既循环又多实例。", "An activity is either a loop or a multi-instance, not both."
            )
        for item in children(node, "ioSpecification"):
            self._report.error(
                "io-specification",
                item,
                "不支持 ioSpecification，请改用变量。",
                "ioSpecification is not supported; use variables.",
            )
        for item in children(node, "potentialOwner", "humanPerformer", "performer", "resourceRole"):
            self._report.warning(
                "resource-role",
                item,
                f"{local(item)} 不起作用，请用 liandong:assign 指定办理人。",
                f"{local(item)} has no effect; name the people with liandong:assign.",
            )
