"""A task as a row of a list: what the inbox shows of a seat, for one reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, case, exists, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from engine.authorization import Standing, delegated_reach, held_by_principal
from engine.kernel.model import OutcomeModel
from engine.queries.registry import Reader
from engine.runtime.operations import ADVICE, CAST_VOTES
from engine.runtime.returning import RETURN
from engine.store.prepared import Among
from engine.store.tables import (
    Appointment,
    Candidate,
    HeldDecision,
    Institution,
    Message,
    Notification,
    Person,
    ProcessDefinition,
    ProcessInstance,
    Round,
    Seat,
)


@dataclass(frozen=True, kw_only=True)
class Named:
    """Something with an id outside and a name."""

    id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class Coded:
    """Something with a code and a name."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True)
class ProcessName:
    """A process definition by its key in the model, with its name for people."""

    key: str
    name: str
    name_en: str
    version: int


@dataclass(frozen=True, kw_only=True)
class CaseName:
    """A process instance by its id and its document number."""

    id: UUID
    number: str | None


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who sent a task here: a person with the institution he acted for, or an institution by a message."""

    name: str
    institution: str | None


@dataclass(frozen=True, kw_only=True)
class TaskRow:
    """One task in a list."""

    id: UUID
    key: int
    revision: int
    name: str
    """Name of the step."""
    name_en: str | None
    """The same in English, where the model gives it."""
    subject: str | None
    """Masked in lists, whole in the open task."""
    urgency: str | None
    process: ProcessName
    instance: CaseName
    institution: Coded | None
    """Owner of the case."""
    sender: Sender | None
    state: str
    assignee: Named | None
    suspended: bool
    """True while its case is suspended: nobody can act on it."""
    claimable: bool
    """True when the reader may take it."""
    mine: bool
    """True while the reader holds it."""
    created_at: datetime
    due_at: datetime | None
    term_seconds: int | None
    """The whole term in plain seconds."""
    provisional: bool
    """True when the due date lies in a year whose calendar is not published."""
    response_due_at: datetime | None
    """Until when somebody should have taken it up; None once somebody has, and where the model does not ask for it."""
    level: int
    unread: bool
    """True while a line to the reader about it is unread."""
    completed_at: datetime | None
    outcome: str | None
    outcome_label: str | None
    outcome_label_en: str | None
    reason: str | None
    kind: str
    """`asked`, `before`, `after`, `beside` or `advice`."""
    ending: str | None
    """How it ended when nobody completed it, such as `unneeded` or `transferred`."""
    urged: int
    """How often its people were urged."""
    on_behalf_of: str | None = None
    """Name of the principal for whom the reader may do it, or an agent has done it."""
    held_until: datetime | None = None
    """Set while a decision of the reader waits to be sent: until then he can take it back for certain."""
    held_label: str | None = None
    held_label_en: str | None = None
    """What he has decided."""
    copy_id: UUID | None = None
    """Set in the list of copies."""
    read_at: datetime | None = None
    follow_up_at: datetime | None = None
    """Until when the reader has put it off, in the list of what is put off."""


HELD = aliased(HeldDecision)
OWNER, ASSIGNEE, SENDER, PRINCIPAL = aliased(Institution), aliased(Person), aliased(Person), aliased(Person)


def select_rows(reader: Reader, standing: Standing) -> Any:
    """The columns of task rows; the caller says which seats. `home` is the definition of the task's element, which in a
    called process is not the case's."""
    own: ColumnElement[bool] = Seat.assignee == reader.actor.person
    for delegated in standing.delegated:
        own = own | and_(held_by_principal(delegated), *delegated_reach(standing, delegated))
    return _rows(reader.actor.person, _offered(standing), own)


def select_rows_asked(*, agent: bool = False) -> Any:
    """The same for a prepared statement, which is asked with the reader's `person` and `principals`, an agent's with `others`."""
    own: ColumnElement[bool] = Seat.assignee == bindparam("person")
    if not agent:
        return _rows(bindparam("person"), offered_asked(), own)
    others = Among(Seat.key, "others")
    return _rows(bindparam("person"), or_(offered_asked(), others), or_(own, others))


def offered_asked() -> ColumnElement[bool]:
    """Condition that a seat is offered to one of the `principals` that a prepared statement is asked with."""
    return exists().where(Candidate.seat == Seat.key, Among(Candidate.principal, "principals")).correlate(Seat)


