"""Sending a step back (退回): to which steps that have been done, what ends with it, and the move itself.

Targets are computed on the token tree and the block structure of the drawing. In the branch of the step only its own
token moves. Before a fork, or out of a subprocess, everything else that runs there has to end with it, which the sender
must say. Into another branch, behind a join, into seats of several, or into a subprocess that is over, nothing is sent:
a join would wait for ever, or work would be done twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, func, select

from engine.kernel.analysis.blocks import Blocks, Standing
from engine.kernel.analysis.graph import Scope as Drawing
from engine.kernel.analysis.graph import inside
from engine.kernel.model import Element, OutcomeModel, ProcessModel
from engine.kernel.outside import acts_outside
from engine.kernel.rows import JSON
from engine.kernel.source import SUBPROCESSES
from engine.kernel.triggers import CancelToken, Modify, Move, StartBefore
from engine.store.base import Executes
from engine.store.tables import History, Person, Round, Scope, Seat, Token

RETURN = OutcomeModel(value="#returned", label="退回", label_en="Sent back", kind="negative", opinion="required")
"""How a seat ended whose holder sent the task back."""
Refusal = Literal["behind-join", "other-branch", "unstructured", "seats", "subprocess", "event-subprocess"]
"""Why a step that was done cannot be returned to: it is in a branch that has been joined; in a branch beside; the drawing
does not say which branch; it is a seat of several; it is in a subprocess that is over; ours began by an event."""
Moment = tuple[datetime, int]
"""When a round was opened or decided, and its key for those of one instant: keys of several nodes are in no order."""
_STANDINGS: Mapping[str, Refusal] = {"behind": "behind-join", "beside": "other-branch", "unstructured": "unstructured"}


@dataclass(frozen=True, kw_only=True)
class ReturnTarget:
    """One step that was done before, and whether the task can be sent back to it."""

    element: Element
    persons: tuple[int, ...]
    """Keys of those whose decision it was last; an agent has decided for his principal."""
    names: tuple[str, ...]
    decided: Moment
    began: Moment
    """When it was decided for the first time."""
    refusal: Refusal | None = None
    ends: tuple[str, ...] = ()
    """Elements at which other work of the case ends with the return."""
    effects: tuple[str, ...] = ()
    """Elements between the two steps whose effect outside the case cannot be taken back by it."""
    direct: bool = False
    """Whether the step can come straight back (直达) when it has been done again."""
    previous: bool = False
    """Whether it is the step that was decided last before the task opened (上一步)."""
    first: bool = False
    """Whether it is the first step of the case (发起人)."""
    token: int = 0
    """The token that goes there: the task's own, or that of what it is left with."""
    others: tuple[int, ...] = ()
    """Tokens that end."""
    undone: tuple[str, ...] = ()
    """User tasks whose decisions count no longer when the steps between are gone through anew."""

    @property
    def decided_at(self) -> datetime:
        """When it was decided last."""
        return self.decided[0]

    def move(self, *, direct: bool) -> Modify:
        """The move of the tokens. What undone steps decided is cleared: the process may read it before they are done again."""
        names = (self.element.id,) if direct else self.undone
        cleared: dict[str, JSON] = dict.fromkeys(names)
        target = StartBefore(element=self.element.id, variables=cleared)
        ended = (CancelToken(token=key) for key in self.others)
        return Modify(instructions=(*ended, Move(origin=CancelToken(token=self.token), target=target)))


@dataclass(frozen=True, kw_only=True)
class Standpoint:
    """The open task that is to be sent back."""

    instance: int
    definition: int
    """Key of the definition that its element belongs to."""
    round: int
    token: int
    element: str


@dataclass
class _Level:
    """One executing scope around the task, and the token in it that is, or holds, the task's own."""

    scope: int
    path: tuple[str, ...]
    token: int
    element: str
    at: Mapping[str, int]
    by_event: bool
    ends: Counter[str] = field(default_factory=Counter)
    """Other work that ends when the task leaves what is inside this level."""


@dataclass(frozen=True)
class _Done:
    """A step as it was decided last."""

    element: str
    scope: int
    decided: Moment
    began: Moment
    persons: tuple[int, ...]
    names: tuple[str, ...]


def return_targets(connection: Executes, model: ProcessModel, here: Standpoint) -> tuple[ReturnTarget, ...]:
    """Every step of the same process that was decided before, the latest first, with its refusal where it has one."""
    levels = list(_levels(connection, model, here))
    found = []
    decided = _decided(connection, here, [level.scope for level in levels])
    known = frozenset(done.element for done in decided)
    for done in decided:
        element = model.elements.get(done.element)
        if element is None or element.id == here.element:
            continue
        target = _target(connection, model, here, levels, element, done, known)
        if target is not None:
            found.append(target)
    opened = connection.execute(select(Round.opened_at).where(Round.key == here.round)).scalar_one()
    before = [target.decided for target in found if target.decided < (opened, here.round)]
    latest, earliest = max(before, default=None), min((target.began for target in found), default=None)
    return tuple(replace(target, previous=target.decided == latest, first=target.began == earliest) for target in found)


