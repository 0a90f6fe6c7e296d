"""The block structure of a drawing: which steps stand in one branch, before a fork, behind a join, or beside each other."""

from __future__ import annotations

import pytest

from engine.kernel import parse
from engine.kernel.analysis.blocks import Blocks
from engine.kernel.analysis.graph import Scope
from tests.kernel.analysis import START, TIMER, nodes
from tests.kernel.world import document, flows

END = '<endEvent id="e"/>'


def blocks(body: str, *path: str) -> Blocks:
    parsed = parse({"m.bpmn": document(body)})
    assert not parsed.errors, parsed.errors
    return Blocks(Scope(parsed.processes[0], path))


def parallel(kind: str = "parallelGateway") -> Blocks:
    """a, then {b1, b2 | c1, c2 (which holds a fork of d1 and d2)}, then z."""
    ways = flows(
        "s>a", "a>f", "f>b1", "b1>b2", "b2>j", "f>c1", "c1>g", "g>d1", "g>d2", "d1>k", "d2>k", "k>c2", "c2>j", "j>z", "z>e"
    )
    tasks = nodes("userTask", "a", "b1", "b2", "c1", "c2", "d1", "d2", "z")
    return blocks(START + tasks + nodes(kind, "f", "j") + nodes("parallelGateway", "g", "k") + END + ways)


OUTER = {"b1", "b2", "c1", "c2", "d1", "d2", "g", "k", "j"}
TABLE = [
    ("b2", "b1", "same", set()),
    ("b2", "a", "before", OUTER),
    ("z", "a", "same", set()),
    ("z", "b1", "behind", set()),
    ("z", "d1", "behind", set()),
    ("b2", "c1", "beside", set()),
    ("d1", "b2", "beside", set()),
    ("c2", "c1", "same", set()),
    ("c2", "d1", "behind", set()),
    ("d1", "c1", "before", {"d1", "d2", "k"}),
    ("d1", "a", "before", OUTER),
    ("d1", "d2", "beside", set()),
    ("c2", "a", "before", OUTER),
]


@pytest.mark.parametrize("kind", ["parallelGateway", "inclusiveGateway"])
@pytest.mark.parametrize(("current", "other", "relation", "block"), TABLE)
def test_steps_around_nested_forks(kind: str, current: str, other: str, relation: str, block: set[str]) -> None:
    standing = parallel(kind).standing(current, other)
    assert (standing.relation, set(standing.block)) == (relation, block)


def test_alternatives_and_loops_are_no_branches() -> None:
    ways = flows("s>a", "a>x", "x>b if starter == 'b'", "x>c", "b>m", "c>m", "m>d", "d>y", "y>a if starter == 'a'", "y>e")
    gates = '<exclusiveGateway id="x" default="f_x_c"/><exclusiveGateway id="m"/><exclusiveGateway id="y" default="f_y_e"/>'
    drawn = blocks(START + nodes("userTask", "a", "b", "c", "d") + gates + END + ways)
    for current, other in (("d", "a"), ("d", "b"), ("b", "a"), ("c", "b"), ("a", "d")):
        assert drawn.standing(current, other).relation == "same"


def test_several_flows_out_of_a_task_are_a_fork_that_never_joins() -> None:
    ways = flows("s>a", "a>b", "a>c", "b>e", "c>d", "d>e2")
    drawn = blocks(START + nodes("userTask", "a", "b", "c", "d") + END + '<endEvent id="e2"/>' + ways)
    assert drawn.standing("d", "c").relation == "same"
    assert drawn.standing("d", "b").relation == "beside"
    before = drawn.standing("d", "a")
    assert (before.relation, set(before.block)) == ("before", {"b", "c", "d", "e", "e2"})


def test_what_a_non_interrupting_timer_starts_runs_beside() -> None:
    border = f'<boundaryEvent id="t" attachedToRef="b" cancelActivity="false">{TIMER}</boundaryEvent>'
    ways = flows("s>a", "a>b", "b>c", "c>e", "t>u", "u>e2")
    drawn = blocks(START + nodes("userTask", "a", "b", "c", "u") + border + END + '<endEvent id="e2"/>' + ways)
    assert drawn.standing("b", "a").relation == "same"
    assert drawn.standing("u", "c").relation == "beside"
    before = drawn.standing("c", "b")
    assert before.relation == "before"
    assert {"c", "u"} <= before.block


def test_what_an_interrupting_timer_starts_is_an_alternative() -> None:
    border = f'<boundaryEvent id="t" attachedToRef="b">{TIMER}</boundaryEvent>'
    ways = flows("s>a", "a>b", "b>c", "c>e", "t>u", "u>e2")
    drawn = blocks(START + nodes("userTask", "a", "b", "c", "u") + border + END + '<endEvent id="e2"/>' + ways)
    assert drawn.standing("u", "a").relation == drawn.standing("c", "b").relation == "same"


def test_branches_that_merge_without_a_join_have_no_structure() -> None:
    ways = flows("s>a", "a>f", "f>b", "f>c", "b>m", "c>m", "m>d", "d>e")
    drawn = blocks(
        START
        + nodes("userTask", "a", "b", "c", "d")
        + nodes("parallelGateway", "f")
        + nodes("exclusiveGateway", "m")
        + END
        + ways
    )
    assert drawn.standing("d", "b").relation == "unstructured"
    assert drawn.standing("d", "a").relation == "unstructured"
    assert drawn.standing("b", "a").relation == "before"


def test_elements_between_two_steps() -> None:
    drawn = parallel()
    assert set(drawn.between("c1", "c2")) == {"c1", "g", "d1", "d2", "k", "c2"}
    assert set(drawn.between("b1", "b2")) == {"b1", "b2"}
