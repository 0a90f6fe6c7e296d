"""What a member of the community should ask for: the catalogue in force, its stock against its limits, its standing request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from engine.functions import inputs as read
from engine.functions.procurement import ITEM, Line, by_code, quantity
from engine.functions.supplying import delivering

JSON = Any


def to_count(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What a member counts.

    Takes `rules` [{itemCode}] and `catalogue`; gives `counted`, a row for each rule with the item's name and strength, and
    nothing counted yet.
    """
    items = by_code(read.mappings(inputs, "catalogue"))
    rows = []
    for rule in read.mappings(inputs, "rules"):
        item = items.get(str(rule.get("itemCode")), {})
        name = " ".join(str(item[part]) for part in ("generic", "spec") if item.get(part))
        rows.append({"itemCode": rule.get("itemCode"), "generic": name or None, "stock": None, "use30": None, "inTransit": 0})
    return {"counted": rows}


def suggest(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What a member should ask for, from what it has.

    Takes `counted` [{itemCode, stock, use30, inTransit}], `rules` [{itemCode, min, max}] and `catalogue` (items); gives
    `lines`, a row for each counted item with the item's own data, `suggested` and `qty`. An item whose stock with what is on
    its way lies below `min` is filled up to `max`, or to thirty days' use where that is more, by at most sixty days' use, in
    whole packs; any other gets 0. With `rulesOfShortage` {lowDays, coverDays} and `reported` (items that were reported before)
    also gives `low`, the lines whose stock lasts for less than `lowDays`, with `lowQty`, enough for `coverDays`; and
    `reported` with these.
    """
    items, rules = by_code(read.mappings(inputs, "catalogue")), by_code(read.mappings(inputs, "rules"))
    lines = []
    for row in read.mappings(inputs, "counted"):
        code = str(row.get("itemCode"))
        item, rule = items.get(code, {}), rules.get(code, {})
        there = quantity(row, "stock") + quantity(row, "inTransit")
        use = quantity(row, "use30")
        wanted = max(quantity(rule, "max"), use) - there if there < quantity(rule, "min") else Decimal(0)
        wanted = min(wanted, 2 * use) if use > 0 else wanted
        suggested = _whole_packs(wanted, item)
        known = {name: item.get(name) for name in ITEM if name != "itemCode"}
        lines.append({**row, **known, "itemCode": code, "price": item.get("price"), "suggested": suggested, "qty": suggested})
    low = _low(lines, items, read.mapping(inputs, "rulesOfShortage"), read.texts(inputs, "reported"))
    return {"lines": lines, "low": low, "reported": [*read.texts(inputs, "reported"), *(line["itemCode"] for line in low)]}


def catalogue(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The catalogue that orders are made by.

    Takes `published` (what `published.get` gave of the drug catalogue) and `terms`, rows of what the catalogue does not say:
    category, control, cold chain, the platform's price, pack, quota and distributors, further `stopped`, the suppliers who do
    not deliver, whom no item is offered by. Gives `catalogue`, `version` and `text`.
    What is published decides which drugs there are, what they are and what they cost; a drug without terms has no distributor.
    Before anything was published the terms themselves are the catalogue.
    """
    stopped = read.mappings(inputs, "stopped")
    terms = [
        {**row, "distributors": delivering(read.texts(row, "distributors"), stopped)} for row in read.mappings(inputs, "terms")
    ]
    published = read.mapping(inputs, "published")
    version = read.whole(published, "version")
    if version == 0:
        return {"catalogue": terms, "version": 0, "text": "目录尚未发布，按初始目录。"}
    by_item = by_code(terms)
    rows = [_equipped(row, by_item.get(str(row.get("itemCode")), {})) for row in read.mappings(published, "rows")]
    return {"catalogue": rows, "version": version, "text": f"目录第 {version} 版，{published.get('effectiveOn')} 起有效。"}


def standings(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The requests that stand in for members who miss the cut-off: enough for the minimum stock of every item.

    Takes `members`, `rules` {institution or `all`: rows} and `catalogue`; gives `standing` {institution: lines}. Narcotics and
    whatever else is under control is never ordered by itself.
    """
    items, rules = by_code(read.mappings(inputs, "catalogue")), read.mapping(inputs, "rules")
    codes = [str(member.get("institution")) for member in read.mappings(inputs, "members")]
    return {"standing": {code: _standing(read.mappings(rules, code if code in rules else "all"), items) for code in codes}}


def _low(lines: Iterable[Line], items: Mapping[str, Line], rules: Line, reported: Iterable[str]) -> list[dict[str, JSON]]:
    """Lines whose stock lasts for too few days, and that nobody has reported yet."""
    known, least, cover = frozenset(reported), quantity(rules, "lowDays"), quantity(rules, "coverDays")
    found = []
    for line in lines:
        code, daily = str(line.get("itemCode")), quantity(line, "use30") / 30
        if code in items and code not in known and quantity(line, "stock") < daily * least:
            found.append({**line, "lowQty": _whole_packs(daily * cover, items[code])})
    return found


def _equipped(row: Line, terms: Line) -> dict[str, JSON]:
    own = {name: value for name, value in row.items() if value is not None}
    price_there = terms.get("platformPrice", row.get("price"))
    return {**terms, **own, "form": row.get("doseForm"), "vbp": read.flag(row, "vbp"), "platformPrice": price_there}


def _standing(rules: Iterable[Line], items: Mapping[str, Line]) -> list[dict[str, JSON]]:
    lines = []
    for rule in rules:
        item = items.get(str(rule.get("itemCode")), {})
        qty = _whole_packs(quantity(rule, "min"), item)
        if item and not read.flag(item, "controlled") and qty > 0:
            lines.append({**{name: item.get(name) for name in ITEM}, "price": item.get("price"), "qty": qty, "suggested": qty})
    return lines


def _whole_packs(wanted: Decimal, item: Line) -> Decimal:
    pack = quantity(item, "packQty") or Decimal(1)
    return Decimal(0) if wanted <= 0 else -(-wanted // pack) * pack


FUNCTIONS: Mapping[str, Callable[[Mapping[str, JSON]], Mapping[str, JSON]]] = MappingProxyType(
    {
        "procurement.toCount": to_count,
        "procurement.suggest": suggest,
        "procurement.catalogue": catalogue,
        "procurement.standings": standings,
    }
)
