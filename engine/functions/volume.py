"""The functions of volume reporting (带量采购报量): what each member needs, what is agreed, whether it is bought in time.

A line is one drug of one member: `itemCode`, `title`, `unit`, `institution`, `member` (its name), `lastYear` (last year's use),
`quantity` (reported), `reason` (why it is less than the share of last year's use that has to be reported) and, once they are
known, `agreed`, `done` (bought so far), `expected` (what should be by now) and `behind`. Quantities and money are exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any

from engine.calendar import TIME_ZONE
from engine.functions import inputs as read

JSON = Any
Line = Mapping[str, JSON]

_QUANTITY = Decimal("0.001")
_MONEY = Decimal("0.01")
_REPORTED = frozenset({"submitted", "standing"})


def sheets(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What each member is asked, and what stands in for its answer.

    Takes `members` [{institution, name}], `drugs` [{itemCode, generic, spec, unit}], `history` [{institution, itemCode,
    lastYear}], `growth` (what last year's use is multiplied by for the suggestion), `minShare` and `common` (what all are
    told). Gives `calls` {institution: what it is told, with its `rows`}, `standing` {institution: lines} (the least that has to
    be reported, for members whose use of every drug is known) and `call` (what a member that joins is told).
    """
    growth, share = _decimal(inputs, "growth"), _decimal(inputs, "minShare")
    used = {
        (str(row.get("institution")), str(row.get("itemCode"))): Decimal(read.number(row, "lastYear") or 0)
        for row in read.mappings(inputs, "history")
    }
    drugs, common = read.mappings(inputs, "drugs"), read.mapping(inputs, "common")
    calls, standing = {}, {}
    for member in read.mappings(inputs, "members"):
        code = str(member.get("institution"))
        rows = [_sheet_row(drug, used.get((code, str(drug.get("itemCode")))), growth) for drug in drugs]
        calls[code] = {**common, "rows": rows}
        if all(row["lastYear"] is not None for row in rows):
            standing[code] = [{**row, "quantity": _up(row["lastYear"] * share), "reason": "逾期未报，按最低比例"} for row in rows]
    empty = [_sheet_row(drug, None, growth) for drug in drugs]
    return {"calls": calls, "standing": standing, "call": {**common, "rows": empty}}


