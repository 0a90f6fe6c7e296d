"""Looks through a file for what other engines wrote into it: nothing of theirs is passed over in silence.

What stands in the namespaces of Camunda 7, Operaton, Flowable and Activiti is read elsewhere, on the list of harmless
things, warned of or refused, as `dialect_table` says; what that table does not name is a warning. Namespaces of any other
tool are one warning each. Processes that are not executable are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.kernel.dialect_table import MAPPINGS, Rule, rule_for
from engine.kernel.extensions import VENDORS
from engine.kernel.placement import LIANDONG
from engine.kernel.report import Report
from engine.kernel.source import PREFIX, local

_PREFIXES = dict(zip(VENDORS, ("camunda", "operaton", "flowable", "activiti"), strict=True))
_PLAIN = frozenset(
    {"", PREFIX, LIANDONG, "{http://www.w3.org/2001/XMLSchema-instance}", "{http://www.w3.org/XML/1998/namespace}"}
)


def check_dialects(root: etree._Element, report: Report, *, refuse_foreign: bool) -> None:
    """Adds a finding for what other engines would do and this one does not; warnings only unless `refuse_foreign`."""
    check = _Check(report, refuse_foreign=refuse_foreign)
    check.attributes(root)
    for part in root:
        if local(part) != "process" or part.get("isExecutable") != "false":
            for node in part.iter(etree.Element):
                check.node(node)
                if local(part) == "process":
                    check.namespaces(node)


class _Check:
    def __init__(self, report: Report, *, refuse_foreign: bool) -> None:
        self._report = report
        self._refuse = refuse_foreign
        self._seen = set(_PLAIN | _PREFIXES.keys())

    def node(self, node: etree._Element) -> None:
        """Checks a BPMN element's attributes, or an element of another engine that stands directly in BPMN."""
        if local(node):
            self.attributes(node)
            return
        namespace, name = _split(str(node.tag))
        holder = node.getparent()
        if namespace not in _PREFIXES or holder is None or not local(holder):
            return
        owner = holder.getparent() if local(holder) == "extensionElements" else None
        rule = None if owner is None else rule_for("element", name, owner, local(owner))
        # Another engine's element may have an id of its own, which nobody finds in the diagram.
        self._tell(rule, namespace, name, holder if owner is None else owner)
        if rule is not None and rule.treatment == "read":
            self._parameters(node, namespace, name)

    def attributes(self, node: etree._Element) -> None:
        """Checks the attributes of a BPMN element that are in another engine's namespace."""
        for namespace, name, value in _filled(node):
            if namespace in _PREFIXES:
                self._tell(rule_for("attribute", name, node, local(node), value), namespace, name, node)

    def namespaces(self, node: etree._Element) -> None:
        """Tells of every namespace that nobody reads, where it is met first."""
        for name in (str(node.tag), *map(str, node.attrib)):
            namespace, rest = _split(name)
            if namespace not in self._seen:
                self._seen.add(namespace)
                self._report.warning(
                    "foreign-namespace",
                    node,
                    f"“{namespace[1:-1]}”的内容（如 {rest}）不被读取，已忽略。",
                    f"Nothing of '{namespace[1:-1]}' (such as {rest}) is read; it is ignored.",
                )

    def _parameters(self, node: etree._Element, namespace: str, name: str) -> None:
        """Checks the attributes of a mapping, which stand in no namespace."""
        if name in MAPPINGS:
            for _, attribute, value in _filled(node):
                rule = rule_for("attribute", attribute, node, name, value)
                self._tell(rule, namespace, f"{name} {attribute}", node)

    def _tell(self, rule: Rule | None, namespace: str, name: str, node: etree._Element) -> None:
        full = f"{_PREFIXES[namespace]}:{name}"
        if rule is None:
            self._report.warning(
                "foreign-unknown",
                node,
                f"{full}：这里不认识它，已忽略。",
                f"{full}: not understood in this place, and ignored.",
            )
        elif rule.finding:
            add = self._report.error if rule.treatment == "error" and self._refuse else self._report.warning
            add(rule.finding, node, f"{full}：{rule.message}", f"{full}: {rule.message_en}")


def _filled(node: etree._Element) -> Iterator[tuple[str, str, str]]:
    """Namespace, name and value of the attributes that hold something."""
    return ((*_split(str(name)), text) for name, value in node.attrib.items() if (text := str(value).strip()))


def _split(name: str) -> tuple[str, str]:
    namespace, _, rest = name.rpartition("}")
    return (namespace + "}" if namespace else "", rest)
