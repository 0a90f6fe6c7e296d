"""The community's calendars over the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import CamelSchema, Instant, Words

CODE = validate.Length(min=1, max=20)


class YearRow(CamelSchema):
    """One year that is known."""

    year = fields.Integer()
    version = fields.Integer()
    source = fields.String()
    invented = fields.Boolean()
    days_off = fields.Integer()
    working_weekends = fields.Integer()
    made_at = Instant(allow_none=True)
    made_by = fields.String(allow_none=True)


class HoursRow(CamelSchema):
    """The open hours of one calendar; `institution` is null for the community's."""

    code = fields.String()
    name = Words()
    institution = fields.String(allow_none=True)
    hours = fields.List(fields.String())
    working_days_only = fields.Boolean()


class Calendars(CamelSchema):
    """The state of the calendars."""

    version = fields.Integer()
    years = fields.List(fields.Nested(YearRow))
    hours = fields.List(fields.Nested(HoursRow))


class Holiday(CamelSchema):
    """Days off for one reason, both ends included."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=200))
    from_ = fields.String(required=True, data_key="from", attribute="from", validate=validate.Length(max=20))
    to = fields.String(required=True, validate=validate.Length(max=20))


class YearDocument(CamelSchema):
    """A year's working days as they are published: holidays with their weekends, and the weekend days worked for them."""

    year = fields.Integer(required=True)
    source = fields.String(required=True, validate=validate.Length(max=200))
    invented = fields.Boolean(load_default=False)
    holidays = fields.List(fields.Nested(Holiday), required=True, validate=validate.Length(max=60))
    working_days = fields.List(
        fields.String(validate=validate.Length(max=20)),
        required=True,
        attribute="workingDays",
        validate=validate.Length(max=60),
    )


class YearVersion(CamelSchema):
    """One state that a year has had."""

    version = fields.Integer()
    source = fields.String()
    made_at = Instant(allow_none=True)
    made_by = fields.String(allow_none=True)


class CalendarYear(CamelSchema):
    """A year as a document, with its history, newest first."""

    year = fields.Integer()
    version = fields.Integer()
    document = fields.Nested(YearDocument)
    history = fields.List(fields.Nested(YearVersion))


class DayChange(CamelSchema):
    """A day that would be worked, or not, unlike before."""

    day = fields.Date()
    works = fields.Boolean()


class YearPreview(CamelSchema):
    """What a year's document would change."""

    year = fields.Integer()
    known = fields.Boolean()
    days = fields.List(fields.Nested(DayChange))
    examined = fields.Integer()
    moving = fields.Integer()
    settled = fields.Integer()
    complete = fields.Boolean()


class Hours(CamelSchema):
    """Open spans of a day in order, such as 08:00-12:00."""

    hours = fields.List(fields.String(validate=validate.Length(max=20)), required=True, validate=validate.Length(max=6))
    working_days_only = fields.Boolean()


class Place(CamelSchema):
    """Whose hours; without it the community's."""

    institution = fields.String(load_default=None, validate=CODE)


class DroppedPlace(CamelSchema):
    """Which institution keeps the community's hours again."""

    institution = fields.String(required=True, validate=CODE)


class TermQuery(CamelSchema):
    """A term to be reckoned."""

    term = fields.String(required=True, validate=validate.Length(max=64))
    start = Instant(load_default=None)
    institution = fields.String(load_default=None, validate=CODE)


class TermReckoned(CamelSchema):
    """The end of a term."""

    start = Instant()
    due_at = Instant()
    provisional = fields.Boolean()
    version = fields.Integer()


class CalendarSaved(CamelSchema):
    """Number of the state of the calendars, and whether the request made it."""

    version = fields.Integer()
    changed = fields.Boolean()
