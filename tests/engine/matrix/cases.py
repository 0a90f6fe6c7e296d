"""The cases of the matrix: how people sign × where the task stands × whose hand × what is done with a seat × how it ends."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from tests.engine.matrix.drawings import PLACES, SHORT, Variant

HELPERS = ("shen", "song")
AGENT = "dai"
"""Does the work of every signer while each of them is away (代理)."""

MOTIONS = "${[{'key': 'a', 'title': '甲'}, {'key': 'b', 'title': '乙'}]}"
"""Voted on one by one; everybody says the same to both, so that they come to what one question would."""
VARIANTS = (
    Variant("single", "single", signers=("gan",)),
    Variant("pool", "pool", signers=("gan",)),
    Variant("all", "all"),
    Variant("all-late", "all", {"refusal": "end"}, {"late": True}),
    Variant("any", "any"),
    Variant("any-late", "any", {"refusal": "end"}, {"late": True}),
    Variant("order", "order"),
    Variant("order-back", "order", {"refusal": "back"}, {"back": True}),
    Variant("vote", "vote", {"threshold": "60%"}, {"percent": 60}),
    Variant("vote-all-heard", "vote", {"threshold": "50%", "early": "false"}, {"percent": 50, "hear_all": True}),
    Variant("vote-veto", "vote", {"threshold": "60%", "refusal": "veto"}, {"percent": 60, "veto": True}),
    Variant("vote-chair", "vote", {"threshold": "50%", "chair-last": "true"}, {"percent": 50, "chair": "gan"}),
    Variant("vote-motions", "vote", {"threshold": "60%", "motions": MOTIONS}, {"percent": 60}, motions=("a", "b")),
)
OPERATIONS = (
    "none",
    "suspend",
    "take-back",
    "transfer",
    "delegate",
    "delegate-remove",
    "before-all",
    "before-any",
    "before-order",
    "before-binding",
    "before-remove",
    "after-all",
    "after-any",
    "after-order",
    "after-advice",
    "beside",
    "beside-remove",
)
SPOKEN = ("agreed", "first-refuses", "last-refuses", "helper-refuses")
"""Endings in which the signers decide."""
LEFT = ("revised", "voided")
"""Endings by whoever started the case."""
BESIDE_RETURNS = ("none", "transfer", "delegate", "before-all", "after-all", "beside")
"""What may have been done with a seat before the case is left: one of each kind."""


@dataclass(frozen=True)
class Scene:
    """One case: after `votes` votes in favour, the operation, and then everybody speaks or somebody ends it."""

    variant: Variant
    position: str
    hand: str
    """`own`, or `agent`."""
    operation: str
    votes: int
    ending: str

    def __str__(self) -> str:
        return f"{self.variant.name}-{self.position}-{self.hand}-{self.operation}-{self.votes}-{self.ending}"

    @property
    def helped(self) -> bool:
        """Whether somebody else than the signers gets a vote."""
        return self.operation.startswith(("before", "after", "beside")) and self.operation != "beside-remove"

    @property
    def long(self) -> bool:
        """Whether the process has steps before the signed task."""
        return self.ending in LEFT or self.ending.startswith("return-")


def scenes() -> Iterator[Scene]:
    """Every case that really does something, in one order for ever."""
    rest = (("own", "agent"), OPERATIONS, (0, 1))
    for variant, (position, ending) in itertools.product(VARIANTS, _placed_endings()):
        for hand, operation, votes in itertools.product(*rest):
            scene = Scene(variant, position, hand, operation, votes, ending)
            if _applies(scene):
                yield scene


def ordered(every: Sequence[Scene]) -> tuple[list[Scene], int]:
    """The cases in an order that has each two of their properties together as early as may be, and how many that takes."""
    shuffled = random.Random(5).sample(list(every), len(every))
    seen: set[tuple[object, ...]] = set()
    first, later = [], []
    for scene in shuffled:
        values = [(each.name, str(getattr(scene, each.name))) for each in fields(Scene)]
        pairs = set(itertools.combinations(values, 2))
        (later if pairs <= seen else first).append(scene)
        seen |= pairs
    return first + later, len(first)


def _placed_endings() -> Iterator[tuple[str, str]]:
    yield from itertools.product(SHORT, (*SPOKEN, "terminated", "timeout", "taken-back"))
    yield from itertools.product(PLACES, LEFT)
    for position, place in PLACES.items():
        for name, target in place.targets.items():
            yield position, f"return-{name}"
            if target.direct and target.refusal is None:
                yield position, f"return-{name}-direct"


def _applies(scene: Scene) -> bool:
    return _operation_applies(scene) and _ending_applies(scene)


def _operation_applies(scene: Scene) -> bool:
    variant, operation = scene.variant, scene.operation
    alone, first_decides = len(variant.signers) == 1, variant.name in ("any", "any-late")
    if scene.votes and (alone or first_decides):
        return False
    if operation == "take-back":
        # The votes that were given are taken back; where none can stand undecided, there is none to take back.
        return scene.votes == 1 and not scene.long
    if scene.hand == "agent" and (operation == "suspend" or scene.ending not in (*SPOKEN, "taken-back")):
        return False
    if scene.long and operation not in BESIDE_RETURNS:
        return False
    # In a vote the refusal of an added signer is advice.
    return not (variant.mode == "vote" and operation in ("before-binding", "after-all", "after-any", "after-order"))


def _ending_applies(scene: Scene) -> bool:
    variant, operation, ending = scene.variant, scene.operation, scene.ending
    if ending == "helper-refuses" and not scene.helped:
        return False
    if ending == "last-refuses" and len(variant.signers) == 1:
        return False
    # One who sits beside another shares his turn; to whom his refusal goes back, the table does not say.
    return not (variant.name == "order-back" and operation == "beside" and ending == "helper-refuses")
