"""The documents of a case, such as a slip with its stub or a numbered notice: which can be printed, and each as PDF.

A document prints what its file says, to those posts at the case's institution that its file names, when they may see the case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine.authorization import Standing, standing
from engine.errors import NotFound
from engine.forms import DocumentForm
from engine.forms.document import ENDED, NAMES
from engine.forms.paper import Language
from engine.printing import Document, Sheet, Signature, render
from engine.queries.case_document import PrintedCase, institution_name, moment, signature
from engine.queries.instances import find_visible
from engine.queries.numbers import VOID
from engine.queries.opinions import Opinion, opinions_of, signature_images
from engine.queries.paper_words import NOTES, PAPER_WORDS, WORDS
from engine.queries.registry import Query, Reader
from engine.runtime import TaskPlace
from engine.runtime.attachments import linked_attachments
from engine.runtime.task_form import names_at
from engine.store.tables import Institution, ProcessInstance


@dataclass(frozen=True, kw_only=True)
class ListDocuments(Query[tuple["DocumentChoice", ...]]):
    """The documents of a case that the reader may print as it stands."""

    instance: UUID


@dataclass(frozen=True, kw_only=True)
class DocumentChoice:
    """One document that can be printed."""

    id: str
    title: str
    title_en: str


@dataclass(frozen=True, kw_only=True)
class PrintDocument(Query[PrintedCase]):
    """A document of a case as PDF, every copy of it."""

    instance: UUID
    document: str
    language: Language = "zh"


def list_documents(query: ListDocuments, reader: Reader) -> tuple[DocumentChoice, ...]:
    """In the order of their titles. Raises NotFound for what the reader may not see."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    row = find_visible(reader, who, query.instance)
    found = [document.form for document, _ in _printable(reader, who, row)]
    choices = (DocumentChoice(id=form.id, title=form.title.zh, title_en=form.title.en) for form in found)
    return tuple(sorted(choices, key=lambda choice: choice.title))


def print_document(query: PrintDocument, reader: Reader) -> PrintedCase:
    """The PDF. Raises NotFound for a case or a document that the reader may not print."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    row = find_visible(reader, who, query.instance)
    for document, names in _printable(reader, who, row):
        if document.id == query.document:
            named = {**names, NAMES: _institution_names(reader)}
            first, *others = _copies(reader, row, document, named, query.language)
            number = first.number or row.id
            return PrintedCase(name=f"{number} {first.title}.pdf", content=render(first, *others))
    message = "Expected to print document '{document}' of case '{id}', but there is none that you may print as the case stands"
    raise NotFound("document-not-found", message, document=query.document, id=str(query.instance))


def _printable(reader: Reader, who: Standing, row: Any) -> Iterator[tuple[DocumentForm, Mapping[str, Any]]]:
    """The documents for the reader's posts whose conditions hold, with the names that they read."""
    definition = reader.definitions.get(row.definition)
    posts = _posts_at(reader, who, row.key)
    documents = [document for document in definition.documents.values() if posts.intersection(document.posts)]
    if not documents:
        return
    root = select(ProcessInstance.root_scope).where(ProcessInstance.key == row.key)
    place = TaskPlace(
        home=row.definition,
        definition=row.definition,
        element="",
        instance=row.key,
        scope=int(reader.connection.execute(root).scalar_one()),
        ended_at=row.ended_at,
    )
    names = {**names_at(reader.connection, reader.now, place, definition.parameters), ENDED: row.ended_at is not None}
    yield from ((document, names) for document in documents if document.can_be_printed(names))


def _posts_at(reader: Reader, who: Standing, instance: int) -> frozenset[str]:
    """The reader's posts at the case's institution, those for whose holders he acts included."""
    owner = reader.connection.execute(
        select(ProcessInstance.institution).where(ProcessInstance.key == instance)
    ).scalar_one_or_none()
    chairs = [*who.capacities, *(chair for delegated in who.delegated for chair in delegated.chairs)]
    return frozenset(chair.post for chair in chairs if chair.institution == owner)


def _copies(reader: Reader, row: Any, document: DocumentForm, names: Mapping[str, Any], language: Language) -> Iterator[Document]:
    zh, words = language == "zh", WORDS[language]
    issuer, signed = _issuer(reader, row.key, document, names), _signatures(reader, row.key, document, language)
    files = linked_attachments(reader.connection, row.key, document.form.attachments(names))
    attached = {str(file.id): file.name for file in files}
    mark = document.mark if document.marked(names) else None
    if row.number and row.state == VOID:
        marked: str | None = NOTES["void"][0 if zh else 1]
    else:
        marked = None if mark is None else (mark.zh if zh else mark.en)
    number = None if document.numbered is None else document.numbered.filled(names, "")
    for at, copy in enumerate(document.copies or (None,), 1):
        yield Document(
            language=language,
            institution=issuer,
            title=document.form.title.zh if zh else document.form.title.en,
            number=number or row.number,
            mark=marked,
            notes=(),
            facts=(),
            sheets=(Sheet(title="", copy=None, blocks=document.blocks(names, at, language, attached)),),
            signatures=signed,
            timeline=(),
            printed=words["printed"].format(name=reader.actor.name, at=moment(reader.now)),
            made_at=reader.now,
            words=PAPER_WORDS[language],
            copy=None if copy is None else (copy.zh if zh else copy.en),
            letterhead=document.letterhead,
            closing=() if document.closing is None else (issuer, _day(document.closing.filled(names, ""), zh=zh)),
        )


def _issuer(reader: Reader, instance: int, document: DocumentForm, names: Mapping[str, Any]) -> str:
    """Full name of who issues it; a code that nobody has is printed as it is."""
    if document.issuer is None:
        return institution_name(reader, instance)
    code = document.issuer.filled(names, "")
    return str(names[NAMES].get(code, code))


def _institution_names(reader: Reader) -> dict[str, str]:
    """Full names of the institutions by code."""
    return {row.code: row.name for row in reader.connection.execute(select(Institution.code, Institution.name))}


def _signatures(reader: Reader, instance: int, document: DocumentForm, language: Language) -> tuple[Signature, ...]:
    """The newest decision of each person at each step that the document names, in the order of its list."""
    if not document.signatures:
        return ()
    newest: dict[tuple[str, str | None], Opinion] = {}
    for opinion in opinions_of(reader, instance):
        newest[opinion.element, opinion.person] = opinion
    images = signature_images(reader, instance)
    chosen = [opinion for step in document.signatures for (element, _), opinion in newest.items() if element == step]
    return tuple(signature(opinion, language, images) for opinion in chosen)


def _day(text: str, *, zh: bool) -> str:
    """A day as papers write it; what is not known yet is left to the pen."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return "    年    月    日" if zh else ""
    return f"{day.year}年{day.month}月{day.day}日" if zh else day.isoformat()
