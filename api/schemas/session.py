"""Sessions over the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from api.schemas.base import CamelSchema

MAX_LOGIN = 80
MAX_PASSWORD = 256


class SignInBody(CamelSchema):
    """A log-in name and its password."""

    login = fields.String(required=True, validate=validate.Length(min=1, max=MAX_LOGIN))
    password = fields.String(required=True, load_only=True, validate=validate.Length(min=1, max=MAX_PASSWORD))


class PasswordChange(CamelSchema):
    """The current password and the new one."""

    current = fields.String(required=True, load_only=True, validate=validate.Length(min=1, max=MAX_PASSWORD))
    new = fields.String(required=True, load_only=True, validate=validate.Length(min=1, max=MAX_PASSWORD))


class UndoSeconds(CamelSchema):
    """For how long decisions are held."""

    seconds = fields.Integer(required=True, strict=True, validate=validate.OneOf((0, 10, 20)))


class SignedInPerson(CamelSchema):
    """Who is signed in."""

    id = fields.UUID()
    name = fields.String()
    login = fields.String()


class PostName(CamelSchema):
    """A post."""

    code = fields.String(attribute="post")
    name = fields.String(attribute="post_name")
    name_en = fields.String(attribute="post_name_en")


class InstitutionName(CamelSchema):
    """An institution."""

    id = fields.UUID(attribute="institution_id")
    code = fields.String(attribute="institution_code")
    name = fields.String(attribute="institution_name")


class Capacity(CamelSchema):
    """A chair that the person sits in."""

    id = fields.UUID()
    post = fields.Function(lambda chair: PostName().dump(chair), metadata={"type": "object"})
    institution = fields.Function(lambda chair: InstitutionName().dump(chair), metadata={"type": "object"})
    department = fields.Function(lambda chair: _department(chair), metadata={"type": ["object", "null"]})


def _department(chair: Any) -> dict[str, str] | None:
    return None if chair.department_code is None else {"code": chair.department_code, "name": chair.department_name}


class Session(CamelSchema):
    """An open session."""

    person = fields.Nested(SignedInPerson)
    capacities = fields.List(fields.Nested(Capacity))
    must_change_password = fields.Boolean()
    csrf_token = fields.String()
    rights = fields.List(fields.String())
    statistics = fields.Boolean()
    """Whether the person sees the statistics of an institution."""
    demo = fields.Boolean()
    idle_minutes = fields.Integer()
    undo_seconds = fields.Integer()
