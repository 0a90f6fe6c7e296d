"""The cells of a row of a workbook, as what they are to be, and what a row asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from engine.calendar import TIME_ZONE
from engine.commands.keeping import Saved
from engine.commands.registry import Command
from engine.errors import Invalid
from engine.workbook import Formula, SheetRow
from engine.workbook.organisation import SHEETS

YES_NO: Mapping[str, bool] = {"是": True, "否": False, "yes": True, "no": False, "y": True, "n": False}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What one row asks for: commands in their order, and what tells rows apart."""

    row: SheetRow
    identity: tuple[str, ...]
    commands: tuple[Command[Saved], ...]


class Cells:
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

    def instant(self, key: str) -> datetime:
        """An instant that is there, from a date and time of the community's clocks."""
        value = self.row.values[key]
        try:
            if not isinstance(value, (str, date)):
                raise ValueError(key)
            found = datetime.fromisoformat(str(value).replace("/", "-").replace(".", "-"))
        except ValueError:
            raise self._wrong(key, "import-instant") from None
        return found if found.tzinfo is not None else found.replace(tzinfo=TIME_ZONE)

    def whole(self, key: str) -> int | None:
        """A whole number, or nothing."""
        value = self.row.values[key]
        if isinstance(value, str) and value.strip().isdecimal():
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise self._wrong(key, "import-whole")

    def from_day(self) -> date:
        """The day in the required column `from_date`."""
        found = self.day("from_date")
        if found is None:
            raise AssertionError("a required cell is not empty")
        return found

    def word(self, key: str, words: Mapping[str, str], default: str) -> str:
        """A code, or the word for it."""
        value = self.text(key)
        return default if value is None else words.get(value, value)

    def wish(self, *identity: str, commands: Sequence[Command[Saved]]) -> Wish:
        return Wish(row=self.row, identity=(self.row.sheet, *identity), commands=tuple(commands))

    def _wrong(self, key: str, code: str) -> Invalid:
        message = "Expected what column '{name}' holds, but found '{value}'"
        return Invalid(code, message, name=self._titles[key], value=str(self.row.values[key])[:60])