def _rows(person: int | BindParameter[Any] | None, offered: ColumnElement[bool], own: ColumnElement[bool]) -> Any:
    return (
        select(
            Seat.key,
            Seat.id,
            Seat.revision,
            Seat.element,
            Seat.name,
            Seat.state,
            Seat.assignee,
            Seat.direct,
            Seat.opened_at,
            Seat.due_at,
            Seat.term,
            Seat.level,
            Seat.ended_at,
            Seat.outcome,
            Seat.reason,
            Seat.kind,
            Seat.parent,
            Seat.ending,
            Seat.urged,
            Seat.round,
            Seat.instance,
            Seat.capacity,
            Round.definition.label("home"),
            Round.scope,
            Round.token,
            Round.returned,
            Round.several,
            Round.decided_at,
            ProcessInstance.id.label("instance_id"),
            ProcessInstance.number,
            ProcessInstance.subject,
            ProcessInstance.subject_masked,
            ProcessInstance.urgency,
            ProcessInstance.definition,
            ProcessInstance.suspended_at,
            ProcessInstance.state.label("case_state"),
            ProcessInstance.revision.label("case_revision"),
            Seat.ended_by,
            OWNER.code.label("owner_code"),
            OWNER.short_name.label("owner_name"),
            ASSIGNEE.id.label("assignee_id"),
            ASSIGNEE.name.label("assignee_name"),
            SENDER.name.label("sender_name"),
            _sender_institution().label("sender_institution"),
            _message_institution().label("message_institution"),
            offered.label("offered"),
            own.label("own"),
            PRINCIPAL.name.label("principal_name"),
            _unread(person).label("unread"),
            HELD.person.label("held_by"),
            HELD.due_at.label("held_until"),
            HELD.outcome.label("held_outcome"),
        )
        .join(Round, Round.key == Seat.round)
        .join(ProcessInstance, ProcessInstance.key == Seat.instance)
        .outerjoin(OWNER, OWNER.key == ProcessInstance.institution)
        .outerjoin(ASSIGNEE, ASSIGNEE.key == Seat.assignee)
        .outerjoin(SENDER, SENDER.key == Seat.sent_by)
        .outerjoin(PRINCIPAL, PRINCIPAL.key == Seat.on_behalf_of)
        .outerjoin(HELD, and_(HELD.seat == Seat.key, HELD.refusal.is_(None)))
    )


def of_process(process: str, version: int | None = None) -> ColumnElement[bool]:
    """Condition that a case runs a version of a process, given by its key in the model; None takes every version."""
    versions = select(ProcessDefinition.key).where(ProcessDefinition.process_id == process)
    if version is not None:
        versions = versions.where(ProcessDefinition.version == version)
    return ProcessInstance.definition.in_(versions)


def pattern(text: str) -> str:
    """The pattern of LIKE, escaped by `/`, for what holds `text`."""
    escaped = text.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return f"%{escaped}%"


def task_rows(reader: Reader, rows: Iterable[Any]) -> tuple[TaskRow, ...]:
    """Records of rows that `select_rows` found, masked."""
    return tuple(TaskRow(**task_values(reader, row)) for row in rows)


def task_values(reader: Reader, row: Any) -> dict[str, Any]:
    """The fields of a task row, for a record that has more of them."""
    chosen = outcome_of(reader, row.home, row.element, row.outcome)
    sender_name = row.sender_name or row.message_institution
    return {
        "id": row.id,
        "key": row.key,
        "revision": row.revision,
        "name": row.name,
        "name_en": step_name_en(reader, row),
        "subject": row.subject_masked,
        "urgency": row.urgency,
        "process": process_name(reader, row.definition),
        "instance": CaseName(id=row.instance_id, number=row.number),
        "institution": None if row.owner_code is None else Coded(code=row.owner_code, name=row.owner_name),
        "sender": None if sender_name is None else Sender(name=sender_name, institution=row.sender_institution),
        "state": row.state,
        "assignee": None if row.assignee_id is None else Named(id=row.assignee_id, name=row.assignee_name),
        "suspended": row.suspended_at is not None,
        "claimable": row.state == "open" and row.suspended_at is None and row.held_by is None and bool(row.offered),
        "mine": row.state == "claimed" and row.held_by is None and bool(row.own),
        **_held(reader, row),
        "on_behalf_of": _principal_name(reader, row),
        "created_at": row.opened_at,
        "due_at": row.due_at,
        "term_seconds": _term_seconds(row),
        "provisional": bool(row.term and row.term.get("provisional")),
        "response_due_at": _response_due(row.term),
        "level": row.level,
        "unread": bool(row.unread),
        "completed_at": row.ended_at if row.state == "completed" or row.ending == "transferred" else None,
        "kind": row.kind,
        "ending": row.ending,
        "urged": row.urged,
        "outcome": row.outcome,
        "outcome_label": chosen.label if chosen else None,
        "outcome_label_en": chosen.label_en if chosen else None,
        "reason": row.reason,
    }


