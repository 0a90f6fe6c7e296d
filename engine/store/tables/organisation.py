"""Institutions, their departments, the posts in them and who sits in which from when to when."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Entity, Instant, Keyed


class Institution(Entity, Base):
    """A legal person: a hospital, a branch, a clinic, an office, a supplier. The tree, not a name, says what is below what."""

    __tablename__ = "institution"
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(60))
    type: Mapped[str] = mapped_column(String(2))
    """Code of domain list ORG_TYPE, such as 10 lead hospital, 21 township branch, 30 village clinic."""
    parent: Mapped[int | None] = mapped_column(ForeignKey("institution.key"), index=True)
    calendar: Mapped[str] = mapped_column(String(20))
    integrated: Mapped[bool] = mapped_column()
    """False for a member without a system; a clerk enters its messages."""


class Membership(Keyed, Base):
    """An institution's dated membership in the community led by `lead`."""

    __tablename__ = "membership"
    institution: Mapped[int] = mapped_column(ForeignKey("institution.key"), index=True)
    lead: Mapped[int] = mapped_column(ForeignKey("institution.key"))
    from_date: Mapped[date] = mapped_column(Date)
    to_date: Mapped[date | None] = mapped_column(Date)
    __table_args__ = (CheckConstraint("to_date IS NULL OR to_date >= from_date", name="dates"),)


class Department(Keyed, Base):
    """A department of one institution."""

    __tablename__ = "department"
    institution: Mapped[int] = mapped_column(ForeignKey("institution.key"))
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(20))
    """`clinical`, `technical`, `office` or `centre`."""
    __table_args__ = (UniqueConstraint("institution", "code"),)


class Post(Keyed, Base):
    """A chair that exists in many institutions. `superior` and `leader` name the posts that an overdue task climbs to."""

    __tablename__ = "post"
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(80))
    superior: Mapped[str | None] = mapped_column(String(20))
    leader: Mapped[str | None] = mapped_column(String(20))


class Person(Entity, Base):
    """A member of staff."""

    __tablename__ = "person"
    staff_number: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    initials: Mapped[str] = mapped_column(String(140), server_default=text("''"))
    """Of the pinyin of the name."""
    active: Mapped[bool] = mapped_column()


class Appointment(Entity, Base):
    """Who sits in which chair from when to when."""

    __tablename__ = "appointment"
    person: Mapped[int] = mapped_column(ForeignKey("person.key"), index=True)
    post: Mapped[str] = mapped_column(ForeignKey("post.code"))
    institution: Mapped[int] = mapped_column(ForeignKey("institution.key"))
    department: Mapped[int | None] = mapped_column(ForeignKey("department.key"))
    kind: Mapped[str] = mapped_column(String(12))
    """`full`, `part-time`, `dispatched`, `secondment` or `acting`."""
    head: Mapped[bool] = mapped_column(server_default=false())
    """Whether this chair heads its department."""
    from_date: Mapped[date] = mapped_column(Date)
    to_date: Mapped[date | None] = mapped_column(Date)
    """Last day, included; None while it lasts."""
    __table_args__ = (
        CheckConstraint("kind IN ('full','part-time','dispatched','acting','secondment')", name="kind"),
        CheckConstraint("department IS NOT NULL OR NOT head", name="head"),
        CheckConstraint("to_date IS NULL OR to_date >= from_date", name="dates"),
        Index("ix_appointment_chair", "institution", "post"),
    )


class OrganisationVersion(Base):
    """One change of the organisation: whatever says who sits where, who decides beside the chairs, and who can work.

    A round keeps the newest one when its people were found; the audit entries of the same act say what has changed.
    """

    __tablename__ = "organisation_version"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1, without gaps."""
    at: Mapped[datetime] = mapped_column(Instant)
    person: Mapped[int | None] = mapped_column(BigInteger)
    """Who changed it; None for the system."""
    source: Mapped[str | None] = mapped_column(String(60))


class DocumentNumber(Base):
    """The last number given in a gap-free series of one institution and period."""

    __tablename__ = "document_number"
    category: Mapped[str] = mapped_column(String(10), primary_key=True)
    institution: Mapped[int] = mapped_column(ForeignKey("institution.key"), primary_key=True)
    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Such as 2026 or 202611; 0 for a series without periods."""
    last: Mapped[int] = mapped_column()


class AllottedNumber(Base):
    """A document number and the case that has it."""

    __tablename__ = "allotted_number"
    category: Mapped[str] = mapped_column(String(10), primary_key=True)
    institution: Mapped[int] = mapped_column(ForeignKey("institution.key"), primary_key=True, autoincrement=False)
    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Place in the series, from 1."""
    number: Mapped[str] = mapped_column(String(40), unique=True)
    instance: Mapped[int] = mapped_column(ForeignKey("process_instance.key"), index=True)
    allotted_at: Mapped[datetime] = mapped_column(Instant)
    __table_args__ = (Index("ix_allotted_number_newest", "allotted_at", "instance"),)
