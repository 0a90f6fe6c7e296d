"""The audit trail and the rights of accounts, over the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import CamelSchema, Instant, Key, PageQuery, Words, page_of
from api.schemas.instances import ProcessVersion


class AuditQuery(PageQuery):
    """Which entries."""

    person = fields.UUID(load_default=None)
    action = fields.String(load_default=None, validate=validate.Length(max=60))
    instance = fields.UUID(load_default=None)
    name = fields.String(load_default=None, validate=validate.Length(max=60))
    number = fields.String(load_default=None, validate=validate.Length(max=60))
    from_at = Instant(load_default=None, data_key="from")
    to_at = Instant(load_default=None, data_key="to")


class AuditEntry(CamelSchema):
    """One entry of the trail."""

    key = Key()
    at = Instant()
    person = fields.UUID(allow_none=True)
    name = fields.String(allow_none=True)
    source = fields.String(allow_none=True)
    action = fields.String()
    object = fields.String(allow_none=True)
    result = fields.String()
    instance = fields.UUID(allow_none=True)
    revision = fields.Integer(allow_none=True)
    data = fields.Dict()
    hash = fields.String()


AuditEntryPage = page_of(AuditEntry, "AuditEntryPage")


class AuditedRoundQuery(PageQuery):
    """The number of the case, in full."""

    number = fields.String(required=True, validate=validate.Length(min=1, max=60))


class OrganisationThen(CamelSchema):
    """A version of the organisation."""

    number = fields.Integer()
    since = Instant()
    by = fields.String(allow_none=True)


class AuditedRound(CamelSchema):
    """One asking of a step's people."""

    id = fields.UUID()
    process = fields.Nested(ProcessVersion)
    element = fields.String()
    step = fields.String()
    number = fields.Integer()
    mode = fields.String()
    state = fields.String()
    opened_at = Instant()
    found_on = fields.Date(allow_none=True)
    organisation = fields.Nested(OrganisationThen, allow_none=True)
    offered_to = fields.List(fields.String())
    offered_to_en = fields.List(fields.String())
    people = fields.List(fields.String())


AuditedRoundPage = page_of(AuditedRound, "AuditedRoundPage")


class VerificationQuery(CamelSchema):
    """The hash of an anchor that was noted elsewhere."""

    anchor = fields.String(load_default=None, validate=validate.Length(max=64))


class AuditFault(CamelSchema):
    """One thing that is not as it was written."""

    code = fields.String()
    instance = fields.UUID(allow_none=True)
    number = fields.Integer(allow_none=True)
    entry = Key(allow_none=True)


class Verification(CamelSchema):
    """What the trail holds, and what is wrong with it."""

    entries = fields.Integer()
    instances = fields.Integer()
    anchors = fields.Integer()
    newest_anchor = fields.String(allow_none=True)
    newest_anchor_at = Instant(allow_none=True)
    faults = fields.List(fields.Nested(AuditFault))


class AccountRights(CamelSchema):
    """An account and its rights."""

    login = fields.String()
    name = fields.String()
    staff_number = fields.String()
    rights = fields.List(fields.String())
    disabled = fields.Boolean()


class SightQuery(CamelSchema):
    """Whose sight of which case: a log-in or staff number, and the number of the case."""

    person = fields.String(required=True, validate=validate.Length(min=1, max=60))
    number = fields.String(required=True, validate=validate.Length(min=1, max=60))


class ChairHeld(CamelSchema):
    """A chair that a person sits in."""

    post = Words()
    institution = fields.String()


class InstitutionInCase(CamelSchema):
    """An institution that takes part in a case, or took part."""

    institution = fields.String()
    until = Instant(allow_none=True)
    of_person = fields.Boolean()


class CaseSight(CamelSchema):
    """Whether a person sees one pool of a case, and why."""

    instance = fields.UUID()
    visible = fields.Boolean()
    reasons = fields.List(fields.String())
    takes_part = fields.Boolean()
    institutions = fields.List(fields.Nested(InstitutionInCase))


class Sight(CamelSchema):
    """Why somebody may see a case, or may not."""

    name = fields.String()
    active = fields.Boolean()
    chairs = fields.List(fields.Nested(ChairHeld))
    cases = fields.List(fields.Nested(CaseSight))


class RightsIn(CamelSchema):
    """The rights that an account is to have."""

    rights = fields.List(fields.String(validate=validate.Length(max=120)), required=True, validate=validate.Length(max=50))


class AccountSaved(CamelSchema):
    """What became of an account."""

    id = fields.UUID()
    login = fields.String()
    changed = fields.Boolean()