def is_held(seat: InstrumentedAttribute[int] = Seat.key) -> ColumnElement[bool]:
    """Condition that a decision of the seat with that key waits to be sent: then it is in nobody's box of things to do."""
    return exists().where(HeldDecision.seat == seat, HeldDecision.refusal.is_(None)).correlate_except(HeldDecision)


def _held(reader: Reader, row: Any) -> dict[str, Any]:
    """Of a held decision what its maker is shown; nobody else is to know of it yet."""
    if row.held_by is None or row.held_by != reader.actor.person:
        return {}
    chosen = ADVICE if row.kind == "advice" else outcome_of(reader, row.home, row.element, row.held_outcome)
    if chosen is None:
        return {"held_until": row.held_until}
    return {"held_until": row.held_until, "held_label": chosen.label, "held_label_en": chosen.label_en}


def _principal_name(reader: Reader, row: Any) -> str | None:
    """Name of the person for whom the reader may do an open task, or for whom an agent has done it."""
    if row.state == "claimed" and row.own and row.assignee != reader.actor.person:
        return str(row.assignee_name)
    return None if row.principal_name is None else str(row.principal_name)


def step_name_en(reader: Reader, row: Any) -> str | None:
    """English name of a task's step, by the columns `home` and `element`; None where the model gives none."""
    element = reader.definitions.model(row.home).elements.get(row.element)
    return None if element is None else element.name_en


def process_name(reader: Reader, definition: int) -> ProcessName:
    """The name of a process definition, given by its key."""
    known = reader.definitions.get(definition)
    model = known.model
    name = model.title or model.name or model.id
    return ProcessName(key=model.id, name=name, name_en=model.title_en or name, version=known.version)


def outcomes_of(reader: Reader, definition: int, element: str) -> tuple[OutcomeModel, ...]:
    """The ways to decide a task; a task that names none can only be done."""
    model = reader.definitions.model(definition)
    found = model.elements.get(element)
    declared = found.approval.outcomes if found is not None and found.approval is not None else ()
    return declared or (OutcomeModel(value="done", label="完成", label_en="Done"),)


def outcome_of(reader: Reader, definition: int, element: str, value: str | None) -> OutcomeModel | None:
    """The outcome of that value; a task can also have been sent back, or have given advice."""
    if value == RETURN.value:
        return RETURN
    fixed = next((outcome for outcome in (ADVICE, CAST_VOTES) if outcome.value == value), None)
    if fixed is not None:
        return fixed
    return next((outcome for outcome in outcomes_of(reader, definition, element) if outcome.value == value), None)


def _term_seconds(row: Any) -> int | None:
    if row.due_at is None:
        return None
    start = datetime.fromisoformat(row.term["start"]) if row.term and row.term.get("start") else row.opened_at
    return int((row.due_at - start).total_seconds())


def _response_due(term: Mapping[str, Any] | None) -> datetime | None:
    response = (term or {}).get("response")
    return None if response is None or response["answered"] else datetime.fromisoformat(response["due"])


def _sender_institution() -> Any:
    """Where the sender acted: the chair of the task whose end opened this one, else the case's owner for its starter."""
    sent, chair, place = aliased(Seat), aliased(Appointment), aliased(Institution)
    before = (
        select(place.short_name)
        .join(chair, chair.institution == place.key)
        .join(sent, sent.capacity == chair.key)
        .where(sent.ended_by == Seat.sent_by, sent.ended_at == Seat.opened_at)
        .limit(1)
        .correlate(Seat)
        .scalar_subquery()
    )
    started = and_(Seat.sent_by == ProcessInstance.started_by, Seat.opened_at == ProcessInstance.started_at)
    return case((started, OWNER.short_name), else_=before)


def _message_institution() -> Any:
    place = aliased(Institution)
    return (
        select(place.short_name)
        .join(Message, Message.from_institution == place.key)
        .where(Seat.sent_by.is_(None), Message.to_instance == Seat.instance, Message.delivered_at == Seat.opened_at)
        .limit(1)
        .correlate(Seat)
        .scalar_subquery()
    )


def _offered(standing: Standing) -> ColumnElement[bool]:
    if not standing.principals:
        return literal(False)
    found = _offered_to(standing.principals)
    for delegated in standing.delegated:
        found = found | and_(_offered_to(delegated.principals), *delegated_reach(standing, delegated))
    return found


def _offered_to(principals: tuple[str, ...]) -> ColumnElement[bool]:
    return exists().where(Candidate.seat == Seat.key, Candidate.principal.in_(principals)).correlate(Seat)


def _unread(person: int | BindParameter[Any] | None) -> ColumnElement[bool]:
    mine = (Notification.person == person, Notification.read_at.is_(None), Notification.seat == Seat.key)
    return exists().where(*mine).correlate(Seat)
