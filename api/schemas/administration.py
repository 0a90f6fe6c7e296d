"""Keeping the organisation, over the wire. Dates are days of the county's clock, first and last day included."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import MAX_TEXT, CamelSchema, Instant, Words

CODE = validate.Length(min=1, max=40)
NAME = validate.Length(min=1, max=MAX_TEXT)


class Kept(CamelSchema):
    """What became of a thing that was to be kept."""

    id = fields.UUID(allow_none=True)
    changed = fields.Boolean()


class Dated(CamelSchema):
    """From a day to a day; the end is open while it lasts."""

    from_date = fields.Date(required=True)
    to_date = fields.Date(load_default=None, allow_none=True)


class InstitutionIn(CamelSchema):
    """How an institution is to be."""

    name = fields.String(required=True, validate=NAME)
    type = fields.String(required=True, validate=CODE)
    short_name = fields.String(load_default=None, allow_none=True, validate=NAME)
    parent = fields.String(load_default=None, allow_none=True, validate=CODE)
    calendar = fields.String(load_default="ADMIN", validate=CODE)
    integrated = fields.Boolean(load_default=True)


class DepartmentIn(CamelSchema):
    """How a department is to be."""

    name = fields.String(required=True, validate=NAME)
    kind = fields.String(load_default="clinical", validate=CODE)


class PostIn(CamelSchema):
    """How a post is to be."""

    name = fields.String(required=True, validate=NAME)
    name_en = fields.String(required=True, validate=NAME)
    superior = fields.String(load_default=None, allow_none=True, validate=CODE)
    leader = fields.String(load_default=None, allow_none=True, validate=CODE)


class PersonIn(CamelSchema):
    """How a person is to be."""

    name = fields.String(required=True, validate=NAME)
    active = fields.Boolean(load_default=True)


class AppointmentIn(Dated):
    """Who is to sit in which chair."""

    person = fields.String(required=True, validate=CODE)
    post = fields.String(required=True, validate=CODE)
    institution = fields.String(required=True, validate=CODE)
    department = fields.String(load_default=None, allow_none=True, validate=CODE)
    kind = fields.String(load_default="full", validate=CODE)
    head = fields.Boolean(load_default=None, allow_none=True)


class EndIn(CamelSchema):
    """The last day of something."""

    to_date = fields.Date(required=True)


class BodyIn(Dated):
    """How a committee or a team is to be."""

    name = fields.String(required=True, validate=NAME)
    kind = fields.String(load_default="committee", validate=CODE)
    quorum = fields.Integer(load_default=None, allow_none=True, strict=True)


class MemberIn(Dated):
    """Who is to belong to a committee or a team."""

    role = fields.String(load_default="member", validate=CODE)
    votes = fields.Boolean(load_default=True)
    position = fields.Integer(load_default=100, strict=True, validate=validate.Range(min=0, max=10_000))


class DutyIn(CamelSchema):
    """A turn of duty."""

    institution = fields.String(required=True, validate=CODE)
    department = fields.String(load_default=None, allow_none=True, validate=CODE)
    post = fields.String(load_default=None, allow_none=True, validate=CODE)
    person = fields.String(required=True, validate=CODE)
    from_at = Instant(required=True)
    to_at = Instant(required=True)


class RosterIn(CamelSchema):
    """Turns of duty that come in together or not at all."""

    turns = fields.List(fields.Nested(DutyIn), required=True, validate=validate.Length(min=1, max=1_000))


class LineIn(CamelSchema):
    """How a business line is to be."""

    name = fields.String(required=True, validate=NAME)
    centre_institution = fields.String(load_default=None, allow_none=True, validate=CODE)
    centre_department = fields.String(load_default=None, allow_none=True, validate=CODE)


class LineDepartmentIn(CamelSchema):
    """Whether a department is to belong to a business line."""

    belongs = fields.Boolean(load_default=True)


class ChargeIn(Dated):
    """A leader and the one thing that he is to be in charge of."""

    institution = fields.String(required=True, validate=CODE)
    person = fields.String(required=True, validate=CODE)
    department = fields.String(load_default=None, allow_none=True, validate=CODE)
    line = fields.String(load_default=None, allow_none=True, validate=CODE)
    matter = fields.String(load_default=None, allow_none=True, validate=CODE)


class PlaceQuery(CamelSchema):
    """Of which institution, by code; all without one."""

    institution = fields.String(load_default=None, validate=CODE)


class BodyQuery(PlaceQuery):
    """Of which institution, on which day."""

    on = fields.Date(load_default=None)


class DutyQuery(CamelSchema):
    """Of which institution and time."""

    institution = fields.String(required=True, validate=CODE)
    from_at = Instant(required=True, data_key="from")
    to_at = Instant(required=True, data_key="to")


class AppointmentQuery(PlaceQuery):
    """Of which person, by staff number, or institution."""

    person = fields.String(load_default=None, validate=CODE)


class BodyMember(CamelSchema):
    """Somebody who belongs to a committee or a team."""

    id = fields.UUID()
    person = fields.UUID()
    name = fields.String()
    role = fields.String()
    votes = fields.Boolean()
    from_date = fields.Date()
    to_date = fields.Date(allow_none=True)


class Body(CamelSchema):
    """A committee or a team with its members."""

    id = fields.UUID()
    institution = fields.String()
    code = fields.String()
    name = fields.String()
    kind = fields.String()
    quorum = fields.Integer(allow_none=True)
    from_date = fields.Date()
    to_date = fields.Date(allow_none=True)
    members = fields.List(fields.Nested(BodyMember))


class DutyTurn(CamelSchema):
    """A turn of duty."""

    id = fields.UUID()
    institution = fields.String()
    department = fields.String(allow_none=True)
    post = fields.String(allow_none=True)
    person = fields.UUID()
    name = fields.String()
    from_at = Instant()
    to_at = Instant()


class BusinessLine(CamelSchema):
    """A business line."""

    code = fields.String()
    name = fields.String()
    centre = fields.String(allow_none=True)
    departments = fields.List(fields.String())


class Charge(CamelSchema):
    """A leader and one thing that he is in charge of."""

    id = fields.UUID()
    institution = fields.String()
    person = fields.UUID()
    name = fields.String()
    department = fields.String(allow_none=True)
    line = fields.String(allow_none=True)
    matter = fields.String(allow_none=True)
    from_date = fields.Date()
    to_date = fields.Date(allow_none=True)


class PostRecord(CamelSchema):
    """A post."""

    code = fields.String()
    name = Words()
    name_zh = fields.String()
    name_en = fields.String()
    superior = fields.String(allow_none=True)
    leader = fields.String(allow_none=True)


class Appointment(CamelSchema):
    """Who sits in which chair from when to when."""

    id = fields.UUID()
    person = fields.UUID()
    staff_number = fields.String()
    name = fields.String()
    active = fields.Boolean()
    post = fields.String()
    institution = fields.String()
    department = fields.String(allow_none=True)
    kind = fields.String()
    head = fields.Boolean()
    from_date = fields.Date()
    to_date = fields.Date(allow_none=True)


class KeptQuery(CamelSchema):
    """A part of the name, or the beginning of the staff number or the log-in."""

    q = fields.String(load_default="", validate=validate.Length(max=MAX_TEXT))


class PersonRecord(CamelSchema):
    """A person."""

    id = fields.UUID()
    staff_number = fields.String()
    name = fields.String()
    active = fields.Boolean()
    login = fields.String(allow_none=True)
    chairs = fields.Integer()


class InstitutionRecord(CamelSchema):
    """An institution with its newest membership."""

    id = fields.UUID()
    code = fields.String()
    name = fields.String()
    short_name = fields.String()
    type = fields.String()
    parent = fields.String(allow_none=True)
    calendar = fields.String()
    integrated = fields.Boolean()
    member_from = fields.Date(allow_none=True)
    member_to = fields.Date(allow_none=True)
