"""Offers of one referral: whom the centre asks in a round, and whose answer is still open.

An offer is {offerNo, inst, dept, doctor}. Its number is the referral's with the offer's own behind it, counted through all
rounds of the referral, so that a late answer can never count for another round.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.functions import inputs as read


def number_offers(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The offers of one round, each department asked once.

    Takes `referralNo`, `offers` (how many there have been), `toInst`, `toDept`, `toDoctor`, `alsoAsk` [{inst, dept}],
    `single` (only the first is asked: the green channel and a binding decision); gives `asked`, `offers` and `text`.
    """
    first = {"inst": read.text(inputs, "toInst"), "dept": read.text(inputs, "toDept"), "doctor": read.text(inputs, "toDoctor")}
    others = () if read.flag(inputs, "single") else read.mappings(inputs, "alsoAsk")
    places = {(first["inst"], first["dept"]): first}
    for other in others:
        inst, dept = read.text(other, "inst"), read.text(other, "dept")
        places.setdefault((inst, dept), {"inst": inst, "dept": dept, "doctor": None})
    if any(inst is None for inst, _ in places):
        raise read.wrong("toInst", "an institution")
    number, before = read.text(inputs, "referralNo"), read.whole(inputs, "offers")
    asked = [{"offerNo": f"{number}-{before + nth}", **place} for nth, place in enumerate(places.values(), 1)]
    text = f"同时征询 {len(asked)} 家，先接收的为准。" if len(asked) > 1 else None
    return {"asked": asked, "offers": before + len(asked), "text": text}


def recent(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """What has happened within a term before `now`.

    Takes `times` [{at, no}], `within` (a duration), `now`; gives `recent` (those of `times`), `count` and `numbers`.
    """
    now, within = read.now(inputs), read.text(inputs, "within") or ""
    kept = []
    for entry in read.mappings(inputs, "times"):
        at = read.instant(entry, "at")
        if at is not None and read.after(at, within) > now:
            kept.append(dict(entry))
    return {"recent": kept, "count": len(kept), "numbers": [str(entry.get("no")) for entry in kept]}


def open_offers(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The offers that somebody still holds. Takes `asked` and `settled` (numbers of those that ended); gives `open`."""
    settled = read.texts(inputs, "settled")
    return {"open": [offer for offer in read.mappings(inputs, "asked") if offer.get("offerNo") not in settled]}
