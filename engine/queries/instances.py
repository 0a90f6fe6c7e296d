"""Cases: the ones a person started or takes part in, one of them opened, and what may be started."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, bindparam, select

from engine.authorization import Standing, require_visible_instance, sees_instance, standing, takes_part, visible_instances
from engine.authorization.archive import may_read_copy
from engine.errors import NotFound
from engine.queries.instance_rows import InstanceRow, instance_rows, instance_values, select_instances, steps_now
from engine.queries.paging import DEFAULT_LIMIT, Order, Page
from engine.queries.registry import Query, Reader
from engine.queries.task_rows import Coded, of_process
from engine.runtime.instance_filter import in_state
from engine.runtime.withdrawal import hindrance
from engine.store.prepared import Prepared
from engine.store.tables import ArchiveCopy, Follow, History, Institution, ProcessInstance

State = Literal["active", "completed", "terminated", "cancelled", "incident", "suspended"]


@dataclass(frozen=True, kw_only=True)
class SearchInstances(Query[Page[InstanceRow]]):
    """The cases that the reader started, follows, or may see at all; newest first."""

    box: Literal["started", "participating", "followed"]
    state: State | None = None
    process: str | None = None
    text: str | None = None
    """Only cases whose subject or number holds this text."""
    cursor: str | None = None
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class GetInstance(Query["InstanceDetail"]):
    """One case."""

    instance: UUID


@dataclass(frozen=True, kw_only=True)
class GetInstanceRow(Query[InstanceRow]):
    """One case as a row of a list, masked."""

    instance: UUID


@dataclass(frozen=True, kw_only=True)
class Member:
    """One pool of a case: an instance of its own at one institution."""

    id: UUID
    pool: str
    institution: Coded | None
    state: str


@dataclass(frozen=True, kw_only=True)
class InstanceDetail(InstanceRow):
    """One case, unmasked, with the other pools of its collaboration that the reader may see."""

    collaboration: tuple[Member, ...]
    collaborates: bool
    """Whether its process is drawn with other pools."""
    ending: str | None
    """What its drawing calls the end at which everything else ended, such as 不通过."""
    ending_en: str | None
    followed: bool
    """Whether the reader follows it."""
    actions: tuple[str, ...]
    """`withdraw` when the reader has started the case and may take it back, `urge` when he may urge those who have it,
    `readArchive` when he may read the copy of the ended case that is kept."""


FOLLOWED = Prepared(select(Follow.since).where(Follow.instance == bindparam("instance"), Follow.person == bindparam("person")))
_CASE = Prepared(select_instances().where(ProcessInstance.id == bindparam("instance")))
_NEWEST = Order((ProcessInstance.started_at, ProcessInstance.key), descending=True)


def search_instances(query: SearchInstances, reader: Reader) -> Page[InstanceRow]:
    """One page of cases. Raises Invalid for a wrong cursor or limit."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    statement = select_instances()
    if query.box == "started":
        mine = (ProcessInstance.started_by == who.person, takes_part(who, reader.now, ProcessInstance.key))
        statement = statement.where(*mine)
    else:
        statement = statement.where(ProcessInstance.key.in_(visible_instances(who, reader.now)))
    if query.box == "followed":
        statement = statement.where(ProcessInstance.key.in_(select(Follow.instance).where(Follow.person == who.person)))
    statement = _filtered(statement, query)
    rows, following = _NEWEST.page(reader.connection, statement, query.cursor, query.limit)
    return Page(items=instance_rows(reader, rows), next_cursor=following)


