"""The functions of the supervision inspection (督导检查): which units, which inspectors, what they found, what was objected to.

Whoever has a tie to a unit inspects it never (回避): he sits there or left less than the months that the tie's finder was asked
for, or somebody has declared kin, a complaint or an interest. All choices rank people and units by the case's seed, so that
anybody can make them again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any

from engine.errors import Invalid
from engine.functions import inputs as read
from engine.functions import sampling

JSON = Any
Row = Mapping[str, JSON]

VERDICTS = {"met": "符合", "partly": "部分符合", "unmet": "不符合", "none": "不适用"}
"""What an inspector says of a checklist item."""
_WORTH = {"met": Decimal(1), "partly": Decimal("0.5"), "unmet": Decimal(0)}
_FULL = Decimal(100)


def checked(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Whether a plan can be submitted.

    Takes `rule` (`all`, `listed` or `sample`), `listed` [{unit}] (a code or a name), `size`, `units` [{institution, name}],
    `visitOn`, `unannounced` (then today will do), `today` and `earliest` (the first day for which notice can be given in time,
    where it is announced); gives `problems` (null when there are none) and `eligible`, the
    units that the rule chooses from.
    """
    units, rule = read.mappings(inputs, "units"), read.text(inputs, "rule")
    known = {str(unit[by]): unit for unit in units for by in ("institution", "name")}
    names = [str(row.get("unit") or "").strip() for row in read.mappings(inputs, "listed")]
    problems = [f"没有名为“{name}”的成员单位，应填机构代码或名称。" for name in names if name not in known]
    eligible = (
        list(units) if rule != "listed" else list({known[n]["institution"]: known[n] for n in names if n in known}.values())
    )
    if rule == "listed" and not names:
        problems.append("按名单检查，要列出单位。")
    size = read.number(inputs, "size")
    if rule == "sample" and (size is None or not 0 < size <= len(units)):
        problems.append(f"抽查的家数应在 1 与 {len(units)} 之间，填的是 {'空' if size is None else size}。")
    day, today = read.day(inputs, "visitOn"), read.day(inputs, "today")
    if day is None or today is None or day < today or (day == today and not read.flag(inputs, "unannounced")):
        problems.append(f"检查日期应在今天之后（飞行检查、暗访可以是今天），填的是 {day or '空'}。")
    earliest = read.day(inputs, "earliest")
    if (
        day is not None
        and earliest is not None
        and today is not None
        and today < day < earliest
        and not read.flag(inputs, "unannounced")
    ):
        problems.append(f"检查要提前通知，最早可定在 {earliest}，填的是 {day}。")
    return {"problems": "\n".join(problems) or None, "eligible": eligible}


