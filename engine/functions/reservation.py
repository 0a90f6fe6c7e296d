"""How long a place is kept for a referred patient: bed, outpatient slot, or the emergency room, which needs no keeping.

The place itself is held by `reservations.hold` until `lockUntil`. `noShowAt` is when a patient who has not arrived counts
as not coming.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.functions import inputs as read

MODES = ("er", "bed", "outpatient", "examination")
"""Emergency room at once, ward bed, outpatient slot, examination slot."""
_NEVER_FIRST = "P1D"
"""How long after the no-show a lock ends that must not end the case."""


def reserve(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The terms of a place.

    Takes `urgency`, `acceptMode`, `appointmentAt`, `toDept`, `offerNo`, `now`, `rules` {erDepartment, bedLock: {class:
    duration}}, `noShow` {after: {class: duration}}; gives `reserved`, `needsBed`, `resourceRef`, `lockUntil`, `noShowAt`
    and `keptUntil` (instants; the last is what people are told: when the place is given to somebody else), `arrivalDept`
    (where the patient reports), and `appointmentAt`: null when it has passed, for nobody can keep it.
    """
    urgency, mode = str(read.text(inputs, "urgency")), read.text(inputs, "acceptMode")
    if mode not in MODES:
        raise read.wrong("acceptMode", "er, bed, outpatient or examination")
    rules = read.mapping(inputs, "rules")
    start = _start(inputs)
    no_show = read.after(start, _term(read.mapping(read.mapping(inputs, "noShow"), "after"), urgency))
    lock = read.text(read.mapping(rules, "bedLock"), urgency) if mode == "bed" else None
    # A lock without a term of its own ends after the no-show, so that its timer never decides.
    until = read.after(no_show, _NEVER_FIRST) if lock is None else read.after(start, lock)
    department = read.text(rules, "erDepartment") if mode == "er" else read.text(inputs, "toDept")
    return {
        "reserved": mode != "er",
        "needsBed": mode == "bed",
        "resourceRef": f"{read.text(inputs, 'offerNo')}/{mode}",
        "lockUntil": read.written(until),
        "keptUntil": read.written(no_show if lock is None else until),
        "noShowAt": read.written(no_show),
        "arrivalDept": department,
        "appointmentAt": read.text(inputs, "appointmentAt") if _ahead(inputs) else None,
    }


def _ahead(inputs: Mapping[str, Any]) -> bool:
    appointment = read.instant(inputs, "appointmentAt")
    return appointment is not None and appointment > read.now(inputs)


def _start(inputs: Mapping[str, Any]) -> datetime:
    """The appointment, or now when there is none or it has passed."""
    appointment = read.instant(inputs, "appointmentAt")
    return appointment if appointment is not None and _ahead(inputs) else read.now(inputs)


def _term(terms: Mapping[str, Any], urgency: str) -> str:
    term = read.text(terms, urgency)
    if term is None:
        raise read.wrong(f"noShow.after.{urgency}", "a duration")
    return term
