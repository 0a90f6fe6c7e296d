"""Duties that one person must not do together (不相容岗位): who is kept out of a task by what he has done or where he sits.

It is asked three times: when the task's people are found, when it is given to somebody else, and when somebody acts on
it. A case in which nobody is left falls to the process administrators; one of them who is barred is refused as well.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, select

from engine.assignment.people import Place
from engine.authorization import LAST_DAY, today
from engine.errors import NotAllowed
from engine.store.prepared import Among, Prepared
from engine.store.tables import Appointment, Institution, ProcessDefinition, Round, Seat

DONE = Prepared(
    select(Seat.element, Seat.assignee, Seat.ended_by, Round.number, ProcessDefinition.process_id)
    .join(Round, Round.key == Seat.round)
    .join(ProcessDefinition, ProcessDefinition.key == Round.definition)
    .where(Seat.instance == bindparam("instance"), Seat.state == "completed", Among(Seat.element, "elements"))
    .order_by(Seat.key)
)


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
    done = DONE.all(place.connection, instance=case, elements=sorted({element for _, element in rule.elements}))
    rows = [row for row in done if (row.process_id, row.element) in rule.elements]
    if rule.last:
        # By the number of the asking: keys of several nodes are in no order.
        newest: dict[tuple[str, str], int] = {}
        for row in rows:
            at = (row.process_id, row.element)
            newest[at] = max(row.number, newest.get(at, row.number))
        rows = [row for row in rows if row.number == newest[row.process_id, row.element]]
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
