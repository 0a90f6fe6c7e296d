"""What comes next: how sure each step is, who would be asked, and that nothing is claimed that is not known."""

from __future__ import annotations

from typing import Any

import pytest

from engine.commands.returning import ReturnTask
from engine.errors import NotAllowed
from engine.queries.forecast import ForecastCase, ForecastStart, ForecastTask, OutcomeForecast
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.decisions.tables import column, dmn, output, table
from tests.engine.models import END, SLIP, START, STARTER
from tests.engine.signing import BUTTONS, people

FILL = user_task("fill", '<liandong:approval form="slip"/><liandong:fields write="amount"/><liandong:assign rule="starter"/>')


def sign(key: str, *logins: str, mode: str = "single") -> str:
    """A task that is agreed to or refused."""
    return user_task(key, f'<liandong:approval mode="{mode}"/>', BUTTONS, people(*logins))


def purchase() -> bytes:
    """A purchase: filled in, checked, above 100 also signed by the president, then filed; a refusal ends it."""
    elements = (
        START,
        FILL,
        sign("check", "dai"),
        '<exclusiveGateway id="g" default="g_h"/>',
        '<exclusiveGateway id="h" default="h_file"/>',
        sign("boss", "yuan"),
        user_task("file", post="BR_REF"),
        END,
        '<endEvent id="no"/>',
    )
    flows = "s > fill > check > g > h > file > e, g > no if check.outcome == 'refuse', h > boss if amount > 100, boss > file"
    return bpmn(process("p", *elements, flows=flows, extensions=STARTER))


def ahead(county: County, case: CaseView) -> list[tuple[str, str, int]]:
    """Elements ahead of a case with their marks and distances."""
    found = county.engine.query(ForecastCase(instance=case.id), county.person("gan").actor)
    return [(step.element, step.mark, step.distance) for step in found.next]


def after(county: County, login: str, task: Any, **data: Any) -> dict[str, OutcomeForecast]:
    """What each outcome of a task leads to, as its holder sees it."""
    found = county.engine.query(ForecastTask(task=task.id, data=data), county.person(login).actor)
    return {forecast.outcome: forecast for forecast in found}


def test_a_case_tells_done_current_and_next_and_how_sure_each_step_is(county: County) -> None:
    county.deploy(purchase(), slip__form__json=SLIP)
    gan = county.person("gan")
    case = gan.start("p")
    # Only the check is certain: it may be refused, and whether the president signs hangs on an amount still to be written.
    assert ahead(county, case) == [("check", "certain", 1), ("boss", "possible", 2), ("file", "possible", 2)]
    gan.complete(case.task("fill"), data={"amount": "50"})
    found = county.engine.query(ForecastCase(instance=case.id), gan.actor)
    assert ([step.element for step in found.done], [step.name for step in found.current]) == (["fill"], ["check"])
    # The amount is known, and nobody can write it any more: the president is out of it.
    assert ahead(county, case) == [("file", "possible", 1)]
    assert found.next[0].people == ("任转·演示",)
    assert found.ends == "possible"


def test_a_task_tells_before_it_is_decided_where_each_decision_leads(county: County) -> None:
    county.deploy(purchase(), slip__form__json=SLIP)
    gan = county.person("gan")
    case = gan.start("p")
    (sent,) = after(county, "gan", case.task("fill")).values()
    assert [(step.element, step.mark, step.people) for step in sent.steps] == [("check", "certain", ("戴岚·演示",))]
    gan.complete(case.task("fill"), data={"amount": "500"})
    found = after(county, "dai", case.task("check"))
    assert [(step.element, step.mark, step.people) for step in found["agree"].steps] == [("boss", "certain", ("袁长·演示",))]
    assert (found["agree"].ends, found["refuse"].steps, found["refuse"].ends) == (None, (), "certain")


def test_what_is_typed_and_not_sent_decides_the_way_and_only_what_may_be_written(county: County) -> None:
    elements = (START, FILL, '<exclusiveGateway id="h" default="h_low"/>', sign("high", "yuan"), sign("low", "dai"), END)
    flows = "s > fill > h > low > e, h > high if defined('amount') and amount > 100, high > e"
    county.deploy(bpmn(process("p", *elements, flows=flows, extensions=STARTER)), slip__form__json=SLIP)
    case = county.person("gan").start("p")
    task = case.task("fill")

    def to(login: str = "gan", **data: Any) -> list[str]:
        return [step.element for step in after(county, login, task, **data)["done"].steps]

    assert (to(amount=500), to(amount=50), to(remark="x")) == (["high"], ["low"], ["low"])
    # It is not known to others, who read the case as it is stored.
    assert ahead(county, case) == [("high", "conditional", 1), ("low", "conditional", 1)]


