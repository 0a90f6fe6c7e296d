"""The live state of one process instance, between its tables and the kernel's rows.

`StoredState` serves the slices a kernel step asks for, most of them from one load of what stands around the token that
is to move; `write_delta` stores what the step changed. The number of statements of both does not depend on the size of
the instance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from engine.kernel.rows import JSON, CompensationRow, Delta, InstanceRow, ScopeRow, SubscriptionRow, TokenRow
from engine.store.base import dump_json
from engine.store.prepared import Among, AmongFound, Prepared, Question
from engine.store.tables import Compensation, Scope, Subscription, Token, Variable
from engine.store.unit_of_work import UnitOfWork
from engine.store.writes import delete_of, insert_of, update_of, upsert_of

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

# What a step asks for.
SCOPES = Prepared(select(*SCOPE_COLUMNS).where(Among(Scope.key, "keys")))
SCOPES_OF = Prepared(select(*SCOPE_COLUMNS).where(Among(Scope.host, "hosts")))
TOKENS = Prepared(select(*TOKEN_COLUMNS).where(Among(Token.key, "keys")))
TOKENS_IN = Prepared(select(*TOKEN_COLUMNS).where(Token.scope == bindparam("scope")).order_by(Token.sequence))
TOKENS_AT = Prepared(
    select(*TOKEN_COLUMNS)
    .where(Token.scope == bindparam("scope"), Token.element == bindparam("element"))
    .order_by(Token.sequence)
)
CHILDREN = Prepared(select(*TOKEN_COLUMNS).where(Token.parent == bindparam("token")).order_by(Token.sequence))
SUBSCRIPTIONS_OF = Prepared(select(*SUBSCRIPTION_COLUMNS).where(Among(Subscription.token, "tokens")))
SUBSCRIPTIONS_IN = Prepared(
    select(*SUBSCRIPTION_COLUMNS)
    .where(Subscription.scope == bindparam("scope"), Subscription.token.is_(None))
    .order_by(Subscription.sequence)
)
SUBSCRIPTIONS = Prepared(
    select(*SUBSCRIPTION_COLUMNS)
    .where(Subscription.instance == bindparam("instance"), Subscription.kind == bindparam("kind"))
    .order_by(Subscription.sequence)
)
SUBSCRIPTION = Prepared(
    select(*SUBSCRIPTION_COLUMNS).where(Subscription.key == bindparam("key"), Subscription.instance == bindparam("instance"))
)
COMPENSATIONS = Prepared(
    select(*COMPENSATION_COLUMNS).where(Compensation.scope == bindparam("scope")).order_by(Compensation.sequence)
)
VARIABLES = Prepared(select(Variable.name, Variable.value).where(Variable.scope == bindparam("scope")))
VARIABLES_NAMED = Prepared(
    select(Variable.name, Variable.value).where(Variable.scope == bindparam("scope"), Among(Variable.name, "names"))
)


# A token and the one it is a seat of; its scope and the one around it, and the root; what they hold.
_seat, _inner_scope = aliased(Token), aliased(Scope)
_PARENTS = select(_inner_scope.parent).where(Among(_inner_scope.key, "scopes"))
TOKENS_AROUND = Prepared(
    select(*TOKEN_COLUMNS)
    .where(Token.key == bindparam("token"))
    .union_all(select(*TOKEN_COLUMNS).where(AmongFound(Token.key, select(_seat.parent).where(_seat.key == bindparam("token")))))
)
SCOPES_AROUND = Prepared(
    select(*SCOPE_COLUMNS)
    .where(Among(Scope.key, "scopes"))
    .union_all(select(*SCOPE_COLUMNS).where(AmongFound(Scope.key, _PARENTS)))
)
_NAMED = (Variable.scope, Variable.name, Variable.value)
VARIABLES_AROUND = Prepared(
    select(*_NAMED)
    .where(Among(Variable.scope, "scopes"), Among(Variable.name, "names"))
    .union_all(select(*_NAMED).where(AmongFound(Variable.scope, _PARENTS), Among(Variable.name, "names")))
)

# Timers, what they stand at and where.
TIMERS = Prepared(select(*SUBSCRIPTION_COLUMNS).where(Among(Subscription.key, "timers")))
TOKENS_OF_TIMERS = Prepared(
    select(*TOKEN_COLUMNS).join(Subscription, Subscription.token == Token.key).where(Among(Subscription.key, "timers"))
)
SCOPES_OF_TIMERS = Prepared(
    select(*SCOPE_COLUMNS).join(Subscription, Subscription.scope == Scope.key).where(Among(Subscription.key, "timers"))
)

VARIABLES_IN = Prepared(select(*_NAMED).where(Among(Variable.scope, "scopes"), Among(Variable.name, "names")))

# What a step writes.
NEW_SCOPE, NEW_TOKEN, NEW_SUBSCRIPTION, NEW_COMPENSATION = map(insert_of, (Scope, Token, Subscription, Compensation))
PUT_VARIABLE = upsert_of(Variable)
CHANGED_SCOPE = update_of(Scope, "process", "live", "at", "flags")
CHANGED_TOKEN = update_of(Token, "scope", "element", "state", "sequence", "parent", "data_scope", "internal")
CHANGED_SUBSCRIPTION = update_of(
    Subscription, "name", "mode", "element", "sequence", "interrupting", "correlation", "correlation_value", "due", "data"
)
CHANGED_COMPENSATION = update_of(Compensation, "scope", "activity", "sequence", "data")
DROP_SUBSCRIPTIONS, DROP_TOKENS, DROP_COMPENSATIONS = map(delete_of, (Subscription.key, Token.key, Compensation.key))
DROP_SCOPES, DROP_VARIABLES_IN, DROP_COMPENSATIONS_IN = map(delete_of, (Scope.key, Variable.scope, Compensation.scope))


@dataclass(slots=True)
class Loaded:
    """Rows that were read together, by key; for the first step after they were locked, and for no other."""

    tokens: dict[int, TokenRow] = field(default_factory=dict)
    scopes: dict[int, ScopeRow] = field(default_factory=dict)
    timers: dict[int, SubscriptionRow] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    variables: dict[int, dict[str, JSON]] = field(default_factory=dict)
    """Of every scope that was looked at, those of `names`."""

    @staticmethod
    def questions(timers: Iterable[int]) -> tuple[Question, ...]:
        """What is to be asked for that; `of` takes the answers."""
        keys = list(timers)
        return tuple(each.question(timers=keys) for each in (TIMERS, TOKENS_OF_TIMERS, SCOPES_OF_TIMERS))

    @classmethod
    def of(cls, timers: list[Any], tokens: list[Any], scopes: list[Any]) -> Loaded:
        """The rows of the answers."""
        return cls(
            tokens={row.key: _as(TokenRow, row) for row in tokens},
            scopes={row.key: _as(ScopeRow, row) for row in scopes},
            timers={row.key: _as(SubscriptionRow, row) for row in timers},
        )

    def read_variables(self, work: UnitOfWork, roots: Iterable[int], names: frozenset[str]) -> None:
        """Reads the variables of these names in the root scopes of the instances and where their timers stand."""
        places = {token.data_scope for token in self.tokens.values() if token.data_scope is not None}
        scopes = {*roots, *self.scopes, *places}
        self.names, self.variables = names, {scope: {} for scope in scopes}
        for row in work.ask(VARIABLES_IN.question(scopes=scopes, names=names))[0] if names else ():
            self.variables[row.scope][row.name] = row.value

    def around(self, timer: int) -> Loaded:
        """Of rows of many instances those around one timer. None at all when it is gone."""
        row = self.timers.get(timer)
        if row is None:
            return Loaded()
        tokens = {} if row.token is None else {row.token: self.tokens[row.token]}
        scopes = {row.scope: self.scopes[row.scope]}
        return Loaded(tokens=tokens, scopes=scopes, timers={timer: row}, names=self.names, variables=self.variables)


class StoredState:
    """The kernel's `StateSource` over the tables of one locked instance, for one step."""

    def __init__(self, work: UnitOfWork, row: InstanceRow, loaded: Loaded | None = None) -> None:
        self._work = work
        self._row = row
        self._loaded = loaded or Loaded()
        self._tokens = self._loaded.tokens
        self._scopes = self._loaded.scopes
        self._subscriptions: dict[int, list[SubscriptionRow]] = {}
        self._names = self._loaded.names
        self._variables = self._loaded.variables

    def load_around(self, token: int, scope: int, names: frozenset[str]) -> None:
        """Loads together what moving a token nearly always asks for. `scope` is where it reads its variables.

        Of the variables only those of `names` are loaded.
        """
        here = {scope, self._row.root_scope}
        tokens, scopes, subscriptions, variables = self._work.ask(
            TOKENS_AROUND.question(token=token),
            SCOPES_AROUND.question(scopes=here),
            SUBSCRIPTIONS_OF.question(tokens=(token,)),
            VARIABLES_AROUND.question(scopes=here, names=names),
        )
        self._tokens = {row.key: _as(TokenRow, row) for row in tokens}
        self._scopes = {row.key: _as(ScopeRow, row) for row in scopes}
        self._subscriptions = {token: [_as(SubscriptionRow, row) for row in subscriptions]}
        self._names = names
        self._variables = {key: {} for key in self._scopes}
        for row in variables:
            self._variables[row.scope][row.name] = row.value

    def timer(self, key: int) -> tuple[SubscriptionRow, ScopeRow] | None:
        """A timer and the scope it is in, None when it is gone; the token it stands at is loaded with them."""
        if key not in self._loaded.timers:
            self._loaded = Loaded.of(*self._work.ask(*Loaded.questions([key])))
            self._tokens, self._scopes = self._loaded.tokens, self._loaded.scopes
        row = self._loaded.timers.get(key)
        return None if row is None else (row, self._scopes[row.scope])

    @property
    def seen(self) -> Mapping[int, TokenRow]:
        """Tokens of the instance, some of them, as they stood before the step."""
        return self._tokens

    def instance(self) -> InstanceRow:
        """The instance's row, as it was locked."""
        return self._row

    def scopes(self, keys: Iterable[int]) -> list[ScopeRow]:
        known, missing = _divide(self._scopes, keys)
        return known + ([_as(ScopeRow, row) for row in self._ask(SCOPES, keys=missing)] if missing else [])

    def scopes_of(self, hosts: Iterable[int]) -> list[ScopeRow]:
        return [_as(ScopeRow, row) for row in self._ask(SCOPES_OF, hosts=list(hosts))]

    def tokens(self, keys: Iterable[int]) -> list[TokenRow]:
        known, missing = _divide(self._tokens, keys)
        return known + ([_as(TokenRow, row) for row in self._ask(TOKENS, keys=missing)] if missing else [])

    def tokens_in(self, scope: int, element: str | None = None) -> list[TokenRow]:
        rows = self._ask(TOKENS_IN, scope=scope) if element is None else self._ask(TOKENS_AT, scope=scope, element=element)
        return [_as(TokenRow, row) for row in rows]

    def children(self, token: int) -> list[TokenRow]:
        return [_as(TokenRow, row) for row in self._ask(CHILDREN, token=token)]

    def subscriptions_of(self, tokens: Iterable[int]) -> list[SubscriptionRow]:
        wanted = set(tokens)
        rows = [row for token in wanted & self._subscriptions.keys() for row in self._subscriptions[token]]
        missing = wanted - self._subscriptions.keys()
        if missing:
            rows += [_as(SubscriptionRow, row) for row in self._ask(SUBSCRIPTIONS_OF, tokens=missing)]
        return sorted(rows, key=lambda row: row.sequence)

    def subscriptions_in(self, scope: int) -> list[SubscriptionRow]:
        return [_as(SubscriptionRow, row) for row in self._ask(SUBSCRIPTIONS_IN, scope=scope)]

    def subscriptions(self, kind: str, name: str | None = None) -> list[SubscriptionRow]:
        rows = self._ask(SUBSCRIPTIONS, instance=self._row.key, kind=kind)
        return [_as(SubscriptionRow, row) for row in rows if name is None or row.name == name]

    def subscription(self, key: int) -> SubscriptionRow | None:
        if key in self._loaded.timers:
            return self._loaded.timers[key]
        rows = self._ask(SUBSCRIPTION, key=key, instance=self._row.key)
        return _as(SubscriptionRow, rows[0]) if rows else None

    def compensations(self, scope: int) -> list[CompensationRow]:
        return [_as(CompensationRow, row) for row in self._ask(COMPENSATIONS, scope=scope)]

    def variables(self, scope: int, names: Iterable[str] | None = None) -> dict[str, JSON]:
        if names is None:
            return {row.name: row.value for row in self._ask(VARIABLES, scope=scope)}
        wanted = set(names)
        if scope in self._variables and wanted <= self._names:
            known = self._variables[scope]
            return {name: known[name] for name in wanted if name in known}
        return {row.name: row.value for row in self._ask(VARIABLES_NAMED, scope=scope, names=sorted(wanted))}

    def _ask(self, statement: Prepared, **values: Any) -> list[Any]:
        return self._work.ask(statement.question(**values))[0]


