"""Looks for rows that refer to nothing, among the references that the database itself does not check."""

from __future__ import annotations

from sqlalchemy import Connection, exists, func, select

from engine.store.base import Base, Executes


def dangling(connection: Connection | Executes) -> dict[str, int]:
    """How many rows refer to a row that is not there, by `table.column`; columns without such rows are left out."""
    found = {}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if "refers_to" not in column.info:
                continue
            parent, key = column.info["refers_to"].split(".")
            target = Base.metadata.tables[parent].alias("target")
            lost = select(func.count()).where(column.is_not(None), ~exists().where(target.c[key] == column))
            number = connection.execute(lost.select_from(table)).scalar_one()
            if number:
                found[f"{table.name}.{column.name}"] = int(number)
    return found
