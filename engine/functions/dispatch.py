"""The functions of staff dispatch (人员下派): needs, candidates and their ranking, the months of a term, days, penalty, marks.

Days are ISO dates of China; a span holds its first and its last day. A pause is {from, to} of days on which the term stood
still: they lengthen the term, count for nothing, and no log is asked for a month that holds no other day.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any

from engine.calendar import TIME_ZONE
from engine.functions import inputs as read

JSON = Any
Row = Mapping[str, JSON]

TITLES = ("junior", "intermediate", "associate", "senior")
"""Levels of titles, the lowest first; none of them is a title that nobody has entered."""
COUNTED_KINDS = frozenset({"long", "vice"})
"""Kinds of dispatch that count as long-stay (长期派驻)."""
COUNTED_DAYS = 183
LONG_KINDS = COUNTED_KINDS
MOST_TASKS = 5
CENT = Decimal("0.01")


def openings(inputs: Row) -> Row:
    """One opening for each head that is needed, or what is wrong with the needs.

    Takes `needs` (rows of the need form), `sheet` (its number), `unit` and `now`; gives `openings` [{needKey, need, head}],
    `problems` (a sentence for each thing that is wrong, null when all can be used) and `text`.
    """
    rows, sheet = read.mappings(inputs, "needs"), str(read.text(inputs, "sheet"))
    problems = [problem for number, row in enumerate(rows, 1) for problem in _need_problems(number, row)]
    found = [
        {"needKey": f"{sheet}-{number:02d}-{head}", "need": {**row, "number": 1}, "head": head}
        for number, row in enumerate(rows, 1)
        for head in range(1, int(read.number(row, "number") or 1) + 1)
    ]
    text = f"{len(rows)} 项需求，{len(found)} 人。"
    return {"openings": [] if problems else found, "problems": "\n".join(problems) or None, "text": text}


def assess(inputs: Row) -> Row:
    """What the match table asks of each candidate, told from his row and the organisation.

    Takes `candidates` [{person, titleLevel, specialty, lastDispatchTo, servedDays, licenceTo, deptStaff, deptMinimum,
    travelMinutes, exempt}], `people` and `unknown` (of `person.facts`), `taken` (of `person.engaged`), `need`, `unit` (code of
    the host), `rules` {promotionDays} and `now`; gives `assessed` and `problems`.
    """
    need, now = read.mapping(inputs, "need"), read.now(inputs)
    people = {str(row.get("person")): row for row in read.mappings(inputs, "people")}
    rows = read.mappings(inputs, "candidates")
    numbers = [str(row.get("person")) for row in rows]
    problems = [f"没有工号为“{number}”的在岗人员。" for number in read.texts(inputs, "unknown")]
    problems += [f"工号 {number} 写了两次。" for number in sorted({n for n in numbers if numbers.count(n) > 1})]
    taken, unit = set(read.texts(inputs, "taken")), read.text(inputs, "unit")
    promotion = read.whole(read.mapping(inputs, "rules"), "promotionDays")
    assessed = [
        _assessed(row, people[str(row.get("person"))], need, now.astimezone(TIME_ZONE).date(), promotion, taken, unit)
        for row in rows
        if str(row.get("person")) in people
    ]
    return {"assessed": [] if problems else assessed, "problems": "\n".join(problems) or None}


def rank(inputs: Row) -> Row:
    """Candidates by score, those who must not go at the end with the reason.

    Takes `assessed` and `scores` (one list of points for each, in the same order); gives `ranking` and `text`.
    """
    assessed, scores = read.mappings(inputs, "assessed"), inputs.get("scores") or []
    if len(scores) != len(assessed):
        raise read.wrong("scores", "one score for each candidate")
    rows = [{**row, "score": score or 0} for row, score in zip(assessed, scores, strict=True)]
    ranking = sorted(rows, key=lambda row: (not row["eligible"], -row["score"], row["person"]))
    free = sum(row["eligible"] for row in ranking)
    return {"ranking": ranking, "text": f"{len(ranking)} 名候选人，{free} 名符合条件。"}


def chosen(inputs: Row) -> Row:
    """The row of `ranking` that `person` names, or why he cannot be chosen: gives `choice` and `problems`."""
    number = read.text(inputs, "person")
    found = next((row for row in read.mappings(inputs, "ranking") if row.get("person") == number), None)
    if found is None:
        return {"choice": None, "problems": f"候选名单里没有工号“{number}”。"}
    if not found.get("eligible"):
        return {"choice": None, "problems": f"{found.get('name')}不能选派：{found.get('because')}"}
    return {"choice": found, "problems": None}


def plan(inputs: Row) -> Row:
    """What comes next in a term.

    Takes `from`, `to`, `pauses`, `logs` [{period}] and `now`; gives `period` (the month whose log is asked for next, such as
    2026-12, null when only the last one is left), `opensAt` (the first of the month after it), `midAt`, `noticeAt` (30 days
    before the end), `endAt` (the first instant after the term) and `missing` (months of the term up to today without a log).
    """
    first, last, pauses = _day(inputs, "from"), _day(inputs, "to"), _pauses(inputs)
    written = {str(row.get("period")) for row in read.mappings(inputs, "logs")}
    months = [month for month in _months(first, last) if _served(month, first, last, pauses) and _name(month) not in written]
    now = read.now(inputs).astimezone(TIME_ZONE).date()
    following = next((month for month in months if _next_month(month) <= last), None)
    served = (last - first).days + 1
    return {
        "period": None if following is None else _name(following),
        "opensAt": None if following is None else _written(_next_month(following)),
        "midAt": _written(first + timedelta(days=served // 2)),
        "noticeAt": _written(last - timedelta(days=30)),
        "endAt": _written(last + timedelta(days=1)),
        "missing": [_name(month) for month in months if month <= now],
    }


def resumed(inputs: Row) -> Row:
    """A term that goes on after a pause: its end moves by exactly the days of the pause.

    Takes `to`, `pauses` (the last one without `to`), `on` (first day of service again); gives `to`, `pauses`, `days` (of this
    pause), `suspendedDays` (of all) and `problems`.
    """
    last, on = _day(inputs, "to"), _day(inputs, "on")
    pauses = [dict(row) for row in read.mappings(inputs, "pauses")]
    if not pauses or pauses[-1].get("to") is not None:
        raise read.wrong("pauses", "a list whose last pause has not ended")
    began = _day(pauses[-1], "from")
    days = (on - began).days
    if days < 0:
        problems = f"恢复日期 {on.isoformat()} 早于中断开始的 {began.isoformat()}。"
        return {"to": last.isoformat(), "pauses": pauses, "days": 0, "suspendedDays": 0, "problems": problems}
    pauses[-1]["to"] = (on - timedelta(days=1)).isoformat()
    kept = [row for row in pauses if str(row["to"]) >= str(row["from"])]
    total = sum((date.fromisoformat(str(r["to"])) - date.fromisoformat(str(r["from"]))).days + 1 for r in kept)
    until = (last + timedelta(days=days)).isoformat()
    return {"to": until, "pauses": kept, "days": days, "suspendedDays": total, "problems": None}


def served_days(inputs: Row) -> Row:
    """The days of a dispatch that count, split by statistical year.

    Takes `from`, `to` (last day served), `pauses`, `kind`, `titleLevel` and `promotions` [{on, level}]; gives `years` [{onYear,
    days, counted}] where `counted` are those of a long-stay kind at an intermediate or higher title, `days`, `countedDays`,
    `reached` (years in which at least 183 days count) and `text`.
    """
    first, last, pauses = _day(inputs, "from"), _day(inputs, "to"), _pauses(inputs)
    long = read.text(inputs, "kind") in COUNTED_KINDS
    levels = sorted((_day(row, "on"), str(row.get("level"))) for row in read.mappings(inputs, "promotions"))
    at_first = str(read.text(inputs, "titleLevel"))
    years: dict[int, list[int]] = {}
    for day in _days(first, last):
        if _paused(day, pauses):
            continue
        level = next((level for since, level in reversed(levels) if since <= day), at_first)
        found = years.setdefault(day.year, [0, 0])
        found[0] += 1
        found[1] += long and level in TITLES[1:]
    rows = [{"onYear": year, "days": days, "counted": counted} for year, (days, counted) in sorted(years.items())]
    reached = [row["onYear"] for row in rows if row["counted"] >= COUNTED_DAYS]
    days, counted = sum(row["days"] for row in rows), sum(row["counted"] for row in rows)
    text = "；".join(f"{row['onYear']} 年 {row['days']} 天" for row in rows) or "没有服务天数"
    return {"years": rows, "days": days, "countedDays": counted, "reached": reached, "text": f"{text}。"}


def penalty(inputs: Row) -> Row:
    """What the agreement asks of who leaves early: takes `to` (agreed), `leftOn`, `penaltyPerMonth` and `rules` {most}; gives
    `monthsLeft` (months begun count whole), `amount` (CNY to the cent, at most `rules.most`) and `text`.
    """
    last, left = _day(inputs, "to"), _day(inputs, "leftOn")
    months = max(0, (last.year - left.year) * 12 + last.month - left.month + (1 if last.day > left.day else 0))
    rate = Decimal(read.number(inputs, "penaltyPerMonth") or 0)
    most = read.number(read.mapping(inputs, "rules"), "most")
    amount = (rate * months).quantize(CENT, ROUND_HALF_UP)
    amount = amount if most is None else min(amount, Decimal(most)).quantize(CENT)
    return {"monthsLeft": months, "amount": amount, "text": f"协议剩余 {months} 个月，违约金 {amount} 元。"}


def evaluate(inputs: Row) -> Row:
    """The mark of a dispatch.

    Takes `marks` [{workload, quality, specialty, outOfCounty, teaching, satisfaction}] (0 to 100, absent where one cannot
    tell), `weights` by the same names (they sum to 100), `logs` (with `attendedDays`), `days` (served) and `weeklyDays`
    (agreed); gives `total` (to a tenth), `parts` [{name, mark, weight}], `attendance` (share) and `text`. The mean of those
    who can tell counts.
    """
    marks, weights = read.mappings(inputs, "marks"), read.mapping(inputs, "weights")
    if sum(Decimal(str(weight)) for weight in weights.values()) != 100:
        raise read.wrong("weights", "weights that sum to 100")
    parts, total = [], Decimal(0)
    for name, weight in weights.items():
        told = [Decimal(value) for row in marks if (value := read.number(row, name)) is not None]
        mark = sum(told, Decimal(0)) / len(told) if told else Decimal(0)
        parts.append({"name": name, "mark": mark.quantize(Decimal("0.1"), ROUND_HALF_UP), "weight": weight})
        total += mark * Decimal(str(weight)) / 100
    total = total.quantize(Decimal("0.1"), ROUND_HALF_UP)
    attended = sum(int(read.number(row, "attendedDays") or 0) for row in read.mappings(inputs, "logs"))
    expected = int(Decimal(read.whole(inputs, "days")) * read.whole(inputs, "weeklyDays") / 7)
    attendance = (Decimal(attended) / expected).quantize(Decimal("0.001"), ROUND_HALF_UP) if expected else Decimal(1)
    attendance = min(attendance, Decimal(1))
    text = f"综合得分 {total}，出勤 {attended} / {expected} 天（{(attendance * 100).quantize(Decimal('0.1'))}%）。"
    return {"total": total, "parts": parts, "attendance": attendance, "text": text}


def answered(inputs: Row) -> Row:
    """Logs after the host has spoken of one. Takes `logs`, `period`, `outcome` (`confirm` or `return`), `note`; gives `logs`."""
    period = read.text(inputs, "period")
    said = {
        "state": "confirmed" if read.text(inputs, "outcome") == "confirm" else "returned",
        "hostNote": read.text(inputs, "note"),
    }
    return {"logs": [{**row, **said} if row.get("period") == period else row for row in read.mappings(inputs, "logs")]}


def logged(inputs: Row) -> Row:
    """Logs with one more, or with a new version of one: takes `logs`, `period` and `log`; gives `logs` by month."""
    period, log = str(read.text(inputs, "period")), read.mapping(inputs, "log")
    kept = [row for row in read.mappings(inputs, "logs") if row.get("period") != period]
    return {
        "logs": sorted([*kept, {**log, "period": period, "state": "sent", "hostNote": None}], key=lambda row: str(row["period"]))
    }


def _need_problems(number: int, row: Row) -> Iterator[str]:
    where = f"第 {number} 项"
    first, last = read.day(row, "from"), read.day(row, "to")
    if first is None or last is None or last < first:
        yield f"{where}：结束日期不能早于开始日期。"
    elif row.get("kind") in LONG_KINDS and (last - first).days + 1 < COUNTED_DAYS:
        yield f"{where}：长期驻点和派驻副院长不少于 {COUNTED_DAYS} 天，填的是 {(last - first).days + 1} 天。"
    tasks = read.mappings(row, "tasks")
    if not 1 <= len(tasks) <= MOST_TASKS:
        yield f"{where}：任务目标要 1 至 {MOST_TASKS} 项，填的是 {len(tasks)} 项。"


def _assessed(row: Row, person: Row, need: Row, day: date, promotion: int, taken: set[str], unit: str | None) -> dict[str, JSON]:
    level, wanted = str(row.get("titleLevel")), str(need.get("level"))
    enough = level in TITLES and (wanted not in TITLES or TITLES.index(level) >= TITLES.index(wanted))
    staff, minimum = int(read.number(row, "deptStaff") or 0), int(read.number(row, "deptMinimum") or 0)
    ended = read.day(row, "lastDispatchTo")
    months = None if ended is None else max(0, (day.year - ended.year) * 12 + day.month - ended.month)
    gap = max(0, promotion - int(read.number(row, "servedDays") or 0))
    licence, until = read.day(row, "licenceTo"), read.day(need, "to")
    reasons = [
        (str(row.get("person")) in taken, "同期已派往别处"),
        (person.get("institution") == unit, "本就在用人单位"),
        (person.get("department") is None, "没有所在科室，无人放行"),
        (level not in TITLES, "未填职称"),
        (level in TITLES and not enough, "职称低于要求"),
        (staff - 1 < minimum, f"科室在岗 {staff} 人，派出后低于最低 {minimum} 人"),
        (licence is not None and until is not None and licence < until, "执业证在派驻期满前到期"),
        (bool(read.text(row, "exempt")), f"豁免：{read.text(row, 'exempt')}"),
    ]
    because = "；".join(text for wrong, text in reasons if wrong)
    return {
        **row,
        "name": person.get("name"),
        "institution": person.get("institution"),
        "department": person.get("department"),
        "approver": person.get("post") == "DEPT_HEAD",
        "specialtyFits": row.get("specialty") == need.get("specialty"),
        "titleFits": enough,
        "monthsSince": months,
        "gapDays": gap,
        "aboveMinimum": staff - 1 >= minimum,
        "eligible": not because,
        "because": because or None,
    }


def _months(first: date, last: date) -> Iterator[date]:
    """First days of the months that a span touches."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = _next_month(month)


