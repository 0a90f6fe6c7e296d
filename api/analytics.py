"""/analytics: the statistics of each process; no patient data."""

from __future__ import annotations

import itertools
import secrets
from datetime import date
from typing import Any

from flask import Response

from api.attachments import BINARY
from api.blueprint import Blueprint
from api.door import ask, caller, carry_out_unkeyed, engine
from api.replies import download, streamed
from api.schemas.analytics import ExportQuery, Measured, Statistics, StatisticsQuery
from api.work_files import as_csv, as_xes, heads
from engine.commands.exporting import NoteExport
from engine.commands.organisation_import import MEDIA_TYPE as WORKBOOK
from engine.queries.analytics import overview
from engine.queries.analytics.event_log import ListTraces, ListWork, portions
from engine.queries.analytics.work_workbook import WriteWork

SALT_BYTES = 16
STREAMED = {"csv": "text/csv", "xes": "application/xml"}

blueprint = Blueprint("analytics", "Statistics of processes; no patient data")


@blueprint.get("/analytics/processes")
@blueprint.response(200, Measured(many=True))
def list_measured() -> list[overview.Measured]:
    """List the processes that there are statistics of"""
    found = ask(overview.ListMeasured())
    return list(found)


@blueprint.get("/analytics/processes/<folder>")
@blueprint.arguments(StatisticsQuery, location="query")
@blueprint.response(200, Statistics)
def get_statistics(query: dict[str, Any], folder: str) -> overview.Statistics:
    """See how the work of a process went in a period"""
    return ask(overview.GetStatistics(folder=folder, **query))


@blueprint.get("/analytics/processes/<folder>/export")
@blueprint.arguments(ExportQuery, location="query")
@blueprint.doc(responses={"200": {"description": "The file", "content": BINARY}})
def export_work(query: dict[str, Any], folder: str) -> Response:
    """Export the tasks of a period as CSV or XLSX, or its cases as an XES event log; audited"""
    kind, first, last = query["format"], query["first"], query["last"]
    name, salt = f"{folder}-{first:%Y%m%d}-{last:%Y%m%d}.{kind}", secrets.token_bytes(SALT_BYTES)
    note = NoteExport(folder=folder, format=kind, first=first, last=last)
    if kind == "xlsx":
        content = ask(WriteWork(folder=folder, first=first, last=last, salt=salt))
        carry_out_unkeyed(note)
        return download(content, WORKBOOK, name)
    rows: Any = ListTraces if kind == "xes" else ListWork
    spans, actor, reads = list(portions(first, last)), caller(), engine()

    def portion(span: tuple[date, date]) -> Any:
        return reads.query(rows(folder=folder, first=span[0], last=span[1], salt=salt), actor)

    # Whoever may not have it is refused before anything is noted or sent.
    begun = portion(spans[0])
    carry_out_unkeyed(note)
    found = itertools.chain([begun], map(portion, spans[1:]))
    return streamed(as_xes(found) if kind == "xes" else as_csv(heads(), found), STREAMED[kind], name)
