"""What every table shares: the declarative base, the column types, and the two names of an entity.

An entity has a 63-bit integer `key`, its primary key, given by `KeySequence` before the row is written, and a random
UUID `id`, the name it has outside. Instants are UTC; JSON keeps decimals exact.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol
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
_DECODER = simplejson.JSONDecoder(parse_float=Decimal)
_EMPTY = "{}"
"""By far the commonest JSON in the store."""


def dump_json(value: Any) -> str:
    """JSON text of `value`: decimals as exact numbers, no floats that are not numbers, keys sorted."""
    return _EMPTY if type(value) is dict and not value else _ENCODER.encode(value)


def load_json(text: str) -> Any:
    """The value of JSON text; every number with a fraction is a Decimal."""
    return {} if text == _EMPTY else _DECODER.decode(text)


class Json(TypeDecorator[Any]):
    """JSON in a text column, the same on every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else dump_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else load_json(value)


class JsonValue(Json):
    """JSON in which null is a value like any other, so that a variable can hold it."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return dump_json(value)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("Expected an aware datetime, but it has no time zone")
        utc = value if value.tzinfo is UTC else value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Executes(Protocol):
    """A SQLAlchemy connection or session."""

    def execute(self, statement: Any, parameters: Any = None, /) -> Any: ...


class Keyed:
    """A row with an integer key."""

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class Entity(Keyed):
    """A row that can be named from outside."""

    id: Mapped[UUID] = mapped_column(Uuid(), default=uuid4, unique=True)
