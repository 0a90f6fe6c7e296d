"""Accounts over the wire. A password only comes in, and is never stored with a request."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import CamelSchema


class AccountQuery(CamelSchema):
    """Whose account, by staff number."""

    person = fields.String(required=True, validate=validate.Length(min=1, max=60))


class AccountOf(CamelSchema):
    """An account as who keeps it sees it."""

    login = fields.String()
    name = fields.String()
    staff_number = fields.String()
    disabled = fields.Boolean()
    must_change = fields.Boolean()
    has_password = fields.Boolean()


class PasswordIn(CamelSchema):
    """A first or a new password; it must be changed at the next sign-in."""

    password = fields.String(required=True, validate=validate.Length(min=1, max=256), load_only=True)


class AccountIn(PasswordIn):
    """An account for a person, named by staff number."""

    person = fields.String(required=True, validate=validate.Length(min=1, max=60))
    login = fields.String(required=True, validate=validate.Length(min=1, max=80))
