"""What signers of one step may do by their role in it, as its model says it: fields, outcomes and buttons.

A role is a name that a `liandong:assign` gives to those whom it finds, or one of `RESERVED`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ADDED, ADVICE, CHAIR, READER = "added", "advice", "chair", "reader"
RESERVED = frozenset({ADDED, ADVICE, CHAIR, READER})
"""Roles that nobody has to give: who was added by a signer, who is only asked for advice, who presides, who only reads."""
ROW_WORDS = frozenset({"add", "edit", "remove"})
"""What may be done to the rows of a list of a form."""


@dataclass(frozen=True, kw_only=True)
class FieldsModel:
    """Field rights of a task. Without them every field is as the form says."""

    write: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    rows: tuple[tuple[str, frozenset[str]], ...] = ()
    """Row lists with what may be done to their rows: `add`, `edit`, `remove`."""
    roles: tuple[str, ...] = ()
    """Whom they are for; empty is everybody for whom there are none."""


@dataclass(frozen=True, kw_only=True)
class ButtonModel:
    """An operation on a task that is called otherwise, or is not there."""

    name: str
    label: str | None = None
    label_en: str | None = None
    off: bool = False
    roles: tuple[str, ...] = ()
    """Whom it is meant for; empty is everybody."""

    def concerns(self, role: str | None) -> bool:
        """Whether it is meant for somebody in that role."""
        return not self.roles or role in self.roles


def fields_of(fields: Sequence[FieldsModel], role: str | None) -> FieldsModel | None:
    """The field rights of a role: its own, else those for everybody, else none."""
    own = next((found for found in fields if role is not None and role in found.roles), None)
    return own or next((found for found in fields if not found.roles), None)