def _as(kind: type[Any], row: Any) -> Any:
    """A row of the store as the kernel's."""
    return kind(**row._asdict())


def _divide(loaded: dict[int, Any], keys: Iterable[int]) -> tuple[list[Any], list[int]]:
    """Of these keys the rows that are loaded, and the keys of those that are not."""
    wanted = sorted(set(keys))
    return [loaded[key] for key in wanted if key in loaded], [key for key in wanted if key not in loaded]


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
    work: UnitOfWork, instance: int, delta: Delta, *, revision: int, writers: dict[tuple[int, str], str | None]
) -> None:
    """Writes the rows a step changed, all but the instance's own.

    `writers` names the element that wrote each variable, by scope and name; None stands for the outside.
    """
    _delete(work, delta)
    _write(work, delta.created, NEW_SCOPE, CHANGED_SCOPE, [_scope(row, instance) for row in delta.scopes])
    _write(work, delta.created, NEW_TOKEN, CHANGED_TOKEN, [_token(row, instance, work) for row in delta.tokens])
    subscriptions = [_subscription(row, instance) for row in delta.subscriptions]
    _write(work, delta.created, NEW_SUBSCRIPTION, CHANGED_SUBSCRIPTION, subscriptions)
    compensations = [_compensation(row, instance) for row in delta.compensations]
    _write(work, delta.created, NEW_COMPENSATION, CHANGED_COMPENSATION, compensations)
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
    work.write_all(PUT_VARIABLE, variables)


def _delete(work: UnitOfWork, delta: Delta) -> None:
    for keys, statements in (
        (delta.deleted_subscriptions, (DROP_SUBSCRIPTIONS,)),
        (delta.deleted_tokens, (DROP_TOKENS,)),
        (delta.deleted_compensations, (DROP_COMPENSATIONS,)),
        (delta.deleted_scopes, (DROP_VARIABLES_IN, DROP_COMPENSATIONS_IN, DROP_SCOPES)),
    ):
        for statement in statements if keys else ():
            work.write(statement, {"values": sorted(keys)})


def _write(work: UnitOfWork, created: set[int], new: Prepared, changed: Prepared, rows: list[dict[str, Any]]) -> None:
    work.write_all(new, [row for row in rows if row["key"] in created])
    work.write_all(changed, [row for row in rows if row["key"] not in created])


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


def _token(row: TokenRow, instance: int, work: UnitOfWork) -> dict[str, Any]:
    return {
        "key": row.key,
        "id": uuid4(),
        "entered_at": work.now,
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
