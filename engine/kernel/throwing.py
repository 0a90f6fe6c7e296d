"""What happens when an event is thrown: who catches it, and what leaves the instance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.kernel import correlation
from engine.kernel.effects import MessageThrown, SignalThrown
from engine.kernel.environment import ModelFailure
from engine.kernel.model import EventModel
from engine.kernel.process_spec import COMPENSATION
from engine.kernel.rows import JSON, SubscriptionRow

if TYPE_CHECKING:
    from engine.kernel.execution import Execution
    from engine.kernel.token import Token


def throw(token: Token, event: EventModel) -> bool:
    """Throws one event. False when the token has to wait for compensation handlers. Raises ModelFailure or ExpressionError."""
    match event.kind:
        case "terminate":
            _terminate(token)
        case "signal":
            _signal(token, event)
        case "message":
            _message(token, event)
        case "error":
            if not propagate(token, "error", event.name):
                raise ModelFailure("uncaught-error", f"nothing catches the error '{event.name or ''}'")
        case "escalation":
            propagate(token, "escalation", event.name)
        case "cancel":
            token.session.compensation.cancel_transaction(token)
        case "compensation":
            return _compensate(token, event)
    return True


def _compensate(token: Token, event: EventModel) -> bool:
    compensation, execution = token.session.compensation, token.execution
    if event.waits:
        return compensation.compensate(token, execution, event.activity)
    # Somebody else waits for the handlers, so that the scope does not end before they do.
    holder = execution.new_token(COMPENSATION)
    if compensation.compensate(holder, execution, event.activity):
        holder._set_state(TaskState.READY)
    return True


def raise_error(token: Token, code: str, payload: Mapping[str, JSON]) -> bool:
    """Takes an error out of the activity that a token stands at, with values for whoever catches it. False when nobody does."""
    at: Token | None = token
    while at is not None:
        if at.task_spec.boundary and _fire_first(token.session.subscriptions.of_token(at), "error", code, token, payload):
            return True
        at = at.parent
    return propagate(token, "error", code, payload)


def propagate(token: Token, kind: str, code: str | None, payload: Mapping[str, JSON] | None = None) -> bool:
    """Takes an error or escalation outward to whoever catches it first. False when nobody does."""
    execution = token.execution
    subscriptions = token.session.subscriptions
    inside_handler = False
    while True:
        # An event subprocess does not catch what comes out of its own kind.
        if not inside_handler and _fire_first(subscriptions.in_scope(execution), kind, code, token, payload):
            return True
        host = execution.host
        if host is None:
            return False
        inside_handler = execution.kind == "event_subprocess"
        execution = host.execution
        while host is not None:
            if host.task_spec.boundary and _fire_first(subscriptions.of_token(host), kind, code, token, payload):
                return True
            host = host.parent


def matching(rows: Iterable[SubscriptionRow], kind: str, code: str | None) -> SubscriptionRow | None:
    """The subscription that catches a code: one that names it before one that catches all."""
    fitting = [row for row in rows if row.kind == kind and row.name in (None, code)]
    return min(fitting, key=lambda row: row.name is None, default=None)


def _fire_first(
    rows: Iterable[SubscriptionRow], kind: str, code: str | None, token: Token, payload: Mapping[str, JSON] | None
) -> bool:
    row = matching(rows, kind, code)
    if row is None:
        return False
    token.session.subscriptions.fire(row, payload)
    return True


def _terminate(token: Token) -> None:
    execution: Execution = token.execution
    if execution.host is None:
        execution.flag("ending", "terminated")
    execution.clear(keep=token)


def _signal(token: Token, event: EventModel) -> None:
    session, send = token.session, token.task_spec.element.send
    payload = {} if send is None else session.values(send.payload, token.data)
    session.ledger.effect(SignalThrown(token=token.key, name=str(event.name), payload=payload))
    for row in session.subscriptions.of_kind("signal", event.name):
        # One that fired before may have taken this one away.
        if session.subscriptions.get(row.key) is not None:
            session.subscriptions.fire(row, payload)


def _message(token: Token, event: EventModel) -> None:
    session, scope, send = token.session, token.data, token.task_spec.element.send
    properties = correlation.properties(event, scope)
    correlation.learn(session, {item.name: item.keys for item in event.properties}, properties)
    payload: dict[str, JSON] = {}
    carried = dict(properties)
    if send is not None:
        carried.update(session.values(send.correlation, scope))
        payload = session.values(send.payload, scope)
    session.ledger.effect(
        MessageThrown(
            token=token.key,
            element=token.element,
            name=str(event.name),
            correlation=carried,
            payload=payload,
            to=None if send is None else session.text(send.to, scope),
            endpoint=None if send is None else send.endpoint,
            business_key=None if send is None else session.text(send.business_key, scope),
            expires=None if send is None else session.text(send.expires, scope),
        )
    )
