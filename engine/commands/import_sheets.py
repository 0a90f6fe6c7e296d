"""What the rows of a workbook in which an organisation comes in ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.commands.import_authority import AUTHORITY_WISHES
from engine.commands.import_cells import Cells, Wish
from engine.commands.organisation import Appoint, PutDepartment, PutInstitution, PutMembership, PutPerson
from engine.errors import Invalid
from engine.workbook import SheetRow
from engine.workbook.organisation import (
    APPOINTMENTS,
    DEPARTMENT_KINDS,
    DEPARTMENTS,
    INSTITUTIONS,
    KINDS,
    PEOPLE,
    SHEETS,
)


def wish_of(row: SheetRow) -> Wish:
    """What a row asks for. Raises Invalid for a cell that cannot be what its column holds."""
    for column in SHEETS[row.sheet]:
        if column.required and row.values[column.key] is None:
            raise Invalid("import-empty", "Expected something in column '{name}', but it is empty", name=column.title)
    return _WISHES[row.sheet](Cells(row))


def _institution(cells: Cells) -> Wish:
    code, first, last = cells.given("code"), cells.day("member_from"), cells.day("member_to")
    put = PutInstitution(
        code=code,
        name=cells.given("name"),
        type=cells.given("type"),
        short_name=cells.text("short_name"),
        parent=cells.text("parent"),
        calendar=cells.text("calendar") or "ADMIN",
        integrated=cells.yes("integrated") is not False,
    )
    if first is None and last is not None:
        raise Invalid("import-membership", "Expected the day on which the membership begins, but only its end is given")
    member = () if first is None else (PutMembership(institution=code, from_date=first, to_date=last),)
    return cells.wish(code, commands=(put, *member))


def _department(cells: Cells) -> Wish:
    institution, code = cells.given("institution"), cells.given("code")
    kind = cells.word("kind", DEPARTMENT_KINDS, "clinical")
    return cells.wish(
        institution, code, commands=(PutDepartment(institution=institution, code=code, name=cells.given("name"), kind=kind),)
    )


def _person(cells: Cells) -> Wish:
    number = cells.given("staff_number")
    put = PutPerson(staff_number=number, name=cells.given("name"), active=cells.yes("active") is not False)
    return cells.wish(number, commands=(put,))


def _appointment(cells: Cells) -> Wish:
    first = cells.from_day()
    command = Appoint(
        person=cells.given("person"),
        post=cells.given("post"),
        institution=cells.given("institution"),
        department=cells.text("department"),
        kind=cells.word("kind", KINDS, "full"),
        from_date=first,
        to_date=cells.day("to_date"),
        head=cells.yes("head"),
    )
    chair = (command.person, command.post, command.institution, command.department or "")
    return cells.wish(*chair, first.isoformat(), commands=(command,))


_WISHES: Mapping[str, Callable[[Cells], Wish]] = {
    **AUTHORITY_WISHES,
    INSTITUTIONS: _institution,
    DEPARTMENTS: _department,
    PEOPLE: _person,
    APPOINTMENTS: _appointment,
}
