"""Is the patient who the slip says, and is the patient already on the way? Findings warn; they never stop a referral."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from engine.functions import inputs as read

_ID_CARD = "01"
_NUMBER = re.compile(r"\d{17}[0-9X]", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_SEXES = {"1": 1, "2": 0}


def check(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Compares the identity number with birth date and sex, and looks for an earlier referral of the same patient.

    Takes `idType`, `idNo`, `newbornNo`, `name`, `sex`, `birth`, `unknownPatient`, `diagCode`, `history` [{referralNo, idNo,
    diagCode, at}], `now`, `rules` {days, mergeHours}; gives `problems` (codes), `duplicate` (`none`, `warn`: the same disease
    within `days`; `merge`: any referral within `mergeHours`), `earlier` (its number or null), `episodeKey` (the same for the
    same identity number and disease, which cannot be read from it; null without a number) and `text`.
    """
    problems = _problems(inputs)
    duplicate, earlier = _duplicate(inputs)
    sentences = [_SENTENCES[problem] for problem in problems]
    if duplicate == "merge":
        sentences.append(f"{earlier} 刚刚转诊过这名患者，请合并办理。")
    elif duplicate == "warn":
        sentences.append(f"{earlier} 在近期内因同一疾病转诊过。")
    text = "".join(sentences) or "证件与查重无异常。"
    return {"problems": problems, "duplicate": duplicate, "earlier": earlier, "episodeKey": _episode_key(inputs), "text": text}


_SENTENCES = {
    "unknown-patient": "患者身份待补。",
    "no-number": "没有证件号码。",
    "check-digit": "身份证号码校验不符。",
    "birth": "出生日期与身份证不一致。",
    "sex": "性别与身份证不一致。",
}


def _problems(inputs: Mapping[str, Any]) -> list[str]:
    if read.flag(inputs, "unknownPatient"):
        return ["unknown-patient"]
    number = read.text(inputs, "idNo")
    if number is None:
        return ["no-number"]
    if read.text(inputs, "idType") != _ID_CARD:
        return []
    if not _NUMBER.fullmatch(number) or number[17] != _check_character(number):
        return ["check-digit"]
    born, sex = read.day(inputs, "birth"), read.text(inputs, "sex")
    problems = ["birth"] if born is not None and born != _birth(number) else []
    return problems + (["sex"] if sex in _SEXES and int(number[16]) % 2 != _SEXES[sex] else [])


def _episode_key(inputs: Mapping[str, Any]) -> str | None:
    """A digest: resources that cases share are named by it, and such a name must not tell an identity number."""
    number = read.text(inputs, "idNo")
    if number is None:
        return None
    newborn = read.number(inputs, "newbornNo")
    given = (
        f"{read.text(inputs, 'idType')}/{number.strip().upper()}/{newborn or ''}/{_disease(read.text(inputs, 'diagCode')) or ''}"
    )
    return hashlib.sha256(given.encode()).hexdigest()[:32]


def _check_character(number: str) -> str:
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True)) % 11]


def _birth(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _duplicate(inputs: Mapping[str, Any]) -> tuple[str, str | None]:
    number, disease = read.text(inputs, "idNo"), _disease(read.text(inputs, "diagCode"))
    rules, now = read.mapping(inputs, "rules"), read.now(inputs)
    warned: str | None = None
    for entry in read.mappings(inputs, "history"):
        hours = _hours_ago(entry, now)
        if number is None or entry.get("idNo") != number or hours is None:
            continue
        earlier = read.text(entry, "referralNo")
        if hours <= read.whole(rules, "mergeHours"):
            return "merge", earlier
        if hours <= read.whole(rules, "days") * 24 and disease is not None and _disease(read.text(entry, "diagCode")) == disease:
            warned = warned or earlier
    return ("none", None) if warned is None else ("warn", warned)


def _hours_ago(entry: Mapping[str, Any], now: datetime) -> float | None:
    at = read.instant(entry, "at")
    return None if at is None or at > now else (now - at).total_seconds() / 3600


def _disease(code: str | None) -> str | None:
    """The three-character category of an ICD-10 code."""
    return None if code is None else code.strip().upper()[:3]
