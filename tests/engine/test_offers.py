"""Lists of what is offered: in their order whatever happens to the tasks, each once, page by page, and counted right."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import update

from engine.commands.instance import MoveInstance
from engine.commands.organisation import Appoint
from engine.kernel.triggers import SetVariables
from engine.queries.tasks import CountTasks, SearchTasks, TaskFilter
from engine.store.tables import Participant
from engine.testing import CaseView, County, Someone, bpmn, process, user_task
from tests.engine.invariants import violations
from tests.engine.models import END, START, STARTER
from tests.engine.test_visibility import offered_to_two

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
        query = SearchTasks(box="claimable", filter=TaskFilter(**wanted), limit=limit, cursor=cursor)
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


def test_what_is_offered_at_one_institution_counts_as_long_as_any_of_the_readers_takes_part(county: County) -> None:
    county.deploy(offered_to_two())
    both, one = county.person("liu"), county.person("dong")
    for person in ("liu", "dong"):
        county.execute(Appoint(person=person, post="BR_GP", institution="CH02", kind="part-time", from_date=date(2026, 3, 1)))
    county.execute(Appoint(person="liu", post="BR_NURSE", institution="CH01", kind="part-time", from_date=date(2026, 3, 1)))
    case = county.run("p", toInst="CH02", refused=False)
    county.person("gan").complete(case.task("choose"))

    def seen() -> list[int]:
        counts = [county.engine.query(CountTasks(), who.actor).claimable for who in (both, one)]
        assert [len(offered(county, who)) for who in (both, one)] == counts
        return counts

    assert seen() == [1, 1]
    for institution, expected in (("CH02", [1, 0]), ("CH01", [0, 0])):
        ends = update(Participant).where(Participant.institution == county.institution(institution))
        with county.engine.database.writing() as connection:
            connection.execute(ends.values(until=county.clock.now() + timedelta(hours=1)))
        assert seen() == ([1, 1] if institution == "CH02" else [1, 0])
        county.clock.advance(timedelta(hours=1))
        assert seen() == expected
    assert violations(county.engine.database) == []
