"""The field rights of a step, from the configuration of its user task."""

from __future__ import annotations

from engine.forms import FieldRights
from engine.kernel.model import ApprovalModel


def field_rights(approval: ApprovalModel) -> FieldRights:
    """What the holder of a task may read and write in its form."""
    demanded = [name for outcome in approval.outcomes for name in outcome.fields]
    if approval.fields is None:
        return FieldRights.of(demanded=demanded)
    fields = approval.fields
    return FieldRights.of(write=fields.write, required=fields.required, hidden=fields.hidden, demanded=demanded)
