from __future__ import annotations

from engine.testing import County, bpmn, process, user_task

START, END = '<startEvent id="s"/>', '<endEvent id="e"/>'


def test_a_task_is_claimed_and_completed(county: County) -> None:
    county.deploy(bpmn(process("p", START, user_task("check", post="BR_GP"), END, flows="s > check > e")))
    case = county.run("p")
    gan, guo = county.person("gan"), county.person("guo")
    assert gan.box("claimable") == guo.box("claimable") == ["check"]
    gan.claim(case.task("check"))
    assert gan.box() == ["check"]
    assert guo.box("claimable") == []
    gan.complete(case.task("check"))
    assert case.state == "completed"
