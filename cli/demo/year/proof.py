"""Whether a year that was lived is whole: the audit trail, and what must hold between the tables of a store at any time.

Each rule is one statement that counts the rows which break it, so that a store of any size is proved in seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import exists, func, not_, select

from engine.engine import Engine
from engine.queries.audit import VerifyAudit
from engine.store.tables import (
    Candidate,
    Incident,
    Job,
    Message,
    ProcessInstance,
    Round,
    Seat,
    Subscription,
    Token,
)

ACTING = ("open", "claimed")
"""States of a seat that waits for its people."""
_ASKED = exists().where(Round.token == Token.key, Round.state == "open")
_STANDS = exists().where(Token.key == Round.token, Token.state == "ready")
_ACTS = exists().where(Seat.round == Round.key, Seat.state.in_(ACTING))
_OFFERED = exists().where(Candidate.seat == Seat.key)
_ALIVE = exists().where(Token.instance == ProcessInstance.key)
_TIMED = exists().where(Job.subject == Subscription.key, Job.kind == "timer")
_TIMER = exists().where(Subscription.key == Job.subject, Subscription.kind == "timer", Subscription.due.is_not(None))
_CARRIED = exists().where(Job.subject == Message.key, Job.kind == "message")

BROKEN: Mapping[str, Any] = {
    "异常停住 incidents": select(func.count()).where(Incident.state == "open"),
    "在办却无处可走 active cases without a token": select(func.count()).where(ProcessInstance.state == "active", not_(_ALIVE)),
    "已结束却还有令牌 ended cases with a token": select(func.count()).where(ProcessInstance.state != "active", _ALIVE),
    "该办却没有任务 tokens that ask nobody": select(func.count()).where(Token.state == "ready", not_(_ASKED)),
    "没有令牌的任务 rounds without a token": select(func.count()).where(Round.state == "open", not_(_STANDS)),
    "没有人办的任务 rounds that ask nobody": select(func.count()).where(Round.state == "open", not_(_ACTS)),
    "没有发给任何人的任务 tasks offered to nobody": select(func.count()).where(Seat.state == "open", not_(_OFFERED)),
    "没有定时的期限 timers without a job": select(func.count()).where(
        Subscription.kind == "timer", Subscription.due.is_not(None), not_(_TIMED)
    ),
    "没有期限的定时 jobs without a timer": select(func.count()).where(Job.kind == "timer", not_(_TIMER)),
    "没有投递的消息 messages without a job": select(func.count()).where(Message.state.in_(("sent", "waiting")), not_(_CARRIED)),
}
"""What must not be, in Chinese and English, and how many there are of it."""


def faults(engine: Engine) -> Iterator[str]:
    """A line for everything in the store that should not be so; none when the year is whole."""
    with engine.database.reading() as connection:
        for name, statement in BROKEN.items():
            number = connection.execute(statement).scalar_one()
            if number:
                yield f"{name}: {number}"
    audit = engine.query(VerifyAudit())
    if audit.faults:
        yield f"审计链有错 faults of the audit trail: {len(audit.faults)}"
