"""Withdrawing a case by whoever started it: back to its draft to be revised (撤回修改), or for good (撤销).

The process says until when (`withdraw` of `liandong:process`): until somebody else has acted, which is the default, at any
time, or never. What happened outside the case must have been looked after before it goes back to the draft; ending it for
good runs its compensation and tells the other pools.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, select

from engine.kernel.model import ProcessModel
from engine.kernel.outside import acts_outside
from engine.kernel.rows import JSON
from engine.kernel.triggers import CancelToken, Modify, StartBefore
from engine.store.base import Executes
from engine.store.tables import History, Round, Seat, Token

Hindrance = Literal["ended", "not-starter", "never", "acted"]
"""Why a case cannot be withdrawn: it has ended; another started it; its process never allows it; somebody else has acted."""


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """What withdrawing a case to its draft does."""

    draft: str
    """Id of the first step that the starter did."""
    effects: tuple[str, ...]
    """Elements that have done something outside."""
    undone: tuple[str, ...]
    """Steps whose decisions count no longer."""


def hindrance(connection: Executes, model: ProcessModel, case: Any, person: int | None) -> Hindrance | None:
    """What stands against the person's withdrawing the case, which has `key`, `state` and `started_by`."""
    if case.state != "active":
        return "ended"
    if person is None or case.started_by != person:
        return "not-starter"
    if model.withdraw == "never":
        return "never"
    if model.withdraw == "first-act" and _acted(connection, case.key, person):
        return "acted"
    return None


def withdrawal(connection: Executes, model: ProcessModel, case: Any, person: int) -> Withdrawal | None:
    """How the case goes back to its draft; None when its starter has decided no step of it."""
    decided = _decided(connection, case)
    draft = next((row.element for row in decided if row.assignee == person and _at_top(model, row.element)), None)
    if draft is None:
        return None
    return Withdrawal(
        draft=draft,
        effects=tuple(_effects(connection, model, case.key)),
        undone=tuple(sorted({row.element for row in decided if _at_top(model, row.element)})),
    )


def move(connection: Executes, root_scope: int, withdrawn: Withdrawal) -> Modify:
    """The move of the tokens: the draft is put first, so that the case is never empty, and everything else ends."""
    here = (Token.scope == root_scope, Token.parent.is_(None))
    tokens = connection.execute(select(Token.key).where(*here).order_by(Token.sequence)).scalars()
    cleared: dict[str, JSON] = dict.fromkeys(withdrawn.undone)
    put = StartBefore(element=withdrawn.draft, variables=cleared)
    return Modify(instructions=(put, *(CancelToken(token=key) for key in tokens)))


def _acted(connection: Executes, instance: int, person: int) -> bool:
    """Whether somebody else has decided a task of the case."""
    stands = (Seat.state == "completed", Seat.ending.is_(None))
    others = select(Seat.key).where(Seat.instance == instance, *stands, Seat.assignee != person)
    return connection.execute(others.limit(1)).first() is not None


def _decided(connection: Executes, case: Any) -> list[Row[Any]]:
    statement = (
        select(Round.element, Seat.assignee)
        .join(Seat, Seat.round == Round.key)
        .where(Round.instance == case.key, Round.definition == case.definition, Seat.state == "completed")
        .order_by(Seat.ended_at, Round.key, Seat.key)
    )
    return list(connection.execute(statement).all())


def _at_top(model: ProcessModel, name: str) -> bool:
    element = model.elements.get(name)
    return element is not None and not element.scope and element.loop is None


def _effects(connection: Executes, model: ProcessModel, instance: int) -> list[str]:
    """Elements that have done something outside, in the order of the file."""
    outside = [element.id for element in model.elements.values() if acts_outside(element)]
    if not outside:
        return []
    facts = select(History.element, History.data).where(
        History.instance == instance, History.kind == "activity-ended", History.element.in_(outside)
    )
    done = {row.element for row in connection.execute(facts) if row.data.get("outcome") == "completed"}
    return [name for name in outside if name in done]
