"""Decisions that can be taken back for some seconds: held on the server, sent by any node, exactly once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, update

from engine.authorization.sessions import token_hash
from engine.commands.held_decisions import HoldDecision, SendDecision, SetUndoSeconds, UndoDecision
from engine.commands.identity import SignOut
from engine.commands.operation import CancelInstance, ResumeInstance, SuspendInstance
from engine.commands.task import ClaimTask, CompleteTask
from engine.errors import Conflict, EngineError, NotFound
from engine.queries.notifications import ListNotifications
from engine.queries.task_detail import GetTask, TaskDetail
from engine.queries.tasks import CountTasks, SearchTasks
from engine.store.tables import Account, AuditEntry, HeldDecision, History, Job, Person, Session
from engine.testing import CaseView, County, Someone, bpmn, process, user_task
from tests.engine.invariants import live_dump
from tests.engine.models import END, START, STARTER
from tests.engine.signing import signed

TEN = timedelta(seconds=10)


def accounts(county: County, *logins: str, seconds: int = 10) -> list[Someone]:
    """Gives these people accounts whose decisions are held."""
    people = [county.person(login) for login in logins]
    with county.engine.database.writing() as connection:
        for number, someone in enumerate(people):
            row = {"key": 900_000_000_000 + number, "id": uuid4(), "person": someone.key, "login": someone.login}
            row |= {"password_hash": "-", "must_change": False, "password_set_at": county.clock.now(), "disabled": False}
            connection.execute(insert(Account).values(**row, rights=[], undo_seconds=seconds))
    return people


def check_process(county: County, *extensions: str, body: str = "") -> CaseView:
    """A case in which a practitioner checks, and the director reads."""
    tasks = (user_task("check", *extensions, post="BR_GP", body=body), user_task("read", post="BR_DIR"))
    county.deploy(bpmn(process("p", START, *tasks, END, flows="s > check > read > e", extensions=STARTER)))
    return county.person("gan").start("p")


def hold(who: Someone, task: Any, outcome: str = "done", opinion: str | None = None, key: str | None = None) -> str | None:
    return who.do(HoldDecision(decision=CompleteTask(task=task.id, outcome=outcome, opinion=opinion)), key=key).state


def detail(county: County, who: Someone, task: Any) -> TaskDetail:
    return county.engine.query(GetTask(task=task.id), who.actor)


def told(county: County, who: Someone) -> list[str]:
    return [line.text for line in county.engine.query(ListNotifications(), who.actor).items]


def counts(county: County, who: Someone) -> tuple[int, int, int]:
    found = county.engine.query(CountTasks(), who.actor)
    return found.claimable, found.sending, found.drafts


def test_a_held_decision_has_changed_nothing_and_is_taken_back_as_if_it_had_not_been(county: County) -> None:
    gan, guo, dai = accounts(county, "gan", "guo", "dai")
    case = check_process(county)
    task = case.task("check")
    before = live_dump(county.engine.database)
    assert hold(gan, task, opinion="可以", key="k") == "held"
    assert hold(gan, task, opinion="可以", key="k") == "held"
    # Out of everybody's hands and before nobody else; no revision, no history, nobody told.
    assert (case.open, case.revision, dai.box()) == (["check"], 1, [])
    assert (gan.box("claimable"), guo.box("claimable"), gan.box("sending"), guo.box("sending")) == ([], [], ["check"], [])
    assert (counts(county, gan), counts(county, guo)) == ((0, 1, 0), (0, 0, 0))
    shown = county.engine.query(SearchTasks(box="sending"), gan.actor).items[0]
    assert (shown.held_until, shown.held_label) == (county.clock.now() + TEN, "完成")
    assert (detail(county, gan, task).actions, detail(county, guo, task).actions) == (("undo",), ())
    assert detail(county, guo, task).held_until is None
    for act in (ClaimTask(task=task.id), CompleteTask(task=task.id)):
        with pytest.raises(Conflict) as late:
            guo.do(act)
        assert (late.value.code, late.value.facts["by"]) == ("task-held", "甘平·演示")
    with pytest.raises(NotFound):
        guo.do(UndoDecision(task=task.id))
    county.clock.advance(timedelta(seconds=9))
    assert county.work() == 0
    gan.do(UndoDecision(task=task.id))
    assert live_dump(county.engine.database) == before
    draft = detail(county, gan, task).draft
    assert draft is not None
    assert draft.opinion == "可以"
    assert (counts(county, gan), guo.box("claimable")) == ((1, 0, 1), ["check"])
    county.pass_time(TEN)
    assert case.open == ["check"]
    assert "decision-undone" in {row.action for row in county.rows(select(AuditEntry.action))}


def test_another_node_sends_it_once_after_a_restart(county: County) -> None:
    gan, dai = accounts(county, "gan", "dai")
    case = check_process(county)
    task = case.task("check")
    hold(gan, task, opinion="可以")
    county.restart()
    with county.another() as other:
        county.clock.advance(TEN)
        assert other.work("worker-2") == 1
        assert county.work() == 0
    seat = case.seats("check")[0]
    assert (seat.state, seat.ended_by, seat.opinion, seat.ended_at) == ("completed", gan.key, "可以", county.clock.now())
    assert (case.open, dai.box(), gan.box("done"), counts(county, gan)) == (["read"], ["read"], ["check"], (0, 0, 0))
    assert len(county.rows(select(History.key).where(History.kind == "task-completed"))) == 1
    assert county.rows(select(HeldDecision.key)) == []
    with pytest.raises(Conflict) as late:
        gan.do(UndoDecision(task=task.id))
    assert late.value.code == "decision-sent"
    assert gan.do(SendDecision(task=task.id)).state == "sent"


def test_it_is_sent_at_once_when_its_maker_asks_or_leaves_or_wants_no_delay(county: County) -> None:
    gan, _, dai = accounts(county, "gan", "guo", "dai")
    case = check_process(county)
    hold(gan, case.task("check"))
    assert gan.do(SendDecision(task=case.task("check").id)).state == "sent"
    assert (case.open, county.rows(select(Job.key).where(Job.kind == "decision"))) == (["read"], [])
    hold(dai, case.task("read"))
    token = "t" * 40
    row = {"key": 900_000_000_100, "token_hash": token_hash(token), "csrf": "-", "account": 900_000_000_002}
    with county.engine.database.writing() as connection:
        now = county.clock.now()
        connection.execute(insert(Session).values(**row, created_at=now, seen_at=now, source="-"))
    dai.do(SignOut(token=token))
    assert county.work() == 1
    assert case.state == "completed"
    with pytest.raises(EngineError):
        gan.do(SetUndoSeconds(seconds=3))
    gan.do(SetUndoSeconds(seconds=0))
    again = gan.start("p")
    assert hold(gan, again.task("check")) == "active"
    assert again.open == ["read"]


def test_what_is_wrong_is_refused_before_it_is_held_and_no_term_ends_while_it_is(county: County) -> None:
    gan, guo = accounts(county, "gan", "guo")
    timer = (
        '<boundaryEvent id="t" attachedToRef="check"><timerEventDefinition id="d"><timeDuration>PT1H</timeDuration>'
        "</timerEventDefinition></boundaryEvent>"
    )
    tasks = (user_task("check", '<liandong:deadline term="PT2H"/>', post="BR_GP"), timer, user_task("late", post="BR_DIR"))
    county.deploy(bpmn(process("p", START, *tasks, END, flows="s > check > e, t > late > e", extensions=STARTER)))
    case = gan.start("p")
    task = case.task("check")
    for wrong in (
        CompleteTask(task=task.id, outcome="no"),
        CompleteTask(task=task.id, data={"a": 1}),
        CompleteTask(task=task.id, revision=7),
    ):
        with pytest.raises(EngineError):
            gan.do(HoldDecision(decision=wrong))
    assert county.rows(select(HeldDecision.key)) == []
    county.clock.advance(timedelta(minutes=59, seconds=55))
    assert hold(gan, task) == "completed"
    assert case.state == "completed"
    assert guo.box("sending") == []


def test_what_came_first_is_told_and_what_was_typed_is_kept(county: County) -> None:
    ke, shen, _song = accounts(county, "ke", "shen", "song")
    county.deploy(signed("any", "ke", "shen"))
    case = county.run("p", at="CH00")
    mine, other = case.seats("sign")
    hold(ke, mine, "refuse", opinion="剂量不对")
    shen.complete(other, "agree")
    county.pass_time(TEN)
    kept = detail(county, ke, mine).unsent
    assert kept is not None
    assert (kept.code, kept.facts["by"], kept.outcome_label, kept.opinion) == ("task-closed", "沈专·演示", "不同意", "剂量不对")
    assert any("没有发出" in line for line in told(county, ke))
    assert (case.state, counts(county, ke)) == ("completed", (0, 0, 0))
    # The case was cancelled; the decision came from somebody whose account was shut.
    cancelled, shut = (county.run("p", at="CH00") for _ in range(2))
    hold(ke, cancelled.seats("sign")[0], "agree", opinion="好")
    hold(shen, shut.seats("sign")[1], "agree", opinion="可")
    song_admin = county.person("song", "operations")
    song_admin.do(CancelInstance(instance=cancelled.id, reason="重复"))
    with county.engine.database.writing() as connection:
        connection.execute(update(Person).where(Person.key == shen.key).values(active=False))
    county.pass_time(TEN)
    ended = detail(county, ke, cancelled.seats("sign")[0]).unsent
    assert ended is not None
    assert (ended.code, ended.opinion) == ("instance-ended", "好")
    assert shut.open == ["sign", "sign"]
    codes = [row.data["code"] for row in county.rows(select(AuditEntry.data).where(AuditEntry.action == "decision-not-sent"))]
    assert sorted(codes) == ["account-shut", "instance-ended", "task-closed"]
    assert county.rows(select(Job.key).where(Job.kind == "decision")) == []


def test_a_suspended_case_sends_when_it_goes_on(county: County) -> None:
    (gan,) = accounts(county, "gan")
    case = check_process(county)
    hold(gan, case.task("check"))
    operator = county.person("song", "operations")
    operator.do(SuspendInstance(instance=case.id, reason="核对"))
    county.pass_time(timedelta(minutes=1))
    assert (case.open, gan.box("sending")) == (["check"], ["check"])
    operator.do(ResumeInstance(instance=case.id, reason="核对完"))
    county.work()
    assert case.open == ["read"]


def test_undoing_sending_and_the_clock_at_once_end_in_one_of_them(open_county: Callable[..., County]) -> None:
    county = open_county()
    (gan,) = accounts(county, "gan")
    case = check_process(county)
    task = case.task("check")
    hold(gan, task)
    county.clock.advance(TEN)
    answers: list[str] = []
    barrier = Barrier(3)

    def race(act: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            answers.append(str(act()))
        except EngineError as error:
            answers.append(error.code)

    acts = (lambda: gan.do(UndoDecision(task=task.id)).state, lambda: gan.do(SendDecision(task=task.id)).state, county.work)
    threads = [Thread(target=race, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    completions = len(county.rows(select(History.key).where(History.kind == "task-completed")))
    assert (case.open, completions) in ((["check"], 0), (["read"], 1)), answers
    assert county.rows(select(HeldDecision.key)) == []
