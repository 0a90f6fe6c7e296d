"""Phrases over the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import CamelSchema, Coded


class InstitutionPhrases(CamelSchema):
    """The phrases of one institution."""

    institution = fields.Nested(Coded)
    phrases = fields.List(fields.String())


class Phrases(CamelSchema):
    """What one may pick into an opinion."""

    own = fields.List(fields.String())
    institutions = fields.List(fields.Nested(InstitutionPhrases))


class PhrasesPut(CamelSchema):
    """A list of phrases in its order."""

    phrases = fields.List(fields.String(validate=validate.Length(max=1_000)), required=True, validate=validate.Length(max=200))
