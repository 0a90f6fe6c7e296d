"""The people's side of a user task: rounds, seats, who may be offered them, drafts and copies.

A user task is one token. One asking of its people is a round; a person's place in it is a seat, which is what an inbox
calls a task. A seat is `waiting` (its turn has not come: in no inbox, no clock runs), `open` (claimable), `claimed` (one
person has it), `completed`, or `closed` (ended undone). The rules of a round are those of `engine.approvals`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Entity, Instant, Json, Keyed, reference

URGENCY_RANKS = {"E": 0, "U": 1}
"""Emergencies first, then urgent cases, then all others, which have `LAST_RANK`."""
LAST_RANK = 2


def _filled(name: str, column: str, *more: str) -> Index:
    """An index over the rows in which its first column is not null."""
    filled = text(f"{column} IS NOT NULL")
    return Index(name, column, *more, sqlite_where=filled, postgresql_where=filled)


class Round(Entity, Base):
    """One asking of a user task's people."""

    __tablename__ = "round"
    id: Mapped[UUID] = mapped_column(Uuid(), default=uuid4)
    instance: Mapped[int] = reference("process_instance.key")
    token: Mapped[int] = mapped_column(BigInteger)
    scope: Mapped[int] = mapped_column(BigInteger)
    """Scope that the task's variables are read in."""
    definition: Mapped[int] = reference("process_definition.key")
    """Definition that the element belongs to: the instance's own, or a called process's."""
    element: Mapped[str] = mapped_column(String(200))
    number: Mapped[int] = mapped_column()
    """1 for the first asking of this element in this instance."""
    mode: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    outcome: Mapped[str | None] = mapped_column(String(100))
    resolved: Mapped[dict[str, Any]] = mapped_column(Json)
    """How the people were found: rules, principals, persons at that moment."""
    organisation: Mapped[int | None] = mapped_column(BigInteger)
    """Number of the newest `OrganisationVersion` when the people were found; None where it was not kept, or there was none."""
    found_on: Mapped[date | None] = mapped_column(Date)
    """Day whose chairs and duties were looked at."""
    returned: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """Set when the case was sent back to it: the step, person, reason and instant it came from, and `resume`."""
    policy: Mapped[dict[str, Any]] = mapped_column(Json, server_default="{}")
    """How several signers decide (`engine.approvals.Policy`); empty where one does."""
    several: Mapped[bool] = mapped_column(server_default=false())
    """Whether the round has, or had, more than one seat."""
    counts: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """The votes of several signers when they had decided (`engine.approvals.Counts`)."""
    opened_at: Mapped[datetime] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    """Person whose vote decided it."""
    __table_args__ = (
        CheckConstraint("state IN ('open','decided','cancelled')", name="state"),
        Index("ix_round_element", "instance", "element", "number"),
        Index(
            "uq_round_open", "token", unique=True, sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")
        ),
    )


