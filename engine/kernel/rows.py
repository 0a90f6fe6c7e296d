"""The live state of a process instance: the rows that a kernel step reads and writes.

A row is a plain dataclass of JSON-ready values; the store keeps each kind in a table of the same name. A step loads the
rows it needs through a `StateSource`, and hands back a `Delta` of the rows it changed and nothing else. Keys are 63-bit
integers given by `Environment.new_key`; they are never reused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

JSON = Any
"""None, bool, int, Decimal, str, list of JSON or dict of str to JSON. No float ever enters the state."""


@dataclass(slots=True, kw_only=True)
class InstanceRow:
    """One process instance; the row that is locked, and whose revision grows by one with every step."""

    key: int
    definition: str
    """Reference of the compiled definition, see `Environment.definition`."""
    root_scope: int
    state: str = "active"
    """`active`, `completed` (ran to its end), `terminated` (a terminate end event) or `cancelled` (from outside)."""
    sequence: int = 0
    """Last number given to a token or subscription; restores their order after a reload."""
    correlation: dict[str, JSON] = field(default_factory=dict)
    """Correlation keys of BPMN's own correlation model, set once and never overwritten: key name -> property -> value."""


@dataclass(slots=True, kw_only=True)
class ScopeRow:
    """One scope: where variables live, and for executing kinds the counters that end it."""

    key: int
    kind: str
    """`instance`, `subprocess`, `event_subprocess` or `call`, which run; `seat` (the data of a multi-instance's or
    compensation's body), `round` (the counter of a loop's body) or `collection` (the items and outputs of a
    multi-instance), which only hold variables."""
    process: str
    """Id of the process or `process/subprocess` whose elements run in it."""
    parent: int | None = None
    """Scope in which names are looked up next; None for an instance or a called process."""
    host: int | None = None
    """Token that opened it; None for the instance."""
    live: int = 0
    """Number of live tokens."""
    at: dict[str, int] = field(default_factory=dict)
    """Live tokens per element id; the inclusive join asks it."""
    flags: dict[str, JSON] = field(default_factory=dict)
    """What the kernel must remember of an executing scope (cancelling, compensating, ...)."""


@dataclass(slots=True, kw_only=True)
class TokenRow:
    """One live token, which is one visit of one element. A finished token has no row."""

    key: int
    scope: int
    """Executing scope it lives in."""
    element: str
    state: str
    """`waiting`, `ready` (a user task that may be completed), `started` (its body runs) or `error` (see its incident)."""
    sequence: int
    parent: int | None = None
    """Multi-instance, loop or compensation token that this one is a seat of."""
    data_scope: int | None = None
    """Scope its variables are read in when that is not `scope`, as for a seat."""
    internal: dict[str, JSON] = field(default_factory=dict)
    """Counters and marks of the kernel; small."""


@dataclass(slots=True, kw_only=True)
class SubscriptionRow:
    """Something that may happen to the instance: a catch, a boundary event, an event subprocess or a gateway's arm."""

    key: int
    kind: str
    """`message`, `signal`, `timer`, `conditional`, `error`, `escalation`, `cancel`, `compensation` or `trigger`."""
    name: str | None
    """Message or signal name, error or escalation code (None catches all), element id for `trigger`."""
    mode: str
    """`catch`, `boundary`, `event_subprocess` or `gateway`."""
    scope: int
    token: int | None
    """The waiting or hosting token; None for an event subprocess."""
    element: str
    sequence: int
    interrupting: bool = True
    correlation: dict[str, JSON] = field(default_factory=dict)
    """What a message must carry to be ours: every name must be there with an equal value."""
    due: datetime | None = None
    """When a timer fires, UTC."""
    data: dict[str, JSON] = field(default_factory=dict)
    """Cycle left and interval, last value of a condition, names it reads, start element of an event subprocess."""


@dataclass(slots=True, kw_only=True)
class CompensationRow:
    """A completed activity that can be compensated."""

    key: int
    scope: int
    activity: str
    sequence: int
    data: dict[str, JSON] = field(default_factory=dict)
    """Handler element or nested records, and the snapshot of variables the handler sees."""


@dataclass(slots=True, kw_only=True)
class VariableRow:
    """One variable of one scope."""

    scope: int
    name: str
    value: JSON


class StateSource(Protocol):
    """Reads the stored rows of ONE instance. The kernel asks for slices so that a step's cost does not grow with the instance."""

    def instance(self) -> InstanceRow: ...
    def scopes(self, keys: Iterable[int]) -> list[ScopeRow]: ...
    def scopes_of(self, hosts: Iterable[int]) -> list[ScopeRow]:
        """Scopes opened by these tokens."""
        ...

    def tokens(self, keys: Iterable[int]) -> list[TokenRow]: ...
    def tokens_in(self, scope: int, element: str | None = None) -> list[TokenRow]:
        """Live tokens of a scope, or only those at one element, by sequence."""
        ...

    def children(self, token: int) -> list[TokenRow]:
        """Live tokens whose parent is `token`, by sequence."""
        ...

    def subscriptions_of(self, tokens: Iterable[int]) -> list[SubscriptionRow]: ...
    def subscriptions_in(self, scope: int) -> list[SubscriptionRow]:
        """Subscriptions of the scope itself (event subprocesses), by sequence."""
        ...

    def subscriptions(self, kind: str, name: str | None = None) -> list[SubscriptionRow]:
        """Every subscription of the instance of this kind, and of this name if given, by sequence."""
        ...

    def subscription(self, key: int) -> SubscriptionRow | None: ...
    def compensations(self, scope: int) -> list[CompensationRow]: ...
    def variables(self, scope: int, names: Iterable[str] | None = None) -> dict[str, JSON]:
        """All variables of a scope, or those of `names` that exist."""
        ...


@dataclass(slots=True)
class Delta:
    """The rows one step changed. `upserts` hold whole rows; deletions hold keys."""

    instance: InstanceRow | None = None
    scopes: list[ScopeRow] = field(default_factory=list)
    tokens: list[TokenRow] = field(default_factory=list)
    subscriptions: list[SubscriptionRow] = field(default_factory=list)
    compensations: list[CompensationRow] = field(default_factory=list)
    variables: list[VariableRow] = field(default_factory=list)
    created: set[int] = field(default_factory=set)
    """Keys of rows above that have no stored row yet (variables are always upserted)."""
    deleted_scopes: set[int] = field(default_factory=set)
    """Their variables and compensation rows go with them."""
    deleted_tokens: set[int] = field(default_factory=set)
    deleted_subscriptions: set[int] = field(default_factory=set)
    deleted_compensations: set[int] = field(default_factory=set)


Variables = Mapping[str, JSON]
