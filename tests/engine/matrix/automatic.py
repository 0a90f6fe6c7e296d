"""The automatic rules of a step (审批人为空、与发起人相同、重复审批人) × how people sign × where the task stands.

The expectations are the table of `docs/reference/approvals.md` and nothing else. The case is started by gan; guo agrees at
the step right before.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from tests.engine.matrix.drawings import PLACES, Variant

NOBODY = '<liandong:assign rule="expression" value="nobody"/>'
FALLBACK = '<liandong:fallback rule="person" person="ren"/>'
MODES = ("single", "all", "any", "order")
"""In a vote nobody's consent is taken for given, which the gate sees to; only its empty rules are played."""
EMPTY = ("administrator", "pass", "refuse", "fallback", "block")
STARTER = ("self", "skip", "superior")
REPEATED = ("none", "adjacent", "first")
ADMINISTRATOR, STARTED_BY, ABOVE_HIM, BEFORE, OTHER = "it", "gan", "dai", "guo", "ren"


@dataclass(frozen=True)
class Expected:
    """What must come of a rule: the system's decision and its reason, those who are asked, or that the sender is stopped."""

    system: tuple[str, str] | None = None
    asked: frozenset[str] = frozenset()
    offered: bool = False
    """Whether it is offered to a post and given to nobody by name."""
    blocked: bool = False


@dataclass(frozen=True)
class AutomaticScene:
    """One case: a rule with its value, in a mode, at a position, with others beside the one it is about or without."""

    rule: str
    value: str
    mode: str
    position: str
    alone: bool
    ending: str
    """`agreed` or `refused` by those who are asked."""

    def __str__(self) -> str:
        company = "alone" if self.alone else "joint"
        return f"auto-{self.rule}-{self.value}-{self.mode}-{self.position}-{company}-{self.ending}"

    @property
    def variant(self) -> Variant:
        """The signed task."""
        about = {"empty": (), "starter": (STARTED_BY,), "repeated": (BEFORE,)}[self.rule]
        fallback = FALLBACK if self.value == "fallback" else ""
        return Variant(
            f"auto-{self.rule}-{self.value}-{self.mode}-{'alone' if self.alone else 'joint'}",
            self.mode,
            signers=about if self.alone else (*about, OTHER),
            people=NOBODY if self.rule == "empty" else "",
            extensions=f'<liandong:auto {self.rule}="{self.value}"/>{fallback}',
            consents=True,
        )

    @property
    def expected(self) -> Expected:
        """By the table."""
        return {"empty": self._empty, "starter": self._starter, "repeated": self._repeated}[self.rule]()

    def _empty(self) -> Expected:
        if self.value == "block":
            return Expected(blocked=True)
        if self.value in ("pass", "refuse"):
            return Expected(system=("agree" if self.value == "pass" else "refuse", "auto-empty"))
        if self.value == "fallback":
            return Expected(asked=frozenset({OTHER}))
        return Expected(asked=frozenset({ADMINISTRATOR}), offered=True)

    def _starter(self) -> Expected:
        left = frozenset() if self.alone else frozenset({OTHER})
        if self.value == "self":
            return Expected(asked=left | {STARTED_BY})
        if self.value == "superior":
            return Expected(asked=left | {ABOVE_HIM})
        return Expected(asked=left) if left else Expected(system=("agree", "auto-starter"))

    def _repeated(self) -> Expected:
        left = frozenset() if self.alone else frozenset({OTHER})
        if self.value == "none":
            return Expected(asked=left | {BEFORE})
        # With 或签 an earlier consent decides; with the others it is one of several.
        if not left or self.mode == "any":
            return Expected(system=("agree", "auto-repeated"))
        return Expected(asked=left)


def automatic_scenes() -> Iterator[AutomaticScene]:
    """Every case that does something, in one order for ever."""
    for position, ending in itertools.product(PLACES, ("agreed", "refused")):
        for value, mode in itertools.product(EMPTY, (*MODES, "vote")):
            yield from _useful(AutomaticScene("empty", value, mode, position, True, ending))
        for rule, values in (("starter", STARTER), ("repeated", REPEATED)):
            for value, mode, alone in itertools.product(values, MODES, (True, False)):
                # One of several who may claim a task has no place of his own that could be passed over.
                if alone or mode != "single":
                    yield from _useful(AutomaticScene(rule, value, mode, position, alone, ending))


def _useful(scene: AutomaticScene) -> Iterator[AutomaticScene]:
    """What the system decides, or nobody can send on, ends in one way; where a join lies between, nothing is right before."""
    decided = scene.expected.system is not None or scene.expected.blocked
    if not (decided and scene.ending == "refused") and not (scene.value == "adjacent" and scene.position == "joined"):
        yield scene
