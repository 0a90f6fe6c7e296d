"""The processes of the matrix: one for each way to sign at each place, and what the place means for whoever sends back.

A short process begins with the task that is signed. A long one has steps before it, which can be sent back to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.testing import bpmn, process, user_task
from tests.engine.models import END, START
from tests.engine.signing import BUTTONS, people

TERM = "PT8H"
"""Until the timer on the border of the signed task."""
DEADLINE = '<liandong:deadline term="PT12H" calendar="CLIN" ladder="plain"/>'
LADDERS = '{"ladders": {"plain": {"remind": [0.9]}}}'
COPY = '<liandong:copy rule="post" post="MED_DIR" institution="CH00"/>'
"""Lets the lead hospital, where the helpers sit, take part."""
STARTERS = '<liandong:process startable="true" withdraw="any"/><liandong:starter post="BR_GP"/>'
DIRECTOR = "BR_DIR"
SEVERAL = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"


@dataclass(frozen=True)
class Variant:
    """One way to sign: the attributes of the model, and the same in the words of the reference."""

    name: str
    mode: str
    policy: dict[str, str] = field(default_factory=dict)
    options: dict[str, object] = field(default_factory=dict)
    signers: tuple[str, ...] = ("gan", "guo", "ren")
    people: str = ""
    """Rules that find the people, in the place of the signers by name."""
    extensions: str = ""
    """What the signed task says beside."""
    motions: tuple[str, ...] = ()
    """Keys of what is voted on one by one."""
    consents: bool = False
    """Whether the step before is agreed to, and not just done."""


@dataclass(frozen=True)
class Target:
    """A step that was done before, as the table of returns sees it from the signed task."""

    refusal: str | None = None
    ends: tuple[str, ...] = ()
    """Where other work ends with the return."""
    left: tuple[str, ...] = ()
    """Where other work stays open."""
    direct: bool = True
    """Whether it can come straight back."""


@dataclass(frozen=True)
class Place:
    """A place where a task is signed in a process with steps before it."""

    flows: str
    done: tuple[str, ...]
    """Steps that are done before it is signed, in this order."""
    targets: Mapping[str, Target]
    held: str | None = None
    """Why a decision there cannot be taken back once its token has gone on; None where it can."""


_BRANCH = "s > draft > f, f > prior > sign > x > j, late > x, f > beside > other > j, j > following > e"
_NESTED = (
    "s > draft > f, f > prior > f2, f2 > sign > x > j2, late > x, f2 > more > j2, j2 > j, "
    "f > beside > other > j, j > following > e"
)
_JOINED = "s > draft > f, f > prior > j, f > beside > j, j > sign > x > following > e, late > x"
PLACES: Mapping[str, Place] = {
    "top": Place(
        flows="s > draft > prior > sign > x > following > e, late > x",
        done=("draft", "prior"),
        targets={"draft": Target(), "prior": Target()},
    ),
    "branch": Place(
        flows=_BRANCH,
        done=("draft", "prior", "beside"),
        targets={
            "draft": Target(ends=("other",), direct=False),
            "prior": Target(left=("other",)),
            "beside": Target(refusal="other-branch"),
        },
    ),
    "nested": Place(
        flows=_NESTED,
        done=("draft", "prior", "beside"),
        targets={
            "draft": Target(ends=("more", "other"), direct=False),
            "prior": Target(ends=("more",), left=("other",), direct=False),
            "beside": Target(refusal="other-branch"),
        },
    ),
    "subprocess": Place(
        flows="s > draft > over > sub > following > e",
        done=("draft", "inner", "prior"),
        targets={"draft": Target(direct=False), "inner": Target(refusal="subprocess"), "prior": Target()},
        held="joined",
    ),
    "seat": Place(
        flows="s > draft > polled > sub > following > e",
        done=("draft", "polled", "polled", "prior", "prior"),
        targets={
            "draft": Target(ends=("sub",), direct=False),
            "polled": Target(refusal="seats"),
            "prior": Target(left=("sign",)),
        },
        held="joined",
    ),
    "joined": Place(
        flows=_JOINED,
        done=("draft", "prior", "beside"),
        targets={
            "draft": Target(),
            "prior": Target(refusal="behind-join"),
            "beside": Target(refusal="behind-join"),
        },
    ),
}
SHORT: Mapping[str, str] = {
    "top": "s > sign > x > following > e, late > x",
    "branch": "s > f, f > sign > x > j, late > x, f > other > j, j > following > e",
    "nested": "s > f, f > f2, f2 > sign > x > j2, late > x, f2 > more > j2, j2 > j, f > other > j, j > following > e",
    "subprocess": "s > sub > following > e",
    "seat": "s > sub > following > e",
}
_GATES = {name: f'<parallelGateway id="{name}"/>' for name in ("f", "j", "f2", "j2")}


def key(variant: Variant, position: str, *, long: bool) -> str:
    """Id of the process of a variant at a position."""
    return f"{variant.name}-{position}-{'long' if long else 'short'}"


def model(variant: Variant, position: str, *, long: bool) -> bytes:
    """The process of a variant at a position."""
    flows = PLACES[position].flows if long else SHORT[position]
    body = _body(variant, position, long=long) if "sub" in flows else {}
    known = {**_steps(variant), **body, "x": '<exclusiveGateway id="x"/>', **_GATES}
    wanted = {name.strip() for way in flows.split(",") for name in way.split(">")} - {"s", "e", "late"}
    elements = (START, *(known[name] for name in known if name in wanted), END)
    return bpmn(process(key(variant, position, long=long), *elements, flows=flows, extensions=STARTERS))


def _steps(variant: Variant) -> dict[str, str]:
    """Every step that a process may have, by its id."""
    loose = '<subProcess id="over"><startEvent id="so"/>' + user_task("inner", people("guo")) + '<endEvent id="eo"/>'
    loose += '<sequenceFlow id="o1" sourceRef="so" targetRef="inner"/><sequenceFlow id="o2" sourceRef="inner" targetRef="eo"/>'
    return {
        "draft": user_task("draft", people("gan")),
        "prior": user_task("prior", people("guo"), BUTTONS if variant.consents else ""),
        "polled": user_task("polled", people("guo"), body=SEVERAL),
        "over": loose + "</subProcess>",
        "sign": _signed(variant),
        **{name: user_task(name, post=DIRECTOR) for name in ("beside", "other", "more", "following")},
    }


def _signed(variant: Variant) -> str:
    attributes = "".join(f' {name}="{value}"' for name, value in variant.policy.items())
    approval = f'<liandong:approval mode="{variant.mode}"{attributes}/>'
    chair = str(variant.options.get("chair", ""))
    found = variant.people or people(*variant.signers, chair=chair)
    sign = user_task("sign", approval + found + BUTTONS + COPY + DEADLINE + variant.extensions)
    return (
        f'{sign}<boundaryEvent id="late" attachedToRef="sign"><timerEventDefinition id="d">'
        f"<timeDuration>{TERM}</timeDuration></timerEventDefinition></boundaryEvent>"
    )


def _body(variant: Variant, position: str, *, long: bool) -> dict[str, str]:
    """The subprocess around the signed task, of which there may be several."""
    steps = _steps(variant)
    ways = [("si", "prior"), ("prior", "sign")] if long else [("si", "sign")]
    ways += [("sign", "se"), ("late", "se")]
    flows = "".join(f'<sequenceFlow id="i{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(ways))
    inner = '<startEvent id="si"/>' + (steps["prior"] if long else "") + steps["sign"] + '<endEvent id="se"/>' + flows
    return {"sub": f'<subProcess id="sub">{SEVERAL if position == "seat" else ""}{inner}</subProcess>'}
