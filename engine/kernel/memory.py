"""A store of rows in memory: for tests, the dry run and the scenario runner. What it gives back went through JSON text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from engine.kernel.rows import (
    JSON,
    CompensationRow,
    Delta,
    InstanceRow,
    ScopeRow,
    StateSource,
    SubscriptionRow,
    TokenRow,
)

Row = TypeVar("Row")


class EmptySource:
    """The state of an instance that does not exist yet: what a Start step is given."""

    def instance(self) -> InstanceRow:
        raise AssertionError("a new instance has no row yet")

    def scopes(self, keys: Iterable[int]) -> list[ScopeRow]:
        return []

    def scopes_of(self, hosts: Iterable[int]) -> list[ScopeRow]:
        return []

    def tokens(self, keys: Iterable[int]) -> list[TokenRow]:
        return []

    def tokens_in(self, scope: int, element: str | None = None) -> list[TokenRow]:
        return []

    def children(self, token: int) -> list[TokenRow]:
        return []

    def subscriptions_of(self, tokens: Iterable[int]) -> list[SubscriptionRow]:
        return []

    def subscriptions_in(self, scope: int) -> list[SubscriptionRow]:
        return []

    def subscriptions(self, kind: str, name: str | None = None) -> list[SubscriptionRow]:
        return []

    def subscription(self, key: int) -> SubscriptionRow | None:
        return None

    def compensations(self, scope: int) -> list[CompensationRow]:
        return []

    def variables(self, scope: int, names: Iterable[str] | None = None) -> dict[str, JSON]:
        return {}


class MemoryStore:
    """The rows of any number of instances, as JSON text."""

    def __init__(self) -> None:
        self._sources: dict[int, MemorySource] = {}

    def apply(self, delta: Delta) -> None:
        """Writes the rows that a step has changed."""
        if delta.instance is None:
            raise AssertionError("a step always writes its instance")
        source = self._sources.setdefault(delta.instance.key, MemorySource())
        source.apply(delta)

    def source(self, instance: int) -> MemorySource:
        """The stored rows of one instance."""
        return self._sources[instance]

    def instances(self) -> list[int]:
        """Keys of all instances, oldest first."""
        return list(self._sources)


class MemorySource(StateSource):
    """The rows of one instance. `loaded` counts what a step has asked for, by kind of row."""

    def __init__(self) -> None:
        self.loaded: dict[str, int] = {}
        self._instance = ""
        self._scopes: dict[int, str] = {}
        self._tokens: dict[int, str] = {}
        self._subscriptions: dict[int, str] = {}
        self._compensations: dict[int, str] = {}
        self._variables: dict[int, dict[str, str]] = {}

    def apply(self, delta: Delta) -> None:
        """Writes the rows that a step has changed."""
        self._instance = _text(delta.instance)
        for table, rows in (
            (self._scopes, delta.scopes),
            (self._tokens, delta.tokens),
            (self._subscriptions, delta.subscriptions),
            (self._compensations, delta.compensations),
        ):
            for row in rows:
                table[row.key] = _text(row)
        for variable in delta.variables:
            self._variables.setdefault(variable.scope, {})[variable.name] = _dumps(variable.value)
        self._delete(delta)

    def _delete(self, delta: Delta) -> None:
        for key in delta.deleted_scopes:
            self._scopes.pop(key, None)
            self._variables.pop(key, None)
        for table, keys in (
            (self._tokens, delta.deleted_tokens),
            (self._subscriptions, delta.deleted_subscriptions),
            (self._compensations, delta.deleted_compensations),
        ):
            for key in keys:
                table.pop(key, None)
        for row in self._all(self._compensations, CompensationRow, lambda row: row.scope in delta.deleted_scopes):
            del self._compensations[row.key]

    def instance(self) -> InstanceRow:
        return InstanceRow(**_loads(self._instance))

    def scopes(self, keys: Iterable[int]) -> list[ScopeRow]:
        return self._some(self._scopes, ScopeRow, keys)

    def scopes_of(self, hosts: Iterable[int]) -> list[ScopeRow]:
        wanted = set(hosts)
        return self._all(self._scopes, ScopeRow, lambda row: row.host in wanted)

    def tokens(self, keys: Iterable[int]) -> list[TokenRow]:
        return self._some(self._tokens, TokenRow, keys)

    def tokens_in(self, scope: int, element: str | None = None) -> list[TokenRow]:
        return self._all(self._tokens, TokenRow, lambda row: row.scope == scope and element in (None, row.element))

    def children(self, token: int) -> list[TokenRow]:
        return self._all(self._tokens, TokenRow, lambda row: row.parent == token)

    def subscriptions_of(self, tokens: Iterable[int]) -> list[SubscriptionRow]:
        wanted = set(tokens)
        return self._all(self._subscriptions, SubscriptionRow, lambda row: row.token in wanted)

    def subscriptions_in(self, scope: int) -> list[SubscriptionRow]:
        return self._all(self._subscriptions, SubscriptionRow, lambda row: row.token is None and row.scope == scope)

    def subscriptions(self, kind: str, name: str | None = None) -> list[SubscriptionRow]:
        return self._all(self._subscriptions, SubscriptionRow, lambda row: row.kind == kind and name in (None, row.name))

    def subscription(self, key: int) -> SubscriptionRow | None:
        return next(iter(self._some(self._subscriptions, SubscriptionRow, [key])), None)

    def compensations(self, scope: int) -> list[CompensationRow]:
        return self._all(self._compensations, CompensationRow, lambda row: row.scope == scope)

    def variables(self, scope: int, names: Iterable[str] | None = None) -> dict[str, JSON]:
        stored = self._variables.get(scope, {})
        wanted = stored if names is None else [name for name in names if name in stored]
        self._count("variables", len(wanted))
        return {name: _loads(stored[name]) for name in wanted}

    def all_tokens(self) -> list[TokenRow]:
        """Every live token, oldest first."""
        return self._all(self._tokens, TokenRow, lambda row: True)

    def all_subscriptions(self) -> list[SubscriptionRow]:
        """Every subscription, oldest first."""
        return self._all(self._subscriptions, SubscriptionRow, lambda row: True)

    def all_scopes(self) -> list[ScopeRow]:
        """Every scope."""
        return self._all(self._scopes, ScopeRow, lambda row: True)

    def counts(self) -> dict[str, int]:
        """Number of stored rows, by kind."""
        return {
            "scopes": len(self._scopes),
            "tokens": len(self._tokens),
            "subscriptions": len(self._subscriptions),
            "compensations": len(self._compensations),
            "variables": sum(map(len, self._variables.values())),
        }

    def _some(self, table: dict[int, str], kind: type[Row], keys: Iterable[int]) -> list[Row]:
        found = [kind(**_loads(table[key])) for key in keys if key in table]
        self._count(kind.__name__, len(found))
        return found

    def _all(self, table: dict[int, str], kind: type[Row], wanted: Callable[[Row], bool]) -> list[Row]:
        found = [row for text in table.values() if wanted(row := kind(**_loads(text)))]
        self._count(kind.__name__, len(found))
        return sorted(found, key=lambda row: getattr(row, "sequence", getattr(row, "key", 0)))

    def _count(self, kind: str, number: int) -> None:
        self.loaded[kind] = self.loaded.get(kind, 0) + number


_DECIMAL, _TIME = "\0decimal", "\0time"
"""What marks the two as JSON; no text from outside holds that character."""


def _text(row: Any) -> str:
    return _dumps(asdict(row))


def _dumps(value: JSON) -> str:
    return json.dumps(value, default=_encode, ensure_ascii=False)


def _encode(value: object) -> JSON:
    if isinstance(value, Decimal):
        return {_DECIMAL: str(value)}
    if isinstance(value, datetime):
        return {_TIME: value.isoformat()}
    raise TypeError(f"{type(value).__name__} is no JSON")


def _loads(text: str) -> Any:
    return json.loads(text, object_hook=_decode, parse_float=Decimal)


def _decode(value: dict[str, JSON]) -> JSON:
    if len(value) == 1:
        if _DECIMAL in value:
            return Decimal(value[_DECIMAL])
        if _TIME in value:
            return datetime.fromisoformat(value[_TIME])
    return value
