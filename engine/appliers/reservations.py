"""Reservations of shared resources: how much of one is taken, and a case's rows of it.

Whoever reckons what is free holds the resource's name until the commit, so that two cases never get the same last bed; the
rows themselves say what is taken, and no counter stands beside them that could drift.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    not_,
    or_,
    select,
    type_coerce,
    update,
)

from engine.appliers.jobs import JobScheduled, schedule, unschedule
from engine.store.base import Instant
from engine.store.locks import hold
from engine.store.prepared import Among, Prepared
from engine.store.tables import ProcessInstance, Reservation
from engine.store.tables.reservation import PLACES
from engine.store.unit_of_work import UnitOfWork
from engine.store.upsert import table_of
from engine.store.writes import insert_of

EXPIRY = "reservation"
"""Kind of the job that ends what is held until a time."""
HELD: ColumnElement[str] = literal_column("'held'")
"""Written into the statement: no database takes an index over the held ones for a value that it is given later."""
NEW_RESERVATION = insert_of(Reservation)
RELEASE_CASE = Prepared(
    update(table_of(Reservation))
    .where(table_of(Reservation).c.instance == bindparam("of_case"), table_of(Reservation).c.state == HELD)
    .values(state="released", ended_at=bindparam("at", type_=Reservation.ended_at.type))
)
_NOT_OVER = or_(Reservation.until.is_(None), Reservation.until > bindparam("now", type_=Instant()))
_HELD = and_(Reservation.state == HELD, _NOT_OVER)
TAKEN = Prepared(
    select(
        func.coalesce(
            func.sum(case((_HELD, type_coerce(Reservation.amount, BigInteger)), else_=type_coerce(Reservation.used, BigInteger))),
            0,
        ).label("taken")
    ).where(Reservation.resource == bindparam("resource"), not_(Among(Reservation.key, "but")))
)
"""In the smallest part of an amount, so that both databases add whole numbers."""
HELD_OF_CASE = Prepared(
    select(*Reservation.__table__.columns).where(Reservation.instance == bindparam("instance"), _HELD).order_by(Reservation.key)
)
EXPIRED = Prepared(
    update(table_of(Reservation))
    .where(table_of(Reservation).c.key == bindparam("the_key"), table_of(Reservation).c.state == "held")
    .where(table_of(Reservation).c.until <= bindparam("at", type_=Instant()))
    .values(state="expired", ended_at=bindparam("at", type_=Instant()))
)


@dataclass(frozen=True, kw_only=True)
class Holder:
    """The case that reserves; its row may not be written yet."""

    instance: int
    """Its key; `collaboration` is the key of the first case of those that belong together."""
    collaboration: int


def lock_resources(work: UnitOfWork, *resources: str) -> None:
    """Keeps every other case from reckoning with these resources until the commit."""
    if not work.trial:
        hold(work.connection, *(f"reservation {resource}" for resource in resources))


def taken(work: UnitOfWork, resource: str, *, but: Iterable[int] = ()) -> Decimal:
    """How much of a resource is held or was used, without the rows with these keys."""
    ((found,),) = work.ask(TAKEN.question(resource=resource, but=list(but), now=work.now))
    return Decimal(int(found.taken)).scaleb(-PLACES)


def held_rows(work: UnitOfWork, instance: int, resource: str | None = None, name: str | None = None) -> Sequence[Row[Any]]:
    """What a case still holds: of a resource, of a name, or all of it."""
    rows = work.ask(HELD_OF_CASE.question(instance=instance, now=work.now))[0]
    return [row for row in rows if resource in (None, row.resource) and name in (None, row.name)]


def sibling_row(work: UnitOfWork, holder: Holder, resource: str, name: str) -> Row[Any] | None:
    """What another case of the same collaboration holds of a resource under a name."""
    table, other = Reservation, ProcessInstance
    statement = (
        select(*table.__table__.columns)
        .join(other, other.key == table.instance)
        .where(table.resource == resource, table.name == name, table.state == "held", table.instance != holder.instance)
        .where(other.collaboration == holder.collaboration, or_(table.until.is_(None), table.until > work.now))
        .order_by(table.key)
        .limit(1)
    )
    return work.connection.execute(statement).one_or_none()


def reserve(work: UnitOfWork, instance: int, resource: str, parts: Iterable[tuple[str, Decimal]], until: datetime | None) -> None:
    """Writes down new reservations of a case, each with the job of its expiry."""
    keys = []
    for name, amount in parts:
        key = work.new_key()
        row = {"key": key, "id": uuid4(), "resource": resource, "name": name, "instance": instance, "amount": amount}
        rest = {"used": Decimal(0), "state": "held", "held_at": work.now, "until": until, "ended_at": None}
        work.write(NEW_RESERVATION, {**row, **rest})
        keys.append(key)
    _expire_at(work, keys, until)


def amend(work: UnitOfWork, key: int, *, amount: Decimal, until: datetime | None) -> None:
    """Gives a held reservation another amount and another end."""
    work.connection.execute(update(Reservation).where(Reservation.key == key).values(amount=amount, until=until))
    unschedule(work, EXPIRY, [key])
    _expire_at(work, [key], until)


def move(work: UnitOfWork, key: int, instance: int) -> bool:
    """Gives a held reservation to another case; False when it was released meanwhile."""
    statement = update(Reservation).where(Reservation.key == key, Reservation.state == "held").values(instance=instance)
    return bool(work.connection.execute(statement).rowcount)


def set_used(work: UnitOfWork, key: int, used: Decimal) -> None:
    """Says how much of a reservation has been used."""
    work.connection.execute(update(Reservation).where(Reservation.key == key).values(used=used))


def release(work: UnitOfWork, keys: Iterable[int]) -> None:
    """Gives back what is left of these reservations."""
    found = list(keys)
    statement = update(Reservation).where(Reservation.key.in_(found), Reservation.state == "held")
    work.connection.execute(statement.values(state="released", ended_at=work.now))
    unschedule(work, EXPIRY, found)


def release_case(work: UnitOfWork, instance: int) -> None:
    """Gives back all that a case which has ended still holds, however it ended."""
    work.write(RELEASE_CASE, {"of_case": instance, "at": work.now})


def expire(work: UnitOfWork, key: int) -> None:
    """Ends a reservation whose time has come; does nothing to one that was given back or prolonged."""
    work.write(EXPIRED, {"key": key, "at": work.now})


def _expire_at(work: UnitOfWork, keys: Iterable[int], until: datetime | None) -> None:
    if until is not None:
        schedule(work, [JobScheduled(kind=EXPIRY, subject=key, due_at=until) for key in keys])
