"""Moves a live instance to another version of its process: every token, scope, subscription and compensation record.

All rows of the instance's own process are read, checked and rewritten; a called process keeps its version. Then the step
goes on in the new version: what listens there and did not before is armed, what no longer listens is dropped, and joins
that have what they need go on. Nothing is migrated unless everything is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from SpiffWorkflow.util.task import TaskState

from engine.errors import Conflict
from engine.kernel.complex_join import RESETS
from engine.kernel.environment import Environment
from engine.kernel.execution import Execution
from engine.kernel.joins import arrive_at_parallel
from engine.kernel.migration_listening import Listening, tell_added, tell_subscription
from engine.kernel.migration_plan import Plan
from engine.kernel.rows import JSON, CompensationRow, InstanceRow, ScopeRow, StateSource, SubscriptionRow, TokenRow
from engine.kernel.scope import DATA_KINDS
from engine.kernel.session import Session
from engine.kernel.specs import ParallelGatewaySpec
from engine.kernel.token import Token
from engine.kernel.triggers import Migrate


def plan_migration(source: StateSource, trigger: Migrate, env: Environment) -> Plan:
    """Looks at an instance and tells what a migration would do, errors included; nothing is refused but unknown names."""
    return _survey(source, source.instance(), trigger, env).plan


def migrated_session(source: StateSource, trigger: Migrate, now: datetime, env: Environment) -> Session:
    """A session over the instance as it stands in the new version. Raises NotMigratable, Conflict, Invalid."""
    instance = source.instance()
    if trigger.definition == instance.definition:
        raise Conflict("same-version", "Expected another version, but instance '{instance}' runs it", instance=instance.key)
    survey = _survey(source, instance, trigger, env)
    survey.plan.conclude()
    survey.rewrite()
    session = Session(survey, replace(instance, definition=trigger.definition), env, now)
    session.check_alive()
    session.open_path(None)
    return session


def migrate(session: Session, trigger: Migrate) -> None:
    """Writes what the new version makes of the rows, and lets it listen and go on as it says."""
    survey = session.source
    if not isinstance(survey, _Survey):
        raise AssertionError("a migration has a session of its own")
    session.load_scopes(sorted(survey.scope_rows))
    for key in survey.changed_scopes:
        session.touch_scope(session.scope(key))
    executions = [session.execution(key) for key in sorted(survey.executing)]
    for execution in executions:
        for token in session.tokens_in(execution):
            token.touch()
    for record in survey.compensation_rows.values():
        session.ledger.compensations[record.key] = record
    Listening(session, survey.plan, survey.subscription_rows.values()).adjust(executions)
    for execution in executions:
        _go_on(session, execution)


@dataclass
class _Survey(StateSource):
    """Every row of the instance's own process; what belongs to called processes is asked of the store."""

    source: StateSource
    row: InstanceRow
    plan: Plan
    scope_rows: dict[int, ScopeRow] = field(default_factory=dict)
    token_rows: dict[int, TokenRow] = field(default_factory=dict)
    subscription_rows: dict[int, SubscriptionRow] = field(default_factory=dict)
    compensation_rows: dict[int, CompensationRow] = field(default_factory=dict)
    executing: set[int] = field(default_factory=set)
    """Scopes in which elements of the instance's own process run."""
    pinned: dict[int, ScopeRow] = field(default_factory=dict)
    """Scopes of called processes that ran on the instance's version without saying so; they say so from here on."""

    @property
    def changed_scopes(self) -> list[int]:
        """Scopes whose rows have to be written."""
        return sorted({*self.scope_rows, *self.pinned})

    def read(self, key: int) -> None:
        """Reads a scope and everything in it."""
        self.executing.add(key)
        tokens = self.source.tokens_in(key)
        self.token_rows.update((row.key, row) for row in tokens)
        keys = [row.key for row in tokens]
        for row in (*self.source.subscriptions_of(keys), *self.source.subscriptions_in(key)):
            self.subscription_rows[row.key] = row
        self.compensation_rows.update((row.key, row) for row in self.source.compensations(key))
        for scope in self.source.scopes_of(keys):
            if scope.kind == "call":
                self._pin(scope)
                continue
            self.scope_rows[scope.key] = scope
            if scope.kind not in DATA_KINDS:
                self.read(scope.key)

    def _pin(self, scope: ScopeRow) -> None:
        # A scope inside may not say so though the one around it does: it was opened while both versions were the same.
        if "definition" not in scope.flags:
            self.pinned[scope.key] = replace(scope, flags={**scope.flags, "definition": self.row.definition})
        inside = self.source.scopes_of(row.key for row in self.source.tokens_in(scope.key))
        for inner in inside:
            if inner.kind not in DATA_KINDS:
                self._pin(inner)

    def check(self) -> None:
        """Lets the plan look at every row."""
        for row in self.token_rows.values():
            self.plan.check_token(row)
        for record in self.compensation_rows.values():
            if not self._keeps(record.activity, record.data):
                self.plan.error(
                    "compensation-lost",
                    record.activity,
                    "已办事项的补偿在新版本中没有对应元素。",
                    "What was done here could not be undone in the new version.",
                )

    def _keeps(self, activity: str, data: dict[str, JSON]) -> bool:
        names = [activity, *([data["handler"]] if "handler" in data else [])]
        inner = _own_records(data)
        return all(self.plan.target(str(name)) for name in names) and all(self._keeps(r["activity"], r) for r in inner)

    def rewrite(self) -> None:
        """Gives every row its place in the new version."""
        for token in self.token_rows.values():
            token.element = self._target(token.element)
            self._rewrite_marks(token)
        for scope in self.scope_rows.values():
            process, *path = scope.process.split("/")
            scope.process = "/".join((process, *(self._target(part) for part in path)))
            at: dict[str, int] = {}
            for element, number in scope.at.items():
                at[self._target(element)] = at.get(self._target(element), 0) + number
            scope.at = at
            if RESETS in scope.flags:
                resets = scope.flags[RESETS].items()
                scope.flags[RESETS] = {self._target(name): [self._target(s) for s in sources] for name, sources in resets}
        for record in self.compensation_rows.values():
            record.activity = self._target(record.activity)
            self._rewrite_record(record.data)

    def _rewrite_marks(self, token: TokenRow) -> None:
        marks = token.internal
        for name in ("from", "start", "chosen"):
            if name in marks:
                marks[name] = self._target(str(marks[name]))
        if "need" in marks:
            marks["need"] = {self._target(name): number for name, number in marks["need"].items()}

    def _rewrite_record(self, data: dict[str, JSON]) -> None:
        if "handler" in data:
            data["handler"] = self._target(str(data["handler"]))
        for inner in _own_records(data):
            inner["activity"] = self._target(inner["activity"])
            self._rewrite_record(inner)

    def _target(self, element: str) -> str:
        # An element without a token may be gone; then its name means nothing any more and may stay.
        return self.plan.target(element) or element

    # The StateSource

    def instance(self) -> InstanceRow:
        return self.row

    def scopes(self, keys: Iterable[int]) -> list[ScopeRow]:
        wanted = list(keys)
        known = [row for key in wanted if (row := self._scope(key)) is not None]
        return [*known, *self.source.scopes(key for key in wanted if self._scope(key) is None)]

    def _scope(self, key: int) -> ScopeRow | None:
        return self.scope_rows.get(key) or self.pinned.get(key)

    def scopes_of(self, hosts: Iterable[int]) -> list[ScopeRow]:
        return [self._scope(row.key) or row for row in self.source.scopes_of(hosts)]

    def tokens(self, keys: Iterable[int]) -> list[TokenRow]:
        return [self.token_rows.get(row.key, row) for row in self.source.tokens(keys)]

    def tokens_in(self, scope: int, element: str | None = None) -> list[TokenRow]:
        if scope not in self.executing:
            return self.source.tokens_in(scope, element)
        found = [row for row in self.token_rows.values() if row.scope == scope and element in (None, row.element)]
        return sorted(found, key=lambda row: row.sequence)

    def children(self, token: int) -> list[TokenRow]:
        return [self.token_rows.get(row.key, row) for row in self.source.children(token)]

    def subscriptions_of(self, tokens: Iterable[int]) -> list[SubscriptionRow]:
        return self._known(self.source.subscriptions_of(tokens))

    def subscriptions_in(self, scope: int) -> list[SubscriptionRow]:
        return self._known(self.source.subscriptions_in(scope))

    def subscriptions(self, kind: str, name: str | None = None) -> list[SubscriptionRow]:
        return self._known(self.source.subscriptions(kind, name))

    def subscription(self, key: int) -> SubscriptionRow | None:
        row = self.source.subscription(key)
        return None if row is None else self.subscription_rows.get(key, row)

    def _known(self, rows: list[SubscriptionRow]) -> list[SubscriptionRow]:
        return [self.subscription_rows.get(row.key, row) for row in rows]

    def compensations(self, scope: int) -> list[CompensationRow]:
        return [self.compensation_rows.get(row.key, row) for row in self.source.compensations(scope)]

    def variables(self, scope: int, names: Iterable[str] | None = None) -> dict[str, JSON]:
        return self.source.variables(scope, names)


