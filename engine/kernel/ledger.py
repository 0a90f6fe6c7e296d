"""What a step has changed so far: rows to write, rows to delete, and effects in the order they happened."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from engine.kernel.effects import Effect
from engine.kernel.rows import (
    JSON,
    CompensationRow,
    Delta,
    InstanceRow,
    ScopeRow,
    SubscriptionRow,
    TokenRow,
    VariableRow,
)

Row = TypeVar("Row")


class Ledger:
    """Keeps the changed rows by key; a row that was created and deleted in the same step leaves no trace."""

    def __init__(self) -> None:
        self.effects: list[Effect] = []
        self.created: set[int] = set()
        self.scopes: dict[int, ScopeRow] = {}
        self.tokens: dict[int, TokenRow] = {}
        self.subscriptions: dict[int, SubscriptionRow] = {}
        self.compensations: dict[int, CompensationRow] = {}
        self.variables: dict[tuple[int, str], JSON] = {}
        self.gone_scopes: set[int] = set()
        self.gone_tokens: set[int] = set()
        self.gone_subscriptions: set[int] = set()
        self.gone_compensations: set[int] = set()
        self.written: set[str] = set()
        """Names of variables written since conditions were last asked."""

    def effect(self, effect: Effect) -> None:
        """Adds what happened."""
        self.effects.append(effect)

    def wrote(self, scope: int, name: str, value: JSON) -> None:
        """Notes a variable's new value."""
        self.variables[(scope, name)] = value
        self.written.add(name)

    def delta(self, instance: InstanceRow) -> Delta:
        """The rows to store. Rows of deleted scopes go with their scope."""
        gone = self.gone_scopes
        return Delta(
            instance=instance,
            scopes=_kept(self.scopes, gone),
            tokens=sorted(_kept(self.tokens, self.gone_tokens), key=lambda row: row.sequence),
            subscriptions=sorted(_kept(self.subscriptions, self.gone_subscriptions), key=lambda row: row.sequence),
            compensations=[row for row in _kept(self.compensations, self.gone_compensations) if row.scope not in gone],
            variables=[
                VariableRow(scope=scope, name=name, value=value)
                for (scope, name), value in self.variables.items()
                if scope not in gone
            ],
            created=self.created - gone - self.gone_tokens - self.gone_subscriptions - self.gone_compensations,
            deleted_scopes=gone - self.created,
            deleted_tokens=self.gone_tokens - self.created,
            deleted_subscriptions=self.gone_subscriptions - self.created,
            deleted_compensations=self.gone_compensations - self.created,
        )


def _kept(rows: dict[int, Row], gone: Collection[int]) -> list[Row]:
    return [row for key, row in rows.items() if key not in gone]
