"""The writes of variables, as history keeps them: who wrote what, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

from engine.kernel.rows import JSON
from engine.store.base import Executes
from engine.store.tables import History

KINDS = ("variable", "variables")
"""Kinds of history that hold writes: of a whole step in one row, or, as earlier versions wrote them, one a row."""


@dataclass(frozen=True, kw_only=True)
class Write:
    """One variable's new value."""

    revision: int
    element: str | None
    """The element that wrote it; None stands for the outside."""
    scope: int
    name: str
    value: JSON


def writes(facts: Iterable[Any]) -> Iterator[Write]:
    """The writes in these rows of history, which have `kind`, `revision`, `element` and `data`."""
    for fact in facts:
        if fact.kind == "variables":
            for write in fact.data["writes"]:
                yield Write(revision=fact.revision, **write)
        elif fact.kind == "variable":
            data = fact.data
            yield Write(revision=fact.revision, element=fact.element, scope=data["scope"], name=data["name"], value=data["value"])


def written(connection: Executes, instance: int, *conditions: ColumnElement[bool]) -> list[Write]:
    """The writes of a case for whose rows of history the conditions hold, the oldest first."""
    columns = (History.kind, History.revision, History.element, History.data)
    rows = select(*columns).where(History.instance == instance, History.kind.in_(KINDS), *conditions)
    return list(writes(connection.execute(rows.order_by(History.revision, History.key))))
