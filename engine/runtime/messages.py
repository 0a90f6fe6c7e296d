"""Delivers messages: to one waiting subscription, to a start event, to nobody yet, or to the dead-message desk.

A message is taken by the first subscription whose correlation names it all carries with equal values, at the addressed
institution when one is addressed. Without one it may start an instance, once per business key and institution, unless
the process is suspended. Until it expires it waits for somebody to wait for it; what comes after its case has ended is dead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Date, Row, bindparam, or_, select

from engine.appliers.attachments import share_attachments
from engine.appliers.jobs import JobScheduled, drop_free, hold_waiting, schedule
from engine.appliers.journal import Journal
from engine.authorization import is_member, today
from engine.errors import Conflict
from engine.kernel import match_message, start_correlation
from engine.kernel.effects import StepResult
from engine.kernel.rows import SubscriptionRow
from engine.kernel.triggers import Fire
from engine.runtime.case import Act, NewCase
from engine.runtime.retries import Place
from engine.runtime.runtime import Runtime
from engine.store.locks import hold
from engine.store.prepared import Among, Prepared
from engine.store.state import SUBSCRIPTION_COLUMNS, correlation_pair
from engine.store.tables import (
    Institution,
    Membership,
    Message,
    ProcessDefinition,
    ProcessInstance,
    Scope,
    StartSubscription,
    Subscription,
)
from engine.store.unit_of_work import UnitOfWork
from engine.store.writes import update_of

NUMBER_LENGTH = 40
MOST_WAITING = 1_000
"""Subscriptions to one message that are looked at."""
MESSAGE = Prepared(select(*Message.__table__.columns).where(Message.key == bindparam("message")).with_for_update())
SETTLED = update_of(Message, "state", "reason", "to_instance", "delivered_at")
STARTS = Prepared(
    select(ProcessDefinition.key, ProcessDefinition.process_id, ProcessDefinition.suspended_at, StartSubscription.element)
    .join(ProcessDefinition, ProcessDefinition.key == StartSubscription.definition)
    .where(StartSubscription.kind == "message", StartSubscription.name == bindparam("name"), ProcessDefinition.latest.is_(True))
    .order_by(ProcessDefinition.key)
)
STARTED = Prepared(
    select(ProcessInstance.institution)
    .join(ProcessDefinition, ProcessDefinition.key == ProcessInstance.definition)
    .where(ProcessInstance.business_key == bindparam("business_key"), ProcessInstance.state == "active")
    .where(ProcessDefinition.process_id == bindparam("process_id"))
)
CODE = Prepared(select(Institution.code).where(Institution.key == bindparam("institution")))
FLAGS = Prepared(select(Scope.flags).where(Scope.key == bindparam("scope")))
EVER_MEMBER = Prepared(select(Membership.key).where(Membership.institution == bindparam("institution")).limit(1))
MEMBER_TODAY = Prepared(
    select(Institution.key).where(
        Institution.key == bindparam("institution"), is_member(Institution.key, bindparam("day", type_=Date()))
    )
)


def _waiting(*, suspended: bool, addressed: bool) -> Prepared:
    """Subscriptions to a message by name, of instances that move or of suspended ones, anywhere or at one institution."""
    statement = (
        select(Subscription.instance, *SUBSCRIPTION_COLUMNS)
        .join(ProcessInstance, ProcessInstance.key == Subscription.instance)
        .where(Subscription.kind == "message", Subscription.name == bindparam("name"))
        .where(or_(Subscription.correlation_value.is_(None), Among(Subscription.correlation_value, "pairs")))
        .where(ProcessInstance.suspended_at.is_not(None) if suspended else ProcessInstance.suspended_at.is_(None))
        .order_by(ProcessInstance.key, Subscription.sequence)
        .limit(MOST_WAITING)
    )
    if addressed:
        statement = statement.where(ProcessInstance.institution == bindparam("institution"))
    return Prepared(statement)


WAITING = {
    (suspended, addressed): _waiting(suspended=suspended, addressed=addressed)
    for suspended in (False, True)
    for addressed in (False, True)
}
"""By whether the instances are suspended, and whether one institution is addressed."""

Judge = Callable[[Place, int, StepResult], None]
"""Refuses by an error what a message has set off: at which place of which definition it was taken, and what came of it."""


def deliver(work: UnitOfWork, runtime: Runtime, key: int, judge: Judge | None = None) -> str:
    """Delivers the message of that key, if it is still on its way, and returns its state afterwards."""
    message = MESSAGE.first(work.connection, message=key)
    if message is None or message.state not in ("sent", "waiting"):
        return "gone" if message is None else str(message.state)
    if message.expires_at <= work.now:
        return _settle(work, message, "dead", "expired")
    if message.to_institution is not None and not _belongs(work, message):
        return _settle(work, message, "dead", "not-a-member")
    return (
        _to_subscription(work, runtime, message, judge)
        or _to_suspended(work, message)
        or _to_start(work, runtime, message, judge)
        or _nobody(work, message)
    )


def _to_subscription(work: UnitOfWork, runtime: Runtime, message: Row[Any], judge: Judge | None) -> str | None:
    for instance, row in _fitting(work, message, suspended=False):
        case = runtime.lock(work, instance)
        if case.state != "active" or case.suspended_at is not None:
            continue

        def noted(journal: Journal, element: str = row.element) -> None:
            journal.note(
                "message-received",
                element=element,
                message=str(message.id),
                name=message.name,
                by_actor=True,
                data={"from": _code(work, message.from_institution), **_entered(message)},
            )

        trigger = Fire(subscription=row.key, payload=message.payload, correlation=message.correlation)
        place = None if judge is None else _place(work, row)
        try:
            result = runtime.advance(work, case, trigger, Act(action="message", object=message.name), before=noted)
        except Conflict as conflict:
            if conflict.code != "subscription-gone":
                raise
            continue
        if judge is not None and place is not None:
            judge(place, case.definition, result)
        _share(work, message, instance)
        return _settle(work, message, "delivered", None, instance)
    return None


def _entered(message: Row[Any]) -> dict[str, Any]:
    """What the history says of a message that a clerk has entered for somebody else."""
    if message.entered_by is None:
        return {}
    happened = {"occurred": message.occurred_at.isoformat(), "entered": message.sent_at.isoformat()}
    return {"person": message.entered_by, "evidence": message.evidence, **happened}


def _place(work: UnitOfWork, subscription: SubscriptionRow) -> Place:
    """Where a message is taken. A locked instance's subscription is in a scope, unless both have gone."""
    flags = FLAGS.value(work.connection, scope=subscription.scope)
    return Place(element=subscription.element, flags=flags or {})


