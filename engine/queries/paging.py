"""Pages of lists: an opaque cursor names the last row of a page by its sort values and its key, so that rows that come or
go between two pages neither repeat nor hide others. No list is ever counted or skipped through.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, literal, tuple_

from engine.errors import Invalid
from engine.store.base import Executes, Instant

T = TypeVar("T")
DEFAULT_LIMIT = 50
MAX_LIMIT = 200
MAX_CURSOR = 400
MAX_KEY = 2**63 - 1
FAR = datetime(9999, 12, 31, tzinfo=UTC)
"""Sorts rows without an instant behind all others."""


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """Some rows of a list, and where the next page starts."""

    items: tuple[T, ...]
    next_cursor: str | None
    """Opaque; None on the last page."""


@dataclass(frozen=True)
class Order:
    """How a list is sorted: its columns, all ascending or all descending, the last one unique."""

    columns: tuple[Any, ...]
    descending: bool = False

    def page(self, connection: Executes, statement: Any, cursor: str | None, limit: int) -> tuple[Sequence[Any], str | None]:
        """The rows of one page and the cursor of the next. `statement` is a select that is not ordered yet.

        Raises Invalid `invalid-cursor` or `invalid-limit`.
        """
        checked_limit(limit)
        named = [column.label(f"sort_{number}") for number, column in enumerate(self.columns)]
        statement = statement.add_columns(*named)
        if cursor is not None:
            after = tuple_(*self._literals(decode_cursor(cursor, len(self.columns))))
            here = tuple_(*self.columns)
            statement = statement.where(here < after if self.descending else here > after)
        ordered = statement.order_by(*(column.desc() if self.descending else column.asc() for column in self.columns))
        rows: Sequence[Any] = connection.execute(ordered.limit(limit + 1)).all()
        following = None
        if len(rows) > limit:
            rows = rows[:limit]
            following = encode_cursor([rows[-1]._mapping[column.name] for column in named])
        return rows, following

    def _literals(self, values: Sequence[Any]) -> list[ColumnElement[Any]]:
        literals: list[ColumnElement[Any]] = []
        for column, value in zip(self.columns, values, strict=True):
            wants_instant = isinstance(column.type, Instant)
            if wants_instant != isinstance(value, datetime):
                raise _invalid()
            literals.append(literal(value, column.type if wants_instant else None))
        return literals


def checked_limit(limit: int) -> int:
    """The limit itself. Raises Invalid `invalid-limit`."""
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid("invalid-limit", "Expected a limit from 1 to {most}, but it is {limit}", most=MAX_LIMIT, limit=limit)
    return limit


def key_cursor(cursor: str | None) -> int:
    """The key after which a list that is sorted by key goes on; 0 at its start. Raises Invalid `invalid-cursor`."""
    [key] = (0,) if cursor is None else decode_cursor(cursor, 1)
    if not isinstance(key, int):
        raise _invalid()
    return key


def encode_cursor(values: Sequence[Any]) -> str:
    """An opaque text for integers and aware datetimes."""
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, count: int) -> list[Any]:
    """The `count` values of a cursor, integers and aware datetimes. Raises Invalid `invalid-cursor`."""
    try:
        if len(cursor) > MAX_CURSOR:
            raise _invalid()
        values = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        if not isinstance(values, list) or len(values) != count:
            raise _invalid()
        return [_value(value) for value in values]
    except (ValueError, binascii.Error, RecursionError, OverflowError):
        raise _invalid() from None


def _value(value: Any) -> int | datetime:
    if isinstance(value, str):
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise _invalid()
        return instant.astimezone(UTC)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_KEY:
        return value
    raise _invalid()


def _invalid() -> Invalid:
    return Invalid("invalid-cursor", "Expected a cursor of this list, but it is none")
