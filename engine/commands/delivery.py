"""Messages to people over other channels than the inbox: what a worker asks for before and after it has sent one.

A line in a person's notifications is the outbox. A worker makes a delivery of it on the first channel of the person's
order, sends it outside of any transaction, and notes what came of it. Where that failed for good, or was not confirmed in
time, the next channel gets a delivery. A delivery keeps its id however often it is tried: at least once, never silently
twice under two names. Leases run on the database's clock, as those of jobs do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import Row, and_, insert, or_, select, update

from engine.appliers.quiet_hours import quiet_until
from engine.authorization import require_right
from engine.commands.registry import Command
from engine.errors import Conflict
from engine.records import Done
from engine.runtime import Runtime
from engine.store.tables import (
    Appointment,
    Delivery,
    Institution,
    Notification,
    NotificationSetting,
    Person,
    ProcessInstance,
    Round,
    Seat,
)
from engine.store.unit_of_work import UnitOfWork

OUTBOX_AT_ONCE = 100
TOO_OLD = timedelta(days=1)
"""What nobody could be told for so long is not sent any more; it stands in the inbox."""
LEASE = timedelta(minutes=2)
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 600, 1800))
"""Before each further try; then the channel has failed."""
CONFIRM_URGENT = timedelta(minutes=5)
FAR = timedelta(days=3650)
LONGEST_RECEIPT, LONGEST_ERROR = 200, 500


@dataclass(frozen=True, kw_only=True)
class DeliveryOrder:
    """A delivery that a worker holds, with all that a message may say: nothing of it comes from a case's variables."""

    id: UUID
    """Stable name of the message."""
    lease: UUID
    channel: str
    address: str | None
    language: str
    kind: str
    """Of the notification."""
    process: str | None
    process_en: str | None
    step: str | None
    step_en: str | None
    number: str | None
    task: UUID | None
    instance: UUID | None
    person: UUID
    staff_number: str
    institution: str | None
    """Code of the institution of the person's oldest chair."""
    at: datetime


@dataclass(frozen=True, kw_only=True)
class DispatchNotifications(Command[int]):
    """Empty the outbox: give each line a delivery on the first of its person's channels that this node can use."""

    repeatable: ClassVar[bool] = True
    channels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ClaimDeliveries(Command[tuple[DeliveryOrder, ...]]):
    """Take deliveries that are due on these channels; what nobody needs any more is dropped."""

    worker: str
    channels: tuple[str, ...]
    limit: int = 10


@dataclass(frozen=True, kw_only=True)
class NoteSent(Command[Done]):
    """Note that a delivery was sent, and what the other side answered."""

    repeatable: ClassVar[bool] = True
    delivery: UUID
    lease: UUID
    receipt: str = ""


@dataclass(frozen=True, kw_only=True)
class NoteNotSent(Command[Done]):
    """Note that a delivery could not be sent: it is tried again later, or the next channel gets one."""

    repeatable: ClassVar[bool] = True
    delivery: UUID
    lease: UUID
    error: str
    channels: tuple[str, ...]
    final: bool = False
    """Whether trying again cannot help."""


@dataclass(frozen=True, kw_only=True)
class FollowDeliveries(Command[int]):
    """See to what was sent and should be confirmed by now: confirmed where its person knows of it, else the next channel."""

    repeatable: ClassVar[bool] = True
    channels: tuple[str, ...]


def dispatch_notifications(command: DispatchNotifications, work: UnitOfWork, runtime: Runtime) -> int:
    require_right(work.actor, "operations")
    table = Notification
    columns = (table.key, table.person, table.at, table.urgent)
    waiting = select(*columns).where(table.dispatched_at.is_(None), table.at <= work.now).order_by(table.at)
    lines = list(work.connection.execute(waiting.limit(OUTBOX_AT_ONCE).with_for_update(skip_locked=True)).all())
    if not lines:
        return 0
    orders = _orders(work, {line.person for line in lines}, command.channels)
    quiet = quiet_until(work, {line.person for line in lines if orders.get(line.person)})
    rows = []
    for line in lines:
        order = orders.get(line.person, ())
        if order and line.at > work.now - TOO_OLD:
            due_at = work.now if line.urgent else quiet.get(line.person, work.now)
            rows.append(delivery_row(work, line.key, line.person, order[0], due_at))
    if rows:
        work.connection.execute(insert(Delivery), rows)
    work.connection.execute(update(table).where(table.key.in_([line.key for line in lines])).values(dispatched_at=work.now))
    return len(lines)


