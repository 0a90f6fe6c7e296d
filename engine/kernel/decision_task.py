"""Makes the decision of a business rule task."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from engine.decisions import DecisionFault, Decisions, Outcome, mapped
from engine.expressions import Expression, compile_expression
from engine.kernel.decision_reader import VARIABLES
from engine.kernel.effects import DecisionMade
from engine.kernel.environment import ModelFailure
from engine.kernel.model import DecisionCall
from engine.kernel.rows import JSON
from engine.kernel.script_engine import Overlay

if TYPE_CHECKING:
    from engine.kernel.token import Token

STARTED = compile_expression("date(instance.startedAt)")
UNDATED = date(2000, 1, 1)


def make_decision(token: Token, call: DecisionCall) -> None:
    """Makes the decision with the tables of the definition the token runs on, and keeps its result.

    Raises ModelFailure or ExpressionError.
    """
    session = token.session
    decisions = session.env.definition(session.definition_ref(token.execution.scope.row)).decisions
    token.data.prefetch(decisions.names(call.decision))
    if call.each is not None:
        _decide_each(token, call, call.each, decisions)
        return
    try:
        outcome = decisions.evaluate(call.decision, token.data, _day(token, call, decisions))
        written = results_of(call, outcome)
    except DecisionFault as fault:
        raise ModelFailure("decision", fault.message) from fault
    for made in outcome.chain():
        session.ledger.effect(_told(token, made))
    token.data.update(written)


def _decide_each(token: Token, call: DecisionCall, each: Expression, decisions: Decisions) -> None:
    """Makes the decision for each item of a list. History keeps all of it as one record, each input under its item's number."""
    session = token.session
    items = session.evaluate(each, token.data)
    if not isinstance(items, list):
        raise ModelFailure("decision", f"decision '{call.decision}': each is not a list")
    day = _day(token, call, decisions)
    try:
        outcomes = [decisions.evaluate(call.decision, Overlay({str(call.item): item}, token.data), day) for item in items]
        results = [mapped(outcome, call.mapping) for outcome in outcomes]
    except DecisionFault as fault:
        raise ModelFailure("decision", fault.message) from fault
    if outcomes:
        inputs = tuple((f"{n}. {label}", given) for n, made in enumerate(outcomes, 1) for label, given in made.inputs)
        told = _told(token, outcomes[0])
        rules = tuple(rule for made in outcomes for rule in made.rules)
        given = tuple(result for made in outcomes for result in made.results)
        session.ledger.effect(replace(told, inputs=inputs, rules=rules, results=given))
    if call.result is not None:
        token.data.update({call.result: results})


def _day(token: Token, call: DecisionCall, decisions: Decisions) -> date:
    """The day that says which version is valid: what the task says, else the day the instance started."""
    if not decisions.dated(call.decision):
        return UNDATED
    value = token.session.evaluate(call.date or STARTED, token.data)
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise ModelFailure("decision", f"decision '{call.decision}': its date is not a date") from None


def results_of(call: DecisionCall, outcome: Outcome) -> dict[str, JSON]:
    """The variables that a decision is kept in. Raises DecisionFault."""
    if call.mapping != VARIABLES:
        return {} if call.result is None else {call.result: mapped(outcome, call.mapping)}
    if outcome.decision.single:
        return dict(outcome.results[0]) if outcome.results else {}
    return {outcome.decision.key: [dict(result) for result in outcome.results]}


def _told(token: Token, outcome: Outcome) -> DecisionMade:
    return DecisionMade(
        token=token.key,
        element=token.element,
        decision=outcome.decision.key,
        name=outcome.decision.name,
        inputs=outcome.inputs,
        rules=outcome.rules,
        results=outcome.results,
        labels=outcome.decision.labels,
    )
