"""A ladder hands a late task over by itself: to the superior, the agent, the next leader; and what stays as it is."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.commands.delegation import Delegate
from engine.errors import EngineError, NotAllowed
from engine.queries.task_detail import GetTask
from engine.queries.timeline import GetTimeline
from engine.store.tables import AuditEntry, Lateness, Notification, Rung, Seat
from engine.testing import CaseView, County
from tests.engine.models import one_task
from tests.engine.signing import signed
from tests.engine.test_rounds import say, states

DEADLINE = '<liandong:deadline term="PT4H" calendar="CLIN" ladder="{ladder}"/>'


def ladders(**levels: dict[str, Any]) -> str:
    """Parameters with a ladder `up` of these levels, each an hour after the one before."""
    terms = {"level2": "PT1H", "level3": "PT2H"}
    return json.dumps({"ladders": {"up": {name: {"after": terms[name], **level} for name, level in levels.items()}}})


def begun(county: County, model: bytes, parameters: str) -> CaseView:
    county.deploy(model, parameters__json=parameters)
    return county.run("p")


def told(county: County, login: str) -> list[str]:
    texts = select(Notification.text).where(Notification.person == county.person(login).key).order_by(Notification.key)
    return [row.text for row in county.rows(texts)]


def test_a_late_task_goes_to_the_superior_and_both_are_told(county: County) -> None:
    both = ladders(level2={"transfer": "superior"}, level3={})
    case = begun(county, one_task(DEADLINE.format(ladder="up")), both)
    gan, dai = county.person("gan"), county.person("dai")
    gan.claim(case.task("check"))
    due = case.task("check").due_at
    steps = county.engine.query(GetTask(task=case.task("check").id), gan.actor).ladder
    assert [step.text for step in steps] == ["超时，抄送上级", "自动转交上级", "三级督办：分管领导须处理"]
    county.pass_time("PT4H59M")
    assert (gan.box("todo"), dai.box("todo")) == (["check"], [])

    county.pass_time("PT1M")
    seat = case.task("check")
    assert (seat.assignee, seat.state, seat.due_at, seat.level) == (dai.key, "claimed", due, 2)
    assert (gan.box("todo"), dai.box("todo")) == ([], ["check"])
    assert told(county, "gan")[-1] == "p：“check”超时，已自动转交戴岚·演示，无需您办理"
    assert told(county, "dai")[-1] == "p：“check”超时，已自动转交给您"
    entry = county.rows(select(AuditEntry.action, AuditEntry.person, AuditEntry.data).order_by(AuditEntry.key))[-1]
    assert (entry.action, entry.person) == ("escalate", None)
    assert (entry.data["to"], entry.data["before"]) == (dai.key, [gan.key])
    late = county.rows(select(Lateness.person, Lateness.level).order_by(Lateness.key))
    assert {(row.person, row.level) for row in late} == {(gan.key, 1), (gan.key, 2)}, "the lateness is the former holder's"
    lines = [line.title for line in county.engine.query(GetTimeline(instance=case.id), gan.actor)]
    assert "“check”超时，自动转交戴岚·演示" in lines, "who had it may still read where it went"
    with pytest.raises(NotAllowed):
        gan.complete(seat)

    county.pass_time("PT1H")
    assert county.scalar(select(Seat.level)) == 3
    assert county.rows(select(Rung.key).where(Rung.done_at.is_(None))) == []
    dai.complete(seat)
    assert case.state == "completed"


def test_it_goes_to_the_agent_where_somebody_acts_for_the_holder(county: County) -> None:
    gan, guo = county.person("gan"), county.person("guo")
    now = county.clock.now()
    away = Delegate(agent=guo.id, from_at=now, to_at=now + timedelta(days=3), reason="外出", processes=None)
    case = begun(county, one_task(DEADLINE.format(ladder="up")), ladders(level2={"transfer": "agent"}))
    gan.claim(case.task("check"))
    gan.do(away)
    county.pass_time("PT5H")
    assert case.task("check").assignee == guo.key
    guo.complete(case.task("check"))
    again = county.run("p")
    county.pass_time("PT5H")
    assert again.task("check").assignee == county.person("dai").key, "nobody holds it: there is nobody to act for"


def test_who_has_a_part_in_the_round_already_gets_no_second_one(county: County) -> None:
    levels = ladders(level2={"transfer": "superior"})
    county.deploy(signed("all", "gan", "dai", extra=DEADLINE.format(ladder="up")), parameters__json=levels)
    case = county.run("p")
    say(case, "dai", "agree")
    county.pass_time("PT5H")
    assert states(case, "gan", "dai") == ["claimed", "agree"]
    lines = {line.title: line.detail for line in county.engine.query(GetTimeline(instance=case.id), county.person("gan").actor)}
    assert lines["“sign”超时应自动转交"] == "没有可以接手的人，仍由原办理人办理"


def test_a_level_that_hands_over_to_nobody_known_is_refused(county: County) -> None:
    wrong = ladders(level2={"transfer": "anybody"})
    with pytest.raises(EngineError) as refusal:
        county.deploy(one_task(DEADLINE.format(ladder="up")), parameters__json=wrong)
    assert "'transfer' of a level is neither 'superior' nor 'agent'" in str(refusal.value.facts)
