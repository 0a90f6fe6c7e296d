"""The functions of the drug catalogue (目录调整): proposals pooled, formal check, experts' scores, the vote, the new version.

A row of the catalogue is `itemCode` (医保药品代码), `generic`, `doseForm`, `spec`, `pack`, `maker`, `approvalNo`, `insurance`,
`vbp`, `essential`, `price` and `since` (version in which it came in). A proposal has the same and `action` (`add`, `remove`,
`replace`), `replaces` (itemCode), `expectedUse` and `reason`; pooled it is an item with a `key` of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any

from engine.functions import inputs as read

JSON = Any
Row = Mapping[str, JSON]

ACTIONS = {"add": "调入", "remove": "调出", "replace": "替换"}
VERDICTS = {"pass": "通过", "supplement": "补充材料", "refuse": "不予受理"}
_DRUG = (
    *("itemCode", "generic", "doseForm", "spec", "pack", "maker", "approvalNo"),
    *("insurance", "vbp", "essential", "price"),
)
_CRITERIA = ("efficacy", "safety", "economy")


def pool(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """All proposals as one list of items.

    Takes `answers` of a collection [{institution, name, lines}], `ownLines` (proposals of the lead's own departments, each with
    its `department`) and `catalogue` (the rows that are valid). Gives `items` with `key`, `title`, `proposers`, `expectedUse`
    (added up), `institutions`, `inCatalogue`, and `sameGeneric`: how many rows of the catalogue have the same generic name and
    would stay beside it (一品两规); and `text`. Proposals of one drug with one action are one item.
    """
    catalogue = read.mappings(inputs, "catalogue")
    known = {str(row.get("itemCode")) for row in catalogue}
    groups: dict[tuple[str, str], list[tuple[str | None, str, Row]]] = {}
    for code, name, line in _proposals(inputs):
        groups.setdefault((str(line.get("action")), str(line.get("itemCode"))), []).append((code, name, line))
    items = []
    for number, ((action, item_code), proposed) in enumerate(sorted(groups.items()), 1):
        first = proposed[0][2]
        items.append(
            {
                **first,
                "key": f"{number:02d}",
                "title": f"{ACTIONS.get(action, action)} {drug_title(first)}",
                "proposers": "、".join(dict.fromkeys(name for _, name, _ in proposed)),
                "institutions": sorted({code for code, _, _ in proposed if code is not None}),
                "expectedUse": sum((Decimal(read.number(line, "expectedUse") or 0) for _, _, line in proposed), Decimal(0)),
                "reason": "；".join(dict.fromkeys(str(line.get("reason")) for _, _, line in proposed if line.get("reason"))),
                "inCatalogue": item_code in known,
                "sameGeneric": _beside(first, catalogue),
            }
        )
    counts = Counter(str(item["action"]) for item in items)
    parts = [f"{ACTIONS[action]} {counts[action]} 个" for action in ACTIONS if counts[action]]
    return {"items": items, "text": "，".join(parts) + "。" if parts else "没有提出品种。"}


def suggest(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Items with what the decision table suggests. Takes `items` and `checks` [{suggestion, note}], one for each; gives `items`
    with `suggestion`, `note`, and `verdict` and `because` for the director of pharmacy to change.
    """
    checks = read.mappings(inputs, "checks")
    items = [
        {
            **item,
            "suggestion": check.get("suggestion"),
            "note": check.get("note"),
            "verdict": check.get("suggestion"),
            "because": None if check.get("suggestion") == "pass" else check.get("note"),
        }
        for item, check in zip(read.mappings(inputs, "items"), checks, strict=True)
    ]
    return {"items": items}


