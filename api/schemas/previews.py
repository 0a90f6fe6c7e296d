"""What a designer sees while he writes, over the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import CamelSchema
from api.schemas.designs import TwoLanguages

_LONGEST_FILE = 2 * 1024 * 1024
"""Characters of a text that is sent along."""
_MOST_FILES, _MOST_NAMES = 200, 500


_NAME = validate.Length(max=200)
_NAMES = validate.Length(max=_MOST_NAMES)


class FormPreviewIn(CamelSchema):
    """A form file, and the field rights of the step that is to show it."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=200))
    content = fields.String(required=True, validate=validate.Length(max=_LONGEST_FILE))
    write = fields.List(fields.String(validate=_NAME), load_default=None, allow_none=True, validate=_NAMES)
    required = fields.List(fields.String(validate=_NAME), load_default=list, validate=_NAMES)
    hidden = fields.List(fields.String(validate=_NAME), load_default=list, validate=_NAMES)


class PreviewFinding(CamelSchema):
    """What is wrong in the text."""

    level = fields.String()
    code = fields.String()
    element = fields.String(allow_none=True)
    line = fields.Integer(allow_none=True)
    message = fields.Nested(TwoLanguages)


class FormPreview(CamelSchema):
    """The form as a task has it, null while something in it is wrong."""

    form = fields.Dict(allow_none=True)
    findings = fields.List(fields.Nested(PreviewFinding))


class DecisionTrial(CamelSchema):
    """DMN files, the decision that is to be made, and the values that it reads."""

    files = fields.Dict(
        keys=fields.String(validate=validate.Length(max=200)),
        values=fields.String(validate=validate.Length(max=_LONGEST_FILE)),
        required=True,
        validate=validate.Length(max=_MOST_FILES),
    )
    decision = fields.String(required=True, validate=validate.Length(min=1, max=150))
    names = fields.Dict(keys=fields.String(validate=validate.Length(max=200)), load_default=dict)
    on = fields.Date(load_default=None, allow_none=True)


class MadeDecision(CamelSchema):
    """A decision that was made, with the numbers of the rules that counted."""

    id = fields.String()
    key = fields.String()
    rules = fields.List(fields.Integer())


class TriedDecision(CamelSchema):
    """What the decision came to; `problem` says why it could not be made."""

    reads = fields.List(fields.String())
    result = fields.Raw(allow_none=True)
    made = fields.List(fields.Nested(MadeDecision))
    problem = fields.Nested(TwoLanguages, allow_none=True)
