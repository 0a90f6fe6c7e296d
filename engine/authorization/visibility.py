"""The one visibility rule: which cases and which tasks a person may see. Denied by default.

A case is visible to a person when one of his institutions takes part in it now, and he has a reason of his own: he
started it, holds, held or is offered one of its tasks, was sent a copy, oversees his institution's cases, or heads the
department of somebody who holds one. An institution whose participation has ended is shut out at once.

Every branch of a UNION runs on one index; a single OR over them would read every case of the county.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Select,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    or_,
    select,
    union,
)
from sqlalchemy.orm import InstrumentedAttribute

from engine.authorization.standing import Delegated, Standing
from engine.store.base import Executes, Instant
from engine.store.prepared import Among, AmongFound, Prepared
from engine.store.tables import Appointment, Candidate, Copy, Participant, ProcessDefinition, ProcessInstance, Seat

HELD = ("claimed", "waiting")
"""States of the seats that are somebody's; one that waits for people whom he or his agent has asked is seen all the while."""
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
Keys = CompoundSelect[Any]
"""A query for integer keys, to be used as `Table.key.in_(…)`."""
Column = InstrumentedAttribute[int] | InstrumentedAttribute[int | None]


@dataclass(frozen=True)
class Named:
    """The name under which a prepared statement is given a list."""

    name: str


@dataclass(frozen=True)
class AskedStanding:
    """Stands for whoever a prepared statement is asked for: the rules below, built once, and asked with `asked_of` a person."""

    heads_departments: bool = True
    """Whether the cases of departments that the person heads count; without one it costs a look-up more."""
    person: BindParameter[Any] = field(default_factory=lambda: bindparam("person", type_=BigInteger()))
    institutions: Named = Named("institutions")
    principals: Named = Named("principals")
    overseen_institutions: Named = Named("overseen_institutions")
    department_principals: Named = Named("department_principals")
    delegated: tuple[Delegated, ...] = ()
    """What agents see for others depends on each delegation, so that it is never prepared."""

    @property
    def overseen_departments(self) -> Named | None:
        """None where they do not count."""
        return Named("overseen_departments") if self.heads_departments else None


ASKED = AskedStanding()
ASKED_NOW: BindParameter[Any] = bindparam("now", type_=Instant())
Viewer = Standing | AskedStanding
Now = datetime | BindParameter[Any]
Key = int | BindParameter[Any]


def asked_of(standing: Standing, now: datetime) -> dict[str, Any]:
    """The values for a prepared statement that was built for `ASKED` and `ASKED_NOW`."""
    return {
        "person": standing.person,
        "institutions": standing.institutions,
        "principals": standing.principals,
        "overseen_institutions": standing.overseen_institutions,
        "overseen_departments": standing.overseen_departments,
        "department_principals": standing.department_principals,
        "now": now,
    }


def takes_part(standing: Viewer, now: Now, instance: Column) -> ColumnElement[bool]:
    """Condition that one of the person's institutions takes part at `now` in the case whose key is in column `instance`."""
    return (
        exists()
        .where(Participant.instance == instance, _among(Participant.institution, standing.institutions), _open(now))
        .correlate_except(Participant)
    )


def takes_part_asked(instance: Column) -> ColumnElement[bool]:
    """The same for a prepared statement, which is asked with the person's `institutions` and with `now`."""
    return takes_part(ASKED, ASKED_NOW, instance)


def _taken_part_in(instances: Select[Any]) -> Select[Any]:
    """Of the cases whose keys a query finds, those in which the person takes part, found by the keys.

    For many of them at once: PostgreSQL would else read every case that the person's institutions have ever had.
    """
    return select(Participant.instance).where(
        AmongFound(Participant.instance, instances), _among(Participant.institution, ASKED.institutions), _open(ASKED_NOW)
    )


def sight_of_offer_asked() -> ColumnElement[datetime]:
    """Until when the person takes part in the case of an offer by the institution that it names; null where not by that one."""
    return case((_among(Candidate.institution, ASKED.institutions), Candidate.sight_until))


