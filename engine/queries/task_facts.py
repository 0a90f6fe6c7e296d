"""What is kept of one task and its case beside the task's row: everything that its page shows, asked together.

A page is opened many times a minute by everybody, so that all of it is prepared, and costs one round trip.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BindParameter, bindparam, select

from engine.queries.instances import FOLLOWED
from engine.queries.opinions import OPINIONS, SAID
from engine.queries.registry import Reader
from engine.queries.task_copies import COPIES
from engine.queries.task_round import ROUND, SEATS
from engine.runtime.attachments import ENCLOSED_UPLOADS, ENCLOSURES, OWN_UPLOADS
from engine.runtime.signatures import FRESH
from engine.store.base import Instant
from engine.store.prepared import Prepared
from engine.store.tables import Appointment, Candidate, Draft, HeldDecision, Institution, Post, Round, Rung, Signature

_SEAT: BindParameter[Any] = bindparam("seat")
_PERSON: BindParameter[Any] = bindparam("person")
OFFERED = Prepared(select(Candidate.principal).where(Candidate.seat == _SEAT))
CHAIR = Prepared(
    select(Post.name, Post.name_en, Institution.short_name)
    .join(Appointment, Appointment.post == Post.code)
    .join(Institution, Institution.key == Appointment.institution)
    .where(Appointment.key == bindparam("capacity"))
)
DECIDED = Prepared(
    select(Round.key)
    .where(
        Round.instance == bindparam("instance"),
        Round.definition == bindparam("home"),
        Round.state == "decided",
        Round.element != bindparam("element"),
    )
    .limit(1)
)
"""Another step of the task's process that was decided before."""
DRAFT = Prepared(select(Draft.data, Draft.opinion, Draft.saved_at).where(Draft.seat == _SEAT, Draft.person == _PERSON))
REFUSED = Prepared(
    select(HeldDecision.outcome, HeldDecision.data, HeldDecision.opinion, HeldDecision.refusal, HeldDecision.refused_at).where(
        HeldDecision.seat == _SEAT, HeldDecision.person == _PERSON, HeldDecision.refusal.is_not(None)
    )
)
SIGNED = Prepared(
    select(Signature.key)
    .where(
        Signature.seat == _SEAT,
        Signature.person == _PERSON,
        Signature.bound_at.is_(None),
        Signature.given_at > bindparam("since", type_=Instant()),
    )
    .limit(1)
)
RUNGS = Prepared(
    select(Rung.clock, Rung.kind, Rung.due_at, Rung.done_at).where(Rung.seat == _SEAT).order_by(Rung.due_at, Rung.key)
)
Facts = Mapping[str, list[Any]]
"""Rows by what they are; nothing where it is not asked for."""


def task_facts(reader: Reader, row: Any, *, active: bool) -> Facts:
    """The facts of a task's row; `active` asks for what only who may complete it is shown."""
    own = {"seat": row.key, "person": reader.actor.person}
    questions = {
        "round": ROUND.question(round=row.round),
        "seats": SEATS.question(round=row.round),
        "opinions": OPINIONS.question(instance=row.instance),
        "said": SAID.question(instance=row.instance),
        "enclosures": ENCLOSURES.question(instance=row.instance),
        "copies": COPIES.question(seat=row.key),
        "followed": FOLLOWED.question(instance=row.instance, person=reader.actor.person),
        "rungs": RUNGS.question(seat=row.key),
        "refused": REFUSED.question(**own),
        "signed": SIGNED.question(**own, since=reader.now - FRESH),
    }
    if row.capacity is None:
        questions["offered"] = OFFERED.question(seat=row.key)
    else:
        questions["chair"] = CHAIR.question(capacity=row.capacity)
    if active:
        questions["decided"] = DECIDED.question(instance=row.instance, home=row.home, element=row.element)
        questions["draft"] = DRAFT.question(**own)
        questions["uploads"] = OWN_UPLOADS.question(**own)
        questions["enclosed"] = ENCLOSED_UPLOADS.question(**own)
    return dict(zip(questions, reader.ask(*questions.values()), strict=True))
