"""How urgent a referral is, and whether it meets the criteria up and down: decision tables of `parameters.json`.

A triage rule is an object with a class (`E` green channel, `U` urgent), a label, and either `sign` (a ticked danger sign)
or `field` with one bound (`below` <, `to` <=, `from` >=, `above` >, `in` a list); `when` restricts it to `pregnant` women,
`newborn` children or patients with a `symptomatic` sign. Everything that meets no rule is `R`, routine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from engine.functions import inputs as read

CLASSES = ("E", "U", "R")
"""From the most to the least urgent."""
CLASS_NAMES = {"E": "绿色通道", "U": "紧急", "R": "常规"}

_BOUNDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "below": lambda value, bound: value < bound,
    "to": lambda value, bound: value <= bound,
    "from": lambda value, bound: value >= bound,
    "above": lambda value, bound: value > bound,
}


def triage(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The urgency class: that of the most urgent rule that holds; the doctor may raise it but never lower it.

    Takes `signs`, `vital`, `pregnant`, `birth`, `needsSameDay`, `declaredUrgency`, `now`, `thresholds`; gives `urgency`,
    `reasons` (labels of the rules that decided) and `text`.
    """
    rules = read.mappings(read.mapping(inputs, "thresholds"), "rules")
    found = [(str(rule.get("class", "R")), str(rule.get("label", ""))) for rule in rules if _holds(rule, inputs)]
    if read.flag(inputs, "needsSameDay"):
        found.append(("U", "需当日专科处理"))
    declared = read.text(inputs, "declaredUrgency")
    if declared in CLASSES:
        found.append((declared, "医师判断"))
    urgency = next((name for name in CLASSES if any(name == given for given, _ in found)), "R")
    reasons = [label for given, label in found if given == urgency]
    because = "、".join(reasons)
    return {"urgency": urgency, "reasons": reasons, "text": f"{CLASS_NAMES[urgency]}{'：' + because if because else ''}。"}


def up_criteria(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Whether at least one criterion for referral upwards is named. The green channel is warned about, never held up.

    Takes `codes`, `note`, `urgency`, `criteria` {codes: [{code, label}], noteRequired: [code]}; gives `met`, `text`.
    """
    labels, criteria = _labels(inputs)
    codes = read.texts(inputs, "codes")
    known = [code for code in codes if code in labels]
    noted = read.text(inputs, "note") is not None
    unexplained = [code for code in known if code in read.texts(criteria, "noteRequired") and not noted]
    if not known:
        met, text = False, "没有选上转标准。"
    elif unexplained:
        met, text = False, f"{labels[unexplained[0]]}须写明原因。"
    else:
        met, text = True, f"上转标准：{'、'.join(labels[code] for code in known)}。"
    return {"met": met or read.text(inputs, "urgency") == "E", "text": text}


def down_criteria(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Whether a patient may be referred down: a criterion, stable long enough, nothing critical pending, drugs at the branch.

    Takes `codes`, `stableHours`, `pendingCritical` (`none` or `pending`), `drugsAvailable` (`yes`, `partly`, `no`),
    `criteria` {codes, stableHours}, `advisory` (nothing is filled yet: only say what will be asked); gives `allowed`,
    `missing` (labels) and `text`.
    """
    labels, criteria = _labels(inputs)
    needed = read.whole(criteria, "stableHours")
    if read.flag(inputs, "advisory"):
        text = f"下转须符合至少一条标准，生命体征平稳满 {needed} 小时，无待回危急值，分院有药。"
        return {"allowed": False, "missing": [], "text": text}
    stable = read.number(inputs, "stableHours")
    missing = [
        label
        for label, fails in (
            ("下转标准未选", not any(code in labels for code in read.texts(inputs, "codes"))),
            (f"生命体征平稳未满 {needed} 小时", stable is None or stable < needed),
            ("危急值未回报", read.text(inputs, "pendingCritical") != "none"),
            ("分院药品不齐", read.text(inputs, "drugsAvailable") != "yes"),
        )
        if fails
    ]
    text = f"须科主任审核：{'、'.join(missing)}。" if missing else "下转标准和稳定条件都满足。"
    return {"allowed": not missing, "missing": missing, "text": text}


def _holds(rule: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool:
    if not all(_is(condition, inputs) for condition in _conditions(rule)):
        return False
    sign = rule.get("sign")
    if sign is not None:
        return sign in read.texts(inputs, "signs")
    value = read.mapping(inputs, "vital").get(str(rule.get("field")))
    if value is None:
        return False
    if "in" in rule:
        return value in rule["in"]
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise read.wrong(str(rule.get("field")), "a number")
    return any(_BOUNDS[name](value, rule[name]) for name in _BOUNDS if name in rule)


def _conditions(rule: Mapping[str, Any]) -> Iterator[str]:
    when = rule.get("when")
    if when is not None:
        yield str(when)


def _is(condition: str, inputs: Mapping[str, Any]) -> bool:
    if condition == "pregnant":
        return read.flag(inputs, "pregnant")
    if condition == "symptomatic":
        return "symptomatic" in read.texts(inputs, "signs")
    if condition == "newborn":
        return is_newborn(inputs, read.whole(read.mapping(inputs, "thresholds"), "newbornDays"))
    raise read.wrong("when", "pregnant, symptomatic or newborn")


def is_newborn(inputs: Mapping[str, Any], days: int) -> bool:
    """Whether the input `birth` is at most `days` days before `now`."""
    born, today = read.day(inputs, "birth"), read.day(inputs, "now")
    return born is not None and today is not None and 0 <= (today - born).days <= days


def _labels(inputs: Mapping[str, Any]) -> tuple[dict[str, str], Mapping[str, Any]]:
    criteria = read.mapping(inputs, "criteria")
    return {str(item.get("code")): str(item.get("label")) for item in read.mappings(criteria, "codes")}, criteria
