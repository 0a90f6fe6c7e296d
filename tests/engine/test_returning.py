"""Sending a task back: every position of a step against the one it is to go back to, what moves, and who is asked."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from sqlalchemy import select

from engine.commands.operation import MigrateInstance
from engine.commands.returning import ReturnTask
from engine.commands.seat_changes import AddSigners, DelegateTask
from engine.errors import Conflict, EngineError, Invalid, InvalidForm, NotAllowed, NotFound
from engine.queries.return_targets import ListReturnTargets, Target
from engine.queries.task_detail import GetTask
from engine.queries.timeline import GetTimeline
from engine.store.tables import Job, Subscription, Token
from engine.testing import CaseView, County, Someone, bpmn, process, user_task
from tests.engine.models import END, START
from tests.engine.signing import BUTTONS

GATES = '<parallelGateway id="f"/><parallelGateway id="j"/>'


def task(key: str, body: str = "") -> str:
    return user_task(key, post="BR_GP", body=body)


def line(*names: str) -> bytes:
    """A process of tasks one after the other."""
    return bpmn(process("p", START, *map(task, names), END, flows=" > ".join(("s", *names, "e"))))


def branches() -> bytes:
    """a, then {b1, b2 | c1, c2} side by side, then z."""
    flows = "s > a > f > b1 > b2 > j, f > c1 > c2 > j > z > e"
    return bpmn(process("p", START, *map(task, ("a", "b1", "b2", "c1", "c2", "z")), GATES, END, flows=flows))


def work(case: CaseView, *elements: str, by: Someone) -> None:
    for element in elements:
        by.complete(case.task(element))


def send_back(person: Someone, case: CaseView, element: str, target: str, **more: Any) -> None:
    person.do(ReturnTask(task=case.task(element).id, target=target, reason="资料不全", **more))


def targets(county: County, person: Someone, case: CaseView, element: str) -> dict[str, Target]:
    found = county.engine.query(ListReturnTargets(task=case.task(element).id), person.actor)
    return {target.element: target for target in found}


def refused(kind: type[EngineError], code: str, *args: Any, **more: Any) -> EngineError:
    with pytest.raises(kind) as refusal:
        send_back(*args, **more)
    assert refusal.value.code == code
    return refusal.value


@pytest.fixture
def gan(county: County) -> Someone:
    return county.person("gan")


@pytest.fixture
def guo(county: County) -> Someone:
    return county.person("guo")


def test_a_step_is_done_again_by_who_did_it_and_the_steps_between_too(county: County, gan: Someone, guo: Someone) -> None:
    county.deploy(line("a", "b", "c"))
    case = county.run("p")
    work(case, "a", by=gan)
    work(case, "b", by=guo)
    known = targets(county, gan, case, "c")
    assert [(t.element, t.persons, t.previous, t.first, t.direct) for t in known.values()] == [
        ("b", ("郭宁·演示",), True, False, True),
        ("a", ("甘平·演示",), False, True, True),
    ]
    send_back(gan, case, "c", "a")
    again = case.task("a")
    assert case.open == ["a"]
    assert (again.assignee, again.state, again.reason, again.number) == (gan.key, "claimed", "returned", 2)
    assert case.variables["a"] is None
    assert case.variables["b"] is None
    work(case, "a", by=gan)
    assert case.open == ["b"]
    assert case.task("b").state == "open"
    work(case, "b", "c", by=guo)
    assert case.state == "completed"
    (sent,) = [seat for seat in case.seats("c") if seat.outcome == "#returned"]
    assert (sent.state, sent.opinion, sent.ended_by) == ("completed", "资料不全", gan.key)


def test_a_step_comes_straight_back_to_who_sent_it(county: County, gan: Someone, guo: Someone) -> None:
    county.deploy(line("a", "b", "c"))
    case = county.run("p")
    work(case, "a", "b", by=guo)
    send_back(gan, case, "c", "a", resume="direct")
    assert case.task("a").assignee == guo.key
    guo.complete(case.task("a"))
    assert case.open == ["c"]
    assert case.task("c").assignee == gan.key
    assert case.variables["b"]["outcome"] == "done"
    work(case, "c", by=gan)
    assert case.state == "completed"
    (back,) = [item for item in county.engine.query(GetTimeline(instance=case.id), gan.actor) if "直达" in item.title]
    assert back.detail == "资料不全"


def test_a_refusal_that_is_drawn_to_lead_back_is_told_at_the_step_like_a_return(
    county: County, gan: Someone, guo: Someone
) -> None:
    gate = '<exclusiveGateway id="g" default="g_e"/>'
    check = user_task("check", f"<liandong:approval/>{BUTTONS}", post="BR_GP")
    flows = "s > a > check > g > e, g > a if check.outcome == 'refuse'"
    county.deploy(bpmn(process("p", START, task("a"), check, gate, END, flows=flows)))
    case = county.run("p")
    first = county.engine.query(GetTask(task=case.task("a").id), gan.actor)
    assert first.returned is None
    work(case, "a", by=gan)
    guo.complete(case.task("check"), "refuse", opinion="缺一份知情同意")
    told = county.engine.query(GetTask(task=case.task("a").id), gan.actor).returned
    assert told is not None
    assert (told["name"], told["by_name"], told["reason"]) == ("check", "郭宁·演示", "缺一份知情同意")
    work(case, "a", by=gan)
    assert county.engine.query(GetTask(task=case.task("check").id), gan.actor).returned is None


def test_a_step_that_a_migration_has_removed_is_not_gone_straight_back_to(county: County, gan: Someone) -> None:
    county.deploy(line("a", "b"))
    case = county.run("p")
    work(case, "a", by=gan)
    send_back(gan, case, "b", "a", resume="direct")
    county.deploy(line("a", "x"))
    county.execute(MigrateInstance(instance=case.id, version=2, reason="新版"), county.person("gan", "operations").actor)
    work(case, "a", by=gan)
    assert case.open == ["x"]


def test_in_a_branch_only_that_branch_moves(county: County, gan: Someone) -> None:
    county.deploy(branches())
    case = county.run("p")
    work(case, "a", "b1", "c1", by=gan)
    assert targets(county, gan, case, "b2")["b1"].ends == ()
    send_back(gan, case, "b2", "b1")
    assert case.open == ["b1", "c2"]
    work(case, "b1", "b2", "c2", "z", by=gan)
    assert case.state == "completed"


def test_a_return_within_a_branch_reaches_the_join_once(county: County, gan: Someone) -> None:
    county.deploy(branches())
    case = county.run("p")
    work(case, "a", "b1", "c1", "c2", by=gan)
    send_back(gan, case, "b2", "b1", resume="direct")
    work(case, "b1", by=gan)
    assert case.open == ["b2"]
    work(case, "b2", by=gan)
    assert case.open == ["z"]


def test_before_the_fork_the_other_branches_end_and_the_join_begins_anew(county: County, gan: Someone) -> None:
    county.deploy(branches())
    case = county.run("p")
    work(case, "a", "b1", "c1", "c2", by=gan)  # One token waits at the join.
    target = targets(county, gan, case, "b2")["a"]
    assert (target.refusal, target.ends, target.direct) == (None, ("j",), False)
    refused(Conflict, "return-ends-others", gan, case, "b2", "a")
    refused(Invalid, "return-direct", gan, case, "b2", "a", resume="direct", end_others=True)
    send_back(gan, case, "b2", "a", end_others=True)
    assert case.open == ["a"]
    work(case, "a", "b1", "b2", by=gan)
    assert case.open == ["c1"]
    work(case, "c1", "c2", "z", by=gan)
    assert case.state == "completed"


def test_before_the_fork_open_tasks_of_other_branches_are_taken_away(county: County, gan: Someone, guo: Someone) -> None:
    county.deploy(branches())
    case = county.run("p")
    work(case, "a", by=gan)
    guo.claim(case.task("c1"))
    taken = case.task("c1")
    send_back(gan, case, "b1", "a", end_others=True)
    assert case.open == ["a"]
    assert (guo.box(), guo.box("done")) == ([], [])
    with pytest.raises(Conflict, match="closed"):
        guo.complete(taken.id)


@pytest.mark.parametrize(
    ("done", "element", "target", "code"),
    [
        (("a", "b1", "b2", "c1", "c2"), "z", "b1", "return-behind-join"),
        (("a", "b1", "c1"), "b2", "c1", "return-other-branch"),
    ],
)
def test_a_branch_beside_or_joined_is_no_target(
    county: County, gan: Someone, done: tuple[str, ...], element: str, target: str, code: str
) -> None:
    county.deploy(branches())
    case = county.run("p")
    work(case, *done, by=gan)
    before = case.revision
    assert targets(county, gan, case, element)[target].refusal == code.removeprefix("return-")
    refused(Conflict, code, gan, case, element, target, end_others=True)
    assert case.revision == before


def test_behind_the_join_the_step_before_the_fork_is_a_target(county: County, gan: Someone) -> None:
    county.deploy(branches())
    case = county.run("p")
    work(case, "a", "b1", "b2", "c1", "c2", by=gan)
    send_back(gan, case, "z", "a")
    assert case.open == ["a"]
    work(case, "a", by=gan)
    assert case.open == ["b1", "c1"]


def inner(*names: str, body: str = "") -> str:
    tasks = "".join(map(task, names))
    ways = [("si", names[0]), *itertools.pairwise(names), (names[-1], "ei")]
    flows = "".join(f'<sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in ways)
    return f'<subProcess id="sub" name="sub">{body}<startEvent id="si"/>{tasks}<endEvent id="ei"/>{flows}</subProcess>'


def test_out_of_a_subprocess_and_not_into_one(county: County, gan: Someone) -> None:
    county.deploy(bpmn(process("p", START, task("a"), inner("i", "k"), task("z"), END, flows="s > a > sub > z > e")))
    case = county.run("p")
    work(case, "a", "i", by=gan)
    known = targets(county, gan, case, "k")
    assert {name: (t.refusal, t.ends) for name, t in known.items()} == {"a": (None, ()), "i": (None, ())}
    send_back(gan, case, "k", "a")
    work(case, "a", by=gan)
    # The first run of the subprocess is over: its step cannot be gone back to from the second.
    assert set(targets(county, gan, case, "i")) == {"a"}
    work(case, "i", by=gan)
    send_back(gan, case, "k", "i")
    work(case, "i", "k", by=gan)
    refused(Conflict, "return-subprocess", gan, case, "z", "i")
    send_back(gan, case, "z", "a")
    assert case.open == ["a"]


def test_seats_of_several_are_left_only_all_together_and_never_gone_back_to(county: County, gan: Someone) -> None:
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
    county.deploy(bpmn(process("p", START, task("a"), task("vote", loop), task("z"), END, flows="s > a > vote > z > e")))
    case = county.run("p")
    work(case, "a", "vote", by=gan)
    assert targets(county, gan, case, "vote")["a"].ends == ("vote",)
    refused(Conflict, "return-ends-others", gan, case, "vote", "a")
    send_back(gan, case, "vote", "a", end_others=True)
    assert case.open == ["a"]
    work(case, "a", "vote", "vote", "vote", by=gan)
    refused(Conflict, "return-seats", gan, case, "z", "vote")


def test_within_one_seat_of_several_subprocesses_only_that_seat_moves(county: County, gan: Someone) -> None:
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    county.deploy(bpmn(process("p", START, task("a"), inner("i", "k", body=loop), END, flows="s > a > sub > e")))
    case = county.run("p")
    work(case, "a", "i", "i", by=gan)
    gan.complete(case.task("k", 1))
    send_back(gan, case, "k", "i")
    assert case.open == ["i"]
    work(case, "i", "k", by=gan)
    assert case.state == "completed"


def test_a_timer_on_the_border_ends_with_the_step_and_is_armed_anew_at_the_target(county: County, gan: Someone) -> None:
    border = (
        '<boundaryEvent id="t{0}" attachedToRef="{0}" cancelActivity="false"><timerEventDefinition><timeDuration>PT{1}H'
        "</timeDuration></timerEventDefinition></boundaryEvent>"
    )
    tasks = (task("a"), border.format("a", 5), task("b"), border.format("b", 3), task("u"))
    county.deploy(bpmn(process("p", START, *tasks, END, '<endEvent id="e2"/>', flows="s > a > b > e, ta > u > e2, tb > u")))
    case = county.run("p")
    work(case, "a", by=gan)
    county.pass_time("PT1H")
    send_back(gan, case, "b", "a")
    subscriptions = county.rows(select(Subscription.element, Subscription.due))
    assert [(s.element, s.due.hour) for s in subscriptions] == [("ta", (county.clock.now().hour + 5) % 24)]
    assert len(county.rows(select(Job.key).where(Job.kind == "timer"))) == 1


def test_what_was_done_outside_has_to_be_looked_after(county: County, gan: Someone) -> None:
    sent = '<extensionElements><liandong:send endpoint="patient"/></extensionElements>'
    send = f'<sendTask id="mail" name="通知患者" messageRef="m">{sent}</sendTask>'
    model = process("p", START, task("a"), send, task("b"), END, flows="s > a > mail > b > e")
    county.deploy(bpmn(model, extra='<message id="m" name="Told"/>'))
    case = county.run("p")
    work(case, "a", by=gan)
    assert targets(county, gan, case, "b")["a"].effects == ("通知患者",)
    refusal = refused(Conflict, "return-effects", gan, case, "b", "a")
    assert refusal.facts["elements"] == "通知患者"
    send_back(gan, case, "b", "a", confirmed=True)
    assert case.open == ["a"]


def test_what_is_refused_changes_nothing(county: County, gan: Someone, guo: Someone) -> None:
    county.deploy(line("a", "b", "c"))
    case = county.run("p")
    work(case, "a", by=gan)
    guo.claim(case.task("b"))
    before, tokens = case.revision, county.rows(select(Token.key, Token.element))
    refused(Conflict, "task-taken", gan, case, "b", "a")
    refused(Invalid, "return-target", guo, case, "b", "c")
    refused(Invalid, "return-target", guo, case, "b", "nowhere")
    refused(Conflict, "stale", guo, case, "b", "a", revision=1)
    with pytest.raises(InvalidForm):
        guo.do(ReturnTask(task=case.task("b").id, target="a", reason=" "))
    with pytest.raises(NotFound):
        county.person("jiu").do(ReturnTask(task=case.task("b").id, target="a", reason="x"))
    assert (case.revision, county.rows(select(Token.key, Token.element))) == (before, tokens)


def test_a_process_that_goes_round_is_sent_back_within_its_round(county: County, gan: Someone) -> None:
    gate = '<exclusiveGateway id="x" default="x_e"/>'
    county.deploy(
        bpmn(process("p", START, task("a"), task("b"), gate, END, flows="s > a > b > x, x > a if again == true, x > e"))
    )
    case = county.run("p", again=True)
    for _ in range(3):
        work(case, "a", "b", by=gan)
    work(case, "a", by=gan)
    send_back(gan, case, "b", "a")
    assert (case.open, case.task("a").number) == (["a"], 5)


@pytest.mark.parametrize("how", ["advice", "before"])
def test_who_is_only_heard_does_not_move_the_case(county: County, gan: Someone, guo: Someone, how: str) -> None:
    county.deploy(line("a", "b"))
    case = county.run("p")
    work(case, "a", by=gan)
    gan.claim(case.task("b"))
    mine = case.task("b").id
    if how == "advice":
        gan.do(DelegateTask(task=mine, person=guo.id, reason="请提意见"))
    else:
        gan.do(AddSigners(task=mine, persons=(guo.id,), place="before", reason="请先核对"))
    (heard,) = [seat for seat in case.seats("b") if seat.assignee == guo.key and seat.state == "claimed"]
    assert "return" not in county.engine.query(GetTask(task=heard.id), guo.actor).actions
    with pytest.raises(NotAllowed) as refusal:
        guo.do(ReturnTask(task=heard.id, target="a", reason="退"))
    assert refusal.value.code == "return-not-decider"
    assert case.variables["a"]["outcome"] == "done"
