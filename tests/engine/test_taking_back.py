"""Taking one's own decision back, and withdrawing a case that one has started."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.commands.operation import SuspendInstance
from engine.commands.returning import ReturnTask
from engine.commands.seat_changes import DelegateTask
from engine.commands.taking_back import TakeBackTask
from engine.commands.task import CompleteTask
from engine.commands.withdrawal import WithdrawInstance
from engine.errors import Conflict, EngineError, InvalidForm, NotAllowed, NotFound
from engine.queries.instances import GetInstance
from engine.queries.return_targets import ListReturnTargets
from engine.queries.task_detail import GetTask
from engine.queries.timeline import GetTimeline
from engine.store.tables import Draft, Job, Rung
from engine.testing import CaseView, County, Someone, bpmn, process, user_task
from tests.engine.models import END, SLIP, START, STARTER
from tests.engine.signing import signed

GATES = '<parallelGateway id="f"/><parallelGateway id="j"/>'


@pytest.fixture
def gan(county: County) -> Someone:
    return county.person("gan")


@pytest.fixture
def guo(county: County) -> Someone:
    return county.person("guo")


def task(key: str, *extensions: str, body: str = "") -> str:
    return user_task(key, *extensions, post="BR_GP", body=body)


def line(*names: str, more: tuple[str, ...] = (), flows: str = "", extensions: str = STARTER, extra: str = "") -> bytes:
    """A process of tasks one after the other, that a general practitioner may start."""
    ways = flows or " > ".join(("s", *names, "e"))
    return bpmn(process("p", START, *map(task, names), *more, END, flows=ways, extensions=extensions), extra=extra)


def decided(case: CaseView, element: str) -> Any:
    return [seat for seat in case.seats(element) if seat.state == "completed"][-1]


def take_back(person: Someone, case: CaseView, element: str) -> None:
    person.do(TakeBackTask(task=decided(case, element).id))


def refused(kind: type[EngineError], code: str, person: Someone, case: CaseView, element: str) -> None:
    before = case.revision
    with pytest.raises(kind) as refusal:
        take_back(person, case, element)
    assert refusal.value.code == code
    assert case.revision == before


def offered(county: County, person: Someone, case: CaseView, element: str) -> bool:
    return "takeBack" in county.engine.query(GetTask(task=decided(case, element).id), person.actor).actions


def test_a_decision_is_taken_back_with_everything_it_has_written(county: County, gan: Someone) -> None:
    form = '<liandong:approval form="slip"/><liandong:deadline term="PT4H" ladder="clinical"/>'
    model = bpmn(process("p", START, task("a", form), task("b"), END, flows="s > a > b > e"))
    county.deploy(model, slip__form__json=SLIP)
    case = county.run("p", name="旧")
    due = case.task("a").due_at
    county.clock.advance(timedelta(hours=1))
    gan.complete(case.task("a"), data={"name": "新", "amount": "3"}, opinion="请审")
    assert offered(county, gan, case, "a")
    take_back(gan, case, "a")
    again = case.task("a")
    assert case.open == ["a"]
    assert (again.assignee, again.due_at, again.number) == (gan.key, due, 2)
    assert (case.variables["name"], case.variables["amount"], case.variables["a"]) == ("旧", None, None)
    draft = county.row(select(Draft.data, Draft.opinion).where(Draft.seat == again.key))
    assert (draft.data, draft.opinion) == ({"name": "新", "amount": 3}, "请审")
    gan.complete(case.task("a"), data={"name": "新"})
    gan.complete(case.task("b"))
    assert case.state == "completed"


def test_what_the_decision_set_off_ends_timers_included(county: County, gan: Someone) -> None:
    catch = (
        '<intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>'
        "</intermediateCatchEvent>"
    )
    more = (GATES, task("b"), task("c"), catch)
    county.deploy(line("a", more=more, flows="s > a > f > b > j, f > c > j, f > t > j, j > e"))
    case = county.run("p")
    gan.complete(case.task("a"))
    take_back(gan, case, "a")
    assert case.open == ["a"]
    assert county.rows(select(Job.key).where(Job.kind == "timer")) == []
    for element in ("a", "b", "c"):
        gan.complete(case.task(element))
    county.pass_time("PT1H")
    assert case.state == "completed"


def test_in_a_branch_only_ones_own_goes_back_and_the_join_waits(county: County, gan: Someone, guo: Someone) -> None:
    county.deploy(line("a", more=(GATES, task("b"), task("c")), flows="s > a > f > b > j, f > c > j, j > e"))
    case = county.run("p")
    gan.complete(case.task("a"))
    gan.complete(case.task("b"))
    guo.claim(case.task("c"))
    take_back(gan, case, "b")
    assert case.open == ["b", "c"]
    guo.complete(case.task("c"))
    assert case.open == ["b"]
    gan.complete(case.task("b"))
    assert case.state == "completed"


def test_nothing_is_taken_back_that_others_have_gone_on_with(county: County, gan: Someone, guo: Someone) -> None:
    county.deploy(line("a", "b", "c"))
    case = county.run("p")
    gan.complete(case.task("a"))
    refused(NotFound, "task-not-found", guo, case, "a")
    guo.claim(case.task("b"))
    with pytest.raises(NotAllowed):
        guo.do(TakeBackTask(task=case.task("b").id))
    assert not offered(county, gan, case, "a")
    refused(Conflict, "take-back-taken", gan, case, "a")
    guo.complete(case.task("b"))
    refused(Conflict, "take-back-acted", gan, case, "a")
    with pytest.raises(NotFound):
        county.person("jiu").do(TakeBackTask(task=decided(case, "a").id))


def test_a_join_that_has_gone_on_is_not_undone(county: County, gan: Someone) -> None:
    more = (GATES, task("b"), task("c"), task("z"))
    county.deploy(line("a", more=more, flows="s > a > f > b > j, f > c > j, j > z > e"))
    case = county.run("p")
    for element in ("a", "b", "c"):
        gan.complete(case.task(element))
    refused(Conflict, "take-back-joined", gan, case, "c")
    refused(Conflict, "take-back-acted", gan, case, "b")


def test_the_end_a_message_a_function_and_seats_are_final(county: County, gan: Someone) -> None:
    county.deploy(line("a"))
    case = county.run("p")
    gan.complete(case.task("a"))
    refused(Conflict, "instance-ended", gan, case, "a")
    sent = '<sendTask id="m1" messageRef="m"><extensionElements><liandong:send endpoint="x"/></extensionElements></sendTask>'
    county.deploy(line("a", more=(sent, task("b")), flows="s > a > m1 > b > e", extra='<message id="m" name="Told"/>'))
    case = county.run("p")
    gan.complete(case.task("a"))
    refused(Conflict, "take-back-effects", gan, case, "a")
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    county.deploy(bpmn(process("p", START, task("v", body=loop), END, flows="s > v > e")))
    case = county.run("p")
    gan.complete(case.task("v"))
    refused(Conflict, "take-back-joined", gan, case, "v")


def test_a_suspended_case_stands_still(county: County, gan: Someone) -> None:
    county.deploy(line("a", "b"))
    case = county.run("p")
    gan.complete(case.task("a"))
    county.execute(SuspendInstance(instance=case.id, reason="停"), county.person("gan", "operations").actor)
    refused(Conflict, "instance-suspended", gan, case, "a")
    assert not offered(county, gan, case, "a")


def withdraw(person: Someone, case: CaseView, mode: Any = "revise", **more: Any) -> None:
    person.do(WithdrawInstance(instance=case.id, mode=mode, reason="信息有误", **more))


def actions(county: County, person: Someone, case: CaseView) -> tuple[str, ...]:
    return county.engine.query(GetInstance(instance=case.id), person.actor).actions


def test_a_starter_takes_the_case_back_to_the_draft_and_nobody_else_does(county: County, gan: Someone, guo: Someone) -> None:
    county.deploy(line("a", more=(GATES, task("b"), task("c")), flows="s > a > f > b > j, f > c > j, j > e"))
    case = gan.start("p")
    assert actions(county, gan, case) == ("withdraw", "urge")
    with pytest.raises(Conflict) as refusal:
        withdraw(gan, case)
    assert refusal.value.code == "withdraw-no-draft"
    gan.complete(case.task("a"))
    guo.claim(case.task("b"))
    assert actions(county, guo, case) == ()
    with pytest.raises(NotAllowed):
        withdraw(guo, case)
    with pytest.raises(InvalidForm):
        gan.do(WithdrawInstance(instance=case.id, mode="revise", reason=" "))
    number = case.row.number
    withdraw(gan, case)
    assert (case.open, case.row.number, case.variables["a"]) == (["a"], number, None)
    assert (case.task("a").assignee, case.task("a").reason) == (gan.key, "returned")
    gan.complete(case.task("a"))
    guo.complete(case.task("b"))
    assert actions(county, gan, case) == ("urge",)
    with pytest.raises(Conflict) as refusal:
        withdraw(gan, case)
    assert refusal.value.code == "withdraw-acted"


@pytest.mark.parametrize(("until", "code"), [("any", None), ("never", "withdraw-never")])
def test_the_process_says_until_when(county: County, gan: Someone, guo: Someone, until: str, code: str | None) -> None:
    said = STARTER.replace("startable", f'withdraw="{until}" startable')
    county.deploy(line("a", "b", "c", extensions=said))
    case = gan.start("p")
    gan.complete(case.task("a"))
    guo.complete(case.task("b"))
    if code is None:
        withdraw(gan, case)
        assert case.open == ["a"]
    else:
        with pytest.raises(NotAllowed) as refusal:
            withdraw(gan, case)
        assert refusal.value.code == code


def test_a_case_is_withdrawn_for_good_after_its_compensation(county: County, gan: Someone) -> None:
    undo = (
        '<boundaryEvent id="k" attachedToRef="book"><compensateEventDefinition/></boundaryEvent>'
        '<association id="as" associationDirection="One" sourceRef="k" targetRef="unbook"/>'
    )
    book = '<scriptTask id="book"><script>booked = true</script></scriptTask>'
    unbook = '<scriptTask id="unbook" isForCompensation="true"><script>booked = false</script></scriptTask>'
    county.deploy(line("a", more=(book, unbook, undo, task("b")), flows="s > a > book > b > e"))
    case = gan.start("p")
    gan.complete(case.task("a"))
    withdraw(gan, case, "void")
    assert (case.state, case.open) == ("cancelled", [])
    with pytest.raises(Conflict) as refusal:
        withdraw(gan, case, "void")
    assert refusal.value.code in ("withdraw-ended", "instance-ended")


def test_what_was_done_outside_is_looked_after_before_the_draft_is_revised(county: County, gan: Someone) -> None:
    sent = '<sendTask id="m1" messageRef="m"><extensionElements><liandong:send endpoint="x"/></extensionElements></sendTask>'
    county.deploy(line("a", more=(sent, task("b")), flows="s > a > m1 > b > e", extra='<message id="m" name="Told"/>'))
    case = gan.start("p")
    gan.complete(case.task("a"))
    with pytest.raises(Conflict) as refusal:
        withdraw(gan, case)
    assert refusal.value.code == "withdraw-effects"
    withdraw(gan, case, confirmed=True)
    assert case.open == ["a"]


def votes(case: CaseView) -> list[tuple[str, str | None, str | None]]:
    """State, vote and ending of every seat, the oldest first."""
    return [(seat.state, seat.vote, seat.ending) for seat in case.seats("sign")]


def test_a_vote_is_taken_back_before_the_others_have_decided(county: County, gan: Someone, guo: Someone) -> None:
    county.deploy(signed("all", "gan", "guo"))
    case = county.run("p")
    gan.complete(next(seat for seat in case.seats("sign") if seat.assignee == gan.key), "agree", opinion="同意")
    assert offered(county, gan, case, "sign")
    take_back(gan, case, "sign")
    assert votes(case) == [("completed", "agree", "retaken"), ("claimed", None, None), ("claimed", None, None)]
    assert gan.box() == ["sign"]
    refused(NotAllowed, "not-your-decision", gan, case, "sign")


def test_the_vote_that_decided_is_taken_back_and_the_round_goes_on_as_it_was(county: County, gan: Someone, guo: Someone) -> None:
    ren = county.person("ren")
    extra = '<liandong:deadline term="PT4H" calendar="CLIN" ladder="clinical"/>'
    county.deploy(signed("all", "gan", "guo", "ren", extra=extra))
    case = county.run("p")
    mine = {seat.assignee: seat for seat in case.seats("sign")}
    gan.complete(mine[gan.key], "agree")
    county.pass_time("PT2H30M")
    guo.complete(mine[guo.key], "refuse")
    assert (case.open, case.variables["sign"]["outcome"], ren.box()) == (["why"], "refuse", [])
    with pytest.raises(Conflict) as refusal:
        gan.do(TakeBackTask(task=mine[gan.key].id))
    # His vote came before.
    assert refusal.value.code == "take-back-several"
    county.pass_time("PT20M")
    assert offered(county, guo, case, "sign")
    take_back(guo, case, "sign")
    assert votes(case) == [
        ("completed", "agree", None),
        ("completed", "refuse", "retaken"),
        ("claimed", None, None),
        ("claimed", None, None),
    ]
    assert {seat.number for seat in case.seats("sign")} == {1}
    assert {seat.due_at for seat in case.seats("sign")} == {mine[gan.key].due_at}
    assert (case.open, case.variables["sign"], guo.box(), ren.box()) == (["sign", "sign"], None, ["sign"], ["sign"])
    # The clocks of who was not needed run on: he was reminded at half of the term, and will be again.
    rungs = county.rows(select(Rung.kind, Rung.done_at.is_not(None)).where(Rung.seat == mine[ren.key].key).order_by(Rung.due_at))
    assert [tuple(row) for row in rungs][:3] == [("remind", True), ("remind", False), ("overdue", False)]
    guo.complete(case.seats("sign")[-1], "agree")
    ren.complete(mine[ren.key].id, "agree")
    assert (case.state, case.variables["sign"]["names"]["agree"]) == ("completed", ["甘平·演示", "任转·演示", "郭宁·演示"])


def test_who_was_not_needed_any_more_is_asked_again_with_a_vote_that_others_were_to_follow(
    county: County, gan: Someone, guo: Someone
) -> None:
    county.deploy(signed("all", "gan", "dai"))
    case = county.run("p")
    mine = next(seat for seat in case.seats("sign") if seat.assignee == gan.key)
    gan.do(CompleteTask(task=mine.id, outcome="refuse", after=(guo.id,)))
    assert (county.person("dai").box(), guo.box()) == ([], ["sign"])
    take_back(gan, case, "sign")
    assert (gan.box(), county.person("dai").box(), guo.box()) == (["sign"], ["sign"], [])


def test_in_order_the_next_signer_waits_again(county: County, gan: Someone, guo: Someone) -> None:
    county.deploy(signed("order", "gan", "guo"))
    case = county.run("p")
    gan.complete(case.task("sign"), "agree")
    assert guo.box() == ["sign"]
    take_back(gan, case, "sign")
    assert (gan.box(), guo.box()) == (["sign"], [])
    gan.complete(case.task("sign"), "agree")
    assert guo.box() == ["sign"]
    guo.complete(case.task("sign"), "agree")
    assert case.state == "completed"


def test_whom_the_vote_asked_to_speak_afterwards_is_asked_no_more(county: County, gan: Someone, guo: Someone) -> None:
    county.deploy(signed("all", "gan", "dai"))
    case = county.run("p")
    mine = next(seat for seat in case.seats("sign") if seat.assignee == gan.key)
    gan.do(CompleteTask(task=mine.id, outcome="agree", after=(guo.id,)))
    assert guo.box() == ["sign"]
    take_back(gan, case, "sign")
    assert (gan.box(), guo.box()) == (["sign"], [])
    gan.complete(next(seat for seat in case.seats("sign") if seat.assignee == gan.key and seat.state == "claimed"), "agree")
    county.person("dai").complete(case.task("sign"), "agree")
    assert case.state == "completed"


def test_what_was_only_advice_is_not_taken_back(county: County, gan: Someone, guo: Someone) -> None:
    county.deploy(signed("all", "gan", "dai"))
    case = county.run("p")
    mine = next(seat for seat in case.seats("sign") if seat.assignee == gan.key)
    gan.do(DelegateTask(task=mine.id, person=guo.id, reason="请提意见"))
    advice = next(seat for seat in case.seats("sign") if seat.assignee == guo.key)
    guo.do(CompleteTask(task=advice.id, outcome="advised", opinion="可以"))
    assert not offered(county, guo, case, "sign")
    refused(Conflict, "take-back-heard", guo, case, "sign")


def test_what_several_nodes_have_written_is_told_and_taken_back_in_its_order(county: County) -> None:
    """A node that was there first writes with smaller keys than one that came later, whichever of them writes first."""
    county.deploy(bpmn(process("p", START, task("check"), task("read"), END, flows="s > check > read > e", extensions=STARTER)))
    later = county.another()
    try:
        case = later.person("gan").start("p")
        county.person("gan").complete(county.case(case.id).task("check"), opinion="看过")
        told = [line.title for line in county.engine.query(GetTimeline(instance=case.id), county.person("gan").actor)]
        assert [title.split("：")[0] for title in told] == ["发起", "check", "read"]
        county.person("gan").do(TakeBackTask(task=county.case(case.id).seats("check")[0].id))
        later.person("gan").complete(later.case(case.id).task("check"), opinion="再看")
        told = [line.title for line in county.engine.query(GetTimeline(instance=case.id), county.person("gan").actor)]
        undone = ["“check”的办理已由本人收回", "“read”已收回"]
        assert told == ["发起：p", "check：完成", *undone, "check：完成", "read"]
    finally:
        later.close()


def test_what_several_nodes_have_opened_is_sent_back_and_withdrawn_in_its_order(county: County, gan: Someone) -> None:
    """The first step has the larger key: its node came later."""
    tasks = (task("draft"), task("check"), task("read"))
    said = STARTER.replace("startable", 'withdraw="any" startable')
    county.deploy(bpmn(process("p", START, *tasks, END, flows="s > draft > check > read > e", extensions=said)))
    later = county.another()
    try:
        case = later.person("gan").start("p")
        for node, element in ((county, "draft"), (later, "check")):
            county.clock.advance(timedelta(minutes=1))
            node.person("gan").complete(node.case(case.id).task(element))
        read = county.case(case.id).task("read")
        found = county.engine.query(ListReturnTargets(task=read.id), gan.actor)
        assert [(step.element, step.previous, step.first) for step in found] == [("check", True, False), ("draft", False, True)]
        gan.do(ReturnTask(task=read.id, target="draft", reason="数字不对", resume="direct"))
        gan.complete(county.case(case.id).task("draft"))
        found = county.engine.query(ListReturnTargets(task=county.case(case.id).task("read").id), gan.actor)
        assert [(step.element, step.first) for step in found] == [("draft", True), ("check", False)], (
            "done again, and still first"
        )
        withdraw(gan, case)
        assert county.case(case.id).open == ["draft"]
    finally:
        later.close()
