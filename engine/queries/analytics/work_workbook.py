"""The tasks of a period as a workbook: each with its measures, and what the columns mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.calendar import TIME_ZONE
from engine.queries.analytics.event_log import ListWork, WorkRow, list_work, portions
from engine.queries.registry import Query, Reader
from engine.workbook import Column, write_workbook

SHEET = "任务 Tasks"
COLUMNS = (
    Column(key="case", title="案件 Case", note="案件的编号。The number of the case."),
    Column(key="process", title="流程 Process"),
    Column(key="step", title="步骤 Step"),
    Column(key="institution", title="机构 Institution", note="办理时所在岗位的机构。That of the chair in which it was done."),
    Column(key="post", title="岗位 Post"),
    Column(key="department", title="科室 Department"),
    Column(key="person", title="办理人 Person", note="没有权限时为化名。A pseudonym without the right to names."),
    Column(key="opened_at", title="到达 Offered"),
    Column(key="taken_at", title="领取 Taken"),
    Column(key="done_at", title="办完 Done"),
    Column(key="due_at", title="期限 Due"),
    Column(key="waited", title="等领取（分）Waited", note="开放时间的分钟。Minutes of open time."),
    Column(key="worked", title="办理（分）Worked", note="开放时间的分钟。Minutes of open time."),
    Column(key="share", title="占期限 % Of term"),
    Column(key="late", title="超时 Late", note="1 为超时，没有期限的空着。1 is late; empty without a term."),
    Column(key="returned", title="退回 Sent back"),
    Column(key="level", title="升级 Escalated"),
)


@dataclass(frozen=True, kw_only=True)
class WriteWork(Query[bytes]):
    """The workbook of a period."""

    folder: str
    first: date
    last: date
    salt: bytes


def write_work(query: WriteWork, reader: Reader) -> bytes:
    """Raises what `list_work` raises."""
    rows = [
        _row(row)
        for first, last in portions(query.first, query.last)
        for row in list_work(ListWork(folder=query.folder, first=first, last=last, salt=query.salt), reader)
    ]
    return write_workbook({SHEET: COLUMNS}, {SHEET: rows}, ())


def _row(row: WorkRow) -> dict[str, Any]:
    return {column.key: _cell(column.key, getattr(row, column.key)) for column in COLUMNS}


def _cell(key: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value.astimezone(TIME_ZONE):%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return int(value)
    return round(value / 60, 1) if key in ("waited", "worked") and value is not None else value
