"""What an instance listens to when it is moved to another version: subscriptions stay, go, are armed anew, or come.

A timer keeps its time unless the caller wants it reckoned anew; what waits for another event than before is armed anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from SpiffWorkflow.util.task import TaskState

from engine.kernel.continuation import MARK
from engine.kernel.execution import Execution
from engine.kernel.migration_plan import Plan
from engine.kernel.model import Element, ProcessModel
from engine.kernel.process_spec import ProcessSpec
from engine.kernel.rows import SubscriptionRow, TokenRow
from engine.kernel.session import Session
from engine.kernel.token import Token

EVENT_GATEWAY = "eventBasedGateway"


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


def tell_subscription(plan: Plan, row: SubscriptionRow) -> None:
    """Adds what becomes of a subscription."""
    fate, name = _fate(plan, row), _listener(row)
    if fate.element is None:
        if row.mode in ("boundary", "event_subprocess", "gateway"):
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


def _added_arms(plan: Plan, gateway: str) -> list[Element]:
    """Events behind an event-based gateway of the new version that are no image of one that was there before."""
    before = [e for e in plan.old.elements.values() if e.type == EVENT_GATEWAY and plan.target(e.id) == gateway]
    images = {plan.target(arm) for element in before for arm in _arms(plan.old, element)}
    after = plan.new.elements.get(gateway)
    return [] if after is None else [plan.new.elements[arm] for arm in _arms(plan.new, after) if arm not in images]


def _arms(model: ProcessModel, element: Element) -> list[str]:
    return [model.flows[flow].target for flow in element.outgoing] if element.type == EVENT_GATEWAY else []


def _added_subprocesses(plan: Plan, path: tuple[str, ...]) -> list[Element]:
    """Event subprocesses of a scope of the new version that are no image of one that was there before."""
    images = {plan.target(e.id) for e in plan.old.elements.values() if e.event_subprocess and plan.path(e.scope) == path}
    return [e for e in plan.new.elements.values() if e.event_subprocess and e.scope == path and e.id not in images]


def tell_added(plan: Plan, rows: Iterable[TokenRow]) -> None:
    """Adds what tokens will wait for that they have not waited for before."""
    for row in rows:
        host = plan.target(row.element)
        if host is None or row.parent is not None:
            continue
        added = [*(_added_boundaries(plan, host) if MARK not in row.internal else ()), *_added_arms(plan, host)]
        for event in added:
            plan.add("info", "listener-added", row.element, f"新增监听“{event.id}”。", f"It gains the event '{event.id}'.")


class Listening:
    """Brings what an instance listens to in line with the new version."""

    def __init__(self, session: Session, plan: Plan, rows: Iterable[SubscriptionRow]) -> None:
        self._session = session
        self._plan = plan
        self._rows = list(rows)

    def adjust(self, executions: list[Execution]) -> None:
        """Keeps, drops, arms anew and adds subscriptions."""
        again: dict[tuple[int | None, int, str], tuple[SubscriptionRow, Element]] = {}
        for row in self._rows:
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
                self._add_events(token, execution.spec)

    def _add_events(self, token: Token, spec: ProcessSpec) -> None:
        # A token that waits for its job has not begun or is done: its events are armed when it begins, or are over.
        for element in _added_boundaries(self._plan, token.element) if MARK not in token.internal_data else ():
            self._session.subscriptions.arm_boundary(token, spec.task_specs[element.id])
        for element in _added_arms(self._plan, token.element) if token._state == TaskState.WAITING else ():
            self._session.subscriptions.arm_catch(token, element, "gateway")


def _listens(session: Session, execution: Execution) -> bool:
    """Whether event subprocesses of a scope may start: not when it is being cancelled, nor when one has interrupted it."""
    if execution.flagged("ending") or execution.flagged("cancelling"):
        return False
    elements = execution.spec.model.elements
    started = (str(token.internal_data["start"]) for token in session.tokens_in(execution) if "start" in token.internal_data)
    return not any(elements[start].interrupting for start in started)
