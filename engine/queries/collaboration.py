"""The collaboration of a case: every pool that talks, where each of its cases stands, what was sent, and what is awaited.

The cases are those of the collaboration and those that one of them has exchanged messages with. Who sees a partner's case
sees where it stands; to everybody else it is a black box: a pool with the messages that it exchanged with a case that he
sees, and nothing more. Two strangers' messages do not exist for him. Nothing of what the cases are about is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from engine.authorization import require_right, sees_instance, standing
from engine.errors import NotFound
from engine.kernel.model import Element, ProcessModel
from engine.queries.diagram import TokenMark
from engine.queries.drawn_files import DrawnFile, drawn_files
from engine.queries.exchanged_messages import Passage, passages
from engine.queries.instance_rows import shown_state
from engine.queries.instances import find_visible
from engine.queries.operations import RIGHT, select_operated
from engine.queries.registry import Query, Reader
from engine.queries.task_rows import Coded
from engine.store.tables import History, ProcessInstance, Scope, Subscription, Token

CASES_AT_MOST = 50
"""The oldest of a collaboration."""
WAITED_FOR = frozenset({"catch", "gateway"})
"""Ways of listening in which the case goes on only when the message, or another event beside it, comes."""


@dataclass(frozen=True, kw_only=True)
class GetCollaboration(Query["Collaboration"]):
    """The collaboration of a case that the reader may see."""

    instance: UUID
    drawn: bool = True
    """False leaves out the text of the drawings, for who has them already."""


@dataclass(frozen=True, kw_only=True)
class GetOperatedCollaboration(Query["Collaboration"]):
    """The collaboration of any case. Needs `operations`."""

    instance: UUID
    drawn: bool = True


@dataclass(frozen=True, kw_only=True)
class StandingAt(TokenMark):
    """An element at which tokens stand."""

    name: str
    name_en: str


@dataclass(frozen=True, kw_only=True)
class AwaitedFrom:
    """A message that a case listens for."""

    element: str
    step: str
    step_en: str
    message: str
    since: datetime | None
    """None for what is listened for while a whole subprocess, or the case, is open."""
    needed: bool
    """Whether the case goes on by it; else it may come at any time."""
    pools: tuple[str, ...]
    """Names of the pools that send it, as drawn; empty where no arrow is."""
    cases: tuple[int, ...]
    """Places of the cases in those pools."""


@dataclass(frozen=True, kw_only=True)
class CollaboratingCase:
    """One case of the collaboration. Of one that the reader does not see only place, pool and institution are told."""

    place: int
    """By which messages name it."""
    visible: bool
    pool: str
    institution: Coded | None
    drawing: int | None
    """Place of its drawing; None for one that is not seen and is in no drawing that is."""
    pool_id: str | None
    """Element of its pool in the drawing; None for a process that is drawn without one."""
    id: UUID | None = None
    number: str | None = None
    state: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    tokens: tuple[StandingAt, ...] = ()
    done: tuple[str, ...] = ()
    awaits: tuple[AwaitedFrom, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ExchangedMessage:
    """One message between two cases, or a case and the world outside."""

    id: UUID
    name: str
    source: int | None
    """Place of the case that sent it; None for the world outside."""
    target: int | None
    """Place of the case that has taken it; None for the world outside, or nobody yet."""
    source_name: str
    target_name: str
    """Institution, or pool outside."""
    from_step: str | None
    to_step: str | None
    flows: tuple[tuple[int, str], ...]
    """The arrow along which it went: place of a drawing and id."""
    state: str
    reason: str | None
    sent_at: datetime
    delivered_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class CollaborationDrawing:
    """One file with pools."""

    id: UUID
    """Of one of its processes; the same in every answer."""
    xml: str | None
    title: str
    black_boxes: tuple[str, ...]
    """Elements of the pools whose cases the reader does not see."""


@dataclass(frozen=True, kw_only=True)
class Collaboration:
    """Everything that talks with a case."""

    here: int
    """Place of the case that was asked for."""
    cases: tuple[CollaboratingCase, ...]
    messages: tuple[ExchangedMessage, ...]
    """The oldest first."""
    drawings: tuple[CollaborationDrawing, ...]
    """That of the case that was asked for first."""


def get_collaboration(query: GetCollaboration, reader: Reader) -> Collaboration:
    """Raises NotFound for what the reader may not see."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    asked = find_visible(reader, who, query.instance)
    return _collaboration(reader, asked, lambda key: sees_instance(reader.connection, who, reader.now, key), query.drawn)


