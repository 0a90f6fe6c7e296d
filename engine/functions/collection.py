"""The functions of a collection (征集): what N members answered by a deadline, each in its newest version.

An answer is `institution`, `name`, `status` (`submitted`, `nil`, `zero`, `standing`, `excluded`), `version`, `lines`, `late`,
`decidedBy` (who decided on a late member), `note` and `at`. A revision is `institution`, `version`, `lines` and `at`; it counts
when its version is newer than the answer's, whatever the order in which they came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from engine.functions import inputs as read

JSON = Any
Answer = Mapping[str, JSON]

STATUSES = {"submitted": "已上报", "nil": "零报告", "zero": "签字按零", "standing": "按常备申请", "excluded": "移出"}
"""How a member may have answered, and what it is called."""
ANSWERED = frozenset({"submitted", "nil"})
"""Statuses of members that have answered themselves."""


def gather(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What stands when the collection is closed.

    Takes `members` [{institution, name}], `answers`, `revisions` and `measure` (a number of the lines that is added up, none
    when absent); gives `answers` in the order of the members, each with the newest version's lines and `versions` [{version,
    lineCount, total, at}], `reports` (the same without the lines, with `lineCount` and `total`), `responding` (the reports of
    those who answered themselves) and `text`. A member without an answer is left out, for nobody has decided on it yet.
    """
    measure = read.text(inputs, "measure")
    by_code = {str(answer.get("institution")): answer for answer in read.mappings(inputs, "answers")}
    revisions = _by_member(read.mappings(inputs, "revisions"))
    answers = [
        _newest(by_code[code], revisions.get(code, ()), measure)
        for code in (str(member.get("institution")) for member in read.mappings(inputs, "members"))
        if code in by_code
    ]
    reports = [{name: value for name, value in answer.items() if name != "lines"} for answer in answers]
    responding = [report for report in reports if report["status"] in ANSWERED]
    return {"answers": answers, "reports": reports, "responding": responding, "text": _text(reports)}


def waiting(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Who has not answered. Takes `members` and `answers`; gives `waiting`, those of the members without an answer."""
    answered = {answer.get("institution") for answer in read.mappings(inputs, "answers")}
    found = [member for member in read.mappings(inputs, "members") if member.get("institution") not in answered]
    return {"waiting": found}


def known(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Whether an institution is on the list already. Takes `members` and `institution`; gives `known`."""
    code = read.text(inputs, "institution")
    if code is None:
        raise read.wrong("institution", "the code of an institution")
    return {"known": any(member.get("institution") == code for member in read.mappings(inputs, "members"))}


def _newest(answer: Answer, revisions: Sequence[Answer], measure: str | None) -> dict[str, JSON]:
    versions = sorted((answer, *revisions), key=_version)
    newest = versions[-1]
    lines = read.mappings(newest, "lines")
    status = answer.get("status")
    if status in ANSWERED:
        status = "submitted" if lines else "nil"
    told = [_measured(version, measure) for version in versions]
    return {
        **answer,
        "status": status,
        "version": _version(newest),
        "lines": lines,
        "lineCount": told[-1]["lineCount"],
        "total": told[-1]["total"],
        "versions": told,
    }


def _measured(answer: Answer, measure: str | None) -> dict[str, JSON]:
    lines = read.mappings(answer, "lines")
    total = None if measure is None else sum(read.number(line, measure) or 0 for line in lines)
    return {"version": _version(answer), "lineCount": len(lines), "total": total, "at": answer.get("at")}


def _by_member(revisions: Iterable[Answer]) -> dict[str, list[Answer]]:
    found: dict[str, list[Answer]] = {}
    for revision in revisions:
        found.setdefault(str(revision.get("institution")), []).append(revision)
    return found


def _version(answer: Answer) -> int:
    return int(read.number(answer, "version") or 0)


def _text(reports: Sequence[Mapping[str, JSON]]) -> str:
    counts = {status: sum(report["status"] == status for report in reports) for status in STATUSES}
    parts = [f"{STATUSES[status]} {number} 家" for status, number in counts.items() if number]
    late = sum(bool(report.get("late")) for report in reports)
    return f"{len(reports)} 家：{'，'.join(parts) or '无'}" + (f"；其中逾期 {late} 家。" if late else "。")


FUNCTIONS: Mapping[str, Callable[[Mapping[str, JSON]], Mapping[str, JSON]]] = MappingProxyType(
    {"collection.gather": gather, "collection.waiting": waiting, "collection.known": known}
)
