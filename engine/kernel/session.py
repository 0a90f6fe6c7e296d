"""One step: the live objects that have been loaded, how more are loaded, and what has changed.

A session is made for one step and dropped with it, whatever happened. It loads the rows it touches and no others: a
token, the scopes around it when somebody asks for them, the tokens at a join, everything in a scope that is cancelled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, cast

from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.task import TaskState

from engine.errors import Conflict, ExpressionError
from engine.expressions import Expression, Template
from engine.kernel.compensation import Compensation
from engine.kernel.complex_join import test_complex
from engine.kernel.effects import IncidentRaised, InstanceEnded, TaskClosed
from engine.kernel.environment import BudgetExceeded, Environment, ModelFailure
from engine.kernel.execution import Execution, RootExecution, SubExecution
from engine.kernel.joins import test_inclusive
from engine.kernel.ledger import Ledger
from engine.kernel.model import NamedValue
from engine.kernel.process_spec import ProcessSpec
from engine.kernel.rows import JSON, Delta, InstanceRow, ScopeRow, StateSource, TokenRow
from engine.kernel.scope import DATA_KINDS, Scope
from engine.kernel.script_engine import Overlay
from engine.kernel.subscriptions import Subscriptions
from engine.kernel.token import BODY, STATES, Keys, Token

if TYPE_CHECKING:
    from engine.kernel.compile import CompiledDefinition


STEPS_BETWEEN_LOOKS = 64
"""Tokens that run between two looks at the time."""


class Session:
    """The state of one step."""

    root: RootExecution

    def __init__(self, source: StateSource, instance: InstanceRow, env: Environment, now: datetime) -> None:
        self.source = source
        self.instance = instance
        self.env = env
        self.now = now
        self.ledger = Ledger()
        self.subscriptions = Subscriptions(self)
        self.compensation = Compensation(self)
        self.tokens: dict[int, Token] = {}
        self.offspring: dict[int, Keys] = {}
        self.executions: dict[int, Execution] = {}
        self.ready: dict[int, Token] = {}
        self.to_check: dict[int, Execution] = {}
        self.joins_to_test: dict[int, Execution] = {}
        self.changed_tokens: dict[int, Token] = {}
        self.steps = 0
        self.writer: str | None = None
        """Element that is at work, for the history of variables."""
        self.completing: int | None = None
        """Token that a person completes in this step."""
        self.sent_to: TaskSpec | None = None
        """Where that token goes instead of its ways out."""
        self._scopes: dict[int, Scope] = {}
        self._opened: dict[int, int | None] = {}
        self._whole_scopes: set[int] = set()

    @cached_property
    def reserved(self) -> Mapping[str, JSON]:
        """Names that the runtime reserves."""
        return self.env.names(self.instance.key)

    def evaluate(self, expression: Expression | Template, scope: Scope) -> JSON:
        """The value of an expression, read in a scope. Raises ExpressionError."""
        scope.prefetch(expression.names)
        return expression.evaluate(scope)

    def condition(self, expression: Expression, scope: Scope, more: Mapping[str, JSON] | None = None) -> bool:
        """The truth of a condition, read in a scope; `more` are names in front of it. Raises ExpressionError."""
        scope.prefetch(expression.names)
        return expression.condition(scope if more is None else Overlay(more, scope))

    def text(self, template: Template | None, scope: Scope) -> str | None:
        """The text of a template, None when there is none. Raises ModelFailure when its value is no text."""
        if template is None:
            return None
        value = self.evaluate(template, scope)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise ModelFailure("expression", f"a text is needed where '{template.source}' gave something else")

    def values(self, items: Sequence[NamedValue], scope: Scope) -> dict[str, JSON]:
        """Names and values; an item without an expression is the variable of its name, left out if there is none."""
        scope.prefetch([name for item in items for name in ((item.name,) if item.value is None else item.value.names)])
        found: dict[str, JSON] = {}
        for item in items:
            if item.value is not None:
                found[item.name] = item.value.evaluate(scope)
            elif item.name in scope:
                found[item.name] = scope[item.name]
        return found

    def new_key(self) -> int:
        """A fresh key."""
        return self.env.new_key()

    def next_sequence(self) -> int:
        """A number that orders tokens, subscriptions and compensation records."""
        self.instance.sequence += 1
        return self.instance.sequence

    def declares(self, row: ScopeRow, name: str) -> bool:
        """Whether a scope's model declares a variable."""
        return row.kind not in DATA_KINDS and name in self.spec_of(row).declared

    def definition_ref(self, row: ScopeRow) -> str:
        """Reference of the definition whose elements run in a scope."""
        return str(row.flags.get("definition", self.instance.definition))

    def spec_of(self, row: ScopeRow) -> ProcessSpec:
        """The graph of a scope's elements."""
        definition: CompiledDefinition = self.env.definition(self.definition_ref(row))
        return definition.spec(row.process)

    def scope(self, key: int) -> Scope:
        """A scope, loaded when needed."""
        if key not in self._scopes:
            self.load_scopes([key])
        return self._scopes[key]

    def has_scope(self, key: int) -> bool:
        """Whether a scope has been loaded and is still there."""
        return key in self._scopes

    def open_root(self, process: str) -> None:
        """The scope of a new instance."""
        row = ScopeRow(key=self.instance.root_scope, kind="instance", process=process)
        scope = self._scopes[row.key] = Scope(self, row, stored=False)
        self.ledger.created |= {row.key, self.instance.key}
        self.touch_scope(scope)
        self._whole_scopes.add(row.key)
        self.root = cast(RootExecution, self.execution(row.key))

    def open_path(self, token: int | None) -> None:
        """Loads the root scope, and a token with its scopes, by one question for each kind of row."""
        rows = [] if token is None else self.source.tokens([token])
        keys = {self.instance.root_scope, *(key for row in rows for key in (row.scope, row.data_scope) if key is not None)}
        self.load_scopes(sorted(keys))
        self.root = cast(RootExecution, self.execution(self.instance.root_scope))
        self._adopt_tokens(rows)

    def load_scopes(self, keys: Iterable[int]) -> None:
        """Loads scopes with one question."""
        missing = [key for key in keys if key not in self._scopes]
        for row in self.source.scopes(missing) if missing else ():
            self._adopt_scope(row)

    def open_scope(
        self, kind: str, process: str, *, parent: Scope | None, host: int | None, flags: dict[str, JSON] | None = None
    ) -> Scope:
        """A new scope."""
        row = ScopeRow(
            key=self.new_key(),
            kind=kind,
            process=process,
            parent=None if parent is None else parent.key,
            host=host,
            flags=flags or {},
        )
        scope = self._scopes[row.key] = Scope(self, row, stored=False)
        self.ledger.created.add(row.key)
        self.touch_scope(scope)
        return scope

    def touch_scope(self, scope: Scope) -> None:
        """Notes that a scope's row has to be written."""
        self.ledger.scopes[scope.key] = scope.row

    def drop_scope(self, key: int) -> None:
        """Deletes a scope, its variables and its compensation records."""
        self._scopes.pop(key, None)
        self.ledger.gone_scopes.add(key)

    def _adopt_scope(self, row: ScopeRow) -> None:
        if row.key not in self._scopes and row.key not in self.ledger.gone_scopes:
            self._scopes[row.key] = Scope(self, row, stored=True)

    def execution(self, key: int) -> Execution:
        """An executing scope, loaded when needed."""
        if key not in self.executions:
            self.executions[key] = self._revive(self.scope(key))
        return self.executions[key]

    def open_execution(self, host: Token, kind: str, process: str, parent: Scope | None, flags: dict[str, JSON]) -> Execution:
        """A new executing scope inside a token."""
        above = host.execution.scope.row.flags
        inherited: dict[str, JSON] = {name: above[name] for name in ("definition", "calls") if name in above}
        flags = {**inherited, **flags}
        if flags.get("definition") == self.instance.definition:
            del flags["definition"]
        scope = self.open_scope(kind, process, parent=parent, host=host.key, flags=flags)
        self._opened[host.key] = scope.key
        self._whole_scopes.add(scope.key)
        return self.execution(scope.key)

    def opened_by(self, token: Token) -> Execution | None:
        """The executing scope that a token opened and that is still there."""
        if token.key not in self._opened:
            if token.stored:
                self._load_opened([token.key])
            else:
                self._opened[token.key] = None
        key = self._opened[token.key]
        return None if key is None else self.execution(key)

    def close(self, execution: Execution) -> None:
        """Forgets an executing scope."""
        self.executions.pop(execution.key, None)
        self.to_check.pop(execution.key, None)
        self.joins_to_test.pop(execution.key, None)
        if execution.scope.row.host is not None:
            self._opened[execution.scope.row.host] = None
        self.drop_scope(execution.key)

    def _revive(self, scope: Scope) -> Execution:
        kind = RootExecution if scope.key == self.instance.root_scope else SubExecution
        execution = kind(self, self.spec_of(scope.row), scope)
        return execution

    def _load_opened(self, keys: Sequence[int]) -> None:
        for key in keys:
            self._opened[key] = None
        for row in self.source.scopes_of(keys):
            if row.key in self.ledger.gone_scopes or row.kind in DATA_KINDS:
                continue
            self._adopt_scope(row)
            if row.host is not None:
                self._opened[row.host] = row.key

    def token(self, key: int) -> Token | None:
        """A live token, loaded when needed; None when there is none."""
        if key not in self.tokens and key not in self.ledger.gone_tokens:
            self._adopt_tokens(self.source.tokens([key]))
        return self.tokens.get(key)

    def bodies(self, token: Token) -> list[Token]:
        """Every live body of a token."""
        if token.stored and token.task_spec.has_bodies:
            self._adopt_tokens(self.source.children(token.key))
        return sorted(token.bodies, key=lambda child: child.sequence)

    def tokens_in(self, execution: Execution) -> list[Token]:
        """Every live token of an executing scope."""
        if execution.key not in self._whole_scopes:
            self._whole_scopes.add(execution.key)
            self._adopt_tokens(self.source.tokens_in(execution.key))
            self._load_around(execution)
        return sorted(execution.tasks.values(), key=lambda token: token.sequence)

    def tokens_at(self, execution: Execution, element: str) -> list[Token]:
        """The live tokens at one element of a scope."""
        here = [token for token in execution.tasks.values() if token.element == element]
        if len(here) < execution.scope.row.at.get(element, 0):
            self._adopt_tokens(self.source.tokens_in(execution.key, element))
            here = [token for token in execution.tasks.values() if token.element == element]
        return sorted(here, key=lambda token: token.sequence)

    def _load_around(self, execution: Execution) -> None:
        # What cancelling needs: two questions for the whole scope instead of two for each token.
        stored = [token for token in execution.tasks.values() if token.stored]
        hosts = [t.key for t in stored if t.task_spec.opens_scope and t.key not in self._opened]
        if hosts:
            self._load_opened(hosts)
        self.subscriptions.load_of([token for token in stored if token.task_spec.boundary or token.task_spec.waits])

    def _adopt_tokens(self, rows: Iterable[TokenRow]) -> None:
        for row in rows:
            if row.key in self.tokens or row.key in self.ledger.gone_tokens:
                continue
            execution = self.execution(row.scope)
            name = row.element + BODY if row.internal.get("body") else row.element
            token = Token(
                execution,
                execution.spec.task_specs[name],
                key=row.key,
                sequence=row.sequence,
                parent=row.parent,
                stored=True,
            )
            token._state = STATES[row.state]
            token.internal_data = row.internal
            token.seat = row.data_scope

    def fail(self, token: Token, phase: str, failure: ModelFailure | ExpressionError) -> None:
        """Stops a token in an incident. `phase` says where it is to go on when it is retried."""
        code = failure.code if isinstance(failure, ModelFailure) else "expression"
        again = token._state == TaskState.ERROR and "failed" in token.internal_data
        token.internal_data["failed"] = phase
        token.touch()
        if token._state != TaskState.ERROR:
            token._set_state(TaskState.ERROR)
        if phase == "leave" and token.internal_data.pop("open", None):
            # The person's work is done and kept; only the way out is missing.
            self.ledger.effect(TaskClosed(token=token.key, element=token.element, completed=True))
        if not again:
            self.ledger.effect(IncidentRaised(token=token.key, element=token.element, code=code, message=str(failure)))

    def body_done(self, parent: Token, body: Token, scope: Scope | None) -> None:
        """Tells a token that one of its bodies has ended, then forgets the body's variables."""
        self.writer = parent.element
        try:
            parent.task_spec.body_done(parent, body, scope)
        except (ModelFailure, ExpressionError) as failure:
            self.fail(parent, "bodies", failure)
        if scope is not None:
            self.drop_scope(scope.key)

    def ad_hoc_progress(self, token: Token) -> None:
        """Cancels what is left in an ad-hoc subprocess when its condition comes true, if that is how it ends."""
        execution = token.execution
        ad_hoc = execution.spec.ad_hoc
        if ad_hoc is None or ad_hoc.condition is None or not ad_hoc.cancel_remaining or execution.live <= 1:
            return
        try:
            met = self.condition(ad_hoc.condition, execution.scope)
        except ExpressionError as failure:
            if execution.host is not None:
                self.fail(execution.host, "scope", failure)
            return
        for other in self.tokens_in(execution) if met else ():
            if other is not token:
                other.cancel()

    def end_instance(self) -> None:
        """The root scope has run out of tokens."""
        self.instance.state = str(self.root.scope.row.flags.pop("ending", "completed"))
        self.compensation.forget(self.root)
        self.ledger.effect(InstanceEnded(state=self.instance.state))

    def run(self) -> None:
        """Runs ready tokens until nothing can move. Raises BudgetExceeded."""
        while True:
            if self.to_check:
                self.to_check.pop(next(iter(self.to_check))).check()
            elif self.ready:
                self._run_one(self.ready[next(iter(self.ready))])
            elif not (self._test_joins() or self.subscriptions.test_conditions()):
                return

    def _run_one(self, token: Token) -> None:
        self.steps += 1
        if self.steps > self.env.budget.steps:
            raise BudgetExceeded(
                "budget",
                "Expected to run instance '{instance}', but one step took more than {limit} tokens",
                instance=self.instance.key,
                limit=self.env.budget.steps,
                element=token.element,
            )
        if self.steps % STEPS_BETWEEN_LOOKS == 0 and self.env.elapsed() > self.env.budget.seconds:
            raise BudgetExceeded(
                "budget",
                "Expected to run instance '{instance}', but one step took more than {limit} seconds",
                instance=self.instance.key,
                limit=self.env.budget.seconds,
                element=token.element,
            )
        token.run()

    def _test_joins(self) -> bool:
        changed, self.joins_to_test = self.joins_to_test, {}
        fired = [test(execution) for execution in changed.values() for test in (test_inclusive, test_complex)]
        return any(fired)

    def delta(self) -> Delta:
        """The rows to store."""
        for token in self.changed_tokens.values():
            self.ledger.tokens[token.key] = token.row()
        return self.ledger.delta(self.instance)

    def check_alive(self) -> None:
        """Refuses to move an instance that has ended. Raises Conflict."""
        if self.instance.state != "active":
            raise Conflict(
                "instance-ended",
                "Expected to move instance '{instance}', but it is {state}",
                instance=self.instance.key,
                state=self.instance.state,
            )