def _to_suspended(work: UnitOfWork, message: Row[Any]) -> str | None:
    """Keeps what nobody but a suspended instance takes until that is resumed."""
    return _keep(work, message) if _fitting(work, message, suspended=True) else None


def _fitting(work: UnitOfWork, message: Row[Any], *, suspended: bool) -> list[tuple[int, SubscriptionRow]]:
    """Subscriptions that take the message, the oldest first: of instances that move, or of suspended ones."""
    pairs = [correlation_pair({name: value}) for name, value in message.correlation.items()]
    addressed = {} if message.to_institution is None else {"institution": message.to_institution}
    rows = WAITING[suspended, bool(addressed)].all(work.connection, name=message.name, pairs=pairs, **addressed)
    candidates = [
        (row.instance, SubscriptionRow(**{name: value for name, value in row._asdict().items() if name != "instance"}))
        for row in rows
    ]
    return [
        (instance, row)
        for instance, row in candidates
        if match_message([row], message.name, message.correlation, message.payload) is not None
    ]


def _to_start(work: UnitOfWork, runtime: Runtime, message: Row[Any], judge: Judge | None) -> str | None:
    start = _start_for(work, runtime, message)
    if start is None:
        return None
    if start.suspended_at is not None:
        return _to_suspended_process(work, message, start.key)
    # Two messages of one business key, delivered at once, would each find that the other has started nothing.
    hold(work.connection, f"start {start.process_id} {message.to_institution} {message.business_key}")
    if _started_already(work, message, start.process_id):
        return _settle(work, message, "dead", "already-started")
    variables = {"fromInst": _code(work, message.from_institution)} if message.from_institution is not None else {}
    new = NewCase(
        definition=start.key,
        institution=message.to_institution,
        variables={**variables, **message.payload},
        start_element=start.element,
        start_event=("message", message.name),
        number=_number(message.business_key),
        business_key=message.business_key,
        collaboration=message.collaboration,
        occurred_at=None if message.entered_by is None else message.occurred_at,
    )

    def noted(journal: Journal) -> None:
        journal.note(
            "message-received",
            element=start.element,
            message=str(message.id),
            name=message.name,
            by_actor=message.entered_by is not None,
            data={"from": _code(work, message.from_institution), **_entered(message)},
        )

    def judged(result: StepResult) -> None:
        if judge is not None:
            judge(Place(element=start.element, flags={}), start.key, result)

    case = runtime.start(work, new, Act(action="message-start", object=message.name), before=noted, judge=judged)
    _share(work, message, case.key)
    return _settle(work, message, "delivered", None, case.key)


