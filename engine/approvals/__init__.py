"""What the people of one user task decide together: from a policy and the seats of a round to a verdict. Pure, no I/O.

A vote is what one signer says; the outcome is what the round decides. Votes never change. Which of them count, when they
decide, and whose turn it is next, is told here and nowhere else.
"""

from __future__ import annotations

from engine.approvals.motions import CAST, VOTES_FIELD, Box, MotionResult, known_votes
from engine.approvals.policy import MODES, Motion, Policy
from engine.approvals.seats import ABSTAIN, ADJOURN, AGREE, LIVE, MAIN, REFUSE, WITHDRAWN, Ballot
from engine.approvals.share import Share, parse_share
from engine.approvals.tally import Counts
from engine.approvals.verdict import LOOP_GUARD, Verdict, judge

__all__ = [
    "ABSTAIN",
    "ADJOURN",
    "AGREE",
    "CAST",
    "LIVE",
    "LOOP_GUARD",
    "MAIN",
    "MODES",
    "REFUSE",
    "VOTES_FIELD",
    "WITHDRAWN",
    "Ballot",
    "Box",
    "Counts",
    "Motion",
    "MotionResult",
    "Policy",
    "Share",
    "Verdict",
    "judge",
    "known_votes",
    "parse_share",
]