def pool(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What all members need together.

    Takes `answers` of a collection and `drugs`. Gives `lines`, `pooled` [{itemCode, title, unit, total, lastYear, from, short}]
    in the order of the drugs (`short` says who reported less than the least and why), `groups` (members that go on, with their
    lines, none for who reported nothing) and `text`.
    """
    answers = [row for row in read.mappings(inputs, "answers") if row.get("status") in _REPORTED | {"nil"}]
    lines = [_reported(answer, line) for answer in answers for line in read.mappings(answer, "lines")]
    lines = [line for line in lines if line["quantity"] > 0]
    pooled = [
        _pooled(drug, [line for line in lines if line["itemCode"] == drug.get("itemCode")])
        for drug in read.mappings(inputs, "drugs")
    ]
    text = f"{len(answers)} 家答复，{len(pooled)} 个品种，{len(lines)} 行。"
    return {"lines": lines, "pooled": pooled, "groups": _groups(answers, lines), "text": text}


def allocate(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The agreed quantities divided among the members in proportion to what they reported, to the last place.

    Takes `lines`, `pooled` with `agreed` and `agreedPrice`, and `groups`. Gives `lines` and `groups` with the shares: what a
    division leaves over goes to the largest remainders, so that the shares of a drug are exactly what was agreed.
    """
    pooled = {str(row.get("itemCode")): row for row in read.mappings(inputs, "pooled")}
    lines = [dict(line) for line in read.mappings(inputs, "lines")]
    for code, row in pooled.items():
        own = [line for line in lines if line["itemCode"] == code]
        shares = _divide(_decimal(row, "agreed"), [Decimal(line["quantity"]) for line in own])
        for line, share in zip(own, shares, strict=True):
            line |= {"agreed": share, "agreedPrice": row.get("agreedPrice"), "done": Decimal(0)}
    return {"lines": lines, "groups": _groups(read.mappings(inputs, "groups"), lines)}


def next_month(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """When progress is asked next: on the first of the next month, or on the last day of the cycle.

    Takes `now`, `cycleFrom`, `cycleTo`; gives `on` (a day), `period` (the month that is asked about, `YYYYMM`) and `last`.
    """
    begin, end = _day(inputs, "cycleFrom"), _day(inputs, "cycleTo")
    today = max(read.now(inputs).astimezone(TIME_ZONE).date(), begin)
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = first > end
    on = max(end, today) if last else first
    month = on if last else first - timedelta(days=1)
    return {"on": on.isoformat(), "period": f"{month:%Y%m}", "last": last}


def progress_sheets(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What each member is asked for a month. Takes `groups`, `lines` and `common`; gives `members` (those with lines) and
    `calls` {institution: what it is told, with `rows` [{itemCode, title, unit, agreed, reported, done}]}.
    """
    lines, common = read.mappings(inputs, "lines"), read.mapping(inputs, "common")
    members, calls = [], {}
    for group in _groups(read.mappings(inputs, "groups"), lines):
        if group["lines"]:
            members.append({"institution": group["institution"], "name": group["name"]})
            shown = ("itemCode", "title", "unit", "agreed")
            rows = [
                {**{name: line.get(name) for name in shown}, "reported": line["done"], "done": None} for line in group["lines"]
            ]
            calls[str(group["institution"])] = {**common, "rows": rows}
    return {"members": members, "calls": calls}


def progress(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Who is behind.

    Takes `lines`, `answers` of the month's collection (lines with `itemCode` and `done`), `now`, `cycleFrom`, `cycleTo` and
    `minShare`. Gives `lines` with `done`, `expected` (the share of the cycle that has passed, of what was agreed) and `behind`
    (less than `minShare` of that), `warned` (members that are behind, with these lines), and `text`. Who has not answered keeps
    his last figures.
    """
    begin, end = _day(inputs, "cycleFrom"), _day(inputs, "cycleTo")
    today, share = read.now(inputs).astimezone(TIME_ZONE).date(), _decimal(inputs, "minShare")
    passed = min(max((today - begin).days, 0), (end - begin).days or 1)
    told = {
        (str(answer.get("institution")), str(row.get("itemCode"))): read.number(row, "done")
        for answer in read.mappings(inputs, "answers")
        for row in read.mappings(answer, "lines")
    }
    lines = []
    for line in read.mappings(inputs, "lines"):
        said = told.get((str(line["institution"]), str(line["itemCode"])))
        done = Decimal(line.get("done") or 0) if said is None else Decimal(said)
        expected = (Decimal(line["agreed"]) * passed / ((end - begin).days or 1)).quantize(_QUANTITY, ROUND_HALF_UP)
        lines.append({**line, "done": done, "expected": expected, "behind": done < expected * share})
    behind = [line for line in lines if line["behind"]]
    warned = [group for group in _groups(_members(lines), behind) if group["lines"]]
    text = f"{today.isoformat()}：{len(lines)} 行，{len(behind)} 行低于进度，涉及 {len(warned)} 家。"
    return {"lines": lines, "warned": warned, "text": text}


def ratios(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Lines as the decision table of the surplus reads them. Takes `lines`; gives `lines` with `ratio` (bought of agreed, four
    places, 1 where nothing was agreed) and `saving` ((reference price - agreed price) x bought, never below 0).
    """
    lines = []
    for line in read.mappings(inputs, "lines"):
        agreed, done = Decimal(line["agreed"]), Decimal(line.get("done") or 0)
        ratio = (done / agreed).quantize(Decimal("0.0001"), ROUND_DOWN) if agreed else Decimal(1)
        gap = Decimal(read.number(line, "referencePrice") or 0) - Decimal(read.number(line, "agreedPrice") or 0)
        saving = max((gap * done).quantize(_MONEY, ROUND_HALF_UP), Decimal("0.00"))
        lines.append({**line, "ratio": ratio, "saving": saving})
    return {"lines": lines}


def settled(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What each member keeps of the surplus.

    Takes `lines` with `ratio` and `saving`, `surplus` [{result, share, note}] (one for each line, `share` between 0 and 1), and
    `groups`. Gives `lines` with `result`, `retained` and `note`, `groups`, `retained` (in all) and `text`.
    """
    lines = []
    for line, decision in zip(read.mappings(inputs, "lines"), read.mappings(inputs, "surplus"), strict=True):
        kept = (Decimal(line["saving"]) * _decimal(decision, "share")).quantize(_MONEY, ROUND_HALF_UP)
        lines.append({**line, "result": decision.get("result"), "note": decision.get("note"), "retained": kept})
    retained = sum((line["retained"] for line in lines), Decimal("0.00"))
    poor = sum(line["result"] == "penalty" for line in lines)
    text = f"结余留用共 {retained} 元；{poor} 行未完成约定量的八成，纳入考核。" if poor else f"结余留用共 {retained} 元。"
    groups = _groups(read.mappings(inputs, "groups"), lines)
    return {"lines": lines, "groups": groups, "retained": retained, "text": text}


def _sheet_row(drug: Line, last_year: Decimal | None, growth: Decimal) -> dict[str, JSON]:
    title = " ".join(str(drug[name]) for name in ("generic", "doseForm", "spec") if drug.get(name))
    return {
        "itemCode": drug.get("itemCode"),
        "title": title,
        "unit": drug.get("unit"),
        "referencePrice": drug.get("referencePrice"),
        "lastYear": last_year,
        "suggested": None if last_year is None else _up(last_year * growth),
        "ownUse": None,
        "quantity": None,
        "reason": None,
    }


def _reported(answer: Line, line: Line) -> dict[str, JSON]:
    last_year = read.number(line, "lastYear")
    return {
        **{name: line.get(name) for name in ("itemCode", "title", "unit", "referencePrice", "reason")},
        "institution": answer.get("institution"),
        "member": answer.get("name"),
        "lastYear": read.number(line, "ownUse") if last_year is None else last_year,
        "quantity": Decimal(read.number(line, "quantity") or 0),
        "standing": answer.get("status") == "standing",
    }


def _pooled(drug: Line, lines: Sequence[Line]) -> dict[str, JSON]:
    total = sum((line["quantity"] for line in lines), Decimal(0))
    return {
        **_sheet_row(drug, None, Decimal(1)),
        "total": total,
        "lastYear": sum((Decimal(line["lastYear"] or 0) for line in lines), Decimal(0)),
        "from": "、".join(f"{line['member']} {line['quantity']}" + ("（自动）" if line["standing"] else "") for line in lines),
        "short": "；".join(f"{line['member']}：{line['reason']}" for line in lines if line.get("reason")) or None,
        "adjusted": None,
        "because": None,
        "agreed": None,
        "agreedPrice": None,
    }


def _divide(whole: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """`whole` in parts of thousandths in proportion to the weights; the parts add up to it."""
    total = sum(weights, Decimal(0))
    if not total:
        return [Decimal(0) for _ in weights]
    exact = [whole * weight / total for weight in weights]
    parts = [share.quantize(_QUANTITY, ROUND_DOWN) for share in exact]
    left = int((whole - sum(parts, Decimal(0))) / _QUANTITY)
    for index in sorted(range(len(parts)), key=lambda number: parts[number] - exact[number])[:left]:
        parts[index] += _QUANTITY
    return parts


def _members(lines: Iterable[Line]) -> list[dict[str, JSON]]:
    found = {str(line["institution"]): line.get("member") for line in lines}
    return [{"institution": code, "name": name} for code, name in sorted(found.items())]


def _groups(members: Iterable[Line], lines: Sequence[Line]) -> list[dict[str, JSON]]:
    return [
        {
            "institution": member.get("institution"),
            "name": member.get("name"),
            "lines": [line for line in lines if line["institution"] == member.get("institution")],
        }
        for member in members
    ]


def _up(quantity: Decimal) -> Decimal:
    return quantity.quantize(_QUANTITY, ROUND_CEILING)


def _decimal(inputs: Mapping[str, JSON], name: str) -> Decimal:
    found = read.number(inputs, name)
    if found is None or found < 0:
        raise read.wrong(name, "a number that is not negative")
    return Decimal(found)


def _day(inputs: Mapping[str, JSON], name: str) -> date:
    found = read.day(inputs, name)
    if found is None:
        raise read.wrong(name, "a day")
    return found


FUNCTIONS: Mapping[str, Callable[[Mapping[str, JSON]], Mapping[str, JSON]]] = MappingProxyType(
    {
        "volume.sheets": sheets,
        "volume.pool": pool,
        "volume.allocate": allocate,
        "volume.next_month": next_month,
        "volume.progress_sheets": progress_sheets,
        "volume.progress": progress,
        "volume.ratios": ratios,
        "volume.settled": settled,
    }
)