def claim_deliveries(command: ClaimDeliveries, work: UnitOfWork, runtime: Runtime) -> tuple[DeliveryOrder, ...]:
    require_right(work.actor, "operations")
    table = Delivery
    lost = and_(table.state == "sending", table.lease_until < work.database_time())
    due = (
        select(table.key, table.notification, table.person, table.attempts)
        .where(table.channel.in_(command.channels), or_(table.state == "pending", lost), table.due_at <= work.now)
        .order_by(table.due_at, table.key)
        .limit(command.limit)
        .with_for_update(skip_locked=True)
    )
    rows = list(work.connection.execute(due).all())
    lines = _lines(work, [row.notification for row in rows])
    quiet = quiet_until(work, {row.person for row in rows if not lines[row.notification].urgent})
    taken = []
    for row in rows:
        line = lines[row.notification]
        if _is_known(line):
            _write(work, row.key, state="dropped", error=None, lease=None, lease_until=None, worker=None)
        elif not line.urgent and row.person in quiet:
            _write(work, row.key, state="pending", due_at=quiet[row.person], lease=None, lease_until=None, worker=None)
        else:
            lease = uuid4()
            until = work.database_time(LEASE)
            more = {"lease": lease, "lease_until": until, "attempts": row.attempts + 1}
            _write(work, row.key, state="sending", worker=command.worker, **more)
            taken.append(row.key)
    return _described(work, runtime, taken)


def note_sent(command: NoteSent, work: UnitOfWork, runtime: Runtime) -> Done:
    require_right(work.actor, "operations")
    row = _held(work, command.delivery, command.lease)
    line = _lines(work, [row.notification])[row.notification]
    wait = CONFIRM_URGENT if line.urgent else work.config.confirm
    receipt = "".join(char for char in command.receipt if char.isprintable())[:LONGEST_RECEIPT]
    done = {"worker": None, "lease": None, "lease_until": None, "error": None}
    _write(work, row.key, state="sent", sent_at=work.now, due_at=work.now + wait, receipt=receipt, **done)
    return Done(state="sent")


def note_not_sent(command: NoteNotSent, work: UnitOfWork, runtime: Runtime) -> Done:
    require_right(work.actor, "operations")
    row = _held(work, command.delivery, command.lease)
    error = command.error[:LONGEST_ERROR]
    free = {"worker": None, "lease": None, "lease_until": None, "error": error}
    if command.final or row.attempts > len(PAUSES):
        _write(work, row.key, state="failed", **free)
        _next(work, row, command.channels)
        return Done(state="failed")
    _write(work, row.key, state="pending", due_at=work.now + PAUSES[row.attempts - 1], **free)
    return Done(state="pending")


def follow_deliveries(command: FollowDeliveries, work: UnitOfWork, runtime: Runtime) -> int:
    require_right(work.actor, "operations")
    table = Delivery
    columns = (table.key, table.notification, table.person, table.position, table.attempts)
    waiting = select(*columns).where(table.state == "sent", table.due_at <= work.now).order_by(table.due_at)
    rows: list[Any] = list(work.connection.execute(waiting.limit(OUTBOX_AT_ONCE).with_for_update(skip_locked=True)).all())
    lines = _lines(work, [row.notification for row in rows])
    for row in rows:
        if _is_known(lines[row.notification]):
            _write(work, row.key, state="confirmed", confirmed_at=work.now)
        elif _next(work, row, command.channels):
            _write(work, row.key, state="failed", error="not confirmed in time")
        else:
            _write(work, row.key, due_at=work.now + FAR)
    return len(rows)


