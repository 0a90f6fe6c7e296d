"""Looks through a file for what other engines wrote into it: nothing of theirs is passed over in silence.

Everything in their namespaces is read elsewhere, on the list of harmless things, warned of or refused, as
`dialect_table` says; what that table does not name is a warning. Processes that are not executable are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.kernel.dialect_table import MAPPINGS, Kind, Rule, rules_for
from engine.kernel.extensions import VENDORS
from engine.kernel.report import Report
from engine.kernel.source import local

_PREFIXES = dict(zip(VENDORS, ("camunda", "operaton", "flowable", "activiti"), strict=True))


def check_dialects(root: etree._Element, report: Report, *, refuse_foreign: bool) -> None:
    """Adds a finding for what other engines would do and this one does not; warnings only unless `refuse_foreign`."""
    check = _Check(report, refuse_foreign=refuse_foreign)
    check.attributes(root)
    for part in root:
        if local(part) != "process" or part.get("isExecutable") != "false":
            for node in part.iter(etree.Element):
                check.node(node)


class _Check:
    def __init__(self, report: Report, *, refuse_foreign: bool) -> None:
        self._report = report
        self._refuse = refuse_foreign

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
        rule = None if owner is None else self._decide("element", name, owner, local(owner))
        # Another engine's element may have an id of its own, which nobody finds in the diagram.
        self._tell(rule, namespace, name, holder if owner is None else owner)
        if rule is not None and rule.treatment == "read":
            self._parameters(node, namespace, name)

    def attributes(self, node: etree._Element) -> None:
        """Checks the attributes of a BPMN element that are in another engine's namespace."""
        for namespace, name in _filled(node):
            if namespace in _PREFIXES:
                self._tell(self._decide("attribute", name, node, local(node)), namespace, name, node)

    def _parameters(self, node: etree._Element, namespace: str, name: str) -> None:
        """Checks the attributes of a mapping, which stand in no namespace."""
        if name in MAPPINGS:
            for _, attribute in _filled(node):
                self._tell(self._decide("attribute", attribute, node, name), namespace, f"{name} {attribute}", node)

    def _decide(self, kind: Kind, name: str, node: etree._Element, place: str) -> Rule | None:
        return next((rule for rule in rules_for(kind, name) if rule.fits(node, place)), None)

    def _tell(self, rule: Rule | None, namespace: str, name: str, node: etree._Element) -> None:
        full = f"{_PREFIXES[namespace]}:{name}"
        if rule is None:
            self._report.warning(
                "foreign-unknown",
                node,
                f"{full}：这里不认识它，已忽略。",
                f"{full}: not understood in this place, and ignored.",
            )
        elif rule.code:
            add = self._report.error if rule.treatment == "error" and self._refuse else self._report.warning
            add(rule.code, node, f"{full}：{rule.message}", f"{full}: {rule.message_en}")


def _filled(node: etree._Element) -> Iterator[tuple[str, str]]:
    """Namespace and name of the attributes that hold something."""
    return (_split(str(name)) for name, value in node.attrib.items() if str(value).strip())


def _split(name: str) -> tuple[str, str]:
    namespace, _, rest = name.rpartition("}")
    return (namespace + "}" if namespace else "", rest)
