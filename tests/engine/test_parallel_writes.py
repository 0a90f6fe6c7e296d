"""Two parallel branches that write at once: whatever the order, nothing is lost, and history names every writer."""

from __future__ import annotations

from itertools import permutations

from sqlalchemy import select

from engine.commands.task import CompleteTask
from engine.store.tables import History
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.models import END, START

BRANCHES = {"a": ("a1", "a2"), "b": ("b1", "b2")}
ORDERS = sorted(set(permutations("aabb")))
"""Every interleaving of two branches of two tasks."""


def branches() -> bytes:
    tasks = [user_task(name, post="BR_GP") for name in ("a1", "a2", "b1", "b2", "z")]
    gateways = '<parallelGateway id="g"/><parallelGateway id="j"/>'
    return bpmn(process("p", START, gateways, *tasks, END, flows="s > g, g > a1 > a2 > j, g > b1 > b2 > j, j > z > e"))


def written(county: County, case: CaseView, name: str) -> list[tuple[str, object]]:
    """Who wrote a variable and what, in the order of the revisions, which all differ."""
    statement = select(History.revision, History.element, History.data).where(
        History.instance == case.key, History.kind == "variable"
    )
    rows = [row for row in county.rows(statement.order_by(History.key)) if row.data["name"] == name]
    assert [row.revision for row in rows] == sorted({row.revision for row in rows})
    return [(row.element, row.data["value"]) for row in rows]


def test_every_interleaving_keeps_what_both_branches_wrote(county: County) -> None:
    county.deploy(branches())
    for order in ORDERS:
        case, left = county.run("p", shared="none", list=[]), {branch: list(names) for branch, names in BRANCHES.items()}
        expected = []
        for branch in order:
            task = left[branch].pop(0)
            values = {f"by_{task}": {"patient": task}, "shared": {"patient": task}}
            county.execute(CompleteTask(task=case.task(task).id, data=values))
            county.restart()
            expected.append((task, {"patient": task}))
        assert case.open == ["z"], order
        found = case.variables
        for task in ("a1", "a2", "b1", "b2"):
            assert found[f"by_{task}"] == {"patient": task}, order
            assert written(county, case, f"by_{task}") == [(task, {"patient": task})]
        assert found["shared"] == expected[-1][1], order
        assert written(county, case, "shared") == [(None, "none"), *expected], order
        assert found["list"] == []
