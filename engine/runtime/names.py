"""The names an expression of a case may read outside a kernel step: its scopes' variables and the reserved names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, BigInteger, bindparam, cast, literal, select

from engine.calendar import TIME_ZONE
from engine.store.base import Executes
from engine.store.prepared import Among, AmongFound, Prepared
from engine.store.tables import Scope, Variable

JSON = Any


def _around() -> CTE:
    """The scope that is asked for with those around it, and how far out each lies; ends with a row without a key."""
    inner = select(cast(bindparam("scope"), BigInteger).label("key"), literal(0).label("distance"))
    around = inner.cte("around", recursive=True)
    # By a look-up a scope: PostgreSQL would join the whole table to a chain of three or four.
    parent = select(Scope.parent).where(Scope.key == around.c.key).correlate(around).scalar_subquery()
    return around.union_all(select(parent, around.c.distance + 1).where(around.c.key.is_not(None)))


_CHAIN = _around()
CHAIN = Prepared(select(_CHAIN.c.key).where(_CHAIN.c.key.is_not(None)).order_by(_CHAIN.c.distance))
VISIBLE_VARIABLES = Prepared(
    select(Variable.scope, Variable.name, Variable.value).where(AmongFound(Variable.scope, select(_CHAIN.c.key)))
)
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
        return visible(self._chain, ALL_VARIABLES.all(self._connection, scopes=self._chain))

    def __getitem__(self, name: str) -> JSON:
        if name not in self._asked:
            self.prefetch((name,))
        return self._known[name] if name in self._known else self._reserved[name]


def scope_chain(connection: Executes, scope: int) -> list[int]:
    """Keys of `scope` and the scopes around it, innermost first."""
    return [row.key for row in CHAIN.all(connection, scope=scope)]


def visible(chain: Sequence[int], variables: Iterable[Any]) -> dict[str, JSON]:
    """The values of rows of variables as the innermost of a chain of scopes sees them: an inner one hides an outer one's."""
    distances = {scope: distance for distance, scope in enumerate(chain)}
    ordered = sorted(variables, key=lambda row: distances[row.scope], reverse=True)
    return {row.name: row.value for row in ordered}


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