class Seat(Entity, Base):
    """One person's place in a round: a task in the inbox."""

    __tablename__ = "seat"
    round: Mapped[int] = reference("round.key", index=True)
    instance: Mapped[int] = reference("process_instance.key", index=True)
    element: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    revision: Mapped[int] = mapped_column()
    state: Mapped[str] = mapped_column(String(10))
    assignee: Mapped[int | None] = reference("person.key")
    direct: Mapped[bool] = mapped_column()
    """True when the rule named one person; such a seat cannot be given back to a pool."""
    capacity: Mapped[int | None] = reference("appointment.key")
    """Appointment in which the assignee acts."""
    reason: Mapped[str | None] = mapped_column(String(40))
    sent_by: Mapped[int | None] = mapped_column(BigInteger)
    """Person whose act opened it."""
    opened_at: Mapped[datetime] = mapped_column(Instant)
    claimed_at: Mapped[datetime | None] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    soon_at: Mapped[datetime | None] = mapped_column(Instant)
    """When 80 % of the term are over."""
    term: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """Rule, calendar and start that `due_at` was computed from, and whether it is provisional."""
    level: Mapped[int] = mapped_column()
    """Highest rung of the ladder reached: 0 none, 1 overdue, 2, 3."""
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[int | None] = mapped_column(BigInteger)
    on_behalf_of: Mapped[int | None] = mapped_column(BigInteger)
    """Principal for whom `ended_by` acted as an agent."""
    outcome: Mapped[str | None] = mapped_column(String(100))
    opinion: Mapped[str | None] = mapped_column(Text)
    form_hash: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the form's values when the seat was completed."""
    kind: Mapped[str] = mapped_column(String(10), server_default="asked")
    """`asked` by the model; added by a signer `before`, `after` or `beside` himself; asked for `advice`."""
    parent: Mapped[int | None] = mapped_column(BigInteger)
    """Seat whose holder added it, or which it has taken over from."""
    position: Mapped[int] = mapped_column(server_default="0")
    """Whose turn it is: a seat waits for those of its round with lower positions."""
    vote: Mapped[str | None] = mapped_column(String(10))
    """`agree`, `refuse`, `abstain` or `adjourn`. Never changes."""
    ending: Mapped[str | None] = mapped_column(String(20))
    """Of a closed seat: `unneeded`, `withdrawn` (with its round), `removed`, `transferred`, `recused` or `absent`. Of a
    completed one: `retaken` when it was asked again."""
    binds: Mapped[bool] = mapped_column(server_default=true())
    """Whether the refusal of an added signer is more than advice."""
    joint: Mapped[str | None] = mapped_column(String(5))
    """How seats that were added together act: `all`, `any` or in `order`."""
    paused_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when the clock of a waiting seat stands still, or stood still when it was closed."""
    recorded_by: Mapped[int | None] = mapped_column(BigInteger)
    """Person who entered the vote on behalf of the one whose it is."""
    evidence: Mapped[str | None] = mapped_column(Text)
    """What proves a vote that was entered on behalf."""
    occurred_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it was really decided, for a decision that was entered afterwards (补录)."""
    urged: Mapped[int] = mapped_column(server_default="0")
    """How often its people were urged."""
    urged_at: Mapped[datetime | None] = mapped_column(Instant)
    __table_args__ = (
        CheckConstraint("state IN ('waiting','open','claimed','completed','closed')", name="state"),
        CheckConstraint("(state IN ('completed','closed')) = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("state <> 'claimed' OR assignee IS NOT NULL", name="assignee"),
        _filled("ix_seat_assignee", "assignee", "state", "due_at"),
        _filled("ix_seat_ended_by", "ended_by", "ended_at"),
        Index(
            "ix_seat_done",
            "ended_at",
            sqlite_where=text("state = 'completed'"),
            postgresql_where=text("state = 'completed'"),
        ),
    )


class Candidate(Base):
    """To whom an unfinished seat is offered, with what a list of offers is sorted and counted by.

    `principal` is `person:<key>`, `post:<post>@<institution>` or `post:<post>@<institution>/<department>`. The first page
    of a list and its length are read from the index alone, however much is offered. Triggers of the database have every
    row follow its seat, the urgency of its case and the participation of its institution: whatever changes those need not
    know of offers.
    """

    __tablename__ = "candidate"
    principal: Mapped[str] = mapped_column(String(120), primary_key=True)
    seat: Mapped[int] = reference("seat.key", primary_key=True)
    instance: Mapped[int] = reference("process_instance.key")
    state: Mapped[str] = mapped_column(String(10))
    rank: Mapped[int] = mapped_column()
    """Of the case's urgency, by `URGENCY_RANKS`."""
    due_at: Mapped[datetime] = mapped_column(Instant)
    """That of the seat, `FAR` where it has none."""
    soon_at: Mapped[datetime | None] = mapped_column(Instant)
    institution: Mapped[int | None] = reference("institution.key")
    """That of the post, which the database finds; None for a person."""
    sight_until: Mapped[datetime | None] = mapped_column(Instant)
    """Until when that institution takes part in the case, `FAR` without an end; None where it never did."""
    __table_args__ = (
        Index("ix_candidate_seat", "seat"),
        Index(
            "ix_candidate_order",
            *("principal", "state", "rank", "due_at", "seat", "instance", "soon_at", "institution", "sight_until"),
        ),
    )


class Draft(Base):
    """What a person has typed into a task but not sent."""

    __tablename__ = "draft"
    seat: Mapped[int] = mapped_column(ForeignKey("seat.key"), primary_key=True)
    person: Mapped[int] = mapped_column(ForeignKey("person.key"), primary_key=True)
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    opinion: Mapped[str | None] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(Instant)


class HeldDecision(Keyed, Base):
    """A decision that a person has made and can still take back: nothing has happened because of it (待发送).

    A job carries it out at `due_at`. One that was refused then stays, so that what was typed is not lost.
    """

    __tablename__ = "held_decision"
    seat: Mapped[int] = mapped_column(ForeignKey("seat.key"), unique=True)
    person: Mapped[int] = mapped_column(ForeignKey("person.key"), index=True)
    """Who made it; an agent, where one acts."""
    outcome: Mapped[str] = mapped_column(String(100))
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    opinion: Mapped[str | None] = mapped_column(Text)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """Who is to speak after the signer (后加签): `persons`, `joint`, `binds`."""
    held_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    source: Mapped[str | None] = mapped_column(String(60))
    request_id: Mapped[str | None] = mapped_column(String(60))
    refusal: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """Why it could not be carried out, as `code` and `facts`; None while it is held."""
    refused_at: Mapped[datetime | None] = mapped_column(Instant)
    __table_args__ = (CheckConstraint("(refusal IS NULL) = (refused_at IS NULL)", name="refused"),)


class Copy(Entity, Base):
    """A read-only copy for a person: by the model, or by the ladder to a superior."""

    __tablename__ = "copy"
    seat: Mapped[int] = mapped_column(ForeignKey("seat.key"), index=True)
    instance: Mapped[int] = mapped_column(ForeignKey("process_instance.key"))
    person: Mapped[int] = mapped_column(ForeignKey("person.key"))
    reason: Mapped[str] = mapped_column(String(20))
    """`model`, `person` (抄送), `circulate` (传阅), `overdue`, `level2` or `level3`."""
    made_at: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)
    sent_by: Mapped[int | None] = mapped_column(BigInteger)
    """Person who sent it."""
    opinion: Mapped[str | None] = mapped_column(Text)
    """What was said on a copy that was passed round."""
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    __table_args__ = (UniqueConstraint("seat", "person", "reason"), Index("ix_copy_person", "person", "made_at"))


class Rung(Keyed, Base):
    """One step of a seat's escalation ladder, with its instant, done or still to come."""

    __tablename__ = "rung"
    seat: Mapped[int] = reference("seat.key", index=True)
    clock: Mapped[str] = mapped_column(String(10), server_default="handling")
    """`handling`, until the task is done, or `response`, until somebody takes it up."""
    kind: Mapped[str] = mapped_column(String(10))
    level: Mapped[int] = mapped_column()
    due_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    told: Mapped[list[int] | None] = mapped_column(Json)
    """Persons who were told, by key."""
    __table_args__ = (CheckConstraint("kind IN ('remind','overdue','level2','level3')", name="kind"),)
