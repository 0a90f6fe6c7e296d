"""Reading one submitted value: JSON from a client becomes the typed value that is stored, or a Wrong.

    text          trimmed; an empty text is null
    number        int without decimal places, else Decimal; numeric text is read too
    money         Decimal with exactly two places
    checkbox      true or false
    choice        the option's value; several choices are a list of them without repetitions
    files         ids of attachments, without repetitions
    date, time    `2026-11-24`, `15:30`
    datetime      UTC, `2026-11-24T07:30:00Z`; an instant without an offset is China's time

`screen` is the first gate for everything a client sends: bounded depth, number of parts and text, no floats, no characters
that a database or a print cannot hold.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from engine.calendar import TIME_ZONE
from engine.forms import rules
from engine.forms.files import FileRules
from engine.forms.patterns import MAX_TEXT
from engine.forms.sentences import Wrong
from engine.forms.tree import MANY_OPTIONS_KINDS, ONE_OPTION_KINDS, TEXT_KINDS, Field

MAX_TEXTFIELD = 1_000
MAX_TEXTAREA = 20_000
MAX_CHOICES = 200

_MAX_DEPTH = 6
_MAX_PARTS = 20_000
_MAX_CHARACTERS = 1_000_000
_MAX_DIGITS = 24
_NUMBER = re.compile(r"[+-]?\d{1,24}(?:\.\d{1,20})?", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_BAD_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?", re.ASCII)
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)
_YEARS = range(1850, 2201)
_CENT = Decimal("0.01")


class Refused(Exception):
    """A value is wrong; `wrong` says how."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.wrong = Wrong(code, facts)


class Screen:
    """One submission's bounds. `bad` collects the paths of values that cannot be stored; they are left out as null."""

    def __init__(self) -> None:
        self.parts = _MAX_PARTS
        self.characters = _MAX_CHARACTERS
        self.bad: list[tuple[str, Wrong]] = []

    def object(self, value: Mapping[Any, Any], path: str = "", depth: int = 0) -> dict[str, Any]:
        """A screened copy of a JSON object. Raises Refused `too-large`."""
        screened = {}
        for key, item in value.items():
            self._spend(1, len(key) if isinstance(key, str) else 0)
            if not isinstance(key, str) or _BAD_CHARACTER.search(key):
                self.bad.append((path + str(key).encode("ascii", "replace").decode(), Wrong("unknown-field")))
                continue
            screened[key] = self.value(item, path + key, depth + 1)
        return screened

    def value(self, value: Any, path: str, depth: int) -> Any:
        """A screened copy of any JSON value."""
        self._spend(1, len(value) if isinstance(value, str) else 0)
        if depth > _MAX_DEPTH:
            raise Refused("too-large")
        if isinstance(value, Mapping):
            return self.object(value, f"{path}.", depth)
        if isinstance(value, list | tuple):
            return [self.value(item, f"{path}.{index}", depth + 1) for index, item in enumerate(value)]
        if isinstance(value, str):
            return self._text(value, path)
        if isinstance(value, float | Decimal | int) and not isinstance(value, bool):
            return self._number(value, path)
        if value is None or isinstance(value, bool):
            return value
        self.bad.append((path, Wrong("wrong-shape")))
        return None

    def _text(self, value: str, path: str) -> str | None:
        if _BAD_CHARACTER.search(value):
            self.bad.append((path, Wrong("bad-characters")))
            return None
        return value.replace("\r\n", "\n").replace("\r", "\n")

    def _number(self, value: float | Decimal | int, path: str) -> int | Decimal | None:
        number = Decimal(repr(value)) if isinstance(value, float) else value
        finite = isinstance(number, int) or (number.is_finite() and number.adjusted() > -_MAX_DIGITS)
        if finite and abs(number) < 10**_MAX_DIGITS:
            return number
        self.bad.append((path, Wrong("not-a-number")))
        return None

    def _spend(self, parts: int, characters: int) -> None:
        self.parts -= parts
        self.characters -= characters
        if self.parts < 0 or self.characters < 0:
            raise Refused("too-large")


def read(field: Field, value: Any) -> Any:
    """The typed value of a field, None for an empty one. Raises Refused."""
    if isinstance(value, str):
        value = value.strip()
    if value is None or value in ("", []):
        return None
    if field.kind in TEXT_KINDS:
        return _text(field, value)
    if field.kind == "number":
        return _number(field, value)
    if field.kind in ONE_OPTION_KINDS:
        return _choice(field, value)
    if field.kind in MANY_OPTIONS_KINDS:
        return _choices(field, value)
    if field.kind == "checkbox":
        return _ticked(value)
    if field.files is not None:
        return _attachments(field.files, value)
    return _moment(field.kind, value)


