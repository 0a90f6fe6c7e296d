"""Brings a file of another tool nearer to our own words: what has exactly the same meaning here is written in them.

A file says the same before and after. What is read as it is but has no words here that mean exactly the same, what is
harmless, and what is warned of or refused stays as it was; the deployment gate says what becomes of it. Names of groups and
users become rules only where the organisation knows them, for as a rule of ours an unknown one would be refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from engine.decisions import MAPPINGS
from engine.kernel.assign_reader import listed
from engine.kernel.dialects import UNKNOWN, Word, all_words
from engine.kernel.extensions import VENDORS, extension, vendor
from engine.kernel.placement import LIANDONG
from engine.kernel.source import NODES, PREFIX, child, local
from engine.xml import read

Treatment = Literal["translated", "kept", "warned", "refused"]
Knows = Callable[[str, str], bool]
"""Whether the organisation has a `person` or a `post` of that name."""

_PREFIXES = dict(zip(VENDORS, ("camunda", "operaton", "flowable", "activiti"), strict=True))
_FORM = re.compile(r"[\w.\-]+")
_BINDINGS = {"latest": None, "deployment": None, "version": "calledElementVersion", "versionTag": "calledElementVersionTag"}
_SHAPE = "{http://www.omg.org/spec/BPMN/20100524/DI}BPMNShape"


@dataclass(frozen=True, kw_only=True)
class Translated:
    """What became of one word of another tool."""

    element: str | None
    name: str | None
    """What people call the element."""
    word: str
    treatment: Treatment
    into: str | None = None
    """The word of ours that it was translated into."""
    message: str | None = None
    message_en: str | None = None


@dataclass(frozen=True, kw_only=True)
class Translation:
    """A file in our words as far as there are any."""

    content: bytes
    words: tuple[Translated, ...]
    drawn: bool
    """Whether the file has a diagram."""


def translate(data: bytes, knows: Knows) -> Translation:
    """Translates a BPMN file. One of which nothing is translated keeps its bytes. Raises `engine.xml.Unreadable`."""
    root = read(data)
    drawn = root.find(f".//{_SHAPE}") is not None
    done = [found for node in list(root.iter(etree.Element)) if local(node) for found in _node(node, knows)]
    left = [_left(word) for word in all_words(root)]
    if not done:
        return Translation(content=data, words=tuple(left), drawn=drawn)
    prefixes = [prefix for prefix in root.nsmap if prefix is not None]
    etree.cleanup_namespaces(root, top_nsmap={"liandong": LIANDONG[1:-1]}, keep_ns_prefixes=prefixes)
    content = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return Translation(content=content + b"\n", words=(*done, *left), drawn=drawn)


def _node(node: etree._Element, knows: Knows) -> Iterator[Translated]:
    name = local(node)
    if name in NODES or name == "multiInstanceLoopCharacteristics":
        yield from _async(node)
    if name in NODES or name == "process":
        yield from _retry(node)
    if name == "process":
        yield from _version_tag(node)
    if name == "userTask":
        yield from _people(node, knows)
        yield from _form(node)
        yield from _due(node)
    if name == "callActivity":
        yield from _called(node)
    if name == "businessRuleTask":
        yield from _decision(node)


def _people(node: etree._Element, knows: Knows) -> Iterator[Translated]:
    person = vendor(node, "assignee")
    people = [("person", name) for name in (person, *listed(vendor(node, "candidateUsers"))) if name is not None]
    wanted = [*people, *(("post", name) for name in listed(vendor(node, "candidateGroups")))]
    if not wanted or extension(node, "assign") is not None:
        return
    if all("${" in name or knows(rule, name) for rule, name in wanted):
        for rule, name in wanted:
            _add(node, "assign", rule=rule, **{rule: name})
        yield from _take(node, "assign", "assignee", "candidateUsers", "candidateGroups")


def _form(node: etree._Element) -> Iterator[Translated]:
    attribute = "formKey" if vendor(node, "formKey") is not None else "formRef"
    form, approval = vendor(node, attribute), extension(node, "approval")
    if form is None or not _FORM.fullmatch(form) or (approval is not None and approval.get("form") is not None):
        return
    if approval is None:
        _add(node, "approval", form=form)
    else:
        approval.set("form", form)
    yield from _take(node, "approval", attribute)


def _due(node: etree._Element) -> Iterator[Translated]:
    due = vendor(node, "dueDate")
    if due is not None and extension(node, "deadline") is None:
        _add(node, "deadline", term=due)
        yield from _take(node, "deadline", "dueDate")


def _async(node: etree._Element) -> Iterator[Translated]:
    before = "true" in (vendor(node, "asyncBefore"), vendor(node, "async"))
    after = "true" in (vendor(node, "asyncAfter"), vendor(node, "asyncLeave"))
    if (before or after) and extension(node, "async") is None:
        sides = {"before": before, "after": after}
        _add(node, "async", **{side: "true" for side, given in sides.items() if given})
        yield from _take(node, "async", "asyncBefore", "async", "asyncAfter", "asyncLeave")


def _retry(node: etree._Element) -> Iterator[Translated]:
    holder = child(node, "extensionElements")
    if holder is None or extension(node, "retry") is not None:
        return
    cycles = list(holder.iterchildren(*(namespace + "failedJobRetryTimeCycle" for namespace in VENDORS)))
    if cycles and (cycles[0].text or "").strip():
        _add(node, "retry", cycle=(cycles[0].text or "").strip())
        for cycle in cycles:
            yield _told(node, str(cycle.tag), "retry")
            holder.remove(cycle)


def _version_tag(node: etree._Element) -> Iterator[Translated]:
    tag, info = vendor(node, "versionTag"), extension(node, "process")
    if tag is None or (info is not None and info.get("version-tag")):
        return
    if info is None:
        _add(node, "process", **{"version-tag": tag})
    else:
        info.set("version-tag", tag)
    yield from _take(node, "process", "versionTag")


def _called(node: etree._Element) -> Iterator[Translated]:
    kind = vendor(node, "calledElementBinding") or ("deployment" if vendor(node, "sameDeployment") == "true" else "")
    given = [name for name in ("calledElementVersion", "calledElementVersionTag") if vendor(node, name) is not None]
    if kind not in _BINDINGS or given != [name for name in (_BINDINGS[kind],) if name] or extension(node, "called") is not None:
        return
    value = {} if not given else {"version" if kind == "version" else "version-tag": str(vendor(node, given[0]))}
    _add(node, "called", binding=kind, **value)
    yield from _take(node, "called", "calledElementBinding", "sameDeployment", *given)


def _decision(node: etree._Element) -> Iterator[Translated]:
    ref, mapping = vendor(node, "decisionRef"), vendor(node, "mapDecisionResult") or "resultList"
    binding = vendor(node, "decisionRefBinding") or "latest"
    usable = mapping in MAPPINGS and binding in ("latest", "deployment")
    if ref is None or not usable or extension(node, "decision") is not None:
        return
    result = vendor(node, "resultVariable")
    _add(node, "decision", ref=ref, mapping=mapping, **({} if result is None else {"result": result}))
    yield from _take(node, "decision", "decisionRef", "decisionRefBinding", "mapDecisionResult", "resultVariable")


def _add(node: etree._Element, name: str, **attributes: str) -> None:
    """Puts an extension element of ours behind those that are there."""
    holder = child(node, "extensionElements")
    if holder is None:
        holder = etree.Element(PREFIX + "extensionElements")
        place = sum(1 for _ in node.iterchildren(PREFIX + "documentation"))
        node.insert(place, holder)
    etree.SubElement(holder, LIANDONG + name, dict(attributes), {"liandong": LIANDONG[1:-1]})


def _take(node: etree._Element, into: str, *names: str) -> Iterator[Translated]:
    """Takes attributes of other tools away, and tells of each that held something."""
    for namespace in VENDORS:
        for name in names:
            value = node.get(namespace + name)
            if value is not None:
                del node.attrib[namespace + name]
                if str(value).strip():
                    yield _told(node, namespace + name, into)


def _told(node: etree._Element, word: str, into: str) -> Translated:
    namespace, _, name = word.rpartition("}")
    owner = node if local(node) != "multiInstanceLoopCharacteristics" else node.getparent()
    element, called = _of(node if owner is None else owner)
    return Translated(
        element=element,
        name=called,
        word=f"{_PREFIXES[namespace + '}']}:{name}",
        treatment="translated",
        into=f"liandong:{into}",
    )


def _left(word: Word) -> Translated:
    """What is said of a word that was not translated."""
    element, called = _of(word.node)
    if word.rule is None:
        _, message, message_en = UNKNOWN
        told = {"message": message, "message_en": message_en}
        return Translated(element=element, name=called, word=word.name, treatment="warned", **told)
    treatments: dict[str, Treatment] = {"read": "kept", "ignored": "kept", "warning": "warned", "error": "refused"}
    return Translated(
        element=element,
        name=called,
        word=word.name,
        treatment=treatments[word.rule.treatment],
        message=word.rule.message or None,
        message_en=word.rule.message_en or None,
    )


def _of(node: etree._Element) -> tuple[str | None, str | None]:
    """Id and name of the nearest element that has an id in the diagram."""
    found: etree._Element | None = node
    while found is not None and not (local(found) and found.get("id")):
        found = found.getparent()
    return (None, None) if found is None else (found.get("id"), found.get("name"))
