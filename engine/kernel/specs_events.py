"""Specs of events, of send and receive tasks, and of the event-based gateway."""

# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.task import TaskState

from engine.kernel.model import Element, happened
from engine.kernel.process_spec import ProcessSpec
from engine.kernel.scope import Scope
from engine.kernel.specs import KernelSpec
from engine.kernel.throwing import throw
from engine.kernel.token import Token


class EventSpec(KernelSpec):
    """What events share. SpiffWorkflow's event definitions stay empty: what happens is decided by our own records."""

    def __init__(self, process: ProcessSpec, name: str, element: Element, **kwargs: Any) -> None:
        super().__init__(process, name, element, event_definition=NoneEventDefinition(), **kwargs)


class ThrowingSpec(EventSpec):
    """Throws its events one after the other, then goes on; a compensation is waited for."""

    has_bodies = True

    def perform(self, token: Token) -> bool | None:
        for index, event in enumerate(self.element.events):
            # A token that waited for compensation handlers goes on behind the event that it waited for.
            if index < token.internal_data.get("thrown", 0):
                continue
            gone_on = throw(token, event)
            token.internal_data["thrown"] = index + 1
            if not gone_on:
                return None
            if token.is_over() or token._state == TaskState.ERROR:
                return True
        return True

    def body_done(self, token: Token, body: Token, scope: Scope | None) -> None:
        token.session.compensation.handler_done(token)


class ThrowEventSpec(ThrowingSpec, defaults.IntermediateThrowEvent):
    """Intermediate throw event."""


class EndEventSpec(ThrowingSpec, defaults.EndEvent):
    """End event."""


class SendTaskSpec(ThrowingSpec, defaults.SendTask):
    """Send task."""


class CatchingSpec(EventSpec):
    """Waits for its events, unless they have happened already."""

    waits = True

    def arrive(self, token: Token) -> bool:
        if token.internal_data.get("fired"):
            return True
        token._set_state(TaskState.WAITING)
        token.session.subscriptions.arm_catch(token, self.element)
        return False


class CatchEventSpec(CatchingSpec, defaults.IntermediateCatchEvent):
    """Intermediate catch event."""


class ReceiveTaskSpec(CatchingSpec, defaults.ReceiveTask):
    """Receive task; without a message it waits to be continued."""


class BoundaryEventSpec(EventSpec, defaults.BoundaryEvent):
    """A boundary event that has fired."""

    def __init__(self, process: ProcessSpec, name: str, element: Element, **kwargs: Any) -> None:
        super().__init__(process, name, element, cancel_activity=element.interrupting, **kwargs)


class StartEventSpec(EventSpec, defaults.StartEvent):
    """A start event that has happened. One of several parallel events waits for the others."""

    def __init__(self, process: ProcessSpec, name: str, element: Element, **kwargs: Any) -> None:
        super().__init__(process, name, element, **kwargs)
        self.waits = element.parallel_multiple and len(element.events) > 1

    def arrive(self, token: Token) -> bool:
        event = token.internal_data.get("event")
        if event is None or not self.waits:
            return True
        first = happened(self.element, (event[0], event[1]))[0]
        token._set_state(TaskState.WAITING)
        rest = [event for event in self.element.events if event is not first]
        token.session.subscriptions.arm_catch(token, self.element, events=rest)
        return False


class EventGatewaySpec(EventSpec, defaults.EventBasedGateway):
    """Waits for the first of several events; the catch that follows has then happened."""

    waits = True

    def connect(self, taskspec: TaskSpec) -> None:
        # SpiffWorkflow's own would take the event definitions out of the catches.
        TaskSpec.connect(self, taskspec)

    def arrive(self, token: Token) -> bool:
        if self.element.parallel_multiple:
            return True
        token._set_state(TaskState.WAITING)
        for name in self._outputs:
            token.session.subscriptions.arm_catch(token, self._wf_spec.task_specs[name].element, "gateway")
        return False

    def choose(self, token: Token) -> Sequence[TaskSpec]:
        if self.element.parallel_multiple:
            return super().choose(token)
        return (self._wf_spec.task_specs[str(token.internal_data["chosen"])],)

    def _on_complete_hook(self, token: Token) -> None:
        super()._on_complete_hook(token)
        for child in token.children if "chosen" in token.internal_data else ():
            child.internal_data["fired"] = True
