"""Finding the people of an open round anew (重新计算审批人): who stays, who comes and who goes. Decides nothing.

Votes stay. Whoever has been handed a seat keeps it, and who has handed it on is not asked again; so does whoever a signer
has added. A step that had fallen to the administrators becomes what its model says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.approvals import LIVE, MAIN
from engine.assignment import Asked, Resolution
from engine.errors import Conflict
from engine.kernel.effects import Names
from engine.kernel.model import ApprovalModel
from engine.runtime.asking import asking
from engine.runtime.people import Origin, People
from engine.runtime.signing import SEVERAL

HANDED = "transferred"


@dataclass(frozen=True, kw_only=True)
class Recalculation:
    """What finding the people anew would change."""

    found: Resolution
    joining: tuple[Asked, ...]
    leaving: tuple[int, ...]
    """Keys of persons who are asked now and would not be."""
    staying: tuple[int, ...]
    seats: tuple[Any, ...] = ()
    """Rows of the seats that would end."""

    @property
    def changes(self) -> bool:
        """Whether anybody comes or goes."""
        return bool(self.joining or self.leaving)


def recalculation(
    people: People, case: Origin, approval: ApprovalModel, names: Names, round: Any, seats: Sequence[Any]
) -> Recalculation:
    """Whom the rules of an open round find now, held against its seats.

    `round` has `several`, `resolved` and `name`. Raises Conflict `nobody-found` when they find nobody: nothing changes then.
    """
    names.prefetch(approval.names)
    asked = asking(people, approval, names, case.started_by, plain=False)
    if asked.reason is not None or asked.found.reason is not None:
        raise Conflict("nobody-found", "Expected the rules of '{name}' to find somebody, but they find nobody", name=round.name)
    if round.several:
        return _of_seats(asked.found, seats)
    seat = next(seat for seat in seats if seat.state in LIVE and seat.kind in MAIN)
    offered = tuple(round.resolved["persons"])
    before = (seat.assignee,) if seat.assignee is not None else offered
    return Recalculation(
        found=asked.found,
        # Whoever it was offered to beside its holder is not new to it.
        joining=tuple(new for new in asked.found.people if new.person not in {*before, *offered}),
        leaving=tuple(person for person in before if person not in asked.found.persons),
        staying=tuple(person for person in before if person in asked.found.persons),
        seats=(seat,) if approval.mode in SEVERAL else (),
    )


def _of_seats(found: Resolution, seats: Sequence[Any]) -> Recalculation:
    live = [seat for seat in seats if seat.state in LIVE and seat.kind == "asked"]
    gone = [seat for seat in live if seat.assignee not in found.persons and seat.reason != HANDED]
    known = {seat.assignee for seat in seats if seat.kind in MAIN and (seat.state in LIVE or _has_acted(seat))}
    return Recalculation(
        found=found,
        joining=tuple(new for new in found.people if new.person not in known),
        leaving=tuple(seat.assignee for seat in gone),
        staying=tuple(seat.assignee for seat in live if seat not in gone),
        seats=tuple(gone),
    )


def _has_acted(seat: Any) -> bool:
    return seat.ending in (HANDED, "recused", "absent") or (seat.state == "completed" and seat.ending is None)
