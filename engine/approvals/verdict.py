"""The verdict on a round after something happened to one of its seats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from engine.approvals.motions import Box, MotionResult, put_off, results_of, ruling_of_motions
from engine.approvals.policy import Policy
from engine.approvals.seats import ADJOURN, AGREE, REFUSE, Ballot, Table
from engine.approvals.tally import Counts, counted, ruling_of_vote

NOTHING: Box = MappingProxyType({})
LOOP_GUARD = 50
"""How often a round in order may go back before a refusal ends it."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What follows for a round and its seats."""

    vote: str | None
    """`agree`, `refuse` or `adjourn` once it is decided; `abstain` where the one signer has chosen a neutral outcome."""
    outcome: str | None
    """The outcome of the step once it is decided."""
    counts: Counts
    opens: tuple[int, ...] = ()
    """Waiting seats whose turn it is."""
    unneeded: tuple[int, ...] = ()
    """Seats that need not act any more although the round goes on."""
    again: tuple[int, ...] = ()
    """Seats that have acted and are asked once more, in this order: the one before, then the one who sent back."""
    motions: tuple[MotionResult, ...] = ()
    """How each motion stands, in a vote item by item."""


def judge(policy: Policy, seats: Sequence[Ballot], box: Box = NOTHING) -> Verdict:
    """What the votes decide so far, and whose turn it is. Tells nothing but what follows from its arguments.

    `box` holds the papers of a secret ballot.
    """
    table = Table(seats)
    gone = table.enough()
    if gone:
        table = Table([seat for seat in seats if seat not in gone])
    counts = counted(policy, table)
    motions = results_of(policy, table.seats, box)
    ruling = _ruling(policy, table, counts, motions)
    if ruling == ADJOURN and any(seat.vote == ADJOURN for seat in table.main):
        motions = put_off(motions)
    if ruling == "back":
        again = _again(table, seats)
        if again:
            return Verdict(vote=None, outcome=None, counts=counts, motions=motions, again=again)
        ruling = REFUSE
    if ruling is not None and not table.pending("after"):
        return Verdict(vote=ruling, outcome=_outcome(policy, table, ruling), counts=counts, motions=motions)
    if ruling is not None:
        # It is decided; only those are still heard whom somebody wanted to speak after him.
        over = table.not_after()
        gone = [*gone, *over]
        table = Table([seat for seat in table.seats if seat not in over])
    opens = [seat.key for seat in table.opens()]
    unneeded = tuple(seat.key for seat in gone)
    return Verdict(vote=None, outcome=None, counts=counts, motions=motions, opens=tuple(opens), unneeded=unneeded)


def _ruling(policy: Policy, table: Table, counts: Counts, motions: Sequence[MotionResult]) -> str | None:
    if any(seat.vote == ADJOURN for seat in table.main):
        return ADJOURN
    if _refused(table):
        return REFUSE
    return ruling_of_motions(motions) if policy.motions else _RULES[policy.mode](policy, table, counts)


def _one(policy: Policy, table: Table, counts: Counts) -> str | None:
    """A task of one signer is decided by what he says, whatever that is; once others have joined it, by all of them."""
    return table.main[0].vote if len(table.main) == 1 else _all(policy, table, counts)


def _all(policy: Policy, table: Table, counts: Counts) -> str | None:
    if counts.refuse and policy.refusal != "end":
        return REFUSE
    if any(seat.live for seat in table.main):
        return None
    return AGREE if counts.agree and counts.agree == counts.base else REFUSE


def _any(policy: Policy, table: Table, counts: Counts) -> str | None:
    if counts.agree:
        return AGREE
    if counts.refuse and policy.refusal != "end":
        return REFUSE
    return None if any(seat.live for seat in table.main) else REFUSE


def _order(policy: Policy, table: Table, counts: Counts) -> str | None:
    if counts.refuse:
        return "back" if policy.refusal == "back" else REFUSE
    return _all(policy, table, counts)


_RULES: Mapping[str, Callable[[Policy, Table, Counts], str | None]] = {
    "single": _one,
    "pool": _one,
    "all": _all,
    "any": _any,
    "order": _order,
    "vote": ruling_of_vote,
}


def _refused(table: Table) -> bool:
    """Whether somebody who was added has refused with effect."""
    return any(not seat.main and seat.binds and seat.vote == REFUSE for seat in table.seats)


def _outcome(policy: Policy, table: Table, vote: str) -> str:
    """A task of one signer is decided by the very button he chose; one of several by what their votes stand for."""
    first = table.main[0] if len(table.main) == 1 else None
    if first is not None and first.vote == vote and first.outcome is not None:
        return first.outcome
    return policy.outcome(vote)


def _again(table: Table, seats: Sequence[Ballot]) -> tuple[int, ...]:
    """Who is asked once more after a refusal: those right before who have acted, then the one who refused."""
    refused = next(seat for seat in table.main if seat.vote == REFUSE)
    before: list[Ballot] = [seat for seat in table.main if seat.position < refused.position and seat.vote is not None]
    turns = sum(seat.ending == "retaken" for seat in seats)
    if not before or turns >= 2 * LOOP_GUARD:
        return ()
    last = max(seat.position for seat in before)
    return (*(seat.key for seat in before if seat.position == last), refused.key)
