"""Reads DMN files (1.1 to 1.5, as dmn-js and Camunda Modeler write them) into decisions, with findings for what is wrong.

Read are decision tables, literal expressions, requirements, input data and item definitions that name a simple type.
Whatever else a decision may hold in the standard (contexts, invocations, functions, imports) is refused where it is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from engine.decisions.cells import compiled
from engine.decisions.faults import Refused
from engine.decisions.model import Decision, Formula, Table
from engine.decisions.report import Report
from engine.decisions.table_reader import TableReader
from engine.decisions.types import ItemTypes
from engine.xml import Node, Unreadable, line_of, read

NAMESPACES = frozenset(
    {
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        # As Flowable writes it.
        "http://www.omg.org/spec/DMN/20151101",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    }
)
LIANDONG = "{urn:liandong:bpmn:1}"
LONGEST_KEY = 150

_DESCRIPTIVE = frozenset(
    {
        "description",
        "question",
        "allowedAnswers",
        "extensionElements",
        "variable",
        "authorityRequirement",
        "supportedObjective",
        "impactedPerformanceIndicator",
        "decisionMaker",
        "decisionOwner",
        "usingProcess",
        "usingTask",
    }
)
_ATTRIBUTES = frozenset({"key", "valid-from", "valid-to"})
_LANGUAGES = frozenset({"", "juel", "liandong"})


def read_file(resource: str, data: bytes, report: Report, *, bounded: bool = True) -> list[Decision]:
    """The decisions of one file; what is wrong becomes a finding. `bounded` sets limits to the file's size."""
    try:
        root = read(data, bounded=bounded)
    except Unreadable as error:
        report.add("error", error.code, None, error.line, error.message, error.message_en)
        report.lost = True
        return []
    namespace, _, name = str(root.tag).rpartition("}")
    if name != "definitions" or namespace[1:] not in NAMESPACES:
        report.error("not-dmn", root, "文件不是 DMN 1.1 至 1.5 的决策文件。", "The file is not a DMN file of version 1.1 to 1.5.")
        report.lost = True
        return []
    return _FileReader(resource, root, namespace + "}", report).decisions()