def _next_month(month: date) -> date:
    return month.replace(day=1) + timedelta(days=calendar.monthrange(month.year, month.month)[1])


def _served(month: date, first: date, last: date, pauses: Sequence[tuple[date, date]]) -> bool:
    """Whether a month holds a day of service."""
    return any(not _paused(day, pauses) for day in _days(max(month, first), min(_next_month(month) - timedelta(days=1), last)))


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _paused(day: date, pauses: Iterable[tuple[date, date]]) -> bool:
    return any(first <= day <= last for first, last in pauses)


def _pauses(inputs: Row) -> list[tuple[date, date]]:
    """Spans of the pauses; one that has not ended lasts."""
    return [(_day(row, "from"), read.day(row, "to") or date.max) for row in read.mappings(inputs, "pauses")]


def _name(month: date) -> str:
    return f"{month:%Y-%m}"


def _day(inputs: Row, name: str) -> date:
    found = read.day(inputs, name)
    if found is None:
        raise read.wrong(name, "a day")
    return found


def _written(day: date) -> str:
    return read.written(datetime.combine(day, time(), TIME_ZONE))


FUNCTIONS: Mapping[str, Callable[[Row], Row]] = MappingProxyType(
    {
        "dispatch.openings": openings,
        "dispatch.assess": assess,
        "dispatch.rank": rank,
        "dispatch.chosen": chosen,
        "dispatch.plan": plan,
        "dispatch.resumed": resumed,
        "dispatch.servedDays": served_days,
        "dispatch.penalty": penalty,
        "dispatch.evaluate": evaluate,
        "dispatch.answered": answered,
        "dispatch.logged": logged,
    }
)
