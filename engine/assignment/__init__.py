"""Who is asked to do a task, to whom it climbs when it is late, and how people are found."""

from __future__ import annotations

from engine.assignment.apart import ApartRule, Bar, bars
from engine.assignment.institutions import INSTITUTION_TYPES
from engine.assignment.people import Place, find_person, normalise_login, parse_principal, people_behind
from engine.assignment.posts import DEFAULT_POSTS, INTERNAL_POSTS, PostDefault
from engine.assignment.resolution import NO_CANDIDATE, Asked, Resolution, narrowed, resolve
from engine.assignment.rules import AssignmentRule
from engine.assignment.superiors import administrators, leaders, superiors

__all__ = [
    "DEFAULT_POSTS",
    "INSTITUTION_TYPES",
    "INTERNAL_POSTS",
    "NO_CANDIDATE",
    "ApartRule",
    "Asked",
    "AssignmentRule",
    "Bar",
    "Place",
    "PostDefault",
    "Resolution",
    "administrators",
    "bars",
    "find_person",
    "leaders",
    "narrowed",
    "normalise_login",
    "parse_principal",
    "people_behind",
    "resolve",
    "superiors",
]
