"""Writes workbooks in which every text is a text, whatever it begins with: nothing in them runs."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from engine.workbook.tables import NOTES, Sheets


def write_workbook(sheets: Sheets, rows: Mapping[str, Sequence[Mapping[str, Any]]], notes: Sequence[str]) -> bytes:
    """A workbook with these sheets, their headings and rows, and a sheet of notes."""
    book = Workbook(write_only=True)
    for name, columns in sheets.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for number, column in enumerate(columns, 1):
            sheet.column_dimensions[get_column_letter(number)].width = max(14, 2 * len(column.title))
        sheet.append([_cell(sheet, column.title, heading=True, required=column.required) for column in columns])
        for row in rows.get(name, ()):
            sheet.append([_cell(sheet, row.get(column.key)) for column in columns])
    sheet = book.create_sheet(NOTES)
    sheet.column_dimensions["A"].width = 100
    lines = [*notes, *(f"{name} · {c.title}：{c.note}" for name, columns in sheets.items() for c in columns if c.note)]
    for line in lines:
        sheet.append([_cell(sheet, line)])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _cell(sheet: Any, value: Any, *, heading: bool = False, required: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        # The library takes what begins with an equals sign for a formula.
        cell.data_type = "s"
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    if heading:
        cell.font = Font(bold=True, color="9C1C1C" if required else "1F2A44")
        cell.fill = PatternFill("solid", fgColor="EEF1F6")
        cell.alignment = Alignment(wrap_text=True)
    return cell
