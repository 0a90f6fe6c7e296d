"""Messages and signals that only one side of a deployment knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.errors import Finding
from engine.kernel.analysis.facts import called, found
from engine.kernel.analysis.variables import awaited, sent
from engine.kernel.model import Element, ProcessModel


def check_messages(models: Sequence[ProcessModel]) -> Iterator[Finding]:
    """Warns of messages that nobody in the deployment sends, or waits for, unless a pool outside is drawn for them."""
    leaving = {event.name for model in models for _, event in sent(model.elements.values())}
    expected = {event.name for model in models for _, event in awaited(model.elements.values())}
    for model in models:
        outside = _endpoints(model)
        for element, event in awaited(model.elements.values()):
            if event.name not in leaving and not _drawn(model, element, outside):
                yield found(
                    "warning",
                    "message-not-sent",
                    model,
                    element,
                    f"“{called(element)}”等待消息“{event.name}”，但本次部署中没有流程发送它；由外部系统发来的，请画出该系统的泳池和消息流。",
                    f"'{called(element)}' waits for message '{event.name}', which no process of this deployment sends; "
                    "when another system sends it, draw that system's pool and the message flow.",
                )
        for element, event in sent(model.elements.values()):
            endpoint = element.send is not None and element.send.endpoint is not None
            if event.name not in expected and not endpoint and not _drawn(model, element, outside):
                yield found(
                    "warning",
                    "message-not-received",
                    model,
                    element,
                    f"“{called(element)}”发送消息“{event.name}”，但本次部署中没有流程等待它；发往外部的，请写明 endpoint。",
                    f"'{called(element)}' sends message '{event.name}', which no process of this deployment waits for; "
                    "when it goes outside, name the endpoint.",
                )


def _endpoints(model: ProcessModel) -> frozenset[str]:
    return frozenset(pool.id for pool in model.participants if pool.process is None)


def _drawn(model: ProcessModel, element: Element, outside: frozenset[str]) -> bool:
    """Whether a message flow joins the element, or its event subprocess, with a pool outside."""
    ends = {element.id, *element.scope}
    for flow in model.message_flows:
        if (flow.source in outside and flow.target in ends) or (flow.target in outside and flow.source in ends):
            return True
    return False
