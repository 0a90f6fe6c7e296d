"""The views' one way to the engine: ask a query, carry out a command, as the person of this request.

A query reads through the request's session. A command has its own transaction, so the session is rolled back before it
(it would hold a connection, and on PostgreSQL an old snapshot) and after it (the next query must see what was done).
"""

from __future__ import annotations

import hashlib
import re
from typing import Any, TypeVar, cast

from flask import current_app, g, request

from api.database import ENGINE_KEY, db
from api.problems import Problem
from engine.commands.registry import Command
from engine.engine import Engine
from engine.queries.registry import Query
from engine.records import Actor

R = TypeVar("R")
_KEY = re.compile(r"[\x21-\x7e]{1,100}")


def engine() -> Engine:
    """The process engine of this application."""
    return cast(Engine, current_app.extensions[ENGINE_KEY])


def ask(query: Query[R], actor: Actor | None = None) -> R:
    """The record that `query` names, as far as the caller may see it."""
    return engine().query(query, actor or caller(), session=cast(Any, db.session))


def carry_out(command: Command[R], part: str | None = None) -> R:
    """Executes `command` for the caller, once per Idempotency-Key; `part` tells the commands of one request apart."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise Problem(422, "idempotency-key")
    if key is not None and part is not None:
        key = hashlib.sha256(f"{key} {part}".encode()).hexdigest()
    return _execute(command, key)


def carry_out_unkeyed(command: Command[R]) -> R:
    """Executes `command` for the caller each time anew: the answer holds a secret that must not be stored, or is worthless."""
    return _execute(command, None)


def _execute(command: Command[R], key: str | None) -> R:
    db.session.rollback()
    try:
        return engine().execute(command, caller(), idempotency_key=key)
    finally:
        db.session.rollback()


def caller() -> Actor:
    """Who sent this request; on a public route, nobody with no right."""
    return cast(Actor, g.caller)
