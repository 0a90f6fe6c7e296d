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
from engine.kernel.migration_plan import Plan
from engine.kernel.model import Element
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
    _Listening(session, survey).adjust(executions)
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
        if "definition" in scope.flags:
            return
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
        inner = data.get("records", ())
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
        for inner in data.get("records", ()):
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
        _tell_subscription(plan, row)
    _tell_added(survey)
    plan.add_the_rest()
    return survey


@dataclass(frozen=True)
class _Fate:
    """What becomes of a subscription: the element that listens in the new version, None when nothing does."""

    element: Element | None
    again: bool
    """Whether it is armed anew, since what it waits for has changed."""


def _listener(row: SubscriptionRow) -> str:
    return str(row.data.get("start", row.element))


def _fate(plan: Plan, row: SubscriptionRow) -> _Fate:
    old = plan.old.elements[_listener(row)]
    target = plan.target(old.id)
    new = None if target is None else plan.new.elements[target]
    if new is None or _attached(plan, old) != (new.attached_to, new.scope):
        return _Fate(None, False)
    timers = all(event.kind == "timer" for event in new.events) and bool(new.events)
    if timers and row.kind == "timer":
        return _Fate(new, plan.recompute_timers or old.interrupting != new.interrupting)
    same = repr((old.events, old.receive, old.interrupting)) == repr((new.events, new.receive, new.interrupting))
    return _Fate(new, not same)


def _attached(plan: Plan, element: Element) -> tuple[str | None, tuple[str | None, ...]]:
    """Where the image of a listening element has to be."""
    host = None if element.attached_to is None else plan.target(element.attached_to)
    return host, plan.path(element.scope)


def _tell_subscription(plan: Plan, row: SubscriptionRow) -> None:
    fate, name = _fate(plan, row), _listener(row)
    if fate.element is None:
        if row.mode in ("boundary", "event_subprocess"):
            plan.add(
                "warning", "listener-removed", name, "不再监听此事件。", "It stops listening: the new version does not have it."
            )
    elif row.kind == "timer":
        due = "" if row.due is None else row.due.isoformat(timespec="minutes")
        if fate.again:
            plan.add("info", "timer-recomputed", name, "计时从现在起重新计算。", "Its time is counted anew from here on.")
        else:
            plan.add("info", "timer-kept", name, f"到期时间保持 {due}。", f"Its time stays {due}.")
    elif fate.again:
        plan.add("warning", "listener-changed", name, "改为按新版本监听。", "It listens as the new version says from here on.")


def _added_boundaries(plan: Plan, host: str) -> list[Element]:
    """Boundary events of an element of the new version that are no image of one it had before."""
    images = {plan.target(e.id) for e in plan.old.elements.values() if e.attached_to and plan.target(e.attached_to) == host}
    found = (e for e in plan.new.elements.values() if e.attached_to == host and e.id not in images)
    return [e for e in found if all(event.kind != "compensation" for event in e.events)]


def _added_subprocesses(plan: Plan, path: tuple[str, ...]) -> list[Element]:
    """Event subprocesses of a scope of the new version that are no image of one that was there before."""
    images = {plan.target(e.id) for e in plan.old.elements.values() if e.event_subprocess and plan.path(e.scope) == path}
    return [e for e in plan.new.elements.values() if e.event_subprocess and e.scope == path and e.id not in images]


def _tell_added(survey: _Survey) -> None:
    plan = survey.plan
    for row in survey.token_rows.values():
        host = plan.target(row.element)
        if host is not None and row.parent is None:
            for added in _added_boundaries(plan, host):
                plan.add(
                    "info", "listener-added", row.element, f"新增监听“{added.id}”。", f"It gains the boundary event '{added.id}'."
                )


class _Listening:
    """Brings what an instance listens to in line with the new version."""

    def __init__(self, session: Session, survey: _Survey) -> None:
        self._session = session
        self._plan = survey.plan
        self._rows = dict(survey.subscription_rows)

    def adjust(self, executions: list[Execution]) -> None:
        """Keeps, drops, arms anew and adds subscriptions."""
        again: dict[tuple[int | None, int, str], tuple[SubscriptionRow, Element]] = {}
        for row in self._rows.values():
            fate = _fate(self._plan, row)
            if fate.element is None:
                self._drop(row)
            elif fate.again:
                again.setdefault((row.token, row.scope, fate.element.id), (row, fate.element))
                self._drop(row)
            else:
                self._keep(row, fate.element)
        for row, element in again.values():
            self._arm(row, element)
        for execution in executions:
            self._add(execution)

    def _keep(self, row: SubscriptionRow, element: Element) -> None:
        subscriptions = self._session.subscriptions
        kept = subscriptions.get(row.key)
        if kept is None:
            raise AssertionError("the rows of an instance do not change while it is locked")
        if "start" in kept.data:
            kept.data["start"] = element.id
            kept.element = element.scope[-1]
        else:
            kept.element = element.id
            kept.name = element.id if kept.kind == "trigger" else kept.name
        subscriptions.changed(kept)

    def _drop(self, row: SubscriptionRow) -> None:
        kept = self._session.subscriptions.get(row.key)
        if kept is not None:
            self._session.subscriptions.drop(kept)

    def _arm(self, row: SubscriptionRow, element: Element) -> None:
        subscriptions = self._session.subscriptions
        if row.token is None:
            subscriptions.arm_event_subprocess(self._session.execution(row.scope), element.scope[-1], element.id)
            return
        token = self._session.token(row.token)
        if token is None:
            raise AssertionError("a subscription's token is there")
        subscriptions.arm_catch(token, element, row.mode)

    def _add(self, execution: Execution) -> None:
        path = execution.spec.path
        for element in _added_subprocesses(self._plan, path) if _listens(self._session, execution) else ():
            listening = dict(execution.spec.event_subprocesses).get(element.id)
            if listening is not None:
                self._session.subscriptions.arm_event_subprocess(execution, element.id, listening)
        for token in self._session.tokens_in(execution):
            if token._parent is None and not token.internal_data.get("compensates") and token._state != TaskState.ERROR:
                for element in _added_boundaries(self._plan, token.element):
                    self._session.subscriptions.arm_boundary(token, execution.spec.task_specs[element.id])


def _listens(session: Session, execution: Execution) -> bool:
    """Whether event subprocesses of a scope may start: not when it is being cancelled, nor when one has interrupted it."""
    if execution.flagged("ending") or execution.flagged("cancelling"):
        return False
    elements = execution.spec.model.elements
    started = (str(token.internal_data["start"]) for token in session.tokens_in(execution) if "start" in token.internal_data)
    return not any(elements[start].interrupting for start in started)


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
