"""The live state of one process instance, between its tables and the kernel's rows.

`StoredState` serves the slices a kernel step asks for; `write_delta` stores what the step changed, in a few statements
whose number does not depend on the size of the instance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.orm import DeclarativeBase

from engine.errors import NotFound
from engine.kernel.rows import JSON, CompensationRow, Delta, InstanceRow, ScopeRow, SubscriptionRow, TokenRow
from engine.store.base import dump_json
from engine.store.tables import Compensation, ProcessInstance, Scope, Subscription, Token, Variable
from engine.store.upsert import table_of, upsert

CHUNK = 5_000
"""Keys in one IN list; both databases take many more."""

SCOPE_COLUMNS = (Scope.key, Scope.kind, Scope.process, Scope.parent, Scope.host, Scope.live, Scope.at, Scope.flags)
TOKEN_COLUMNS = (
    Token.key,
    Token.scope,
    Token.element,
    Token.state,
    Token.sequence,
    Token.parent,
    Token.data_scope,
    Token.internal,
)
SUBSCRIPTION_COLUMNS = (
    Subscription.key,
    Subscription.kind,
    Subscription.name,
    Subscription.mode,
    Subscription.scope,
    Subscription.token,
    Subscription.element,
    Subscription.sequence,
    Subscription.interrupting,
    Subscription.correlation,
    Subscription.due,
    Subscription.data,
)
COMPENSATION_COLUMNS = (Compensation.key, Compensation.scope, Compensation.activity, Compensation.sequence, Compensation.data)


class StoredState:
    """The kernel's `StateSource` over the tables of one instance."""

    def __init__(self, connection: Connection, instance: int) -> None:
        self._connection = connection
        self._instance = instance

    def instance(self) -> InstanceRow:
        """The instance's row. Raises NotFound."""
        table = ProcessInstance
        columns = (table.key, table.definition, table.root_scope, table.state, table.sequence, table.correlation)
        row = self._connection.execute(select(*columns).where(table.key == self._instance)).one_or_none()
        if row is None:
            raise NotFound("no-instance", "Expected to find process instance '{key}', but there is none", key=self._instance)
        return InstanceRow(**{**row._mapping, "definition": str(row.definition)})

    def scopes(self, keys: Iterable[int]) -> list[ScopeRow]:
        return [ScopeRow(**row._mapping) for row in self._in(SCOPE_COLUMNS, Scope.key, keys)]

    def scopes_of(self, hosts: Iterable[int]) -> list[ScopeRow]:
        return [ScopeRow(**row._mapping) for row in self._in(SCOPE_COLUMNS, Scope.host, hosts)]

    def tokens(self, keys: Iterable[int]) -> list[TokenRow]:
        return [TokenRow(**row._mapping) for row in self._in(TOKEN_COLUMNS, Token.key, keys)]

    def tokens_in(self, scope: int, element: str | None = None) -> list[TokenRow]:
        statement = select(*TOKEN_COLUMNS).where(Token.scope == scope).order_by(Token.sequence)
        if element is not None:
            statement = statement.where(Token.element == element)
        return [TokenRow(**row._mapping) for row in self._connection.execute(statement)]

    def children(self, token: int) -> list[TokenRow]:
        statement = select(*TOKEN_COLUMNS).where(Token.parent == token).order_by(Token.sequence)
        return [TokenRow(**row._mapping) for row in self._connection.execute(statement)]

    def subscriptions_of(self, tokens: Iterable[int]) -> list[SubscriptionRow]:
        rows = [SubscriptionRow(**row._mapping) for row in self._in(SUBSCRIPTION_COLUMNS, Subscription.token, tokens)]
        return sorted(rows, key=lambda row: row.sequence)

    def subscriptions_in(self, scope: int) -> list[SubscriptionRow]:
        statement = select(*SUBSCRIPTION_COLUMNS).where(Subscription.scope == scope, Subscription.token.is_(None))
        return [SubscriptionRow(**row._mapping) for row in self._connection.execute(statement.order_by(Subscription.sequence))]

    def subscriptions(self, kind: str, name: str | None = None) -> list[SubscriptionRow]:
        statement = select(*SUBSCRIPTION_COLUMNS).where(Subscription.instance == self._instance, Subscription.kind == kind)
        if name is not None:
            statement = statement.where(Subscription.name == name)
        return [SubscriptionRow(**row._mapping) for row in self._connection.execute(statement.order_by(Subscription.sequence))]

    def subscription(self, key: int) -> SubscriptionRow | None:
        statement = select(*SUBSCRIPTION_COLUMNS).where(Subscription.key == key, Subscription.instance == self._instance)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else SubscriptionRow(**row._mapping)

    def compensations(self, scope: int) -> list[CompensationRow]:
        statement = select(*COMPENSATION_COLUMNS).where(Compensation.scope == scope).order_by(Compensation.sequence)
        return [CompensationRow(**row._mapping) for row in self._connection.execute(statement)]

    def variables(self, scope: int, names: Iterable[str] | None = None) -> dict[str, JSON]:
        statement = select(Variable.name, Variable.value).where(Variable.scope == scope)
        if names is not None:
            statement = statement.where(Variable.name.in_(sorted(set(names))))
        return {row.name: row.value for row in self._connection.execute(statement)}

    def _in(self, columns: tuple[Any, ...], column: Any, values: Iterable[int]) -> Iterator[Any]:
        for chunk in chunks(values):
            yield from self._connection.execute(select(*columns).where(column.in_(chunk)))