def get_operated_collaboration(query: GetOperatedCollaboration, reader: Reader) -> Collaboration:
    """Raises NotAllowed without the right `operations`, NotFound `no-instance`."""
    require_right(reader.actor, RIGHT)
    asked = reader.connection.execute(select_operated().where(ProcessInstance.id == query.instance)).one_or_none()
    if asked is None:
        raise NotFound("no-instance", "Expected to find process instance '{id}', but there is none", id=str(query.instance))
    return _collaboration(reader, asked, lambda key: True, query.drawn)


def _collaboration(reader: Reader, asked: Any, sees: Callable[[int], bool], drawn: bool) -> Collaboration:
    members = _rows(reader, ProcessInstance.collaboration == asked.collaboration)
    # A collaboration may have more cases than are told; the one that was asked for is always among them.
    rows = {row.key: row for row in (*members, *_rows(reader, ProcessInstance.key == asked.key))}
    seen = {key for key in rows if key == asked.key or sees(key)}
    exchanged = passages(reader, sorted(seen))
    ends = {end for passage in exchanged for end in (passage.source, passage.target) if end is not None}
    partners = _rows(reader, ProcessInstance.key.in_(ends - set(rows)))
    seen |= {row.key for row in partners if sees(row.key)}
    rows |= {row.key: row for row in partners}
    told = {key: rows[key] for key in sorted(rows) if key in seen or key in ends}
    files = drawn_files(reader, (asked.definition, *(row.definition for key, row in told.items() if key in seen)))
    view = _View(reader, told, seen, files)
    return Collaboration(
        here=view.places[asked.key],
        cases=tuple(view.case(key) for key in told),
        messages=tuple(view.message(passage) for passage in exchanged),
        drawings=tuple(view.drawing(file, drawn) for file in files),
    )


def _rows(reader: Reader, condition: Any) -> Sequence[Any]:
    statement = select_operated().where(condition).order_by(ProcessInstance.key).limit(CASES_AT_MOST)
    rows: Sequence[Any] = reader.connection.execute(statement).all()
    return rows


class _View:
    """The cases that are told, in the drawings that they are in."""

    def __init__(self, reader: Reader, rows: Mapping[int, Any], seen: set[int], files: tuple[DrawnFile, ...]) -> None:
        self.places = {key: place for place, key in enumerate(rows)}
        self._reader, self._rows, self._seen, self._files = reader, rows, seen, files
        self._models = {key: reader.definitions.model(row.definition) for key, row in rows.items()}
        self._tokens = _tokens(reader, seen)
        self._done = _done(reader, seen)
        self._listening = _listening(reader, seen)

    def case(self, key: int) -> CollaboratingCase:
        row, model = self._rows[key], self._models[key]
        drawing = self._drawing_of(model, row.definition)
        told: dict[str, Any] = {
            "place": self.places[key],
            "visible": key in self._seen,
            "pool": model.participant or model.name or model.id,
            "institution": None if row.code is None else Coded(code=row.code, name=row.short_name),
            "drawing": drawing,
            "pool_id": None if drawing is None else self._files[drawing].pool_of_process(model.id),
        }
        if key not in self._seen:
            return CollaboratingCase(**told)
        return CollaboratingCase(
            **told,
            id=row.id,
            number=row.number,
            state=shown_state(row),
            started_at=row.started_at,
            ended_at=row.ended_at,
            tokens=tuple(_standing_at(model, self._tokens.get(key, ()))),
            done=tuple(sorted(self._done.get(key, ()))),
            awaits=tuple(self._awaited(model, row.definition, found) for found in self._listening.get(key, ())),
        )

    def message(self, passage: Passage) -> ExchangedMessage:
        return ExchangedMessage(
            id=passage.id,
            name=passage.name,
            source=self.places.get(passage.source or 0),
            target=self.places.get(passage.target or 0),
            source_name=self._name(passage.source, passage.from_institution, None),
            target_name=self._name(passage.target, passage.to_institution, passage.endpoint),
            from_step=self._step(passage.source, passage.from_element),
            to_step=self._step(passage.target, passage.to_element),
            flows=tuple(self._flows(passage)),
            state=passage.state,
            reason=passage.reason,
            sent_at=passage.sent_at,
            delivered_at=passage.delivered_at,
            expires_at=passage.expires_at,
        )

    def drawing(self, file: DrawnFile, drawn: bool) -> CollaborationDrawing:
        definition = self._reader.definitions.get(file.definition)
        shown = {model.id for key, model in self._models.items() if key in self._seen}
        hidden = {model.id for key, model in self._models.items() if key not in self._seen} - shown
        boxes = tuple(pool.id for pool in file.participants if pool.process in hidden)
        titled = next((model for model in file.models.values() if model.title), next(iter(file.models.values())))
        return CollaborationDrawing(
            id=definition.id,
            xml=definition.xml.decode("utf-8", errors="replace") if drawn else None,
            title=titled.title or titled.name or titled.id,
            black_boxes=boxes,
        )

    def _drawing_of(self, model: ProcessModel, definition: int) -> int | None:
        """Its own file; a case that is not seen stands in any drawing that has its pool."""
        own = (place for place, file in enumerate(self._files) if definition in file.definitions)
        other = (place for place, file in enumerate(self._files) if model.id in file.models)
        return next(own, next(other, None))

    def _name(self, case: int | None, institution: Coded | None, endpoint: str | None) -> str:
        if institution is not None:
            return institution.name
        if case is not None and case in self._rows:
            row, model = self._rows[case], self._models[case]
            return str(row.short_name or model.participant or model.name or model.id)
        pools = (pool for file in self._files for pool in file.participants if pool.id == endpoint and pool.name)
        named = next(pools, None)
        return (named.name if named else None) or endpoint or "—"

    def _step(self, case: int | None, element: str | None) -> str | None:
        if case is None or case not in self._seen or element is None:
            return None
        found = self._models[case].elements.get(element)
        return (found.name if found else None) or element

    def _flows(self, passage: Passage) -> Iterable[tuple[int, str]]:
        for place, file in enumerate(self._files):
            pools = (self._pool(file, passage.source), self._pool(file, passage.target) or passage.endpoint)
            flow = file.flow_between(passage.from_element, passage.to_element, pools)
            if flow is not None:
                yield place, flow

    def _pool(self, file: DrawnFile, case: int | None) -> str | None:
        return None if case is None or case not in self._models else file.pool_of_process(self._models[case].id)

    def _awaited(self, model: ProcessModel, definition: int, row: Any) -> AwaitedFrom:
        element = model.elements.get(row.element)
        file = next(file for file in self._files if definition in file.definitions)
        pools = file.sources_of(row.element)
        processes = {pool.process for pool in pools if pool.process}
        return AwaitedFrom(
            element=row.element,
            step=_name(element, row.element),
            step_en=_name_en(element, row.element),
            message=row.name or "",
            since=row.entered_at,
            needed=row.mode in WAITED_FOR,
            pools=tuple(pool.name or pool.id for pool in pools),
            cases=tuple(place for key, place in self.places.items() if self._models[key].id in processes),
        )


