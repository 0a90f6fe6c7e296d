"""/calendars: the community's working days and open hours, and when a term ends by them."""

from __future__ import annotations

from typing import Any

from api.blueprint import Blueprint
from api.door import ask, carry_out
from api.schemas.calendars import (
    Calendars,
    CalendarSaved,
    CalendarYear,
    DroppedPlace,
    Hours,
    Place,
    TermQuery,
    TermReckoned,
    YearDocument,
    YearPreview,
)
from engine.commands import calendar
from engine.queries import calendars

blueprint = Blueprint("calendars", "Working days and open hours; no patient data")


@blueprint.get("/calendars")
@blueprint.response(200, Calendars)
def list_calendars() -> calendars.Calendars:
    """List the known years and the open hours"""
    return ask(calendars.ListCalendars())


@blueprint.get("/calendars/years/<int:year>")
@blueprint.response(200, CalendarYear)
def get_year(year: int) -> calendars.CalendarYear:
    """Read a year's working days and their history"""
    return ask(calendars.GetCalendarYear(year=year))


@blueprint.put("/calendars/years/<int:year>")
@blueprint.arguments(YearDocument)
@blueprint.response(200, CalendarSaved)
def put_year(body: dict[str, Any], year: int) -> calendar.CalendarSaved:
    """Import or correct a year; pending due dates are recomputed"""
    return carry_out(calendar.PutCalendarYear(year=year, document=body))


@blueprint.post("/calendars/years/<int:year>/preview")
@blueprint.arguments(YearDocument)
@blueprint.response(200, YearPreview)
def preview_year(body: dict[str, Any], year: int) -> calendars.YearPreview:
    """Tell what a year's working days would change"""
    return ask(calendars.PreviewCalendarYear(year=year, document=body))


@blueprint.put("/calendars/<string:code>/hours")
@blueprint.arguments(Place, location="query")
@blueprint.arguments(Hours)
@blueprint.response(200, CalendarSaved)
def put_hours(query: dict[str, Any], body: dict[str, Any], code: str) -> calendar.CalendarSaved:
    """Set the open hours of the community or of one institution"""
    document = {"hours": body["hours"]}
    if "working_days_only" in body:
        document["workingDaysOnly"] = body["working_days_only"]
    return carry_out(calendar.PutCalendarHours(code=code, document=document, institution=query["institution"]))


@blueprint.delete("/calendars/<string:code>/hours")
@blueprint.arguments(DroppedPlace, location="query")
@blueprint.response(200, CalendarSaved)
def drop_hours(query: dict[str, Any], code: str) -> calendar.CalendarSaved:
    """Have an institution keep the community's hours again"""
    return carry_out(calendar.DropCalendarHours(code=code, institution=query["institution"]))


@blueprint.get("/calendars/<string:code>/due")
@blueprint.arguments(TermQuery, location="query")
@blueprint.response(200, TermReckoned)
def reckon_term(query: dict[str, Any], code: str) -> calendars.TermReckoned:
    """Tell when a term ends"""
    return ask(calendars.ReckonTerm(code=code, **query))
