"""The register of document numbers over the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import CamelSchema, Coded, Instant, PageQuery, page_of


class NumberQuery(PageQuery):
    """Which numbers."""

    category = fields.String(load_default=None, validate=validate.Length(max=10))
    institution = fields.String(load_default=None, validate=validate.Length(max=20))
    period = fields.Integer(load_default=None, validate=validate.Range(0, 999912))
    number = fields.String(load_default=None, validate=validate.Length(max=40))


class NumberRow(CamelSchema):
    """One number and its case."""

    number = fields.String()
    category = fields.String()
    institution = fields.Nested(Coded)
    period = fields.Integer()
    sequence = fields.Integer()
    instance_id = fields.UUID(attribute="instance")
    allotted_at = Instant()
    void = fields.Boolean()


NumberPage = page_of(NumberRow, "NumberPage")