def _start_for(work: UnitOfWork, runtime: Runtime, message: Row[Any]) -> Row[Any] | None:
    """The start event that takes the message: the oldest of those that ask for most, and for nothing that it lacks."""
    found: Sequence[Row[Any]] = STARTS.all(work.connection, name=message.name)
    fitting: list[tuple[int, int, Row[Any]]] = []
    for start in found:
        receive = runtime.definitions.model(start.key).elements[start.element].receive
        wanted = start_correlation(receive)
        if all(name in message.correlation and message.correlation[name] == value for name, value in wanted.items()):
            fitting.append((-len(wanted), len(fitting), start))
    return min(fitting)[2] if fitting else None


def _to_suspended_process(work: UnitOfWork, message: Row[Any], definition: int) -> str:
    """Keeps what would start a suspended process until that is resumed."""
    hold_waiting(work, message.name)
    # It may have been resumed since we looked, and then nobody else would try again.
    still = select(ProcessDefinition.suspended_at).where(ProcessDefinition.key == definition)
    suspended = work.connection.execute(still).scalar_one() is not None
    return _settle(work, message, "waiting" if suspended else "sent", None)


def _started_already(work: UnitOfWork, message: Row[Any], process_id: str) -> bool:
    """Whether an open instance of the process has this business key at this institution: a key starts one at a time."""
    if message.business_key is None:
        return False
    started = STARTED.all(work.connection, business_key=message.business_key, process_id=process_id)
    return any(message.to_institution in (None, row.institution) for row in started)


def _nobody(work: UnitOfWork, message: Row[Any]) -> str:
    """Keeps the message waiting, unless the case it speaks of has ended where it is sent to."""
    if message.business_key is not None:
        table = ProcessInstance
        known = select(table.state).where(table.business_key == message.business_key)
        if message.to_institution is not None:
            known = known.where(table.institution == message.to_institution)
        states = set(work.connection.execute(known).scalars())
        if states and "active" not in states:
            return _settle(work, message, "dead", "case-ended")
    return _keep(work, message)


def _keep(work: UnitOfWork, message: Row[Any]) -> str:
    hold_waiting(work, message.name)
    if _fitting(work, message, suspended=False):
        # Somebody has begun to wait since we looked; locking his case now could lock two transactions for ever.
        return _settle(work, message, "sent", None)
    return _settle(work, message, "waiting", None)


def _settle(work: UnitOfWork, message: Row[Any], state: str, reason: str | None, instance: int | None = None) -> str:
    """Gives the message its state, and the one job that goes with it: a message on its way is tried, a waiting one expires."""
    delivered = work.now if state == "delivered" else None
    values = {"state": state, "reason": reason, "to_instance": instance, "delivered_at": delivered}
    work.write(SETTLED, {**values, "key": message.key})
    drop_free(work, "message", [message.key])
    due = {"sent": work.now, "waiting": message.expires_at}
    if state in due:
        schedule(work, [JobScheduled(kind="message", subject=message.key, due_at=due[state])])
    return state


def _share(work: UnitOfWork, message: Row[Any], receiver: int) -> None:
    if message.from_instance is not None:
        share_attachments(work, message.from_instance, receiver, message.payload)


def _number(business_key: str | None) -> str | None:
    """The document number that a case takes over from the message that starts it; a key that is too long is no number."""
    return business_key if business_key is not None and len(business_key) <= NUMBER_LENGTH else None


def _belongs(work: UnitOfWork, message: Row[Any]) -> bool:
    """Whether the receiving institution may be sent something today: a member, or a partner that was never one."""
    receiver, day = message.to_institution, today(work.now)
    if MEMBER_TODAY.first(work.connection, institution=receiver, day=day) is not None:
        return True
    return EVER_MEMBER.first(work.connection, institution=receiver) is None


def _code(work: UnitOfWork, institution: int | None) -> str | None:
    if institution is None:
        return None
    found: str | None = CODE.value(work.connection, institution=institution)
    return found
