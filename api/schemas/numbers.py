"""The register of document numbers and the archive, over the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import CamelSchema, Coded, Instant, PageQuery, Words, page_of


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
    reason = fields.String(allow_none=True)


NumberPage = page_of(NumberRow, "NumberPage")


class NumberSeries(CamelSchema):
    """One series of numbers, and the spans in it that no case has."""

    category = fields.String()
    institution = fields.Nested(Coded)
    period = fields.Integer()
    first = fields.Integer()
    last = fields.Integer()
    allotted = fields.Integer()
    void = fields.Integer()
    gaps = fields.List(fields.List(fields.Integer()))


class ArchiveQuery(PageQuery):
    """Which copies."""

    number = fields.String(load_default=None, validate=validate.Length(max=40))
    institution = fields.String(load_default=None, validate=validate.Length(max=20))
    process = fields.String(load_default=None, validate=validate.Length(max=200))
    ended_from = Instant(load_default=None, data_key="from")
    ended_to = Instant(load_default=None, data_key="to")


class ArchivedProcess(CamelSchema):
    """The process of an archived case."""

    key = fields.String()
    name = Words()


class ArchivedCase(CamelSchema):
    """An ended case and its copy."""

    instance_id = fields.UUID(attribute="instance")
    number = fields.String(allow_none=True)
    process = fields.Nested(ArchivedProcess)
    institution = fields.Nested(Coded, allow_none=True)
    state = fields.String(validate=validate.OneOf(("completed", "terminated", "cancelled")))
    ended_at = Instant()
    made_at = Instant(allow_none=True)
    sha256 = fields.String(allow_none=True)
    size = fields.Integer(allow_none=True)
    failures = fields.Integer()


ArchivePage = page_of(ArchivedCase, "ArchivePage")


class CopyVerification(CamelSchema):
    """Three hashes of one copy, which are the same when nobody has touched it."""

    intact = fields.Boolean()
    found = fields.String()
    kept = fields.String()
    noted = fields.String(allow_none=True)
