"""A case on paper: its forms as far as the reader may see them, the opinions with their signers, and what happened.

A form is printed as the newest task that the reader may open shows it, under the rights of that step; so the paper shows
nothing that the screen would not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine.authorization import Standing, standing, visible_seats
from engine.calendar import TIME_ZONE
from engine.forms import READ_ONLY
from engine.forms.paper import Language
from engine.kernel.roles import READER
from engine.printing import Document, Fact, Sheet, Signature, TimelineLine, render
from engine.queries.instance_rows import shown_state
from engine.queries.instances import ending_of, find_visible
from engine.queries.motion_words import said_to_motions
from engine.queries.numbers import VOID
from engine.queries.opinions import OPINIONS_AT_MOST, Opinion, opinions_of, signature_images
from engine.queries.paper_words import NOTES, PAPER_WORDS, STATES, WORDS, Pair
from engine.queries.registry import Query, Reader
from engine.queries.task_rows import process_name
from engine.queries.timeline import ITEMS_AT_MOST, TimelineItem, past_of
from engine.runtime import TaskForm, TaskPlace, task_form
from engine.runtime.attachments import linked_attachments
from engine.runtime.rights import role_of
from engine.store.tables import Institution, ProcessInstance, Round, Seat

SEATS_AT_MOST = 200
"""Newest tasks that are looked through for forms."""
PRINTED_STATES = ("completed", "claimed", "open")


@dataclass(frozen=True, kw_only=True)
class PrintCase(Query["PrintedCase"]):
    """A case as PDF, as far as the reader may see it."""

    instance: UUID
    language: Language = "zh"


@dataclass(frozen=True, kw_only=True)
class PrintedCase:
    """A print."""

    name: str
    """Of the file, without patient data."""
    content: bytes


@dataclass(frozen=True, kw_only=True)
class CasePaper:
    """What a case is printed from."""

    sheets: tuple[Sheet, ...]
    seats: tuple[int, ...] | None
    """Keys of the tasks that the forms were taken from; None when it prints what one of their steps hides."""
    partial: bool
    """Whether the case has forms that the reader may not open."""


def print_case(query: PrintCase, reader: Reader) -> PrintedCase:
    """The PDF. Raises NotFound for what the reader may not see."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    row = find_visible(reader, who, query.instance)
    paper = case_paper(reader, row, who, query.language)
    notes = [NOTES["partial"]] if paper.partial else []
    if row.state == "active":
        notes.append(NOTES["unfinished"])
    words = WORDS[query.language]
    printed = words["printed"].format(name=reader.actor.name, at=moment(reader.now))
    document = case_document(reader, row, paper, language=query.language, notes=notes, printed=printed)
    return PrintedCase(name=file_name(row), content=render(document))


def case_paper(reader: Reader, row: Any, who: Standing | None, language: Language) -> CasePaper:
    """The forms of the case of `row` that `who` may open; all of them, with nothing hidden, when it is None."""
    tasks = _tasks(reader, row.key)
    seen = {task.key for task in tasks} if who is None else _visible(reader, who, row.key)
    sheets: dict[str, Sheet] = {}
    seats: list[int] = []
    every: set[str] = set()
    hidden = False
    for task in tasks:
        form = _form(reader, row, task)
        if form is None:
            continue
        if who is None:
            hidden = hidden or bool(form.rights.hidden)
            form = replace(form, rights=READ_ONLY)
        every.add(form.model.id)
        if task.key in seen and form.model.id not in sheets:
            files = linked_attachments(reader.connection, row.key, form.model.attachments(form.readable()))
            sheets[form.model.id] = form.paper(language, {str(file.id): file.name for file in files})
            seats.append(task.key)
    return CasePaper(
        sheets=tuple(reversed(sheets.values())), seats=None if hidden else tuple(seats), partial=set(sheets) != every
    )


def case_document(reader: Reader, row: Any, paper: CasePaper, *, language: Language, notes: list[Pair], printed: str) -> Document:
    """The case of `row` in the order of the paper, with the sentences `notes` below its head."""
    words, zh = WORDS[language], language == "zh"
    opinions, past = opinions_of(reader, row.key), past_of(reader, row)
    images = signature_images(reader, row.key)
    if len(opinions) >= OPINIONS_AT_MOST or len(past) >= ITEMS_AT_MOST:
        notes = [*notes, NOTES["newest"]]
    place = institution_name(reader, row.key)
    process = process_name(reader, row.definition)
    name = process.name if zh else process.name_en
    state = ending_of(reader, row) or STATES[shown_state(row)]
    began = [] if row.occurred_at is None else [(words["occurred"], moment(row.occurred_at))]
    facts = [
        (words["subject"], row.subject or "—"),
        (words["started"], " ".join(filter(None, (row.starter, moment(row.started_at))))),
        *began,
        (words["process"], f"{name} v{process.version}"),
        (words["state"], " ".join(filter(None, (state[0 if zh else 1], row.ended_at and moment(row.ended_at))))),
    ]
    mark = NOTES["void"][0 if zh else 1] if row.number and row.state == VOID else None
    return Document(
        language=language,
        institution=place,
        title=name,
        number=row.number,
        mark=mark,
        notes=tuple(note[0 if zh else 1] for note in notes),
        facts=tuple(Fact(label=label, value=value) for label, value in facts),
        sheets=paper.sheets,
        signatures=tuple(signature(opinion, language, images) for opinion in opinions),
        timeline=tuple(_line(item, zh=zh) for item in past),
        printed=printed,
        made_at=reader.now,
        words=PAPER_WORDS[language],
    )


