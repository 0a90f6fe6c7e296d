"""The drawing of a case: its BPMN file, where it stands, what is behind it, and an outline for who cannot see drawings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from engine.authorization import Standing, sees_instance, standing
from engine.kernel.model import Element, ProcessModel
from engine.queries.instances import collaboration_of, find_visible, pool_name
from engine.queries.registry import Query, Reader
from engine.store.tables import History, Token

OUTLINED_WITHOUT_NAME = frozenset(
    {
        "userTask",
        "sendTask",
        "receiveTask",
        "serviceTask",
        "scriptTask",
        "businessRuleTask",
        "callActivity",
    }
)


@dataclass(frozen=True, kw_only=True)
class GetDiagram(Query["Diagram"]):
    """The drawing of one case that the reader may see."""

    instance: UUID


@dataclass(frozen=True, kw_only=True)
class TokenMark:
    """How many tokens stand at an element, the oldest since when."""

    element: str
    count: int
    since: datetime


@dataclass(frozen=True, kw_only=True)
class OutlineStep:
    """One element in the order of the file. `state` is `done`, `now` or `todo`."""

    element: str
    name: str
    type: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Pool:
    """One instance of the collaboration. Only a visible one can be opened."""

    instance: UUID | None
    """None for one that the reader may not see."""
    name: str
    visible: bool


@dataclass(frozen=True, kw_only=True)
class Diagram:
    """The drawing and its marks."""

    xml: str
    tokens: tuple[TokenMark, ...]
    done: tuple[str, ...]
    outline: tuple[OutlineStep, ...]
    pools: tuple[Pool, ...]


def get_diagram(query: GetDiagram, reader: Reader) -> Diagram:
    """Raises NotFound for what the reader may not see."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    row = find_visible(reader, who, query.instance)
    return drawing(reader, row, _pools(reader, who, row))


def drawing(reader: Reader, row: Any, pools: tuple[Pool, ...]) -> Diagram:
    """The drawing of a case, given by its columns `key` and `definition`, with its marks. It tells nothing of anybody."""
    model = reader.definitions.model(row.definition)
    tokens = _tokens(reader, row.key)
    done = _done(reader, row.key)
    here = {token.element for token in tokens}
    return Diagram(
        xml=reader.definitions.xml(row.definition).decode("utf-8", errors="replace"),
        tokens=tokens,
        done=tuple(sorted(done - here)),
        outline=_outline(model, here, done),
        pools=pools,
    )


def _tokens(reader: Reader, instance: int) -> tuple[TokenMark, ...]:
    statement = (
        select(Token.element, func.count().label("count"), func.min(Token.entered_at).label("since"))
        .where(Token.instance == instance)
        .group_by(Token.element)
        .order_by(Token.element)
    )
    return tuple(TokenMark(**row._mapping) for row in reader.connection.execute(statement))


def _done(reader: Reader, instance: int) -> set[str]:
    ended = select(History.element, History.data).where(History.instance == instance, History.kind == "activity-ended").distinct()
    return {row.element for row in reader.connection.execute(ended) if row.data.get("outcome") == "completed"}


def _outline(model: ProcessModel, here: set[str], done: set[str]) -> tuple[OutlineStep, ...]:
    return tuple(
        OutlineStep(
            element=element.id,
            name=element.name or element.id,
            type=element.type,
            state="now" if element.id in here else "done" if element.id in done else "todo",
        )
        for element in model.elements.values()
        if _outlined(element)
    )


def _outlined(element: Element) -> bool:
    return bool(element.name) or element.type in OUTLINED_WITHOUT_NAME


def _pools(reader: Reader, who: Standing, row: Any) -> tuple[Pool, ...]:
    pools = []
    for other in collaboration_of(reader, row.collaboration):
        visible = other.key == row.key or sees_instance(reader.connection, who, reader.now, other.key)
        pools.append(Pool(instance=other.id if visible else None, name=pool_name(reader, other.definition), visible=visible))
    return tuple(pools)
