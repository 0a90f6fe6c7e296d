"""Reads workbooks that come from people as bounded tables of plain values.

A workbook is a zip of XML, so it is looked at before it is opened: how large it would become, how many parts it has, and
that none of them declares entities. Formulas are never evaluated; a cell that holds one is told apart from its text.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook

from engine.errors import Invalid
from engine.workbook.tables import NOTES, Column, Formula, SheetRow, Sheets

FILE_AT_MOST = 5 * 1024 * 1024
UNPACKED_AT_MOST = 60 * 1024 * 1024
PARTS_AT_MOST = 200
ROWS_AT_MOST = 2_000
"""Of a sheet, its heading not counted."""
TEXT_AT_MOST = 500
_CHUNK = 1 << 16
_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")


def read_workbook(content: bytes, sheets: Sheets) -> list[SheetRow]:
    """The rows of the sheets that are there, sheet by sheet in the order of `sheets`.

    Raises Invalid: `workbook-size`, `workbook-unreadable` and `workbook-unsafe` for the file, `workbook-sheet` for a sheet
    that is not expected, `workbook-columns` for wrong headings, `workbook-rows` for too many rows.
    """
    _inspect(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except Exception:  # noqa: BLE001  the library raises whatever its parsers do
        raise _unreadable() from None
    try:
        strange = next((name for name in book.sheetnames if name not in sheets and name != NOTES), None)
        if strange is not None or not set(book.sheetnames) & sheets.keys():
            expected = "、".join(sheets)
            raise Invalid(
                "workbook-sheet",
                "Expected the sheets {expected}, but found '{name}'",
                expected=expected,
                name=(strange or "—")[:60],
            )
        return [row for name in sheets if name in book.sheetnames for row in _rows(book[name], name, sheets[name])]
    except Invalid:
        raise
    except Exception:  # noqa: BLE001  a sheet is parsed as it is read
        raise _unreadable() from None
    finally:
        book.close()


def _inspect(content: bytes) -> None:
    """Unpacks every part once, within bounds, and looks for what has no place in a workbook."""
    if not 0 < len(content) <= FILE_AT_MOST:
        raise Invalid("workbook-size", "Expected a file of 1 byte to {most} MB, but it is not", most=FILE_AT_MOST >> 20)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if "[Content_Types].xml" not in archive.namelist():
                raise _unreadable()
            if len(parts) > PARTS_AT_MOST or any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
                raise _unsafe()
            left = UNPACKED_AT_MOST
            for part in parts:
                left -= _inspect_part(archive, part, left)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise _unreadable() from error


def _inspect_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    """Bytes of a part. What its directory says of its size is not believed."""
    size, tail = 0, b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > left:
                raise _unsafe()
            text = (tail + chunk).upper().replace(b"\x00", b"")
            if any(word in text for word in _FORBIDDEN):
                raise _unsafe()
            tail = chunk[-32:]
    return size


def _unreadable() -> Invalid:
    return Invalid("workbook-unreadable", "Expected an Excel workbook (.xlsx), but it cannot be read as one")


def _unsafe() -> Invalid:
    return Invalid("workbook-unsafe", "Expected a plain workbook, but it holds macros or entities, or unpacks to too much")


def _rows(sheet: Any, name: str, columns: Sequence[Column]) -> Iterator[SheetRow]:
    # What a file says of its own extent is not believed.
    sheet.reset_dimensions()
    lines = sheet.iter_rows(max_col=len(columns) + 1)
    _check_headings(name, columns, [_plain(cell) for cell in next(lines, ())])
    for line, cells in enumerate(lines, 2):
        if line > ROWS_AT_MOST + 1:
            raise Invalid(
                "workbook-rows", "Expected at most {most} rows in '{name}', but there are more", most=ROWS_AT_MOST, name=name
            )
        values = [_plain(cell) for cell in cells]
        if any(value is not None for value in values):
            keys = [column.key for column in columns]
            padded = [*values, *(None for _ in keys)][: len(keys)]
            yield SheetRow(sheet=name, line=line, values=dict(zip(keys, padded, strict=True)))


def _check_headings(name: str, columns: Sequence[Column], found: Sequence[Any]) -> None:
    expected = [column.title for column in columns]
    told = [str(value) if value is not None else "" for value in found]
    while told and not told[-1]:
        told.pop()
    if told != expected:
        wrong = next((n for n, title in enumerate(expected) if n >= len(told) or told[n] != title), len(expected))
        raise Invalid(
            "workbook-columns",
            "Expected column {number} of '{name}' to be headed '{expected}', but it is headed '{found}'",
            number=wrong + 1,
            name=name,
            expected=expected[wrong] if wrong < len(expected) else "—",
            found=told[wrong][:60] if wrong < len(told) and told[wrong] else "—",
        )


def _plain(cell: Any) -> Any:
    value = cell.value
    if value is None:
        return None
    if cell.data_type == "f":
        return Formula(str(value)[:TEXT_AT_MOST])
    if isinstance(value, datetime):
        return value.date() if (value.hour, value.minute, value.second) == (0, 0, 0) else value.isoformat(sep=" ")
    if isinstance(value, str):
        return value.strip()[: TEXT_AT_MOST + 1] or None
    return value if isinstance(value, (bool, int, float, date)) else str(value)
