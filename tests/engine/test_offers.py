"""Lists of what is offered: in their order whatever happens to the tasks, each once, page by page, and counted right."""

from __future__ import annotations

from engine.commands.instance import MoveInstance
from engine.kernel.triggers import SetVariables
from engine.queries.tasks import CountTasks, SearchTasks
from engine.testing import CaseView, County, Someone, bpmn, process, user_task
from tests.engine.models import END, START, STARTER

TWICE = '<liandong:assign rule="person" person="gan"/><liandong:deadline term="${term}" calendar="CLIN"/>'
"""Offered to a post and to one of its people by name."""
MODEL = bpmn(
    process(
        "p",
        START,
        user_task("check", TWICE, post="BR_GP", mode="pool"),
        END,
        flows="s > check > e",
        extensions=STARTER + '<liandong:urgency value="${urgency}"/>',
    )
)


def offered(county: County, who: Someone, limit: int = 2, **wanted: str) -> list[str]:
    """Ids of the cases of the box `claimable`, read page by page."""
    found, cursor = [], None
    while True:
        query = SearchTasks(box="claimable", limit=limit, cursor=cursor, **wanted)
        page = county.engine.query(query, who.actor)
        found += [str(row.instance.id) for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return found


def test_offers_are_listed_by_urgency_and_due_date_and_counted(county: County) -> None:
    county.deploy(MODEL)
    gan, guo = county.person("gan"), county.person("guo")

    def case(urgency: str, term: str) -> CaseView:
        return county.run("p", urgency=urgency, term=term)

    late, soon, urgent, emergency, last = (
        case("R", "PT9H"),
        case("R", "PT3H"),
        case("U", "PT8H"),
        case("E", "PT7H"),
        case("R", "P300D"),
    )
    expected = [str(each.id) for each in (emergency, urgent, soon, late, last)]
    assert offered(county, gan) == offered(county, guo) == expected
    assert offered(county, gan, process="p") == expected
    assert (offered(county, gan, process="q"), offered(county, gan, text="nothing such")) == ([], [])

    gan.claim(urgent.task("check"))
    assert (offered(county, gan), gan.box()) == ([expected[0], *expected[2:]], ["check"])
    guo_counts = county.engine.query(CountTasks(), guo.actor)
    assert (guo_counts.claimable, guo_counts.todo) == (4, 0)
    gan.unclaim(urgent.task("check"), "值班调整")
    county.execute(MoveInstance(instance=late.id, trigger=SetVariables(variables={"urgency": "E"})))
    again = [str(each.id) for each in (emergency, late, urgent, soon, last)]
    assert offered(county, guo, 1) == offered(county, gan, 50) == again

    county.pass_time("PT4H")
    counts = county.engine.query(CountTasks(), gan.actor)
    assert (counts.claimable, counts.overdue, gan.box("overdue")) == (5, 1, ["check"])
