"""Taking one's own decision back (收回) while nobody has acted on it and nothing outside has happened because of it.

What the decision set off is read from the history of its revision, and of those in which the case then went on by
itself: the tokens that began in them must all stand where they were put, and none but its own and these
may have ended. Then they are taken away, the variables that it wrote get the
values they had, unless somebody has written them since, and the task opens again for the same person with the same
deadline, its form as it was typed. Where several sign, their round goes on as it stood before the vote that decided it:
the others' votes count, and who was not needed any more is asked again with the clock he had.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, select

from engine.approvals import MAIN
from engine.kernel.model import ProcessModel
from engine.kernel.outside import acts_outside
from engine.kernel.rows import JSON
from engine.kernel.triggers import CancelToken, Modify, StartBefore
from engine.runtime.written import Write, writes, written
from engine.store.base import Executes
from engine.store.tables import ExternalTask, History, Round, Scope, Seat, Token, Variable

Hindrance = Literal["heard", "seats", "several", "joined", "acted", "taken", "effects", "called"]
"""Why a decision cannot be taken back: it was advice, or that of an added signer; it was one of several side by side; others
have voted since and decided; its branch was joined or something else ended with it; somebody has acted since; somebody has
taken the next task up; something happened outside; a process was called."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A task that was decided, of a case that still runs."""

    id: str
    """Its UUID."""
    instance: int
    kind: str
    """Of its seat."""
    several: bool
    """Whether more than one person had a seat in its round."""
    element: str
    token: int
    scope: int
    """Scope that its variables are in."""


@dataclass(frozen=True, kw_only=True)
class Undoing:
    """How a decision is taken back."""

    tokens: tuple[int, ...]
    """What it has put, to be taken away; what is inside of these goes with them."""
    ancestor: int | None
    """Token of the subprocess that the task is in."""
    restored: Mapping[str, JSON]
    """Variables that get back the values they had, as seen from the task."""
    typed: Mapping[str, JSON]
    """What was submitted with the decision."""
    needless: tuple[str, ...]
    """UUIDs of the seats of others that nobody needed any more because of it."""

    def move(self, element: str) -> Modify:
        """The move of the tokens. The task is put first, so that its subprocess is never empty."""
        put = StartBefore(element=element, ancestor=self.ancestor, variables=self.restored)
        return Modify(instructions=(put, *(CancelToken(token=key) for key in self.tokens)))


def undoing(connection: Executes, model: ProcessModel, decision: Decision) -> Undoing | Hindrance:
    """How the decision can be taken back, or what stands against it."""
    if decision.kind not in MAIN:
        return "heard"
    facts = _facts(connection, decision)
    if decision.several and not any((fact.kind, fact.token) == ("round-decided", decision.token) for fact in facts):
        return "several"
    scope = _scope(connection, decision.scope)
    if not facts or scope is None:
        return "joined"
    if scope.kind not in ("instance", "subprocess", "event_subprocess", "call"):
        return "seats"
    born = {fact.token for fact in facts if fact.kind == "activity-started"}
    gone = {fact.token for fact in facts if fact.kind == "activity-ended"}
    if gone - born - {decision.token}:
        return "joined"
    hindrance = _outside(model, facts) or _moved(connection, decision.instance, born - gone)
    if hindrance is not None:
        return hindrance
    own = list(writes(facts))
    return Undoing(
        tokens=_outermost(connection, born - gone),
        ancestor=scope.host,
        restored=_restored(connection, decision, own),
        typed=_typed(decision, own),
        needless=_needless(facts),
    )


def undoing_vote(connection: Executes, decision: Decision) -> Undoing | Hindrance:
    """How a vote can be taken back that has decided nothing yet: no token has moved."""
    if decision.kind not in MAIN:
        return "heard"
    facts = _facts(connection, decision)
    own = list(writes(facts))
    return Undoing(
        tokens=(),
        ancestor=None,
        restored=_restored(connection, decision, own),
        typed={write.name: write.value for write in own},
        needless=_needless(facts),
    )


def _facts(connection: Executes, decision: Decision) -> list[Row[Any]]:
    """The history of the revision in which the task was decided, and of those in which the case went on by itself."""
    own = (History.instance == decision.instance, History.element == decision.element, History.kind == "task-completed")
    found = connection.execute(
        select(History.revision, History.data).where(*own).order_by(History.revision.desc(), History.key.desc())
    ).all()
    revision = next((row.revision for row in found if row.data.get("task") == decision.id), None)
    if revision is None:
        return []
    columns = (History.key, History.revision, History.kind, History.element, History.token, History.data)
    here = (
        History.instance == decision.instance,
        History.revision >= revision,
        History.revision <= _last(connection, decision, revision),
    )
    return list(connection.execute(select(*columns).where(*here).order_by(History.revision, History.key)).all())


