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

from sqlalchemy import BigInteger, Boolean, ColumnElement, bindparam, literal, or_, tuple_

from engine.errors import Invalid
from engine.store.base import Executes, Instant

T = TypeVar("T")
DEFAULT_LIMIT = 50
MAX_LIMIT = 200
MAX_CURSOR = 400
MAX_KEY = 2**63 - 1


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
        statement = statement.add_columns(*self.named())
        if cursor is not None:
            after, here = tuple_(*self._literals(decode_cursor(cursor, len(self.columns)))), tuple_(*self.columns)
            statement = statement.where(here < after if self.descending else here > after)
        return self.cut(connection.execute(statement.order_by(*self.sorting()).limit(limit + 1)).all(), limit)

    def sorting(self) -> list[Any]:
        """What a statement is ordered by."""
        return [column.desc() if self.descending else column.asc() for column in self.columns]

    def named(self) -> list[Any]:
        """The columns under the names by which `cut` finds them."""
        return [column.label(f"sort_{number}") for number, column in enumerate(self.columns)]

    def following(self) -> ColumnElement[bool]:
        """Condition of a prepared statement, asked with what `after` gives: what comes behind the row of a cursor."""
        kinds = (Instant() if isinstance(column.type, Instant) else BigInteger() for column in self.columns)
        after = tuple_(*(bindparam(f"after_{number}", type_=kind) for number, kind in enumerate(kinds)))
        here = tuple_(*self.columns)
        return or_(bindparam("from_start", type_=Boolean()), here < after if self.descending else here > after)

    def after(self, cursor: str | None) -> dict[str, Any]:
        """The values that `following` is asked with. Raises Invalid `invalid-cursor`."""
        values = [None] * len(self.columns) if cursor is None else self._checked(decode_cursor(cursor, len(self.columns)))
        return {"from_start": cursor is None, **{f"after_{number}": value for number, value in enumerate(values)}}

    def cut(self, rows: Sequence[Any], limit: int) -> tuple[Sequence[Any], str | None]:
        """The rows of one page, of those asked for and one more, and the cursor of the next."""
        if len(rows) <= limit:
            return rows, None
        last = rows[limit - 1]
        return rows[:limit], encode_cursor([getattr(last, f"sort_{number}") for number in range(len(self.columns))])

    def _checked(self, values: Sequence[Any]) -> Sequence[Any]:
        for column, value in zip(self.columns, values, strict=True):
            if isinstance(column.type, Instant) != isinstance(value, datetime):
                raise _invalid()
        return values

    def _literals(self, values: Sequence[Any]) -> list[ColumnElement[Any]]:
        kinds = (column.type if isinstance(column.type, Instant) else None for column in self.columns)
        return [literal(value, kind) for value, kind in zip(self._checked(values), kinds, strict=True)]


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
