"""The workbook in which an organisation comes in: empty as a template, or filled with what there is, to be changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.authorization import require_right
from engine.queries.authority_workbook import authority_rows
from engine.queries.keeping import ListKeptInstitutions, list_kept_institutions
from engine.queries.registry import Query, Reader
from engine.store.tables import Appointment, Department, Institution, Person
from engine.workbook import write_workbook
from engine.workbook.organisation import (
    APPOINTMENTS,
    BODIES,
    BODY_KINDS,
    BODY_ROLES,
    DEPARTMENT_KINDS,
    DEPARTMENTS,
    INSTITUTIONS,
    KINDS,
    MEMBERS,
    PEOPLE,
    SHEETS,
    WORDS,
)

RIGHT = "administrate"


@dataclass(frozen=True, kw_only=True)
class WriteOrganisation(Query[bytes]):
    """The workbook; `filled` with the organisation as it is, ended appointments left out."""

    filled: bool = False


def write_organisation(query: WriteOrganisation, reader: Reader) -> bytes:
    require_right(reader.actor, RIGHT)
    rows = _rows(reader) if query.filled else {}
    return write_workbook(SHEETS, rows, WORDS)


def _rows(reader: Reader) -> dict[str, list[dict[str, Any]]]:
    people = select(Person.staff_number, Person.name, Person.active).order_by(Person.staff_number)
    departments = (
        select(Institution.code.label("institution"), Department.code, Department.name, Department.kind)
        .join(Institution, Institution.key == Department.institution)
        .order_by(Institution.code, Department.code)
    )
    chairs = (
        select(Person.staff_number.label("person"), Appointment.post, Institution.code.label("institution"))
        .add_columns(Department.code.label("department"), Appointment.kind, Appointment.head)
        .add_columns(Appointment.from_date, Appointment.to_date)
        .join(Person, Person.key == Appointment.person)
        .join(Institution, Institution.key == Appointment.institution)
        .outerjoin(Department, Department.key == Appointment.department)
        .order_by(Person.staff_number, Appointment.from_date, Appointment.key)
    )
    words = {BODIES: {"kind": BODY_KINDS}, MEMBERS: {"role": BODY_ROLES}}
    return {
        **{sheet: [_told(row, **words.get(sheet, {})) for row in rows] for sheet, rows in authority_rows(reader).items()},
        INSTITUTIONS: [_told(vars(row)) for row in list_kept_institutions(ListKeptInstitutions(), reader)],
        DEPARTMENTS: [_told(row._mapping, kind=DEPARTMENT_KINDS) for row in reader.connection.execute(departments)],
        PEOPLE: [_told(row._mapping) for row in reader.connection.execute(people)],
        APPOINTMENTS: [_told(row._mapping, kind=KINDS) for row in reader.connection.execute(chairs)],
    }


def _told(values: Any, **words: dict[str, str]) -> dict[str, Any]:
    """The values as the file says them: words for codes, 是 and 否."""
    told: dict[str, Any] = {}
    for name, value in values.items():
        known = {code: word for word, code in words.get(name, {}).items()}
        told[name] = ("是" if value else "否") if isinstance(value, bool) else known.get(value, value)
    return told
