"""What every table shares: the declarative base, the column types, and the two names of an entity.

An entity has a 63-bit integer `key`, its primary key, given by `KeySequence` before the row is written, and a random
UUID `id`, the name it has outside. Instants are UTC; JSON keeps decimals exact.
"""

from __future__ import annotations

import json
import json.encoder
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol, cast
from uuid import UUID, uuid4

import simplejson
from sqlalchemy import BigInteger, DateTime, Dialect, MetaData, Text, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every table, in the engine and in the API's Flask-SQLAlchemy alike."""

    metadata = MetaData(naming_convention=NAMING)


_ENCODER = simplejson.JSONEncoder(use_decimal=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)
Bind = Callable[[Any], Any]
"""What a value becomes for the driver."""
FAR = datetime(9999, 12, 31, tzinfo=UTC)
"""Sorts rows without an instant behind all others."""
INSTANTS_AT_ONCE = 256
"""Whose spelling is kept."""
_PLAIN_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)
"""Twice as quick, and writes the same but for the two characters below; it knows no decimals."""
_pieces = cast(Any, json.encoder).c_make_encoder(
    None, _PLAIN_ENCODER.default, json.encoder.encode_basestring, None, ":", ",", True, False, False
)
"""What `_PLAIN_ENCODER` makes anew for every value, which costs more than most values do."""
_ESCAPED_ONLY_BY_THE_OTHER = ("\u2028", "\u2029")


def _no_number(text: str) -> Any:
    raise ValueError(f"Expected a JSON number, but found {text}")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_number)
_EMPTY = "{}"
"""By far the commonest JSON in the store."""


def dump_json(value: Any) -> str:
    """JSON text of `value`: decimals as exact numbers, no floats that are not numbers, keys sorted."""
    if type(value) is dict and not value:
        return _EMPTY
    try:
        text = "".join(_pieces(value, 0))
    except TypeError:
        return _ENCODER.encode(value)
    line, paragraph = _ESCAPED_ONLY_BY_THE_OTHER
    return _ENCODER.encode(value) if line in text or paragraph in text else text


def load_json(text: str) -> Any:
    """The value of JSON text; every number with a fraction is a Decimal."""
    if text == _EMPTY:
        return {}
    if text[0] == '"' and "\\" not in text:
        return text[1:-1]
    return _DECODER.decode(text)


class Json(TypeDecorator[Any]):
    """JSON in a text column, the same on every database."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Bind:
        return _dump_or_null

    def result_processor(self, dialect: Dialect, coltype: object) -> Bind:
        return _load_or_null


class JsonValue(Json):
    """JSON in which null is a value like any other, so that a variable can hold it."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Bind:
        return dump_json


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Bind:
        return _utc if dialect.name == "postgresql" else _utc_text

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _dump_or_null(value: Any) -> str | None:
    return None if value is None else dump_json(value)


def _load_or_null(text: str | None) -> Any:
    return None if text is None else load_json(text)


def _utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("Expected an aware datetime, but it has no time zone")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


def _utc_text(value: datetime | None) -> str | None:
    utc = _utc(value)
    return None if utc is None else _spelled(utc)


@lru_cache(INSTANTS_AT_ONCE)
def _spelled(utc: datetime) -> str:
    """How SQLAlchemy keeps a time on SQLite. Most rows of a step hold the same."""
    return utc.replace(tzinfo=None).isoformat(" ", "microseconds")


class Executes(Protocol):
    """A SQLAlchemy connection or session."""

    def execute(self, statement: Any, parameters: Any = None, /) -> Any: ...


def reference(target: str, **options: Any) -> Any:
    """A column that holds the key of a row of another table, `target` being `table.key`, without the database checking it.

    For rows that only appliers write, in the transaction that has written or locked what they refer to, and that refer to
    what is never deleted: a foreign key would read and lock that row once more for each of them. `VerifyAudit` looks for
    references to nothing.
    """
    return mapped_column(BigInteger, info={"refers_to": target}, **options)


class Keyed:
    """A row with an integer key."""

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class Entity(Keyed):
    """A row that can be named from outside."""

    id: Mapped[UUID] = mapped_column(Uuid(), default=uuid4, unique=True)
