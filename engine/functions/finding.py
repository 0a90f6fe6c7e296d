"""The functions of findings (问题整改): an imported list, grades, letters, the ledger, the look-back and what a relapse does.

A finding is one row: `findingNo`, `externalNo` (the number in somebody else's list), `institution`, `unit` (its name), `dept`,
`description`, `basis`, `category`, what its grade is judged by (`risk`, `repeated`, `onSpot`, `beyond`, `advice`), `severity`
(`red`, `major`, `ordinary`, `advice`), `termType` (`stop`, `spot`, `limited`, `long`, `answer`) and `limitDays`. A ledger's row
has besides `state`, `relapses` and `ended`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from engine.functions import inputs as read
from engine.functions import sampling

JSON = Any
Row = Mapping[str, JSON]

SEVERITIES = {"advice": "建议", "ordinary": "一般", "major": "重大", "red": "红线"}
"""The grades from light to heavy, and what they are called."""
TERMS = {"answer": "答复", "spot": "立行立改", "limited": "限期", "long": "中长期", "stop": "立即停止"}
"""Kinds of term."""
WORKING = frozenset({"answer", "spot", "stop"})
"""Kinds of term that are counted in working days; the others in calendar days."""
STATES = {"open": "整改中", "closed": "已销号", "long": "长期整改", "merged": "已合并", "revoked": "已撤销", "raised": "上报事项"}
"""What a ledger says of a finding."""
_EVENTS = {
    "closed": "closed",
    "merged": "merged",
    "revoked": "revoked",
    "transferred": "long",
    "raised": "raised",
    "resumed": "open",
    "reopened": "open",
}


def check(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Whether a list from outside can be taken in: all of it, or nothing.

    Takes `rows` as they were typed or pasted, `units` [{institution, name}] and `today`; gives `problems` (a sentence for each
    thing that is wrong, with the number of its row, null when nothing is), and `findings` (with the unit's code and name; empty
    while there are problems). A unit may be named by its code or its name; each external number stands once.
    """
    today = read.day(inputs, "today")
    known = {str(unit[by]): unit for unit in read.mappings(inputs, "units") for by in ("institution", "name")}
    rows = read.mappings(inputs, "rows")
    numbers = [read.text(row, "externalNo") for row in rows]
    problems = [] if rows else ["没有一行问题。"]
    for number, row in enumerate(rows, 1):
        problems += [f"第 {number} 行：{problem}" for problem in _row_problems(row, known, numbers[: number - 1], today)]
    findings = [] if problems else [_known(row, known[str(row["unit"]).strip()]) for row in rows]
    return {"problems": "\n".join(problems) or None, "findings": findings}


