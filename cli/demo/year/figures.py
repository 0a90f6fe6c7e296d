"""The figures of a year: what was lived beside what is expected, cases by process and state, and who was in time."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import case, func, select

from engine.store.database import Database
from engine.store.tables import Incident, Message, ProcessDefinition, ProcessInstance, Seat

EXPECTED = (
    ("referral_from", "转诊 referrals", 2_000),
    ("dispatch_need", "派员需求 dispatches", 18),
    ("recruitment_centre", "招聘计划 recruitment plans", 1),
    ("inspection_plan", "自办检查 own inspections", 2),
    ("finding_import", "外部清单 lists of findings", 2),
    ("finding", "问题 findings", 41),
)
"""Process, what it is called, and how many of them a year is meant to have."""
REPORTS = 12
"""Monthly drug reports of each member."""


def figures(database: Database) -> Iterator[str]:
    """Lines in Chinese and English for whoever has made the year."""
    with database.reading() as connection:
        by_state = select(ProcessDefinition.process_id, ProcessInstance.state, func.count().label("number"))
        by_state = by_state.join(ProcessInstance, ProcessInstance.definition == ProcessDefinition.key)
        rows = connection.execute(by_state.group_by(ProcessDefinition.process_id, ProcessInstance.state)).all()
        ended = select(func.count().label("all"), func.sum(case((Seat.ended_at <= Seat.due_at, 1), else_=0)).label("timely"))
        done = connection.execute(ended.where(Seat.state == "completed", Seat.due_at.is_not(None))).one()
        dead = connection.execute(select(func.count()).where(Message.state == "dead")).scalar_one()
        incidents = connection.execute(select(func.count()).where(Incident.resolved_at.is_(None))).scalar_one()
    cases: dict[str, dict[str, int]] = {}
    for row in rows:
        cases.setdefault(row.process_id, {})[row.state] = row.number
    for process, name, expected in EXPECTED:
        yield f"  {name}: {sum(cases.get(process, {}).values())}  (应有约 expected about {expected})"
    progress, members = (sum(cases.get(process, {}).values()) for process in ("volume_progress", "volume_member"))
    yield f"  月报 monthly drug reports: {progress / members if members else 0:.0f}  (应有 expected {REPORTS})"
    for process, states in sorted(cases.items()):
        yield f"  {process}: " + ", ".join(f"{state} {number}" for state, number in sorted(states.items()))
    share = (done.timely or 0) / done.all if done.all else 1.0
    yield f"  按时 on time: {share:.1%} of {done.all}; 异常 incidents: {incidents}; 死信 dead messages: {dead}"
