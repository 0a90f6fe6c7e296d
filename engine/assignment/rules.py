"""What a rule that finds people says once its expressions are evaluated."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class AssignmentRule:
    """One rule of a user task with its expressions evaluated. Codes, not keys."""

    kind: str
    """`post`, `person`, `starter`, `ancestor`, `head`, `superior`, `leader`, `duty`, `body` or `people`."""
    post: str | None = None
    institution: str | None = None
    """None is the institution that `at` says."""
    department: str | None = None
    person: str | int | None = None
    """Key, id, staff number or log-in."""
    at: str = "own"
    """`own` (the owner of the case), `starter`, `receiving` or `lead`."""
    types: tuple[str, ...] = ()
    """Of `ancestor`: types of institution, of which the nearest one upwards is meant."""
    line: str | None = None
    matter: str | None = None
    body: str | None = None
    roles: tuple[str, ...] = ()
    """Of `body`; empty is everybody with a vote."""
    of: str = "starter"
    """Of `superior`: whose superior, `starter` or `previous`."""
    levels: int | None = 1
    """Of `superior`: how many levels up; None is the top."""
    until: str | None = None
    """Of `superior`: the post at which the climb ends, however many levels that are."""
    each: bool = False
    """Of `superior`: everybody on the way, lowest first, not only who sits at its end."""
    up: bool = False
    """Where nobody is found at the place itself, whoever sits above it."""
    people: tuple[str, ...] = ()
    """Of `people`: references as for `person`, or principals such as `post:BR_DIR@CH01`."""
    role: str | None = None
    """Role in the step that its people get."""
    starter_post: str | None = None
    """Post in which the case was started, where it is known."""
    starter_institution: str | None = None
