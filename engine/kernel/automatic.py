"""What a user task decides by itself, as its model says it: where nobody is found, where the starter is found, and where
somebody has agreed before or is asked later.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.kernel.people_model import STARTER_NAMES, AssignModel

EMPTY = ("administrator", "pass", "refuse", "fallback", "block")
"""Where the rules find nobody (审批人为空): the administrators get it, it passes, it is refused, others are asked, or who
would send the case there is refused.
"""
STARTER = ("self", "skip", "superior", "head")
"""Where whoever started the case is found (与发起人相同): he decides himself, is passed over, or somebody above does it."""
REPEATED = ("none", "adjacent", "first", "last")
"""Where somebody has agreed before (重复审批人): he is asked again, not again right after, asked the first time
alone, or the last time alone."""


@dataclass(frozen=True, kw_only=True)
class AutomaticModel:
    """The automatic decisions of one user task."""

    empty: str = "administrator"
    starter: str = "self"
    repeated: str = "none"
    fallback: tuple[AssignModel, ...] = ()
    """Who is asked where the rules find nobody and `empty` is `fallback`."""

    @property
    def names(self) -> frozenset[str]:
        """Variables that it reads beside those of its rules."""
        return frozenset(STARTER_NAMES) if self.starter in ("superior", "head") else frozenset()


NOTHING_AUTOMATIC = AutomaticModel()
"""What a task says that says nothing: people decide everything."""
