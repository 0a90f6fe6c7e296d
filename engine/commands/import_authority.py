"""What the rows ask for that bring in committees and teams, duty rosters, business lines and leaders in charge."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.commands.authority import PutBody, PutBodyMember, PutCharge, PutDuty, PutLine, PutLineDepartment
from engine.commands.import_cells import Cells, Wish
from engine.errors import Invalid
from engine.workbook.organisation import (
    BODIES,
    BODY_KINDS,
    BODY_ROLES,
    CHARGES,
    DUTIES,
    LINE_DEPARTMENTS,
    LINES,
    MEMBERS,
)

_LAST_PLACE = 100
"""Place of a member whose row names none."""


def _body(cells: Cells) -> Wish:
    command = PutBody(
        institution=cells.given("institution"),
        code=cells.given("code"),
        name=cells.given("name"),
        kind=cells.word("kind", BODY_KINDS, "committee"),
        quorum=cells.whole("quorum"),
        from_date=cells.from_day(),
        to_date=cells.day("to_date"),
    )
    return cells.wish(command.institution, command.code, commands=(command,))


def _member(cells: Cells) -> Wish:
    position = cells.whole("position")
    command = PutBodyMember(
        institution=cells.given("institution"),
        body=cells.given("body"),
        person=cells.given("person"),
        role=cells.word("role", BODY_ROLES, "member"),
        votes=cells.yes("votes") is not False,
        position=_LAST_PLACE if position is None else position,
        from_date=cells.from_day(),
        to_date=cells.day("to_date"),
    )
    return cells.wish(command.institution, command.body, command.person, command.from_date.isoformat(), commands=(command,))


def _duty(cells: Cells) -> Wish:
    command = PutDuty(
        institution=cells.given("institution"),
        department=cells.text("department"),
        post=cells.text("post"),
        person=cells.given("person"),
        from_at=cells.instant("from_at"),
        to_at=cells.instant("to_at"),
    )
    place = (command.institution, command.department or "", command.post or "")
    return cells.wish(*place, command.person, command.from_at.isoformat(), commands=(command,))


def _line(cells: Cells) -> Wish:
    institution, department = cells.text("centre_institution"), cells.text("centre_department")
    if (institution is None) != (department is None):
        raise Invalid("import-centre", "Expected institution and department of the centre together, but one is missing")
    command = PutLine(
        code=cells.given("code"), name=cells.given("name"), centre_institution=institution, centre_department=department
    )
    return cells.wish(command.code, commands=(command,))


def _line_department(cells: Cells) -> Wish:
    command = PutLineDepartment(
        line=cells.given("line"),
        institution=cells.given("institution"),
        department=cells.given("department"),
        belongs=cells.yes("belongs") is not False,
    )
    return cells.wish(command.line, command.institution, command.department, commands=(command,))


def _charge(cells: Cells) -> Wish:
    command = PutCharge(
        institution=cells.given("institution"),
        person=cells.given("person"),
        department=cells.text("department"),
        line=cells.text("line"),
        matter=cells.text("matter"),
        from_date=cells.from_day(),
        to_date=cells.day("to_date"),
    )
    what = (command.department or "", command.line or "", command.matter or "")
    return cells.wish(command.institution, command.person, *what, command.from_date.isoformat(), commands=(command,))


AUTHORITY_WISHES: Mapping[str, Callable[[Cells], Wish]] = {
    BODIES: _body,
    MEMBERS: _member,
    DUTIES: _duty,
    LINES: _line,
    LINE_DEPARTMENTS: _line_department,
    CHARGES: _charge,
}
"""By the name of the sheet."""
