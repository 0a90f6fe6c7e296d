"""Work the engine owes: jobs of the clock, messages on their way, and incidents that wait for a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Entity, Instant, Json, reference


class Job(Entity, Base):
    """Something to do at a time. A finished job has no row; a failed one without retries left has an incident."""

    __tablename__ = "job"
    kind: Mapped[str] = mapped_column(String(30))
    instance: Mapped[int | None] = mapped_column(BigInteger, index=True)
    subject: Mapped[int] = mapped_column(BigInteger)
    """Key of what it is about: a subscription, a rung, a message."""
    due_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(10))
    """`pending`, `running` (leased), `failed`, or `suspended` with its instance."""
    retries: Mapped[int] = mapped_column()
    attempts: Mapped[int] = mapped_column()
    worker: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    fence: Mapped[int] = mapped_column(BigInteger)
    """Grows with every lease; a worker that lost its lease holds an old one."""
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    error: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        CheckConstraint("state IN ('pending','running','failed','suspended')", name="state"),
        CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="lease"),
        Index("ix_job_due", "state", "due_at"),
        Index("ix_job_subject", "kind", "subject"),
    )


class ExternalTask(Entity, Base):
    """Work that another system fetches by topic. It goes with its token; what is done has no row."""

    __tablename__ = "external_task"
    instance: Mapped[int] = reference("process_instance.key", index=True)
    token: Mapped[int] = mapped_column(BigInteger, unique=True)
    element: Mapped[str] = mapped_column(String(200))
    occurrence: Mapped[int] = mapped_column(BigInteger)
    """Tells the visits of the element apart; part of the idempotency key."""
    topic: Mapped[str] = mapped_column(String(100))
    priority: Mapped[int] = mapped_column()
    inputs: Mapped[dict[str, Any]] = mapped_column(Json)
    """All that the other system gets to know of the case."""
    state: Mapped[str] = mapped_column(String(10))
    """`open`, or `failed`: its incident has to be retried first."""
    opened_at: Mapped[datetime] = mapped_column(Instant)
    available_at: Mapped[datetime] = mapped_column(Instant)
    """Before this nobody gets it: the pause after a failure."""
    failures: Mapped[int] = mapped_column()
    retries: Mapped[int | None] = mapped_column()
    """Tries that are left; None before the first failure."""
    worker: Mapped[str | None] = mapped_column(String(100))
    lock_token: Mapped[str | None] = mapped_column(String(40))
    """Secret of the newest lock; a worker that lost it changes nothing."""
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    lost_locks: Mapped[int] = mapped_column(server_default="0")
    """Locks that ran out without a word of their worker, since the work was last offered anew."""
    error: Mapped[str | None] = mapped_column(Text)
    error_details: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        CheckConstraint("state IN ('open','failed')", name="state"),
        CheckConstraint("(worker IS NULL) = (lock_token IS NULL)", name="lock"),
        Index("ix_external_task_fetch", "state", "topic", "available_at"),
    )


class Message(Entity, Base):
    """A message between institutions, or with the world outside."""

    __tablename__ = "message"
    message_id: Mapped[str] = mapped_column(String(100), unique=True)
    """The sender's own name for it; the same one again is answered with the first result."""
    name: Mapped[str] = mapped_column(String(200))
    from_institution: Mapped[int | None] = mapped_column(ForeignKey("institution.key"))
    from_instance: Mapped[int | None] = mapped_column(BigInteger, index=True)
    to_institution: Mapped[int | None] = mapped_column(ForeignKey("institution.key"))
    endpoint: Mapped[str | None] = mapped_column(String(40))
    to_instance: Mapped[int | None] = mapped_column(BigInteger, index=True)
    collaboration: Mapped[int | None] = mapped_column(BigInteger, index=True)
    business_key: Mapped[str | None] = mapped_column(String(200))
    correlation: Mapped[dict[str, Any]] = mapped_column(Json)
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    channel: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10))
    """`sent` (job on its way), `waiting` (nobody takes it yet), `delivered`, `recorded` (endpoint outside) or `dead`."""
    reason: Mapped[str | None] = mapped_column(String(100))
    occurred_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)
    discarded_at: Mapped[datetime | None] = mapped_column(Instant)
    """When an operator took a dead message from the desk, `discarded_by` whom, `discarded_for` which reason."""
    discarded_by: Mapped[int | None] = mapped_column(BigInteger)
    discarded_for: Mapped[str | None] = mapped_column(Text)
    entered_by: Mapped[int | None] = mapped_column(BigInteger)
    """Clerk who entered it for an institution without a system (代录)."""
    evidence: Mapped[str | None] = mapped_column(Text)
    """What it came as then: a letter, a fax, a call."""
    __table_args__ = (
        CheckConstraint("state IN ('sent','waiting','delivered','recorded','dead')", name="state"),
        Index("ix_message_waiting", "state", "name"),
    )


class Incident(Entity, Base):
    """A stop that a person must resolve."""

    __tablename__ = "incident"
    instance: Mapped[int | None] = mapped_column(BigInteger, index=True)
    token: Mapped[int | None] = mapped_column(BigInteger, index=True)
    job: Mapped[int | None] = mapped_column(BigInteger)
    element: Mapped[str | None] = mapped_column(String(200))
    code: Mapped[str] = mapped_column(String(60))
    message: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    raised_at: Mapped[datetime] = mapped_column(Instant)
    resolved_at: Mapped[datetime | None] = mapped_column(Instant)
    resolved_by: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(Text)
    """Why somebody closed it without trying again."""
    note: Mapped[str | None] = mapped_column(Text)
    """What the operators tell each other about it."""
    noted_at: Mapped[datetime | None] = mapped_column(Instant)
    noted_by: Mapped[int | None] = mapped_column(BigInteger)
    __table_args__ = (
        CheckConstraint("state IN ('open','resolved')", name="state"),
        Index("ix_incident_state", "state", "raised_at"),
    )