def _target(
    connection: Executes,
    model: ProcessModel,
    here: Standpoint,
    levels: Sequence[_Level],
    element: Element,
    done: _Done,
    known: frozenset[str],
) -> ReturnTarget | None:
    bare = ReturnTarget(element=element, persons=done.persons, names=done.names, decided=done.decided, began=done.began)
    level = next((level for level in levels if level.path == element.scope), None)
    if level is None:
        outer = levels[-1]
        above = element.scope == outer.path[: len(element.scope)] and outer.by_event
        return replace(bare, refusal="event-subprocess" if above else "subprocess")
    if element.loop is not None:
        return replace(bare, refusal="seats")
    if done.scope != level.scope:
        # Done in an earlier run of the same subprocess.
        return None
    blocks = Blocks(Drawing(model, level.path))
    standing = blocks.standing(level.element, element.id)
    if standing.relation in _STANDINGS:
        return replace(bare, refusal=_STANDINGS[standing.relation])
    beside = _beside(level, standing)
    undone = _undone(model, blocks, level, standing, element.id)
    return replace(
        bare,
        ends=tuple((level.ends + beside).keys()),
        effects=tuple(_effects(connection, model, here, undone, done.decided[0])),
        direct=level is levels[0] and standing.relation == "same" and not level.ends,
        token=level.token,
        others=_others(connection, level, beside),
        undone=tuple(sorted(known.intersection(e.id for e in undone if e.scope == level.path))),
    )


def _beside(level: _Level, standing: Standing) -> Counter[str]:
    """The other tokens of the fork's block."""
    beside = Counter({name: count for name, count in level.at.items() if name in standing.block})
    beside[level.element] -= 1
    return +beside


def _undone(model: ProcessModel, blocks: Blocks, level: _Level, standing: Standing, target: str) -> list[Element]:
    """The elements that are gone through again, those inside subprocesses included."""
    names = blocks.between(target, level.element) | standing.block
    found = [model.elements[name] for name in sorted(names)]
    return found + [inner for element in found if element.type in SUBPROCESSES for inner in inside(model, element)]


def _others(connection: Executes, level: _Level, beside: Mapping[str, int]) -> tuple[int, ...]:
    here = (Token.scope == level.scope, Token.element.in_(beside), Token.parent.is_(None), Token.key != level.token)
    statement = select(Token.key).where(*here).order_by(Token.sequence)
    return tuple(connection.execute(statement).scalars()) if beside else ()


def _levels(connection: Executes, model: ProcessModel, here: Standpoint) -> Iterator[_Level]:
    """The scopes around the task, innermost first, up to its process, to a called one, or to one that an event began."""
    ends: Counter[str] = Counter()
    token = _token(connection, here.token)
    while True:
        while token.parent is not None:
            siblings = connection.execute(select(func.count()).where(Token.parent == token.parent)).scalar_one()
            loop = model.elements[token.element].loop
            if loop is not None and loop.kind != "standard":
                # Even its only open seat is one of several that would end.
                ends[token.element] += max(siblings - 1, 1)
            token = _token(connection, token.parent)
        scope = connection.execute(select(Scope.key, Scope.kind, Scope.host, Scope.at).where(Scope.key == token.scope)).one()
        yield _Level(
            scope=scope.key,
            path=model.elements[token.element].scope,
            token=token.key,
            element=token.element,
            at=scope.at,
            by_event=scope.kind == "event_subprocess",
            ends=Counter(ends),
        )
        if scope.kind != "subprocess":
            return
        inner = Counter(scope.at)
        inner[token.element] -= 1
        ends += +inner
        token = _token(connection, scope.host)


def _token(connection: Executes, key: int) -> Row[Any]:
    columns = (Token.key, Token.scope, Token.element, Token.parent)
    found: Row[Any] = connection.execute(select(*columns).where(Token.key == key)).one()
    return found


def _decided(connection: Executes, here: Standpoint, around: Sequence[int]) -> list[_Done]:
    """The steps of the task's process that people have decided, each once, the latest first.

    A step that was decided in one of the scopes `around` counts as it was decided there, not in a scope beside.
    """
    statement = (
        select(Round.key, Round.element, Round.scope, Round.decided_at, Seat.assignee, Person.name)
        .join(Seat, Seat.round == Round.key)
        .join(Person, Person.key == Seat.assignee)
        .where(
            Round.instance == here.instance,
            Round.definition == here.definition,
            Round.state == "decided",
            Seat.state == "completed",
            Seat.ending.is_(None),
        )
        .order_by(Round.decided_at.desc(), Round.key.desc(), Seat.key)
    )
    latest: dict[str, list[Row[Any]]] = {}
    began: dict[str, Moment] = {}
    for row in connection.execute(statement):
        began[row.element] = (row.decided_at, row.key)
        known = latest.setdefault(row.element, [])
        if known and row.scope in around and known[0].scope not in around:
            known.clear()
        if not known or known[0].key == row.key:
            known.append(row)
    return [
        _Done(
            element=element,
            scope=rows[0].scope,
            decided=(rows[0].decided_at, rows[0].key),
            began=began[element],
            persons=tuple(dict.fromkeys(row.assignee for row in rows)),
            names=tuple(dict.fromkeys(row.name for row in rows)),
        )
        for element, rows in latest.items()
    ]


def _effects(
    connection: Executes, model: ProcessModel, here: Standpoint, undone: Iterable[Element], since: datetime
) -> Iterator[str]:
    """Of the elements to be gone through again, those that have done something outside since the target was decided."""
    outside = {element.id for element in undone if acts_outside(element)}
    if not outside:
        return
    done = select(History.element, History.data).where(
        History.instance == here.instance,
        History.kind == "activity-ended",
        History.at >= since,
        History.element.in_(outside),
    )
    ended = {row.element for row in connection.execute(done) if row.data.get("outcome") == "completed"}
    yield from (element for element in model.elements if element in ended)
