"""Bringing an organisation in from a workbook, over the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from api.schemas.base import CamelSchema
from api.sentences import keeper_sentence


class RowRefusal(fields.String):
    """What is wrong with a row, in the caller's language; null where nothing is."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else keeper_sentence(value, obj.facts)


class TemplateQuery(CamelSchema):
    """Whether the workbook is to hold the organisation as it is."""

    filled = fields.Boolean(load_default=False)


class ImportQuery(CamelSchema):
    """The fingerprint of what was shown."""

    fingerprint = fields.String(required=True, validate=validate.Length(equal=64))


class FieldChange(CamelSchema):
    """What a field was and what it becomes."""

    field = fields.String()
    before = fields.Raw(allow_none=True)
    after = fields.Raw(allow_none=True)


class Changes(fields.List[Any]):
    """Changes by field, as a list in the order of the fields."""

    def __init__(self) -> None:
        super().__init__(fields.Nested(FieldChange))

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        pairs = [{"field": field, "before": before, "after": after} for field, (before, after) in value.items()]
        return super()._serialize(pairs, attr, obj, **kwargs)


class ImportedRow(CamelSchema):
    """What one row of the file changes."""

    sheet = fields.String()
    line = fields.Integer(allow_none=True)
    name = fields.String()
    state = fields.String()
    changes = Changes()
    refusal = RowRefusal(attribute="code", allow_none=True)


class ImportResult(CamelSchema):
    """What a file changes, row by row."""

    fingerprint = fields.String()
    rows = fields.List(fields.Nested(ImportedRow))
