"""Looks for rows that refer to nothing, among the references that the database itself does not check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, String, exists, func, literal, select, union_all

from engine.store.base import Base, Executes
from engine.store.prepared import Prepared


def _each() -> Iterator[Select[Any]]:
    """For each reference a query for its name and the number of rows that refer by it to nothing."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if "refers_to" not in column.info:
                continue
            parent, key = column.info["refers_to"].split(".")
            target = Base.metadata.tables[parent].alias("target")
            lost = column.is_not(None), ~exists().where(target.c[key] == column)
            number = select(func.count()).select_from(table).where(*lost).scalar_subquery()
            yield select(literal(f"{table.name}.{column.name}", String()).label("reference"), number.label("number"))


LOST = Prepared(union_all(*_each()))


def dangling(connection: Connection | Executes) -> dict[str, int]:
    """How many rows refer to a row that is not there, by `table.column`; columns without such rows are left out."""
    return {row.reference: row.number for row in LOST.all(connection) if row.number}
