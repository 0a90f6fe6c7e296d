"""Who decides beside the chairs: committees and teams, duty rosters, leaders in charge, business lines."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Entity, Instant, Keyed


class Body(Entity, Base):
    """A committee or a team of one institution."""

    __tablename__ = "body"
    institution: Mapped[int] = mapped_column(ForeignKey("institution.key"))
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(10))
    """`committee` or `team`."""
    quorum: Mapped[int | None] = mapped_column()
    """Per cent of those who should attend that must be present; None where nobody counts."""
    from_date: Mapped[date] = mapped_column(Date)
    to_date: Mapped[date | None] = mapped_column(Date)
    __table_args__ = (
        UniqueConstraint("institution", "code"),
        CheckConstraint("kind IN ('committee','team')", name="kind"),
        CheckConstraint("quorum IS NULL OR (quorum >= 1 AND quorum <= 100)", name="quorum"),
        CheckConstraint("to_date IS NULL OR to_date >= from_date", name="dates"),
    )


class BodyMember(Entity, Base):
    """Who belongs to a committee or a team from when to when, and as what."""

    __tablename__ = "body_member"
    body: Mapped[int] = mapped_column(ForeignKey("body.key"))
    person: Mapped[int] = mapped_column(ForeignKey("person.key"), index=True)
    role: Mapped[str] = mapped_column(String(10))
    """`chair`, `vice-chair`, `secretary` or `member`."""
    votes: Mapped[bool] = mapped_column()
    """False for a secretary without a vote, or a guest."""
    position: Mapped[int] = mapped_column()
    """Place in the order of the seats; smaller comes first."""
    from_date: Mapped[date] = mapped_column(Date)
    to_date: Mapped[date | None] = mapped_column(Date)
    __table_args__ = (
        UniqueConstraint("body", "person", "from_date"),
        CheckConstraint("role IN ('chair','vice-chair','secretary','member')", name="role"),
        CheckConstraint("to_date IS NULL OR to_date >= from_date", name="dates"),
    )


class Duty(Entity, Base):
    """One turn of a duty roster: who is on duty for an institution, one of its departments or a post there, from when to when."""

    __tablename__ = "duty"
    institution: Mapped[int] = mapped_column(ForeignKey("institution.key"))
    department: Mapped[int | None] = mapped_column(ForeignKey("department.key"))
    post: Mapped[str | None] = mapped_column(ForeignKey("post.code"))
    """The post whose work he does while on duty, such as that of the director of medical affairs for the general watch."""
    person: Mapped[int] = mapped_column(ForeignKey("person.key"), index=True)
    from_at: Mapped[datetime] = mapped_column(Instant)
    to_at: Mapped[datetime] = mapped_column(Instant)
    """First instant after the turn."""
    __table_args__ = (
        CheckConstraint("to_at > from_at", name="times"),
        Index("ix_duty_institution", "institution", "to_at"),
    )


class Line(Keyed, Base):
    """A business line: a centre, usually at the lead hospital, and the departments of the branches that answer to it."""

    __tablename__ = "line"
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    centre: Mapped[int | None] = mapped_column(ForeignKey("department.key"))
    """Department that leads it."""


class LineDepartment(Keyed, Base):
    """A department of a branch that belongs to a business line."""

    __tablename__ = "line_department"
    line: Mapped[int] = mapped_column(ForeignKey("line.key"))
    department: Mapped[int] = mapped_column(ForeignKey("department.key"), index=True)
    __table_args__ = (UniqueConstraint("line", "department"),)


class Charge(Entity, Base):
    """A leader of an institution is in charge of one of its departments, of a business line or of a matter, from when to when."""

    __tablename__ = "charge"
    institution: Mapped[int] = mapped_column(ForeignKey("institution.key"))
    person: Mapped[int] = mapped_column(ForeignKey("person.key"), index=True)
    department: Mapped[int | None] = mapped_column(ForeignKey("department.key"))
    line: Mapped[int | None] = mapped_column(ForeignKey("line.key"))
    matter: Mapped[str | None] = mapped_column(String(40))
    """A name that models use, such as `procurement`."""
    from_date: Mapped[date] = mapped_column(Date)
    to_date: Mapped[date | None] = mapped_column(Date)
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN department IS NULL THEN 0 ELSE 1 END) + (CASE WHEN line IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN matter IS NULL THEN 0 ELSE 1 END) = 1",
            name="what",
        ),
        CheckConstraint("to_date IS NULL OR to_date >= from_date", name="dates"),
        Index("ix_charge_institution", "institution", "department", "matter"),
    )
