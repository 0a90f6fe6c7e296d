"""Puts tokens where an operator wants them, and takes others away: an ordered list of instructions in one step.

Enclosing subprocesses are opened as needed, with their boundary events and event subprocesses, and what loses its last
token by an instruction is taken away with it. What has no defined meaning is refused, and then nothing has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from engine.errors import Conflict, Invalid
from engine.kernel.model import Element, ProcessModel
from engine.kernel.rows import JSON
from engine.kernel.scope import check_names
from engine.kernel.specs_loops import MultiInstanceSpec
from engine.kernel.triggers import CancelElement, CancelToken, Modify, Move, StartAfter, StartBefore, StartFlow

if TYPE_CHECKING:
    from engine.kernel.execution import Execution
    from engine.kernel.session import Session
    from engine.kernel.token import Token

StartInstruction = StartBefore | StartAfter | StartFlow


def modify(session: Session, trigger: Modify) -> None:
    """Carries the instructions out in their order.

    Raises Invalid `unknown-element`, `unknown-flow`, `start-boundary`, `start-event-subprocess`, `start-compensation`,
    `start-join`, `after-nothing`, `after-several`, `reserved-name`; Conflict `token-gone`, `element-idle`,
    `cancelling`, `ancestor-wrong`, `ancestor-needed`, `seat-not-open`, `event-subprocess-closed`, `ad-hoc`, `compensation-runs`,
    `nothing-left`.
    """
    if session.root.flagged("ending"):
        key = session.instance.key
        raise Conflict("cancelling", "Expected to modify instance '{instance}', but it is being cancelled", instance=key)
    modification = _Modification(session)
    for instruction in trigger.instructions:
        _HANDLERS[type(instruction)](modification, instruction)
    modification.close_what_is_empty()


class _Modification:
    """One modification on its way."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._left: dict[int, Execution] = {}
        """Executing scopes that a token was taken from."""

    # Taking away

    def cancel_token(self, instruction: CancelToken) -> None:
        self._cancel(self._token(instruction.token))

    def cancel_element(self, instruction: CancelElement) -> None:
        for token in self._tokens_at(instruction.element):
            self._cancel(token)

    def move(self, instruction: Move) -> None:
        origin = instruction.origin
        tokens = [self._token(origin.token)] if isinstance(origin, CancelToken) else self._tokens_at(origin.element)
        for token in tokens:
            execution = token.execution
            self._cancel(token)
            self.start(instruction.target, near=execution)

    def _cancel(self, token: Token) -> None:
        if token.is_over():
            return
        parent = token.parent
        if token.element.startswith("#") or (parent is not None and "handlers" in parent.internal_data):
            raise Conflict(
                "compensation-runs", "Expected to cancel token '{token}', but it compensates what was done", token=token.key
            )
        if parent is None:
            self._left[token.execution.key] = token.execution
            token.cancel()
        elif isinstance(parent.task_spec, MultiInstanceSpec) and parent.internal_data["active"] > 1:
            parent.internal_data["n"] -= 1
            parent.internal_data["active"] -= 1
            parent.touch()
            token.cancel()
        else:
            # The only body that runs: what it is a body of goes with it.
            self._cancel(parent)

    def _token(self, key: int) -> Token:
        token = self._session.token(key)
        if token is None:
            raise Conflict("token-gone", "Expected to cancel token '{token}', but it is gone", token=key)
        return token

    def _tokens_at(self, element: str) -> list[Token]:
        found = [token for token in self._standing(self._session.root, element) if token._parent is None]
        if not found:
            raise Conflict("element-idle", "Expected to cancel '{element}', but no token stands there", element=element)
        return found

    def _standing(self, execution: Execution, element: str) -> list[Token]:
        """The tokens at an element of the instance's own process, in any scope that is open."""
        session = self._session
        found = session.tokens_at(execution, element)
        for name in list(execution.scope.row.at):
            spec = execution.spec.task_specs.get(name)
            if spec is None or not (spec.opens_scope or spec.has_bodies):
                continue
            for host in session.tokens_at(execution, name):
                inside = session.opened_by(host)
                if inside is not None and inside.kind != "call":
                    found = [*found, *self._standing(inside, element)]
        return found

    def close_what_is_empty(self) -> None:
        """Takes scopes away that have lost their last token; an ad-hoc subprocess stays open for another activity."""
        for execution in list(self._left.values()):
            if execution.live or execution.completed:
                continue
            self._session.to_check.pop(execution.key, None)
            if execution.spec.ad_hoc is not None:
                execution.scope.row.flags.pop("begun", None)
                self._session.touch_scope(execution.scope)
                continue
            host = execution.host
            if host is None:
                raise Conflict("nothing-left", "Expected something to be left of the instance, but every token would be gone")
            del self._left[execution.key]
            self._cancel(host)
            self.close_what_is_empty()

    # Putting

    def start(self, instruction: StartInstruction, near: Execution | None = None) -> None:
        """Puts a token; `near` is where one was taken from, so that a moved token stays in its subprocess or seat."""
        check_names(instruction.variables)
        around = self._around(instruction.ancestor, near)
        if isinstance(instruction, StartBefore):
            element = _element(around.spec.model, instruction.element)
            _check_start(around, element)
            self._put(around, element.scope, element.id, {}, instruction.variables)
            return
        flow = _flow_of(around.spec.model, instruction)
        target = _element(around.spec.model, flow.target)
        self._put(around, flow.scope, target.id, {"from": flow.source}, instruction.variables)

    def _put(
        self,
        around: Execution,
        path: tuple[str, ...],
        element: str,
        marks: dict[str, JSON],
        variables: Mapping[str, JSON],
    ) -> None:
        session = self._session
        execution = self._place(around, path)
        ad_hoc = execution.spec.ad_hoc
        if ad_hoc is not None:
            if ad_hoc.sequential and execution.live:
                raise Conflict("ad-hoc", "Expected to start '{element}', but another activity runs", element=element)
            execution.flag("begun")
        session.writer = None
        execution.scope.update(variables)
        joins = execution.spec.task_specs[element].joins
        execution.new_token(element, **(marks if joins else {})).enter()

    def _around(self, ancestor: int | None, near: Execution | None) -> Execution:
        if ancestor is None:
            return self._session.root if near is None else near
        token = self._session.token(ancestor)
        inside = None if token is None else self._session.opened_by(token)
        if inside is None:
            raise Conflict("ancestor-wrong", "Expected an open subprocess at token '{token}', but there is none", token=ancestor)
        return inside

    def _place(self, around: Execution, path: tuple[str, ...]) -> Execution:
        """The executing scope of a path of subprocesses, seen from `around`: outward where needed, then inward."""
        execution = around
        while execution.spec.path != path[: len(execution.spec.path)]:
            host = execution.host
            if host is None:
                raise AssertionError("the path of a process is the beginning of every path")
            execution = host.execution
        for subprocess in path[len(execution.spec.path) :]:
            execution = self._inside(execution, subprocess)
        return execution

    def _inside(self, execution: Execution, subprocess: str) -> Execution:
        session = self._session
        opened = [session.opened_by(token) for token in session.tokens_at(execution, subprocess)]
        found = [inside for inside in opened if inside is not None]
        if len(found) > 1:
            raise Conflict("ancestor-needed", "Expected one open '{element}', but several are: name one", element=subprocess)
        if found:
            return found[0]
        element = execution.spec.model.elements[subprocess]
        if element.event_subprocess:
            raise Conflict(
                "event-subprocess-closed", "Expected '{element}' to run, but its event has not come", element=subprocess
            )
        if element.loop is not None:
            raise Conflict("seat-not-open", "Expected a seat of '{element}' to be open, but none is", element=subprocess)
        _check_compensation(execution.spec.model, element)
        return self._open(execution, subprocess)

    def _open(self, execution: Execution, subprocess: str) -> Execution:
        host = execution.new_token(subprocess)
        self._session.writer = subprocess
        inside: Execution = host.task_spec.open_listening(host)
        return inside