class _FileReader:
    def __init__(self, resource: str, root: Node, prefix: str, report: Report) -> None:
        self._resource = resource
        self._root = root
        self._prefix = prefix
        self._report = report
        self._types = ItemTypes(root, prefix, report)

    def decisions(self) -> list[Decision]:
        nodes = list(self._root.iterchildren(self._prefix + "decision"))
        self._check_root()
        self._check_ids(nodes)
        self._keys = {str(node.get("id")): self._key(node) for node in nodes if node.get("id")}
        found = [decision for node in nodes if (decision := self._decision(node)) is not None]
        if not nodes:
            self._report.error("no-decision", self._root, "文件中没有决策。", "The file holds no decision.")
        return found

    def _check_root(self) -> None:
        for node in self._root.iterchildren(self._prefix + "import"):
            self._report.error("import", node, "不能引用其他文件（import）。", "Other files cannot be imported.")
        language = self._root.get("expressionLanguage")
        self._check_language(self._root, language)

    def _check_ids(self, nodes: list[Node]) -> None:
        seen: set[str] = set()
        for node in nodes:
            identifier = node.get("id")
            if not identifier:
                self._report.error("missing-id", node, "决策缺少编号（id）。", "A decision has no id.")
            elif identifier in seen:
                self._report.error("duplicate-id", node, f"编号“{identifier}”重复。", f"The id '{identifier}' is used twice.")
            seen.add(str(identifier))

    def _key(self, node: Node) -> str:
        return str(node.get(LIANDONG + "key") or node.get("id") or "").strip()

    def _decision(self, node: Node) -> Decision | None:
        self._check_attributes(node)
        key = self._key(node)
        if len(key) > LONGEST_KEY:
            self._report.error(
                "too-long",
                node,
                f"决策编号太长，最多 {LONGEST_KEY} 个字符。",
                f"The key is longer than {LONGEST_KEY} characters.",
            )
        start, end = self._day(node, "valid-from"), self._day(node, "valid-to")
        if start and end and end < start:
            self._report.error(
                "validity", node, "失效日期（valid-to）早于生效日期（valid-from）。", "valid-to lies before valid-from."
            )
        variable = self._variable(node, key)
        logic = self._logic(node, variable)
        if logic is None:
            self._report.lost = True
            return None
        return Decision(
            key=key,
            name=node.get("name") or key,
            variable=variable,
            logic=logic,
            requires=tuple(self._requires(node)),
            valid_from=start,
            valid_to=end,
            resource=self._resource,
            id=node.get("id") or key,
            line=line_of(node),
        )

    def _variable(self, node: Node, key: str) -> str:
        variable = next(node.iterchildren(self._prefix + "variable"), None)
        return str((variable.get("name") if variable is not None else None) or key)

    def _check_attributes(self, node: Node) -> None:
        for attribute in map(str, node.attrib):
            if attribute.startswith(LIANDONG) and attribute[len(LIANDONG) :] not in _ATTRIBUTES:
                name = attribute[len(LIANDONG) :]
                self._report.error(
                    "unknown-attribute",
                    node,
                    f"决策没有属性 liandong:{name}，请检查拼写。",
                    f"A decision has no attribute liandong:{name}; check its spelling.",
                )

    def _day(self, node: Node, name: str) -> date | None:
        text = node.get(LIANDONG + name)
        if text is None:
            return None
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            self._report.error(
                "validity",
                node,
                f"liandong:{name} 应是 2026-01-01 这样的日期，而不是“{text}”。",
                f"liandong:{name} must be a date such as 2026-01-01, not '{text}'.",
            )
            return None

    def _requires(self, node: Node) -> Iterator[str]:
        for requirement in node.iterchildren(self._prefix + "informationRequirement"):
            for required in requirement.iterchildren(self._prefix + "requiredDecision"):
                href = (required.get("href") or "").strip()
                if href.startswith("#") and href[1:] in self._keys:
                    yield self._keys[href[1:]]
                else:
                    self._report.error(
                        "dangling-reference",
                        required,
                        f"所需的决策“{href}”不在本文件中。",
                        f"The required decision '{href}' is not in this file.",
                    )

    def _logic(self, node: Node, variable: str) -> Table | Formula | None:
        logic: list[Table | Formula | None] = []
        for child in node:
            name = self._local(child)
            if name == "decisionTable":
                logic.append(TableReader(self._prefix, self._report, self._types, self._check_language).table(child, variable))
            elif name == "literalExpression":
                logic.append(self._formula(node, child))
            elif name and name not in _DESCRIPTIVE and name != "informationRequirement":
                self._report.error(
                    "unsupported-logic",
                    child,
                    f"不支持 <{name}>；请用决策表或文字表达式。",
                    f"<{name}> is not supported; use a decision table or a literal expression.",
                )
                return None
        if len(logic) != 1:
            self._report.error(
                "no-logic",
                node,
                "决策须恰有一个决策表或文字表达式。",
                "A decision needs exactly one decision table or literal expression.",
            )
            return None
        return logic[0]

    def _formula(self, node: Node, child: Node) -> Formula | None:
        self._check_language(child, child.get("expressionLanguage"))
        text = next((found.text or "" for found in child.iterchildren(self._prefix + "text")), "")
        variable = next(node.iterchildren(self._prefix + "variable"), None)
        reference = child.get("typeRef") or (variable.get("typeRef") if variable is not None else None)
        kind = self._types.kind(reference, child)
        try:
            return Formula(expression=compiled(text), kind=kind)
        except Refused as refused:
            self._report.refused(child, refused)
            return None

    def _check_language(self, node: Node, language: str | None) -> None:
        found = (language or "").strip().lower()
        if found not in _LANGUAGES and "feel" not in found:
            self._report.error(
                "expression-language",
                node,
                f"不运行“{language}”；表达式用本系统的语言或 FEEL 写法。",
                f"Expressions in '{language}' are not run; use the closed language or FEEL's spelling of it.",
            )

    def _local(self, node: Node) -> str:
        tag = str(node.tag)
        return tag[len(self._prefix) :] if tag.startswith(self._prefix) else ""
