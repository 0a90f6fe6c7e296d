"""Where a patient can go: departments scored by capability, reserve, travel, the patient's choice and insurance.

A target is {inst, dept, label, icd: [code prefixes], groups: [pregnant, newborn], reserved: beds or slots kept for
referrals, insurance: whether the deductible counts on, isolation}. The green channel looks at capability and time only;
in the routine class the patient's choice comes first whatever its score.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.functions import inputs as read

SHOWN = 3
"""How many targets are suggested."""
_NEWBORN_DAYS = 28
_INFECTIOUS = frozenset({"suspected", "confirmed"})


def suggest_targets(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The best targets, the best first.

    Takes `targets`, `weights` {match, reserve, travel, choice, insurance, farMinutes}, `travel` {inst: minutes},
    `diagCode`, `toInst` and `toDept` (the choice), `infection`, `pregnant`, `birth`, `urgency`, `own`, `now`; gives
    `suggestions` [{inst, dept, label, score, minutes}] and `text`.
    """
    own, urgency = read.text(inputs, "own"), read.text(inputs, "urgency")
    scored = []
    for target in read.mappings(inputs, "targets"):
        if target.get("inst") == own or (_infectious(inputs) and not read.flag(target, "isolation")):
            continue
        score, minutes = _score(target, inputs)
        chosen = urgency == "R" and _chosen(target, inputs)
        found = {
            "inst": str(target.get("inst")),
            "dept": str(target.get("dept")),
            "label": str(target.get("label")),
            "score": score,
            "minutes": minutes,
        }
        scored.append((not chosen, -score, minutes, found))
    scored.sort(key=lambda item: item[:3])
    best = [found for _, _, _, found in scored[:SHOWN]]
    text = "；".join(f"{item['label']} {item['score']} 分，{item['minutes']} 分钟" for item in best)
    return {"suggestions": best, "text": text or "没有合适的去向，请转诊中心安排。"}


def auto_target(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The target when nobody dispatches in time: the class's fixed one, else the choice, else the best not yet refused.

    Takes `urgency`, `toInst`, `toDept`, `suggestions`, `refusedBy` ["inst/dept"], `fallback` {class: {inst, dept}}; gives
    `toInst`, `toDept`, `text`.
    """
    fallback = read.mapping(inputs, "fallback")
    fixed = read.mapping(fallback, str(read.text(inputs, "urgency")))
    refused = read.texts(inputs, "refusedBy")
    chosen = {"inst": read.text(inputs, "toInst"), "dept": read.text(inputs, "toDept")}
    places = [fixed, chosen, *read.mappings(inputs, "suggestions"), read.mapping(fallback, "any")]
    for place in places:
        inst, dept = read.text(place, "inst"), read.text(place, "dept")
        if inst is not None and dept is not None and f"{inst}/{dept}" not in refused:
            return {"toInst": inst, "toDept": dept, "text": "逾时无人调派，系统代总值班指派。"}
    raise read.wrong("fallback", "a target that has not refused")


def _score(target: Mapping[str, Any], inputs: Mapping[str, Any]) -> tuple[int, int]:
    """Score and travel minutes. Points are whole, so that equal places stay equal."""
    weights = read.mapping(inputs, "weights")
    far = read.whole(weights, "farMinutes")
    travel = read.number(read.mapping(inputs, "travel"), str(target.get("inst")))
    minutes = far if travel is None else int(travel)
    points = read.whole(weights, "match") if _fits(target, inputs) else 0
    points += read.whole(weights, "travel") * max(far - minutes, 0) // far
    if read.text(inputs, "urgency") != "E":
        points += read.whole(weights, "reserve") if (read.number(target, "reserved") or 0) > 0 else 0
        points += read.whole(weights, "choice") if _chosen(target, inputs) else 0
        points += read.whole(weights, "insurance") if read.flag(target, "insurance") else 0
    return points, minutes


def _fits(target: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool:
    groups = read.texts(target, "groups")
    if "pregnant" in groups and read.flag(inputs, "pregnant"):
        return True
    if "newborn" in groups and _is_newborn(inputs):
        return True
    code = (read.text(inputs, "diagCode") or "").upper()
    return any(code.startswith(prefix) for prefix in read.texts(target, "icd")) if code else False


def _chosen(target: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool:
    inst, dept = read.text(inputs, "toInst"), read.text(inputs, "toDept")
    return inst is not None and target.get("inst") == inst and (dept is None or target.get("dept") == dept)


def _infectious(inputs: Mapping[str, Any]) -> bool:
    return read.text(inputs, "infection") in _INFECTIOUS


def _is_newborn(inputs: Mapping[str, Any]) -> bool:
    born, today = read.day(inputs, "birth"), read.day(inputs, "now")
    return born is not None and today is not None and 0 <= (today - born).days <= _NEWBORN_DAYS
