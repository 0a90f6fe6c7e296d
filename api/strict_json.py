"""Reads and writes JSON without the loopholes of the usual parsers.

Refused: NaN and infinities, a key twice in one object, NUL and lone surrogates in texts, nesting beyond 32, more than
5,000 keys, integers of 2^53 and beyond (a browser would round them), numbers with absurd exponents. Numbers with a
fraction become Decimal and leave as exact numbers.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

import simplejson
from flask import Flask
from flask.json.provider import JSONProvider

MAX_DEPTH = 32
MAX_KEYS = 5_000
MAX_INTEGER = 2**53
MAX_NUMBER_CHARACTERS = 40
MAX_EXPONENT = 30


class JsonRefused(ValueError):
    """The text is not JSON as we take it; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def load(text: bytes) -> Any:
    """The value of a JSON document in UTF-8. Raises JsonRefused."""
    try:
        value = json.loads(
            text.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_decimal
        )
    except JsonRefused:
        raise
    except RecursionError:
        raise JsonRefused("json-too-deep") from None
    except ValueError:
        raise JsonRefused("invalid-json") from None
    _check(value)
    return value


def refuse_text(text: str) -> None:
    """Raises JsonRefused when `text` holds what no database column can."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise JsonRefused("invalid-text")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise JsonRefused("json-duplicate-key")
    return found


def _constant(name: str) -> NoReturn:
    raise JsonRefused("json-not-a-number")


def _integer(digits: str) -> int:
    if len(digits) > MAX_NUMBER_CHARACTERS or abs(int(digits)) >= MAX_INTEGER:
        raise JsonRefused("json-number-too-large")
    return int(digits)


def _decimal(digits: str) -> Decimal:
    if len(digits) > MAX_NUMBER_CHARACTERS:
        raise JsonRefused("json-number-too-large")
    number = Decimal(digits)
    if number and abs(number.adjusted()) > MAX_EXPONENT:
        raise JsonRefused("json-number-too-large")
    return number


def _check(value: Any) -> None:
    level, depth, keys = [value], 0, 0
    while level:
        for item in level:
            if isinstance(item, str):
                refuse_text(item)
        nested = [item for item in level if isinstance(item, (dict, list))]
        names = [name for item in nested if isinstance(item, dict) for name in item]
        for name in names:
            refuse_text(name)
        depth, keys = depth + bool(nested), keys + len(names)
        if depth > MAX_DEPTH:
            raise JsonRefused("json-too-deep")
        if keys > MAX_KEYS:
            raise JsonRefused("json-too-many-keys")
        level = [inner for item in nested for inner in (item.values() if isinstance(item, dict) else item)]


class StrictJson(JSONProvider):
    """What Flask reads and writes JSON with."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """JSON text of `obj`; raises TypeError or ValueError for what JSON has no form for."""
        return simplejson.dumps(obj, use_decimal=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The value of a JSON document. Raises JsonRefused."""
        return load(s.encode() if isinstance(s, str) else s)
