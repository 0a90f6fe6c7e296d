"""Who is asked to do a task: from evaluated rules to people, once, when the task opens.

A task is offered to a post at an institution on a day, never to a bare role. An institution outside the community gets
nothing new; the owner of a case may finish it. The same person found twice is one person. When the rules find nobody,
the process administrators at the lead institution get the task, marked `no-candidate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from engine.assignment.people import (
    HOLDERS_IN_DEPARTMENT,
    HOLDERS_NAMED,
    HOLDERS_OF_POST,
    Holder,
    Place,
    chair_conditions,
    find_person,
    holders,
)
from engine.authorization import person_principal, post_principal, today
from engine.store.prepared import Question

NO_CANDIDATE = "no-candidate"


@dataclass(frozen=True, kw_only=True)
class AssignmentRule:
    """One rule of a user task with its expressions evaluated. Codes, not keys."""

    kind: str
    """`post`, `person` or `starter`."""
    post: str | None = None
    institution: str | None = None
    """None is the institution that owns the case."""
    department: str | None = None
    person: str | int | None = None
    """Key, id, staff number or log-in."""


class Asked(NamedTuple):
    """One person whom the rules found, in the first chair that they found him in."""

    person: int
    """Key of the person."""
    capacity: int
    """Key of the appointment in which he is asked."""
    institution: int
    """Key of the institution that he is asked at."""
    principal: str
    """Name under which he was found, such as `post:BR_REF@CH01` or `person:17`."""


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """Whom the rules found, at the moment they were asked."""

    people: tuple[Asked, ...]
    """Each person once, in the order of the rules."""
    principals: tuple[str, ...]
    """Names under which the task is offered."""
    institutions: tuple[int, ...]
    """Keys of the institutions in which they were found: they take part in the case, or nobody could see the task."""
    direct: int | None
    """Key of the one person who has the task without claiming it."""
    capacity: int | None
    """Key of the appointment in which that person acts."""
    reason: str | None
    """None, or `no-candidate` when it fell to the administrators."""

    @property
    def persons(self) -> tuple[int, ...]:
        """Keys of the people found."""
        return tuple(asked.person for asked in self.people)


def resolve(
    place: Place, rules: Sequence[AssignmentRule], *, own: str | None = None, starter: int | None = None, mode: str = "single"
) -> Resolution:
    """Whom `rules` find today. `own` is the code of the owning institution, `starter` the key of who started the case.

    In mode `single` exactly one person found has the task at once; in mode `pool` it is always claimed.
    """
    found: dict[str, list[Holder]] = {}
    asked = [pair for rule in rules if (pair := _question(place, rule, own, starter)) is not None]
    answers = place.ask(*(question for _, question in asked)) if asked else []
    for (principal, _), rows in zip(asked, answers, strict=True):
        chairs = [Holder(*row) for row in rows]
        if principal.startswith("person:"):
            chairs.sort(key=lambda chair: chair.institution_code != own)
        if chairs:
            found.setdefault(principal, []).extend(chairs)
    if not found:
        return _administrators(place)
    people = _people(found)
    direct = people[0] if mode == "single" and len(people) == 1 else None
    return Resolution(
        people=people,
        principals=tuple(found),
        institutions=_institutions(found),
        reason=None,
        direct=direct.person if direct else None,
        capacity=direct.capacity if direct else None,
    )


def _question(place: Place, rule: AssignmentRule, own: str | None, starter: int | None) -> tuple[str, Question] | None:
    """The name under which a rule offers the task, and the question for those who sit behind it; None finds nobody."""
    day = today(place.now)
    if rule.kind == "post":
        institution = rule.institution or own
        if rule.post is None or institution is None:
            return None
        chair = {"post": rule.post, "institution": institution, "own": own, "day": day}
        name = post_principal(rule.post, institution, rule.department)
        if rule.department is None:
            return name, HOLDERS_OF_POST.question(**chair)
        return name, HOLDERS_IN_DEPARTMENT.question(**chair, department=rule.department)
    person = starter if rule.kind == "starter" else find_person(place.connection, rule.person)
    if person is None:
        return None
    return person_principal(person), HOLDERS_NAMED.question(person=person, own=own, day=day)


def _people(found: Mapping[str, Sequence[Holder]]) -> tuple[Asked, ...]:
    first: dict[int, Asked] = {}
    for principal, chairs in found.items():
        for holder in chairs:
            first.setdefault(holder.person, Asked(holder.person, holder.appointment, holder.institution, principal))
    return tuple(first.values())


def _institutions(found: Mapping[str, Sequence[Holder]]) -> tuple[int, ...]:
    """Where the people sit; of a person named himself only the chair he acts in, so that he takes no other hospital along."""
    named = {name: people[:1] if name.startswith("person:") else people for name, people in found.items()}
    return _distinct(holder.institution for people in named.values() for holder in people)


def _administrators(place: Place) -> Resolution:
    post, lead = place.config.administrator_post, place.config.lead_institution
    principal = post_principal(post, lead)
    found = {principal: holders(place.connection, today(place.now), *chair_conditions(post, lead, None))}
    return Resolution(
        people=_people(found),
        principals=(principal,),
        institutions=_institutions(found),
        direct=None,
        capacity=None,
        reason=NO_CANDIDATE,
    )


def _distinct(keys: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(keys))
