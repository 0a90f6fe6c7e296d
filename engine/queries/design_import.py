"""What would become of a file of another tool in a design: its words one by one, and what the gate says of it there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from engine.assignment import find_person
from engine.errors import FieldError, Finding, InvalidForm
from engine.gate.inspection import examine, kind_of
from engine.kernel.translation import Translated, Translation, translate
from engine.queries.designs import contents, design_row, text_of
from engine.queries.registry import Query, Reader
from engine.store.tables import Post
from engine.xml import Unreadable, in_utf8, read

_UNFIT = re.compile(r"[^\w.\-]+")
_SUFFIXES = (".bpmn20.xml", ".bpmn", ".dmn11.xml", ".dmn", ".form.json", ".document.json", ".scenario.json", ".form", ".xml")
_ENDINGS = {
    "bpmn": ".bpmn",
    "decision": ".dmn",
    "form": ".form.json",
    "document": ".document.json",
    "scenario": ".scenario.json",
}
_DMN = ("{http://www.omg.org/spec/DMN/", "{https://www.omg.org/spec/DMN/")
LONGEST_STEM = 80


@dataclass(frozen=True, kw_only=True)
class ImportedFile:
    """A file as it would be saved."""

    name: str
    kind: str
    content: str
    drawn: bool
    """Whether a diagram of it is drawn; True for other files than diagrams."""
    words: tuple[Translated, ...]
    findings: tuple[Finding, ...]
    """What the gate says of the design with the file and would not say without it."""


@dataclass(frozen=True, kw_only=True)
class TryFile(Query[ImportedFile]):
    """What would become of a file in a design. Changes nothing."""

    design: UUID
    name: str
    content: bytes


def try_file(query: TryFile, reader: Reader) -> ImportedFile:
    """Raises NotAllowed and NotFound, and InvalidForm for what is no file of a process folder."""
    folder = design_row(reader, query.design).folder
    files = contents(reader, query.design, {})
    try:
        kind = _kind(query.name, query.content)
        name = _name(query.name, kind)
        translation = _translated(reader, kind, query.content)
        text = text_of(translation.content) or in_utf8(translation.content)
    except Unreadable as unreadable:
        raise _wrong(unreadable.message, unreadable.message_en) from unreadable
    others = {other: content for other, content in files.items() if other != name}
    known = frozenset(examine(reader, folder, others).findings)
    found = examine(reader, folder, {**others, name: text.encode()}).findings
    return ImportedFile(
        name=name,
        kind=kind,
        content=text,
        drawn=translation.drawn,
        words=translation.words,
        findings=tuple(finding for finding in found if finding not in known),
    )


def _translated(reader: Reader, kind: str, content: bytes) -> Translation:
    if kind != "bpmn":
        return Translation(content=content, words=(), drawn=True)
    posts = frozenset(reader.connection.execute(select(Post.code)).scalars())

    def knows(rule: str, name: str) -> bool:
        return name in posts if rule == "post" else find_person(reader.connection, name) is not None

    return translate(content, knows)


def _kind(name: str, content: bytes) -> str:
    """What a file is, by its name; an XML file by its content."""
    kind = kind_of(name)
    if name.endswith(".form"):
        return "form"
    if kind == "bpmn" and read(content).tag.startswith(_DMN):
        return "decision"
    if kind == "unknown":
        raise _wrong(
            "只能导入 .bpmn、.xml、.dmn、.form、.form.json、.document.json、.scenario.json、parameters.json 和 metrics.json。",
            "Only .bpmn, .xml, .dmn, .form, .form.json, .document.json, .scenario.json, parameters.json and metrics.json"
            " are imported.",
        )
    return kind


def _name(given: str, kind: str) -> str:
    """The name in a folder: without parts of a path, without blanks, with the usual ending of its kind."""
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    stem = last.removesuffix(next((suffix for suffix in _SUFFIXES if last.endswith(suffix)), ""))
    stem = _UNFIT.sub("_", stem).lstrip("._-")[:LONGEST_STEM] or "imported"
    return stem + _ENDINGS[kind] if kind in _ENDINGS else f"{kind}.json"


def _wrong(message: str, message_en: str) -> InvalidForm:
    return InvalidForm([FieldError(path="file", code="import", message=message, message_en=message_en)])