def chunks(values: Iterable[int]) -> Iterator[list[int]]:
    """The values without repetition, in ascending order, in lists short enough for one statement."""
    ordered = sorted(set(values))
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def correlation_pair(correlation: dict[str, JSON]) -> str | None:
    """The pair of a correlation that its index holds: the first by name, as `name=json`. None without any."""
    if not correlation:
        return None
    name = min(correlation)
    return f"{name}={dump_json(correlation[name])}"[:400]


def write_delta(
    connection: Connection,
    instance: int,
    delta: Delta,
    *,
    revision: int,
    now: datetime,
    writers: dict[tuple[int, str], str | None],
) -> None:
    """Stores the rows a step changed, all but the instance's own.

    `writers` names the element that wrote each variable, by scope and name; None stands for the outside.
    """
    _delete(connection, delta)
    _write(connection, Scope, [_scope(row, instance) for row in delta.scopes], delta.created)
    tokens = [_token(row, instance) for row in delta.tokens]
    for row in tokens:
        if row["key"] in delta.created:
            row["entered_at"] = now
    _write(connection, Token, tokens, delta.created)
    _write(connection, Subscription, [_subscription(row, instance) for row in delta.subscriptions], delta.created)
    _write(connection, Compensation, [_compensation(row, instance) for row in delta.compensations], delta.created)
    variables = [
        {
            "scope": row.scope,
            "name": row.name,
            "instance": instance,
            "value": row.value,
            "revision": revision,
            "element": writers.get((row.scope, row.name)),
        }
        for row in delta.variables
    ]
    upsert(connection, Variable, variables)


def _delete(connection: Connection, delta: Delta) -> None:
    for chunk in chunks(delta.deleted_subscriptions):
        connection.execute(delete(Subscription).where(Subscription.key.in_(chunk)))
    for chunk in chunks(delta.deleted_tokens):
        connection.execute(delete(Token).where(Token.key.in_(chunk)))
    for chunk in chunks(delta.deleted_compensations):
        connection.execute(delete(Compensation).where(Compensation.key.in_(chunk)))
    for chunk in chunks(delta.deleted_scopes):
        connection.execute(delete(Variable).where(Variable.scope.in_(chunk)))
        connection.execute(delete(Compensation).where(Compensation.scope.in_(chunk)))
        connection.execute(delete(Scope).where(Scope.key.in_(chunk)))


def _write(connection: Connection, table: type[DeclarativeBase], rows: list[dict[str, Any]], created: set[int]) -> None:
    new = [row for row in rows if row["key"] in created]
    changed = [row for row in rows if row["key"] not in created]
    if new:
        connection.execute(insert(table), new)
    if changed:
        columns = [name for name in changed[0] if name != "key"]
        target = table_of(table)
        statement = update(target).where(target.c.key == bindparam("row_key"))
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
        renamed = [{"row_key": row["key"], **{f"new_{name}": row[name] for name in columns}} for row in changed]
        connection.execute(statement.values(values), renamed)


def _scope(row: ScopeRow, instance: int) -> dict[str, Any]:
    return {
        "key": row.key,
        "instance": instance,
        "kind": row.kind,
        "process": row.process,
        "parent": row.parent,
        "host": row.host,
        "live": row.live,
        "at": row.at,
        "flags": row.flags,
    }


def _token(row: TokenRow, instance: int) -> dict[str, Any]:
    return {
        "key": row.key,
        "instance": instance,
        "scope": row.scope,
        "element": row.element,
        "state": row.state,
        "sequence": row.sequence,
        "parent": row.parent,
        "data_scope": row.data_scope,
        "internal": row.internal,
    }


def _subscription(row: SubscriptionRow, instance: int) -> dict[str, Any]:
    return {
        "key": row.key,
        "instance": instance,
        "kind": row.kind,
        "name": row.name,
        "mode": row.mode,
        "scope": row.scope,
        "token": row.token,
        "element": row.element,
        "sequence": row.sequence,
        "interrupting": row.interrupting,
        "correlation": row.correlation,
        "correlation_value": None if row.data.get("properties") else correlation_pair(row.correlation),
        "due": row.due,
        "data": row.data,
    }


def _compensation(row: CompensationRow, instance: int) -> dict[str, Any]:
    return {
        "key": row.key,
        "instance": instance,
        "scope": row.scope,
        "activity": row.activity,
        "sequence": row.sequence,
        "data": row.data,
    }
