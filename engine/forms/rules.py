"""The named rules: identity numbers (GB 11643), unified social credit codes (GB 32100), phone numbers, dates that have been.

`staff-number`, that somebody is employed under a number, is asked of the organisation by `engine.forms.submission`.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

from engine.calendar import TIME_ZONE
from engine.forms.sentences import Wrong

STAFF_NUMBER = "staff-number"
RULES = frozenset({"id-number", "uscc", "phone", "date-past", STAFF_NUMBER})
"""Names that a form may use."""

DEMO_DISTRICT = "000000"
"""Reserved district of invented people; no real identity number has it."""

_ID = re.compile(r"[1-9]\d{16}[0-9X]|0{6}\d{11}[0-9X]", re.ASCII)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC = re.compile(f"[{_USCC_ALPHABET}]{{2}}[0-9]{{6}}[{_USCC_ALPHABET}]{{10}}")
_PHONE = re.compile(r"(?:\+?86)?1[3-9]\d{9}|0\d{9,11}(?:[转,]\d{1,6})?|[48]00\d{7}|\d{7,8}", re.ASCII)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")
_OLDEST = 1850
_SEXES = {"1": 1, "2": 0}


def tidy(rule: str, text: str) -> str:
    """The text as the rule wants it stored: full-width digits from an input method become plain, letters of codes large."""
    if rule in ("id-number", "uscc"):
        return unicodedata.normalize("NFKC", text).replace(" ", "").upper()
    return unicodedata.normalize("NFKC", text).strip() if rule in ("phone", STAFF_NUMBER) else text


def broken(rule: str, value: str, *, demo: bool, now: datetime) -> Wrong | None:
    """What is wrong with `value` by `rule`, None when it is right. `now` is an aware instant."""
    if rule == "id-number":
        return _id_number(value, demo, now)
    if rule == "uscc":
        return None if is_uscc(value) else Wrong("uscc")
    if rule == "phone":
        return None if is_phone(value) else Wrong("phone")
    return Wrong("in-the-future") if _after(value, now) else None


def is_email(text: str) -> bool:
    """Whether the text looks like one e-mail address."""
    return _EMAIL.fullmatch(text) is not None


def is_phone(text: str) -> bool:
    """Whether the text is a Chinese mobile, landline or service number; spaces and hyphens do not count."""
    return _PHONE.fullmatch(text.replace("-", "").replace(" ", "")) is not None


def is_uscc(text: str) -> bool:
    """Whether the text is a unified social credit code with the right check character."""
    if not _USCC.fullmatch(text):
        return False
    total = sum(_USCC_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(text[:17]))
    return text[17] == _USCC_ALPHABET[-total % 31]


def id_check_character(first17: str) -> str:
    """The eighteenth character of an identity number, from its first seventeen digits."""
    return _ID_CHECKS[sum(int(digit) * weight for digit, weight in zip(first17, _ID_WEIGHTS, strict=True)) % 11]


def id_birth(number: str) -> str | None:
    """The birth date in an identity number as YYYY-MM-DD, None when there is none."""
    if not _ID.fullmatch(number):
        return None
    text = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    try:
        return text if date.fromisoformat(text).year >= _OLDEST else None
    except ValueError:
        return None


def id_sex_agrees(number: str, sex: str) -> bool:
    """Whether a sex code (GB/T 2261.1) agrees with an identity number; unknown and unstated always do."""
    return sex not in _SEXES or int(number[16]) % 2 == _SEXES[sex]


def _id_number(number: str, demo: bool, now: datetime) -> Wrong | None:
    birth = id_birth(number)
    if birth is None or _after(birth, now) or number[17] != id_check_character(number[:17]):
        return Wrong("id-number")
    return Wrong("id-number-demo") if number.startswith(DEMO_DISTRICT) and not demo else None


def _after(value: str, now: datetime) -> bool:
    """Whether a date, or an instant with an offset, lies after `now`."""
    if len(value) == len("2026-11-24"):
        return date.fromisoformat(value) > now.astimezone(TIME_ZONE).date()
    return datetime.fromisoformat(value) > now


def before_today(value: str, now: datetime) -> bool:
    """Whether a date, or an instant with an offset, lies before the local day of `now`."""
    if len(value) == len("2026-11-24"):
        day = date.fromisoformat(value)
    else:
        day = datetime.fromisoformat(value).astimezone(TIME_ZONE).date()
    return day < now.astimezone(TIME_ZONE).date()
