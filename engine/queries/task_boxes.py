"""What the boxes of an inbox ask the store, as prepared statements.

A box finds the few seats of its page first, by indexes on the person and on what is offered to him, and reads all that is
shown of them after that: PostgreSQL would else begin with every seat of the county, or every case of the house. Every
statement is asked with the reader's `person`, `principals` and `institutions`, and with `now`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    ColumnElement,
    Integer,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from engine.appliers.tasks import DUE_OR_FAR, URGENCY_RANK
from engine.authorization import sees_offers_asked, sight_of_offer_asked, takes_part_asked
from engine.queries.paging import Order
from engine.queries.task_rows import is_held, select_rows_asked
from engine.store.base import Instant
from engine.store.prepared import Among, AmongFound, Prepared, each_of
from engine.store.tables import (
    Candidate,
    Copy,
    Draft,
    FollowUp,
    HeldDecision,
    Institution,
    ProcessDefinition,
    ProcessInstance,
    Seat,
)

BY_DUE = Order((URGENCY_RANK, DUE_OR_FAR, Seat.key))
_BY_OFFER = Order((Candidate.rank, Candidate.due_at, Candidate.seat))
BY_END = Order((Seat.ended_at, Seat.key), descending=True)
BY_UNTIL = Order((FollowUp.until, FollowUp.seat))
BY_COPY = Order((Copy.made_at, Copy.key), descending=True)

_FILTER: tuple[BindParameter[Any], ...] = (
    *(bindparam(name, type_=String()) for name in ("process", "text", "institution", "urgency")),
    bindparam("due_before", type_=Instant()),
)
"""What a box is asked with beside the reader; all None for the whole of it."""
_PERSON, _NOW = bindparam("person", type_=BigInteger()), bindparam("now", type_=Instant())
_TO_HIM = Among(Candidate.principal, "principals")
_OFFERED = select(Candidate.seat).where(_TO_HIM, Candidate.state == "open")
_in_hand = aliased(Seat)
_IN_HAND = select(_in_hand.key).where(_in_hand.assignee == _PERSON, _in_hand.state == "claimed")
_UNDECIDED = ~is_held()
_HELD = and_(Seat.assignee == _PERSON, Seat.state == "claimed", _UNDECIDED)
_FREE = and_(AmongFound(Seat.key, _OFFERED), Seat.state == "open", _UNDECIDED)
_AN_OFFER = and_(Candidate.state == "open", ~is_held(Candidate.seat))
"""The same of what a seat is offered under."""
_DONE = or_(Seat.state == "completed", Seat.ending == "transferred")
"""What a person has done: decided, or handed on. What nobody needed any more (无需处理) is not."""
_PUT_OFF = exists().where(
    FollowUp.seat == Seat.key, FollowUp.person == _PERSON, FollowUp.revision == Seat.revision, FollowUp.until > _NOW
)
"""What the reader has put off (暂办). Whatever happens to the task brings it back, and its term runs on in the other boxes."""
_TODO = and_(_HELD, ~_PUT_OFF)
_OTHERS = and_(Among(Seat.key, "others"), _UNDECIDED)
"""What an agent may do for others, found before: so few people are agents that everybody else's statements leave it out."""
_OPEN = or_(Seat.state == "open", Seat.state == "claimed")
_SENDING = select(HeldDecision.seat).where(HeldDecision.person == _PERSON, HeldDecision.refusal.is_(None))
_DRAFTED = select(Draft.seat).where(Draft.person == _PERSON)
_HERE = takes_part_asked(Seat.instance)


def _overdue(row: type[Seat] | type[Candidate]) -> ColumnElement[bool]:
    return row.due_at <= _NOW


def _soon(row: type[Seat] | type[Candidate]) -> ColumnElement[bool]:
    return and_(row.soon_at <= _NOW, row.due_at > _NOW)


