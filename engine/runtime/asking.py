"""Whom a step asks in the end: its rules, and what it says of the starter and of finding nobody. Reads and decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.assignment import AssignmentRule, Resolution, narrowed
from engine.kernel.automatic_reader import fills_in
from engine.kernel.effects import Names
from engine.kernel.model import ApprovalModel
from engine.runtime.case import Expected
from engine.runtime.people import People
from engine.runtime.rules import starter_chair

EMPTY, STARTER, REPEATED, LATER_STEP = "auto-empty", "auto-starter", "auto-repeated", "auto-later"
"""Why the system decides: nobody was found, only the starter was, or all who were found had agreed before, or are asked at a
later step."""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Whom a step asks."""

    found: Resolution
    """The people; the administrators where nobody else is found."""
    reason: str | None = None
    """Set where nobody has to be asked: only the starter was found, who is passed over, or nobody was."""
    passed: int | None = None
    """Key of the starter who is passed over while others are asked."""


def asking(
    people: People, approval: ApprovalModel, names: Names, starter: int | None, expected: Expected | None = None, *, plain: bool
) -> Asking:
    """Whom a step asks; `plain` where its starter is asked like anybody, as at the step that a case was sent back to."""
    found, passed = people.asked(approval, names, expected), None
    if approval.automatic.starter != "self" and not plain and found.reason is None and starter in found.persons:
        left = _Starter(people, approval, names, starter).left(found)
        if left is None and approval.automatic.starter == "skip":
            return Asking(found=found, reason=STARTER)
        passed = starter if approval.automatic.starter == "skip" and left is not found else None
        found = people.administrators() if left is None else left
    if found.reason is None:
        return Asking(found=found, passed=passed)
    instead = people.fallback(approval, names) if approval.automatic.empty == "fallback" else None
    return Asking(found=found, reason=EMPTY) if instead is None else Asking(found=instead)


def may_pass(approval: ApprovalModel) -> bool:
    """Whether consent can be taken for given at a step: nobody votes or signs there, and nothing is to be filled in."""
    if approval.mode == "vote" or approval.signature == "required":
        return False
    return not fills_in(approval.fields, approval.outcomes, form=approval.form is not None)


@dataclass(frozen=True)
class _Starter:
    people: People
    approval: ApprovalModel
    names: Names
    starter: int

    def left(self, found: Resolution) -> Resolution | None:
        """The people without the starter, or with those above him in his place; None when nobody is left."""
        mode = self.approval.mode
        if self.approval.automatic.starter != "skip":
            above = self._above()
            return narrowed(found, mode, (self.starter,), above.people if above is not None else ())
        return narrowed(found, mode, (self.starter,)) if may_pass(self.approval) else found

    def _above(self) -> Resolution | None:
        """The starter's superior; or the head of his department, whose own superior it is where he is the head himself."""
        post, institution = starter_chair(self.names)
        chair = AssignmentRule(kind="superior", at="starter", starter_post=post, starter_institution=institution, up=True)
        if self.approval.automatic.starter == "head":
            head = self.people.of(self.approval, (replace(chair, kind="head"),), self.names)
            if head is not None and self.starter not in head.persons:
                return head
        return self.people.of(self.approval, (chair,), self.names)