def test_before_a_start_the_way_and_its_people_are_told(county: County) -> None:
    county.deploy(purchase(), slip__form__json=SLIP)
    gan = county.person("gan")
    found = county.engine.query(ForecastStart(process_key="p", capacity=gan.chair.id), gan.actor)
    steps = [(step.element, step.mark, step.mine) for step in found[:2]]
    assert steps == [
        ("fill", "certain", True),
        ("check", "certain", False),
    ]
    assert county.cases() == []
    yuan = county.person("yuan")
    with pytest.raises(NotAllowed):
        county.engine.query(ForecastStart(process_key="p", capacity=yuan.chair.id), yuan.actor)


def test_one_of_several_signers_learns_that_others_have_to_speak_first(county: County) -> None:
    elements = (START, sign("sign", "gan", "guo", mode="all"), user_task("next", post="BR_REF"), END)
    county.deploy(bpmn(process("p", *elements, flows="s > sign > next > e")))
    case = county.run("p")
    seats = dict(zip(("gan", "guo"), case.seats("sign"), strict=True))
    found = after(county, "gan", seats["gan"])
    assert (found["agree"].awaits, found["agree"].steps, found["refuse"].awaits) == (1, (), 0)
    county.person("guo").complete(seats["guo"], "agree")
    assert [step.element for step in after(county, "gan", seats["gan"])["agree"].steps] == ["next"]


def test_a_step_that_may_come_again_is_not_certain(county: County) -> None:
    elements = (START, FILL, sign("check", "dai"), '<exclusiveGateway id="g" default="g_e"/>', END)
    flows = "s > fill > check > g > e, g > fill if check.outcome == 'refuse'"
    county.deploy(bpmn(process("p", *elements, flows=flows, extensions=STARTER)), slip__form__json=SLIP)
    case = county.person("gan").start("p")
    assert ahead(county, case) == [("check", "certain", 1), ("fill", "possible", 2)]


def test_branches_joins_messages_and_clocks_are_not_claimed(county: County) -> None:
    clock = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
    timer = f'<boundaryEvent id="late" attachedToRef="a">{clock}</boundaryEvent>'
    elements = (
        START,
        '<parallelGateway id="f"/>',
        user_task("a", post="BR_GP"),
        timer,
        user_task("b", post="BR_DIR"),
        '<parallelGateway id="j"/>',
        user_task("c", post="BR_REF"),
        user_task("alarm", post="IT_ADMIN", at="CH00"),
        END,
        '<endEvent id="x"/>',
    )
    flows = "s > f > a > j > c > e, f > b > j, late > alarm > x"
    county.deploy(bpmn(process("p", *elements, flows=flows)))
    case = county.run("p")
    # If the clock takes `a` away, the join never comes.
    found = county.engine.query(ForecastCase(instance=case.id), county.person("gan").actor)
    assert {step.element: (step.mark, step.waits) for step in found.next} == {
        "alarm": ("possible", False),
        "c": ("possible", True),
    }
    (sent,) = after(county, "gan", case.task("a")).values()
    assert [(step.element, step.waits) for step in sent.steps] == [("c", True)]


def test_people_who_are_found_only_then_are_left_open_and_a_step_that_passes_says_so(county: County) -> None:
    previous = user_task("above", '<liandong:assign rule="superior" of="previous"/>')
    named = user_task("named", '<liandong:assign rule="field" field="remark"/>')
    fields = '<liandong:approval form="slip"/><liandong:fields write="remark"/>'
    write = user_task("write", fields, '<liandong:assign rule="starter"/>')
    passing = user_task("pass", BUTTONS, '<liandong:assign rule="expression" value="nobody"/><liandong:auto empty="pass"/>')
    elements = (START, write, named, previous, passing, END)
    flows = "s > write > named > above > pass > e"
    county.deploy(bpmn(process("p", *elements, flows=flows, extensions=STARTER)), slip__form__json=SLIP)
    case = county.person("gan").start("p")
    found = county.engine.query(ForecastCase(instance=case.id), county.person("gan").actor)
    assert [(step.element, step.mark, step.people_known, step.automatic) for step in found.next] == [
        ("named", "certain", False, None),
        ("above", "certain", False, None),
        ("pass", "certain", True, "pass"),
    ]


