"""Parallel branches that write at once: whatever the order, nothing is lost, and history names every writer.

The engine is built anew from the store between any two steps. More:
`LIANDONG_CHAOS=1 LIANDONG_SEED=7 pytest tests/engine/test_parallel_writes.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from engine.commands.task import CompleteTask
from engine.store.base import dump_json
from engine.store.tables import History, Scope, Token, Variable
from engine.testing import County, bpmn
from tests.campaign import campaign
from tests.kernel.parallel_writes import Key, Place, Written, check_every_interleaving, of_people, place_of, processes


class StoreRun:
    """One case after the other on one store; a model is deployed when it is met first."""

    def __init__(self, county: County, deployed: set[str]) -> None:
        self._county = county
        self._deployed = deployed
        self._places: dict[int, Place] = {}

    def start(self, kinds: Sequence[str], variables: Mapping[str, Any]) -> None:
        key = "_".join(kinds)
        if key not in self._deployed:
            # A called process belongs to the deployment that calls it.
            self._county.deploy(bpmn(processes(key, kinds)), name=key)
            self._deployed.add(key)
        self._case = self._county.run(key, **variables)
        self._after()

    def complete(self, key: Key, variables: Mapping[str, Any]) -> None:
        seats = {row.token: row.id for row in self._case.seats(key[0]) if row.state == "open"}
        [token] = [row.key for row in self._tokens() if row.key in seats and self._key(row) == key]
        self._county.execute(CompleteTask(task=seats[token], data=variables))
        self._after()

    def open(self) -> list[Key]:
        people = sorted(row.token for row in self._case.seats() if row.state == "open")
        ready = [row for row in self._tokens() if row.state == "ready"]
        assert people == sorted(row.key for row in ready)
        return [self._key(row) for row in ready]

    def scopes(self) -> dict[Place, dict[str, Any]]:
        kept = select(Scope.key).where(Scope.instance == self._case.key, Scope.kind != "collection")
        found: dict[Place, dict[str, Any]] = {self._places[row.key]: {} for row in self._county.rows(kept)}
        for row in self._variables():
            found[self._places[row.scope]][row.name] = row.value
        return found

    def history(self) -> dict[tuple[Place, str], list[Written]]:
        columns = (History.revision, History.data)
        rows = select(*columns).where(History.instance == self._case.key, History.kind == "variables").order_by(History.key)
        found: dict[tuple[Place, str], list[Written]] = {}
        for row in self._county.rows(rows):
            for write in filter(lambda write: of_people(write["name"]), row.data["writes"]):
                written = (row.revision, write["element"], dump_json(write["value"]))
                found.setdefault((self._places[write["scope"]], write["name"]), []).append(written)
        for row in self._variables():
            last = found[self._places[row.scope], row.name][-1]
            assert (row.revision, row.element, dump_json(row.value)) == last
        return found

    def _variables(self) -> list[Any]:
        columns = (Variable.scope, Variable.name, Variable.value, Variable.revision, Variable.element)
        inner = select(Scope.key).where(Scope.kind != "collection")
        rows = self._county.rows(select(*columns).where(Variable.instance == self._case.key, Variable.scope.in_(inner)))
        return [row for row in rows if of_people(row.name)]

    def _tokens(self) -> list[Any]:
        columns = (Token.key, Token.element, Token.state, Token.scope)
        return self._county.rows(select(*columns).where(Token.instance == self._case.key))

    def _key(self, token: Any) -> Key:
        return token.element, int((*self._places[token.scope], "0", "0")[2])

    def _after(self) -> None:
        """Forgets the engine, and notes where the case's scopes are: history speaks of them when they are gone."""
        self._county.restart()
        columns = (Scope.key, Scope.kind, Scope.parent, Scope.host, Scope.flags)
        scopes = {row.key: row for row in self._county.rows(select(*columns).where(Scope.instance == self._case.key))}
        tokens = {row.key: row.element for row in self._tokens()}
        self._places.update((key, place_of(row, scopes, tokens)) for key, row in scopes.items())


@pytest.mark.timeout(1_800)
def test_different_keys_are_all_kept_and_of_the_same_key_the_last(county: County) -> None:
    deployed: set[str] = set()
    check_every_interleaving(partial(StoreRun, county, deployed), campaign(15, 1_000))
