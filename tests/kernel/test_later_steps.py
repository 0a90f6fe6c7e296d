"""Which approvals surely follow a step that passes on them (末次), and why others do not stand for it."""

from __future__ import annotations

import pytest

from engine.kernel import parse
from engine.kernel.analysis import analyse
from engine.kernel.later import approvals_after
from engine.testing import bpmn, process, user_task
from tests.engine.models import END, START
from tests.engine.signing import BUTTONS, people
from tests.kernel.analysis import FACTS, TIMER

LAST = '<liandong:auto repeated="last"/>'
NO = '<endEvent id="no"/>'


def approval(key: str, *extensions: str, mode: str = "single") -> str:
    return user_task(key, f'<liandong:approval mode="{mode}"/>', BUTTONS, people("ren"), *extensions)


def gate(key: str, default: str, kind: str = "exclusiveGateway") -> str:
    return f'<{kind} id="{key}" default="{key}_{default}"/>'


def told(*elements: str, flows: str) -> list[tuple[str, str]]:
    """Level and English sentence of what the deployment says of `repeated`."""
    model = process("p", START, approval("sign", LAST), *elements, END, NO, flows=flows)
    parsed = parse({"m.bpmn": bpmn(model)})
    assert not parsed.errors, parsed.errors
    found = analyse(parsed.processes, FACTS)
    return [(item.level, item.message_en or "") for item in found if item.code.startswith("auto")]


class Nothing:
    """No variables."""

    def __getitem__(self, name: str) -> object:
        raise KeyError(name)

    def prefetch(self, names: object) -> None:
        """Nothing to read."""


def obstacle(*elements: str, flows: str) -> str | None:
    """What keeps `last` from standing for `sign`."""
    model = process("p", START, approval("sign", LAST), *elements, END, NO, flows=flows)
    parsed = parse({"m.bpmn": bpmn(model)})
    assert not parsed.errors, parsed.errors
    (read,) = parsed.processes
    found = approvals_after(read, Nothing(), read.elements["sign"], lambda task: ())
    return next(later.obstacle for later in found if later.step.element.id == "last")


MIDDLE, LATER = approval("middle"), approval("last")
CHAINED = (MIDDLE, LATER, gate("g", "middle"), gate("h", "last"))
CHAIN = "s > sign > g > middle > h > last > e, g > no if sign.outcome == 'refuse'"
SURE = [
    pytest.param(
        (MIDDLE, LATER, gate("g", "middle"), gate("h", "last")), CHAIN + ", h > no if middle.outcome == 'refuse'", id="ends"
    ),
    pytest.param(
        (MIDDLE, LATER, gate("g", "middle"), gate("h", "last")), CHAIN + ", h > sign if middle.outcome == 'refuse'", id="back"
    ),
    pytest.param(
        (MIDDLE, approval("beside"), LATER, '<parallelGateway id="f"/>', '<parallelGateway id="j"/>'),
        "s > sign > f > middle > j > last > e, f > beside > j",
        id="fork and join",
    ),
]
UNSURE = [
    pytest.param((LATER, gate("g", "e")), "s > sign > g > e, g > last if amount > 5, last > e", "uncertain", id="data"),
    pytest.param((user_task("buy", people("dai")), LATER), "s > sign > buy > last > e", "work", id="work"),
    pytest.param(
        ('<serviceTask id="pay"><extensionElements><liandong:external topic="pay"/></extensionElements></serviceTask>', LATER),
        "s > sign > pay > last > e",
        "outside",
        id="outside",
    ),
    pytest.param(
        (MIDDLE, LATER, gate("g", "middle"), gate("h", "last"), user_task("override", people("dai"))),
        CHAIN + ", h > override if middle.outcome == 'refuse', override > e",
        "refusal",
        id="a refusal that is overridden",
    ),
    pytest.param(
        (
            MIDDLE,
            LATER,
            f'<boundaryEvent id="late" attachedToRef="middle">{TIMER}</boundaryEvent>',
        ),
        "s > sign > middle > last > e, late > no",
        "uncertain",
        id="clock",
    ),
    pytest.param(
        (LATER, '<parallelGateway id="f"/>', user_task("buy", people("dai"))),
        "s > sign > f > last > e, f > buy > no",
        "work",
        id="a branch that goes on without it",
    ),
]


@pytest.mark.parametrize(("elements", "flows"), SURE)
def test_an_approval_that_surely_comes_stands_for_an_earlier_one(elements: tuple[str, ...], flows: str) -> None:
    assert (obstacle(*elements, flows=flows), told(*elements, flows=flows)) == (None, [])


@pytest.mark.parametrize(("elements", "flows", "why"), UNSURE)
def test_another_one_does_not(elements: tuple[str, ...], flows: str, why: str) -> None:
    assert obstacle(*elements, flows=flows) == why


def test_the_deployment_says_where_none_can_stand_for_it() -> None:
    for elements, flows in (((), "s > sign > e"), ((approval("v", mode="vote"),), "s > sign > v > e")):
        assert [level for level, _ in told(*elements, flows=flows)] == ["error"]
    ((level, sentence),) = told(user_task("buy", people("dai")), LATER, flows="s > sign > buy > last > e")
    assert (level, "'last': somebody does other work before it" in sentence) == ("warning", True)
