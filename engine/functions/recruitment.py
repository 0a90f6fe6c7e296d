"""The functions of the recruitment plan (招聘计划汇总): pooling what members report, verdicts line by line, cuts from outside.

A line is one post that a member wants to fill, as the member wrote it, with `key` (institution-number), `institution`,
`unit` (its name) and, once it was judged, `verdict`, `to` (the number of heads when it is cut), `moveTo`, `because`,
`review` (what the reviewers noted) and `approved` (heads that remain, 0 when it is struck). Lines are data: one token
carries them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from engine.functions import inputs as read
from engine.functions.collection import ANSWERED

JSON = Any
Line = Mapping[str, JSON]

VERDICTS = {"keep": "保留", "cut": "核减", "merge": "合并", "transfer": "内部调剂", "reject": "不予列入"}
"""What may become of a line, and what it is called."""
_SHOWN = ("postName", "headcount", "staffing", "salaryEst")
"""What a reviewer sees of a line."""
_STRUCK = frozenset({"merge", "transfer", "reject"})
_POOLED_BY = ("discipline", "postKind", "education", "majorClass", "staffing")
REVIEWERS = {"finance": "财务", "medical": "医务", "quality": "质控"}
"""Who reviews the pooled table, by the name of their input."""


def pool(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """One table of what all members answered.

    Takes `answers` of a collection [{institution, name, status, version, lines}] and `former` {old code: code of the institution
    that took it over}; gives `lines`, `pooled` (a row for each discipline, kind of post, education, class of majors and
    staffing, with its heads and where they come from), `reports` (a row for each member), `responding` (the rows of those who
    answered themselves), `heads` and `text`.
    """
    former = read.mapping(inputs, "former")
    lines: list[dict[str, JSON]] = []
    reports = []
    for answer in read.mappings(inputs, "answers"):
        code = str(answer.get("institution"))
        owner = str(former.get(code, code))
        reported = read.mappings(answer, "lines")
        own = [_line(line, owner, str(answer.get("name")), number) for number, line in enumerate(reported, 1)]
        lines += own
        reports.append(
            {
                "institution": code,
                "name": answer.get("name"),
                "status": answer.get("status"),
                "version": answer.get("version"),
                "lineCount": len(own),
                "heads": _heads(own),
            }
        )
    pooled = _pooled(lines)
    text = f"{len(reports)} 家答复，{len(lines)} 个岗位，{_heads(lines)} 人，合并为 {len(pooled)} 类。"
    responding = [report for report in reports if report["status"] in ANSWERED]
    return {
        "lines": lines,
        "pooled": pooled,
        "reports": reports,
        "responding": responding,
        "heads": _heads(lines),
        "text": text,
    }


def propose(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The table with what the reviewers noted, and a verdict proposed for each line.

    Takes `lines` and, for each of `finance`, `medical`, `quality`, that reviewer's table [{key, opinion, to, note}]; gives
    `lines`. A line that a reviewer rejects is proposed to be rejected, one that is to be cut to be cut to the smallest number.
    """
    tables = {label: _by_key(read.mappings(inputs, name)) for name, label in REVIEWERS.items()}
    lines = []
    for line in read.mappings(inputs, "lines"):
        said = [(label, table[str(line.get("key"))]) for label, table in tables.items() if str(line.get("key")) in table]
        notes = [_note(label, row) for label, row in said if row.get("opinion") not in (None, "agree")]
        cuts = [row["to"] for _, row in said if row.get("opinion") == "cut" and row.get("to") is not None]
        rejected = any(row.get("opinion") == "reject" for _, row in said)
        verdict = "reject" if rejected else "cut" if cuts else "keep"
        review = "；".join(notes)
        lines.append(
            {
                **line,
                "review": review or None,
                "verdict": verdict,
                "to": min(cuts) if verdict == "cut" else None,
                "moveTo": None,
                "because": review or None,
            }
        )
    return {"lines": lines}


