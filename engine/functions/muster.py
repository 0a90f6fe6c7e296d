"""The functions of an emergency muster (应急调集): places divided by size, who is named, who goes, what is still missing.

A person is {person, name} by his staff number; a quota is {institution, name, heads}.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from engine.functions import inputs as read

JSON = Any
Row = Mapping[str, JSON]


def split(inputs: Row) -> Row:
    """Divides `heads` among the lead hospital and `members` by `sizes` {code: staff} (1 where none is given), the largest
    remainders first. Takes also `lead` (code); gives `quotas` [{institution, name, heads}], whose heads sum to `heads`.
    """
    heads, sizes, lead = read.whole(inputs, "heads"), read.mapping(inputs, "sizes"), str(read.text(inputs, "lead"))
    places = [(lead, "牵头医院")] + [(str(row["institution"]), str(row["name"])) for row in read.mappings(inputs, "members")]
    weights = [int(read.number(sizes, code) or 1) for code, _ in places]
    shares = [divmod(heads * weight, sum(weights)) for weight in weights]
    left = heads - sum(whole for whole, _ in shares)
    first = sorted(range(len(places)), key=lambda index: (-shares[index][1], places[index][0]))[:left]
    rows = [
        {"institution": code, "name": name, "heads": shares[index][0] + (index in first)}
        for index, (code, name) in enumerate(places)
    ]
    return {"quotas": rows}


def opened(inputs: Row) -> Row:
    """Which institutions are asked. Takes `quotas` and `missing` (heads); gives `asked` (those with a quota), and `problems`, a
    sentence when their quotas do not reach what is missing.
    """
    asked = [row for row in read.mappings(inputs, "quotas") if (read.number(row, "heads") or 0) > 0]
    total, missing = sum(int(row["heads"]) for row in asked), read.whole(inputs, "missing")
    short = f"名额合计 {total} 人，少于还要调集的 {missing} 人。" if total < missing else None
    return {"asked": [] if short else asked, "problems": short}


def check(inputs: Row) -> Row:
    """Whom an institution has named. Takes `names` [{person}], `people` and `unknown` (of `person.facts`), `own` (code), `going`
    and `refused` (of earlier rounds) and `short` (heads that are missing); gives `fresh` [{person, name}] and `problems`.
    """
    own, people = read.text(inputs, "own"), read.mappings(inputs, "people")
    before = {str(row.get("person")) for name in ("going", "refused") for row in read.mappings(inputs, name)}
    numbers = [str(row.get("person")) for row in read.mappings(inputs, "names")]
    problems = [f"没有工号为“{number}”的在岗人员。" for number in read.texts(inputs, "unknown")]
    problems += [f"工号 {number} 写了两次。" for number in sorted({n for n in numbers if numbers.count(n) > 1})]
    problems += [f"{row.get('name')}不是本单位的人。" for row in people if row.get("institution") != own]
    problems += [f"{row.get('name')}已经问过。" for row in people if str(row.get("person")) in before]
    if not numbers:
        problems.append("请至少报一人。")
    fresh = [{"person": row.get("person"), "name": row.get("name")} for row in people]
    return {"fresh": [] if problems else fresh, "problems": "\n".join(problems) or None}


def going(inputs: Row) -> Row:
    """Who goes, after those named have answered. Takes `going`, `refused`, `confirmations` [{person, name, goes}] and `heads`;
    gives `going`, `refused` (who cannot, or did not answer) and `short`.
    """
    said = read.mappings(inputs, "confirmations")
    people = [{"person": row.get("person"), "name": row.get("name"), "goes": row.get("goes") is True} for row in said]
    ready = [*read.mappings(inputs, "going"), *(_named(row) for row in people if row["goes"])]
    refused = [*read.mappings(inputs, "refused"), *(_named(row) for row in people if not row["goes"])]
    return {"going": ready, "refused": refused, "short": max(0, read.whole(inputs, "heads") - len(ready))}


def tally(inputs: Row) -> Row:
    """All who go, and what is still missing.

    Takes `answers` [{institution, name, asked, persons}], `confirmed` (of earlier rounds) and `heads`; gives `confirmed` (each
    with `institution`, `unit`, and room for the roll), `called` (staff numbers), `missing`, `text`, and `quotas` for another
    round: what is missing goes to those who gave all they were asked for, in turn.
    """
    answers, heads = read.mappings(inputs, "answers"), read.whole(inputs, "heads")
    rows = [dict(row) for row in read.mappings(inputs, "confirmed")]
    for answer in answers:
        place = {"institution": answer.get("institution"), "unit": answer.get("name"), "present": None, "note": None}
        rows += [{**_named(person), **place} for person in read.mappings(answer, "persons")]
    missing = max(0, heads - len(rows))
    full = [answer for answer in answers if len(read.mappings(answer, "persons")) >= read.whole(answer, "asked")]
    more = {str(answer.get("institution")): len(range(turn, missing, len(full))) for turn, answer in enumerate(full)}
    quotas = [
        {
            "institution": answer.get("institution"),
            "name": answer.get("name"),
            "heads": more.get(str(answer.get("institution")), 0),
        }
        for answer in answers
    ]
    short = "、".join(str(answer.get("name")) for answer in answers if answer not in full)
    text = f"应到 {heads} 人，已确认 {len(rows)} 人" + (f"，还缺 {missing} 人；没有报足的：{short}。" if missing else "。")
    called = [row["person"] for row in rows]
    return {"confirmed": rows, "called": called, "missing": missing, "quotas": quotas, "text": text}


def _named(row: Row) -> dict[str, JSON]:
    return {"person": row.get("person"), "name": row.get("name")}


FUNCTIONS: Mapping[str, Callable[[Row], Row]] = MappingProxyType(
    {
        "muster.split": split,
        "muster.open": opened,
        "muster.check": check,
        "muster.going": going,
        "muster.tally": tally,
    }
)
