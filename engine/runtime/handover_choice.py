"""What becomes of each thing of a person who leaves or moves: what was chosen for it, for its kind, or what is usual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from engine.errors import Invalid
from engine.runtime.holdings import Holding

ALLOWED: Mapping[str, tuple[str, ...]] = {
    "account": ("end", "leave"),
    "agent": ("hand-on", "end", "leave"),
    "appointment": ("hand-on", "end", "leave"),
    "chosen": ("hand-on", "leave"),
    "charge": ("hand-on", "end", "leave"),
    "definition": ("leave",),
    "draft": ("hand-on", "leave"),
    "duty": ("hand-on", "end", "leave"),
    "member": ("hand-on", "end", "leave"),
    "principal": ("end", "leave"),
    "task": ("hand-on", "leave"),
}
"""Kind of thing -> what can become of it."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What becomes of one thing."""

    action: str
    """`hand-on` to a successor; `end` without one; `leave` as it is."""
    successor: UUID | None = None


def choice_for(holding: Holding, kind: str, successors: Mapping[str, UUID], choices: Mapping[str, Choice]) -> Choice:
    """What becomes of a thing in a handover of `kind`, `leaving` or `moving`.

    Without a word about it who leaves ends what he holds, and who moves keeps it; tasks are never ended. Raises Invalid
    `handover-choice` for what cannot become of it.
    """
    allowed = ALLOWED[holding.kind]
    chosen = choices.get(holding.reference)
    if chosen is not None:
        if chosen.action not in allowed or (chosen.action == "hand-on") != (chosen.successor is not None):
            raise Invalid(
                "handover-choice", "Expected something that can become of '{name}', but found another", name=holding.name
            )
        return chosen
    if holding.kind in successors and "hand-on" in allowed:
        return Choice(action="hand-on", successor=successors[holding.kind])
    return Choice(action="end" if kind == "leaving" and "end" in allowed else "leave")
