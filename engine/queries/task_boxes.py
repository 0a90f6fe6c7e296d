"""What the boxes of an inbox ask the store, as prepared statements.

A box finds the few seats of its page first, by indexes on the person and on what is offered to him, and reads all that is
shown of them after that: PostgreSQL would else begin with every seat of the county, or every case of the house. Every
statement is asked with the reader's `person`, `principals` and `institutions`, and with `now`.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Integer,
    String,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from engine.authorization import takes_part_asked
from engine.queries.paging import FAR, Order
from engine.queries.task_rows import URGENCY_RANK, is_held, select_rows_asked
from engine.store.base import Instant
from engine.store.prepared import Among, AmongFound, Prepared
from engine.store.tables import Candidate, Copy, Draft, HeldDecision, ProcessDefinition, ProcessInstance, Seat

BY_DUE = Order((URGENCY_RANK, func.coalesce(Seat.due_at, literal(FAR, Instant())), Seat.key))
BY_END = Order((Seat.ended_at, Seat.key), descending=True)
BY_COPY = Order((Copy.made_at, Copy.key), descending=True)

_PERSON, _NOW = bindparam("person", type_=BigInteger()), bindparam("now", type_=Instant())
_OFFERED = select(Candidate.seat).where(Among(Candidate.principal, "principals"))
_in_hand = aliased(Seat)
_HELD_OR_OFFERED = union_all(select(_in_hand.key).where(_in_hand.assignee == _PERSON, _in_hand.state == "claimed"), _OFFERED)
_UNDECIDED = ~is_held()
_HELD = and_(Seat.assignee == _PERSON, Seat.state == "claimed", _UNDECIDED)
_FREE = and_(AmongFound(Seat.key, _OFFERED), Seat.state == "open", _UNDECIDED)
# Narrowed by the index first, so that the OR reads nobody else's seats.
_WORK = and_(AmongFound(Seat.key, _HELD_OR_OFFERED), or_(and_(Seat.state == "open", _UNDECIDED), _HELD))
_DONE = or_(Seat.state == "completed", Seat.ending == "transferred")
"""What a person has done: decided, or handed on. What nobody needed any more (无需处理) is not."""
_OTHERS = and_(Among(Seat.key, "others"), _UNDECIDED)
"""What an agent may do for others, found before: so few people are agents that everybody else's statements leave it out."""
_OPEN = or_(Seat.state == "open", Seat.state == "claimed")
_SENDING = select(HeldDecision.seat).where(HeldDecision.person == _PERSON, HeldDecision.refusal.is_(None))
_DRAFTED = select(Draft.seat).where(Draft.person == _PERSON)
_OVERDUE = Seat.due_at <= _NOW
_SOON = and_(Seat.soon_at <= _NOW, Seat.due_at > _NOW)
_HERE = takes_part_asked(Seat.instance)


def _wanted() -> ColumnElement[bool]:
    """Only cases of the process, and tasks with the text, that are asked for; None asks for all."""
    process, text = bindparam("process", type_=String()), bindparam("text", type_=String())
    versions = select(ProcessDefinition.key).where(ProcessDefinition.process_id == process)
    columns = (ProcessInstance.subject, ProcessInstance.number, Seat.name)
    found = (func.lower(column).like(func.lower(text), escape="/") for column in columns)
    return and_(or_(process.is_(None), ProcessInstance.definition.in_(versions)), or_(text.is_(None), *found))


def _page(condition: ColumnElement[bool], order: Order, *, agent: bool = False) -> Prepared:
    few = (
        select(Seat.key)
        .join(ProcessInstance, ProcessInstance.key == Seat.instance)
        .where(condition, _HERE, _wanted(), order.following())
        .order_by(*order.sorting())
        .limit(bindparam("most", type_=Integer()))
        .correlate(None)
    )
    rows = select_rows_asked(agent=agent).add_columns(*order.named()).where(AmongFound(Seat.key, few))
    return Prepared(rows.order_by(*order.sorting()))


def _copies() -> Prepared:
    rows = select_rows_asked().add_columns(Copy.id.label("copy_id"), Copy.read_at, *BY_COPY.named())
    rows = rows.join(Copy, Copy.seat == Seat.key).where(Copy.person == _PERSON, _HERE, _wanted(), BY_COPY.following())
    return Prepared(rows.order_by(*BY_COPY.sorting()).limit(bindparam("most", type_=Integer())))


