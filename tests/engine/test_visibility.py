from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from engine.commands.copies import MarkCopyRead
from engine.commands.organisation import Appoint, EndAppointment, PutPerson
from engine.errors import Invalid, NotAllowed, NotFound
from engine.queries.diagram import GetDiagram
from engine.queries.instances import GetInstance, SearchInstances
from engine.queries.task_detail import GetTask
from engine.queries.tasks import CountTasks
from engine.queries.timeline import GetTimeline
from engine.store.tables import Copy, Participant
from engine.testing import CaseView, County, Someone, bpmn, process, user_task
from tests.engine.models import END, START, STARTER, two_tasks

BOXES = ("todo", "claimable", "overdue", "soon", "done", "copied")


def sees_case(county: County, person: Someone, case: CaseView) -> bool:
    """Whether every way to read the case is open to the person; all of them must agree."""
    reads: tuple[Callable[[], Any], ...] = (
        lambda: county.engine.query(GetInstance(instance=case.id), person.actor),
        lambda: county.engine.query(GetTimeline(instance=case.id), person.actor),
        lambda: county.engine.query(GetDiagram(instance=case.id), person.actor),
    )
    found = []
    for read in reads:
        try:
            read()
            found.append(True)
        except NotFound:
            found.append(False)
    assert len(set(found)) == 1
    return found[0]


def listed(county: County, person: Someone) -> set[Any]:
    """Everything that any list shows the person."""
    cases = {
        row.id
        for box in ("started", "participating")
        for row in county.engine.query(SearchInstances(box=box), person.actor).items
    }
    return cases | {name for box in BOXES for name in person.box(box)}


def offered_to_two() -> bytes:
    """`choose` at the owner, then `answer` at institution `toInst`, which sees the case until `answer` refuses."""
    visible = '<liandong:visible institution="${toInst}" while="${not refused}"/>'
    outcomes = '<liandong:outcome value="accept" label="接收"/><liandong:outcome value="refuse" label="拒绝"/>'
    note = '<scriptTask id="note" scriptFormat="liandong"><script>refused = answer.outcome == "refuse"</script></scriptTask>'
    elements = (
        START,
        user_task("choose", post="BR_GP"),
        user_task("answer", outcomes, post="BR_GP", at="${toInst}"),
        note,
        user_task("read", post="BR_GP"),
        END,
    )
    return bpmn(process("p", *elements, flows="s > choose > answer > note > read > e", extensions=STARTER + visible))


def test_another_institution_sees_nothing(county: County) -> None:
    county.deploy(two_tasks())
    case = county.person("gan").start("p")
    task = case.task("first")
    for login in ("liu", "dong"):
        stranger = county.person(login)
        assert not sees_case(county, stranger, case)
        assert listed(county, stranger) == set()
        with pytest.raises(NotFound):
            county.engine.query(GetTask(task=task.id), stranger.actor)
        counts = county.engine.query(CountTasks(), stranger.actor)
        assert (counts.todo, counts.claimable, counts.started) == (0, 0, 0)


def test_those_with_a_reason_of_their_own_see_the_case(county: County) -> None:
    county.deploy(two_tasks())
    case = county.person("gan").start("p")
    # The starter, who is offered its task, and the two who oversee the branch's cases; not yet anybody of the lead hospital.
    assert {login for login in ("gan", "guo", "ren", "dai", "cen", "shen", "yi", "it", "jiu") if sees(county, login, case)} == {
        "gan",
        "guo",
        "ren",
        "dai",
    }
    county.person("gan").complete(case.task("first"))
    lead = ("guo", "cen", "shen", "song", "ke", "yi", "fu", "yuan", "liu")
    assert {login for login in lead if sees(county, login, case)} == {"cen", "shen", "song", "yi", "fu"}
    # The head of the department joins when one of his people takes it.
    county.person("shen").claim(case.task("second"))
    assert sees(county, "ke", case)
    assert not sees(county, "song", case)


def sees(county: County, login: str, case: CaseView) -> bool:
    return sees_case(county, county.person(login), case)


@pytest.mark.parametrize("condition", ["", " while=\"${own == 'CH01'}\""])
def test_an_institution_that_the_model_names_outright_sees_the_case_from_its_start(county: County, condition: str) -> None:
    visible = f'<liandong:visible institution="CH02"{condition}/>'
    task = user_task("first", post="BR_GP")
    county.deploy(bpmn(process("p", START, task, END, flows="s > first > e", extensions=STARTER + visible)))
    case = county.person("gan").start("p")
    assert sees(county, "dong", case)
    assert sees(county, "dong", county.run("p", at="CH00")) is (condition == "")


def test_a_hospital_that_is_asked_sees_the_case_and_one_that_refused_is_shut_out_at_once(county: County) -> None:
    county.deploy(offered_to_two())
    case = county.run("p", toInst="CH02", refused=False)
    liu = county.person("liu")
    county.person("gan").complete(case.task("choose"))
    assert sees_case(county, liu, case)
    liu.complete(case.task("answer"), "refuse")
    assert case.variables["refused"] is True
    assert not sees_case(county, liu, case)
    assert listed(county, liu) == set()
    until = county.scalar(select(Participant.until).where(Participant.institution == county.institution("CH02")))
    assert until == county.clock.now()


