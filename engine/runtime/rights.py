"""What somebody may do at a step by his role in it: the fields of its form, its outcomes and its buttons.

A role is given by the rule that found him, or follows from his seat (`engine.kernel.roles`). Who only reads is shown what is
hidden from no role, unless the step says what readers see.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.assignment import Resolution
from engine.forms import FieldRights
from engine.kernel.model import ApprovalModel, OutcomeModel
from engine.kernel.roles import ADDED, ADVICE, CHAIR, READER, ButtonModel, fields_of


def role_of(seat: Any, person: int | None) -> str | None:
    """The role of a person, by key, in a seat that he has or may take: `kind`, and `policy` and `resolved` of its round."""
    if seat.kind == "advice":
        return ADVICE
    if seat.kind != "asked":
        return ADDED
    given: Mapping[str, str] = seat.resolved.get("roles", {})
    own = given.get(str(person))
    if own is None and person is not None and seat.policy.get("chair") == person:
        return CHAIR
    return own


def resolved_of(found: Resolution, persons_at_most: int | None = None) -> dict[str, Any]:
    """What a round keeps of the people that were found: persons, names they are asked under, and roles where there are any."""
    roles = {str(asked.person): asked.role for asked in found.people if asked.role is not None}
    kept = {"persons": list(found.persons[:persons_at_most]), "principals": list(found.principals)}
    return {**kept, "roles": roles} if roles else kept


def handed_on(resolved: Mapping[str, Any], before: int | None, after: int) -> dict[str, Any]:
    """What a round keeps of its people when one takes the place, and the role, of another; both by key."""
    roles = dict(resolved.get("roles", {}))
    role = roles.get(str(before))
    return {**resolved, "roles": {**roles, str(after): role}} if role is not None else dict(resolved)


def field_rights(approval: ApprovalModel, role: str | None = None) -> FieldRights:
    """What somebody in a role may read and write in the form of a step."""
    demanded = [name for outcome in outcomes_for(approval, role) for name in outcome.fields]
    fields = fields_of(approval.fields, role)
    if role == READER and (fields is None or READER not in fields.roles):
        return FieldRights.of(write=(), hidden={name for found in approval.fields for name in found.hidden})
    if fields is None:
        return FieldRights.of(demanded=demanded)
    return FieldRights.of(
        write=fields.write, required=fields.required, hidden=fields.hidden, demanded=demanded, rows=dict(fields.rows)
    )


def outcomes_for(approval: ApprovalModel, role: str | None) -> tuple[OutcomeModel, ...]:
    """The outcomes that somebody in a role may choose."""
    return tuple(outcome for outcome in approval.outcomes if not outcome.roles or role in outcome.roles)


def button(approval: ApprovalModel, role: str | None, name: str) -> ButtonModel | None:
    """What the step says of an operation for a role: that of the role before that for everybody."""
    found = [item for item in approval.buttons if item.name == name and item.concerns(role)]
    return next((item for item in found if item.roles), next(iter(found), None))


def is_off(approval: ApprovalModel, role: str | None, name: str) -> bool:
    """Whether the step has switched an operation off for a role."""
    found = button(approval, role, name)
    return found is not None and found.off
