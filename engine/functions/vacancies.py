"""The functions of the posts that a member may report (编制空缺): how many are open, and what is wrong with its lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from engine.functions import inputs as read

JSON = Any
Row = Mapping[str, JSON]

_POSTS = ("quota", "present", "approvedBefore", "retiring")
_GRADES = {"management": 10}
"""The lowest grade of a kind of post, where it is above the 13 of the professions."""


def vacancies(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What each member is sent with the call: the same for all, and its own vacancies where they are known.

    Takes `rows` [{institution, quota, present, approvedBefore, retiring}], `members` and `call`; gives `calls` {code: call with
    `vacancy`} for the members that have a row, and `problems`: a sentence for each row of no member, or that is there twice.
    """
    rows, call = read.mappings(inputs, "rows"), read.mapping(inputs, "call")
    codes = [str(row.get("institution")) for row in rows]
    known = {str(member.get("institution")) for member in read.mappings(inputs, "members")}
    problems = [f"没有代码为“{code}”的成员。" for code in dict.fromkeys(codes) if code not in known]
    problems += [f"{code} 写了两次。" for code in dict.fromkeys(codes) if codes.count(code) > 1]
    calls = {code: {**call, "vacancy": _vacancy(row)} for code, row in zip(codes, rows, strict=True)}
    return {"calls": {} if problems else calls, "problems": "\n".join(problems) or None}


def check_lines(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What a member has to mend in its lines before they are signed, and what it should think about.

    Takes `lines`, `vacancy` (null when unknown), `staffing` (kinds that fill established posts) and `nil` (nothing is reported);
    gives `problems` (more heads than vacancies without an application beyond them; a grade that its kind of post does not have)
    and `warnings` (a line cut to one school), each null when there is none.
    """
    lines = () if read.flag(inputs, "nil") else read.mappings(inputs, "lines")
    vacancy, kinds = read.number(inputs, "vacancy"), read.texts(inputs, "staffing")
    asked = (line for line in lines if line.get("staffing") in kinds and not line.get("overQuota"))
    heads = sum(int(read.number(line, "headcount") or 0) for line in asked)
    problems = []
    if vacancy is not None and heads > vacancy:
        problems.append(f"编制岗位报了 {heads} 人，空缺 {max(0, int(vacancy))} 人；多出的岗位要勾选“超编申请”。")
    for number, line in enumerate(lines, 1):
        most, grade = _GRADES.get(str(line.get("postKind"))), read.number(line, "postGrade")
        if most is not None and grade is not None and grade > most:
            problems.append(f"第 {number} 条：管理岗位的等级是 1 至 {most}，填的是 {grade}。")
    narrow = [f"第 {number} 条" for number, line in enumerate(lines, 1) if _narrow(read.text(line, "majors") or "")]
    warning = f"{'、'.join(narrow)}只写了一个专业并限定学校，人力资源中心会质疑。" if narrow else None
    return {"problems": "\n".join(problems) or None, "warnings": warning}


def _vacancy(row: Row) -> int:
    quota, present, approved, retiring = (int(read.number(row, name) or 0) for name in _POSTS)
    return quota - present - approved + retiring


def _narrow(majors: str) -> bool:
    """Whether only one major of one school is let in (萝卜岗)."""
    return "、" not in majors and any(word in majors for word in ("大学", "学院"))


FUNCTIONS: Mapping[str, Callable[[Row], Row]] = MappingProxyType(
    {"recruitment.vacancies": vacancies, "recruitment.checkLines": check_lines}
)
