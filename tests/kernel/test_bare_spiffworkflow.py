"""Faults F1 to F13 are really in SpiffWorkflow 3.2.0: each test asserts exactly what the bare library does wrong.

Their counterparts, which hold without the fault, are tests of the same numbers: `test_faults` here on the kernel alone,
and `tests/engine/test_faults` through the store.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.util.task import TaskState

from tests.kernel.bare import Enough, bare, complete, go_on, instance, loaded, names, ready, saved, send, walks
from tests.kernel.test_faults import FORK
from tests.kernel.world import World, document, flows

LOOP = '<startEvent id="s"/><exclusiveGateway id="m"/><userTask id="a"/>' + flows("s>m", "m>a", "a>m")
PATIENTS = [{"name": "甲"}, {"name": "乙", "allergy": "penicillin"}]


def test_f1_the_bare_join_reverts_what_the_other_branch_wrote(tmp_path: Path) -> None:
    workflow = bare(FORK, tmp_path)
    for name in ("a", "b"):
        ready(workflow, name).data["allergy"] = "none"
    complete(workflow, "a", allergy="penicillin")
    complete(workflow, "b")
    assert ready(workflow, "z").data["allergy"] == "none"


def test_f2_the_bare_join_fuses_lists_by_index(tmp_path: Path) -> None:
    workflow = bare(FORK, tmp_path)
    for name in ("a", "b"):
        ready(workflow, name).data["patients"] = [dict(patient) for patient in PATIENTS]
    complete(workflow, "a", patients=PATIENTS[1:])
    complete(workflow, "b")
    # One branch has taken patient 甲 off the list. He comes back under the other's name, with his allergy.
    assert ready(workflow, "z").data["patients"] == [PATIENTS[1], PATIENTS[1]]


def test_f2_the_bare_branches_and_the_finished_task_share_one_object(tmp_path: Path) -> None:
    gateways = '<parallelGateway id="g"/><userTask id="a"/><userTask id="b"/>'
    body = '<startEvent id="s"/><userTask id="t"/>' + gateways + flows("s>t", "t>g", "g>a", "g>b")
    workflow = bare(body, tmp_path)
    complete(workflow, "t", patient={"allergies": ["penicillin"]})
    ready(workflow, "a").data["patient"]["allergies"].append("latex")
    again = loaded(saved(workflow))
    [finished] = [task for task in again.get_tasks() if task.task_spec.name == "t"]
    assert finished.state == TaskState.COMPLETED
    for task in (ready(again, "b"), finished):
        assert task.data == {"patient": {"allergies": ["penicillin", "latex"]}}


def test_f3_the_bare_loop_is_completed_though_nobody_has_ended_it(tmp_path: Path) -> None:
    workflow = bare(LOOP, tmp_path)
    for _ in range(1_200):
        if workflow.is_completed():
            return
        complete(workflow, "a")
    raise AssertionError("the bare library runs a loop without end")


def test_f4_bare_state_with_a_key_of_the_librarys_cannot_be_read_again(tmp_path: Path) -> None:
    workflow = bare(FORK, tmp_path)
    ready(workflow, "a").data["form"] = {"typename": "纸质"}
    stored = saved(workflow)
    with pytest.raises(TypeError):
        loaded(stored)


def test_f4_bare_submitted_data_becomes_an_object_of_python(tmp_path: Path) -> None:
    workflow = bare(FORK, tmp_path)
    ready(workflow, "a").data["form"] = {"typename": "timedelta", "days": 1, "seconds": 0}
    assert ready(loaded(saved(workflow)), "a").data["form"] == timedelta(days=1)


def test_f5_the_bare_library_runs_a_models_text_as_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("F5", raising=False)
    script = '<scriptTask id="t"><script>import os; os.environ["F5"] = "script"; seen = os.environ["F5"]</script></scriptTask>'
    workflow = bare('<startEvent id="s"/>' + script + '<userTask id="a"/>' + flows("s>t", "t>a"), tmp_path)
    assert ready(workflow, "a").data["seen"] == "script"
    condition = "<conditionExpression>__import__('os').environ['F5'] == 'script'</conditionExpression>"
    way = f'<sequenceFlow id="w" sourceRef="g" targetRef="a">{condition}</sequenceFlow>'
    elements = '<startEvent id="s"/><exclusiveGateway id="g" default="f_g_b"/><userTask id="a"/><userTask id="b"/>'
    assert names(bare(elements + way + flows("s>g", "g>b"), tmp_path)) == ["a"]


def test_f6_bare_state_of_an_old_version_is_run_as_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("F6", "")
    stored = json.loads(saved(bare('<startEvent id="s"/><userTask id="a"/>' + flows("s>a"), tmp_path)))
    stored[BpmnWorkflowSerializer.VERSION_KEY] = "1.1"
    text = "__import__('os').environ.__setitem__('F6', 'ran')"
    stored["spec"]["task_specs"]["s"]["event_definition"] = {"typename": "TimerEventDefinition", "label": "", "dateTime": text}
    with pytest.raises(TypeError):
        loaded(json.dumps(stored))
    assert os.environ["F6"] == "ran"


def test_f6_a_bare_instance_carries_its_scripts_and_runs_what_was_stored(tmp_path: Path) -> None:
    body = '<startEvent id="s"/><userTask id="a"/><scriptTask id="t"><script>dose = 1</script></scriptTask><userTask id="z"/>'
    stored = saved(bare(body + flows("s>a", "a>t", "t>z"), tmp_path))
    workflow = loaded(stored.replace("dose = 1", "dose = 100"))
    complete(workflow, "a")
    assert ready(workflow, "z").data == {"dose": 100}


def test_f7_the_bare_library_runs_a_task_that_is_not_ready(tmp_path: Path) -> None:
    workflow = bare('<startEvent id="s"/><userTask id="a"/><userTask id="b"/>' + flows("s>a", "a>b"), tmp_path)
    future = next(task for task in workflow.get_tasks() if task.task_spec.name == "b")
    assert future.state != TaskState.READY
    future.run()
    assert future.state == TaskState.COMPLETED


@pytest.mark.parametrize("name", ["End", "p.EndJoin"])
def test_f8_a_bare_task_of_a_reserved_id_is_skipped(name: str, tmp_path: Path) -> None:
    tasks = f'<startEvent id="s"/><userTask id="{name}"/><userTask id="z"/>'
    workflow = bare(tasks + flows(f"s>{name}", f"{name}>z"), tmp_path)
    assert (names(workflow), workflow.is_completed()) == ([], True)


def test_f8_a_bare_start_event_called_start_starts_nothing(tmp_path: Path) -> None:
    with pytest.raises(WorkflowException, match="No output task connected"):
        bare('<startEvent id="Start"/><userTask id="a"/>' + flows("Start>a"), tmp_path)


def keyed(body: str, *properties: str) -> bytes:
    """A question and its answer, each of `properties` a correlation key of its own; `body` comes between asking and the end."""
    paths = {name: f"<messagePath>{name}</messagePath>" for name in properties}
    extra = '<message id="q" name="question"/><message id="m" name="answer"/>'
    for name, path in paths.items():
        found = "".join(
            f'<correlationPropertyRetrievalExpression messageRef="{message}">{path}</correlationPropertyRetrievalExpression>'
            for message in ("q", "m")
        )
        extra += f'<correlationProperty id="{name}" name="{name}">{found}</correlationProperty>'
    references = "".join(
        f'<correlationKey id="k_{name}" name="{name}"><correlationPropertyRef>{name}</correlationPropertyRef></correlationKey>'
        for name in properties
    )
    extra += f'<collaboration id="c"><participant id="pool" processRef="p"/>{references}</collaboration>'
    begin = '<startEvent id="s"/><userTask id="t"/><sendTask id="ask" messageRef="q"/><userTask id="z"/>'
    return document(begin + body + flows("s>t", "t>ask"), extra)


RECEIVES = '<receiveTask id="r" messageRef="m"/>'


def test_f9_one_bare_key_is_enough_and_the_other_is_overwritten(tmp_path: Path) -> None:
    workflow = bare(keyed(RECEIVES + flows("ask>r", "r>z"), "patient", "visit"), tmp_path)
    complete(workflow, "t", patient="P1", visit=1)
    send(workflow, patient="P2", visit=1)
    assert names(workflow) == ["z"]
    assert workflow.correlations == {"patient": {"patient": "P2"}, "visit": {"visit": 1}}


def test_f9_a_bare_subprocess_takes_a_message_of_which_no_key_matches(tmp_path: Path) -> None:
    inside = '<startEvent id="i"/>' + RECEIVES + '<endEvent id="e"/>' + flows("i>r", "r>e")
    body = f'<subProcess id="sub">{inside}</subProcess>' + flows("ask>sub", "sub>z")
    workflow = bare(keyed(body, "patient", "visit"), tmp_path)
    complete(workflow, "t", patient="P1", visit=1)
    send(workflow, patient="P2", visit=2)
    assert names(workflow) == ["z"]


def test_f9_one_bare_message_feeds_every_catch(tmp_path: Path) -> None:
    receives = RECEIVES + '<receiveTask id="r2" messageRef="m"/><parallelGateway id="g"/>'
    workflow = bare(keyed(receives + flows("ask>g", "g>r", "g>r2", "r>z"), "patient"), tmp_path)
    complete(workflow, "t", patient="P1")
    assert names(workflow, TaskState.WAITING) == ["r", "r2"]
    send(workflow, patient="P1")
    assert names(workflow, TaskState.WAITING) == []


def test_f10_a_bare_process_that_calls_itself_never_stops(tmp_path: Path) -> None:
    workflow = instance('<startEvent id="s"/><callActivity id="c" calledElement="p"/>' + flows("s>c"), tmp_path)
    with pytest.raises(Enough):
        go_on(workflow, 100)
    assert len(workflow.subprocesses) > 90


def test_f10_a_bare_loop_of_scripts_never_stops(tmp_path: Path) -> None:
    script = '<exclusiveGateway id="m"/><scriptTask id="a"><script>n = 1</script></scriptTask>'
    with pytest.raises(Enough):
        bare('<startEvent id="s"/>' + script + flows("s>m", "m>a", "a>m"), tmp_path, limit=300)


@pytest.mark.parametrize("cycle", ["R/2026-01-01T00:00:00+00:00/PT1M", "R/PT0S"])
def test_f10_a_bare_cycle_makes_up_for_every_firing_it_has_missed_and_never_rests(cycle: str, tmp_path: Path) -> None:
    timer = f'<timerEventDefinition><timeCycle>"{cycle}"</timeCycle></timerEventDefinition>'
    border = f'<boundaryEvent id="b" attachedToRef="a" cancelActivity="false">{timer}</boundaryEvent>'
    body = '<startEvent id="s"/><userTask id="a"/><userTask id="h"/>' + border + flows("s>a", "b>h")
    workflow = bare(body, tmp_path)
    counts = []
    for _ in range(5):
        counts.append(names(workflow).count("h"))
        go_on(workflow)
    assert [later - earlier for earlier, later in pairwise(counts)] == [1, 1, 1, 1]


@pytest.fixture
def records() -> Iterator[list[logging.LogRecord]]:
    """What the library logs at INFO, with its loggers as they are before the kernel silences them."""
    found: list[logging.LogRecord] = []
    handler, logger = logging.Handler(), logging.getLogger("spiff")
    handler.emit = found.append  # type: ignore[method-assign]
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield found
    logger.setLevel(before)
    logger.removeHandler(handler)


def test_f11_the_bare_log_has_the_patients_data(tmp_path: Path, records: list[logging.LogRecord]) -> None:
    complete(bare(FORK, tmp_path), "a", idNumber="000000200001011234")
    spoken = [record for record in records if "000000200001011234" in str(record.__dict__)]
    assert spoken
    assert {record.levelname for record in spoken} == {"INFO"}


def test_f12_a_bare_service_that_fails_says_script(tmp_path: Path) -> None:
    workflow = bare('<startEvent id="s"/><userTask id="a"/>' + flows("s>a"), tmp_path)
    with pytest.raises(NameError, match="'script' is not defined"):
        PythonScriptEngine().call_service(ready(workflow, "a"), operation_name="book")


def test_f12_a_bare_scripts_error_is_hidden_by_another(tmp_path: Path) -> None:
    script = '<scriptTask id="t"><script>raise KeyError(5)</script></scriptTask>'
    with pytest.raises(TypeError, match="can only concatenate str"):
        bare('<startEvent id="s"/>' + script + flows("s>t"), tmp_path)


def test_f13_bare_tasks_stay_in_the_instance_for_ever_and_ours_do_not(tmp_path: Path) -> None:
    workflow, world = bare(LOOP, tmp_path), World(LOOP)
    world.start()
    kept = []
    for rounds in (10, 100):
        for _ in range(rounds):
            complete(workflow, "a")
            world.complete("a")
        kept.append((len(workflow.tasks), world.source().counts()["tokens"]))
    assert kept[1][0] > 5 * kept[0][0]
    assert [tokens for _, tokens in kept] == [1, 1]


def test_f13_a_bare_completion_looks_at_every_seat_and_is_saved_with_all_of_them(tmp_path: Path) -> None:
    looked, stored = [], []
    for number in (70, 637):
        loop = f"<multiInstanceLoopCharacteristics><loopCardinality>{number}</loopCardinality></multiInstanceLoopCharacteristics>"
        workflow = bare(f'<startEvent id="s"/><userTask id="a">{loop}</userTask>' + flows("s>a"), tmp_path)
        task = ready(workflow, "a [child]")
        with walks() as walked:
            task.run()
            go_on(workflow)
        looked.append(len(walked))
        stored.append(len(saved(workflow)))
    assert looked[0] >= 70
    assert looked[1] >= 637
    assert stored[1] > 8 * stored[0]


def test_f13_a_bare_round_looks_at_all_rounds_before_it(tmp_path: Path) -> None:
    workflow, looked = bare(LOOP, tmp_path), []
    for _ in range(100):
        task = ready(workflow, "a")
        with walks() as walked:
            task.run()
            go_on(workflow)
        looked.append(len(walked))
    assert looked[99] > 5 * looked[9]