def sees_offers_asked(offers: FromClause) -> ColumnElement[bool]:
    """Condition that the person takes part in the cases of offers, given by their `instance` and, as `sight`, by the latest
    `sight_of_offer_asked`. Only those of which that does not hold are looked up among the participants."""
    seen = offers.c.sight > ASKED_NOW
    others = select(offers.c.instance).where(func.coalesce(seen, false()).is_(false()))
    return or_(seen, offers.c.instance.in_(_taken_part_in(others)))


def institutions_taking_part(connection: Executes, now: datetime, instance: int) -> set[int]:
    """Keys of the institutions that may see a case at `now`: only their people can be given anything of it."""
    return {row.institution for row in TAKING_PART.all(connection, instance=instance, now=now)}


def visible_instances(standing: Viewer, now: Now, instance: Key | None = None) -> Keys:
    """Keys of the cases that the person may see at `now`; of the one case `instance` only, when it is given."""
    branches = [*_own_cases(standing), *_overseen_by_department(standing), *_acted_for(standing)]
    visible = [_narrowed(query, column, instance).where(takes_part(standing, now, column)) for query, column in branches]
    overseen = select(Participant.instance).where(_among(Participant.institution, standing.overseen_institutions), _open(now))
    return union(*visible, _narrowed(overseen, Participant.instance, instance))


def grounds(standing: Standing, now: datetime, instance: int) -> dict[str, Select[Any]]:
    """The reasons of the visibility rule one by one: for each a query that finds the case `instance` when it holds.

    All but `oversees` need `takes_part` as well. Together they find what `visible_instances` finds.
    """
    started, copied, held, ended, offered = (query for query, _ in _own_cases(standing))
    named: dict[str, Select[Any]] = {
        "started": started.where(ProcessInstance.key == instance),
        "copied": copied.where(Copy.instance == instance),
        "holds": held.where(Seat.instance == instance),
        "acted": ended.where(Seat.instance == instance),
        "offered": offered.where(Seat.instance == instance),
    }
    for name, queries in (("department", _overseen_by_department(standing)), ("agent", _acted_for(standing))):
        if queries:
            keys = [query.where(column == instance) for query, column in queries]
            named[name] = select(ProcessInstance.key).where(or_(*(ProcessInstance.key.in_(query) for query in keys)))
    overseen = select(Participant.instance).where(_among(Participant.institution, standing.overseen_institutions), _open(now))
    return {**named, "oversees": overseen.where(Participant.instance == instance)}


def visible_seats(standing: Viewer, now: Now, seat: Key | None = None) -> Keys:
    """Keys of the tasks that the person may open at `now`: held, ended by him, offered or copied to him.

    Only of the one task `seat`, when it is given.
    """
    here = takes_part(standing, now, Seat.instance)
    copied = select(Copy.seat).where(Copy.person == standing.person, takes_part(standing, now, Copy.instance))
    own = (select(Seat.key).where(condition, here) for condition in _held(standing))
    offered = select(Seat.key).join(Candidate, Candidate.seat == Seat.key).where(*_offered(standing.principals), here)
    others = delegated_seats(standing, now, HELD)
    return union(*(_narrowed(query, Seat.key, seat) for query in (*own, offered, *others)), _narrowed(copied, Copy.seat, seat))


def delegated_seats(standing: Viewer, now: Now, held: tuple[str, ...] = ("claimed",)) -> list[Select[Any]]:
    """Queries for the keys of tasks that the person may do as somebody's agent; none for who is nobody's.

    `held` are the states of those that the principal holds.
    """
    queries: list[Select[Any]] = []
    for delegated in standing.delegated:
        reach = (*delegated_reach(standing, delegated), takes_part(standing, now, Seat.instance))
        seats = select(Seat.key).join(ProcessInstance, ProcessInstance.key == Seat.instance).where(*reach)
        queries.append(seats.where(held_by_principal(delegated), Seat.state.in_(held)))
        queries.append(seats.join(Candidate, Candidate.seat == Seat.key).where(*_offered(delegated.principals)))
    return queries


def held_by_principal(delegated: Delegated) -> ColumnElement[bool]:
    """Condition that the principal holds a seat in one of the chairs that were delegated."""
    chairs = [chair.appointment for chair in delegated.chairs]
    return and_(Seat.assignee == delegated.principal, or_(Seat.capacity.is_(None), Seat.capacity.in_(chairs)))


