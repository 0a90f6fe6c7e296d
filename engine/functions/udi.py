"""The unique identification of a medical device (医疗器械唯一标识, UDI): what a scanned GS1 code says.

A code is either as a scanner gives it, with the separator FNC1 behind values of variable length (the character GS, or `|` where a
scanner types into a form, which takes no control characters), or as it is printed, with the identifiers in parentheses: (01)
device, (10) lot, (11) production date, (17) expiry, (21) serial number. Codes of other issuers (MA, AHM) are not read: they are
refused with a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

_SEPARATOR = "\x1d"
_FIXED: Mapping[str, int] = MappingProxyType({"01": 14, "11": 6, "17": 6})
_NAMES: Mapping[str, str] = MappingProxyType({"01": "di", "10": "lot", "11": "mfgDate", "17": "expiry", "21": "serial"})
_VARIABLE = ("10", "21")
_PRINTED = re.compile(r"\((\d{2})\)([^(]+)")
_MOST = 20
"""Characters of a lot or serial number."""


class BadCode(ValueError):
    """A code that cannot be read; its text is the sentence for whoever has scanned it."""


def parse(code: str) -> Mapping[str, str]:
    """What a code says: `di` and, where it has them, `lot`, `mfgDate`, `expiry` (days as ISO text) and `serial`.

    Raises BadCode, with a sentence, when the code is no GS1 code, its check digit is wrong or a day does not exist.
    """
    text = code.strip().replace("|", _SEPARATOR).removeprefix("]d2").removeprefix("]C1").lstrip(_SEPARATOR)
    found = dict(_PRINTED.findall(text)) if text.startswith("(") else _scanned(text)
    if "01" not in found:
        raise _wrong(code, "没有 (01) 产品标识")
    told = {}
    for key, value in found.items():
        if key not in _NAMES:
            continue
        told[_NAMES[key]] = _day(code, value) if key in ("11", "17") else value.strip()
    if not _is_gtin(told["di"]):
        raise _wrong(code, f"产品标识 {told['di']} 的校验位不对")
    return told


def _scanned(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    while text:
        key, text = text[:2], text[2:]
        if key in _FIXED:
            found[key], text = text[: _FIXED[key]], text[_FIXED[key] :].lstrip(_SEPARATOR)
        elif key in _VARIABLE:
            found[key], _, text = text.partition(_SEPARATOR)
            if len(found[key]) > _MOST:
                raise _wrong(key + found[key], f"({key}) 超过 {_MOST} 个字符")
        else:
            raise _wrong(key + text, f"不认识标识符 {key}")
    return found


def _is_gtin(di: str) -> bool:
    if len(di) != _FIXED["01"] or not di.isdigit():
        return False
    total = sum(int(digit) * (3 if number % 2 == 0 else 1) for number, digit in enumerate(di[:-1]))
    return (10 - total % 10) % 10 == int(di[-1])


def _day(code: str, value: str) -> str:
    """Day 00 is the last of its month."""
    try:
        year, month, number = 2000 + int(value[:2]), int(value[2:4]), int(value[4:6])
        if number > 0:
            return date(year, month, number).isoformat()
        following = date(year + month // 12, month % 12 + 1, 1)
        return date.fromordinal(following.toordinal() - 1).isoformat()
    except ValueError:
        raise _wrong(code, f"日期 {value} 不存在") from None


def _wrong(code: str, zh: str) -> BadCode:
    return BadCode(f"UDI“{code[:40]}”：{zh}。")
