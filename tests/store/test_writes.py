"""Writes that wait: parts of a transaction that are undone by themselves, and what several of them send as one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from engine.config import Config
from engine.records import SYSTEM
from engine.store.database import Database
from engine.store.tables import Post
from engine.store.unit_of_work import UnitOfWork
from engine.store.writes import exact_update_of, insert_of, update_of

NEW_POST, RENAMED = insert_of(Post), exact_update_of(Post, "name")


class Changed(Exception):
    """The row was not the one that was read."""


def post(key: int) -> dict[str, Any]:
    return {"key": key, "code": f"P{key}", "name": f"Post {key}", "name_en": f"Post {key}", "superior": None, "leader": None}


def working(connection: Connection) -> UnitOfWork:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    return UnitOfWork(connection=connection, now=now, actor=SYSTEM, config=Config(), new_key=iter(range(1000)).__next__)


def names(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(select(Post.name).order_by(Post.key)).scalars())


@pytest.mark.parametrize("looks", [False, True], ids=["waiting", "sent"])
def test_an_attempt_that_fails_is_undone_and_nothing_else(database: Database, looks: bool) -> None:
    """Whether the database has heard of it, because something was read meanwhile, or not."""
    with database.writing() as connection:
        work = working(connection)
        work.write(NEW_POST, post(1))
        for key in (2, 3, 4):
            try:
                with work.attempt():
                    work.write(NEW_POST, post(key))
                    if looks:
                        assert work.connection.execute(select(Post.key).where(Post.key == key)).scalar_one() == key
                    work.write(RENAMED, {"key": key, "name": f"Renamed {key}"}, refusal=Changed)
                    work.wake(key)
                    work.jobs_due = key == 3
                    if key == 3:
                        raise ValueError
            except ValueError:
                pass
        work.write(NEW_POST, post(5))
        work.flush()
    assert (work.woken, work.jobs_due) == ({2, 4}, False)
    assert names(database) == ["Post 1", "Renamed 2", "Renamed 4", "Post 5"]


def test_what_an_attempt_writes_keeps_its_order_among_others(database: Database) -> None:
    with database.writing() as connection:
        work = working(connection)
        for key in (1, 2):
            with work.attempt():
                work.write(NEW_POST, post(key))
                work.write(RENAMED, {"key": key, "name": "first"}, refusal=Changed)
                work.write(NEW_POST, post(key + 10))
                work.write(RENAMED, {"key": key, "name": f"last {key}"}, refusal=Changed)
        work.flush()
    assert names(database) == ["last 1", "last 2", "Post 11", "Post 12"]


def test_a_row_that_is_not_there_is_refused_among_others(database: Database) -> None:
    with database.writing() as connection:
        work = working(connection)
        work.write(NEW_POST, post(1))
        for key in (1, 7):
            with work.attempt():
                work.write(RENAMED, {"key": key, "name": "new"}, refusal=Changed)
        with pytest.raises(Changed):
            work.flush()
        connection.rollback()
    assert names(database) == []


def test_a_transaction_that_lost_what_it_had_kept_is_never_committed(database: Database) -> None:
    """The attempt that meets it is innocent: it would be undone and the rest committed with a hole."""
    with database.writing() as connection:
        work = working(connection)
        with work.attempt():
            work.write(NEW_POST, post(1), post(2), post(1))
        with pytest.raises(IntegrityError), work.attempt():
            work.connection.execute(select(Post.key))
        with pytest.raises(IntegrityError):
            work.flush()
        connection.rollback()
    assert names(database) == []


def rename_between(database: Database, key: int) -> None:
    """Writes two posts and the name of one between them, and has the transaction end with that."""
    with database.writing() as connection:
        work = working(connection)
        work.write(NEW_POST, post(1))
        work.write(RENAMED, {"key": key, "name": "new"}, refusal=Changed)
        work.write(NEW_POST, post(2))
        work.finish()


def test_what_is_refused_is_not_committed_with_what_came_before_it(database: Database) -> None:
    """The COMMIT is on its way to PostgreSQL together with the row that is not there."""
    with pytest.raises(Changed):
        rename_between(database, 7)
    assert names(database) == []
    rename_between(database, 1)
    assert names(database) == ["new", "Post 2"]


def test_a_refusal_needs_a_statement_that_fails_by_itself(database: Database) -> None:
    with database.reading() as connection, pytest.raises(TypeError, match="exact"):
        working(connection).write(update_of(Post, "name"), {"key": 1, "name": "new"}, refusal=Changed)