def _element(model: ProcessModel, name: str) -> Element:
    element = model.elements.get(name)
    if element is None:
        raise Invalid("unknown-element", "Expected an element of the process, but there is no '{element}'", element=name)
    return element


def _flow_of(model: ProcessModel, instruction: StartAfter | StartFlow) -> Any:
    if isinstance(instruction, StartFlow):
        flow = model.flows.get(instruction.flow)
        if flow is None:
            raise Invalid("unknown-flow", "Expected a flow of the process, but there is no '{element}'", element=instruction.flow)
        return flow
    element = _element(model, instruction.element)
    if not element.outgoing:
        raise Invalid("after-nothing", "Expected a flow out of '{element}', but there is none", element=element.id)
    if len(element.outgoing) > 1:
        raise Invalid("after-several", "Expected one flow out of '{element}', but there are several", element=element.id)
    return model.flows[element.outgoing[0]]


def _check_start(around: Execution, element: Element) -> None:
    if element.type == "boundaryEvent":
        raise Invalid(
            "start-boundary",
            "Expected an element to start, but '{element}' is a boundary event: start after it",
            element=element.id,
        )
    if element.event_subprocess:
        raise Invalid("start-event-subprocess", "Expected an event to start '{element}', not an operator", element=element.id)
    _check_compensation(around.spec.model, element)
    if element.type in _JOINS and len(element.incoming) > 1:
        raise Invalid("start-join", "Expected a flow to come to the join '{element}' by, but found none", element=element.id)


_JOINS = frozenset({"parallelGateway", "inclusiveGateway", "complexGateway"})


def _check_compensation(model: ProcessModel, element: Element) -> None:
    if element.for_compensation or any(other.handler == element.id for other in model.elements.values()):
        raise Invalid("start-compensation", "Expected compensation to start '{element}', not an operator", element=element.id)


_HANDLERS: dict[type, Callable[[_Modification, Any], None]] = {
    StartBefore: _Modification.start,
    StartAfter: _Modification.start,
    StartFlow: _Modification.start,
    CancelToken: _Modification.cancel_token,
    CancelElement: _Modification.cancel_element,
    Move: _Modification.move,
}
