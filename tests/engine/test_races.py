"""Many at once: threads that begin together, and threads that are held at a named point until the other has had its turn."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from engine.commands.job import ExecuteJob
from engine.commands.message import SendMessage
from engine.errors import Conflict
from engine.store.faults import AFTER_DELTA, BEFORE_COMMIT
from engine.store.tables import AllottedNumber, Message, ProcessInstance
from engine.testing import County, bpmn, process, user_task
from tests.engine.interleaving import codes, overtake, race
from tests.engine.models import END, START, one_task, seats, timer


def test_of_many_who_claim_a_task_one_gets_it(county: County) -> None:
    county.deploy(one_task())
    case = county.run("p")
    task = case.task("check")
    people = [county.person("gan"), county.person("guo")] * 4
    racers = race(*(lambda person=person: person.claim(task) for person in people))
    winner = case.task("check").assignee
    for person, racer in zip(people, racers, strict=True):
        if person.key == winner:
            assert racer.error is None
        else:
            assert isinstance(racer.error, Conflict)
            assert racer.error.code == "task-taken"
    assert case.revision == 2


def test_of_many_who_complete_a_task_one_does(county: County) -> None:
    county.deploy(one_task())
    case = county.run("p")
    task = case.task("check")
    people = [county.person("gan"), county.person("guo")] * 4
    racers = race(*(lambda person=person: person.complete(task) for person in people))
    assert codes(racers) == ["ok", *["task-closed"] * 7]
    assert case.state == "completed"


def test_a_double_click_completes_once(county: County) -> None:
    county.deploy(one_task())
    case = county.run("p")
    task, gan = case.task("check"), county.person("gan")
    racers = race(*(lambda: gan.complete(task, key="k1") for _ in range(4)))
    assert codes(racers) == ["ok"] * 4
    assert {racer.answer for racer in racers} == {gan.complete(task, key="k1")}
    assert case.revision == 2


def test_seats_completed_at_once_all_count(county: County) -> None:
    county.deploy(seats())
    case = county.run("p", n=6)
    tasks = [seat for seat in case.seats("vote") if seat.state == "open"]
    gan = county.person("gan")
    racers = race(*(lambda task=task: gan.complete(task) for task in tasks))
    assert codes(racers) == ["ok"] * 6
    assert (case.state, case.revision) == ("completed", 7)


def test_two_nodes_serve_many_starts(county: County) -> None:
    county.deploy(one_task())
    with county.another() as other:
        nodes = [county, other] * 4
        racers = race(*(lambda node=node: node.person("gan").start("p") for node in nodes))
        assert codes(racers) == ["ok"] * 8
    assert len(county.cases("p")) == 8


def test_document_numbers_have_neither_gaps_nor_doubles(county: County) -> None:
    numbered = (
        '<liandong:process startable="true"/><liandong:starter post="BR_GP"/><liandong:number category="ZZ" variable="no"/>'
    )
    county.deploy(bpmn(process("p", START, user_task("check", post="BR_GP"), END, flows="s > check > e", extensions=numbered)))
    gan = county.person("gan")
    race(*(lambda: gan.start("p") for _ in range(6)))
    wanted = [f"ZZ2026CH01{number:05d}" for number in range(1, 7)]
    found = county.rows(select(ProcessInstance.key, ProcessInstance.number).order_by(ProcessInstance.number))
    assert [row.number for row in found] == wanted
    allotted = county.rows(select(AllottedNumber.instance, AllottedNumber.number).order_by(AllottedNumber.sequence))
    assert [tuple(row) for row in allotted] == [tuple(row) for row in found]


@pytest.mark.parametrize("point", [AFTER_DELTA, BEFORE_COMMIT])
def test_a_timer_and_a_completion_at_once_have_one_winner(county: County, point: str) -> None:
    county.deploy(timer("Duration", "PT1H", event="boundary"))
    case = county.run("p")
    county.clock.set(county.clock.now().replace(hour=4))
    (job,) = county.take_jobs()
    gan, task = county.person("gan"), case.task("work")
    person, worker = overtake(
        county, lambda: gan.complete(task), lambda: county.execute(ExecuteJob(job=job.id, fence=job.fence)), point=point
    )
    assert person.error is None
    assert isinstance(worker.error, Conflict)
    assert worker.error.code == "lease-lost"
    assert (case.state, case.open) == ("completed", [])


@pytest.mark.parametrize("point", [AFTER_DELTA, BEFORE_COMMIT])
def test_a_completion_that_meets_a_firing_timer_is_told_that_the_task_is_gone(county: County, point: str) -> None:
    county.deploy(timer("Duration", "PT1H", event="boundary"))
    case = county.run("p")
    county.clock.set(county.clock.now().replace(hour=4))
    (job,) = county.take_jobs()
    gan, task = county.person("gan"), case.task("work")
    worker, person = overtake(
        county, lambda: county.execute(ExecuteJob(job=job.id, fence=job.fence)), lambda: gan.complete(task), point=point
    )
    assert worker.error is None
    assert isinstance(person.error, Conflict)
    assert person.error.code == "task-closed"
    assert case.open == ["after"]


def waiting_process() -> bytes:
    catch = (
        '<intermediateCatchEvent id="c"><extensionElements><liandong:receive>'
        '<liandong:correlate name="no" value="${no}"/></liandong:receive></extensionElements>'
        '<messageEventDefinition id="d" messageRef="m"/></intermediateCatchEvent>'
    )
    elements = (START, user_task("before", post="BR_GP"), catch, END)
    return bpmn(process("p", *elements, flows="s > before > c > e"), extra='<message id="m" name="Ready"/>')


def test_a_message_and_a_step_that_begins_to_wait_for_it_do_not_miss_each_other(county: County) -> None:
    county.deploy(waiting_process())
    case = county.run("p", no="7")
    gan, task = county.person("gan"), case.task("before")
    step, message = overtake(
        county, lambda: gan.complete(task), lambda: county.send("Ready", to="CH01", correlation={"no": "7"}), point=BEFORE_COMMIT
    )
    assert codes([step, message]) == ["ok", "ok"]
    county.work()
    assert case.state == "completed"


def test_a_step_that_begins_to_wait_for_a_message_on_its_way_gets_it(county: County) -> None:
    county.deploy(waiting_process())
    case = county.run("p", no="7")
    gan, task = county.person("gan"), case.task("before")
    message, step = overtake(
        county, lambda: county.send("Ready", to="CH01", correlation={"no": "7"}), lambda: gan.complete(task), point=BEFORE_COMMIT
    )
    assert codes([step, message]) == ["ok", "ok"]
    county.work()
    assert case.state == "completed"


def started_by_message() -> bytes:
    start = '<startEvent id="s"><messageEventDefinition id="d" messageRef="m"/></startEvent>'
    task = user_task("check", post="BR_GP")
    return bpmn(process("q", start, task, END, flows="s > check > e"), extra='<message id="m" name="Asked"/>')


def test_messages_of_one_business_key_start_one_case(county: County) -> None:
    county.deploy(started_by_message())
    asked = SendMessage(name="Asked", to="CH01", business_key="ZZ1")
    first, second = overtake(county, lambda: county.execute(asked), lambda: county.execute(asked), point=BEFORE_COMMIT)
    assert sorted(racer.answer.state for racer in (first, second)) == ["dead", "delivered"]
    assert len(county.cases("q")) == 1


def test_a_message_handed_in_twice_at_once_is_delivered_once(county: County) -> None:
    county.deploy(started_by_message())
    asked = SendMessage(name="Asked", to="CH01", message_id="m-1")
    first, second = overtake(county, lambda: county.execute(asked), lambda: county.execute(asked), point=BEFORE_COMMIT)
    assert first.answer == second.answer
    assert first.answer.state == "delivered"
    assert county.scalar(select(func.count()).select_from(Message)) == 1
    assert len(county.cases("q")) == 1


def test_two_workers_never_take_the_same_job(county: County) -> None:
    county.deploy(timer("Duration", "PT1H"))
    for _ in range(20):
        county.run("p")
    county.clock.set(county.clock.now().replace(hour=4))
    racers = race(*(lambda number=number: county.take_jobs(f"worker-{number}", limit=8) for number in range(4)))
    taken = [job.id for racer in racers for job in racer.answer]
    assert len(taken) == len(set(taken)) == 20
