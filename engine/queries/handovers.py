"""What a person who leaves or moves would hand on, and what became of each thing once it was handed on.

For who keeps the organisation. Nothing of what a case is about is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from engine.authorization import ADMINISTRATORS, require_right, today
from engine.errors import EngineError, Invalid, NotFound
from engine.queries.registry import Query, Reader
from engine.runtime.chosen import chosen_steps, require_for_steps
from engine.runtime.handing_on import chair_for, refuse_successor, seat_row
from engine.runtime.handover_choice import Choice, choice_for
from engine.runtime.holdings import Holding, fingerprint, holdings
from engine.runtime.origin import case_origin
from engine.store.tables import Account, Handover, HandoverItem, Person

RIGHT = "administrate"
ROWS_AT_MOST = 200


@dataclass(frozen=True, kw_only=True)
class PreviewHandover(Query["HandoverPreview"]):
    """Everything that would be handed on, and what would become of it by these choices; nothing is changed."""

    person: UUID
    kind: str
    """`leaving` or `moving`."""
    from_date: date | None = None
    """None is today."""
    successors: Mapping[str, UUID] = field(default_factory=dict)
    choices: Mapping[str, Choice] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why something would not be, or was not, handed on."""

    code: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class PreviewItem:
    """One thing, and what would become of it."""

    reference: str
    kind: str
    name: str
    name_en: str
    place: str | None
    until: str | None
    """Day or instant of its deadline or end, as ISO 8601."""
    action: str
    successor: UUID | None
    refusal: Refusal | None


@dataclass(frozen=True, kw_only=True)
class HandoverPreview:
    """What would become of everything that names one person."""

    person: UUID
    name: str
    from_date: date
    fingerprint: str
    items: tuple[PreviewItem, ...]


@dataclass(frozen=True, kw_only=True)
class ListHandovers(Query[tuple["HandoverRow", ...]]):
    """The newest handovers, newest first."""


@dataclass(frozen=True, kw_only=True)
class GetHandover(Query["HandoverRecord"]):
    """One handover with its items."""

    handover: UUID


@dataclass(frozen=True, kw_only=True)
class HandoverRow:
    """One handover, and how many of its things are in which state."""

    id: UUID
    person: UUID
    name: str
    kind: str
    from_date: date
    reason: str
    made_by: str | None
    made_at: datetime
    revoked_by: str | None
    revoked_at: datetime | None
    revoke_reason: str | None
    counts: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class HandoverItemRow:
    """One thing, and what became of it."""

    id: UUID
    kind: str
    name: str
    name_en: str
    place: str | None
    successor: str | None
    state: str
    refusal: Refusal | None
    done_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class HandoverRecord(HandoverRow):
    """One handover with its items."""

    items: tuple[HandoverItemRow, ...]
    left: int
    """Things that name the person today, definitions left out."""


def preview_handover(query: PreviewHandover, reader: Reader) -> HandoverPreview:
    require_right(reader.actor, RIGHT)
    row = reader.connection.execute(select(Person.key, Person.name).where(Person.id == query.person)).one_or_none()
    if row is None:
        raise NotFound("person-not-found", "Expected to find person '{name}', but there is none", name=str(query.person))
    first = query.from_date or today(reader.now)
    found = holdings(reader, reader.definitions, row.key, first, leaving=query.kind == "leaving")
    chosen = {holding.reference: choice_for(holding, query.kind, query.successors, query.choices) for holding in found}
    check = _Check(reader, row.key, found, chosen)
    items = [check.item(holding, chosen[holding.reference]) for holding in found]
    return HandoverPreview(
        person=query.person,
        name=row.name,
        from_date=first,
        fingerprint=fingerprint(found),
        items=tuple(_with_tasks_left(items)),
    )


def _with_tasks_left(items: list[PreviewItem]) -> Iterator[PreviewItem]:
    """The items; a log-in is not shut while tasks would have nobody."""
    left = sum(item.kind == "task" and (item.action == "leave" or item.refusal is not None) for item in items)
    refusal = Refusal(code="handover-tasks-left", facts={"count": left})
    for item in items:
        yield replace(item, refusal=refusal) if left and item.kind == "account" and item.action == "end" else item


