"""The functions of hiring (招录) for one post of a published plan: enough applicants, marks and ranking, who is proposed next.

A candidate is a row {ticketNo, name, written, interview} that gains `total`, `rank` and `state`: `failed` (below the pass
mark), `ranked`, `proposed` (to be examined), `cleared` (healthy and vetted), `unfit`, `struck` (by an inquiry), `hired` or
`absent`. A place that somebody loses goes to the next in rank (递补).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any

from engine.functions import inputs as read

JSON = Any
Row = Mapping[str, JSON]
_TENTH = Decimal("0.1")
_TAKEN = frozenset({"cleared", "hired"})
_PARTS = {"written": "笔试", "interview": "面试"}


def opening(inputs: Row) -> Row:
    """Whether an examination may be held (开考比例). Takes `heads`, `applicants` and `ratio` (applicants for each head, 0 when
    the post is exempt); gives `enough`, `most` (heads that so many applicants allow) and `text`.
    """
    heads, applicants, ratio = (read.whole(inputs, name) for name in ("heads", "applicants", "ratio"))
    needed = max(1, ratio) * heads
    most = min(heads, applicants // max(1, ratio))
    text = f"招 {heads} 人，应有 {needed} 人报名，实有 {applicants} 人" + ("。" if most >= heads else f"，只够招 {most} 人。")
    return {"enough": applicants >= needed, "most": most, "text": text}


def changed(inputs: Row) -> Row:
    """A post of which the number, the ratio or the registration was changed for want of applicants.

    Takes `outcome` (`cut`, `lower`, `again` or `cancel`), `heads`, `ratio`, `newHeads`, `newRatio`, `most`, `applicants`,
    `because` and `changes` (earlier ones); gives `heads`, `ratio`, `changes`, `text` and `problems`, and with problems nothing
    is changed.
    """
    outcome, heads, ratio = read.text(inputs, "outcome"), read.whole(inputs, "heads"), read.whole(inputs, "ratio")
    most, problem, told = read.whole(inputs, "most"), None, ""
    to, lower = read.number(inputs, "newHeads"), read.number(inputs, "newRatio")
    if outcome == "cut":
        problem = (
            None if to is not None and 1 <= to <= most else f"按报名人数最多招 {most} 人，核减到的人数应在 1 与 {most} 之间。"
        )
        heads, told = (heads, "") if problem else (int(to or 0), f"招聘人数由 {heads} 人核减到 {to} 人")
    elif outcome == "lower":
        enough = lower is not None and 0 <= lower < ratio and read.whole(inputs, "applicants") >= max(1, int(lower)) * heads
        problem = None if enough else f"降低后的比例应低于 1:{ratio}，且报名人数够招 {heads} 人。"
        ratio, told = (ratio, "") if problem else (int(lower or 0), f"开考比例由 1:{ratio} 降为 1:{lower}")
    else:
        told = {"again": "重新公告，延长报名", "cancel": "取消岗位"}[str(outcome)]
    rows = list(read.mappings(inputs, "changes"))
    text = f"{told}：{read.text(inputs, 'because')}"
    kept = rows if problem else [*rows, {"what": told, "because": read.text(inputs, "because"), "at": read.text(inputs, "now")}]
    return {"heads": heads, "ratio": ratio, "changes": kept, "text": text, "problems": problem}


def rank(inputs: Row) -> Row:
    """Candidates by their totals.

    Takes `candidates`, `examKind` (`written`: written and interview; `interview` or `assessment`: interview alone), `weights`
    {written, interview} that sum to 100, and `pass` (the lowest total); gives `candidates` by rank, equal totals by the written
    mark, and `problems`: a sentence for each row that lacks a mark or has a number twice.
    """
    weights, kind = read.mapping(inputs, "weights"), read.text(inputs, "examKind")
    shares = {part: Decimal(read.whole(weights, part)) for part in _PARTS} if kind == "written" else {"interview": Decimal(100)}
    if sum(shares.values()) != 100:
        raise read.wrong("weights", "weights that sum to 100")
    rows, lowest = read.mappings(inputs, "candidates"), Decimal(read.number(inputs, "pass") or 0)
    numbers = [read.text(row, "ticketNo") for row in rows]
    problems = [f"准考证号 {number} 写了两次。" for number in sorted({str(n) for n in numbers if numbers.count(n) > 1})]
    problems += [
        f"{row.get('name')}：缺{_PARTS[part]}成绩。" for row in rows for part in shares if read.number(row, part) is None
    ]
    if problems:
        return {"candidates": list(rows), "problems": "\n".join(problems)}
    marked = [{**row, "total": _total(row, shares)} for row in rows]
    order = sorted(marked, key=lambda row: (-row["total"], -Decimal(row.get("written") or 0), str(row["ticketNo"])))
    found = [{**row, "rank": n, "state": "ranked" if row["total"] >= lowest else "failed"} for n, row in enumerate(order, 1)]
    return {"candidates": found, "problems": None}


def propose(inputs: Row) -> Row:
    """The next in rank for the places that nobody has. Takes `candidates` and `heads`; gives `candidates`, `proposed` (the rows
    to be examined, with room for what is found), `cleared` (those who are through) and `text`.
    """
    rows, heads = read.mappings(inputs, "candidates"), read.whole(inputs, "heads")
    open_places = heads - sum(row.get("state") in _TAKEN for row in rows)
    following = [str(row["ticketNo"]) for row in rows if row.get("state") == "ranked"][: max(0, open_places)]
    marked = [{**row, "state": "proposed"} if row.get("ticketNo") in following else dict(row) for row in rows]
    fresh = {"health": None, "vetting": None, "note": None}
    proposed = [{**row, **fresh} for row in marked if row["state"] == "proposed"]
    return {"candidates": marked, "proposed": proposed, **_standing(marked), "text": f"{len(proposed)} 人进入体检和考察。"}


def checked(inputs: Row) -> Row:
    """Who came through the health check and the vetting: takes `candidates` and `proposed` (with `health`, `vetting`: `pass` or
    `fail`) and `heads`; gives `candidates`, `cleared`, `fillIn` (whether a place is open for which somebody is next) and `text`.
    """
    said = {str(row["ticketNo"]): row for row in read.mappings(inputs, "proposed")}
    rows = []
    for row in read.mappings(inputs, "candidates"):
        found = said.get(str(row["ticketNo"]))
        if found is None or row.get("state") != "proposed":
            rows.append(dict(row))
            continue
        fit = found.get("health") == "pass" and found.get("vetting") == "pass"
        rows.append({**row, "state": "cleared" if fit else "unfit", "note": found.get("note")})
    standing = _standing(rows)
    return {"candidates": rows, **standing, "fillIn": _next(rows, inputs), "text": f"{len(standing['cleared'])} 人合格。"}


def struck(inputs: Row) -> Row:
    """Strikes one candidate after an inquiry: takes `candidates`, `ticketNo` and `because`; gives `candidates`, `cleared` and
    `problems`, a sentence where no candidate who is through has that number.
    """
    number, rows = read.text(inputs, "ticketNo"), read.mappings(inputs, "candidates")
    if not any(row.get("ticketNo") == number and row.get("state") == "cleared" for row in rows):
        return {"candidates": list(rows), **_standing(rows), "problems": f"公示的人里没有准考证号“{number or ''}”。"}
    gone = {"state": "struck", "note": read.text(inputs, "because")}
    kept = [{**row, **gone} if row.get("ticketNo") == number else dict(row) for row in rows]
    return {"candidates": kept, **_standing(kept), "problems": None}


def arrived(inputs: Row) -> Row:
    """Who came to work: takes `candidates`, `arrivals` [{ticketNo, arrived, on}] and `heads`; gives `candidates`, `cleared`,
    `hired` (how many), `fillIn` (whether a place is open for which somebody is next) and `text`.
    """
    said = {str(row["ticketNo"]): row for row in read.mappings(inputs, "arrivals")}
    rows = []
    for row in read.mappings(inputs, "candidates"):
        found = said.get(str(row["ticketNo"]))
        state = row.get("state") if found is None else "hired" if found.get("arrived") else "absent"
        rows.append({**row, "state": state, **({"on": found.get("on")} if found else {})})
    hired, heads = sum(row["state"] == "hired" for row in rows), read.whole(inputs, "heads")
    text = f"招 {heads} 人，报到 {hired} 人。"
    return {"candidates": rows, **_standing(rows), "hired": hired, "fillIn": _next(rows, inputs), "text": text}


def _next(rows: Sequence[Row], inputs: Row) -> bool:
    """Whether a place is open for which somebody is next."""
    states = [row.get("state") for row in rows]
    return "ranked" in states and sum(state in _TAKEN for state in states) < read.whole(inputs, "heads")


def _total(row: Row, shares: Mapping[str, Decimal]) -> Decimal:
    marks = (Decimal(read.number(row, part) or 0) * share / 100 for part, share in shares.items())
    return sum(marks, Decimal(0)).quantize(_TENTH, ROUND_HALF_UP)


def _standing(rows: Sequence[Row]) -> dict[str, JSON]:
    return {"cleared": [dict(row) for row in rows if row.get("state") == "cleared"]}


FUNCTIONS: Mapping[str, Callable[[Row], Row]] = MappingProxyType(
    {
        "hiring.opening": opening,
        "hiring.changed": changed,
        "hiring.rank": rank,
        "hiring.propose": propose,
        "hiring.checked": checked,
        "hiring.struck": struck,
        "hiring.arrived": arrived,
    }
)