def _own_records(data: dict[str, JSON]) -> list[dict[str, JSON]]:
    """What can be undone inside; a called process keeps its own version, and the names of that."""
    return [] if "called" in data else data.get("records", [])


def _survey(source: StateSource, instance: InstanceRow, trigger: Migrate, env: Environment) -> _Survey:
    [root] = source.scopes([instance.root_scope])
    old = env.definition(instance.definition).processes[root.process]
    new = env.definition(trigger.definition).processes.get(root.process)
    if new is None:
        raise Conflict("other-process", "Expected another version of process '{process}', but it is none", process=root.process)
    plan = Plan(old=old, new=new, mapping=trigger.mapping, recompute_timers=trigger.recompute_timers)
    survey = _Survey(source=source, row=instance, plan=plan)
    survey.scope_rows[root.key] = root
    survey.read(root.key)
    survey.check()
    for row in survey.subscription_rows.values():
        tell_subscription(plan, row)
    tell_added(plan, survey.token_rows.values())
    plan.add_the_rest()
    return survey


def _go_on(session: Session, execution: Execution) -> None:
    """Lets joins go on that have in the new version what they wait for."""
    execution.look_at_joins()
    for name in list(execution.scope.row.at):
        spec = execution.spec.task_specs.get(name)
        if not isinstance(spec, ParallelGatewaySpec):
            continue
        waiting: list[Token] = [t for t in session.tokens_at(execution, name) if t._state == TaskState.WAITING]
        if len(spec._inputs) < 2:
            for token in waiting:
                token._ready()
        elif waiting and arrive_at_parallel(spec._inputs, waiting[-1]):
            waiting[-1]._ready()
