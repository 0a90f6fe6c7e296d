"""The shape in which a business rule task keeps an outcome."""

from __future__ import annotations

from engine.decisions.faults import DecisionFault
from engine.decisions.model import Outcome
from engine.expressions import JSON


def mapped(outcome: Outcome, mapping: str | None) -> JSON:
    """The outcome as `mapping` says; None gives the standard's own result. Raises DecisionFault.

    `singleEntry` is one output of at most one rule, `singleResult` the outputs of at most one rule by name,
    `collectEntries` the list of one output of every rule, `resultList` the list of the outputs of every rule by name.
    """
    results = outcome.results
    if mapping is None:
        return outcome.value
    if mapping == "resultList":
        return [dict(result) for result in results]
    if mapping == "collectEntries":
        return [_entry(outcome, number) for number in range(len(results))]
    if len(results) > 1:
        raise DecisionFault(
            "several-results",
            f"decision '{outcome.decision.key}': rules {', '.join(map(str, outcome.rules))} match, but {mapping} takes one",
        )
    if not results:
        return None
    return _entry(outcome, 0) if mapping == "singleEntry" else dict(results[0])


def _entry(outcome: Outcome, number: int) -> JSON:
    result = outcome.results[number]
    if len(result) > 1:
        raise DecisionFault(
            "several-results", f"decision '{outcome.decision.key}' has {len(result)} outputs, where one is wanted"
        )
    return next(iter(result.values()))
