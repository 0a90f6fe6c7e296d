from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from engine.commands.deployment import Deploy
from engine.errors import Invalid, InvalidModel, NotAllowed
from engine.store.tables import Deployment, ProcessDefinition, Resource, StartSubscription
from engine.testing import County, bpmn, process, user_task
from tests.engine.models import END, SLIP, START, decision, one_task, two_tasks

XXE = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p">&x;</process></definitions>'
)
BOMB = (
    b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p" name="&b;"/></definitions>'
)


def count(county: County, table: Any) -> int:
    return int(county.scalar(select(func.count()).select_from(table)))


def codes(refusal: pytest.ExceptionInfo[InvalidModel]) -> set[str]:
    return {finding.code for finding in refusal.value.findings if finding.level == "error"}


def test_files_become_one_deployment_of_numbered_versions(county: County) -> None:
    first = county.deploy(decision(), slip__form__json=SLIP, parameters__json='{"x": 1}')
    assert (first.processes, first.unchanged) == (("p:1",), False)
    second = county.deploy(two_tasks())
    assert second.processes == ("p:2",)
    rows = county.rows(select(ProcessDefinition.version, ProcessDefinition.latest).order_by(ProcessDefinition.version))
    assert [tuple(row) for row in rows] == [(1, False), (2, True)]
    assert count(county, Resource) == 4


def test_the_same_files_again_change_nothing(county: County) -> None:
    first = county.deploy(decision(), slip__form__json=SLIP)
    again = county.deploy(decision(), slip__form__json=SLIP)
    assert (again.deployment, again.processes, again.unchanged) == (first.deployment, first.processes, True)
    assert count(county, Deployment) == 1


def test_going_back_to_older_files_is_a_new_version(county: County) -> None:
    county.deploy(one_task())
    county.deploy(two_tasks())
    assert county.deploy(one_task()).processes == ("p:3",)
    assert county.run("p").open == ["check"]


def test_only_the_newest_version_listens_for_its_start(county: County) -> None:
    def by(name: str) -> bytes:
        start = '<startEvent id="s"><messageEventDefinition id="d" messageRef="m"/></startEvent>'
        return bpmn(process("p", start, END, flows="s > e"), extra=f'<message id="m" name="{name}"/>')

    county.deploy(by("Old"))
    county.deploy(by("New"))
    assert [row.name for row in county.rows(select(StartSubscription.name))] == ["New"]


def test_who_may_deploy(county: County) -> None:
    command = Deploy(name="x", resources={"p.bpmn": one_task()})
    with pytest.raises(NotAllowed):
        county.person("gan").do(command)
    county.person("it", "deploy").do(command)


@pytest.mark.parametrize(
    ("resources", "code"),
    [
        ({"p.bpmn": XXE}, None),
        ({"p.bpmn": BOMB}, None),
        ({"p.bpmn": b"not xml"}, None),
        ({"p.bpmn": b""}, None),
        ({"p.bpmn": one_task(), "notes.txt": b"x"}, "unknown-file"),
        ({"p.bpmn": one_task(), "parameters.json": b"[1]"}, "parameters"),
        ({"p.bpmn": one_task(), "parameters.json": b'{"a": '}, "parameters"),
        ({"p.bpmn": one_task(), "parameters.json": b"\xff\xfe"}, "parameters"),
        ({"p.bpmn": decision()}, None),
        ({"p.bpmn": one_task(), "slip.form.json": b"{}"}, None),
    ],
    ids=["xxe", "bomb", "no xml", "empty", "unknown file", "list", "broken", "utf-16", "form missing", "broken form"],
)
def test_what_cannot_run_is_refused_and_leaves_nothing(county: County, resources: dict[str, bytes], code: str | None) -> None:
    with pytest.raises(InvalidModel) as refusal:
        county.execute(Deploy(name="x", resources=resources))
    assert code is None or codes(refusal) == {code}
    assert all(finding.message and finding.message_en for finding in refusal.value.findings)
    assert (count(county, Deployment), count(county, ProcessDefinition), count(county, Resource)) == (0, 0, 0)


def test_a_process_that_nothing_would_start_is_refused(county: County) -> None:
    condition = "<conditionalEventDefinition><condition>${x == 1}</condition></conditionalEventDefinition>"
    with pytest.raises(InvalidModel) as refusal:
        county.deploy(bpmn(process("p", f'<startEvent id="s">{condition}</startEvent>', END, flows="s > e")))
    assert "conditional-start" in codes(refusal)


@pytest.mark.parametrize("name", ["a\0.bpmn", "a\ud800.bpmn", "x" * 300 + ".bpmn"], ids=["nul", "surrogate", "long"])
def test_a_file_name_that_cannot_be_kept_is_refused(county: County, name: str) -> None:
    with pytest.raises(Invalid):
        county.execute(Deploy(name="x", resources={name: one_task()}))


def test_odd_but_honest_names_are_kept(county: County) -> None:
    county.execute(Deploy(name="转诊 𠮷", resources={"双向 转诊.bpmn": one_task()}))
    assert county.run("p").open == ["check"]


LONG = "很长的名字" * 100


def test_very_long_names_of_people_and_steps_stop_nobody(county: County) -> None:
    task = user_task("check", post="BR_GP").replace('name="check"', f'name="{LONG}"')
    county.deploy(bpmn(process("p", START, task, END, flows="s > check > e", name=LONG)))
    case = county.run("p")
    county.person("gan").complete(case.task("check"))
    assert case.state == "completed"


@pytest.mark.parametrize(
    "model",
    [
        bpmn(process("p", START, user_task("x" * 250, post="BR_GP"), END, flows=f"s > {'x' * 250} > e")),
        bpmn(process("p" * 250, START, END, flows="s > e")),
        bpmn(
            process("p", START, '<receiveTask id="r" messageRef="m"/>', END, flows="s > r > e"),
            extra=f'<message id="m" name="{"m" * 250}"/>',
        ),
    ],
    ids=["element", "process", "message"],
)
def test_ids_too_long_to_be_kept_are_refused_at_deployment(county: County, model: bytes) -> None:
    with pytest.raises(InvalidModel):
        county.deploy(model)


def test_an_expression_that_makes_too_long_a_key_leaves_the_case_without_one(county: County) -> None:
    key = '<liandong:businessKey value="${key}"/>'
    county.deploy(bpmn(process("p", START, user_task("check", post="BR_GP"), END, flows="s > check > e", extensions=key)))
    assert county.run("p", key="k" * 500).row.business_key is None
    assert county.run("p", key="k" * 200).row.business_key == "k" * 200