def delegated_reach(standing: Viewer, delegated: Delegated) -> tuple[ColumnElement[bool], ...]:
    """Conditions on a case that was joined: not started by the agent himself, and of the processes that were delegated."""
    strange = func.coalesce(ProcessInstance.started_by, 0) != standing.person
    if delegated.processes is None:
        return (strange,)
    versions = select(ProcessDefinition.key).where(ProcessDefinition.process_id.in_(delegated.processes))
    return strange, ProcessInstance.definition.in_(versions)


def _acted_for(standing: Viewer) -> list[tuple[Select[Any], Column]]:
    """Cases whose tasks the person may do for others."""
    found: list[tuple[Select[Any], Column]] = []
    for delegated in standing.delegated:
        reach = delegated_reach(standing, delegated)
        seats = select(Seat.instance).join(ProcessInstance, ProcessInstance.key == Seat.instance).where(*reach)
        offered = seats.join(Candidate, Candidate.seat == Seat.key).where(*_offered(delegated.principals))
        found += [(seats.where(held_by_principal(delegated), Seat.state.in_(HELD)), Seat.instance), (offered, Seat.instance)]
    return found


def sees_instance(connection: Executes, standing: Standing, now: datetime, instance: int) -> bool:
    """Whether the person may see the case `instance`, by key."""
    if standing.delegated:
        return connection.execute(visible_instances(standing, now, instance).limit(1)).first() is not None
    statement = _SEES_INSTANCE[bool(standing.overseen_departments)]
    return statement.first(connection, key=instance, **asked_of(standing, now)) is not None


def sees_seat(connection: Executes, standing: Standing, now: datetime, seat: int) -> bool:
    """Whether the person may open the task `seat`, by key."""
    if standing.delegated:
        return connection.execute(visible_seats(standing, now, seat).limit(1)).first() is not None
    return _SEES_SEAT.first(connection, key=seat, **asked_of(standing, now)) is not None


def _own_cases(standing: Viewer) -> list[tuple[Select[Any], Column]]:
    started = select(ProcessInstance.key).where(ProcessInstance.started_by == standing.person)
    copied = select(Copy.instance).where(Copy.person == standing.person)
    held = [select(Seat.instance).where(condition) for condition in _held(standing)]
    offered = select(Seat.instance).join(Candidate, Candidate.seat == Seat.key).where(*_offered(standing.principals))
    return [(started, ProcessInstance.key), (copied, Copy.instance), *((query, Seat.instance) for query in (*held, offered))]


def _overseen_by_department(standing: Viewer) -> list[tuple[Select[Any], Column]]:
    if not standing.overseen_departments:
        return []
    # By assignee as well as by capacity: only the assignee has an index.
    chair = and_(Seat.assignee == Appointment.person, Seat.capacity == Appointment.key)
    held = select(Seat.instance).join(Appointment, chair).where(_among(Appointment.department, standing.overseen_departments))
    offered = select(Seat.instance).join(Candidate, Candidate.seat == Seat.key).where(*_offered(standing.department_principals))
    return [(held, Seat.instance), (offered, Seat.instance)]


def _held(standing: Viewer) -> tuple[ColumnElement[bool], ...]:
    return Seat.assignee == standing.person, Seat.ended_by == standing.person


def _offered(names: tuple[str, ...] | Named) -> tuple[ColumnElement[bool], ...]:
    return _among(Candidate.principal, names), Seat.state == "open"


def _narrowed(query: Select[Any], column: Column, key: Key | None) -> Select[Any]:
    return query if key is None else query.where(column == key)


def _open(now: Now) -> ColumnElement[bool]:
    return func.coalesce(Participant.until, FOREVER) > now


TAKING_PART = Prepared(
    select(Participant.institution).where(Participant.instance == bindparam("instance"), _open(bindparam("now", type_=Instant())))
)


def _among(column: InstrumentedAttribute[Any], values: tuple[Any, ...] | Named | None) -> ColumnElement[bool]:
    return Among(column, values.name) if isinstance(values, Named) else column.in_(values or ())


_SEES_SEAT = Prepared(visible_seats(ASKED, ASKED_NOW, bindparam("key")).limit(1))
_SEES_INSTANCE = {
    heads: Prepared(visible_instances(AskedStanding(heads), ASKED_NOW, bindparam("key")).limit(1)) for heads in (False, True)
}
