"""What the people of one user task decide together: from a policy and the seats of a round to a verdict. Pure, no I/O.

A vote is what one signer says; the outcome is what the round decides. Votes never change. Which of them count, when they
decide, and whose turn it is next, is told here and nowhere else.
"""

from __future__ import annotations

from engine.approvals.policy import MODES, Policy
from engine.approvals.seats import AGREE, LIVE, MAIN, REFUSE, WITHDRAWN, Ballot
from engine.approvals.share import Share, parse_share
from engine.approvals.verdict import LOOP_GUARD, Counts, Verdict, judge

__all__ = [
    "AGREE",
    "LIVE",
    "LOOP_GUARD",
    "MAIN",
    "MODES",
    "REFUSE",
    "WITHDRAWN",
    "Ballot",
    "Counts",
    "Policy",
    "Share",
    "Verdict",
    "judge",
    "parse_share",
]
