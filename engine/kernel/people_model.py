"""The rules that find the people of a user task, and those that keep people out of it, as a model states them."""

from __future__ import annotations

from dataclasses import dataclass

from engine.expressions import Expression, Template

STARTER_NAMES = ("starterPost", "starterInst")
"""Variables that say in which chair a case was started."""
APPROVERS = "approvers"
"""Variable of the people who were chosen for later steps: activity -> keys of persons, as text."""


@dataclass(frozen=True, kw_only=True)
class AssignModel:
    """One rule that finds people. See `engine.kernel.assign_reader` for the rules and what each of them takes."""

    rule: str
    post: Template | None = None
    person: Template | None = None
    institution: Template | None = None
    """None is the institution that `at` says."""
    department: Template | None = None
    role: str | None = None
    """Role in the step that its people have: it decides their rights."""
    chair: bool = False
    """Whether its people preside: in a vote they speak last, and they may put it off."""
    at: str = "own"
    """`own`, `starter`, `receiving` or `lead`."""
    types: tuple[str, ...] = ()
    line: Template | None = None
    matter: Template | None = None
    body: Template | None = None
    roles: tuple[str, ...] = ()
    of: str = "starter"
    levels: int | None = 1
    """None is the top."""
    until: str | None = None
    each: bool = False
    up: bool = False
    """Where nobody is found at the place itself, whoever sits above it."""
    by: str | None = None
    """Of `chosen`: who chooses, `starter` or `previous`."""
    element: str | None = None
    """Of `chosen`: the activity that people are chosen for."""
    value: Expression | None = None
    """Of `field` and `expression`: what names the people."""
    foreign: bool = False
    """Whether it was written in the words of another tool."""

    @property
    def expressions(self) -> tuple[Template | Expression, ...]:
        """Everything that is evaluated before people are looked for."""
        given = (self.post, self.person, self.institution, self.department, self.line, self.matter, self.body, self.value)
        return tuple(found for found in given if found is not None)

    @property
    def asks_for_starter(self) -> bool:
        """Whether it has to know in which chair the case was started."""
        return self.rule in ("superior", "head") or self.at == "starter"


@dataclass(frozen=True, kw_only=True)
class ApartModel:
    """Whom a task must not be given to, since two duties do not go together: incompatible posts."""

    elements: tuple[tuple[str, str], ...] = ()
    """User tasks whose doers are meant, each with the process that it stands in: this one, or one that calls it or is called."""
    last: bool = False
    """Whether only those count who did a task the last time that it was done."""
    starter: bool = False
    """Whether the starter of the case is meant."""
    institution: Template | None = None
    """Institution whose people are meant."""
    months: int = 0
    """For so many months after they have left it."""
