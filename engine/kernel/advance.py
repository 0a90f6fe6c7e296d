"""One kernel step: state and trigger in, changed rows and effects out. Pure: no IO but the rows it asks the source for.

A failure of the model (an expression, a function, no way out, an error nobody catches) stops one token in an incident and
keeps the rest of the step. A spent budget raises, and nothing of the step may be kept. What a caller asks for and cannot
have (a task that is gone, a timer that is not due) is a Conflict, and nothing has changed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.task import TaskState

from engine.errors import Conflict, Invalid
from engine.kernel import correlation
from engine.kernel.cancellation import cancel
from engine.kernel.continuation import resume
from engine.kernel.effects import StepResult
from engine.kernel.environment import Environment, ModelFailure
from engine.kernel.migration import migrate, migrated_session
from engine.kernel.model import happened
from engine.kernel.modification import modify
from engine.kernel.process_spec import ProcessSpec
from engine.kernel.rows import InstanceRow, StateSource
from engine.kernel.scope import DATA_KINDS, check_names
from engine.kernel.session import Session
from engine.kernel.specs_external import PHASE, checked, external_spec
from engine.kernel.spiffworkflow import check_spiffworkflow
from engine.kernel.token import FAILURES, Token
from engine.kernel.triggers import (
    Cancel,
    CompleteExternalTask,
    CompleteToken,
    Continue,
    FailExternalTask,
    Fire,
    Migrate,
    Modify,
    Resume,
    Retry,
    SetVariables,
    Start,
    StartAdHoc,
    ThrowExternalError,
    Trigger,
)

check_spiffworkflow()
# Its records at INFO carry task data.
logging.getLogger("spiff").setLevel(logging.CRITICAL + 1)


def advance(source: StateSource, trigger: Trigger, now: datetime, env: Environment) -> StepResult:
    """Runs one step until nothing can move. `now` is an aware UTC datetime.

    Raises Conflict (`instance-ended`, `token-gone`, `not-ready`, `subscription-gone`, `not-due`, `no-match`, `scope-gone`,
    `no-incident`), Invalid, NotFound, and BudgetExceeded.
    """
    session = _open(source, trigger, now, env)
    try:
        _HANDLERS[type(trigger)](session, trigger)
        session.run()
    except ModelFailure as failure:
        raise Invalid(
            failure.code,
            "Expected to move instance '{instance}', but {reason}",
            instance=session.instance.key,
            reason=failure.message,
        ) from failure
    delta, effects = session.delta(), tuple(session.ledger.effects)
    return StepResult(delta=delta, effects=effects, steps=session.steps, scope=session.scope)


def _open(source: StateSource, trigger: Trigger, now: datetime, env: Environment) -> Session:
    if isinstance(trigger, Start):
        return _begin(source, trigger, now, env)
    if isinstance(trigger, Migrate):
        return migrated_session(source, trigger, now, env)
    return _resume(source, trigger, now, env)


def _begin(source: StateSource, trigger: Start, now: datetime, env: Environment) -> Session:
    instance = InstanceRow(key=trigger.instance, definition=trigger.definition, root_scope=env.new_key())
    session = Session(source, instance, env, now)
    definition = env.definition(trigger.definition)
    spec = definition.spec(trigger.process)
    check_names(trigger.variables)
    if trigger.start_element is not None and trigger.start_element not in _start_elements(spec):
        raise Invalid(
            "start-element",
            "Expected to start at '{element}', but that is no start event of the process",
            element=trigger.start_element,
        )
    session.open_root(trigger.process)
    return session


def _start_elements(spec: ProcessSpec) -> set[str]:
    events = {name for name, inner in spec.task_specs.items() if inner.element.type == "startEvent"}
    return events | {start.element for start in spec.model.start_subscriptions}


def _resume(source: StateSource, trigger: Trigger, now: datetime, env: Environment) -> Session:
    session = Session(source, source.instance(), env, now)
    session.check_alive()
    session.open_path(_token_of(session, trigger))
    return session


def _token_of(session: Session, trigger: Trigger) -> int | None:
    """The token that a trigger is about, so that what stands around it is loaded at once."""
    if isinstance(trigger, Fire):
        row = session.subscriptions.get(trigger.subscription)
        return None if row is None else row.token
    return getattr(trigger, "token", None)


def _start(session: Session, trigger: Start) -> None:
    values = trigger.variables
    if trigger.start_element is not None:
        element = session.root.spec.task_specs[trigger.start_element].element
        values = correlation.accepted(element.receive, values)
        for event in happened(element, trigger.start_event):
            keys = {item.name: item.keys for item in event.properties}
            correlation.learn(session, keys, correlation.properties(event, values))
    for name, value in values.items():
        session.root.scope.put(name, value)
    session.root.begin(trigger.start_element, trigger.start_event)


def _complete(session: Session, trigger: CompleteToken) -> None:
    check_names(trigger.variables)
    token = _token(session, trigger.token)
    if not token.task_spec.manual or token._state != TaskState.READY:
        raise Conflict("not-ready", "Expected to complete token '{token}', but it is not ready", token=trigger.token)
    session.completing = token.key
    session.sent_to = None if trigger.to is None else _destination(token, trigger.to)
    session.writer = token.element
    token.data.update(trigger.variables)
    # What the new values set off comes before the completion itself, and may even take the token away.
    session.subscriptions.test_conditions()
    if not token.is_over():
        session.steps += 1
        token.run()


def _destination(token: Token, element: str) -> TaskSpec:
    """Where a completed token is sent to. Raises Invalid for what is no step of the same scope, or a seat of several."""
    spec = token.execution.spec.task_specs.get(element)
    if spec is None or not spec.manual or token._parent is not None:
        raise Invalid("unknown-element", "Expected a user task beside the token, but '{element}' is none", element=element)
    return spec


def _fire(session: Session, trigger: Fire) -> None:
    check_names(trigger.payload)
    row = session.subscriptions.get(trigger.subscription)
    if row is None:
        raise Conflict("subscription-gone", "Expected to fire subscription '{key}', but it is gone", key=trigger.subscription)
    if row.due is not None and row.due > session.now:
        raise Conflict("not-due", "Expected to fire timer '{key}', but it is due at {due}", key=row.key, due=row.due.isoformat())
    if row.kind == "message" and not correlation.fits(row, trigger.correlation, trigger.payload):
        raise Conflict("no-match", "Expected to deliver a message to subscription '{key}', but it waits for another", key=row.key)
    correlation.received(session, row, trigger.correlation, trigger.payload)
    session.subscriptions.fire(row, trigger.payload)


def _continue(session: Session, trigger: Continue) -> None:
    resume(_token(session, trigger.token))


def _complete_external(session: Session, trigger: CompleteExternalTask) -> None:
    token = _token(session, trigger.token)
    session.writer = token.element
    external_spec(token).finish(token, checked(trigger.result))


def _fail_external(session: Session, trigger: FailExternalTask) -> None:
    token = _token(session, trigger.token)
    external_spec(token).stop(token, ModelFailure(trigger.code, trigger.message))


def _throw_external(session: Session, trigger: ThrowExternalError) -> None:
    token = _token(session, trigger.token)
    external_spec(token).error(token, trigger.code, checked(trigger.result))


def _set_variables(session: Session, trigger: SetVariables) -> None:
    check_names(trigger.variables)
    session.subscriptions.held = trigger.held
    scope = session.root.scope
    if trigger.scope is not None:
        session.load_scopes([trigger.scope])
        if not session.has_scope(trigger.scope):
            raise Conflict("scope-gone", "Expected to write into scope '{scope}', but it is gone", scope=trigger.scope)
        scope = session.scope(trigger.scope)
    scope.update(trigger.variables)
    if scope.row.kind not in DATA_KINDS:
        # A complex gateway's activation condition may read what was written.
        session.execution(scope.key).look_at_joins()


def _start_ad_hoc(session: Session, trigger: StartAdHoc) -> None:
    session.load_scopes([trigger.scope])
    if not session.has_scope(trigger.scope):
        raise Conflict("scope-gone", "Expected to start an activity in scope '{scope}', but it is gone", scope=trigger.scope)
    execution = session.execution(trigger.scope)
    ad_hoc = execution.spec.ad_hoc
    spec = execution.spec.task_specs.get(trigger.element)
    if ad_hoc is None or spec is None or spec._inputs or spec.element.type in ("boundaryEvent", ""):
        raise Invalid("ad-hoc", "Expected to start '{element}', but it cannot be started by hand", element=trigger.element)
    if ad_hoc.sequential and execution.live:
        raise Conflict("ad-hoc", "Expected to start '{element}', but another activity runs", element=trigger.element)
    execution.flag("begun")
    execution.new_token(trigger.element).enter()


def _retry(session: Session, trigger: Retry) -> None:
    token = _token(session, trigger.token)
    if token._state != TaskState.ERROR:
        raise Conflict("no-incident", "Expected to retry token '{token}', but it has no incident", token=trigger.token)
    phase = str(token.internal_data.pop("failed", "run"))
    _RETRIES[phase](session, token)


def _retry_entering(session: Session, token: Token) -> None:
    token._set_state(TaskState.FUTURE)
    token.armed = False
    token.enter()


def _retry_running(session: Session, token: Token) -> None:
    token._set_state(TaskState.READY)


def _retry_leaving(session: Session, token: Token) -> None:
    token._set_state(TaskState.STARTED)
    token.complete()


def _retry_bodies(session: Session, token: Token) -> None:
    session.writer = token.element
    try:
        token.task_spec.bodies_again(token)
    except FAILURES as failure:
        session.fail(token, "bodies", failure)


def _retry_scope(session: Session, token: Token) -> None:
    token._set_state(TaskState.STARTED)
    execution = session.opened_by(token)
    if execution is not None:
        execution.settle()


def _go_on(session: Session, trigger: Resume) -> None:
    session.subscriptions.put_off_timers(trigger.since)
    session.subscriptions.ask_all_conditions()


def _retry_external(session: Session, token: Token) -> None:
    token.task_spec.again(token)


def _token(session: Session, key: int) -> Token:
    token = session.token(key)
    if token is None:
        raise Conflict("token-gone", "Expected to move token '{token}', but it is gone", token=key)
    return token


_RETRIES: dict[str, Callable[[Session, Token], None]] = {
    "enter": _retry_entering,
    "run": _retry_running,
    "leave": _retry_leaving,
    "bodies": _retry_bodies,
    "scope": _retry_scope,
    PHASE: _retry_external,
}
_HANDLERS: dict[type, Callable[[Session, Any], None]] = {
    Start: _start,
    CompleteToken: _complete,
    Continue: _continue,
    CompleteExternalTask: _complete_external,
    FailExternalTask: _fail_external,
    ThrowExternalError: _throw_external,
    Fire: _fire,
    SetVariables: _set_variables,
    StartAdHoc: _start_ad_hoc,
    Retry: _retry,
    Resume: _go_on,
    Modify: modify,
    Migrate: migrate,
    Cancel: cancel,
}
