"""What the rows of a workbook in which an organisation comes in ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.commands.keeping import Saved
from engine.commands.organisation import Appoint, PutDepartment, PutInstitution, PutMembership, PutPerson
from engine.commands.registry import Command
from engine.errors import Invalid
from engine.workbook import Formula, SheetRow
from engine.workbook.organisation import (
    APPOINTMENTS,
    DEPARTMENT_KINDS,
    DEPARTMENTS,
    INSTITUTIONS,
    KINDS,
    PEOPLE,
    SHEETS,
)

YES_NO: Mapping[str, bool] = {"是": True, "否": False, "yes": True, "no": False, "y": True, "n": False}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What one row asks for: commands in their order, and what tells rows apart."""

    row: SheetRow
    identity: tuple[str, ...]
    commands: tuple[Command[Saved], ...]


def wish_of(row: SheetRow) -> Wish:
    """What a row asks for. Raises Invalid for a cell that cannot be what its column holds."""
    for column in SHEETS[row.sheet]:
        if column.required and row.values[column.key] is None:
            raise Invalid("import-empty", "Expected something in column '{name}', but it is empty", name=column.title)
    return _WISHES[row.sheet](_Cells(row))


class _Cells:
    """The cells of a row, as what they are to be."""

    def __init__(self, row: SheetRow) -> None:
        self.row = row
        self._titles = {column.key: column.title for column in SHEETS[row.sheet]}
        for key, value in row.values.items():
            if isinstance(value, Formula):
                raise Invalid(
                    "import-formula", "Expected a value in column '{name}', but it holds a formula", name=self._titles[key]
                )

    def text(self, key: str) -> str | None:
        """A text; a whole number is read as its digits, as codes are."""
        value = self.row.values[key]
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise self._wrong(key, "import-text")

    def given(self, key: str) -> str:
        """A text that is there."""
        return self.text(key) or ""

    def yes(self, key: str) -> bool | None:
        """Yes, no, or nothing."""
        value = self.row.values[key]
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str) and value.casefold() in YES_NO:
            return YES_NO[value.casefold()]
        raise self._wrong(key, "import-yes")

    def day(self, key: str) -> date | None:
        """A day, from a date or a text of year, month and day."""
        value = self.row.values[key]
        if value is None or isinstance(value, date):
            return value
        parts = str(value).replace("/", "-").replace(".", "-").split("-") if isinstance(value, str) else []
        try:
            year, month, day = (int(part) for part in parts)
            return date(year, month, day)
        except ValueError:
            raise self._wrong(key, "import-date") from None

    def word(self, key: str, words: Mapping[str, str], default: str) -> str:
        """A code, or the word for it."""
        value = self.text(key)
        return default if value is None else words.get(value, value)

    def wish(self, *identity: str, commands: Sequence[Command[Saved]]) -> Wish:
        return Wish(row=self.row, identity=(self.row.sheet, *identity), commands=tuple(commands))

    def _wrong(self, key: str, code: str) -> Invalid:
        message = "Expected what column '{name}' holds, but found '{value}'"
        return Invalid(code, message, name=self._titles[key], value=str(self.row.values[key])[:60])


def _institution(cells: _Cells) -> Wish:
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


def _department(cells: _Cells) -> Wish:
    institution, code = cells.given("institution"), cells.given("code")
    kind = cells.word("kind", DEPARTMENT_KINDS, "clinical")
    return cells.wish(
        institution, code, commands=(PutDepartment(institution=institution, code=code, name=cells.given("name"), kind=kind),)
    )


def _person(cells: _Cells) -> Wish:
    number = cells.given("staff_number")
    put = PutPerson(staff_number=number, name=cells.given("name"), active=cells.yes("active") is not False)
    return cells.wish(number, commands=(put,))


def _appointment(cells: _Cells) -> Wish:
    first = cells.day("from_date")
    if first is None:
        raise AssertionError("a required cell is not empty")
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


_WISHES: Mapping[str, Callable[[_Cells], Wish]] = {
    INSTITUTIONS: _institution,
    DEPARTMENTS: _department,
    PEOPLE: _person,
    APPOINTMENTS: _appointment,
}
