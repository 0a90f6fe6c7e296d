"""Who is asked to do a task: from evaluated rules to people, once, when the task opens.

A task is offered to a post at an institution on a day, never to a bare role. An institution outside the community gets
nothing new; the owner of a case may finish it. The same person found twice is one person. When the rules find nobody,
the process administrators at the lead institution get the task, marked `no-candidate`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from engine.assignment.apart import ApartRule, bars
from engine.assignment.look_ups import Origin, look_ups
from engine.assignment.people import Holder, Place, sitting
from engine.assignment.rules import AssignmentRule
from engine.authorization import person_principal, post_principal, today

NO_CANDIDATE = "no-candidate"


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
    role: str | None = None
    """Role that the rule gives him."""


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
    place: Place,
    rules: Sequence[AssignmentRule],
    *,
    own: str | None = None,
    starter: int | None = None,
    mode: str = "single",
    case: int | None = None,
    apart: Sequence[ApartRule] = (),
) -> Resolution:
    """Whom `rules` find today.

    `own` is the code of the owning institution, `starter` the key of who started the case, `case` its key where rules ask
    for what happened in it; `apart` keeps people out whose other duties do not go together with the task. In mode
    `single` exactly one person found has the task at once; in mode `pool` it is always claimed.
    """
    origin = Origin(place, own=own, starter=starter, case=case)
    looks = [(rule.role, look) for rule in rules for look in look_ups(origin, rule)]
    questions = [look.question for _, look in looks if look.question is not None]
    answers = iter(place.ask(*questions) if questions else ())
    found: dict[str, list[Holder]] = {}
    roles: dict[int, str | None] = {}
    for role, look in looks:
        rows = next(answers) if look.question is not None else ()
        for principal, chair in look.offers(rows, own):
            found.setdefault(principal, []).append(chair)
            roles.setdefault(chair.person, role)
    if apart and found and case is not None:
        persons = {chair.person for chairs in found.values() for chair in chairs}
        found = _without(found, bars(place, apart, persons, case=case, starter=starter))
    if not found:
        return _administrators(place)
    people = _people(found, roles)
    direct = people[0] if mode == "single" and len(people) == 1 else None
    return Resolution(
        people=people,
        principals=tuple(found),
        institutions=_institutions(found),
        reason=None,
        direct=direct.person if direct else None,
        capacity=direct.capacity if direct else None,
    )


def narrowed(found: Resolution, mode: str, gone: Collection[int], instead: Sequence[Asked] = ()) -> Resolution | None:
    """The people found but for some, by key, and others in the place of the first of these; None when nobody is left.

    Everybody is offered the task by name then: under the post of somebody who is left out it would be offered to him too.
    """
    place = next((number for number, asked in enumerate(found.people) if asked.person in gone), len(found.people))
    left = [asked for asked in found.people if asked.person not in gone]
    known = {*gone, *(asked.person for asked in left)}
    people = [*left[:place], *(asked for asked in instead if asked.person not in known), *left[place:]]
    if not people:
        return None
    direct = people[0] if mode == "single" and len(people) == 1 else None
    return Resolution(
        people=tuple(people),
        principals=tuple(person_principal(asked.person) for asked in people),
        institutions=_distinct(asked.institution for asked in people),
        direct=direct.person if direct else None,
        capacity=direct.capacity if direct else None,
        reason=None,
    )


def _without(found: Mapping[str, Sequence[Holder]], barred: Collection[int]) -> dict[str, list[Holder]]:
    """Offers without those who are kept out; what was offered to a post of theirs is offered to the others by name."""
    left: dict[str, list[Holder]] = {}
    for principal, chairs in found.items():
        free = [chair for chair in chairs if chair.person not in barred]
        if len(free) == len(chairs):
            left.setdefault(principal, []).extend(free)
        else:
            for chair in free:
                left.setdefault(person_principal(chair.person), []).append(chair)
    return left


def _people(found: Mapping[str, Sequence[Holder]], roles: Mapping[int, str | None]) -> tuple[Asked, ...]:
    first: dict[int, Asked] = {}
    for principal, chairs in found.items():
        for holder in chairs:
            role = roles.get(holder.person)
            first.setdefault(holder.person, Asked(holder.person, holder.appointment, holder.institution, principal, role))
    return tuple(first.values())


def _institutions(found: Mapping[str, Sequence[Holder]]) -> tuple[int, ...]:
    """Where the people sit; of a person named himself only the chair he acts in, so that he takes no other hospital along."""
    named = {name: people[:1] if name.startswith("person:") else people for name, people in found.items()}
    return _distinct(holder.institution for people in named.values() for holder in people)


def _administrators(place: Place) -> Resolution:
    post, lead = place.config.administrator_post, place.config.lead_institution
    principal = post_principal(post, lead)
    found = {principal: sitting(place.connection, today(place.now), post, lead)}
    return Resolution(
        people=_people(found, {}),
        principals=(principal,),
        institutions=_institutions(found),
        direct=None,
        capacity=None,
        reason=NO_CANDIDATE,
    )


def _distinct(keys: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(keys))
