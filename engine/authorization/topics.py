"""Who may do the work of a topic: holders of `external-tasks`, or of `external-tasks:TOPIC` for that one topic."""

from __future__ import annotations

from engine.errors import NotAllowed
from engine.records import Actor

RIGHT = "external-tasks"


def may_work_on(actor: Actor, topic: str) -> bool:
    """Whether the actor may fetch and hand back work of a topic."""
    return RIGHT in actor.rights or f"{RIGHT}:{topic}" in actor.rights


def require_topic(actor: Actor, topic: str) -> None:
    """Raises NotAllowed unless the actor may do the work of a topic."""
    if not may_work_on(actor, topic):
        raise NotAllowed(
            "topic-missing", "Expected the right to topic '{topic}', but {actor} lacks it", topic=topic, actor=actor.name
        )