def checked(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What the formal check lets through. Takes `items` with verdicts; gives `accepted`, `text`, and `problems`: a sentence for
    each verdict that lacks a reason, null when there is none.
    """
    items = read.mappings(inputs, "items")
    problems = [
        f"{item.get('title')}：{VERDICTS.get(str(item.get('verdict')), '结论')}要写理由。"
        for item in items
        if not read.text(item, "because")
        and (item.get("verdict") != "pass" or item.get("suggestion") not in (None, "pass", item.get("verdict")))
    ]
    accepted = [item for item in items if item.get("verdict") == "pass"]
    text = f"{len(items)} 个品种，形式审查通过 {len(accepted)} 个。"
    return {"accepted": accepted, "text": text, "problems": "\n".join(problems) or None}


def appointed(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Which experts are asked. Takes `experts` [{person, name, taken}], `reviews` (those that came before) and `minimum`; gives
    `asked` (taken and not heard yet) and `problems`, a sentence when there are too few, else null.
    """
    reviewed = [review for review in read.mappings(inputs, "reviews") if read.mappings(review, "rows")]
    heard = {review.get("person") for review in reviewed}
    asked = [row for row in read.mappings(inputs, "experts") if row.get("taken") is True and row.get("person") not in heard]
    needed = max(read.whole(inputs, "minimum") - len(heard), 1)
    problems = None if len(asked) >= needed else f"还要请 {needed} 位没有评过的专家，勾选了 {len(asked)} 位。"
    return {"asked": asked, "problems": problems}


def sheet(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """An expert's empty scoring sheet. Takes `items`; gives `rows`, one for each item."""
    shown = ("key", "title", "proposers", "insurance", "vbp", "essential", "price", "expectedUse", "reason")
    empty = dict.fromkeys(("interest", "opinion", *_CRITERIA))
    return {"rows": [{**{name: item.get(name) for name in shown}, **empty} for item in read.mappings(inputs, "items")]}


def scores(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What the experts make of the items.

    Takes `items`, `reviews` [{person, name, rows}] (a row has `key`, `interest`: `none` or `declared`, and a mark of 0 to 100 for
    efficacy, safety and economy), `minimum` (marks that an item needs) and `passMark`. Gives `items` with `score` (the mean of
    the means, one decimal place), `scored` (experts who count), `recusedExperts`, `opinions` and `recommended`, and `short`:
    a sentence for each item with too few marks, null when there is none. Who has declared an interest does not count.
    """
    minimum, mark = read.whole(inputs, "minimum"), Decimal(read.number(inputs, "passMark") or 0)
    reviews = read.mappings(inputs, "reviews")
    items = [_scored(item, reviews, mark) for item in read.mappings(inputs, "items")]
    short = [
        f"{item['title']}：有效评分 {item['scored']} 份，至少要 {minimum} 份。" for item in items if item["scored"] < minimum
    ]
    return {"items": items, "short": "\n".join(short) or None}


def ballots(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What the committee votes on. Takes `items`; gives `ballots` [{key, title, agree, refuse, abstain, recused}], `material`."""
    items = read.mappings(inputs, "items")
    empty = dict.fromkeys(("agree", "refuse", "abstain"))
    rows = [{"key": item.get("key"), "title": _with_score(item), **empty, "recused": 0} for item in items]
    material = "\n".join(f"{_with_score(item)}；提出：{item.get('proposers')}；理由：{item.get('reason')}" for item in items)
    return {"ballots": rows, "material": material[:4000]}


def decided(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The catalogue after the vote.

    Takes `items`, `ballots` with `passed`, `catalogue` and `version` (the one it is going to be). Gives `catalogue` (the new
    rows by itemCode), `changes` [{key, title, action, itemCode, generic, removedCode, removedTitle}] of what has passed,
    `removed` [{itemCode, title}] (what goes out), and `text`. A drug that came in or went out meanwhile changes nothing twice.
    """
    passed = {str(ballot.get("key")) for ballot in read.mappings(inputs, "ballots") if ballot.get("passed")}
    version = read.whole(inputs, "version")
    rows = {str(row.get("itemCode")): dict(row) for row in read.mappings(inputs, "catalogue")}
    changes, removed = [], []
    for item in read.mappings(inputs, "items"):
        if str(item.get("key")) not in passed:
            continue
        action, code = str(item.get("action")), str(item.get("itemCode"))
        gone = code if action == "remove" else read.text(item, "replaces") if action == "replace" else None
        before = rows.pop(gone, None) if gone is not None else None
        if before is not None:
            removed.append({"itemCode": gone, "title": drug_title(before)})
        if action != "remove":
            rows[code] = {**{name: item.get(name) for name in _DRUG}, "since": version}
        changes.append(
            {
                "key": item.get("key"),
                "title": item.get("title"),
                "action": action,
                "itemCode": code,
                "removedTitle": None if before is None else drug_title(before),
            }
        )
    text = f"第 {version} 版：{len(rows)} 个品种，本次变动 {len(changes)} 项，停用 {len(removed)} 个。"
    return {"catalogue": [rows[code] for code in sorted(rows)], "changes": changes, "removed": removed, "text": text}


def results(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What became of the proposals, for each member that made some.

    Takes `items` (all, with the formal verdicts), `ballots` and `members` [{institution, name}]; gives `results` [{institution,
    name, lines}] with `title`, `outcome` (`passed`, `lost`, `supplement`, `refuse`) and `because`; no lines for who proposed
    nothing.
    """
    votes = {str(ballot.get("key")): bool(ballot.get("passed")) for ballot in read.mappings(inputs, "ballots")}
    items = read.mappings(inputs, "items")
    found = []
    for member in read.mappings(inputs, "members"):
        own = [item for item in items if member.get("institution") in read.texts(item, "institutions")]
        lines = [{"title": item.get("title"), "outcome": _outcome(item, votes), "because": item.get("because")} for item in own]
        found.append({"institution": member.get("institution"), "name": member.get("name"), "lines": lines})
    return {"results": found}


def run_out(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What is left of the drugs that go out.

    Takes `answers` of the acknowledgement [{institution, name, lines: [{itemCode, title, stock, runOutOn}]}]. Gives `rows`
    (stock above 0, with `institution` and `unit`), `until` (the latest day on which some will be left, or null) and `text`.
    """
    rows = [
        {**line, "institution": answer.get("institution"), "unit": answer.get("name"), "left": None, "disposal": None}
        for answer in read.mappings(inputs, "answers")
        for line in read.mappings(answer, "lines")
        if (read.number(line, "stock") or 0) > 0
    ]
    days = [day for row in rows if (day := read.day(row, "runOutOn")) is not None]
    until = max(days).isoformat() if days else None
    text = f"{len(rows)} 处还有库存，最晚用到 {until}。" if rows else "停用的品种没有库存。"
    return {"rows": rows, "until": until, "text": text}


def stocks(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """A member's empty table of what it has left. Takes `removed` [{itemCode, title}]; gives `rows`."""
    rows = [{**row, "stock": None, "runOutOn": None} for row in read.mappings(inputs, "removed")]
    return {"rows": rows}


def drug_title(row: Row) -> str:
    """What a drug is called: generic name, dose form, strength, maker."""
    return " ".join(str(row[name]) for name in ("generic", "doseForm", "spec", "maker") if row.get(name))


def _proposals(inputs: Mapping[str, JSON]) -> Iterable[tuple[str | None, str, Row]]:
    for line in read.mappings(inputs, "ownLines"):
        yield None, str(line.get("department")), line
    for answer in read.mappings(inputs, "answers"):
        for line in read.mappings(answer, "lines"):
            yield str(answer.get("institution")), str(answer.get("name")), line


def _beside(item: Row, catalogue: Sequence[Row]) -> int:
    """Rows of the catalogue with the same generic name that stay when the item comes in."""
    gone = {item.get("itemCode"), item.get("replaces") if item.get("action") == "replace" else None}
    return sum(row.get("generic") == item.get("generic") and row.get("itemCode") not in gone for row in catalogue)


def _scored(item: Row, reviews: Sequence[Row], mark: Decimal) -> dict[str, JSON]:
    means, recused, opinions = [], [], []
    for review in reviews:
        for row in read.mappings(review, "rows"):
            if row.get("key") != item.get("key"):
                continue
            if row.get("interest") == "declared":
                recused.append(str(review.get("name")))
                continue
            marks = [read.number(row, name) for name in _CRITERIA]
            if any(value is None for value in marks):
                continue
            means.append(sum((Decimal(value or 0) for value in marks), Decimal(0)) / len(_CRITERIA))
            if read.text(row, "opinion"):
                opinions.append(f"{review.get('name')}：{row['opinion']}")
    score = None
    if means:
        score = (sum(means, Decimal(0)) / len(means)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return {
        **item,
        "score": score,
        "scored": len(means),
        "recusedExperts": "、".join(recused) or None,
        "opinions": "；".join(opinions) or None,
        "recommended": score is not None and score >= mark,
    }


def _with_score(item: Row) -> str:
    advice = "专家推荐" if item.get("recommended") else "专家不推荐"
    return f"{item.get('title')}（{item.get('score')} 分，{advice}）"


def _outcome(item: Row, votes: Mapping[str, bool]) -> str:
    key = str(item.get("key"))
    if key in votes:
        return "passed" if votes[key] else "lost"
    return str(item.get("verdict"))


FUNCTIONS: Mapping[str, Callable[[Mapping[str, JSON]], Mapping[str, JSON]]] = MappingProxyType(
    {
        "catalogue.pool": pool,
        "catalogue.suggest": suggest,
        "catalogue.checked": checked,
        "catalogue.appointed": appointed,
        "catalogue.sheet": sheet,
        "catalogue.scores": scores,
        "catalogue.ballots": ballots,
        "catalogue.decided": decided,
        "catalogue.results": results,
        "catalogue.stocks": stocks,
        "catalogue.run_out": run_out,
    }
)
