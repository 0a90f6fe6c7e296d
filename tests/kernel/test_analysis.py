"""The static analysis: what can never work is an error, what may stop is a warning, and what works is left alone."""

from __future__ import annotations

import pytest

from engine.kernel import parse
from engine.kernel.analysis import Facts, analyse
from engine.kernel.analysis.facts import found
from engine.kernel.environment import Budget
from tests.kernel.analysis import FACTS, START, TIMER, analysed, approval, nodes, script, told
from tests.kernel.world import document, flows

# --- cycles


def test_a_cycle_without_a_way_out_is_an_error() -> None:
    body = START + nodes("exclusiveGateway", "m") + script("a", "x = 1") + flows("s>m", "m>a", "a>m")
    assert told(body) == {("error", "endless-loop", "m")}


def test_a_fork_out_of_a_cycle_is_no_way_out() -> None:
    body = START + nodes("exclusiveGateway", "m") + nodes("parallelGateway", "g") + nodes("userTask", "t")
    assert ("error", "endless-loop", "m") in told(body + flows("s>m", "m>g", "g>m", "g>t"))


@pytest.mark.parametrize("condition", ["1 == 2", "false"])
def test_a_condition_that_never_holds_is_no_way_out(condition: str) -> None:
    ways = flows("s>m", "m>g", f"g>e if {condition}", "g>m")
    body = START + nodes("exclusiveGateway", "m") + '<exclusiveGateway id="g" default="f_g_m"/>' + nodes("endEvent", "e")
    assert ("error", "endless-loop", "m") in told(body + ways)


def test_a_cycle_that_only_conditions_end_is_a_warning() -> None:
    ways = flows("s>i", "i>m", "m>a", "a>g", "g>e if x == 9", "g>m")
    gate = '<exclusiveGateway id="g" default="f_g_m"/>'
    body = (
        START + nodes("exclusiveGateway", "m") + script("i", "x = 0") + script("a", "x = x + 1") + gate + nodes("endEvent", "e")
    )
    assert told(body + ways) == {("warning", "loop-without-wait", "g")}


def test_a_cycle_that_does_not_change_what_its_way_out_asks_about_says_so() -> None:
    ways = flows("s>i", "i>m", "m>a", "a>g", "g>e if x == 9", "g>m")
    gate = '<exclusiveGateway id="g" default="f_g_m"/>'
    body = START + nodes("exclusiveGateway", "m") + script("i", "x = 0") + script("a", "y = 1") + gate + nodes("endEvent", "e")
    assert told(body + ways) == {("warning", "loop-unchanged", "g")}


@pytest.mark.parametrize(
    "stop",
    [
        '<userTask id="w"/>',
        '<receiveTask id="w"/>',
        f'<intermediateCatchEvent id="w">{TIMER}</intermediateCatchEvent>',
        f'<subProcess id="w"><startEvent id="i"/><userTask id="t"/>{flows("i>t")}</subProcess>',
        '<callActivity id="w" calledElement="elsewhere"/>',
    ],
)
def test_a_cycle_with_a_stop_is_nobodys_fault(stop: str) -> None:
    assert told(START + nodes("exclusiveGateway", "m") + stop + flows("s>m", "m>w", "w>m")) == set()


def test_a_cycle_inside_a_subprocess_is_found_with_its_element() -> None:
    inner = nodes("startEvent", "i") + nodes("exclusiveGateway", "m") + nodes("task", "a") + flows("i>m", "m>a", "a>m")
    assert told(f'{START}<subProcess id="sub">{inner}</subProcess>' + flows("s>sub")) == {("error", "endless-loop", "m")}


def test_a_loop_marker_whose_condition_always_holds_is_an_error() -> None:
    def looped(condition: str, maximum: str = "") -> str:
        loop = (
            f"<standardLoopCharacteristics{maximum}><loopCondition>${{{condition}}}</loopCondition></standardLoopCharacteristics>"
        )
        return f'{START}<scriptTask id="a"><script>x = 1</script>{loop}</scriptTask>' + flows("s>a")

    assert told(looped("true")) == {("error", "endless-loop", "a")}
    assert told(looped("starter == 'a'")) == {("warning", "loop-unchanged", "a")}
    assert told(looped("x == 1")) == set()
    assert told(looped("true", ' loopMaximum="3"')) == set()


# --- calls


def calling(name: str, called: str, body: str = "", ways: tuple[str, ...] = ("s>c",)) -> str:
    """A process that calls another one."""
    call = f'<callActivity id="c" calledElement="{called}"/>'.replace('"c"', f'"c_{name}"')
    ends = [way.replace(">c", f">c_{name}").replace("s>", f"s_{name}>") for way in ways]
    return f'<process id="{name}" isExecutable="true"><startEvent id="s_{name}"/>{call}{body}{flows(*ends)}</process>'


