"""One BPMN file as read: its ids, its shared definitions (messages, signals, errors …) and the names they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from engine.kernel.report import Report
from engine.xml import line_of

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
PREFIX = "{" + BPMN + "}"

SUBPROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES = (
    frozenset(
        {
            "task",
            "userTask",
            "manualTask",
            "serviceTask",
            "scriptTask",
            "sendTask",
            "receiveTask",
            "businessRuleTask",
            "callActivity",
        }
    )
    | SUBPROCESSES
)
EVENTS = frozenset({"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"})
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"})
NODES = ACTIVITIES | EVENTS | GATEWAYS

_NAMED = NODES | {"sequenceFlow", "process", "participant", "messageFlow"}
# A name as XML Schema's NCName: what may stand in an id.
_NCNAME = re.compile(r"[^\W\d][\w.\-·]*\Z")


def local(node: etree._Element) -> str:
    """Local name of a BPMN element; the empty string for anything else."""
    tag = node.tag
    return tag[len(PREFIX) :] if isinstance(tag, str) and tag.startswith(PREFIX) else ""


def children(node: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Direct children that are BPMN elements of these names."""
    return node.iterchildren(*(PREFIX + name for name in names))


def child(node: etree._Element, *names: str) -> etree._Element | None:
    """The first of `children`."""
    return next(children(node, *names), None)


def child_text(node: etree._Element, name: str) -> str | None:
    """Text of the first child of that name, None when there is none or it is empty."""
    found = child(node, name)
    return None if found is None or not (found.text or "").strip() else str(found.text).strip()


class Source:
    """One file. Giving missing ids is deterministic, so that a stored token finds its element again after a restart."""

    def __init__(self, resource: str, root: etree._Element, report: Report) -> None:
        self.resource = resource
        self.root = root
        self.report = report
        self.messages: dict[str, str] = {}
        self.signals: dict[str, str] = {}
        self.errors: dict[str, str] = {}
        self.escalations: dict[str, str] = {}
        self._check_ids()
        self._give_ids()
        self._read_shared()

    def reference(self, node: etree._Element, attribute: str) -> str | None:
        """An id reference; a QName's prefix is dropped."""
        value = node.get(attribute)
        if value is None or not value.strip():
            return None
        prefix, _, rest = value.strip().partition(":")
        return rest if rest and prefix in node.nsmap else value.strip()

    def processes(self) -> Iterator[etree._Element]:
        """The processes of the file."""
        return children(self.root, "process")

    def _check_ids(self) -> None:
        seen: dict[str, int | None] = {}
        for node in self.root.iter(etree.Element):
            found = node.get("id")
            if found is None or not local(node):
                continue
            # An xsd:ID is read without the white space around it.
            found = found.strip()
            node.set("id", found)
            if not _NCNAME.match(found):
                self.report.error(
                    "bad-id",
                    node,
                    f"编号“{found}”不合法：须以字母或下划线开头，且不含空格和冒号。",
                    f"The id '{found}' is not allowed: it must start with a letter or underscore and hold no space or colon.",
                )
            if found in seen:
                self.report.error(
                    "duplicate-id",
                    node,
                    f"编号“{found}”重复（首次出现在第 {seen[found]} 行）。",
                    f"The id '{found}' is used twice (first on line {seen[found]}).",
                )
            seen.setdefault(found, line_of(node))
        self._ids = set(seen)

    def _give_ids(self) -> None:
        count = 0
        for node in self.root.iter(etree.Element):
            if local(node) not in _NAMED or node.get("id") is not None:
                continue
            count += 1
            while f"gen_{count}" in self._ids:
                count += 1
            node.set("id", f"gen_{count}")
            if local(node) in NODES:
                self.report.warning(
                    "missing-id",
                    node,
                    f"元素没有编号（id），暂用 gen_{count}；图一改，编号会变，运行中的实例就找不到它。",
                    f"The element has no id and is called gen_{count} for now; "
                    "when the diagram changes, cases that run no longer find it.",
                )

    def _read_shared(self) -> None:
        tables = {
            "message": (self.messages, "name"),
            "signal": (self.signals, "name"),
            "error": (self.errors, "errorCode"),
            "escalation": (self.escalations, "escalationCode"),
        }
        for node in self.root:
            if local(node) in tables:
                table, attribute = tables[local(node)]
                identifier = node.get("id")
                if identifier is None:
                    self.report.error(
                        "missing-id",
                        node,
                        f"<{local(node)}> 没有编号（id），无法引用。",
                        f"A <{local(node)}> has no id, so nothing can refer to it.",
                    )
                else:
                    table[identifier] = node.get(attribute) or identifier