def test_a_participation_that_has_ended_shuts_out_whoever_holds_a_task(county: County) -> None:
    county.deploy(offered_to_two())
    case = county.run("p", toInst="CH02", refused=False)
    county.person("gan").complete(case.task("choose"))
    liu, task = county.person("liu"), case.task("answer")
    assert liu.box() == ["answer"]
    with county.engine.database.writing() as connection:
        connection.execute(
            Participant.__table__.update()
            .where(Participant.institution == county.institution("CH02"))
            .values(until=county.clock.now() - timedelta(seconds=1))
        )
    assert (liu.box(), sees_case(county, liu, case)) == ([], False)
    for act in (liu.complete, liu.claim):
        with pytest.raises(NotFound):
            act(task)
    with pytest.raises(NotFound):
        liu.draft(task, {})


def test_a_participation_lasts_until_its_end(county: County) -> None:
    county.deploy(offered_to_two())
    case = county.run("p", toInst="CH02", refused=False)
    county.person("gan").complete(case.task("choose"))
    liu = county.person("liu")
    with county.engine.database.writing() as connection:
        end = county.clock.now() + timedelta(hours=1)
        rows = Participant.__table__.update().where(Participant.institution == county.institution("CH02"))
        connection.execute(rows.values(until=end))
    assert sees_case(county, liu, case)
    county.clock.advance(timedelta(hours=1))
    assert not sees_case(county, liu, case)


def test_a_case_that_has_ended_can_be_read_for_a_while(county: County) -> None:
    county.deploy(two_tasks())
    case = county.person("gan").start("p")
    county.person("gan").complete(case.task("first"))
    county.person("shen").complete(case.task("second"))
    shen, gan = county.person("shen"), county.person("gan")
    assert sees_case(county, shen, case)
    county.clock.advance(timedelta(days=89))
    assert sees_case(county, shen, case)
    assert sees_case(county, gan, case)
    county.clock.advance(timedelta(days=2))
    assert not sees_case(county, shen, case)


def test_a_change_of_chair_acts_on_the_next_request(county: County) -> None:
    county.deploy(two_tasks())
    case = county.run("p")
    gan = county.person("gan")
    assert gan.box("claimable") == ["first"]
    county.execute(EndAppointment(appointment=gan.chair.id, to_date=date(2026, 3, 1)))
    assert (gan.box("claimable"), sees_case(county, gan, case)) == ([], False)
    with pytest.raises(NotFound):
        gan.complete(case.task("first"))
    county.execute(Appoint(person="liu", post="BR_GP", institution="CH01", kind="part-time", from_date=date(2026, 3, 2)))
    assert county.person("liu").box("claimable") == ["first"]


def test_a_person_who_was_made_inactive_can_do_nothing(county: County) -> None:
    county.deploy(two_tasks())
    case = county.run("p")
    gan = county.person("gan")
    gan.claim(case.task("first"))
    county.execute(PutPerson(staff_number="gan", name="甘平·演示", active=False))
    assert (gan.box(), sees_case(county, gan, case)) == ([], False)
    with pytest.raises(NotFound):
        gan.complete(case.task("first"))


def test_a_copy_lets_one_read_and_nothing_more(county: County) -> None:
    copied = user_task("check", '<liandong:copy rule="post" post="BR_GP" institution="CH02"/>', post="BR_DIR")
    county.deploy(bpmn(process("p", START, copied, END, flows="s > check > e")))
    case = county.run("p")
    liu = county.person("liu")
    (copy,) = county.rows(select(Copy.id, Copy.person))
    assert copy.person == liu.key
    assert (liu.box("copied"), sees_case(county, liu, case)) == (["check"], True)
    with pytest.raises(NotAllowed):
        liu.complete(case.task("check"))
    with pytest.raises(NotFound):
        county.person("gan").do(MarkCopyRead(copy=copy.id))
    assert county.engine.query(CountTasks(), liu.actor).copied == 1
    liu.do(MarkCopyRead(copy=copy.id))
    assert county.engine.query(CountTasks(), liu.actor).copied == 0


def test_tasks_for_the_same_people_are_asked_each_in_its_own_mode(county: County) -> None:
    elements = (
        START,
        '<parallelGateway id="g"/>',
        user_task("named", post="BR_DIR"),
        user_task("pool", post="BR_DIR", mode="pool"),
    )
    county.deploy(bpmn(process("p", *elements, flows="s > g > named, g > pool")))
    county.run("p")
    dai = county.person("dai")
    assert (dai.box(), dai.box("claimable")) == (["named"], ["pool"])


def test_starting_needs_a_chair_that_may(county: County) -> None:
    county.deploy(two_tasks())
    for login, refusal in (("dai", NotAllowed), ("shen", NotAllowed), ("jiu", NotAllowed)):
        with pytest.raises(refusal):
            county.person(login).start("p")
    with pytest.raises(NotFound):
        county.person("gan").start("nothing")
    assert county.cases() == []


def test_nobody_is_handed_what_his_institution_sees_no_more_and_an_operator_takes_nothing(county: County) -> None:
    county.deploy(offered_to_two())
    case = county.run("p", at="CH00", toInst="CH02", refused=False)
    with county.engine.database.writing() as connection:
        connection.execute(insert(Participant).values(instance=case.key, institution=county.institution("CH01"), until=None))
    it, gan, dong, liu = county.person("it", "operations"), county.person("gan"), county.person("dong"), county.person("liu")
    it.reassign(case.task("choose"), gan)
    gan.complete(case.task("choose"))
    with pytest.raises(Invalid) as refusal:
        it.reassign(case.task("answer"), county.person("jiu"))
    assert refusal.value.code == "receiver"
    with pytest.raises(NotAllowed) as taken:
        it.reassign(case.task("answer"), it)
    assert taken.value.code == "reassign-self"
    it.reassign(case.task("answer"), liu)
    liu.complete(case.task("answer"), "refuse")
    with pytest.raises(Invalid) as late:
        it.reassign(case.task("read"), dong)
    assert late.value.code == "receiver"
