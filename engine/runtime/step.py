"""One step on its way from the kernel's result to rows: what everything that carries it out works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, select

from engine.appliers.journal import Journal
from engine.kernel.effects import Names, StepResult
from engine.kernel.rows import InstanceRow, ScopeRow, TokenRow
from engine.runtime.case import Case
from engine.runtime.definitions import Definition, Definitions
from engine.store.prepared import Prepared
from engine.store.tables import Scope, Token
from engine.store.unit_of_work import UnitOfWork

SCOPE_OF_TOKEN = Prepared(select(Token.scope).where(Token.key == bindparam("token")))
FLAGS_OF_SCOPE = Prepared(select(Scope.flags).where(Scope.key == bindparam("scope")))


@dataclass(kw_only=True)
class Step:
    """A kernel step whose rows are written and whose effects are being carried out."""

    work: UnitOfWork
    case: Case
    definition: Definition
    definitions: Definitions
    row: InstanceRow
    result: StepResult
    journal: Journal
    seen: Mapping[int, TokenRow] = field(default_factory=dict)
    """Tokens of the instance as they stood before the step, as far as it has looked at them."""
    submitted: bool = False
    """Whether a person's act has caused it, who can be told that it cannot be done."""
    automatic_left: int = 0
    """How many decisions the case may still take by itself before people are asked."""
    pending: list[Any] = field(default_factory=list)
    """Rounds that the system is to decide (`engine.runtime.automatic.Pending`)."""
    _homes: dict[int, Definition] = field(default_factory=dict)

    @cached_property
    def _tokens(self) -> Mapping[int, TokenRow]:
        return {row.key: row for row in self.result.delta.tokens}

    @cached_property
    def _scopes(self) -> Mapping[int, ScopeRow]:
        return {row.key: row for row in self.result.delta.scopes}

    def names(self, scope: int) -> Names:
        """The names an expression may read in a scope of the case, as the step has left them."""
        return self.result.scope(scope)

    def home(self, token: int) -> Definition:
        """The definition that a token's element belongs to: the instance's own, or that of a called process."""
        scope = self.executing_scope(token)
        if scope not in self._homes:
            flags = self._flags(scope)
            self._homes[scope] = self.definitions.get(int(flags["definition"])) if "definition" in flags else self.definition
        return self._homes[scope]

    def executing_scope(self, token: int) -> int:
        """Key of the scope that a token, by key, moves in."""
        written = self._tokens.get(token)
        if written is not None:
            return written.scope
        found: int = SCOPE_OF_TOKEN.value(self.work.connection, token=token)
        return found

    def _flags(self, scope: int) -> Mapping[str, Any]:
        written = self._scopes.get(scope)
        if written is not None:
            return written.flags
        flags: Mapping[str, Any] = FLAGS_OF_SCOPE.value(self.work.connection, scope=scope)
        return flags