def test_processes_that_always_call_each_other_are_errors() -> None:
    assert told(calling("p", "p")) == {("error", "endless-recursion", "c_p")}
    mutual = calling("p", "q") + calling("q", "r") + calling("r", "p")
    assert told(mutual) == {("error", "endless-recursion", f"c_{name}") for name in "pqr"}


def test_a_condition_before_the_call_makes_it_a_warning() -> None:
    gate = '<exclusiveGateway id="g" default="f_g_e"/><endEvent id="e"/>'
    asked = calling("p", "p", gate, ("s>g", "g>c if starter == 'x'", "g>e"))
    assert told(asked) == {("warning", "recursion", "c_p")}
    # One of the circle can stop, so the other is not doomed either.
    assert told(asked.replace('calledElement="p"', 'calledElement="q"') + calling("q", "p")) == {
        ("warning", "recursion", "c_p"),
        ("warning", "recursion", "c_q"),
    }


def test_a_call_in_one_of_several_branches_is_always_made() -> None:
    fork = '<parallelGateway id="g"/><userTask id="t"/>'
    assert told(calling("p", "p", fork, ("s>g", "g>c", "g>t"))) == {("error", "endless-recursion", "c_p")}


def test_calls_in_one_direction_are_fine() -> None:
    assert told(calling("p", "q") + calling("q", "r") + '<process id="r"><startEvent id="s"/></process>') == set()


# --- names


def test_a_name_that_nobody_writes_is_a_warning_once_with_the_name_that_was_meant() -> None:
    body = (
        approval("a", form="slip")
        + script("b", "total = amuont * 2")
        + script("c", "twice = amuont")
        + flows("s>a", "a>b", "b>c")
    )
    [finding] = analysed(START + body)
    assert (finding.level, finding.code, finding.element) == ("warning", "unknown-name", "b")
    assert "“amuont”" in finding.message
    assert "“amount”" in finding.message
    assert "Did you mean 'amount'?" in finding.message_en


@pytest.mark.parametrize(
    "given",
    [
        script("w", "x = 1"),
        (
            '<serviceTask id="w"><extensionElements><liandong:call function="f"><liandong:out name="x"/></liandong:call>'
            "</extensionElements></serviceTask>"
        ),
        '<dataObject id="x"/><task id="w"/>',
        (
            '<receiveTask id="w" messageRef="M"><extensionElements><liandong:receive><liandong:accept name="y" as="x"/>'
            "</liandong:receive></extensionElements></receiveTask>"
        ),
        (
            '<userTask id="w"><multiInstanceLoopCharacteristics><loopDataInputRef>[1]</loopDataInputRef>'
            '<inputDataItem id="x"/></multiInstanceLoopCharacteristics></userTask>'
        ),
    ],
    ids=["script", "function", "data object", "message", "multi-instance"],
)
def test_everything_that_gives_a_name_a_value_is_known(given: str) -> None:
    message = '<message id="M" name="M"/>'
    parsed = parse({"m.bpmn": document(START + given + script("r", "y = x") + flows("s>w", "w>r"), message)}, functions=("f",))
    assert not parsed.errors
    assert "unknown-name" not in {finding.code for finding in analyse(parsed.processes, FACTS)}


def test_a_message_brings_what_its_sender_in_the_deployment_puts_in() -> None:
    payload = '<liandong:send to="CH00"><liandong:payload name="x" value="1"/></liandong:send>'
    sender = (
        f'<process id="q"><sendTask id="z" messageRef="M"><extensionElements>{payload}</extensionElements></sendTask></process>'
    )
    receiver = '<process id="p"><startEvent id="s"><messageEventDefinition messageRef="M"/></startEvent>'
    receiver += script("r", "y = x") + script("t", "y = z") + flows("s>r", "r>t") + "</process>"
    assert told(sender + receiver, '<message id="M" name="M"/>') == {("warning", "unknown-name", "t")}


def test_what_is_asked_for_with_defined_may_be_missing() -> None:
    assert told(START + script("r", "y = x if defined('x') else 1") + flows("s>r")) == set()


def test_a_called_process_knows_what_it_is_given_and_gives_what_it_knows() -> None:
    call = '<callActivity id="c" calledElement="q"><extensionElements><liandong:in name="x" value="1"/>'
    call += '<liandong:out name="z" value="${y}"/><liandong:out name="v" value="${w}"/></extensionElements></callActivity>'
    caller = f'<process id="p">{START}{call}' + script("r", "k = z") + flows("s>c", "c>r") + "</process>"
    callee = '<process id="q"><startEvent id="i"/>' + script("b", "y = x") + flows("i>b") + "</process>"
    [finding] = analysed(caller + callee)
    assert (finding.code, finding.element) == ("unknown-name", "c")
    assert "'w'" in finding.message_en


