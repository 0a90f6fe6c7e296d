"""The seats of a round as its policy looks at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

AGREE, REFUSE, ABSTAIN, ADJOURN = "agree", "refuse", "abstain", "adjourn"
MAIN = ("asked", "beside")
"""Kinds of the seats whose votes decide."""
LIVE = ("open", "claimed", "waiting")
WITHDRAWN = ("removed", "transferred", "retaken", "withdrawn", "unneeded")
"""Endings of seats that count for nothing. Those who are recused or absent are counted as such."""


@dataclass(frozen=True, kw_only=True)
class Ballot:
    """One seat of a round."""

    key: int
    kind: str = "asked"
    """`asked` by the model; added `before`, `after` or `beside` a signer; asked for `advice`."""
    parent: int | None = None
    """Seat whose holder added it."""
    position: int = 0
    """Whose turn it is: a seat waits for those with lower positions."""
    state: str = "claimed"
    ending: str | None = None
    """How a seat ended that nobody completed."""
    vote: str | None = None
    outcome: str | None = None
    binds: bool = True
    """Whether the refusal of an added signer is more than advice."""
    person: int | None = None
    """Key of whose seat it is."""
    votes: Mapping[str, str] = field(default_factory=dict)
    """What he has said to each motion of an open ballot, by its key."""
    joint: str | None = None
    """How seats added together act: `all`, `any` or in `order`."""

    @property
    def live(self) -> bool:
        """Whether it is still to act."""
        return self.state in LIVE

    @property
    def main(self) -> bool:
        """Whether its vote decides."""
        return self.kind in MAIN


def in_force(seats: Sequence[Ballot]) -> list[Ballot]:
    """The seats that count: not taken away, handed on or asked again."""
    return [seat for seat in seats if seat.ending not in WITHDRAWN]


class Table:
    """The seats of a round around the one question whose turn it is."""

    def __init__(self, seats: Sequence[Ballot]) -> None:
        self.seats = in_force(seats)
        self.main = [seat for seat in self.seats if seat.main and seat.ending != "recused"]
        self._by_key = {seat.key: seat for seat in seats}

    def pending(self, *kinds: str, parent: int | None = None) -> list[Ballot]:
        """Seats of these kinds that are still to act, or those of one who added them."""
        of_kind = (seat for seat in self.seats if seat.kind in kinds and seat.live)
        return [seat for seat in of_kind if parent is None or seat.parent == parent]

    def enough(self) -> list[Ballot]:
        """Seats added together of which one was enough, and it has acted."""
        acted = {(seat.parent, seat.kind) for seat in self.seats if seat.joint == "any" and seat.vote is not None}
        return [seat for seat in self.seats if seat.joint == "any" and seat.live and (seat.parent, seat.kind) in acted]

    def not_after(self) -> list[Ballot]:
        """Seats that are still to act and belong to nobody who was added after a signer."""
        return [seat for seat in self.seats if seat.live and not any(above.kind == "after" for above in self._line(seat))]

    def opens(self) -> list[Ballot]:
        """Waiting seats whose turn it is."""
        return [seat for seat in self.seats if seat.state == "waiting" and self._due(seat)]

    def _due(self, seat: Ballot) -> bool:
        if self.pending("before", "advice", parent=seat.key):
            return False
        if not seat.main:
            earlier = self.pending(seat.kind, parent=seat.parent)
            return all(other.position >= seat.position for other in earlier)
        if any(self._place(other) < seat.position for other in self.pending("after")):
            return False
        return all(other.position >= seat.position for other in self.main if other.live)

    def _place(self, seat: Ballot) -> int:
        """Position of the deciding seat that an added one goes back to."""
        return self._line(seat)[-1].position

    def _line(self, seat: Ballot) -> list[Ballot]:
        """A seat, who added it, who added him, up to the one whose vote decides."""
        line = [seat]
        while not line[-1].main and line[-1].parent in self._by_key:
            line.append(self._by_key[line[-1].parent])
        return line
