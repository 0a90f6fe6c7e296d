"""Collections and meetings in the invented year: who freezes, who decides on the late, how a committee votes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from cli.demo.year.county import Act, County, Habit, Step, always, decided
from engine.calendar import TIME_ZONE


def schedule(county: County, step: Step) -> Act:
    meets = (county.clock.now() + timedelta(days=7)).astimezone(TIME_ZONE).date()
    return Act(outcome="call", data={"meetingOn": meets.isoformat()})


def vote(county: County, step: Step) -> Act:
    """Nearly everybody is in favour; the committee sits for an afternoon."""
    wait = timedelta(minutes=county.random.randint(20, 90))
    if county.random.random() < 0.04:
        return Act(outcome="refuse", opinion="时机还不成熟", wait=wait)
    return Act(outcome="agree", opinion="已阅", wait=wait)


HABITS: Mapping[str, Mapping[str, Habit]] = {
    "collect": {"freeze": decided("freeze")},
    "collect_ask": {
        "decide_late": decided("zero", "电话确认无需求"),
        "sign_zero": decided("zero", "电话确认无需求"),
    },
    "committee_meeting": {
        "schedule": schedule,
        "vote": vote,
        "passed_minutes": always(Act(data={"minutes": "会议同意，按议定事项办理。"})),
        "lost_minutes": always(Act(data={"minutes": "会议未通过，退回研究。"})),
    },
}
