"""How a person is shown: in full to those who may see it, masked in every list."""

from __future__ import annotations

import re

from engine.expressions.dates import full_years
from engine.expressions.values import JSON, as_text, number_text, wrong_type

_DEMO = "·演示"
_MALE = frozenset({"1", "M", "m", "male", "男"})
_FEMALE = frozenset({"2", "F", "f", "female", "女"})
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*", re.DOTALL)


def _between(text: str, head: int, tail: int) -> str:
    hidden = len(text) - head - tail
    return text[:head] + "*" * hidden + text[len(text) - tail :] if hidden > 0 else "*" * len(text)


def _text_or_nothing(value: JSON) -> str:
    return "" if value is None else as_text(value)


def mask_name(name: JSON) -> JSON:
    """A person's name with all but its first and last character hidden: 赵*国, 张*. The mark of demo names is dropped."""
    text = _text_or_nothing(name).removesuffix(_DEMO)
    return text[:1] + "*" if len(text) == 2 else _between(text, 1, 1)


def mask_id(number: JSON) -> JSON:
    """An identity number with its first six and last four characters: 110101********0000. Short ones show less."""
    text = _text_or_nothing(number)
    return _between(text, 6, 4) if len(text) >= 15 else _between(text, 1, 1)


def mask_phone(number: JSON) -> JSON:
    """A telephone number with its first three and last four characters: 138****0000. Short ones show less."""
    text = _text_or_nothing(number)
    return _between(text, 3, 4) if len(text) >= 11 else _between(text, 1, 2)


def patient_title(name: JSON, sex: JSON = None, age: JSON = None, at: JSON = None) -> JSON:
    """How a case names its patient: `赵建国 男58岁`. `age` is years, or a birth date that is counted to `at`."""
    sign = number_text(sex) if type(sex) is int else _text_or_nothing(sex)
    word = "男" if sign in _MALE else "女" if sign in _FEMALE else ""
    known = word + _age_text(age, at)
    return _text_or_nothing(name) + (f" {known}" if known else "")


def _age_text(age: JSON, at: JSON) -> str:
    if age is None or age == "":
        return ""
    if type(age) is str:
        if not _DATE.fullmatch(age):
            return age if age.endswith("岁") else f"{age}岁"
        return "" if at is None else f"{full_years(age, at)}岁"
    if type(age) is int:
        return f"{number_text(age)}岁"
    raise wrong_type("years or a birth date", age)
