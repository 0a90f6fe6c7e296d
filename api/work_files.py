"""Work as files: comma-separated values and XES event logs (IEEE 1849-2016), written piece by piece; and a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from xml.sax.saxutils import quoteattr

from api.language import language
from api.schemas.base import iso
from engine.queries.analytics.event_log import Event, Trace, WorkRow

HEADS: Sequence[tuple[str, str, str]] = (
    ("case", "案件", "Case"),
    ("process", "流程", "Process"),
    ("step", "步骤", "Step"),
    ("institution", "机构", "Institution"),
    ("post", "岗位", "Post"),
    ("department", "科室", "Department"),
    ("person", "办理人", "Person"),
    ("opened_at", "到达", "Offered"),
    ("taken_at", "领取", "Taken"),
    ("done_at", "办完", "Done"),
    ("due_at", "期限", "Due"),
    ("waited", "等领取（分）", "Waited, minutes"),
    ("worked", "办理（分）", "Worked, minutes"),
    ("share", "占期限 %", "Per cent of term"),
    ("late", "超时", "Late"),
    ("returned", "退回", "Sent back"),
    ("level", "升级", "Escalated"),
)
"""Field, and what its column is called."""
_LENGTHS = frozenset({"waited", "worked"})
_RUNS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula when a text begins with it."""
_XES = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">\n'
    '<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>\n'
    '<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>\n'
    '<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>\n'
    '<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>\n'
    '<global scope="trace"><string key="concept:name" value=""/></global>\n'
    '<global scope="event"><string key="concept:name" value=""/><date key="time:timestamp" value="1970-01-01T00:00:00Z"/>'
    '<string key="lifecycle:transition" value="complete"/></global>\n'
    '<classifier name="Activity" keys="concept:name"/>\n'
    '<classifier name="Activity and transition" keys="concept:name lifecycle:transition"/>\n'
)


def heads() -> list[str]:
    """The names of the columns in the reader's language."""
    return [english if language() == "en" else chinese for _, chinese, english in HEADS]


def cells(row: WorkRow) -> list[str | int | float | None]:
    """One row as a table has it: lengths in minutes, instants in UTC."""
    return [_cell(name, getattr(row, name)) for name, _, _ in HEADS]


def as_csv(titles: Sequence[str], portions: Iterable[Sequence[WorkRow]]) -> Iterator[str]:
    """The lines, in UTF-8 with a mark by which Excel knows it; no text runs as a formula."""
    yield "\ufeff" + _line(titles)
    for rows in portions:
        yield "".join(_line([_still(cell) for cell in cells(row)]) for row in rows)


def as_xes(portions: Iterable[Sequence[Trace]]) -> Iterator[str]:
    """The log: a trace is a case, each task an event when it was taken (`start`) and when it was done (`complete`)."""
    yield _XES
    for traces in portions:
        yield "".join(_trace(trace) for trace in traces)
    yield "</log>\n"


def _cell(name: str, value: object) -> str | int | float | None:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, bool):
        return int(value)
    if name in _LENGTHS and isinstance(value, int):
        return round(value / 60, 1)
    return value if value is None or isinstance(value, (str, int)) else str(value)


def _still(cell: str | float | None) -> str | float | None:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_RUNS) else cell


def _line(values: Sequence[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(values)
    return line.getvalue()


def _trace(trace: Trace) -> str:
    own = _text("concept:name", trace.case) + _text("org:group", trace.institution) + _text("liandong:state", trace.state)
    timed = sorted(
        (event for one in trace.events for event in _events(one)),
        key=lambda event: event[0],
    )
    return f"<trace>{own}\n" + "".join(event for _, event in timed) + "</trace>\n"


def _events(event: Event) -> Iterator[tuple[datetime, str]]:
    if event.taken_at is not None and event.taken_at <= event.done_at:
        yield event.taken_at, _event(event, "start", event.taken_at)
    yield event.done_at, _event(event, "complete", event.done_at)


def _event(event: Event, transition: str, at: datetime) -> str:
    parts = (
        _text("concept:name", event.name),
        _text("lifecycle:transition", transition),
        f'<date key="time:timestamp" value="{iso(at)}"/>',
        _text("org:resource", event.person),
        _text("org:role", event.post),
        _text("org:group", event.institution),
        _text("liandong:step", f"{event.process}.{event.step}"),
        _text("liandong:outcome", event.outcome if transition == "complete" else None),
    )
    return f"<event>{''.join(parts)}</event>\n"


def _text(key: str, value: str | None) -> str:
    return "" if value is None else f'<string key="{key}" value={quoteattr(value)}/>'
