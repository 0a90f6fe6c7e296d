"""Reads which decision a task makes: `liandong:decision`, Camunda's attributes or Flowable's fields."""

from __future__ import annotations

from lxml import etree

from engine.decisions import MAPPINGS, Decisions
from engine.expressions import Expression
from engine.kernel.extensions import VENDORS, extension, vendor
from engine.kernel.model import DecisionCall
from engine.kernel.report import Report
from engine.kernel.source import child

DECISION = ("type", "dmn")
"""Flowable's mark of a service task that makes a decision."""

_REF = "decisionRef"
_BINDINGS = frozenset({"latest", "deployment"})
_ONE_OUTPUT = frozenset({"singleEntry", "collectEntries"})
VARIABLES = "variables"
"""Each output becomes a variable; several results are a list under the decision's key. Flowable's own way."""


class DecisionReader:
    """Reads the decisions of one file's tasks; what cannot be made becomes a finding."""

    def __init__(self, report: Report, decisions: Decisions | None, *, refuse_foreign: bool) -> None:
        """`decisions` are those of the same deployment; None accepts every reference."""
        self._report = report
        self._decisions = decisions
        self._refuse_foreign = refuse_foreign

    def call(self, node: etree._Element, name: str) -> DecisionCall | None:
        """The decision of a business rule task, or of a service task of Flowable's type `dmn`; None when there is none."""
        if name not in ("businessRuleTask", "serviceTask"):
            return None
        item = extension(node, "decision")
        if item is not None:
            return self._checked(node, self._ours(item))
        if name == "businessRuleTask" and vendor(node, _REF) is not None:
            return self._checked(node, self._camunda(node))
        if vendor(node, DECISION[0]) == DECISION[1]:
            return self._checked(node, self._flowable(node))
        return None

    def _ours(self, item: etree._Element) -> DecisionCall | None:
        ref, result, mapping = item.get("ref"), item.get("result"), item.get("mapping")
        if not (ref or "").strip():
            self._report.error(
                "missing-attribute", item, "liandong:decision 缺少属性 ref。", "liandong:decision lacks its attribute ref."
            )
            return None
        if mapping == VARIABLES:
            return self._spread(item, str(ref).strip(), result)
        if not (result or "").strip():
            self._report.warning(
                "no-result",
                item,
                "没有写明结果存入哪个变量（result），决策结果只留在历史中。",
                "No variable takes the result (result); the decision is only recorded in history.",
            )
        if mapping is not None and mapping not in MAPPINGS:
            self._unknown_mapping(item, mapping)
            return None
        each = item.get("each")
        if (each is None) != (item.get("item") is None):
            self._report.error(
                "attribute-value",
                item,
                "each（一张列表）和 item（其中一项的名称）要一起写。",
                "Write each (a list) and item (the name of one of its items) together.",
            )
            return None
        return DecisionCall(
            decision=str(ref).strip(),
            result=result or None,
            mapping=mapping,
            date=self._expression(item, item.get("date")),
            each=self._expression(item, each),
            item=item.get("item"),
        )

    def _spread(self, item: etree._Element, ref: str, result: str | None) -> DecisionCall | None:
        if result is not None or item.get("each") is not None:
            self._report.error(
                "decision-mapping",
                item,
                "mapping=“variables” 把每个输出各存为一个变量，不能再写 result 或 each。",
                "mapping='variables' makes each output a variable; leave result and each out.",
            )
            return None
        return DecisionCall(decision=ref, result=None, mapping=VARIABLES, date=self._expression(item, item.get("date")))

    def _expression(self, item: etree._Element, text: str | None) -> Expression | None:
        return None if text is None else self._report.expression(text, item)

    def _camunda(self, node: etree._Element) -> DecisionCall | None:
        mapping = vendor(node, "mapDecisionResult") or "resultList"
        binding = vendor(node, "decisionRefBinding") or "latest"
        if mapping not in MAPPINGS:
            self._unknown_mapping(node, mapping)
            return None
        if binding not in _BINDINGS:
            self._foreign(
                node,
                "foreign-decision",
                f"决策总取自同一次部署，不能用 decisionRefBinding=“{binding}”。",
                f"A decision always comes from the same deployment; decisionRefBinding cannot be '{binding}'.",
            )
            return None
        return DecisionCall(decision=str(vendor(node, _REF)), result=vendor(node, "resultVariable"), mapping=mapping)

    def _flowable(self, node: etree._Element) -> DecisionCall | None:
        fields = _fields(node)
        ref = fields.get("decisionTableReferenceKey") or fields.get("decisionServiceReferenceKey") or ""
        if not ref:
            self._foreign(node, "foreign-decision", "决策任务没有写明决策编号。", "The decision task names no decision.")
            return None
        if fields.get("decisionTaskThrowErrorOnNoHits") == "true":
            self._foreign(
                node,
                "foreign-decision",
                "不支持 decisionTaskThrowErrorOnNoHits；请在决策表里加一条兜底规则。",
                "decisionTaskThrowErrorOnNoHits is not supported; add a rule that catches the rest.",
            )
            return None
        return DecisionCall(decision=ref, result=None, mapping=VARIABLES)

    def _checked(self, node: etree._Element, call: DecisionCall | None) -> DecisionCall | None:
        if call is None or self._decisions is None:
            return call
        versions = self._decisions.versions.get(call.decision)
        if "${" in call.decision or versions is None:
            dynamic = "${" in call.decision
            self._foreign(
                node,
                "unknown-decision",
                f"决策“{call.decision}”{'须是固定的编号，不能是表达式' if dynamic else '不在本次部署中'}。",
                f"The decision '{call.decision}' {'must be a fixed key' if dynamic else 'is not in this deployment'}.",
            )
            return None
        if call.mapping in _ONE_OUTPUT and any(len(version.outputs) > 1 for version in versions):
            self._report.error(
                "decision-mapping",
                node,
                f"决策“{call.decision}”有多个输出，不能用 {call.mapping}；请用 singleResult 或 resultList。",
                f"Decision '{call.decision}' has several outputs; use singleResult or resultList, not {call.mapping}.",
            )
        return call

    def _unknown_mapping(self, node: etree._Element, mapping: str) -> None:
        self._report.error(
            "attribute-value",
            node,
            f"结果的形式“{mapping}”不存在，可用 {'、'.join((*MAPPINGS, VARIABLES))}。",
            f"There is no result mapping '{mapping}'; use {', '.join((*MAPPINGS, VARIABLES))}.",
        )

    def _foreign(self, node: etree._Element, code: str, message: str, message_en: str) -> None:
        add = self._report.error if self._refuse_foreign else self._report.warning
        add(code, node, message, message_en)


def _fields(node: etree._Element) -> dict[str, str]:
    holder = child(node, "extensionElements")
    found: dict[str, str] = {}
    for namespace in VENDORS:
        for item in () if holder is None else holder.iterchildren(namespace + "field"):
            inner = next(iter(item), None)
            value = item.get("stringValue") or (inner.text if inner is not None else None) or ""
            found[str(item.get("name"))] = value.strip()
    return found