def _work(offers: ColumnElement[bool]) -> ColumnElement[bool]:
    """What is in the reader's hands or offered to him; of that only those of which `offers` holds."""
    # Narrowed by the indexes first, so that the OR reads nobody else's seats.
    found = AmongFound(Seat.key, union_all(_IN_HAND, _OFFERED.where(offers)))
    return and_(found, or_(and_(Seat.state == "open", _UNDECIDED), _HELD))


def _wanted() -> ColumnElement[bool]:
    """Only tasks that the filter lets through; None of a part of it asks for all."""
    process, text, institution, urgency, before = _FILTER
    versions = select(ProcessDefinition.key).where(ProcessDefinition.process_id == process)
    owner = select(Institution.key).where(Institution.code == institution).scalar_subquery()
    columns = (ProcessInstance.subject, ProcessInstance.number, Seat.name)
    found = (func.lower(column).like(func.lower(text), escape="/") for column in columns)
    return and_(
        or_(process.is_(None), ProcessInstance.definition.in_(versions)),
        or_(text.is_(None), *found, ProcessInstance.initials.like(func.lower(text), escape="/")),
        or_(institution.is_(None), ProcessInstance.institution == owner),
        or_(urgency.is_(None), ProcessInstance.urgency == urgency),
        or_(before.is_(None), Seat.due_at <= before),
    )


def _offers_page() -> Prepared:
    """What is offered to the reader. On PostgreSQL each name's offers are read in their order, as many as the page takes."""
    most, limit = _BY_OFFER.sorting(), bindparam("most", type_=Integer())
    unwanted = and_(*(part.is_(None) for part in _FILTER))
    case_of = exists().where(ProcessInstance.key == Candidate.instance, Seat.key == Candidate.seat, _wanted())
    few = select(Candidate.seat, Candidate.rank, Candidate.due_at).where(
        _AN_OFFER, takes_part_asked(Candidate.instance), or_(unwanted, case_of.correlate(Candidate)), _BY_OFFER.following()
    )

    def statement(dialect: str) -> Select[Any]:
        if dialect == "postgresql":
            names = each_of("principals")
            each = few.where(Candidate.principal == names.c.value).order_by(*most).limit(limit).lateral("each")
            found = select(each.c.seat).select_from(names.join(each, true()))
            first = found.group_by(*each.c).order_by(each.c.rank, each.c.due_at, each.c.seat).limit(limit)
        else:
            first = few.with_only_columns(Candidate.seat).where(_TO_HIM).distinct().order_by(*most).limit(limit)
        rows: Select[Any] = select_rows_asked().add_columns(*BY_DUE.named())
        return rows.where(AmongFound(Seat.key, first.correlate(None))).order_by(*BY_DUE.sorting())

    return Prepared(statement)


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


def _put_off() -> Prepared:
    later = (FollowUp.seat == Seat.key) & (FollowUp.person == _PERSON) & (FollowUp.revision == Seat.revision)
    rows = select_rows_asked().add_columns(FollowUp.until, *BY_UNTIL.named()).join(FollowUp, later)
    rows = rows.where(_HELD, FollowUp.until > _NOW, _HERE, _wanted(), BY_UNTIL.following())
    return Prepared(rows.order_by(*BY_UNTIL.sorting()).limit(bindparam("most", type_=Integer())))