def team(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Inspectors for each unit, nobody where he has a tie.

    Takes `units` [{institution, name}], `people` [{person, name, post}], `ties` and `declared` [{person, institution}], `size`
    (inspectors a unit), `seed`, `visitOn`, and `kept` (visits that stay as they are where nobody in them has a tie); gives
    `visits` [{institution, name, visitOn, leader, leaderName, second, secondName}] and `problems` for units that lack people.
    Work is shared out evenly: whoever has fewest units comes first, among these whom the seed ranks first.
    """
    people = {str(person["person"]): person for person in read.mappings(inputs, "people")}
    tied = _tied([*read.mappings(inputs, "ties"), *read.mappings(inputs, "declared")])
    seed, size = str(read.text(inputs, "seed")), read.whole(inputs, "size")
    kept = {visit["institution"]: visit for visit in read.mappings(inputs, "kept")}
    load = dict.fromkeys(people, 0)
    visits, problems = [], []
    for unit in read.mappings(inputs, "units"):
        code = str(unit["institution"])
        before = [who for who in _members(kept.get(code, {})) if who in people and who not in tied.get(code, ())]
        free = [who for who in people if who not in tied.get(code, ()) and who not in before]
        order = {who: place for place, who in enumerate(sampling.ranked(f"{seed}/{code}", free))}
        chosen = [*before, *sorted(free, key=lambda who: (load[who], order[who]))][:size]
        if len(chosen) < size:
            problems.append(f"{unit['name']}：应有 {size} 名检查员，回避后只有 {len(chosen)} 名。")
        for who in chosen:
            load[who] += 1
        visits.append(_visit(unit, kept.get(code, {}).get("visitOn") or inputs.get("visitOn"), [people[who] for who in chosen]))
    return {"visits": visits, "problems": "\n".join(problems) or None}


def confirmed(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Whether a team that a person has changed may go.

    Takes `visits`, `people`, `ties`, `declared`; gives `problems` (null when there are none), `visits` with the people's names,
    and `inspectors` [{person, name, units}], one for each person.
    """
    people = {str(person["person"]): person for person in read.mappings(inputs, "people")}
    tied = _tied([*read.mappings(inputs, "ties"), *read.mappings(inputs, "declared")])
    problems, visits = [], []
    units: dict[str, list[str]] = {}
    for visit in read.mappings(inputs, "visits"):
        members, code = _members(visit), str(visit["institution"])
        strangers = [who for who in members if who not in people]
        problems += [f"{visit['name']}：“{who}”不在检查员名单里。" for who in strangers]
        problems += [
            f"{visit['name']}：{people[who]['name']}须回避。" for who in members if who in people and who in tied.get(code, ())
        ]
        if len(set(members)) < len(members) or not members:
            problems.append(f"{visit['name']}：检查员没有填，或同一人填了两次。")
        if not strangers:
            visits.append(_visit(visit, visit.get("visitOn"), [people[who] for who in members]))
            for who in members:
                units.setdefault(who, []).append(str(visit["name"]))
    inspectors = [{"person": who, "name": people[who]["name"], "units": "、".join(names)} for who, names in sorted(units.items())]
    return {"problems": "\n".join(problems) or None, "visits": visits, "inspectors": inspectors}


def recused(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What inspectors said of their assignment. Takes `answers` [{person, name, outcome, unit, reason}], `declared` and
    `visits`; gives `declared` with a tie for each recusal (of the unit named, by code or name; of all his units when none is)
    and `count`.
    """
    visits = read.mappings(inputs, "visits")
    new = [
        {"person": answer["person"], "institution": visit["institution"], "reason": answer.get("reason")}
        for answer in read.mappings(inputs, "answers")
        if answer.get("outcome") == "recuse"
        for visit in visits
        if answer["person"] in _members(visit) and read.text(answer, "unit") in (None, visit["institution"], visit["name"])
    ]
    return {"declared": [*read.mappings(inputs, "declared"), *new], "count": len(new)}


def replaced(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Who comes in for an inspector who keeps out at the last minute.

    Takes `visit`, `person` (who goes), `people`, `ties`, `declared`, `seed`; gives `person` and `name` of the first in the seed's
    order who has no tie and is not in the visit, and `declared` with who goes. Raises Invalid when nobody is left.
    """
    visit, gone = read.mapping(inputs, "visit"), str(read.text(inputs, "person"))
    code = str(visit["institution"])
    declared = [*read.mappings(inputs, "declared"), {"person": gone, "institution": code}]
    out = _tied([*read.mappings(inputs, "ties"), *declared]).get(code, frozenset()) | set(_members(visit))
    people = {str(person["person"]): person for person in read.mappings(inputs, "people")}
    order = sampling.ranked(f"{read.text(inputs, 'seed')}/{code}", (who for who in people if who not in out))
    if not order:
        raise Invalid("nobody-left", "Expected an inspector without a tie to '{unit}', but nobody is left", unit=visit["name"])
    return {"person": order[0], "name": people[order[0]]["name"], "declared": declared}


def groups(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The checklist by chapter, each with one inspector of the visit in turn. Takes `items` [{code, chapter, text, points,
    critical}] and `visit`; gives `groups` [{chapter, inspector, inspectorName, items}].
    """
    visit = read.mapping(inputs, "visit")
    members = [(visit[role], visit[f"{role}Name"]) for role in ("leader", "second") if visit.get(role)]
    chapters: dict[str, list[Row]] = {}
    for item in read.mappings(inputs, "items"):
        blank = {"verdict": None, "note": None, "risk": False, "repeated": False, "onSpot": False, "beyond": False}
        chapters.setdefault(str(item["chapter"]), []).append({**item, **blank})
    found = []
    for number, (chapter, items) in enumerate(chapters.items()):
        who, name = members[number % len(members)]
        found.append({"chapter": chapter, "inspector": who, "inspectorName": name, "items": items})
    return {"groups": found}


def found(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What a visit found: its score, and a row for each item that was not fully met.

    Takes `scored` [{chapter, inspector, inspectorName, items, scoredAt, samples}] and `visit`; gives `findings`, `points` (of
    100, not counting items that do not apply), `text`, and `records`, the record of the visit item by item.
    """
    visit = read.mapping(inputs, "visit")
    rows = [(group, item) for group in read.mappings(inputs, "scored") for item in read.mappings(group, "items")]
    findings = [_finding(visit, group, item) for group, item in rows if item.get("verdict") in ("partly", "unmet")]
    counted = [(item["points"], _WORTH[str(item["verdict"])]) for _, item in rows if item.get("verdict") in _WORTH]
    full, gained = sum(points for points, _ in counted), sum((points * worth for points, worth in counted), Decimal(0))
    points = (gained * _FULL / full if full else _FULL).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return {
        "findings": findings,
        "points": points,
        "text": f"{len(rows)} 项，{len(findings)} 个问题，得分 {points}。",
        "records": [_record(visit, group, item) for group, item in rows],
    }


def judged(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The findings of a visit after objections and their review, which is final.

    Takes `findings`, `answers` [{code, answer, objection}] (what the unit said, empty when it did not sign) and `rulings` [{code,
    ruling, rulingNote}] where ruling is `stands` or `dropped`; gives `findings` that stand, `objected` (those that were
    objected to, with `ruling`), and `open` (objections without a ruling).
    """
    said = {row.get("code"): row for row in read.mappings(inputs, "answers") if row.get("answer") == "object"}
    rulings = {row.get("code"): row for row in read.mappings(inputs, "rulings")}
    rows = read.mappings(inputs, "findings")
    objected = [
        {
            **row,
            "objection": said[row["code"]].get("objection"),
            "ruling": rulings.get(row["code"], {}).get("ruling"),
            "rulingNote": rulings.get(row["code"], {}).get("rulingNote"),
        }
        for row in rows
        if row["code"] in said
    ]
    dropped = {row["code"] for row in objected if row["ruling"] == "dropped"}
    return {
        "findings": [row for row in rows if row["code"] not in dropped],
        "objected": objected,
        "open": sum(row["ruling"] is None for row in objected),
    }


def pooled(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """All visits of a plan. Takes `results` [{institution, name, points, findings, objected, signed, witnesses, records}];
    gives `findings`, `summary` [{institution, name, points, findingCount, objectionCount, upheldCount, signed, witnesses}],
    `records` and `text`.
    """
    results = read.mappings(inputs, "results")
    findings = [row for result in results for row in read.mappings(result, "findings")]
    summary = [
        {
            "institution": result["institution"],
            "name": result["name"],
            "points": result.get("points"),
            "findingCount": len(read.mappings(result, "findings")),
            "objectionCount": len(read.mappings(result, "objected")),
            "upheldCount": sum(row.get("ruling") == "dropped" for row in read.mappings(result, "objected")),
            "signed": result.get("signed"),
            "witnesses": "、".join(read.texts(result, "witnesses")),
        }
        for result in results
    ]
    records = [row for result in results for row in read.mappings(result, "records")]
    return {
        "findings": findings,
        "summary": summary,
        "records": records,
        "text": f"检查 {len(results)} 家，发现 {len(findings)} 个问题。",
    }


def _tied(rows: Iterable[Row]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for row in rows:
        code = str(row["institution"])
        found[code] = found.get(code, frozenset()) | {str(row["person"])}
    return found


def _members(visit: Row) -> list[str]:
    return [str(visit[role]) for role in ("leader", "second") if visit.get(role)]


def _visit(unit: Row, day: JSON, people: Sequence[Row]) -> dict[str, JSON]:
    leader, second = (*people, None, None)[:2]
    return {
        "institution": unit["institution"],
        "name": unit["name"],
        "visitOn": day,
        "leader": leader and leader["person"],
        "leaderName": leader and leader["name"],
        "second": second and second["person"],
        "secondName": second and second["name"],
    }


def _record(visit: Row, group: Row, item: Row) -> dict[str, JSON]:
    return {
        "unit": visit["name"],
        "chapter": group["chapter"],
        "code": item["code"],
        "text": item["text"],
        "verdict": item.get("verdict"),
        "note": item.get("note"),
        "samples": group.get("samples"),
        "inspectorName": group.get("inspectorName"),
        "scoredAt": group.get("scoredAt"),
    }


def _finding(visit: Row, group: Row, item: Row) -> dict[str, JSON]:
    facts = {name: item.get(name) or False for name in ("risk", "repeated", "onSpot", "beyond")}
    return {
        **facts,
        "code": item["code"],
        "institution": visit["institution"],
        "unit": visit["name"],
        "dept": item.get("dept"),
        "description": item.get("note") or item["text"],
        "basis": f"{item['code']} {item['text']}",
        "category": item.get("category"),
        "finder": group.get("inspectorName"),
        "foundOn": visit.get("visitOn"),
        "externalNo": None,
        "advice": False,
    }


FUNCTIONS: Mapping[str, Callable[[Mapping[str, JSON]], Mapping[str, JSON]]] = MappingProxyType(
    {
        "inspection.checked": checked,
        "inspection.team": team,
        "inspection.confirmed": confirmed,
        "inspection.recused": recused,
        "inspection.replaced": replaced,
        "inspection.groups": groups,
        "inspection.found": found,
        "inspection.judged": judged,
        "inspection.pooled": pooled,
    }
)