def get_instance(query: GetInstance, reader: Reader) -> InstanceDetail:
    """The case with its subject in full. Raises NotFound for what the reader may not see."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    row = find_visible(reader, who, query.instance)
    values = instance_values(reader, row, steps_now(reader, [row])) | {"subject": row.subject}
    model = reader.definitions.model(row.definition)
    withdraws = row.suspended_at is None and hindrance(reader.connection, model, row, reader.actor.person) is None
    urges = row.state == "active" and row.suspended_at is None and row.started_by == reader.actor.person
    offered = (("withdraw", withdraws), ("urge", urges), ("readArchive", _reads_copy(reader, who, row)))
    actions = tuple(name for name, possible in offered if possible)
    ending = ending_of(reader, row)
    return InstanceDetail(
        **values,
        collaboration=_members(reader, who, row),
        collaborates=len(model.participants) > 1,
        ending=None if ending is None else ending[0],
        ending_en=None if ending is None else ending[1],
        actions=actions,
        followed=follows(reader, row.key),
    )


def ending_of(reader: Reader, row: Any) -> tuple[str, str] | None:
    """What the end event is called, in Chinese and English, that has ended all of the case of `row`, as a terminate end does."""
    if row.state != "terminated":
        return None
    elements = reader.definitions.model(row.definition).elements
    ends = [id for id, found in elements.items() if found.type == "endEvent" and not found.scope and found.name]
    reached = select(History.element).where(
        History.instance == row.key, History.kind == "activity-ended", History.element.in_(ends)
    )
    last = reader.connection.execute(reached.order_by(History.revision.desc(), History.key.desc()).limit(1)).scalar_one_or_none()
    found = None if last is None else elements[last]
    return None if found is None or found.name is None else (found.name, found.name_en or found.name)


def follows(reader: Reader, instance: int) -> bool:
    """Whether the reader follows a case, given by key."""
    return FOLLOWED.first(reader.connection, instance=instance, person=reader.actor.person) is not None


def get_instance_row(query: GetInstanceRow, reader: Reader) -> InstanceRow:
    """The case as lists show it. Raises NotFound for what the reader may not see."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    return instance_rows(reader, [find_visible(reader, who, query.instance)])[0]


def find_visible(reader: Reader, who: Standing, instance: UUID) -> Any:
    """The row of a case that the reader may see. Raises NotFound."""
    row = _CASE.first(reader.connection, instance=instance)
    if row is None:
        raise NotFound("instance-not-found", "Expected to find case '{id}', but there is none that you may see", id=str(instance))
    require_visible_instance(reader.connection, who, reader.now, row.key, instance)
    return row


def collaboration_of(reader: Reader, collaboration: int) -> Any:
    """The instances of a collaboration, oldest first."""
    statement = (
        select(
            ProcessInstance.key,
            ProcessInstance.id,
            ProcessInstance.definition,
            ProcessInstance.state,
            Institution.code,
            Institution.short_name,
        )
        .outerjoin(Institution, Institution.key == ProcessInstance.institution)
        .where(ProcessInstance.collaboration == collaboration)
        .order_by(ProcessInstance.key)
        .limit(50)
    )
    return reader.connection.execute(statement).all()


def pool_name(reader: Reader, definition: int) -> str:
    """What the pool of a process definition is called in its drawing."""
    model = reader.definitions.model(definition)
    return str(model.participant or model.name or model.id)


def _members(reader: Reader, who: Standing, row: Any) -> tuple[Member, ...]:
    return tuple(
        Member(
            id=other.id,
            pool=pool_name(reader, other.definition),
            state=other.state,
            institution=None if other.code is None else Coded(code=other.code, name=other.short_name),
        )
        for other in collaboration_of(reader, row.collaboration)
        if other.key == row.key or sees_instance(reader.connection, who, reader.now, other.key)
    )


def _reads_copy(reader: Reader, who: Standing, row: Any) -> bool:
    if row.state == "active":
        return False
    kept = select(ArchiveCopy.seats).where(ArchiveCopy.instance == row.key, ArchiveCopy.made_at.is_not(None))
    found = reader.connection.execute(kept).one_or_none()
    return found is not None and may_read_copy(reader.connection, who, reader.now, reader.actor, row.key, found.seats)


def _filtered(statement: Select[Any], query: SearchInstances) -> Select[Any]:
    if query.state is not None:
        statement = statement.where(in_state(query.state))
    if query.process:
        statement = statement.where(of_process(query.process))
    if query.text:
        subject = ProcessInstance.subject.icontains(query.text, autoescape=True)
        statement = statement.where(subject | ProcessInstance.number.icontains(query.text, autoescape=True))
    return statement
