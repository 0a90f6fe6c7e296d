"""The heat map of a process, and timers that an operator sets to another time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from engine.commands.timer import SetTimer
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from engine.queries.heat_map import GetHeatMap
from engine.store.tables import AuditEntry, History, Job
from engine.testing import County, bpmn, process, user_task
from tests.engine.models import END, START, two_tasks

WAIT = (
    '<intermediateCatchEvent id="wait"><timerEventDefinition id="d"><timeDuration>PT4H</timeDuration>'
    "</timerEventDefinition></intermediateCatchEvent>"
)


def test_the_heat_map_counts_visits_and_what_stands_there(county: County) -> None:
    county.deploy(two_tasks())
    gan, operator = county.person("gan"), county.person("it", "operations")
    for minutes in (10, 20, 60):
        case = county.run("p")
        county.pass_time(timedelta(minutes=minutes))
        gan.complete(case.task("first"))
    county.pass_time("PT1H")
    found = county.engine.query(GetHeatMap(process="p"), operator.actor)
    rows = {row.element: row for row in found.elements}
    assert (found.cases, found.versions, "<process" in found.xml) == (3, (1,), True)
    assert (rows["first"].visits, rows["first"].median, rows["first"].p90, rows["first"].here) == (3, 1200, 3600, 0)
    # They wait since 140, 120 and 60 minutes.
    assert (rows["second"].visits, rows["second"].here, rows["second"].waiting) == (0, 3, (140 + 120 + 60) * 60 // 3)
    county.pass_time("P2D")
    assert county.engine.query(GetHeatMap(process="p", days=1), operator.actor).cases == 0
    for query, error in ((GetHeatMap(process="p", version=2), NotFound), (GetHeatMap(process="p", days=0), Invalid)):
        with pytest.raises(error):
            county.engine.query(query, operator.actor)
    with pytest.raises(NotAllowed):
        county.engine.query(GetHeatMap(process="p"), gan.actor)


def test_an_operator_has_a_timer_fire_at_another_time(county: County) -> None:
    county.deploy(bpmn(process("p", START, WAIT, user_task("after", post="BR_GP"), END, flows="s > wait > after > e")))
    case, operator = county.run("p"), county.person("it", "operations")
    timer = county.row(select(Job.id, Job.due_at).where(Job.kind == "timer"))
    sooner = county.clock.now() + timedelta(minutes=10)

    def put(**more: Any) -> SetTimer:
        asked: dict[str, Any] = {"job": timer.id, "due_at": sooner, "reason": "设备已到，不必再等", **more}
        return SetTimer(instance=case.id, **asked)

    for command, error, who in (
        (put(), NotAllowed, county.person("gan")),
        (put(job=uuid4()), Conflict, operator),
        (put(due_at=sooner + timedelta(days=4000)), Invalid, operator),
    ):
        with pytest.raises(error):
            who.do(command)
    operator.do(put())
    county.pass_time("PT9M")
    assert case.seats("after") == []
    county.pass_time("PT1M")
    assert [seat.element for seat in case.seats("after")] == ["after"]
    entry = county.scalar(select(AuditEntry.data).where(AuditEntry.action == "set-timer"))
    assert entry["reason"] == "设备已到，不必再等"
    assert (entry["before"], entry["after"]) == (timer.due_at.isoformat(), sooner.isoformat())
    said = county.scalar(select(History.data).where(History.kind == "timer-set"))
    assert said == entry
    with pytest.raises(Conflict):
        operator.do(put())
