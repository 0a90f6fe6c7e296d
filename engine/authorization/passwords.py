"""Passwords: how they are kept, how they are checked, and which are good enough.

Kept as Argon2id with the parameters that OWASP names for a server that many people sign in to at once (19 MiB, two
passes): a check takes some tens of milliseconds, for a log-in that exists and for one that does not alike. A text is
brought to its NFKC form first, so that full-width letters of a Chinese keyboard are the same password.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.errors import Invalid

SHORTEST = 10
LONGEST = 256
CLASSES = 3
UNUSABLE = "!"
"""Kept for an account that has no password yet: nothing fits it."""
COMMON = frozenset(
    {
        "1234567890",
        "0123456789",
        "0987654321",
        "9876543210",
        "1234512345",
        "1122334455",
        "password",
        "password1",
        "password12",
        "password123",
        "password1234",
        "password01",
        "passw0rd",
        "passw0rd123",
        "p@ssw0rd",
        "p@ssw0rd1",
        "p@ssw0rd12",
        "p@ssw0rd123",
        "p@ssword",
        "p@ssword1",
        "p@ssword123",
        "qwertyuiop",
        "qwerty123",
        "qwerty1234",
        "qwerty12345",
        "qwerty123456",
        "qwer1234",
        "qwer123456",
        "asdf123456",
        "asdfghjkl",
        "asdfghjkl123",
        "zxcvbnm123",
        "1qaz2wsx",
        "1qaz2wsx3edc",
        "1qaz@wsx",
        "1qaz@wsx3edc",
        "!qaz2wsx",
        "!qaz2wsx3edc",
        "qazwsxedc123",
        "q1w2e3r4t5",
        "a1b2c3d4e5",
        "abc123456",
        "abcd123456",
        "abcd1234",
        "abcde12345",
        "aa123456",
        "aa12345678",
        "aa123456789",
        "a123456789",
        "admin",
        "admin123",
        "admin1234",
        "admin12345",
        "admin123456",
        "admin@123",
        "admin@1234",
        "admin@12345",
        "administrator",
        "root123456",
        "test123456",
        "test@12345",
        "welcome123",
        "welcome@123",
        "changeme123",
        "letmein123",
        "iloveyou123",
        "hospital123",
        "hospital@123",
        "yiyuan123",
        "yiyuan123456",
        "liandong",
        "liandong123",
        "liandong2026",
        "liandong@123",
        "huawei@123",
        "woaini1314",
        "woaini5201314",
        "5201314520",
    }
)
"""Lower-case passwords that everybody tries first; a word list for a start, compared without trailing marks."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hash_password(password: str) -> str:
    """What is kept of a password, with a salt of its own."""
    return _HASHER.hash(_normal(password))


def fits(password: str, kept: str | None) -> bool:
    """Whether `password` is the one that `kept` was made from. Does the same work when nothing is kept."""
    missing = kept is None or kept == UNUSABLE
    try:
        return _HASHER.verify(_nobodys() if missing else str(kept), _normal(password)[:LONGEST]) and not missing
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether `kept` was made with other parameters than today's, and should be made anew at the next sign-in."""
    return _HASHER.check_needs_rehash(kept)


def require_good_password(password: str, *, login: str, name: str, previous: str | None = None) -> None:
    """Raises Invalid `weak-password` with `reasons`, unless the password is good enough for its owner.

    Reasons: `too-short`, `too-long`, `classes` (fewer than three of small, capital, digit, mark), `contains-login`,
    `contains-name`, `common`, `unchanged` (fits `previous`, what is kept of the old one).
    """
    normal = _normal(password)
    plain = normal.casefold()
    own_name = _normal(name).split("·")[0].casefold()
    found = {
        "too-short": len(normal) < SHORTEST,
        "too-long": len(normal) > LONGEST,
        "classes": _classes(normal) < CLASSES,
        "contains-login": len(login) > 2 and login in plain,
        "contains-name": len(own_name) > 1 and own_name in plain,
        "common": _is_common(plain),
        "unchanged": previous is not None and len(normal) <= LONGEST and fits(normal, previous),
    }
    reasons = [reason for reason, holds in found.items() if holds]
    if reasons:
        message = "Expected a stronger password, but it is refused: {reasons}"
        raise Invalid("weak-password", message, reasons=reasons, shortest=SHORTEST)


def _normal(password: str) -> str:
    # A lone surrogate cannot be encoded; it becomes a mark instead of an accident.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()


def _classes(password: str) -> int:
    patterns = ("[a-z]", "[A-Z]", "[0-9]", "[^a-zA-Z0-9]")
    return sum(re.search(pattern, password) is not None for pattern in patterns)


def _is_common(plain: str) -> bool:
    return plain in COMMON or plain.rstrip("!@#$%^&*.~_-?") in COMMON or len(set(plain)) < 4


@cache
def _nobodys() -> str:
    return hash_password("the password of nobody")
