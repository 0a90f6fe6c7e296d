"""How the cases of a process went: how many began and ended, how long they took, which went through without being sent back.

A case is counted once, as the instance that began it, for the institution that owns it; the instances of other institutions
that take part belong to it. How long it took is told in plain time and in office hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import aliased

from engine.calendar import ADMIN
from engine.queries.analytics.facts import Facts, whole_number
from engine.runtime.returning import RETURN
from engine.store.statistics import Percentile, seconds
from engine.store.tables import Candidate, Lateness, ProcessInstance, Seat

LEVELS = 3


@dataclass(frozen=True, kw_only=True)
class CaseFigures:
    """Cases of one period."""

    started: int
    ended: int
    completed: int
    """Of those that ended: neither cancelled nor withdrawn."""
    active: int
    """Cases that run now, whenever they began."""
    median: int | None
    """Seconds from beginning to end of the middle case of those that were completed."""
    p90: int | None
    open_median: int | None
    """The same in office hours."""
    open_p90: int | None
    first_pass: int
    """Of those that were completed: nothing in them was ever sent back."""


@dataclass(frozen=True, kw_only=True)
class NowFigures:
    """Tasks that nobody has done yet."""

    institution: int | None
    open: int
    overdue: int
    soon: int
    """Not overdue, but four fifths of the term are over."""


@dataclass(frozen=True, kw_only=True)
class Escalated:
    """Tasks that have reached a level of their ladder in the period."""

    institution: int | None
    levels: tuple[int, int, int]
    """Overdue, at the superior, at the leader."""


def count_cases(facts: Facts) -> CaseFigures:
    """The cases of the period."""
    connection, table = facts.reader.connection, ProcessInstance
    ours = (table.key == table.collaboration, table.definition.in_(facts.wanted.definitions), *_owned(facts))
    began = func.coalesce(table.occurred_at, table.started_at)
    started = select(func.count()).where(*ours, *facts.period.holds(table.started_at))
    active = select(func.count()).where(*ours, table.state == "active")
    other, seat = aliased(ProcessInstance), aliased(Seat)
    sent_back = exists().where(
        other.collaboration == table.key, seat.instance == other.key, seat.outcome == RETURN.value, seat.state == "completed"
    )
    points = (
        select(
            table.state,
            case((table.state != "completed", None), (sent_back, 0), else_=1).label("straight"),
            seconds(facts.dialect, began).label("begun"),
            seconds(facts.dialect, table.ended_at).label("over"),
        )
        .where(*ours, *facts.period.holds(table.ended_at))
        .cte("ended")
        .prefix_with("MATERIALIZED")
    )
    statement: Any = select(points.c.state, points.c.straight).select_from(points)
    statement, first = facts.time.join(statement, points.c.begun, "first_day")
    statement, last = facts.time.join(statement, points.c.over, "last_day")
    done = points.c.state == "completed"
    whole = points.c.over - points.c.begun
    hours = facts.time.before_on(ADMIN.code, points.c.over, last) - facts.time.before_on(ADMIN.code, points.c.begun, first)
    rows = statement.add_columns(case((done, whole)).label("whole"), case((done, hours)).label("hours")).subquery()
    row = connection.execute(
        select(
            func.count().label("ended"),
            func.count(rows.c.straight).label("completed"),
            func.coalesce(func.sum(rows.c.straight), 0).label("first_pass"),
            Percentile(rows.c.whole, 0.5).label("median"),
            Percentile(rows.c.whole, 0.9).label("p90"),
            Percentile(rows.c.hours, 0.5).label("open_median"),
            Percentile(rows.c.hours, 0.9).label("open_p90"),
        )
    ).one()
    return CaseFigures(
        started=int(connection.execute(started).scalar_one()),
        active=int(connection.execute(active).scalar_one()),
        **{name: whole_number(value) for name, value in row._mapping.items()},
    )


def count_now(facts: Facts) -> tuple[NowFigures, ...]:
    """The tasks that wait, by the institution of the first post that they are offered to, else by that of the case."""
    now = facts.reader.now
    offered = (
        select(
            Candidate.seat,
            func.coalesce(func.min(Candidate.institution), func.min(ProcessInstance.institution)).label("institution"),
            func.min(Candidate.due_at).label("due_at"),
            func.min(Candidate.soon_at).label("soon_at"),
        )
        .join(ProcessInstance, ProcessInstance.key == Candidate.instance)
        .where(Candidate.state.in_(("open", "claimed")), ProcessInstance.definition.in_(facts.wanted.definitions))
        .group_by(Candidate.seat)
        .subquery()
    )
    late = offered.c.due_at < now
    statement = select(
        offered.c.institution,
        func.count().label("open"),
        func.count(case((late, 1))).label("overdue"),
        func.count(case(((offered.c.due_at >= now) & (offered.c.soon_at < now), 1))).label("soon"),
    ).group_by(offered.c.institution)
    if facts.wanted.institutions is not None:
        statement = statement.where(offered.c.institution.in_(facts.wanted.institutions))
    return tuple(NowFigures(**row._mapping) for row in facts.reader.connection.execute(statement))


def count_escalated(facts: Facts) -> tuple[Escalated, ...]:
    """The levels that were reached in the period, by the institution that answered for the task at that moment."""
    counted = [func.count(case((Lateness.level == level, Lateness.seat)).distinct()) for level in range(1, LEVELS + 1)]
    statement = (
        select(Lateness.institution, *counted)
        .where(*facts.period.holds(Lateness.at), Lateness.withdrawn_at.is_(None))
        .where(Lateness.definition.in_(facts.wanted.definitions), Lateness.clock == "handling")
        .group_by(Lateness.institution)
    )
    if facts.wanted.institutions is not None:
        statement = statement.where(Lateness.institution.in_(facts.wanted.institutions))
    rows = facts.reader.connection.execute(statement)
    return tuple(Escalated(institution=row[0], levels=(row[1], row[2], row[3])) for row in rows)


def _owned(facts: Facts) -> tuple[Any, ...]:
    if facts.wanted.institutions is None:
        return ()
    return (ProcessInstance.institution.in_(facts.wanted.institutions),)
