"""Which message belongs to which instance: every key must match, and a key that is set is never overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from engine.errors import ExpressionError
from engine.expressions import compile_expression
from engine.kernel.model import EventModel, ReceiveModel
from engine.kernel.rows import JSON, SubscriptionRow
from engine.kernel.scope import Scope

if TYPE_CHECKING:
    from engine.kernel.session import Session


def match_message(
    subscriptions: Iterable[SubscriptionRow],
    name: str,
    correlation: Mapping[str, JSON],
    payload: Mapping[str, JSON] | None = None,
) -> SubscriptionRow | None:
    """The first subscription that a message fits, in the order given; None when it fits none."""
    for row in subscriptions:
        if row.kind == "message" and row.name == name and fits(row, correlation, payload or {}):
            return row
    return None


def fits(row: SubscriptionRow, correlation: Mapping[str, JSON], payload: Mapping[str, JSON]) -> bool:
    """Whether a message carries everything that a subscription asks for."""
    carried = {**_carried(row.data.get("properties", {}), payload), **correlation}
    if any(name not in carried for name in row.data.get("properties", {})):
        return False
    return all(name in carried and carried[name] == value for name, value in row.correlation.items())


def expected(session: Session, event: EventModel, receive: ReceiveModel | None, scope: Scope) -> dict[str, JSON]:
    """What a message must carry, as far as it is known when the subscription is made."""
    found: dict[str, JSON] = {}
    for item in event.properties:
        for key in item.keys:
            known = session.instance.correlation.get(key, {})
            if item.name in known:
                found.setdefault(item.name, known[item.name])
    if receive is not None:
        for named in receive.correlation:
            # Without an expression it is the variable of that name, which then has to be there.
            found[named.name] = session.evaluate(named.value or compile_expression(named.name), scope)
    return found


def start_correlation(receive: ReceiveModel | None) -> dict[str, JSON]:
    """What a message must carry to start a process: the constants among what its start event asks for.

    Expressions that read a variable ask nothing there, for there is no instance yet that could have one.
    """
    if receive is None:
        return {}
    return {item.name: item.value.evaluate({}) for item in receive.correlation if item.value is not None and not item.value.names}


def accepted(receive: ReceiveModel | None, payload: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The variables that a payload becomes."""
    if receive is None or not receive.accepts:
        return payload
    return {variable: payload[key] for key, variable in receive.accepts if key in payload}


def properties(event: EventModel, names: Mapping[str, JSON]) -> dict[str, JSON]:
    """Correlation properties of a message, as far as their values can be had from a payload or a scope."""
    found: dict[str, JSON] = {}
    for item in event.properties:
        try:
            found[item.name] = item.value.evaluate(names)
        except ExpressionError:
            continue
    return found


def learn(session: Session, properties: Mapping[str, Sequence[str]], values: Mapping[str, JSON]) -> None:
    """Remembers correlation keys of the instance, and tells its waiting messages.

    `properties` gives the keys that each property belongs to.
    """
    learnt: dict[str, JSON] = {}
    for name, keys in properties.items():
        for key in keys if name in values else ():
            known = session.instance.correlation.setdefault(key, {})
            if name not in known:
                known[name] = learnt[name] = values[name]
    if not learnt:
        return
    for row in session.subscriptions.of_kind("message"):
        concerned = {
            name: learnt[name] for name in row.data.get("properties", {}) if name in learnt and name not in row.correlation
        }
        if concerned:
            row.correlation.update(concerned)
            session.subscriptions.changed(row)


def received(session: Session, row: SubscriptionRow, correlation: Mapping[str, JSON], payload: Mapping[str, JSON]) -> None:
    """Learns the keys of a message that a subscription takes."""
    properties = row.data.get("properties", {})
    if properties:
        learn(session, {name: keys for name, (_, keys) in properties.items()}, {**_carried(properties, payload), **correlation})


def _carried(properties: Mapping[str, Sequence[JSON]], payload: Mapping[str, JSON]) -> dict[str, JSON]:
    found: dict[str, JSON] = {}
    for name, (source, _) in properties.items():
        try:
            found[name] = compile_expression(source).evaluate(payload)
        except ExpressionError:
            continue
    return found