def is_empty(field: Field, value: Any) -> bool:
    """Whether nothing is written in the field; an unticked box is empty."""
    if field.kind == "checkbox":
        return value is not True
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def offered(field: Field, value: Any, options: set[str]) -> bool:
    """Whether a read choice, or every one of several, is among `options`."""
    return value is None or (set(value) <= options if isinstance(value, list) else value in options)


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise Refused("wrong-shape")
    text = rules.tidy(field.rule.name, value) if field.rule else value
    _within_text(field, text)
    return text


def _within_text(field: Field, value: str) -> None:
    limits = field.limits
    longest = limits.max_length or (MAX_TEXTAREA if field.kind == "textarea" else MAX_TEXTFIELD)
    if limits.pattern:
        longest = min(longest, MAX_TEXT)
    if len(value) > longest:
        raise Refused("too-long", limit=longest, found=len(value))
    if limits.min_length and len(value) < limits.min_length:
        raise Refused("too-short", limit=limits.min_length, found=len(value))
    if limits.pattern and not limits.pattern.search(value):
        raise Refused("pattern")
    if field.component.get("validate", {}).get("validationType") == "email" and not rules.is_email(value):
        raise Refused("email")


def _number(field: Field, value: Any) -> int | Decimal:
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value):
            raise Refused("not-a-number")
        value = Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Refused("not-a-number")
    number = Decimal(value)
    places = 2 if field.money else field.limits.places
    _within(field, number, places)
    if field.money:
        return number.quantize(_CENT)
    return int(number) if number == number.to_integral_value() else number


def _within(field: Field, number: Decimal, places: int | None) -> None:
    limits = field.limits
    if places is not None and number != round(number, places):
        raise Refused("too-precise", limit=places) if places else Refused("not-whole")
    if limits.minimum is not None and number < limits.minimum:
        raise Refused("too-small", limit=_shown(field, limits.minimum))
    if limits.maximum is not None and number > limits.maximum:
        raise Refused("too-big", limit=_shown(field, limits.maximum))


def _shown(field: Field, limit: Decimal) -> str:
    unit = field.component.get("properties", {}).get("unit")
    return f"{limit:f} {unit}" if unit else f"{limit:f}"


def _choice(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise Refused("not-an-option")
    if field.options_from is None and value not in {option.value for option in field.options}:
        raise Refused("not-an-option")
    return value


def _choices(field: Field, value: Any) -> list[str]:
    if not isinstance(value, list):
        raise Refused("wrong-shape")
    if len(value) > MAX_CHOICES:
        raise Refused("too-many", limit=MAX_CHOICES, found=len(value))
    return list(dict.fromkeys(_choice(field, item) for item in value))


def _attachments(rules: FileRules, value: Any) -> list[str]:
    if not isinstance(value, list):
        raise Refused("wrong-shape")
    if len(value) > rules.count:
        raise Refused("too-many", limit=rules.count, found=len(value))
    if not all(isinstance(item, str) and _UUID.fullmatch(item) for item in value):
        raise Refused("unknown-attachment")
    return list(dict.fromkeys(value))


def _ticked(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Refused("not-yes-or-no")
    return value


def _moment(kind: str, value: Any) -> str:
    shape = {"date": _DATE, "time": _TIME, "datetime": _DATETIME}[kind]
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise Refused(f"not-a-{kind}")
    try:
        return _canonical(kind, value)
    except (ValueError, OverflowError):
        raise Refused(f"not-a-{kind}") from None


def _canonical(kind: str, value: str) -> str:
    if kind == "time":
        return time.fromisoformat(value).strftime("%H:%M")
    if kind == "date":
        day = date.fromisoformat(value)
        if day.year not in _YEARS:
            raise ValueError(value)
        return day.isoformat()
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=TIME_ZONE)
    instant = instant.astimezone(UTC)
    if instant.year not in _YEARS:
        raise ValueError(value)
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def json_number(number: Decimal) -> int | float:
    """A bound of the form as plain JSON for the browser; bounds are never stored values."""
    return int(number) if number == number.to_integral_value() else float(number)


def is_plain_number(value: object) -> bool:
    """Whether a value of a form file is a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    return math.isfinite(value)
