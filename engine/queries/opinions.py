"""What was decided at the tasks of a case, by whom, in which chair."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from engine.authorization import standing
from engine.errors import NotFound
from engine.queries.instances import find_visible
from engine.queries.registry import Query, Reader
from engine.queries.task_rows import outcome_of, step_name_en
from engine.runtime.attachments import ENCLOSURES, EnclosedFile, enclosed_files
from engine.store.prepared import Prepared
from engine.store.tables import Appointment, Institution, MotionVote, Person, Post, Round, Seat, Signature

OPINIONS_AT_MOST = 200


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """What somebody decided at an earlier task of the case."""

    element: str
    """Id of the step in its diagram."""
    step: str
    step_en: str
    person: str | None
    post: str | None
    post_en: str | None
    institution: str | None
    outcome_label: str | None
    outcome_label_en: str | None
    kind: str | None
    """Of the outcome: `primary`, `negative` or `neutral`."""
    opinion: str | None
    at: datetime
    on_behalf_of: str | None = None
    """Name of the principal for whom an agent has decided."""
    recorded_by: str | None = None
    """Name of who entered the vote on behalf."""
    evidence: str | None = None
    """What proves a vote that was entered on behalf."""
    occurred_at: datetime | None = None
    """When it was really decided, for a decision that was entered afterwards."""
    signature: UUID | None = None
    """Id of the handwritten signature."""
    files: tuple[EnclosedFile, ...] = ()
    """What was sent with the opinion."""
    votes: tuple[tuple[str, str], ...] = ()
    """What was said to each motion of an open ballot: its title, and the vote."""


_PRINCIPAL, _RECORDER = aliased(Person), aliased(Person)
OPINIONS = Prepared(
    select(
        Seat.key,
        Seat.name.label("step"),
        Seat.element,
        Round.definition.label("home"),
        Seat.outcome,
        Seat.opinion,
        Seat.ended_at,
        Seat.evidence,
        Seat.occurred_at,
        Person.name.label("person"),
        _PRINCIPAL.name.label("principal"),
        _RECORDER.name.label("recorder"),
        Signature.id.label("signature"),
        Post.name.label("post"),
        Post.name_en.label("post_en"),
        Institution.short_name.label("institution"),
    )
    .join(Round, Round.key == Seat.round)
    .outerjoin(Person, Person.key == Seat.ended_by)
    .outerjoin(_PRINCIPAL, _PRINCIPAL.key == Seat.on_behalf_of)
    .outerjoin(_RECORDER, _RECORDER.key == Seat.recorded_by)
    .outerjoin(Signature, (Signature.seat == Seat.key) & Signature.bound_at.is_not(None))
    .outerjoin(Appointment, Appointment.key == Seat.capacity)
    .outerjoin(Post, Post.code == Appointment.post)
    .outerjoin(Institution, Institution.key == Appointment.institution)
    .where(Seat.instance == bindparam("instance"), Seat.state == "completed")
    .order_by(Seat.ended_at.desc(), Seat.key.desc())
    .limit(OPINIONS_AT_MOST)
)
SAID = Prepared(
    select(MotionVote.seat, MotionVote.motion, MotionVote.vote, Round.policy)
    .join(Seat, Seat.key == MotionVote.seat)
    .join(Round, Round.key == Seat.round)
    .where(Seat.instance == bindparam("instance"))
)
"""What was said to the motions of open ballots."""


def opinions_of(reader: Reader, instance: int) -> tuple[Opinion, ...]:
    """What was decided at the tasks of a case, oldest first; the newest OPINIONS_AT_MOST of it."""
    named = {"instance": instance}
    seats, files, said = reader.ask(OPINIONS.question(**named), ENCLOSURES.question(**named), SAID.question(**named))
    return told_opinions(reader, seats, enclosed_files(files), said)


def told_opinions(
    reader: Reader, seats: Sequence[Any], files: Mapping[int, tuple[EnclosedFile, ...]], said: Sequence[Any]
) -> tuple[Opinion, ...]:
    """The opinions of what `OPINIONS` and `SAID` found, oldest first; `files` went with them, by key of the task."""
    found, votes = [], _votes(said)
    for seat in reversed(seats):
        outcome = outcome_of(reader, seat.home, seat.element, seat.outcome)
        found.append(
            Opinion(
                element=seat.element,
                step=seat.step,
                step_en=step_name_en(reader, seat) or seat.step,
                person=seat.person,
                post=seat.post,
                post_en=seat.post_en,
                institution=seat.institution,
                outcome_label=outcome.label if outcome else None,
                outcome_label_en=outcome.label_en if outcome else None,
                kind=outcome.kind if outcome else None,
                opinion=seat.opinion,
                at=seat.ended_at,
                on_behalf_of=seat.principal,
                recorded_by=seat.recorder,
                evidence=seat.evidence,
                occurred_at=seat.occurred_at,
                signature=seat.signature,
                files=files.get(seat.key, ()),
                votes=tuple(votes.get(seat.key, ())),
            )
        )
    return tuple(found)


def _votes(rows: Iterable[Any]) -> dict[int, list[tuple[str, str]]]:
    """What was said to the motions of a case, by the key of the seat, in the order in which they were put to the vote."""
    said: dict[int, dict[str, str]] = {}
    motions: dict[int, list[tuple[str, str]]] = {}
    for row in rows:
        said.setdefault(row.seat, {})[row.motion] = row.vote
        motions.setdefault(row.seat, [(motion["key"], motion["title"]) for motion in row.policy["motions"]])
    return {seat: [(title, said[seat][key]) for key, title in put if key in said[seat]] for seat, put in motions.items()}


@dataclass(frozen=True, kw_only=True)
class GetSignatureImage(Query[bytes]):
    """The drawing of a handwritten signature, as PNG, for who may see its case."""

    instance: UUID
    signature: UUID


def get_signature_image(query: GetSignatureImage, reader: Reader) -> bytes:
    """The drawing. Raises NotFound for what the reader may not see."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    row = find_visible(reader, who, query.instance)
    images = signature_images(reader, row.key)
    if query.signature not in images:
        raise NotFound("signature-not-found", "Expected to find signature '{id}', but there is none", id=str(query.signature))
    return images[query.signature]


def signature_images(reader: Reader, instance: int) -> dict[UUID, bytes]:
    """The drawings of the handwritten signatures of a case, by id."""
    bound = (Seat.instance == instance, Signature.bound_at.is_not(None))
    statement = select(Signature.id, Signature.image).join(Seat, Seat.key == Signature.seat).where(*bound)
    return {row.id: row.image for row in reader.connection.execute(statement)}
