"""What a workbook holds, as plain values: sheets with columns, and their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOTES = "说明 Notes"
"""Name of the sheet that nobody reads but people."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a sheet."""

    key: str
    title: str
    """What its heading says, with the name in English after it."""
    note: str = ""
    """What is to be written into it."""
    required: bool = False


@dataclass(frozen=True)
class Formula:
    """Stands for a cell that holds a formula."""

    text: str


@dataclass(frozen=True, kw_only=True)
class SheetRow:
    """One row that is not empty."""

    sheet: str
    line: int
    """As Excel numbers it."""
    values: Mapping[str, str | int | float | bool | date | Formula | None]


Sheets = Mapping[str, Sequence[Column]]
"""Name of a sheet -> its columns."""
