"""Looks through a file for what other engines wrote into it: nothing of theirs is passed over in silence.

What stands in the namespaces of Camunda 7, Operaton, Flowable and Activiti is read elsewhere, on the list of harmless
things, warned of or refused, as `dialect_table` says; what that table does not name is a warning. Namespaces of any other
tool are one warning each. Processes that are not executable are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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
UNKNOWN = ("foreign-unknown", "这里不认识它，已忽略。", "not understood in this place, and ignored.")
"""Code and sentences for a word that the table does not know."""


@dataclass(frozen=True, kw_only=True)
class Word:
    """An attribute or an element of another engine, where it stands, and the rule that decides about it."""

    node: etree._Element
    name: str
    """With the usual prefix."""
    rule: Rule | None
    """None for what the table does not know."""


def check_dialects(root: etree._Element, report: Report, *, refuse_foreign: bool) -> None:
    """Adds a finding for what other engines would do and this one does not; warnings only unless `refuse_foreign`."""
    check = _Check(report, refuse_foreign=refuse_foreign)
    for part in _parts(root):
        for word in words(part):
            check.tell(word)
        if local(part) == "process":
            for node in part.iter(etree.Element):
                check.namespaces(node)


def all_words(root: etree._Element) -> Iterator[Word]:
    """All that other engines have written into a file, but for processes that are not executable."""
    return (word for part in _parts(root) for word in words(part))


def words(part: etree._Element) -> Iterator[Word]:
    """What other engines have written into a part of a file, in its order; of the root its attributes alone."""
    if part.getparent() is None:
        yield from _attributes(part)
        return
    for node in part.iter(etree.Element):
        if local(node):
            yield from _attributes(node)
        else:
            yield from _element(node)


def _parts(root: etree._Element) -> Iterator[etree._Element]:
    yield root
    yield from (part for part in root if local(part) != "process" or part.get("isExecutable") != "false")


def _element(node: etree._Element) -> Iterator[Word]:
    """An element of another engine that stands directly in BPMN, with the attributes of a mapping, which are in no namespace."""
    namespace, name = _split(str(node.tag))
    holder = node.getparent()
    if namespace not in _PREFIXES or holder is None or not local(holder):
        return
    owner = holder.getparent() if local(holder) == "extensionElements" else None
    rule = None if owner is None else rule_for("element", name, owner, local(owner))
    # Another engine's element may have an id of its own, which nobody finds in the diagram.
    yield _word(rule, namespace, name, holder if owner is None else owner)
    if rule is not None and rule.treatment == "read" and name in MAPPINGS:
        for _, attribute, value in _filled(node):
            yield _word(rule_for("attribute", attribute, node, name, value), namespace, f"{name} {attribute}", node)


def _attributes(node: etree._Element) -> Iterator[Word]:
    for namespace, name, value in _filled(node):
        if namespace in _PREFIXES:
            yield _word(rule_for("attribute", name, node, local(node), value), namespace, name, node)


def _word(rule: Rule | None, namespace: str, name: str, node: etree._Element) -> Word:
    return Word(node=node, name=f"{_PREFIXES[namespace]}:{name}", rule=rule)


class _Check:
    def __init__(self, report: Report, *, refuse_foreign: bool) -> None:
        self._report = report
        self._refuse = refuse_foreign
        self._seen = set(_PLAIN | _PREFIXES.keys())

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

    def tell(self, word: Word) -> None:
        """Adds the finding of a word, if it has one."""
        rule = word.rule
        if rule is None:
            code, message, message_en = UNKNOWN
            self._report.warning(code, word.node, f"{word.name}：{message}", f"{word.name}: {message_en}")
        elif rule.finding:
            add = self._report.error if rule.treatment == "error" and self._refuse else self._report.warning
            add(rule.finding, word.node, f"{word.name}：{rule.message}", f"{word.name}: {rule.message_en}")


def _filled(node: etree._Element) -> Iterator[tuple[str, str, str]]:
    """Namespace, name and value of the attributes that hold something."""
    return ((*_split(str(name)), text) for name, value in node.attrib.items() if (text := str(value).strip()))


def _split(name: str) -> tuple[str, str]:
    namespace, _, rest = name.rpartition("}")
    return (namespace + "}" if namespace else "", rest)