def test_a_parameter_that_does_not_exist_is_an_error() -> None:
    def reading(expression: str) -> set[tuple[str, str, str | None]]:
        return told(START + script("r", f"y = {expression}") + flows("s>r"))

    assert reading("parameters.terms.U") == set()
    assert reading("parameters.terms[starter]") == set()
    assert reading("parameters.term.U") == {("error", "unknown-key", "r")}
    assert reading("instance.nummer") == {("error", "unknown-key", "r")}
    assert reading("parameters.term if 'term' in parameters else 1") == {("warning", "unknown-key", "r")}


# --- outcomes


def deciding(task: str, *conditions: str, default: str = "") -> str:
    """A task, a gateway behind it, and a way for each condition."""
    ends = [f"e{number}" for number in range(len(conditions))]
    gate = f'<exclusiveGateway id="g"{f" default={default!r}" if default else ""}/>'
    body = START + task + gate + nodes("endEvent", *ends)
    return body + flows(
        "s>d", "d>g", *(f"g>{end} if {text}" if text else f"g>{end}" for end, text in zip(ends, conditions, strict=True))
    )


def test_outcomes_that_all_have_a_way_are_fine() -> None:
    body = deciding(approval("d", "yes", "no"), "d.outcome == 'yes'", "d.outcome == 'no'")
    assert told(body) == set()
    assert "no-default" not in {finding.code for finding in parse({"m.bpmn": document(body)}).findings}
    assert told(deciding(approval("d", "yes", "no", "later"), "d.outcome == 'yes'", "", default="f_g_e1")) == set()
    assert told(deciding(approval("d", "yes", "no"), "d.outcome in ['yes', 'no']", "d.outcome != 'yes'")) == set()


def test_an_outcome_without_a_way_is_a_warning() -> None:
    body = deciding(approval("d", "yes", "no", "later"), "d.outcome == 'yes'", "d.outcome == 'no'")
    assert told(body) == {("warning", "outcome-without-way", "d")}
    assert "no-default" in {finding.code for finding in parse({"m.bpmn": document(body)}).findings}


def test_a_script_that_compares_an_outcome_has_an_answer_for_every_other_one() -> None:
    script = '<scriptTask id="r" scriptFormat="liandong"><script>back = d.outcome == \'no\'</script></scriptTask>'
    body = START + approval("d", "yes", "no", "later") + script + nodes("endEvent", "e")
    assert told(body + flows("s>d", "d>r", "r>e")) == set()


def test_a_question_about_an_outcome_that_does_not_exist_is_a_warning() -> None:
    body = deciding(approval("d", "yes", "no"), "d.outcome == 'yes'", "d.outcome == 'nope'")
    assert ("warning", "unknown-outcome", "f_g_e1") in told(body)
    assert told(deciding(approval("d", "yes", "no"), "d.outcomes == 'yes'", "", default="f_g_e1")) == {
        ("warning", "unknown-key", "f_g_e0")
    }


def test_a_choice_that_changes_nothing_is_a_warning_unless_it_is_for_the_record() -> None:
    body = START + approval("d", "yes", "no") + flows("s>d")
    assert told(body) == {("warning", "outcome-ignored", "d")}
    recorded = body.replace('value="no"', 'value="no" opinion="required"')
    assert told(recorded) == set()


@pytest.mark.parametrize(
    "conditions",
    [("starter == 'a'", "starter != 'a'"), ("x < 3", "x >= 3"), ("x", "not x"), ("starter in ['a']", "starter not in ['a']")],
)
def test_opposite_conditions_need_no_default(conditions: tuple[str, str]) -> None:
    body = deciding('<task id="d"/>', *conditions)
    assert "no-default" not in {finding.code for finding in parse({"m.bpmn": document(body)}).findings}


# --- events, timers, seats, links, messages


def timed(kind: str, text: str, host: str) -> str:
    border = (
        f'<boundaryEvent id="t" attachedToRef="a" cancelActivity="false"><timerEventDefinition><time{kind}>{text}</time{kind}>'
    )
    return f'{START}{host}{border}</timerEventDefinition></boundaryEvent><task id="b"/>' + flows("s>a", "t>b")


def test_a_timer_that_repeats_within_a_minute_is_a_warning() -> None:
    assert told(timed("Cycle", "R/PT30S", '<userTask id="a"/>')) == {("warning", "timer-too-often", "t")}
    assert told(timed("Cycle", "R/PT1M", '<userTask id="a"/>')) == set()