def numbered(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Findings with their numbers. Takes `findings`, `batchKey`, `source` and `foundOn`; gives `findings`, each with `key`,
    `findingNo` (`batchKey` and three digits), `source` and `foundOn` where it has none of its own.
    """
    prefix = read.text(inputs, "batchKey")
    if prefix is None:
        raise read.wrong("batchKey", "a text")
    found = [
        {
            **row,
            "findingNo": f"{prefix}-{number:03d}",
            "source": row.get("source") or inputs.get("source"),
            "foundOn": row.get("foundOn") or inputs.get("foundOn"),
        }
        for number, row in enumerate(read.mappings(inputs, "findings"), 1)
    ]
    return {"findings": found}


def graded(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Findings with the grade that the decision table proposes. Takes `findings` and `grades` [{severity, termType, limitDays}],
    one for each in the same order; gives `findings` with these, with `proposed` (the table's severity), and `mergeInto` null.
    """
    rows, grades = read.mappings(inputs, "findings"), read.mappings(inputs, "grades")
    if len(rows) != len(grades):
        raise read.wrong("grades", "one for each finding")
    return {
        "findings": [
            {**row, **grade, "proposed": grade.get("severity"), "gradeReason": None, "mergeInto": None}
            for row, grade in zip(rows, grades, strict=True)
        ]
    }


def settled(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Whether the grades that were confirmed can be used.

    Takes `findings` and `limits` {kind of term: most days}; gives `problems` (null when there are none), `opening` (findings that
    get a case of their own) and `merging` (those that another finding, `mergeInto`, takes over) and `text`.
    """
    rows, limits = read.mappings(inputs, "findings"), read.mapping(inputs, "limits")
    problems = [f"{row['findingNo']}：{problem}" for row in rows for problem in _grade_problems(row, rows, limits)]
    merging = [row for row in rows if read.text(row, "mergeInto")]
    opening = [row for row in rows if not read.text(row, "mergeInto")]
    kinds = [f"{name} {n} 条" for code, name in SEVERITIES.items() if (n := sum(row.get("severity") == code for row in opening))]
    text = f"{len(rows)} 条问题：{'，'.join(kinds)}" + (f"，并入已有问题 {len(merging)} 条。" if merging else "。")
    return {"problems": "\n".join(problems) or None, "opening": opening, "merging": merging, "text": text}


def letters(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """One letter (整改通知书) for each unit.

    Takes `findings` and `batchKey`; gives `letters` [{noticeNo, institution, unit, count, findings}] by the unit's code,
    numbered without a gap.
    """
    groups: dict[str, list[Row]] = {}
    for row in read.mappings(inputs, "findings"):
        groups.setdefault(str(row.get("institution")), []).append(row)
    prefix = read.text(inputs, "batchKey")
    return {
        "letters": [
            {
                "noticeNo": f"{prefix}-Z{number:02d}",
                "institution": code,
                "unit": groups[code][0].get("unit"),
                "count": len(groups[code]),
                "findings": groups[code],
            }
            for number, code in enumerate(sorted(groups), 1)
        ]
    }


def ledger(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The rows of a new ledger. Takes `findings` and `merging`; gives `rows` and what `tally` gives besides."""
    rows = [_entry(row, "open") for row in read.mappings(inputs, "findings")]
    rows += [_entry(row, "merged") for row in read.mappings(inputs, "merging")]
    return _counted(rows)


def tally(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The ledger after one message.

    Takes `rows` and `entry` {findingNo, event, child}, where event is closed, merged, revoked, transferred, raised, resumed,
    reopened, ended, split (with the new finding as `child`) or progress; gives `rows`, `counts` {total, open, closed, long,
    merged, revoked, raised, relapses}, `settled` (no finding is open or raised), `finished` (all lives are over, look-back
    included) and `text`. The same message twice counts once. A finding that the ledger does not know is Invalid.
    """
    entry, event = read.mapping(inputs, "entry"), read.text(read.mapping(inputs, "entry"), "event")
    given = read.mappings(inputs, "rows")
    number = read.text(entry, "findingNo")
    if number not in {row["findingNo"] for row in given}:
        raise read.wrong("entry", "about a finding of this ledger")
    rows = [_after(row, str(event), entry) if row["findingNo"] == number else dict(row) for row in given]
    child = read.mapping(entry, "child")
    if event == "split" and child.get("findingNo") not in {row["findingNo"] for row in given}:
        rows.append(_entry(child, "open"))
    return _counted(rows)


def lookback(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Which closed findings are looked at again (回头看), and when.

    Takes the ledger's `rows`, `decided` [findingNo], `seed`, `share` (0…1), `window` [least, most days] and `unit` (a code:
    all of its closed findings are looked at at once, null for the usual sample); gives `decisions` [{findingNo, selected,
    days}] and `decided`. Of those closed and not decided yet, the share is drawn, rounded up, and every red one besides.
    """
    seed, unit = read.text(inputs, "seed"), read.text(inputs, "unit")
    window = inputs.get("window")
    if seed is None or not isinstance(window, list | tuple) or len(window) != 2:
        raise read.wrong("window", "the least and the most days, beside a seed")
    done = read.texts(inputs, "decided")
    closed = [row for row in read.mappings(inputs, "rows") if row["state"] == "closed" and not row["ended"]]
    if unit is not None:
        again = [{"findingNo": row["findingNo"], "selected": True, "days": 0} for row in closed if row["institution"] == unit]
        return {"decisions": again, "decided": list(dict.fromkeys([*done, *(row["findingNo"] for row in again)]))}
    new = [row for row in closed if row["findingNo"] not in done]
    share = read.number(inputs, "share")
    order = sampling.ranked(seed, (row["findingNo"] for row in new))
    drawn = frozenset(order[: sampling.share_of(0 if share is None else share, len(new))])
    decisions = [
        {
            "findingNo": row["findingNo"],
            "selected": row["findingNo"] in drawn or row["severity"] == "red",
            "days": sampling.between(seed, row["findingNo"], int(window[0]), int(window[1])),
        }
        for row in new
    ]
    return {"decisions": decisions, "decided": [*done, *(row["findingNo"] for row in new)]}


def extension(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Whether more time may be asked for: once, before the term is over, and by at most half of it.

    Takes `extended`, `overdue`, `dueOn`, `limitDays`, `extendTo`; gives `allowed` and `refusal` (null when it is allowed).
    """
    due, to, limit = read.day(inputs, "dueOn"), read.day(inputs, "extendTo"), read.whole(inputs, "limitDays")
    if due is None or to is None:
        raise read.wrong("extendTo", "a day, beside 'dueOn'")
    refusal = None
    if read.flag(inputs, "extended"):
        refusal = "只能延期一次，已经延过。"
    elif read.flag(inputs, "overdue"):
        refusal = f"期限 {due} 已过，到期后不能再延。"
    elif not 0 < (to - due).days <= limit // 2:
        refusal = f"应延到 {due} 之后，至多延 {limit // 2} 天（原期限 {limit} 天的一半），填的是 {to}。"
    return {"allowed": refusal is None, "refusal": refusal}


def reopened(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """A finding that has come back: one grade heavier, its deduction doubled, the counter one higher.

    Takes `severity`, `relapses`, `deduct`, `terms` {severity: {termType, limitDays}}; gives `severity`, `relapses`, `deduct`,
    `termType`, `limitDays`.
    """
    order = list(SEVERITIES)
    severity = order[min(order.index(str(inputs.get("severity"))) + 1, len(order) - 1)]
    term = read.mapping(read.mapping(inputs, "terms"), severity)
    return {
        "severity": severity,
        "relapses": read.whole(inputs, "relapses") + 1,
        "deduct": (read.number(inputs, "deduct") or Decimal(0)) * 2,
        "termType": term.get("termType"),
        "limitDays": read.whole(term, "limitDays"),
    }


def looked_at_again(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Findings whose cases were over and that were looked at again because their unit has fabricated evidence.

    Takes `rows` [{finding, severity, relapses, deduct, verdict}] where verdict is `holds` or `relapsed`, and `terms` as
    for `reopened`; gives `opening`: those that have come back, under their old numbers and as heavy as `reopened` says.
    """
    opening = []
    for row in read.mappings(inputs, "rows"):
        if row.get("verdict") == "relapsed":
            again = reopened({**row, "terms": inputs.get("terms")})
            opening.append({**read.mapping(row, "finding"), **again, "mergeInto": None})
    return {"opening": opening}


def child(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The finding for what is left of a partly accepted one. Takes `finding`, `rest`, `limitDays`, `count` (how many it has had
    already); gives `child` with the number of its parent and another digit.
    """
    parent = read.mapping(inputs, "finding")
    number = f"{parent['findingNo']}.{read.whole(inputs, 'count') + 1}"
    rest = read.text(inputs, "rest")
    days = read.whole(inputs, "limitDays")
    kind = "limited" if parent.get("termType") in WORKING else parent.get("termType")
    return {
        "child": {
            **parent,
            "findingNo": number,
            "parentFinding": parent["findingNo"],
            "description": rest,
            "termType": kind,
            "limitDays": days,
        }
    }


def _row_problems(row: Row, known: Mapping[str, Row], before: Sequence[str | None], today: JSON) -> list[str]:
    unit, number, found = read.text(row, "unit"), read.text(row, "externalNo"), read.day(row, "foundOn")
    problems = []
    if number is None:
        problems.append("缺对方编号。")
    elif number in before:
        problems.append(f"对方编号“{number}”与第 {before.index(number) + 1} 行重复。")
    if unit is None or unit.strip() not in known:
        problems.append(f"没有名为“{unit or ''}”的成员单位，应填机构代码或名称。")
    problems += [f"缺{name}。" for key, name in (("description", "问题描述"), ("basis", "依据")) if read.text(row, key) is None]
    if found is not None and today is not None and found > today:
        problems.append(f"发现日期 {found} 在今天之后。")
    return problems


def _known(row: Row, unit: Row) -> dict[str, JSON]:
    return {**row, "institution": unit["institution"], "unit": unit["name"]}


def _grade_problems(row: Row, rows: Sequence[Row], limits: Row) -> list[str]:
    found = []
    kind, days, into = str(row.get("termType")), read.whole(row, "limitDays"), read.text(row, "mergeInto")
    most = limits.get(kind)
    if most is None or not 0 < days <= most:
        found.append(f"{TERMS.get(kind, kind)}的期限应在 1 与 {most} 天之间，填的是 {days}。")
    if row.get("severity") != row.get("proposed") and read.text(row, "gradeReason") is None:
        found.append("改了等级要写理由。")
    if into is not None and into in {other["findingNo"] for other in rows if read.text(other, "mergeInto") or other is row}:
        found.append(f"不能并入“{into}”：它自己也要并入别的问题，或就是这一条。")
    return found


def _entry(row: Row, state: str) -> dict[str, JSON]:
    kept = ("findingNo", "externalNo", "institution", "unit", "description", "severity", "parentFinding", "mergeInto")
    return {
        **{name: row.get(name) for name in kept},
        "state": state,
        "relapses": row.get("relapses") or 0,
        "ended": state == "merged",
    }


def _after(row: Row, event: str, entry: Row) -> dict[str, JSON]:
    changed = {**row, "state": _EVENTS.get(event, row["state"])}
    if event == "reopened":
        changed.update(relapses=read.whole(entry, "relapses"), severity=entry.get("severity") or row["severity"], ended=False)
    if event in ("ended", "merged", "revoked"):
        changed["ended"] = True
    if event == "merged":
        changed["mergeInto"] = entry.get("into")
    return changed


def _counted(rows: Sequence[Row]) -> dict[str, JSON]:
    counts: dict[str, int] = {"total": len(rows)}
    counts.update({state: sum(row["state"] == state for row in rows) for state in STATES})
    counts["relapses"] = sum(row["relapses"] for row in rows)
    said = "，".join(f"{name} {counts[state]}" for state, name in STATES.items() if counts[state])
    text = f"共 {len(rows)} 条：{said}。" + (f"复发 {counts['relapses']} 次。" if counts["relapses"] else "")
    return {
        "rows": [{**row, "stateText": STATES[str(row["state"])]} for row in rows],
        "counts": counts,
        "settled": not _any(rows, "open", "raised"),
        "finished": all(row["ended"] for row in rows),
        "text": text,
    }


def _any(rows: Iterable[Row], *states: str) -> bool:
    return any(row["state"] in states for row in rows)


FUNCTIONS: Mapping[str, Callable[[Mapping[str, JSON]], Mapping[str, JSON]]] = MappingProxyType(
    {
        "finding.check": check,
        "finding.numbered": numbered,
        "finding.graded": graded,
        "finding.settled": settled,
        "finding.letters": letters,
        "finding.ledger": ledger,
        "finding.tally": tally,
        "finding.lookback": lookback,
        "finding.extension": extension,
        "finding.reopened": reopened,
        "finding.lookedAtAgain": looked_at_again,
        "finding.child": child,
    }
)
