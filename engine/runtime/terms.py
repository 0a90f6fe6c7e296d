"""When a task is due, by the rule of its step at the moment its turn comes, and the ladder that it climbs on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.appliers.clocks import HANDLING, RESPONSE, clocks_of, is_unanswered, steps_ahead
from engine.appliers.incidents import raise_incident
from engine.appliers.journal import Journal
from engine.appliers.tasks import RungPlanned
from engine.errors import ExpressionError, Invalid
from engine.kernel.deadlines import DeadlineModel
from engine.kernel.effects import Names
from engine.kernel.model import Element
from engine.kernel.people_model import AssignModel
from engine.runtime.case import Case
from engine.runtime.definitions import Definition
from engine.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Term:
    """When a task is due, and what happens on the way there."""

    due_at: datetime
    soon_at: datetime | None
    term: dict[str, Any]
    """What it was reckoned from, see `engine.appliers.clocks`."""
    rungs: tuple[RungPlanned, ...]
    level: int = 0
    """Highest rung of the ladder that was climbed before it."""


def term_or_incident(
    work: UnitOfWork, journal: Journal | None, case: Case, definition: Definition, element: Element, names: Names
) -> Term | None:
    """The term of a task: the one that goes on, or a new one.

    One that cannot be computed must not stop the task: it opens without a term, beside an incident.
    """
    deadline = element.approval.deadline if element.approval else None
    if element.approval is None or deadline is None:
        return None
    expected = case.expected.get(element.id)
    if expected is not None and expected.term is not None:
        return expected.term
    try:
        institution = _place(element.approval.assigns, names, case.institution_code)
        return _term(work, definition, deadline, names, institution)
    except (ExpressionError, Invalid, ValueError) as error:
        raise_incident(work, journal, instance=case.key, element=element.id, code="deadline", message=str(error))
        return None


def term_going_on(work: UnitOfWork, definition: Definition, seat: Any) -> Term | None:
    """The term of a seat that has ended, given by its row, for the one that takes its place: as if it had not."""
    if seat.term is None:
        return None
    term = dict(seat.term)
    if is_unanswered(seat):
        term["response"] = {**term["response"], "answered": seat.ended_at.isoformat()}
    ahead = steps_ahead(work, seat, definition.parameters.get("ladders"))
    return Term(
        due_at=seat.due_at,
        soon_at=seat.soon_at,
        term=term,
        rungs=tuple(
            RungPlanned(clock=name, kind=step.kind, level=step.level, due_at=step.at) for name, step in ahead if name == HANDLING
        ),
        level=seat.level,
    )


def _term(work: UnitOfWork, definition: Definition, deadline: DeadlineModel, names: Names, institution: str | None) -> Term:
    time, start = work.working_time, work.now
    rule: dict[str, Any] = {
        "rule": str(deadline.term.evaluate(names)),
        "calendar": str(deadline.calendar.evaluate(names)) if deadline.calendar else "CLIN",
        "institution": institution,
        "calendarVersion": time.version,
        "start": start.isoformat(),
        "ladder": str(deadline.ladder.evaluate(names)) if deadline.ladder else "office",
    }
    if deadline.response is not None:
        ladder = rule["ladder"] if deadline.response_ladder is None else str(deadline.response_ladder.evaluate(names))
        rule["response"] = {"rule": str(deadline.response.evaluate(names)), "ladder": ladder, "answered": None}
    clocks = clocks_of(rule, definition.parameters.get("ladders"))
    reckoned = {name: clock.reckon(time) for name, clock in clocks.items()}
    handling = reckoned[HANDLING]
    if RESPONSE in reckoned:
        rule["response"]["due"] = reckoned[RESPONSE].due_at.isoformat()
    rungs = tuple(
        RungPlanned(clock=name, kind=step.kind, level=step.level, due_at=step.at)
        for name, clock in reckoned.items()
        for step in clock.steps
    )
    return Term(due_at=handling.due_at, soon_at=handling.soon_at, term={**rule, "provisional": handling.provisional}, rungs=rungs)


def _place(assigns: Sequence[AssignModel], names: Names, own: str | None) -> str | None:
    """Code of the institution whose hours a task keeps: where its first rule asks, else the one that owns the case."""
    template = assigns[0].institution if assigns else None
    value = None if template is None else template.evaluate(names)
    return str(value) if value else own