def file_name(row: Any) -> str:
    """Name of the file of a case's print."""
    return f"{row.number or row.id}.pdf"


def moment(at: datetime) -> str:
    """An instant in the community's time zone, to the minute."""
    return at.astimezone(TIME_ZONE).strftime("%Y-%m-%d %H:%M")


def _tasks(reader: Reader, instance: int) -> list[Any]:
    """The case's tasks that were done or are open, newest first."""
    statement = (
        select(Seat.key, Seat.element, Seat.ended_at, Round.definition, Round.scope)
        .join(Round, Round.key == Seat.round)
        .where(Seat.instance == instance, Seat.state.in_(PRINTED_STATES), Seat.kind != "advice")
        .order_by(Seat.ended_at.is_(None).desc(), Seat.ended_at.desc(), Seat.key.desc())
        .limit(SEATS_AT_MOST)
    )
    return list(reader.connection.execute(statement).all())


def _visible(reader: Reader, who: Standing, instance: int) -> set[int]:
    seen = select(Seat.key).where(Seat.instance == instance, Seat.key.in_(visible_seats(who, reader.now)))
    return set(reader.connection.execute(seen).scalars())


def _form(reader: Reader, row: Any, task: Any) -> TaskForm | None:
    place = TaskPlace(
        home=task.definition,
        definition=row.definition,
        element=task.element,
        instance=row.key,
        scope=task.scope,
        ended_at=task.ended_at,
    )
    seat = reader.connection.execute(
        select(Seat.kind, Seat.assignee, Round.policy, Round.resolved)
        .join(Round, Round.key == Seat.round)
        .where(Seat.key == task.key)
    ).one()
    role = role_of(seat, seat.assignee) if seat.assignee == reader.actor.person else READER
    return task_form(reader.connection, reader.definitions, reader.now, place, writable=False, role=role)


def institution_name(reader: Reader, instance: int) -> str:
    """Full name of the institution whose case it is; empty when it is nobody's."""
    name = (
        select(Institution.name)
        .join(ProcessInstance, ProcessInstance.institution == Institution.key)
        .where(ProcessInstance.key == instance)
    )
    return str(reader.connection.execute(name).scalar_one_or_none() or "")


def signature(opinion: Opinion, language: Language, images: Mapping[UUID, bytes]) -> Signature:
    """A decision as it is printed; `images` are handwritten signatures by id."""
    zh, words = language == "zh", WORDS[language]
    chair = (opinion.post if zh else opinion.post_en, opinion.institution)
    person = opinion.person or words["system"]
    if opinion.on_behalf_of:
        person = words["for"].format(agent=person, principal=opinion.on_behalf_of)
    note = ""
    if opinion.recorded_by:
        note = words["recorded"].format(name=opinion.recorded_by, evidence=opinion.evidence or "—")
    if opinion.occurred_at:
        note = "\n".join(filter(None, (note, words["afterwards"].format(at=moment(opinion.occurred_at)))))
    if opinion.votes:
        note = "\n".join(filter(None, (said_to_motions(opinion.votes)[0 if zh else 1], note)))
    if opinion.files:
        enclosed = words["comma"].join(f"{file.name}（SHA-256 {file.sha256[:16]}…）" for file in opinion.files)
        note = "\n".join(filter(None, (note, words["enclosed"].format(files=enclosed))))
    return Signature(
        step=opinion.step if zh else opinion.step_en,
        chair=" · ".join(filter(None, chair)),
        outcome=(opinion.outcome_label if zh else opinion.outcome_label_en) or "",
        negative=opinion.kind == "negative",
        opinion=opinion.opinion or "",
        person=person,
        at=moment(opinion.at),
        note=note,
        image=None if opinion.signature is None else images.get(opinion.signature),
    )


def _line(item: TimelineItem, *, zh: bool) -> TimelineLine:
    person = item.person if zh else item.person_en or item.person
    chair = " · ".join(filter(None, (item.post if zh else item.post_en, item.institution)))
    return TimelineLine(
        at="" if item.at is None else moment(item.at),
        title=item.title if zh else item.title_en,
        person="\n".join(filter(None, (person, chair))),
        detail=(item.detail if zh else item.detail_en) or "",
    )
