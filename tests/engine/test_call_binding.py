"""Which version of a called process runs: every binding, ours and other engines'."""

from __future__ import annotations

import pytest

from engine.errors import InvalidModel
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.models import END, START


def called(task: str, tag: str = "") -> bytes:
    extensions = f'<liandong:process version-tag="{tag}"/>' if tag else ""
    return bpmn(process("q", START, user_task(task, post="BR_GP"), END, flows=f"s > {task} > e", extensions=extensions))


def caller(binding: str = "", attributes: str = "") -> bytes:
    inner = f"<extensionElements>{binding}</extensionElements>" if binding else ""
    vendor = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" ' if attributes else ""
    call = f'<callActivity {vendor}id="c" calledElement="q" {attributes}>{inner}</callActivity>'
    return bpmn(process("p", START, call, END, flows="s > c > e"))


def with_versions(county: County, last: bytes) -> CaseView:
    """Version 1 of the called process is tagged `spring`, 2 `autumn`, 3 comes with the caller, 4 is the newest."""
    county.deploy(called("one", "spring"), name="called")
    county.deploy(called("two", "autumn"), name="called")
    county.deploy(last, called("three"), name="both")
    county.deploy(called("four"), name="called")
    return county.run("p", wanted=2)


@pytest.mark.parametrize(
    ("binding", "attributes", "task"),
    [
        ("", "", "three"),
        ('<liandong:called binding="deployment"/>', "", "three"),
        ('<liandong:called binding="latest"/>', "", "four"),
        ('<liandong:called binding="version" version="1"/>', "", "one"),
        ('<liandong:called binding="version" version="${wanted}"/>', "", "two"),
        ('<liandong:called binding="versionTag" version-tag="autumn"/>', "", "two"),
        ("", 'camunda:calledElementBinding="latest"', "four"),
        ("", 'camunda:calledElementBinding="version" camunda:calledElementVersion="2"', "two"),
        ("", 'camunda:calledElementBinding="versionTag" camunda:calledElementVersionTag="spring"', "one"),
    ],
)
def test_the_version_that_is_bound_runs(county: County, binding: str, attributes: str, task: str) -> None:
    case = with_versions(county, caller(binding, attributes))
    assert case.open == [task]
    county.deploy(called("five"), name="called")
    county.person("gan").complete(case.task(task))
    assert case.state == "completed"


@pytest.mark.parametrize(
    "binding",
    ['<liandong:called binding="version" version="9"/>', '<liandong:called binding="versionTag" version-tag="winter"/>'],
)
def test_a_version_that_is_not_there_is_an_incident(county: County, binding: str) -> None:
    case = with_versions(county, caller(binding))
    assert case.open == []
    assert [(found.code, found.element) for found in county.incidents()] == [("no-called-process", "c")]


def test_only_the_same_deployment_counts_when_it_is_asked_for(county: County) -> None:
    county.deploy(called("one"), name="called")
    county.deploy(caller('<liandong:called binding="deployment"/>'), name="caller")
    county.run("p")
    assert [found.code for found in county.incidents()] == ["no-called-process"]


@pytest.mark.parametrize(
    "binding", ['<liandong:called binding="newest"/>', '<liandong:called binding="version"/>', '<liandong:called version="1"/>']
)
def test_a_binding_that_says_nothing_is_refused(county: County, binding: str) -> None:
    with pytest.raises(InvalidModel) as refusal:
        county.deploy(caller(binding))
    assert "binding" in {finding.code for finding in refusal.value.findings}