BOXES: Mapping[str, tuple[Prepared, Order]] = {
    "todo": (_page(_HELD, BY_DUE), BY_DUE),
    "claimable": (_page(_FREE, BY_DUE), BY_DUE),
    "overdue": (_page(and_(_WORK, _OVERDUE), BY_DUE), BY_DUE),
    "soon": (_page(and_(_WORK, _SOON), BY_DUE), BY_DUE),
    "done": (_page(and_(Seat.ended_by == _PERSON, _DONE), BY_END), BY_END),
    "copied": (_copies(), BY_COPY),
    "sending": (_page(AmongFound(Seat.key, _SENDING), BY_DUE), BY_DUE),
    "drafts": (_page(and_(AmongFound(Seat.key, _DRAFTED), _OPEN, _UNDECIDED), BY_DUE), BY_DUE),
}
"""Asked also with `process`, `text`, `most` and what `Order.after` gives. `text` is a pattern of LIKE, escaped by `/`."""
_AGENT_WORK = or_(_WORK, _OTHERS)
AGENT_BOXES: Mapping[str, tuple[Prepared, Order]] = {
    **BOXES,
    "todo": (_page(or_(_HELD, and_(_OTHERS, Seat.state == "claimed")), BY_DUE, agent=True), BY_DUE),
    "claimable": (_page(or_(_FREE, and_(_OTHERS, Seat.state == "open")), BY_DUE, agent=True), BY_DUE),
    "overdue": (_page(and_(_AGENT_WORK, _OVERDUE), BY_DUE, agent=True), BY_DUE),
    "soon": (_page(and_(_AGENT_WORK, _SOON), BY_DUE, agent=True), BY_DUE),
}
"""The same for an agent; asked also with `others`."""


def _counts(condition: ColumnElement[bool]) -> Prepared:
    numbers = select(
        func.count().filter(Seat.state == "claimed").label("todo"),
        func.count().filter(Seat.state == "open").label("claimable"),
        func.count().filter(_OVERDUE).label("overdue"),
        func.count().filter(_SOON).label("soon"),
    )
    return Prepared(numbers.select_from(Seat).where(condition, _HERE))


WORK, AGENT_WORK = _counts(_WORK), _counts(_AGENT_WORK)
UNREAD = Prepared(
    select(func.count(Copy.key).label("copied")).where(
        Copy.person == _PERSON, Copy.read_at.is_(None), takes_part_asked(Copy.instance)
    )
)
SENDING = Prepared(_SENDING.with_only_columns(func.count().label("sending")))
DRAFTS = Prepared(
    select(func.count().label("drafts")).select_from(Seat).where(AmongFound(Seat.key, _DRAFTED), _OPEN, _UNDECIDED, _HERE)
)
STARTED = Prepared(
    select(func.count(ProcessInstance.key).label("started")).where(
        ProcessInstance.started_by == _PERSON, ProcessInstance.state == "active", takes_part_asked(ProcessInstance.key)
    )
)


def _next(held: ColumnElement[bool], *, agent: bool = False) -> Prepared:
    here, besides = bindparam("case", type_=Uuid()), bindparam("besides", type_=Uuid())
    elsewhere = case((ProcessInstance.id == here, 0), else_=1)
    few = (
        select(Seat.key)
        .join(ProcessInstance, ProcessInstance.key == Seat.instance)
        .where(held, _HERE, or_(ProcessInstance.id == here, bindparam("anywhere", type_=Boolean())))
        .where(or_(besides.is_(None), Seat.id != besides))
        .order_by(elsewhere, *BY_DUE.sorting())
        .limit(1)
        .correlate(None)
    )
    return Prepared(select_rows_asked(agent=agent).where(AmongFound(Seat.key, few)))


NEXT = _next(_HELD)
AGENT_NEXT = _next(or_(_HELD, and_(_OTHERS, Seat.state == "claimed")), agent=True)
"""The reader's next task: one of the case `case`, else, if it may be `anywhere`, the first in his hands but `besides`."""
