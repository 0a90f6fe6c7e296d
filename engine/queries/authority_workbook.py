"""Committees, duty rosters, business lines and leaders in charge as rows of the workbook, to be changed and brought in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.calendar import TIME_ZONE
from engine.queries.registry import Reader
from engine.store.tables import Body, BodyMember, Charge, Department, Duty, Institution, Line, LineDepartment, Person
from engine.workbook.organisation import BODIES, CHARGES, DUTIES, LINE_DEPARTMENTS, LINES, MEMBERS


def authority_rows(reader: Reader) -> dict[str, list[dict[str, Any]]]:
    """The rows by sheet, as they are stored; of duty only what is not over."""
    place, staff = Institution.code.label("institution"), Person.staff_number.label("person")
    bodies = (
        select(place, Body.code, Body.name, Body.kind, Body.quorum, Body.from_date, Body.to_date)
        .join(Institution, Institution.key == Body.institution)
        .order_by(Institution.code, Body.code)
    )
    members = (
        select(place, Body.code.label("body"), staff, BodyMember.role, BodyMember.votes, BodyMember.position)
        .add_columns(BodyMember.from_date, BodyMember.to_date)
        .join(Body, Body.key == BodyMember.body)
        .join(Institution, Institution.key == Body.institution)
        .join(Person, Person.key == BodyMember.person)
        .order_by(Institution.code, Body.code, BodyMember.position, Person.staff_number)
    )
    duties = (
        select(place, Department.code.label("department"), Duty.post, staff, Duty.from_at, Duty.to_at)
        .join(Institution, Institution.key == Duty.institution)
        .join(Person, Person.key == Duty.person)
        .outerjoin(Department, Department.key == Duty.department)
        .where(Duty.to_at > reader.now)
        .order_by(Institution.code, Duty.from_at, Duty.key)
    )
    lines = (
        select(Line.code, Line.name, Institution.code.label("centre_institution"), Department.code.label("centre_department"))
        .outerjoin(Department, Department.key == Line.centre)
        .outerjoin(Institution, Institution.key == Department.institution)
        .order_by(Line.code)
    )
    belonging = (
        select(Line.code.label("line"), place, Department.code.label("department"))
        .select_from(LineDepartment)
        .join(Line, Line.key == LineDepartment.line)
        .join(Department, Department.key == LineDepartment.department)
        .join(Institution, Institution.key == Department.institution)
        .order_by(Line.code, Institution.code, Department.code)
    )
    charges = (
        select(place, staff, Department.code.label("department"), Line.code.label("line"), Charge.matter)
        .add_columns(Charge.from_date, Charge.to_date)
        .select_from(Charge)
        .join(Institution, Institution.key == Charge.institution)
        .join(Person, Person.key == Charge.person)
        .outerjoin(Department, Department.key == Charge.department)
        .outerjoin(Line, Line.key == Charge.line)
        .order_by(Institution.code, Person.staff_number, Charge.from_date, Charge.key)
    )
    asked = {BODIES: bodies, MEMBERS: members, DUTIES: duties, LINES: lines, LINE_DEPARTMENTS: belonging, CHARGES: charges}
    found = {sheet: [dict(row._mapping) for row in reader.connection.execute(query)] for sheet, query in asked.items()}
    for row in found[DUTIES]:
        row |= {key: row[key].astimezone(TIME_ZONE).isoformat(sep=" ", timespec="minutes")[:16] for key in ("from_at", "to_at")}
    for row in found[LINE_DEPARTMENTS]:
        row["belongs"] = True
    return found
