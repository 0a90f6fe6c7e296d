"""Which extension elements may stand where, and with which attributes.

What nobody reads is refused: a misspelt rule, an attribute that does not exist or an element in the wrong place would
otherwise be passed over, and the process would run with something left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from lxml import etree

from engine.kernel.report import Report
from engine.kernel.source import NODES, local

LIANDONG = "{urn:liandong:bpmn:1}"

_PEOPLE = frozenset(
    {"rule", "post", "person", "institution", "department", "at", "type", "line", "matter", "body", "roles", "of", "levels"}
    | {"until", "each", "missing", "by", "field", "value"}
)
"""What rules that find people take; which of them takes what is checked where they are read."""
_VALUE = frozenset({"name", "value"})
_ATTRIBUTES = {
    "process": frozenset({"startable", "title", "title-en", "pool", "version-tag", "withdraw", "archive"}),
    "starter": frozenset({"post"}),
    "number": frozenset({"category", "variable", "period"}),
    "subject": frozenset({"value", "masked"}),
    "urgency": frozenset({"value"}),
    "owner": frozenset({"value"}),
    "businessKey": frozenset({"value"}),
    "visible": frozenset({"institution", "while"}),
    "search": frozenset({"name", "label", "label-en", "value"}),
    "approval": frozenset(
        {"mode", "form", "name-en", "refusal", "threshold", "base", "quorum", "abstain", "early", "chair-last", "operations"}
        | {"signature", "motions", "ballot"}
    ),
    "assign": _PEOPLE | {"chair", "role"},
    "button": frozenset({"name", "label", "label-en", "off", "for"}),
    "apart": frozenset({"elements", "from", "institution", "months", "rounds"}),
    "copy": _PEOPLE,
    "recuse": _PEOPLE,
    "secretary": _PEOPLE,
    "auto": frozenset({"empty", "starter", "repeated"}),
    "fallback": _PEOPLE | {"chair", "role"},
    "fields": frozenset({"write", "required", "hidden", "rows", "for"}),
    "outcome": frozenset({"value", "label", "label-en", "kind", "opinion", "fields", "partial", "for"}),
    "deadline": frozenset({"term", "calendar", "ladder", "response", "response-ladder"}),
    "send": frozenset({"to", "endpoint", "businessKey", "expires"}),
    "receive": frozenset(),
    "call": frozenset({"function"}),
    "called": frozenset({"binding", "version", "version-tag"}),
    "decision": frozenset({"ref", "result", "mapping", "date", "each", "item"}),
    "external": frozenset({"topic", "priority"}),
    "async": frozenset({"before", "after"}),
    "retry": frozenset({"cycle"}),
    "timer": frozenset({"calendar"}),
    "correlate": _VALUE,
    "payload": _VALUE,
    "accept": frozenset({"name", "as"}),
    "in": _VALUE,
    "out": _VALUE,
}
_OF_PROCESS = frozenset(
    {"process", "starter", "number", "subject", "urgency", "owner", "businessKey", "visible", "search", "retry"}
)
_OF_ANY = frozenset({"async", "retry"})
_OF_ELEMENT = {
    "process": _OF_PROCESS,
    "userTask": frozenset(
        {
            "apart",
            "approval",
            "assign",
            "auto",
            "button",
            "fallback",
            "fields",
            "outcome",
            "deadline",
            "copy",
            "recuse",
            "secretary",
        }
    ),
    "task": frozenset({"external"}),
    "serviceTask": frozenset({"call", "external"}),
    "businessRuleTask": frozenset({"call", "decision", "external"}),
    "sendTask": frozenset({"send", "external"}),
    "receiveTask": frozenset({"receive"}),
    "callActivity": frozenset({"called", "in", "out"}),
    "startEvent": frozenset({"receive", "timer"}),
    "boundaryEvent": frozenset({"receive", "timer"}),
    "intermediateCatchEvent": frozenset({"receive", "timer"}),
    "intermediateThrowEvent": frozenset({"send"}),
    "endEvent": frozenset({"send"}),
    "multiInstanceLoopCharacteristics": frozenset({"async"}),
    "standardLoopCharacteristics": frozenset({"async"}),
}
_ONCE = frozenset(
    {
        "process",
        "number",
        "subject",
        "urgency",
        "owner",
        "businessKey",
        "approval",
        "auto",
        "deadline",
        "send",
        "receive",
        "call",
        "called",
        "decision",
        "external",
        "async",
        "retry",
        "timer",
    }
)
_INSIDE = {
    "send": frozenset({"correlate", "payload"}),
    "receive": frozenset({"correlate", "accept"}),
    "call": frozenset({"in", "out"}),
    "external": frozenset({"in", "out"}),
}


_OURS = "{urn:liandong"
_SUGGESTIONS = 200
"""Findings of a file after which no similar name is looked for any more."""


def check_placement(root: etree._Element, report: Report) -> None:
    """Adds a finding for every extension element or attribute that nobody reads."""
    for node in root.iter(etree.Element):
        _own_attributes(node, report)
        if str(node.tag).startswith(LIANDONG):
            _own_element(node, report)
        elif str(node.tag).startswith(_OURS):
            _other_version(node, str(node.tag), report)


def _own_attributes(node: etree._Element, report: Report) -> None:
    """Attributes in our namespace mean nothing anywhere: what we read of a BPMN element stands in its extension elements."""
    for attribute in map(str, node.attrib):
        if attribute.startswith(LIANDONG):
            name = attribute[len(LIANDONG) :]
            near = _near(name, _ATTRIBUTES, report)
            report.error(
                "unknown-attribute",
                node,
                f"属性 liandong:{name} 不起作用：扩展写在 extensionElements 的元素里{_zh(near)}",
                f"The attribute liandong:{name} has no effect: extensions are elements in extensionElements{_en(near)}",
            )
        elif attribute.startswith(_OURS):
            _other_version(node, attribute, report)


def _other_version(node: etree._Element, name: str, report: Report) -> None:
    namespace = name[1:].partition("}")[0]
    report.error(
        "unknown-extension",
        node,
        f"命名空间“{namespace}”不被读取，应为“{LIANDONG[1:-1]}”。",
        f"Nothing of the namespace '{namespace}' is read; it is '{LIANDONG[1:-1]}'.",
    )


def _own_element(found: etree._Element, report: Report) -> None:
    name = _name(found)
    if name not in _ATTRIBUTES:
        near = _near(name, _ATTRIBUTES, report)
        report.error(
            "unknown-extension",
            found,
            f"扩展元素 liandong:{name} 不存在{_zh(near)}",
            f"There is no extension element liandong:{name}{_en(near)}",
        )
        return
    if name not in _allowed_around(found):
        report.error(
            "misplaced-extension",
            found,
            f"liandong:{name} 写在这里不起作用，请移到所属的元素中。",
            f"liandong:{name} has no effect in this place; move it into the element it belongs to.",
        )
    if name in _ONCE and any(_name(before) == name for before in found.itersiblings(LIANDONG + name, preceding=True)):
        report.error(
            "repeated-extension",
            found,
            f"liandong:{name} 只能写一次。",
            f"liandong:{name} may be written only once.",
        )
    for attribute in map(str, found.attrib):
        if attribute not in _ATTRIBUTES[name] and not attribute.startswith(_OURS):
            near = _near(attribute, _ATTRIBUTES[name], report, "")
            report.error(
                "unknown-attribute",
                found,
                f"liandong:{name} 没有属性 {attribute}{_zh(near)}",
                f"liandong:{name} has no attribute {attribute}{_en(near)}",
            )


def _near(name: str, known: Iterable[str], report: Report, prefix: str = "liandong:") -> str | None:
    """The known name that is most like a misspelt one; None without any, or in a file that has hundreds of findings."""
    if len(report.findings) >= _SUGGESTIONS:
        return None
    found = get_close_matches(name[:50], list(known), 1)
    return prefix + found[0] if found else None


def _zh(near: str | None) -> str:
    return "，请检查拼写。" if near is None else f"，是否为 {near}？"


def _en(near: str | None) -> str:
    return "; check its spelling." if near is None else f"; is it {near}?"


def _allowed_around(found: etree._Element) -> frozenset[str]:
    around = found.getparent()
    if around is None:
        return frozenset()
    if str(around.tag).startswith(LIANDONG):
        return _INSIDE.get(_name(around), frozenset())
    element = around.getparent()
    if local(around) != "extensionElements" or element is None:
        return frozenset()
    own = _OF_ELEMENT.get(local(element), frozenset())
    return own | _OF_ANY if local(element) in NODES else own


def _name(found: etree._Element) -> str:
    return str(found.tag)[len(LIANDONG) :]