def test_a_step_that_was_sent_back_and_comes_straight_back_says_where_to(county: County) -> None:
    county.deploy(purchase(), slip__form__json=SLIP)
    gan, dai = county.person("gan"), county.person("dai")
    case = gan.start("p")
    gan.complete(case.task("fill"), data={"amount": "500"})
    dai.complete(case.task("check"), "agree")
    county.person("yuan").do(ReturnTask(task=case.task("boss").id, target="fill", reason="改", resume="direct"))
    (sent,) = after(county, "gan", case.task("fill")).values()
    assert [(step.element, step.people) for step in sent.steps] == [("boss", ("袁长·演示",))]


RULE = (
    '<businessRuleTask id="rule"><extensionElements><liandong:decision ref="level" result="level"/></extensionElements>'
    "</businessRuleTask>"
)
CHOICE = '<exclusiveGateway id="h" default="h_low"/>'
LEVELS = dmn(table("level", [column("amount")], [output("level", "integer")], ["<= 100 => 1", "> 100 => 2"]))


def test_a_decision_table_decides_the_way_before_it_is_made(county: County) -> None:
    elements = (START, FILL, sign("check", "dai"), RULE, CHOICE, sign("high", "yuan"), sign("low", "dai"), END)
    flows = "s > fill > check > rule > h > low > e, h > high if level == 2, high > e"
    county.deploy(bpmn(process("p", *elements, flows=flows, extensions=STARTER)), slip__form__json=SLIP, level__dmn=LEVELS)
    case = county.person("gan").start("p")
    # The amount is still to be written, and nothing else is open.
    open_ = [("check", "certain", 1), ("high", "conditional", 2), ("low", "conditional", 2)]
    assert ahead(county, case) == open_
    county.person("gan").complete(case.task("fill"), data={"amount": "500"})
    assert ahead(county, case) == [("high", "certain", 1)]
    assert [step.element for step in after(county, "dai", case.task("check"))["agree"].steps] == ["high"]


def test_a_called_process_is_looked_into_with_what_it_is_handed(county: County) -> None:
    caller = (
        START,
        FILL,
        sign("check", "dai"),
        '<callActivity id="c" calledElement="q"/>',
        user_task("last", post="BR_REF"),
        END,
    )
    inner = (START, CHOICE, sign("high", "yuan"), sign("low", "dai"), END)
    flows = "s > h > low > e, h > high if amount > 100, high > e"
    county.deploy(
        bpmn(process("p", *caller, flows="s > fill > check > c > last > e", extensions=STARTER)),
        bpmn(process("q", *inner, flows=flows)),
        slip__form__json=SLIP,
    )
    case = county.person("gan").start("p")
    assert ahead(county, case) == [
        ("check", "certain", 1),
        ("high", "conditional", 2),
        ("low", "conditional", 2),
        ("last", "certain", 3),
    ]
    county.person("gan").complete(case.task("fill"), data={"amount": "50"})
    assert ahead(county, case) == [("low", "certain", 1), ("last", "certain", 2)]
    found = county.engine.query(ForecastCase(instance=case.id), county.person("gan").actor)
    assert [step.people for step in found.next] == [("戴岚·演示",), ("任转·演示",)]
    # Inside it, what is left of it and what comes behind.
    county.person("dai").complete(case.task("check"), "agree")
    assert (case.open, ahead(county, case)) == (["low"], [("last", "certain", 1)])
    sent = after(county, "dai", case.task("low"))["agree"]
    assert ([(step.element, step.mark, step.people) for step in sent.steps], sent.ends) == (
        [("last", "certain", ("任转·演示",))],
        None,
    )


def test_what_may_end_a_called_process_leaves_none_of_its_steps_sure(county: County) -> None:
    clock = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
    caller = (
        START,
        FILL,
        '<callActivity id="c" calledElement="${name}"/>',
        '<callActivity id="d" calledElement="q"/>',
        f'<boundaryEvent id="late" attachedToRef="d">{clock}</boundaryEvent>',
        END,
        '<endEvent id="x"/>',
    )
    county.deploy(
        bpmn(process("p", *caller, flows="s > fill > c > d > e, late > x", extensions=STARTER)),
        bpmn(process("q", START, sign("inner", "dai"), END, flows="s > inner > e")),
        slip__form__json=SLIP,
    )
    case = county.person("gan").start("p")
    # Which process `c` calls is still to be written; nothing is told of it.
    assert ahead(county, case) == [("inner", "possible", 1)]