def test_an_event_on_the_border_of_what_never_stops_is_a_warning() -> None:
    assert told(timed("Duration", "PT1H", '<task id="a"/>')) == {("warning", "boundary-never", "t")}


def test_an_error_that_nothing_inside_throws_is_a_warning() -> None:
    border = '<boundaryEvent id="t" attachedToRef="a"><errorEventDefinition/></boundaryEvent>'
    quiet = '<subProcess id="a"><startEvent id="i"/><userTask id="u"/></subProcess>'
    loud = quiet.replace('<userTask id="u"/>', '<endEvent id="u"><errorEventDefinition/></endEvent>')
    assert told(START + quiet + border + flows("s>a")) == {("warning", "boundary-never", "t")}
    assert told(START + loud + border + flows("s>a")) == set()


def test_compensation_of_nothing_is_a_warning() -> None:
    throw = '<intermediateThrowEvent id="t"><compensateEventDefinition/></intermediateThrowEvent>'
    assert told(START + throw + flows("s>t")) == {("warning", "nothing-to-compensate", "t")}


@pytest.mark.parametrize(
    ("number", "found_codes"), [("10000", set()), ("10001", {"cardinality"}), ("-1", {"cardinality"}), ("1.5", {"cardinality"})]
)
def test_a_number_of_instances_that_cannot_be_opened_is_an_error(number: str, found_codes: set[str]) -> None:
    loop = f"<multiInstanceLoopCharacteristics><loopCardinality>{number}</loopCardinality></multiInstanceLoopCharacteristics>"
    body = f'{START}<userTask id="a">{loop}</userTask>' + flows("s>a")
    assert {code for _, code, _ in told(body)} == found_codes


def test_the_limit_of_instances_is_the_budget_in_force() -> None:
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>11</loopCardinality></multiInstanceLoopCharacteristics>"
    body = f'{START}<userTask id="a">{loop}</userTask>' + flows("s>a")
    assert told(body, facts=Facts(budget=Budget(instances=10))) == {("error", "cardinality", "a")}


def test_a_link_that_nothing_throws_is_a_warning() -> None:
    def link(kind: str, name: str) -> str:
        return f'<intermediate{kind}Event id="{name}"><linkEventDefinition name="L"/></intermediate{kind}Event>'

    body = START + link("Throw", "t") + link("Catch", "a") + nodes("task", "x") + flows("s>t", "a>x")
    assert told(body) == set()
    assert told(START + link("Catch", "a")) == {("warning", "link-without-throw", "a")}


def test_messages_that_one_side_only_knows_are_warnings_unless_a_pool_outside_is_drawn() -> None:
    extra = '<message id="M" name="Came"/><message id="N" name="Gone"/>'
    body = '<process id="p"><startEvent id="s"/><receiveTask id="r" messageRef="M"/><sendTask id="z" messageRef="N"/>'
    body += flows("s>r", "r>z") + "</process>"
    assert told(body, extra) == {("warning", "message-not-sent", "r"), ("warning", "message-not-received", "z")}
    pools = '<collaboration id="c"><participant id="mine" processRef="p"/><participant id="patient"/>'
    drawn = '<messageFlow id="m1" sourceRef="patient" targetRef="r"/><messageFlow id="m2" sourceRef="z" targetRef="patient"/>'
    assert told(body, extra + pools + drawn + "</collaboration>") == set()


def test_lanes_that_name_what_is_not_there_or_in_two_places_are_warnings() -> None:
    lanes = '<laneSet id="l"><lane id="one" name="甲"><flowNodeRef>s</flowNodeRef><flowNodeRef>gone</flowNodeRef></lane>'
    lanes += '<lane id="two" name="乙"><flowNodeRef>s</flowNodeRef></lane></laneSet>'
    findings = parse({"m.bpmn": document(lanes + START)}).findings
    assert [(f.level, f.code, f.line) for f in findings] == [("warning", "lane", 2), ("warning", "lane", 2)]
    assert ["“gone”" in f.message for f in findings] == [True, False]


def test_every_finding_is_a_sentence_in_both_languages() -> None:
    everything = analysed(
        calling("p", "p") + '<process id="q"><startEvent id="s"/><exclusiveGateway id="m"/>' + flows("s>m", "m>m") + "</process>"
    )
    assert len(everything) == 2
    for finding in everything:
        assert finding.message.endswith("。")
        assert finding.message_en.endswith(".")
        assert finding.line == 2
    model = parse({"m.bpmn": document(START)}).processes[0]
    assert found("warning", "x", model, None, "甲。", "A.").element == "p"
