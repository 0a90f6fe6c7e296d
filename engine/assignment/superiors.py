"""To whom overdue work climbs: the superior of a chair, then its leader.

Posts name their superior and leader; the people are found nearest first: in the same department for posts that exist
once a department, at the same institution, then at each institution above it, a leader at the lead institution last.
Where a post stands empty, or is held by the very person who is late, the climb goes on to the post above it. It ends
with the process administrators at the lead institution, so overdue work never climbs to nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import bindparam, select

from engine.assignment.people import DAY, Holder, Place, chairs_on, found_holders, parse_principal, sitting
from engine.assignment.posts import DEPARTMENTAL_POSTS
from engine.authorization import in_force, today
from engine.store.prepared import Prepared, Question
from engine.store.tables import Appointment, Department, Institution, Post

_CHAIRS = select(Appointment.post, Appointment.institution, Appointment.department)
CHAIR = Prepared(_CHAIRS.where(Appointment.key == bindparam("appointment")))
OWN_CHAIR = Prepared(
    _CHAIRS.where(Appointment.person == bindparam("person"), *in_force(Appointment, DAY))
    .order_by(Appointment.from_date, Appointment.key)
    .limit(1)
)
NAMED_PLACE = Prepared(
    select(Institution.key, Department.key.label("department"))
    .outerjoin(Department, (Department.institution == Institution.key) & (Department.code == bindparam("department")))
    .where(Institution.code == bindparam("institution"))
)
ABOVE = Prepared(select(Post.code, Post.superior, Post.leader))
INSTITUTIONS = Prepared(select(Institution.key, Institution.parent, Institution.code))
_OF_POST = chairs_on(DAY).where(Appointment.post == bindparam("post"))
IN_DEPARTMENT = Prepared(_OF_POST.where(Appointment.department == bindparam("department")))
AT_INSTITUTION = Prepared(_OF_POST.where(Appointment.institution == bindparam("institution")))
IN_NO_DEPARTMENT = Prepared(_OF_POST.where(Appointment.institution == bindparam("institution"), Appointment.department.is_(None)))


class Chair(NamedTuple):
    """A post in its place, by keys."""

    post: str
    institution: int
    department: int | None


def superiors(
    place: Place, *, assignee: int | None = None, capacity: int | None = None, principals: Sequence[str] = ()
) -> tuple[int, ...]:
    """Keys of the direct superiors of whoever has a task: its assignee, in the chair `capacity`, or those it is offered to."""
    return _above(place, chairs_of(place, assignee, capacity, principals), "superior", assignee)


def leaders(
    place: Place, *, assignee: int | None = None, capacity: int | None = None, principals: Sequence[str] = ()
) -> tuple[int, ...]:
    """Keys of the leaders who must act when the superiors have not; arguments as for `superiors`."""
    return _above(place, chairs_of(place, assignee, capacity, principals), "leader", assignee)


def administrators(place: Place) -> tuple[int, ...]:
    """Keys of the process administrators at the lead institution."""
    people = sitting(place.connection, today(place.now), place.config.administrator_post, place.config.lead_institution)
    return tuple(dict.fromkeys(holder.person for holder in people))


def chairs_of(place: Place, assignee: int | None, capacity: int | None, principals: Sequence[str]) -> list[Chair]:
    """The chairs of whoever has a task: its assignee, in the chair `capacity`, or those it is offered to."""
    if capacity is not None:
        return [Chair(*row) for row in CHAIR.all(place.connection, appointment=capacity)]
    if assignee is not None:
        return [Chair(*row) for row in OWN_CHAIR.all(place.connection, person=assignee, day=today(place.now))]
    return [chair for principal in principals for chair in _named_chair(place, principal)]


def _named_chair(place: Place, principal: str) -> list[Chair]:
    named = parse_principal(principal)
    if named is None:
        return []
    if isinstance(named, int):
        return chairs_of(place, named, None, ())
    post, institution, department = named
    return [Chair(post, *row) for row in NAMED_PLACE.all(place.connection, institution=institution, department=department)]


def _above(place: Place, chairs: Sequence[Chair], step: str, late: int | None) -> tuple[int, ...]:
    found: dict[int, None] = {}
    for chair in chairs:
        found.update(dict.fromkeys(_climb(place, chair, step, late)))
    return tuple(found) or administrators(place)


def steps(place: Place, chair: Chair, step: str, without: int | None = None) -> Iterator[tuple[str, list[Holder]]]:
    """The posts above a chair, lowest first, each with those of its holders who sit nearest; `without` one person.

    `step` is `superior`, or `leader` for the posts that must act when the superiors have not.
    """
    above = {row.code: row for row in ABOVE.all(place.connection)}
    path = _path(place, chair.institution, with_lead=step == "leader")
    post, passed = chair.post, {chair.post}
    while post in above:
        post = (above[post].leader if step == "leader" else None) or above[post].superior
        if post is None or post in passed:
            return
        passed.add(post)
        yield post, _nearest(place, post, chair, path, without)


def _nearest(place: Place, post: str, chair: Chair, path: Sequence[int], without: int | None) -> list[Holder]:
    for question in _places(post, chair, path, today(place.now)):
        found = [holder for holder in found_holders(place.ask(question)[0]) if holder.person != without]
        if found:
            return found
    return []


def _climb(place: Place, chair: Chair, step: str, late: int | None) -> list[int]:
    found = next((people for _, people in steps(place, chair, step, late) if people), [])
    return [holder.person for holder in found]


def _places(post: str, chair: Chair, path: Sequence[int], day: date) -> Iterator[Question]:
    if post in DEPARTMENTAL_POSTS:
        if chair.department is not None:
            yield IN_DEPARTMENT.question(post=post, department=chair.department, day=day)
        yield IN_NO_DEPARTMENT.question(post=post, institution=chair.institution, day=day)
        return
    for institution in path:
        yield AT_INSTITUTION.question(post=post, institution=institution, day=day)


def _path(place: Place, institution: int, *, with_lead: bool) -> list[int]:
    """The institution and all above it, nearest first."""
    parents = {row.key: row for row in INSTITUTIONS.all(place.connection)}
    path: list[int] = []
    step: int | None = institution
    while step is not None and step not in path:
        path.append(step)
        step = parents[step].parent
    lead = [key for key, row in parents.items() if row.code == place.config.lead_institution]
    return path + [key for key in lead if with_lead and key not in path]
