"""A vote item by item (逐项表决): each motion has its own votes, and its own outcome by the rules of the round.

Who is recused from a motion is not expected at it and not counted; the others' votes on it are. The round is decided when
every motion is: in favour when one has passed, else put off when one was, else against.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.approvals.policy import Motion, Policy
from engine.approvals.seats import ABSTAIN, ADJOURN, AGREE, REFUSE, Ballot, Table
from engine.approvals.tally import Counts, counted, counts_of, ruling_of_vote

CAST = "cast"
"""What the seat says of somebody who has voted on the motions one by one."""
VOTES_FIELD = "$votes"
"""Among the values that a signer sends: what he says to each motion, by its key."""
Box = Mapping[str, Mapping[str, int]]
"""How many papers of a secret ballot say `agree`, `refuse`, `abstain` or `adjourn`, by the motion's key."""


@dataclass(frozen=True, kw_only=True)
class MotionResult:
    """How one motion stands."""

    motion: Motion
    vote: str | None
    """`agree`, `refuse` or `adjourn` once it is decided."""
    counts: Counts

    def plain(self) -> dict[str, Any]:
        """The decided motion as JSON: the row that it was put to the vote as, with its outcome and its counts."""
        return {**self.motion.row, **self.counts.plain(), "outcome": self.vote, "passed": self.vote == AGREE}


def known_votes(policy: Policy, person: int | None) -> tuple[str, ...]:
    """What a person, by key, may say to a motion: abstain where the step can, put it off where he presides."""
    abstain = (ABSTAIN,) if ABSTAIN in dict(policy.outcomes) else ()
    adjourn = (ADJOURN,) if policy.adjourns and policy.chair == person else ()
    return (AGREE, REFUSE, *abstain, *adjourn)


def results_of(policy: Policy, seats: Sequence[Ballot], box: Box) -> tuple[MotionResult, ...]:
    """How each motion of the policy stands."""
    return tuple(_result(policy, motion, seats, box.get(motion.key, {})) for motion in policy.motions)


def put_off(results: Sequence[MotionResult]) -> tuple[MotionResult, ...]:
    """The motions when the chair has put all of them off."""
    return tuple(replace(result, vote=ADJOURN) for result in results)


def ruling_of_motions(results: Sequence[MotionResult]) -> str | None:
    """What the motions come to, None while one of them is open."""
    votes = [result.vote for result in results]
    if None in votes:
        return None
    return next((vote for vote in (AGREE, ADJOURN) if vote in votes), REFUSE)


def _result(policy: Policy, motion: Motion, seats: Sequence[Ballot], papers: Mapping[str, int]) -> MotionResult:
    voting = [
        replace(seat, vote=None if policy.secret else seat.votes.get(motion.key))
        for seat in seats
        if seat.main and seat.person not in motion.recused
    ]
    table = Table(voting)
    if policy.secret:
        agree, refuse, abstain = (papers.get(vote, 0) for vote in (AGREE, REFUSE, ABSTAIN))
        counts = counts_of(policy, table, agree=agree, refuse=refuse, abstain=abstain)
        adjourned = papers.get(ADJOURN, 0) > 0
    else:
        counts = counted(policy, table)
        adjourned = any(seat.vote == ADJOURN for seat in table.main)
    if adjourned or not counts.expected:
        return MotionResult(motion=motion, vote=ADJOURN if policy.adjourns else REFUSE, counts=counts)
    return MotionResult(motion=motion, vote=ruling_of_vote(policy, table, counts), counts=counts)