def settle(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What follows from the verdicts, or what is wrong with them.

    Takes `lines`; gives `lines` with `approved`, `affected` [{institution, name, lines}] (members of which a line was not
    kept), `heads`, `text`, and `problems`: a sentence for each verdict that lacks something, empty when all can be used.
    """
    given = read.mappings(inputs, "lines")
    problems = [problem for line in given for problem in _problems(line)]
    lines = [{**line, "approved": _approved(line)} for line in given]
    affected = _grouped(line for line in lines if line.get("verdict") != "keep")
    heads = sum(line["approved"] for line in lines)
    text = f"{len(lines)} 个岗位，上报 {_heads(lines)} 人，拟列 {heads} 人，{len(affected)} 家有调整。"
    return {"lines": lines, "affected": affected, "heads": heads, "text": text, "problems": "\n".join(problems) or None}


def confirmed(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What the members said of the verdicts. Takes `lines`, `confirmations` [{institution, name, silent, objections}]; gives
    `lines` with `objection`, `objections` (how many lines) and `text`. Who says nothing in time has accepted, and it says so.
    """
    said = {
        str(row.get("key")): row
        for answer in read.mappings(inputs, "confirmations")
        for row in read.mappings(answer, "objections")
        if row.get("answer") == "object"
    }
    lines = [
        {**line, "objection": said[str(line["key"])].get("note") if str(line.get("key")) in said else None}
        for line in read.mappings(inputs, "lines")
    ]
    silent = [str(answer.get("name")) for answer in read.mappings(inputs, "confirmations") if answer.get("silent")]
    text = f"{len(said)} 个岗位有异议。" + (f"逾期未答复视为同意：{'、'.join(silent)}。" if silent else "")
    return {"lines": lines, "objections": len(said), "text": text}


def cut(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Lines after an office outside the community has answered.

    Takes `lines`, `cuts` [{key, to, note}] (one line may be cut by several offices, one after the other) and `settled`: the cuts
    were checked when they were entered, and one of a line that has been struck or cut below it meanwhile changes nothing. Gives
    `lines`, `affected`, `heads`, `text`, and `problems`: a sentence for each cut of a line that is not there, or to a number
    that is not below the approved one. With problems nothing is cut.
    """
    given, settled = read.mappings(inputs, "lines"), read.flag(inputs, "settled")
    by_key = {str(line.get("key")): line for line in given}
    changed: dict[str, Line] = {}
    problems: list[str] = []
    for row in read.mappings(inputs, "cuts"):
        key = str(row.get("key"))
        wrong = _cut_problems(row, {name: _standing(line) for name, line in by_key.items()})
        if not wrong:
            by_key[key] = changed[key] = _cut_line(by_key[key], row)
        problems += [] if settled else wrong
    lines = list(given) if problems else list(by_key.values())
    gone = {} if problems else changed
    heads = sum(_standing(line) for line in lines)
    text = f"核减 {len(gone)} 个岗位，余 {heads} 人。"
    affected = _grouped(gone.values())
    return {"lines": lines, "affected": affected, "heads": heads, "text": text, "problems": "\n".join(problems) or None}


def replace(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """A line that was opened again after the freeze, as the member has it now; what was said before has to be looked at again.

    Takes `lines`, `key`, `line`, `version` (of the plan), and the tables of `finance`, `medical` and `quality`; gives all four:
    the line without a verdict, and every opinion kept and marked `recheck`. A key that is not there changes nothing.
    """
    key, version = read.text(inputs, "key"), read.whole(inputs, "version")
    fresh = read.mapping(inputs, "line")
    judged = ("verdict", "to", "moveTo", "because", "review", "approved", "objection")
    lines = [
        {**dict.fromkeys(judged), **line, **_line(fresh, str(line["institution"]), str(line["unit"]), 0), "key": key}
        | dict.fromkeys(judged)
        | {"revisedIn": version}
        if line.get("key") == key
        else line
        for line in read.mappings(inputs, "lines")
    ]
    of = _by_key(lines)
    tables = {
        name: [
            {**row, **{field: of[str(row.get("key"))].get(field) for field in _SHOWN}, "recheck": f"第 {version} 版，需复核"}
            for row in read.mappings(inputs, name)
            if str(row.get("key")) in of
        ]
        for name in REVIEWERS
    }
    return {"lines": lines, **tables}


def moved(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Lines of a member that was merged into another or renamed while the plan runs.

    Takes `lines`, `responding`, `former` {old code: new code}, `institution` (old code), `into` (new code, the same for a new
    name) and `name`; gives `lines`, `responding` and `former`. Numbers of lines keep the old code. Where the new owner has no
    case of its own in the plan, the old one's people go on answering: then only the name changes.
    """
    old, into, name = (str(read.text(inputs, key)) for key in ("institution", "into", "name"))
    responding = read.mappings(inputs, "responding")
    answers_itself = any(row.get("institution") == into for row in responding)
    address = into if answers_itself else old
    lines = [
        {**line, "institution": address, "unit": name} if line.get("institution") == old else line
        for line in read.mappings(inputs, "lines")
    ]
    named = [{**row, "name": name} if row.get("institution") == address else row for row in responding]
    former = dict(read.mapping(inputs, "former"))
    return {"lines": lines, "responding": named, "former": former | ({old: into} if into != old else {})}


def strike(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Lines of which some are struck, whatever was decided of them.

    Takes `lines`, `because`, and which ones: `key` (one line) or `staffing` (kinds of staffing); gives `lines` and `text`.
    """
    key, kinds, because = read.text(inputs, "key"), read.texts(inputs, "staffing"), read.text(inputs, "because")
    if key is None and not kinds:
        raise read.wrong("key", "the key of a line, or kinds of staffing in 'staffing'")
    given = read.mappings(inputs, "lines")
    struck = {str(line.get("key")) for line in given if line.get("key") == key or line.get("staffing") in kinds}
    gone = {"verdict": "reject", "to": None, "moveTo": None, "because": because, "approved": 0}
    lines = [{**line, **gone} if str(line.get("key")) in struck else line for line in given]
    return {"lines": lines, "text": f"{len(struck)} 个岗位不再列入：{because}"}


def shares(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The final plan divided by member. Takes `lines` and `members` [{institution, name}]; gives `shares` [{institution, name,
    lines}] with the approved lines of every member, an empty list where there is none, and `announcement`, all approved lines.
    """
    remaining = _remaining(read.mappings(inputs, "lines"))
    of = {group["institution"]: group["lines"] for group in _grouped(remaining)}
    found = [
        {"institution": member.get("institution"), "name": member.get("name"), "lines": of.get(member.get("institution"), [])}
        for member in read.mappings(inputs, "members")
    ]
    return {"shares": found, "announcement": remaining}


def concerns(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Which outside offices have to answer. Takes `lines` and `offices` [{code, name, staffing: [kinds], …}]; gives `offices`:
    those for whose kinds of staffing a line is left; an office without kinds is always asked.
    """
    kinds = {line.get("staffing") for line in _remaining(read.mappings(inputs, "lines"))}
    asked = [
        office
        for office in read.mappings(inputs, "offices")
        if kinds and (not read.texts(office, "staffing") or kinds & set(read.texts(office, "staffing")))
    ]
    return {"offices": asked}


def _line(line: Line, institution: str, unit: str, number: int) -> dict[str, JSON]:
    majors = read.text(line, "majors") or ""
    return {
        **line,
        "key": f"{institution}-{number:02d}",
        "institution": institution,
        "unit": unit,
        "openRatio": line.get("openRatio") or "3",
        "majorClass": majors[:4] if majors[:4].isdigit() else None,
    }


def _pooled(lines: Sequence[Line]) -> list[dict[str, JSON]]:
    rows: dict[tuple[JSON, ...], list[Line]] = {}
    for line in lines:
        rows.setdefault(tuple(line.get(name) for name in _POOLED_BY), []).append(line)
    return [
        {
            **dict(zip(_POOLED_BY, group, strict=True)),
            "heads": _heads(members),
            "from": "、".join(f"{line['unit']} {line.get('headcount')} 人" for line in members),
        }
        for group, members in rows.items()
    ]


def _problems(line: Line) -> list[str]:
    where, verdict = f"{line.get('unit')}“{line.get('postName')}”", line.get("verdict")
    found = []
    if verdict != "keep" and not read.text(line, "because"):
        found.append(f"{where}：{VERDICTS.get(str(verdict), verdict)}要写理由。")
    to, heads = read.number(line, "to"), read.number(line, "headcount") or 0
    if verdict == "cut" and (to is None or not 0 < to < heads):
        found.append(f"{where}：核减后的人数应在 1 与 {heads} 之间且少于 {heads}，填的是 {'空' if to is None else to}。")
    if verdict == "transfer" and not read.text(line, "moveTo"):
        found.append(f"{where}：内部调剂要写由哪家成员调入。")
    return found


def _approved(line: Line) -> int:
    verdict = line.get("verdict")
    if verdict in _STRUCK:
        return 0
    return int(read.number(line, "to" if verdict == "cut" else "headcount") or 0)


def _standing(line: Line) -> int:
    """Heads that a line has at present."""
    return _approved(line) if line.get("approved") is None else int(line["approved"])


def _cut_line(line: Line, row: Line | None) -> Line:
    if row is None:
        return line
    to = read.whole(row, "to")
    return {**line, "approved": to, "verdict": "cut" if to else "reject", "to": to, "because": row.get("note")}


def _cut_problems(row: Line, approved: Mapping[str, int]) -> list[str]:
    key, to = str(row.get("key")), read.whole(row, "to")
    if key not in approved:
        return [f"没有编号为“{key}”的岗位。"]
    return [] if to < approved[key] else [f"{key}：核减后的人数应少于 {approved[key]}，填的是 {to}。"]


def _remaining(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.get("approved")]


def _grouped(lines: Iterable[Line]) -> list[dict[str, JSON]]:
    groups: dict[str, dict[str, JSON]] = {}
    for line in lines:
        code = str(line.get("institution"))
        groups.setdefault(code, {"institution": code, "name": line.get("unit"), "lines": []})["lines"].append(line)
    return [groups[code] for code in sorted(groups)]


def _by_key(rows: Iterable[Line]) -> dict[str, Line]:
    return {str(row.get("key")): row for row in rows}


def _heads(lines: Iterable[Line]) -> int:
    return sum(int(read.number(line, "headcount") or 0) for line in lines)


def _note(label: str, row: Line) -> str:
    to = f"核减到 {row['to']} 人" if row.get("opinion") == "cut" else "不同意" if row.get("opinion") == "reject" else "有意见"
    return f"{label}：{to}" + (f"（{row['note']}）" if row.get("note") else "")


FUNCTIONS: Mapping[str, Callable[[Mapping[str, JSON]], Mapping[str, JSON]]] = MappingProxyType(
    {
        "recruitment.pool": pool,
        "recruitment.propose": propose,
        "recruitment.settle": settle,
        "recruitment.confirmed": confirmed,
        "recruitment.cut": cut,
        "recruitment.replace": replace,
        "recruitment.moved": moved,
        "recruitment.strike": strike,
        "recruitment.shares": shares,
        "recruitment.concerns": concerns,
    }
)