def _last(connection: Executes, decision: Decision, revision: int) -> int:
    """The last of the revisions right after this one in which only the system has decided."""
    later = (History.instance == decision.instance, History.revision > revision, History.kind == "task-completed")
    statement = select(History.revision, History.data).where(*later).order_by(History.revision, History.key)
    for row in connection.execute(statement):
        if row.revision != revision + 1 or not row.data.get("automatic"):
            break
        revision = row.revision
    return revision


def _needless(facts: Iterable[Row[Any]]) -> tuple[str, ...]:
    closed = (fact.data for fact in facts if fact.kind == "task-closed")
    return tuple(data["task"] for data in closed if data["ending"] == "unneeded")


def _scope(connection: Executes, key: int) -> Row[Any] | None:
    found: Row[Any] | None = connection.execute(select(Scope.kind, Scope.host).where(Scope.key == key)).one_or_none()
    return found


def _outside(model: ProcessModel, facts: Iterable[Row[Any]]) -> Hindrance | None:
    for fact in facts:
        if fact.kind == "message-sent":
            return "effects"
        if fact.kind not in ("activity-started", "activity-ended"):
            continue
        element = model.elements.get(fact.element or "")
        if element is None or element.type == "callActivity":
            return "called"
        done = fact.kind == "activity-ended" and fact.data.get("outcome") == "completed"
        if done and (acts_outside(element) or element.handler is not None):
            return "effects"
    return None


def _moved(connection: Executes, instance: int, left: set[int]) -> Hindrance | None:
    """Whether what the decision has put still stands there, untouched."""
    if set(connection.execute(select(Token.key).where(Token.key.in_(left))).scalars()) != left:
        return "acted"
    inside = select(Scope.key).where(Scope.host.in_(left))
    others = select(Token.key).where(Token.scope.in_(inside), Token.key.not_in(left))
    seats = select(Token.key).where(Token.parent.in_(left), Token.key.not_in(left))
    if connection.execute(others.union_all(seats).limit(1)).first() is not None:
        return "acted"
    fetched = select(ExternalTask.token).where(ExternalTask.token.in_(left), ExternalTask.worker.is_not(None))
    if connection.execute(fetched).first() is not None:
        return "effects"
    taken = (
        select(Seat.key)
        .join(Round, Round.key == Seat.round)
        .where(
            Round.instance == instance,
            Round.token.in_(left),
            (Seat.state == "completed") | ((Seat.state == "claimed") & Seat.direct.is_(False)),
        )
    )
    return "taken" if connection.execute(taken.limit(1)).first() is not None else None


def _outermost(connection: Executes, left: set[int]) -> tuple[int, ...]:
    """Those of the tokens that are in no other of them."""
    statement = (
        select(Token.key, Token.parent, Scope.host).join(Scope, Scope.key == Token.scope).where(Token.key.in_(left))
    ).order_by(Token.sequence)
    return tuple(row.key for row in connection.execute(statement) if row.parent not in left and row.host not in left)


def _restored(connection: Executes, decision: Decision, own: Sequence[Write]) -> dict[str, JSON]:
    """The values that the written variables had before, for those that nobody has written since."""
    restored: dict[str, JSON] = {}
    for write in own:
        if write.scope != decision.scope:
            # What lies in scopes that the decision has opened goes with them.
            continue
        now = connection.execute(
            select(Variable.revision).where(Variable.scope == write.scope, Variable.name == write.name)
        ).scalar_one_or_none()
        if now == write.revision:
            restored[write.name] = _before(connection, decision.instance, write, own[0].revision)
    return restored


def _before(connection: Executes, instance: int, write: Write, revision: int) -> JSON:
    """The value that a variable had before a revision."""
    earlier = written(connection, instance, History.revision < revision)
    values = (found.value for found in reversed(earlier) if (found.scope, found.name) == (write.scope, write.name))
    return next(values, None)


def _typed(decision: Decision, own: Iterable[Write]) -> dict[str, JSON]:
    """The form's values: what the task itself wrote, but for its decision."""
    return {write.name: write.value for write in own if write.element == decision.element and write.name != decision.element}
