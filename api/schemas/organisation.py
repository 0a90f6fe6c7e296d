"""The organisation over the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import MAX_TEXT, CamelSchema, Words


class PeopleQuery(CamelSchema):
    """Which people."""

    q = fields.String(load_default="", validate=validate.Length(max=MAX_TEXT))
    institution = fields.String(load_default=None, validate=validate.Length(max=20))


class PersonRow(CamelSchema):
    """A person in one of his chairs."""

    id = fields.UUID()
    staff_number = fields.String()
    name = fields.String()
    post = Words()
    institution = fields.String()


class InstitutionRow(CamelSchema):
    """An institution."""

    id = fields.UUID()
    code = fields.String()
    name = fields.String()
    short_name = fields.String()
    type = fields.String()
    parent = fields.String(allow_none=True)


class DepartmentRow(CamelSchema):
    """A department."""

    code = fields.String()
    name = fields.String()
    kind = fields.String()
    head = fields.String(allow_none=True)
