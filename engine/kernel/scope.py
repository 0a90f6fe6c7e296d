"""Variables: every token of a scope sees the same ones, and nothing is ever copied between tokens.

A name is read in the nearest scope that has it, going outward; between the scopes of a multi-instance seat and the rest
stand its counters; last come the names the runtime reserves. A write goes where the name exists or is declared. A name
that is new lands in the nearest seat, event subprocess or called process, else in the instance: an embedded subprocess
keeps nothing to itself that it does not declare.

Values are read from the store one name at a time, or all that an expression names at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.errors import Invalid
from engine.expressions import RESERVED_NAMES
from engine.kernel.effects import VariableWritten
from engine.kernel.environment import ModelFailure
from engine.kernel.rows import JSON, ScopeRow

if TYPE_CHECKING:
    from engine.kernel.session import Session

LOCAL_KINDS = frozenset({"seat", "event_subprocess", "call", "instance"})
"""Scopes that keep a name that was first written inside them."""
DATA_KINDS = frozenset({"seat", "round", "collection"})
"""Scopes that hold variables or counters and run nothing."""
COUNTERS = {
    "nrOfInstances": "n",
    "nrOfCompletedInstances": "done",
    "nrOfActiveInstances": "active",
    "nrOfTerminatedInstances": "terminated",
    "numberOfInstances": "n",
    "numberOfCompletedInstances": "done",
    "numberOfActiveInstances": "active",
    "numberOfTerminatedInstances": "terminated",
}
LENT = "lent"
"""Flag of a called process's scope: the names that were handed in with everything else, and not written since."""
_ABSENT = object()


class Scope(Mapping[str, JSON]):
    """One scope. As a mapping it gives every name that is visible from it."""

    def __init__(self, session: Session, row: ScopeRow, *, stored: bool) -> None:
        self.session = session
        self.row = row
        self._values: dict[str, JSON] = {}
        self._absent: set[str] = set()
        # A scope that was opened in this step has no stored values to ask for.
        self._known = not stored

    @property
    def key(self) -> int:
        """Key of its row."""
        return self.row.key

    @property
    def parent(self) -> Scope | None:
        """The scope around it, None for an instance or a called process."""
        return None if self.row.parent is None else self.session.scope(self.row.parent)

    def __getitem__(self, name: str) -> JSON:
        found = self._find(name)
        if found is _ABSENT:
            found = self.session.reserved.get(name, _ABSENT)
        if found is _ABSENT:
            raise KeyError(name)
        return found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (self._find(name) is not _ABSENT or name in self.session.reserved)

    def __iter__(self) -> Iterator[str]:
        return iter(self.visible())

    def __len__(self) -> int:
        return len(self.visible())

    def own(self, name: str) -> JSON:
        """The value in this very scope. Raises KeyError."""
        value = self._own(name)
        if value is _ABSENT:
            raise KeyError(name)
        return value

    def all_own(self) -> dict[str, JSON]:
        """Every variable of this very scope."""
        if not self._known:
            stored = self.session.source.variables(self.key)
            self._values = {**stored, **self._values}
            self._known = True
        return dict(self._values)

    def lend(self, values: Mapping[str, JSON]) -> None:
        """Puts copies of what stands elsewhere here: until they are written here, they are not among what is `earned`."""
        for name, value in values.items():
            self.put(name, value)
        if values:
            self._note_lent(sorted(values))

    def earned(self) -> dict[str, JSON]:
        """Every variable of this very scope that was written here. What was only lent may be newer where it came from."""
        lent = self.row.flags.get(LENT, ())
        return {name: value for name, value in self.all_own().items() if name not in lent}

    def visible(self) -> dict[str, JSON]:
        """Every variable that can be seen from here; reserved names and counters are not among them."""
        outer = {} if self.parent is None else self.parent.visible()
        return {**outer, **self.all_own()}

    def prefetch(self, names: Iterable[str]) -> None:
        """Reads the given names of this scope and the scopes around it, one question for each scope."""
        wanted = set(names)
        scope: Scope | None = self
        while scope is not None and wanted:
            missing = [] if scope._known else [n for n in wanted if n not in scope._values and n not in scope._absent]
            if missing:
                found = self.session.source.variables(scope.key, missing)
                scope._values.update(found)
                scope._absent.update(n for n in missing if n not in found)
            wanted = {name for name in wanted if name not in scope._values}
            scope = scope.parent if wanted else None

    def write(self, name: str, value: JSON) -> None:
        """Writes a variable where it belongs, seen from here. Raises ModelFailure for a reserved name."""
        self._home(name).put(name, value)

    def update(self, values: Mapping[str, JSON]) -> None:
        """Writes several variables."""
        self.prefetch(values)
        for name, value in values.items():
            self.write(name, value)

    def put(self, name: str, value: JSON, *, silent: bool = False) -> None:
        """Writes a variable into this very scope; a silent one leaves no effect. Raises ModelFailure for a reserved name."""
        if name in RESERVED_NAMES:
            raise ModelFailure("reserved-name", f"the name '{name}' cannot be written")
        self._values[name] = value = plain(value)
        self._absent.discard(name)
        lent: Collection[str] = self.row.flags.get(LENT, ())
        if name in lent:
            self._note_lent([other for other in lent if other != name])
        self.session.ledger.wrote(self.key, name, value)
        if not silent:
            self.session.ledger.effect(VariableWritten(scope=self.key, name=name, value=value, element=self.session.writer))

    def _note_lent(self, names: list[str]) -> None:
        if names:
            self.row.flags[LENT] = names
        else:
            del self.row.flags[LENT]
        self.session.touch_scope(self)

    def _home(self, name: str) -> Scope:
        scope: Scope | None = self
        while scope is not None:
            if scope._own(name) is not _ABSENT or self.session.declares(scope.row, name):
                return scope
            scope = scope.parent
        scope = self
        while scope.row.kind not in LOCAL_KINDS and scope.parent is not None:
            scope = scope.parent
        return scope

    def _own(self, name: str) -> JSON:
        if name in self._values:
            return self._values[name]
        if self._known or name in self._absent:
            return _ABSENT
        found = self.session.source.variables(self.key, (name,))
        if name in found:
            self._values[name] = found[name]
            return found[name]
        self._absent.add(name)
        return _ABSENT

    def _find(self, name: str) -> JSON:
        scope: Scope | None = self
        while scope is not None:
            value = scope._own(name)
            if value is _ABSENT and scope.row.kind in ("seat", "round"):
                value = scope._counter(name)
            if value is not _ABSENT:
                return value
            scope = scope.parent
        return _ABSENT

    def _counter(self, name: str) -> JSON:
        if name == "loopCounter" and "loopCounter" in self.row.flags:
            return self.row.flags["loopCounter"]
        if name not in COUNTERS or self.row.kind != "seat" or self.row.host is None:
            return _ABSENT
        host = self.session.token(self.row.host)
        return _ABSENT if host is None else host.internal_data.get(COUNTERS[name], _ABSENT)


def plain(value: JSON) -> JSON:
    """The value as the store keeps it: floats become Decimal, tuples lists. Raises ModelFailure for what is not JSON."""
    if value is None or isinstance(value, bool | int | Decimal | str):
        return value
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise ModelFailure("not-json", f"a value of type {type(value).__name__} cannot be stored")


def check_names(values: Mapping[str, JSON]) -> None:
    """Refuses variables from outside whose names are reserved. Raises Invalid."""
    for name in values:
        if name in RESERVED_NAMES:
            raise Invalid("reserved-name", "Expected to write variable '{name}', but that name is reserved", name=name)
