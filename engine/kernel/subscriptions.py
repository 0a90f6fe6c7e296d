"""What an instance waits for, as rows: catches, boundary events, event subprocesses and gateways' arms.

A subscription is not a token: boundary events and event subprocesses become tokens only when they fire, so they can fire
again, several at once, and survive a restart like any other row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.errors import EngineError, ExpressionError
from engine.expressions import compile_expression
from engine.kernel import correlation
from engine.kernel.environment import ModelFailure
from engine.kernel.model import Element, EventModel, ReceiveModel, TimerModel
from engine.kernel.rows import JSON, SubscriptionRow
from engine.kernel.scope import COUNTERS, Scope
from engine.kernel.timers import TimerFault, first_firing, next_firing

if TYPE_CHECKING:
    from engine.kernel.execution import Execution
    from engine.kernel.session import Session
    from engine.kernel.specs import KernelSpec
    from engine.kernel.token import Token

CONDITIONALS = "conditionals"
"""Flag of the root scope: how many conditional subscriptions the instance has."""


class Subscriptions:
    """The subscriptions of one instance, as far as this step has loaded or made them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: dict[int, SubscriptionRow] = {}
        self._complete: set[int] = set()
        self._untested: set[int] = set()
        self.held = False
        """Whether conditions are left alone in this step."""

    # Arming

    def arm_catch(self, token: Token, element: Element, mode: str = "catch", events: Sequence[EventModel] | None = None) -> None:
        """Subscribes a waiting token to the events of an element, or to some of them. Raises ModelFailure or ExpressionError."""
        self.load_of([token])
        self._complete.add(token.key)
        if events is None:
            events = element.events or (EventModel(kind="trigger", name=element.id),)
        if element.parallel_multiple and len(events) > 1:
            token.internal_data.setdefault("need", {})[element.id] = len(events)
            token.touch()
        for event in events:
            self._arm(event, element, mode, token.execution, token.data, token)

    def arm_boundary(self, token: Token, spec: KernelSpec) -> None:
        """Subscribes the host of a boundary event. Raises ModelFailure or ExpressionError."""
        self.arm_catch(token, spec.element, "boundary")

    def arm_event_subprocess(self, execution: Execution, subprocess: str, event: str) -> None:
        """Subscribes a scope to the start event of one of its event subprocesses. Raises ModelFailure or ExpressionError."""
        start = execution.spec.model.elements[event]
        for definition in start.events:
            self._arm(definition, start, "event_subprocess", execution, execution.scope, None, at=subprocess)

    def _arm(
        self,
        event: EventModel,
        element: Element,
        mode: str,
        execution: Execution,
        scope: Scope,
        token: Token | None,
        at: str | None = None,
    ) -> None:
        row = SubscriptionRow(
            key=0,
            kind=event.kind,
            name=event.name,
            mode=mode,
            scope=execution.key,
            token=None if token is None else token.key,
            element=at or element.id,
            sequence=0,
            interrupting=element.interrupting,
        )
        if at is not None:
            row.data["start"] = element.id
        self._fill(row, event, element.receive, scope)
        row.key, row.sequence = self._session.new_key(), self._session.next_sequence()
        self._rows[row.key] = row
        self._session.ledger.created.add(row.key)
        self._session.ledger.subscriptions[row.key] = row
        if row.kind == "conditional":
            self._count_conditionals(1)
            self._untested.add(row.key)

    def _fill(self, row: SubscriptionRow, event: EventModel, receive: ReceiveModel | None, scope: Scope) -> None:
        if event.kind == "timer" and event.timer is not None:
            self._fill_timer(row, event.timer, scope)
        elif event.kind == "message":
            row.correlation.update(correlation.expected(self._session, event, receive, scope))
            if event.properties:
                row.data["properties"] = {item.name: [item.source, list(item.keys)] for item in event.properties}
        elif event.kind == "conditional" and event.condition is not None:
            row.data.update(condition=event.condition.source, names=sorted(event.condition.names), last=False)

    def _fill_timer(self, row: SubscriptionRow, timer: TimerModel, scope: Scope) -> None:
        text = self._session.evaluate(timer.value, scope)
        if not isinstance(text, str):
            raise ModelFailure("timer", f"the time '{timer.value.source}' gave no text")
        calendar = None if timer.calendar is None else str(self._session.evaluate(timer.calendar, scope))
        try:
            firing = first_firing(timer.kind, text, self._session.now, calendar, self._session.env.due)
        except (TimerFault, EngineError) as fault:
            raise ModelFailure("timer", str(fault)) from fault
        row.due = firing.due
        row.data["armed"] = self._session.now.isoformat()
        if firing.fixed:
            row.data["fixed"] = True
        if calendar is not None:
            # What `due` was reckoned from: when the calendar changes, it is reckoned again.
            row.data.update(calendar=calendar, base=self._session.now.isoformat())
            if firing.term is not None:
                row.data["term"] = firing.term
        if firing.every is not None:
            row.data.update(every=firing.every, left=firing.left)

    # Finding

    def get(self, key: int) -> SubscriptionRow | None:
        """One subscription of the instance."""
        if key not in self._rows and key not in self._session.ledger.gone_subscriptions:
            row = self._session.source.subscription(key)
            self._adopt(() if row is None else (row,))
        return self._rows.get(key)

    def of_kind(self, kind: str, name: str | None = None) -> list[SubscriptionRow]:
        """All subscriptions of the instance of a kind, and of a name if one is given, oldest first."""
        self._adopt(self._session.source.subscriptions(kind, name))
        found = [row for row in self._rows.values() if row.kind == kind and (name is None or row.name == name)]
        return sorted(found, key=lambda row: row.sequence)

    def of_token(self, token: Token) -> list[SubscriptionRow]:
        """The subscriptions of one token, oldest first."""
        self.load_of([token])
        return self._sorted(row for row in self._rows.values() if row.token == token.key)

    def in_scope(self, execution: Execution) -> list[SubscriptionRow]:
        """The subscriptions of a scope itself, oldest first."""
        if not execution.spec.event_subprocesses:
            return []
        self._adopt(self._session.source.subscriptions_in(execution.key))
        return self._sorted(row for row in self._rows.values() if row.token is None and row.scope == execution.key)

    def load_of(self, tokens: Sequence[Token]) -> None:
        """Loads the subscriptions of tokens with one question."""
        missing = [
            t.key for t in tokens if t.stored and t.key not in self._complete and (t.task_spec.boundary or t.task_spec.waits)
        ]
        if missing:
            self._complete.update(missing)
            self._adopt(self._session.source.subscriptions_of(missing))

    def _adopt(self, rows: Iterable[SubscriptionRow]) -> None:
        for row in rows:
            if row.key not in self._session.ledger.gone_subscriptions:
                self._rows.setdefault(row.key, row)

    @staticmethod
    def _sorted(rows: Iterable[SubscriptionRow]) -> list[SubscriptionRow]:
        return sorted(rows, key=lambda row: row.sequence)

    # Dropping

    def drop_of(self, token: Token) -> None:
        """Ends what a token waits for."""
        if token.task_spec.boundary or token.task_spec.waits:
            for row in self.of_token(token):
                self.drop(row)

    def drop_in(self, execution: Execution) -> None:
        """Ends what a scope itself waits for."""
        for row in self.in_scope(execution):
            self.drop(row)

    def drop(self, row: SubscriptionRow) -> None:
        """Ends one subscription."""
        if self._rows.pop(row.key, None) is None:
            return
        self._session.ledger.gone_subscriptions.add(row.key)
        self._untested.discard(row.key)
        if row.kind == "conditional":
            self._count_conditionals(-1)

    # Firing

    def fire(self, row: SubscriptionRow, payload: Mapping[str, JSON] | None = None) -> None:
        """The event has happened."""
        execution = self._session.execution(row.scope)
        token = None if row.token is None else self._session.token(row.token)
        self._session.writer = row.element
        if token is None:
            self._fire_event_subprocess(row, execution, payload or {})
            return
        if payload:
            token.data.update(correlation.accepted(execution.spec.model.elements[row.element].receive, payload))
        if self._still_needs(row, token):
            return
        if row.mode == "boundary":
            self._fire_boundary(row, execution, token)
        else:
            self._fire_catch(row, token)

    def _still_needs(self, row: SubscriptionRow, token: Token) -> bool:
        needed = token.internal_data.get("need", {})
        if needed.get(row.element, 1) <= 1:
            return False
        needed[row.element] -= 1
        token.touch()
        self.drop(row)
        return True

    def _fire_catch(self, row: SubscriptionRow, token: Token) -> None:
        self.drop_of(token)
        if row.mode == "gateway":
            token.internal_data["chosen"] = row.element
        token.internal_data["fired"] = True
        if token._state == TaskState.WAITING:
            token._ready()

    def _fire_boundary(self, row: SubscriptionRow, execution: Execution, host: Token) -> None:
        # The new token first: without it the scope would be empty for a moment, and end.
        token = execution.new_token(row.element, fired=True)
        if row.interrupting:
            host.outcome = "error" if row.kind == "error" else "cancelled"
            host.cancel()
        elif row.element in host.internal_data.get("need", {}):
            # All of several parallel events have happened: it waits for all of them again.
            self.drop(row)
            self.arm_boundary(host, execution.spec.task_specs[row.element])
        else:
            self._again(row)
        token.enter()

    def _fire_event_subprocess(self, row: SubscriptionRow, execution: Execution, payload: Mapping[str, JSON]) -> None:
        start = execution.spec.model.elements[str(row.data["start"])]
        marks: dict[str, JSON] = {"start": start.id}
        came = dict(correlation.accepted(start.receive, payload))
        several = start.parallel_multiple and len(start.events) > 1
        if several:
            missing, came = self._collect(row, execution, start, came)
            if missing:
                return
        if came:
            marks["payload"] = came
        token = execution.new_token(row.element, **marks)
        if row.interrupting:
            execution.clear(keep=token)
        elif several:
            self.drop(row)
            self.arm_event_subprocess(execution, row.element, start.id)
        else:
            self._again(row)
        token.enter()

    def _collect(
        self, row: SubscriptionRow, execution: Execution, start: Element, came: dict[str, JSON]
    ) -> tuple[int, dict[str, JSON]]:
        """One of several parallel start events has happened: how many are missing, and what all that came have brought."""
        mark = f"came:{start.id}"
        missing, before = execution.scope.row.flags.pop(mark, (len(start.events), {}))
        missing, came = missing - 1, {**before, **came}
        if missing:
            execution.flag(mark, [missing, came])
            self.drop(row)
        self._session.touch_scope(execution.scope)
        return missing, came

    def _again(self, row: SubscriptionRow) -> None:
        if row.kind != "timer" or row.due is None:
            return
        every, calendar = row.data.get("every"), row.data.get("calendar")
        env, now = self._session.env, self._session.now
        firing = None if every is None else next_firing(row.due, every, row.data.get("left"), now, calendar, env.due)
        if firing is None:
            self.drop(row)
            return
        if calendar is not None:
            row.data.update(base=row.due.isoformat(), fired=now.isoformat())
            row.data.pop("pauses", None)
        row.due = firing.due
        row.data["left"] = firing.left
        self.changed(row)

    def put_off_timers(self, since: datetime) -> None:
        """Moves every timer that was still running at `since` by the time that has passed; one set to a date stays."""
        env, now = self._session.env, self._session.now
        for row in self.of_kind("timer"):
            if "armed" not in row.data:
                self._fill_old_timer(row, since)
            start = max(since, datetime.fromisoformat(row.data["armed"]))
            if row.due is None or row.due <= start or row.data.get("fixed"):
                continue
            row.due = env.put_off(row.due, row.data.get("calendar"), start, now)
            if "base" in row.data:
                row.data["pauses"] = [*row.data.get("pauses", ()), [start.isoformat(), now.isoformat()]]
            self.changed(row)

    def _fill_old_timer(self, row: SubscriptionRow, since: datetime) -> None:
        """Timers of the first schema say neither when they were armed nor how they were set: the model does.

        None of them was armed while its instance was suspended. A time that cannot be reckoned any more is no date.
        """
        execution = self._session.execution(row.scope)
        element = execution.spec.model.elements[str(row.data.get("start", row.element))]
        timer = next(event.timer for event in element.events if event.timer is not None)
        token = None if row.token is None else self._session.token(row.token)
        scope = execution.scope if token is None else token.data
        row.data["armed"] = since.isoformat()
        try:
            calendar = None if timer.calendar is None else str(self._session.evaluate(timer.calendar, scope))
            text = str(self._session.evaluate(timer.value, scope))
            firing = first_firing(timer.kind, text, since, calendar, self._session.env.due)
        except (TimerFault, EngineError):
            return
        if firing.fixed:
            row.data["fixed"] = True
        if calendar is not None:
            row.data["calendar"] = calendar

    def changed(self, row: SubscriptionRow) -> None:
        """Notes that a subscription's row has to be written."""
        self._session.ledger.subscriptions[row.key] = row

    # Conditions

    def _count_conditionals(self, by: int) -> None:
        root = self._session.root
        root.flag(CONDITIONALS, root.scope.row.flags.get(CONDITIONALS, 0) + by)

    def ask_all_conditions(self) -> None:
        """Lets every condition be asked at the end of the step."""
        self._untested.update(row.key for row in self.of_kind("conditional"))

    def test_conditions(self) -> bool:
        """Asks the conditions whose names were written, and fires those that have come true. True when one has fired."""
        if self.held:
            return False
        written, self._session.ledger.written = self._session.ledger.written, set()
        untested, self._untested = self._untested, set()
        if not self._session.root.scope.row.flags.get(CONDITIONALS) or not (written or untested):
            return False
        fired = False
        for row in self.of_kind("conditional"):
            names = set(row.data.get("names", ()))
            if row.key in self._rows and (row.key in untested or names & written or not names.isdisjoint(COUNTERS)):
                fired = self._test_condition(row) or fired
        return fired

    def _test_condition(self, row: SubscriptionRow) -> bool:
        value = self._holds(row)
        before = bool(row.data.get("last"))
        if value != before:
            row.data["last"] = value
            self.changed(row)
        if value and not before:
            self.fire(row)
            return True
        return False

    def _holds(self, row: SubscriptionRow) -> bool:
        token = None if row.token is None else self._session.token(row.token)
        scope = self._session.execution(row.scope).scope if token is None else token.data
        try:
            return self._session.condition(compile_expression(str(row.data["condition"])), scope)
        except ExpressionError as failure:
            # A name that is not there yet makes the condition false. Anything else a waiting token must not hide.
            if failure.code != "missing-name" and token is not None and row.mode == "catch":
                self.drop_of(token)
                self._session.fail(token, "enter", failure)
            return False