def _orders(work: UnitOfWork, persons: set[int], usable: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """The channels of each person that can be used, in the order in which they are tried."""
    table = NotificationSetting
    found = select(table.person, table.channels).where(table.person.in_(sorted(persons)))
    return {
        row.person: tuple(item["channel"] for item in row.channels if item["channel"] in usable)
        for row in work.connection.execute(found)
    }


def _next(work: UnitOfWork, row: Row[Any], usable: Sequence[str]) -> bool:
    """Makes a delivery on the next channel of the person's order that this line was not on yet. False when there is none."""
    tried = set(work.connection.execute(select(Delivery.channel).where(Delivery.notification == row.notification)).scalars())
    left = [channel for channel in _orders(work, {row.person}, usable).get(row.person, ()) if channel not in tried]
    if not left:
        return False
    made = delivery_row(work, row.notification, row.person, left[0], work.now, position=row.position + 1)
    work.connection.execute(insert(Delivery), [made])
    return True


def delivery_row(
    work: UnitOfWork, notification: int, person: int, channel: str, due_at: datetime, *, position: int = 0
) -> dict[str, Any]:
    """A new delivery of a line that is to be sent at `due_at`."""
    return {
        "key": work.new_key(),
        "id": uuid4(),
        "notification": notification,
        "person": person,
        "channel": channel,
        "position": position,
        "state": "pending",
        "due_at": due_at,
        "attempts": 0,
        "worker": None,
        "lease_until": None,
        "lease": None,
        "made_at": work.now,
        "sent_at": None,
        "confirmed_at": None,
        "receipt": None,
        "error": None,
    }


def _lines(work: UnitOfWork, keys: list[int]) -> dict[int, Any]:
    table = Notification
    columns = (table.key, table.person, table.read_at, table.urgent, table.seat, Seat.state, Seat.assignee)
    found = select(*columns).outerjoin(Seat, Seat.key == table.seat).where(table.key.in_(keys))
    rows: list[Any] = list(work.connection.execute(found).all()) if keys else []
    return {row.key: row for row in rows}


def _is_known(line: Row[Any]) -> bool:
    """Whether the person knows by now, or need not know any more: he has read it, or the task is done or somebody else's."""
    if line.read_at is not None:
        return True
    return line.seat is not None and line.state not in ("open", "claimed", "waiting")


def _held(work: UnitOfWork, delivery: UUID, lease: UUID) -> Any:
    table = Delivery
    columns = (table.key, table.notification, table.person, table.position, table.attempts)
    held = (table.id == delivery, table.state == "sending", table.lease == lease)
    row: Any = work.connection.execute(select(*columns).where(*held).with_for_update()).one_or_none()
    if row is None:
        raise Conflict("lease-lost", "Expected to hold delivery '{id}', but the lease is over", id=str(delivery))
    return row


def _write(work: UnitOfWork, key: int, **values: Any) -> None:
    work.connection.execute(update(Delivery).where(Delivery.key == key).values(values))


def _described(work: UnitOfWork, runtime: Runtime, keys: list[int]) -> tuple[DeliveryOrder, ...]:
    if not keys:
        return ()
    table = Delivery
    statement = (
        select(
            table.id,
            table.lease,
            table.channel,
            Notification.kind,
            Notification.at,
            Person.key.label("person_key"),
            Person.id.label("person"),
            Person.staff_number,
            NotificationSetting.channels,
            NotificationSetting.language,
            Seat.id.label("task"),
            Seat.element,
            Round.definition.label("home"),
            ProcessInstance.id.label("instance"),
            ProcessInstance.number,
            ProcessInstance.definition,
        )
        .join(Notification, Notification.key == table.notification)
        .join(Person, Person.key == table.person)
        .outerjoin(NotificationSetting, NotificationSetting.person == table.person)
        .outerjoin(Seat, Seat.key == Notification.seat)
        .outerjoin(Round, Round.key == Seat.round)
        .outerjoin(ProcessInstance, ProcessInstance.key == Notification.instance)
        .where(table.key.in_(keys))
        .order_by(table.key)
    )
    rows = list(work.connection.execute(statement).all())
    places = _places(work, {row.person_key for row in rows})
    return tuple(_order(row, runtime, places) for row in rows)


def _order(row: Row[Any], runtime: Runtime, places: Mapping[int, str]) -> DeliveryOrder:
    model = None if row.definition is None else runtime.definitions.model(row.definition)
    home = None if row.home is None else runtime.definitions.model(row.home)
    element = None if home is None else home.elements.get(row.element)
    name = None if model is None else model.title or model.name or model.id
    step = None if element is None else element.name or element.id
    addresses = {item["channel"]: item.get("address") for item in row.channels or ()}
    return DeliveryOrder(
        id=row.id,
        lease=row.lease,
        channel=row.channel,
        address=addresses.get(row.channel),
        language=row.language or "zh",
        kind=row.kind,
        process=name,
        process_en=None if model is None else model.title_en or name,
        step=step,
        step_en=None if element is None else element.name_en or step,
        number=row.number,
        task=row.task,
        instance=row.instance,
        person=row.person,
        staff_number=row.staff_number,
        institution=places.get(row.person_key),
        at=row.at,
    )


def _places(work: UnitOfWork, persons: set[int]) -> dict[int, str]:
    found = (
        select(Appointment.person, Institution.code)
        .join(Institution, Institution.key == Appointment.institution)
        .where(Appointment.person.in_(sorted(persons)))
        .order_by(Appointment.key.desc())
    )
    return {row.person: row.code for row in work.connection.execute(found)}
