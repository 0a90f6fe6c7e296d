"""The functions of the referral process (双向转诊), by the names its models use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from engine.functions import inputs as read
from engine.functions.identity import check
from engine.functions.offers import number_offers, open_offers, recent
from engine.functions.reservation import reserve
from engine.functions.targets import auto_target, suggest_targets


def metrics(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """How long the steps of one referral took, in whole minutes, and whether that was within the limits.

    Takes the instants `requestedAt`, `acceptedAt`, `arrivedAt`, `feedbackAt`, `closedAt`, the counts `refusals`, `missed`,
    `offers`, `urgency`, `disposition`, `limits` {acceptMinutes: {class: n}, feedbackMinutes: n}; gives one record whose
    unknown values are null.
    """
    limits, urgency = read.mapping(inputs, "limits"), str(read.text(inputs, "urgency"))
    accept = _minutes(inputs, "requestedAt", "acceptedAt")
    feedback = _minutes(inputs, "arrivedAt", "feedbackAt")
    return {
        "urgency": urgency,
        "acceptMinutes": accept,
        "acceptedInTime": _within(accept, read.number(read.mapping(limits, "acceptMinutes"), urgency)),
        "arrivalMinutes": _minutes(inputs, "requestedAt", "arrivedAt"),
        "feedbackMinutes": feedback,
        "feedbackInTime": _within(feedback, read.number(limits, "feedbackMinutes")),
        "wholeMinutes": _minutes(inputs, "requestedAt", "closedAt"),
        "refusals": read.whole(inputs, "refusals"),
        "missed": read.whole(inputs, "missed"),
        "offers": read.whole(inputs, "offers"),
        "disposition": read.text(inputs, "disposition"),
    }


def _minutes(inputs: Mapping[str, Any], start: str, end: str) -> int | None:
    first, last = read.instant(inputs, start), read.instant(inputs, end)
    return None if first is None or last is None else _whole_minutes(first, last)


def _whole_minutes(first: datetime, last: datetime) -> int:
    return int((last - first).total_seconds() // 60)


def _within(minutes: int | None, limit: read.Number | None) -> bool | None:
    return None if minutes is None or limit is None else minutes <= limit


FUNCTIONS: Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = MappingProxyType(
    {
        "referral.check": check,
        "referral.suggestTargets": suggest_targets,
        "referral.autoTarget": auto_target,
        "referral.numberOffers": number_offers,
        "referral.openOffers": open_offers,
        "referral.recent": recent,
        "referral.reserve": reserve,
        "referral.metrics": metrics,
    }
)
