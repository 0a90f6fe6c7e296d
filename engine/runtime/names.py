"""The names an expression of a case may read outside a kernel step: its scopes' variables and the reserved names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from engine.calendar import TIME_ZONE
from engine.store.base import Executes
from engine.store.prepared import Among, Prepared
from engine.store.tables import Scope, Variable

JSON = Any
PARENT = Prepared(select(Scope.parent).where(Scope.key == bindparam("scope")))
ALL_VARIABLES = Prepared(select(Variable.scope, Variable.name, Variable.value).where(Among(Variable.scope, "scopes")))
NAMED_VARIABLES = Prepared(
    select(Variable.scope, Variable.name, Variable.value).where(Among(Variable.scope, "scopes"), Among(Variable.name, "names"))
)


class CaseNames:
    """Reads names from the innermost scope outwards, then the reserved ones; a missing one raises KeyError.

    Each scope's variables are read in one statement when `prefetch` named them, else one by one.
    """

    def __init__(self, connection: Executes, scope: int, reserved: Mapping[str, JSON]) -> None:
        self._connection = connection
        self._chain = scope_chain(connection, scope)
        self._reserved = reserved
        self._known: dict[str, JSON] = {}
        self._asked: set[str] = set()

    def prefetch(self, names: Iterable[str]) -> None:
        """Reads these names, as far as they exist, in one statement."""
        wanted = sorted(set(names) - self._asked)
        if not wanted:
            return
        self._asked.update(wanted)
        found = NAMED_VARIABLES.all(self._connection, scopes=self._chain, names=wanted)
        rows = {(row.scope, row.name): row.value for row in found}
        for scope in reversed(self._chain):
            self._known.update({name: value for (owner, name), value in rows.items() if owner == scope})

    def all(self) -> dict[str, JSON]:
        """Every variable that can be seen from the scope."""
        rows = ALL_VARIABLES.all(self._connection, scopes=self._chain)
        values: dict[str, JSON] = {}
        for scope in reversed(self._chain):
            values.update({row.name: row.value for row in rows if row.scope == scope})
        return values

    def __getitem__(self, name: str) -> JSON:
        if name not in self._asked:
            self.prefetch((name,))
        return self._known[name] if name in self._known else self._reserved[name]


def scope_chain(connection: Executes, scope: int) -> list[int]:
    """Keys of `scope` and the scopes around it, innermost first."""
    chain: list[int] = []
    current: int | None = scope
    while current is not None:
        chain.append(current)
        current = PARENT.value(connection, scope=current)
    return chain


def reserved_names(
    *,
    now: datetime,
    parameters: Mapping[str, JSON],
    institution: str | None,
    number: str | None,
    starter: int | None,
    started_at: datetime,
) -> dict[str, JSON]:
    """The read-only names that every expression of a case may read."""
    return {
        "now": now.astimezone(TIME_ZONE).isoformat(timespec="seconds"),
        "parameters": parameters,
        "own": institution,
        "instance": {
            "number": number,
            "institution": institution,
            "starter": None if starter is None else str(starter),
            "startedAt": started_at.astimezone(TIME_ZONE).isoformat(timespec="seconds"),
        },
    }