class _Check:
    """Who the successors are, read once, and whether they can take what is to be theirs."""

    def __init__(self, reader: Reader, person: int, found: list[Holding], chosen: Mapping[str, Choice]) -> None:
        self._reader = reader
        self._person = person
        wanted = {choice.successor for choice in chosen.values() if choice.successor is not None}
        rows = select(Person.id, Person.key, Person.active, Account.rights).outerjoin(Account, Account.person == Person.key)
        self._people = {row.id: row for row in reader.connection.execute(rows.where(Person.id.in_(wanted)))}
        self._chairs: dict[UUID, set[int]] = {}
        for holding in found:
            successor = chosen[holding.reference].successor
            if successor is not None and holding.institution is not None:
                self._chairs.setdefault(successor, set()).add(holding.institution)

    def item(self, holding: Holding, choice: Choice) -> PreviewItem:
        refusal = None
        if choice.successor is not None:
            try:
                self._require(holding, choice.successor)
            except EngineError as error:
                refusal = Refusal(code=error.code, facts=dict(error.facts))
        return PreviewItem(
            reference=holding.reference,
            kind=holding.kind,
            name=holding.name,
            name_en=holding.name_en,
            place=holding.place,
            until=None if holding.until is None else holding.until.isoformat(),
            action=choice.action,
            successor=choice.successor,
            refusal=refusal,
        )

    def _require(self, holding: Holding, successor: UUID) -> None:
        row = self._people.get(successor)
        if row is None or not row.active:
            raise Invalid(
                "successor-inactive", "Expected a successor who works here, but '{person}' does not", person=str(successor)
            )
        if row.key == self._person:
            raise Invalid("successor-self", "Expected somebody else as the successor, but it is the person himself")
        if holding.kind == "appointment" and not ADMINISTRATORS.isdisjoint(row.rights or ()):
            raise Invalid("administrator-chair", "Expected a person who does business, but his account administrates")
        if holding.kind == "task":
            seat = seat_row(self._reader, holding.subject)
            chair_for(self._reader, seat, row.key, self._chairs.get(successor, ()))
            refuse_successor(self._reader, self._reader.definitions, seat, row.key)
        if holding.kind == "chosen":
            self._require_chosen(holding.subject, row.key)

    def _require_chosen(self, instance: int, successor: int) -> None:
        reader = self._reader
        for found in chosen_steps(reader, reader.definitions, self._person, instance):
            case = case_origin(reader.connection, instance)
            names = case.names(reader.connection, reader.definitions, reader.now, case.root_scope)
            require_for_steps(reader, reader.definitions.model(found.definition), case, names, found.elements, successor)


def list_handovers(query: ListHandovers, reader: Reader) -> tuple[HandoverRow, ...]:
    require_right(reader.actor, RIGHT)
    rows = reader.connection.execute(_rows().order_by(Handover.made_at.desc(), Handover.key.desc()).limit(ROWS_AT_MOST)).all()
    counts = _counts(reader, [row.key for row in rows])
    return tuple(HandoverRow(**_told(row), counts=counts.get(row.key, {})) for row in rows)


def get_handover(query: GetHandover, reader: Reader) -> HandoverRecord:
    require_right(reader.actor, RIGHT)
    row = reader.connection.execute(_rows().where(Handover.id == query.handover)).one_or_none()
    if row is None:
        raise NotFound("handover-not-found", "Expected to find handover '{name}', but there is none", name=str(query.handover))
    columns = (HandoverItem.id, HandoverItem.kind, HandoverItem.name, HandoverItem.name_en, HandoverItem.place)
    outcome = (HandoverItem.state, HandoverItem.code, HandoverItem.facts, HandoverItem.done_at)
    items = (
        select(*columns, Person.name.label("successor"), *outcome)
        .outerjoin(Person, Person.key == HandoverItem.successor)
        .where(HandoverItem.handover == row.key)
        .order_by(HandoverItem.key)
    )
    now = holdings(
        reader, reader.definitions, row.person_key, max(row.from_date, today(reader.now)), leaving=row.kind == "leaving"
    )
    return HandoverRecord(
        **_told(row),
        counts=_counts(reader, [row.key]).get(row.key, {}),
        items=tuple(_item(found) for found in reader.connection.execute(items)),
        left=sum(holding.kind != "definition" for holding in now),
    )


def _rows() -> Any:
    person, maker, revoker = aliased(Person), aliased(Person), aliased(Person)
    names = (person.id.label("person"), person.name, maker.name.label("made_by"), revoker.name.label("revoked_by"))
    columns = (Handover.key, Handover.id, Handover.person.label("person_key"), Handover.kind, Handover.from_date, Handover.reason)
    times = (Handover.made_at, Handover.revoked_at, Handover.revoke_reason)
    return (
        select(*columns, *names, *times)
        .join(person, person.key == Handover.person)
        .outerjoin(maker, maker.key == Handover.made_by)
        .outerjoin(revoker, revoker.key == Handover.revoked_by)
    )


def _told(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name not in ("key", "person_key")}


def _counts(reader: Reader, handovers: list[int]) -> dict[int, dict[str, int]]:
    grouped = (
        select(HandoverItem.handover, HandoverItem.state, func.count().label("number"))
        .where(HandoverItem.handover.in_(handovers))
        .group_by(HandoverItem.handover, HandoverItem.state)
    )
    found: dict[int, dict[str, int]] = {}
    for row in reader.connection.execute(grouped):
        found.setdefault(row.handover, {})[row.state] = row.number
    return found


def _item(row: Any) -> HandoverItemRow:
    values = {name: value for name, value in row._mapping.items() if name not in ("code", "facts")}
    return HandoverItemRow(**values, refusal=None if row.code is None else Refusal(code=row.code, facts=row.facts))