def test_before_a_start_nothing_is_named_before_what_comes_next(county: County) -> None:
    """Three interruptions may come at any time: they are not told in the place of the step after the first."""
    event = '<startEvent id="x{n}"><messageEventDefinition id="m{n}" messageRef="msg"/></startEvent><endEvent id="z{n}"/>'
    flow = '<sequenceFlow id="fx{n}" sourceRef="x{n}" targetRef="stop{n}"/><sequenceFlow id="fz{n}" sourceRef="stop{n}" '
    ends = "".join(
        f'<subProcess id="sub{n}" triggeredByEvent="true">{event.format(n=n)}{user_task(f"stop{n}", post="BR_DIR")}'
        f'{flow.format(n=n)}targetRef="z{n}"/></subProcess>'
        for n in range(3)
    )
    many = [user_task(f"way{n}", post="BR_DIR") for n in range(3)]
    draft = user_task("fill", '<liandong:approval form="slip"/><liandong:assign rule="starter"/>', BUTTONS)
    gate = '<exclusiveGateway id="g" default="g_way0"/>'
    message = '<message id="msg" name="Stop"/>'
    flows = "s > fill > g > way0 > e, g > way1 if defined('amount') and amount > 1, g > way2 if defined('amount') and amount > 2"
    flows += ", way1 > e, way2 > e"
    model = bpmn(process("p", START, draft, gate, *many, END, ends, flows=flows, extensions=STARTER), extra=message)
    county.deploy(model, slip__form__json=SLIP)
    gan = county.person("gan")
    found = county.engine.query(ForecastStart(process_key="p", capacity=gan.chair.id), gan.actor)
    assert [(step.element, step.distance, step.mark) for step in found] == [("fill", 1, "certain")]
    case = gan.start("p")
    marks = {step.element: step.mark for step in county.engine.query(ForecastCase(instance=case.id), gan.actor).next}
    assert "certain" not in marks.values(), "an interruption may come, or another: none of them is sure"


def test_a_decision_is_followed_surely_for_as_long_as_nobody_is_waited_for(county: County) -> None:
    """Neither a loop that leads back to the step nor a message that may interrupt the case makes the next step doubtful."""
    stop = '<startEvent id="x"><messageEventDefinition id="mx" messageRef="msg"/></startEvent><endEvent id="z"/>'
    stop += '<sequenceFlow id="fx" sourceRef="x" targetRef="z"/>'
    tell = '<intermediateThrowEvent id="tell"><messageEventDefinition id="mt" messageRef="came"/></intermediateThrowEvent>'
    answer = '<intermediateCatchEvent id="answer"><messageEventDefinition id="ma" messageRef="came"/></intermediateCatchEvent>'
    gates = '<exclusiveGateway id="g" default="g_answer"/>', '<exclusiveGateway id="h" default="h_e"/>'
    steps = FILL, sign("check", "dai"), tell, answer, *gates, user_task("file", post="BR_REF"), sign("look", "yuan")
    flows = "s > fill > check > g > answer > file > look > h > e, g > tell if check.outcome == 'refuse', tell > fill"
    flows += ", h > look if look.outcome == 'refuse'"
    messages = '<message id="msg" name="Stop"/><message id="came" name="Answer"/>'
    sub = f'<subProcess id="sub" triggeredByEvent="true">{stop}</subProcess>'
    model = bpmn(process("p", START, *steps, END, sub, flows=flows, extensions=STARTER), extra=messages)
    county.deploy(model, slip__form__json=SLIP)
    gan = county.person("gan")
    case = gan.start("p")
    gan.complete(case.task("fill"), data={"amount": "50"})
    found = after(county, "dai", case.task("check"))
    told = {name: ([(step.element, step.mark) for step in one.steps], one.ends) for name, one in found.items()}
    assert told == {"refuse": ([("fill", "certain")], None), "agree": ([("file", "possible")], None)}
    assert (found["refuse"].awaited, found["agree"].awaited) == ((), ("answer",))
