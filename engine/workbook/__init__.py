"""Excel workbooks: read within bounds, written without anything that runs. The only place that knows openpyxl."""

from __future__ import annotations

from engine.workbook.reading import FILE_AT_MOST, read_workbook
from engine.workbook.tables import MEDIA_TYPE, Column, Formula, SheetRow, Sheets
from engine.workbook.writing import write_workbook

__all__ = ["FILE_AT_MOST", "MEDIA_TYPE", "Column", "Formula", "SheetRow", "Sheets", "read_workbook", "write_workbook"]
