"""Keep the community's calendars: a year's working days, the open hours of the community and of single institutions.

A change is a new state of the calendars with the next number; what was before stays. Everything pending is reckoned anew by
jobs that the change leaves behind. All of it needs the right `administrate`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select

from engine.appliers import audit
from engine.appliers.jobs import JobScheduled, schedule
from engine.authorization import require_right
from engine.calendar import read_hours, write_hours, year_content
from engine.commands.registry import Command
from engine.errors import Invalid, NotFound
from engine.store.locks import hold
from engine.store.tables import CalendarEntry, Institution
from engine.store.unit_of_work import UnitOfWork

RIGHT = "administrate"
DRIVER = "calendar"
ALWAYS_OPEN = "CLIN"


@dataclass(frozen=True, kw_only=True)
class CalendarSaved:
    """Number of the state of the calendars, and whether the command made it."""

    version: int
    changed: bool


@dataclass(frozen=True, kw_only=True)
class PutCalendarYear(Command[CalendarSaved]):
    """Have a year's working days be those of a document, see `engine.calendar.year_document`."""

    year: int
    document: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class PutCalendarHours(Command[CalendarSaved]):
    """Have a calendar be open at these hours, for the whole community or for one institution."""

    code: str
    document: Mapping[str, Any]
    institution: str | None = None


@dataclass(frozen=True, kw_only=True)
class DropCalendarHours(Command[CalendarSaved]):
    """Have an institution keep the community's hours again."""

    code: str
    institution: str


def saved(answer: Mapping[str, Any]) -> CalendarSaved:
    """The answer as it was given, from what is kept under an idempotency key."""
    return CalendarSaved(version=answer["version"], changed=answer["changed"])


def put_calendar_year(command: PutCalendarYear, work: UnitOfWork, runtime: object) -> CalendarSaved:
    require_right(work.actor, RIGHT)
    return _put(work, "year", str(command.year), year_content(command.year, command.document, demo=work.config.demo))


def put_calendar_hours(command: PutCalendarHours, work: UnitOfWork, runtime: object) -> CalendarSaved:
    require_right(work.actor, RIGHT)
    content = write_hours(read_hours(command.code, command.document))
    if command.code == ALWAYS_OPEN:
        raise Invalid(
            "calendar-always-open", "Expected a calendar with hours, but '{calendar}' is around the clock", calendar=command.code
        )
    return _put(work, "hours", _subject(work, command.code, command.institution), content)


def drop_calendar_hours(command: DropCalendarHours, work: UnitOfWork, runtime: object) -> CalendarSaved:
    require_right(work.actor, RIGHT)
    work.working_time.calendar(command.code)
    return _put(work, "hours", _subject(work, command.code, command.institution), None)


def _subject(work: UnitOfWork, code: str, institution: str | None) -> str:
    if institution is None:
        return code
    known = select(Institution.key).where(Institution.code == institution)
    if work.connection.execute(known).scalar_one_or_none() is None:
        message = "Expected to find institution '{name}', but there is none"
        raise NotFound("institution-not-found", message, name=institution)
    return f"{code}@{institution}"


def _put(work: UnitOfWork, kind: str, subject: str, content: Mapping[str, Any] | None) -> CalendarSaved:
    """Makes the next state of the calendars, unless the subject is so already."""
    hold(work.connection, "calendars")
    table = CalendarEntry
    newest = int(work.connection.execute(select(func.coalesce(func.max(table.version), 0))).scalar_one())
    own = select(table.content).where(table.kind == kind, table.subject == subject).order_by(table.version.desc()).limit(1)
    before = work.connection.execute(own).scalar_one_or_none()
    if before == content:
        return CalendarSaved(version=newest, changed=False)
    version = newest + 1
    work.connection.execute(
        insert(table).values(
            version=version, kind=kind, subject=subject, content=content, made_at=work.now, made_by=work.actor.person
        )
    )
    audit.record(work, f"calendar-{kind}", subject, data={"version": version, "before": before, "after": content})
    schedule(work, [JobScheduled(kind=DRIVER, subject=version, due_at=work.now)])
    return CalendarSaved(version=version, changed=True)