def _name(element: Element | None, fallback: str) -> str:
    return (element.name if element else None) or fallback


def _name_en(element: Element | None, fallback: str) -> str:
    return (element.name_en if element else None) or _name(element, fallback)


def _standing_at(model: ProcessModel, rows: Iterable[Any]) -> Iterable[StandingAt]:
    """Of the model's own elements; what stands in a called process stands at the call as well."""
    for row in rows:
        element = model.elements.get(row.element)
        if element is not None:
            names = {"name": _name(element, row.element), "name_en": _name_en(element, row.element)}
            yield StandingAt(element=row.element, count=row.count, since=row.since, **names)


def _tokens(reader: Reader, seen: set[int]) -> Mapping[int, list[Any]]:
    """Tokens by case and element. What only holds others together is left out: a subprocess with tokens inside, and the
    token of a multi-instance activity, whose seats count."""
    seat, inner = aliased(Token), aliased(Token)
    holds = exists().where(inner.scope == Scope.key, Scope.host == Token.key)
    statement = (
        select(Token.instance, Token.element, func.count().label("count"), func.min(Token.entered_at).label("since"))
        .where(Token.instance.in_(seen), ~exists().where(seat.parent == Token.key), ~holds)
        .group_by(Token.instance, Token.element)
        .order_by(Token.instance, func.min(Token.sequence))
    )
    return _by_case(reader, statement)


def _done(reader: Reader, seen: set[int]) -> Mapping[int, set[str]]:
    statement = select(History.instance, History.element, History.data).distinct()
    statement = statement.where(History.instance.in_(seen), History.kind == "activity-ended")
    found: dict[int, set[str]] = defaultdict(set)
    for row in reader.connection.execute(statement):
        if row.element and row.data.get("outcome") == "completed":
            found[row.instance].add(row.element)
    return found


def _listening(reader: Reader, seen: set[int]) -> Mapping[int, list[Any]]:
    columns = (Subscription.instance, Subscription.name, Subscription.element, Subscription.mode, Token.entered_at)
    statement = (
        select(*columns)
        .outerjoin(Token, Token.key == Subscription.token)
        .where(Subscription.instance.in_(seen), Subscription.kind == "message")
        .order_by(Subscription.instance, Subscription.sequence)
    )
    return _by_case(reader, statement)


def _by_case(reader: Reader, statement: Any) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in reader.connection.execute(statement):
        found[row.instance].append(row)
    return found