BOXES: Mapping[str, tuple[Prepared, Order]] = {
    "todo": (_page(_TODO, BY_DUE), BY_DUE),
    "later": (_put_off(), BY_UNTIL),
    "claimable": (_offers_page(), BY_DUE),
    "overdue": (_page(and_(_work(_overdue(Candidate)), _overdue(Seat)), BY_DUE), BY_DUE),
    "soon": (_page(and_(_work(_soon(Candidate)), _soon(Seat)), BY_DUE), BY_DUE),
    "done": (_page(and_(Seat.ended_by == _PERSON, _DONE), BY_END), BY_END),
    "copied": (_copies(), BY_COPY),
    "sending": (_page(AmongFound(Seat.key, _SENDING), BY_DUE), BY_DUE),
    "drafts": (_page(and_(AmongFound(Seat.key, _DRAFTED), _OPEN, _UNDECIDED), BY_DUE), BY_DUE),
}
"""Asked also with the filter, `most` and what `Order.after` gives. `text` is a pattern of LIKE, escaped by `/`."""
_AGENT_WORK = or_(_work(true()), _OTHERS)
AGENT_BOXES: Mapping[str, tuple[Prepared, Order]] = {
    **BOXES,
    "todo": (_page(or_(_TODO, and_(_OTHERS, Seat.state == "claimed")), BY_DUE, agent=True), BY_DUE),
    "claimable": (_page(or_(_FREE, and_(_OTHERS, Seat.state == "open")), BY_DUE, agent=True), BY_DUE),
    "overdue": (_page(and_(_AGENT_WORK, _overdue(Seat)), BY_DUE, agent=True), BY_DUE),
    "soon": (_page(and_(_AGENT_WORK, _soon(Seat)), BY_DUE, agent=True), BY_DUE),
}
"""The same for an agent; asked also with `others`."""


_COUNTED = (Candidate.seat, Candidate.instance, Candidate.due_at, Candidate.soon_at)
_sight = func.max(sight_of_offer_asked()).label("sight")
_offers = select(*_COUNTED, _sight).where(_TO_HIM, _AN_OFFER).group_by(*_COUNTED).cte("offers")
OFFERS = Prepared(
    select(
        func.count().label("claimable"),
        func.count().filter(_offers.c.due_at <= _NOW).label("overdue"),
        func.count().filter(_offers.c.soon_at <= _NOW, _offers.c.due_at > _NOW).label("soon"),
    ).where(sees_offers_asked(_offers))
)
_LATE = (func.count().filter(_overdue(Seat)).label("overdue"), func.count().filter(_soon(Seat)).label("soon"))
_LATER = func.count().filter(_HELD, _PUT_OFF).label("later")
IN_HAND = Prepared(select(func.count().filter(~_PUT_OFF).label("todo"), _LATER, *_LATE).select_from(Seat).where(_HELD, _HERE))
AGENT_WORK = Prepared(
    select(
        func.count().filter(Seat.state == "claimed", ~and_(_HELD, _PUT_OFF)).label("todo"),
        func.count().filter(Seat.state == "open").label("claimable"),
        _LATER,
        *_LATE,
    )
    .select_from(Seat)
    .where(_AGENT_WORK, _HERE)
)
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


NEXT = _next(_TODO)
AGENT_NEXT = _next(or_(_TODO, and_(_OTHERS, Seat.state == "claimed")), agent=True)
"""The reader's next task: one of the case `case`, else, if it may be `anywhere`, the first in his hands but `besides`."""


def _count(condition: ColumnElement[bool]) -> Prepared:
    joined = select(func.count().label("number")).select_from(Seat).join(ProcessInstance, ProcessInstance.key == Seat.instance)
    return Prepared(joined.where(condition, _HERE, _wanted()))


VIEWED: Mapping[str, Prepared] = {
    "todo": _count(_TODO),
    "claimable": _count(_FREE),
    "overdue": _count(and_(_work(_overdue(Candidate)), _overdue(Seat))),
    "soon": _count(and_(_work(_soon(Candidate)), _soon(Seat))),
}
"""How many tasks a view of a box has: asked with the filter."""
AGENT_VIEWED: Mapping[str, Prepared] = {
    "todo": _count(or_(_TODO, and_(_OTHERS, Seat.state == "claimed"))),
    "claimable": _count(or_(_FREE, and_(_OTHERS, Seat.state == "open"))),
    "overdue": _count(and_(_AGENT_WORK, _overdue(Seat))),
    "soon": _count(and_(_AGENT_WORK, _soon(Seat))),
}
"""The same for an agent; asked also with `others`."""
