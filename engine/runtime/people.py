"""Whom the rules of a user task find, with their expressions evaluated in its case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from engine.assignment import ApartRule, AssignmentRule, Place, Resolution, resolve
from engine.kernel.effects import Names
from engine.kernel.model import ApprovalModel
from engine.kernel.people_model import AssignModel
from engine.runtime.case import Expected
from engine.runtime.rules import evaluated_apart, evaluated_rules

ONE_DECIDES = frozenset({"single", "pool"})
"""Modes in which one person does the task, so that whoever did it before does it again."""


class Origin(Protocol):
    """The case that people are looked for in."""

    @property
    def key(self) -> int: ...
    @property
    def institution_code(self) -> str | None: ...
    @property
    def started_by(self) -> int | None: ...


class People:
    """Whom the rules of one step's tasks find; each rule is asked once, however many tasks have it."""

    def __init__(self, place: Place, case: Origin) -> None:
        self.institutions: set[int] = set()
        """Where those who are asked or get a copy sit: they take part, or nobody there could read the case."""
        self._place = place
        self._case = case
        self._found: dict[tuple[str, tuple[AssignmentRule, ...], tuple[ApartRule, ...]], Resolution] = {}

    def asked(self, approval: ApprovalModel, names: Names, expected: Expected | None = None) -> Resolution:
        """The people who are to do a task: those who did it before, where the case was sent back to it and one is left."""
        apart = evaluated_apart(approval.apart, names)
        again = tuple(AssignmentRule(kind="person", person=person) for person in (expected.persons if expected else ()))
        found = self._resolve("single", again, apart) if again and approval.mode in ONE_DECIDES else None
        if found is None or found.reason:
            found = self._resolve(approval.mode, evaluated_rules(approval.assigns, names), apart)
        return found

    def of(self, approval: ApprovalModel, rules: tuple[AssignmentRule, ...], names: Names) -> Resolution | None:
        """Whom evaluated rules find for a task, as far as its duties go together with theirs; None when they find nobody."""
        found = self._resolve(approval.mode, rules, evaluated_apart(approval.apart, names))
        return None if found.reason else found

    def fallback(self, approval: ApprovalModel, names: Names) -> Resolution | None:
        """Who is to do a task for which its own rules find nobody; None when these find nobody either."""
        return self.of(approval, evaluated_rules(approval.automatic.fallback, names), names)

    def copied(self, approval: ApprovalModel, names: Names) -> tuple[int, ...]:
        """The persons who get a read-only copy, none when the rules find nobody."""
        found = self.found(approval.copies, names)
        if found is None:
            return ()
        self.institutions.update(found.institutions)
        return found.persons

    def found(self, rules: Sequence[AssignModel], names: Names) -> Resolution | None:
        """Whom these rules find; None when they find nobody."""
        found = self._resolve("pool", evaluated_rules(rules, names)) if rules else None
        return None if found is None or found.reason else found

    def named(self, reference: str) -> tuple[int, ...]:
        """Keys of the persons that a reference to people means, none where it means nobody."""
        found = self._resolve("pool", (AssignmentRule(kind="people", people=(reference,)),))
        return () if found.reason else found.persons

    def administrators(self) -> Resolution:
        """Those who get what nobody else is to do."""
        return self._resolve("pool", ())

    def _resolve(self, mode: str, rules: tuple[AssignmentRule, ...], apart: tuple[ApartRule, ...] = ()) -> Resolution:
        known = (mode, rules, apart)
        if known not in self._found:
            own, starter, case = self._case.institution_code, self._case.started_by, self._case.key
            self._found[known] = resolve(self._place, rules, own=own, starter=starter, mode=mode, case=case, apart=apart)
        return self._found[known]


def people_asked(place: Place, case: Origin, approval: ApprovalModel, names: Names) -> tuple[int, ...]:
    """Keys of the persons whom a task of the case would ask now."""
    return People(place, case).asked(approval, names).persons
