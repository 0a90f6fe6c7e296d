"""The cases of the matrix: how people sign × where the task stands × what is done with a seat × how it ends."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.testing import bpmn, process, user_task
from tests.engine.models import END, START
from tests.engine.signing import BUTTONS, people

SIGNERS = ("gan", "guo", "ren")
HELPERS = ("shen", "song")
TERM = "PT8H"
COPY = '<liandong:copy rule="post" post="MED_DIR" institution="CH00"/>'
"""Lets the lead hospital, where the helpers sit, take part."""


@dataclass(frozen=True)
class Variant:
    """One way to sign: the attributes of the model, and the same in the words of the reference."""

    name: str
    mode: str
    policy: dict[str, str] = field(default_factory=dict)
    options: dict[str, object] = field(default_factory=dict)
    signers: tuple[str, ...] = SIGNERS


VARIANTS = (
    Variant("single", "single", signers=SIGNERS[:1]),
    Variant("pool", "pool", signers=SIGNERS[:1]),
    Variant("all", "all"),
    Variant("all-late", "all", {"refusal": "end"}, {"late": True}),
    Variant("any", "any"),
    Variant("any-late", "any", {"refusal": "end"}, {"late": True}),
    Variant("order", "order"),
    Variant("order-back", "order", {"refusal": "back"}, {"back": True}),
    Variant("vote", "vote", {"threshold": "60%"}, {"percent": 60}),
    Variant("vote-all-heard", "vote", {"threshold": "50%", "early": "false"}, {"percent": 50, "hear_all": True}),
    Variant("vote-chair", "vote", {"threshold": "50%", "chair-last": "true"}, {"percent": 50, "chair": "gan"}),
)
POSITIONS = ("top", "branch", "nested", "subprocess", "seat")
OPERATIONS = (
    "none",
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
ENDINGS = ("agreed", "first-refuses", "last-refuses", "helper-refuses", "cancelled", "timeout")


@dataclass(frozen=True)
class Scene:
    """One case: after `votes` votes in favour, the operation, and then everybody speaks until it ends."""

    variant: Variant
    position: str
    operation: str
    votes: int
    ending: str

    def __str__(self) -> str:
        return f"{self.variant.name}-{self.position}-{self.operation}-{self.votes}-{self.ending}"

    @property
    def helped(self) -> bool:
        """Whether somebody else than the signers gets a vote."""
        return self.operation.startswith(("before", "after", "beside")) and self.operation != "beside-remove"


def scenes() -> Iterator[Scene]:
    """Every case that really does something, in one order for ever."""
    for variant, position, operation, votes, ending in itertools.product(VARIANTS, POSITIONS, OPERATIONS, (0, 1), ENDINGS):
        scene = Scene(variant, position, operation, votes, ending)
        if _applies(scene):
            yield scene


def _applies(scene: Scene) -> bool:
    variant, operation = scene.variant, scene.operation
    if scene.votes and (len(variant.signers) == 1 or variant.name in ("any", "any-late")):
        return False
    if variant.mode == "vote" and operation in ("before-binding", "after-all", "after-any", "after-order"):
        # In a vote the refusal of an added signer is advice.
        return False
    if scene.ending == "helper-refuses" and not scene.helped:
        return False
    if scene.ending == "last-refuses" and len(variant.signers) == 1:
        return False
    # One who sits beside another shares his turn; to whom his refusal goes back, the table does not say.
    return not (variant.name == "order-back" and operation == "beside" and scene.ending == "helper-refuses")


def model(variant: Variant, position: str) -> bytes:
    """The process of a variant at a position."""
    attributes = "".join(f' {name}="{value}"' for name, value in variant.policy.items())
    approval = f'<liandong:approval mode="{variant.mode}"{attributes}/>'
    sign = user_task("sign", approval + people(*variant.signers, chair=str(variant.options.get("chair", ""))) + BUTTONS + COPY)
    border = (
        '<boundaryEvent id="late" attachedToRef="sign"><timerEventDefinition id="d">'
        f"<timeDuration>{TERM}</timeDuration></timerEventDefinition></boundaryEvent>"
    )
    following, other = user_task("following", post="BR_DIR"), user_task("other", post="BR_DIR")
    gates = '<exclusiveGateway id="x"/>' + "".join(f'<parallelGateway id="{name}"/>' for name in ("f", "j", "f2", "j2"))
    elements, flows = _placed(position, sign + border, following, other, gates)
    return bpmn(process(key(variant, position), START, *elements, END, flows=flows))


def key(variant: Variant, position: str) -> str:
    """Id of the process of a variant at a position."""
    return f"{variant.name}-{position}"


def _placed(position: str, sign: str, following: str, other: str, gates: str) -> tuple[tuple[str, ...], str]:
    if position == "top":
        return (sign, following), "s > sign > following > e, late > following"
    if position == "branch":
        used = gates[: gates.index('<parallelGateway id="f2"/>')]
        return (sign, following, other, used), "s > f, f > sign > x > j, late > x, f > other > j, j > following > e"
    if position == "nested":
        more = user_task("more", post="BR_DIR")
        flows = "s > f, f > f2, f2 > sign > x > j2, late > x, f2 > more > j2, j2 > j, f > other > j, j > following > e"
        return (sign, following, other, more, gates), flows
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    inner = (
        '<startEvent id="si"/>'
        + sign
        + '<endEvent id="se"/><sequenceFlow id="i1" sourceRef="si" targetRef="sign"/>'
        + '<sequenceFlow id="i2" sourceRef="sign" targetRef="se"/><sequenceFlow id="i3" sourceRef="late" targetRef="se"/>'
    )
    body = f'<subProcess id="sub">{loop if position == "seat" else ""}{inner}</subProcess>'
    return (body, following), "s > sub > following > e"
