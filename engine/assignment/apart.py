"""Duties that one person must not do together (不相容岗位): who is kept out of a task by what he has done or where he sits.

It is asked three times: when the task's people are found, when it is given to somebody else, and when somebody acts on
it. A case in which nobody is left falls to the process administrators; one of them who is barred is refused as well.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, or_, select, tuple_

from engine.assignment.people import Place
from engine.authorization import LAST_DAY, today
from engine.errors import NotAllowed
from engine.store.tables import Appointment, Institution, ProcessDefinition, Round, Seat


@dataclass(frozen=True, kw_only=True)
class ApartRule:
    """Whom a task must not be given to, with expressions evaluated."""

    elements: tuple[tuple[str, str], ...] = ()
    """Ids of a process and of a user task in it."""
    last: bool = False
    """Whether of each task only the doers of its last completed round are meant."""
    starter: bool = False
    institution: str | None = None
    """Code."""
    months: int = 0
    unknown: bool = False
    """True when the institution could not be told: nobody may act then."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """Why one person is kept out."""

    code: str
    """`apart-starter`, `apart-element`, `apart-institution` or `apart-unknown`."""
    element: str | None = None
    institution: str | None = None

    def refusal(self) -> NotAllowed:
        """The refusal of an act of that person."""
        return NotAllowed(
            self.code,
            "Expected somebody whose duties go together with this one, but {reason} keeps him out ({element}{institution})",
            reason=self.code,
            element=self.element or "",
            institution=self.institution or "",
        )


def bars(place: Place, rules: Sequence[ApartRule], persons: Collection[int], *, case: int, starter: int | None) -> dict[int, Bar]:
    """Those of `persons`, by key, who are kept out of a task of the case `case`, each with the first reason."""
    found: dict[int, Bar] = {}
    for rule in rules:
        for person, bar in _bars(place, rule, persons, case, starter).items():
            found.setdefault(person, bar)
    return found


def _bars(place: Place, rule: ApartRule, persons: Collection[int], case: int, starter: int | None) -> dict[int, Bar]:
    if rule.unknown:
        return {person: Bar(code="apart-unknown") for person in persons}
    found: dict[int, Bar] = {}
    if rule.starter and starter in persons and starter is not None:
        found[starter] = Bar(code="apart-starter")
    if rule.elements:
        found.update(_doers(place, rule, persons, case))
    if rule.institution is not None:
        found.update(_staff(place, rule, persons))
    return found


def _doers(place: Place, rule: ApartRule, persons: Collection[int], case: int) -> dict[int, Bar]:
    """People who have done one of the rule's tasks in the case, whichever process of it the task stands in."""
    seats = select(Seat.element, Seat.assignee, Seat.ended_by).join(Round, Round.key == Seat.round)
    seats = seats.join(ProcessDefinition, ProcessDefinition.key == Round.definition)
    meant = or_(*(and_(ProcessDefinition.process_id == process, Seat.element == element) for process, element in rule.elements))
    done = (Seat.instance == case, Seat.state == "completed", meant)
    if rule.last:
        # By the number of the asking: keys of several nodes are in no order.
        newest = select(Seat.element, func.max(Round.number)).join(Round, Round.key == Seat.round)
        newest = newest.join(ProcessDefinition, ProcessDefinition.key == Round.definition).where(*done)
        newest = newest.group_by(ProcessDefinition.process_id, Seat.element)
        seats = seats.where(tuple_(Seat.element, Round.number).in_(newest))
    rows = place.connection.execute(seats.where(*done).order_by(Seat.key))
    pairs = ((person, row.element) for row in rows for person in (row.assignee, row.ended_by))
    return {person: Bar(code="apart-element", element=element) for person, element in pairs if person in persons}


def _staff(place: Place, rule: ApartRule, persons: Collection[int]) -> dict[int, Bar]:
    """People who sit at the institution, or have left it less than `months` months ago."""
    day = today(place.now)
    sits = (
        select(Appointment.person)
        .join(Institution, Institution.key == Appointment.institution)
        .where(Institution.code == rule.institution, Appointment.person.in_(persons), Appointment.from_date <= day)
        .where(func.coalesce(Appointment.to_date, LAST_DAY) >= months_before(day, rule.months))
    )
    bar = Bar(code="apart-institution", institution=rule.institution)
    return dict.fromkeys(place.connection.execute(sits).scalars(), bar)


def months_before(day: date, months: int) -> date:
    """The day so many months before, the last one of its month where that one is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
