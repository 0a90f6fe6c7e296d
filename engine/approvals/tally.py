"""The count of the votes on one question, and what a share, a quorum and a veto make of it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.approvals.policy import Policy
from engine.approvals.seats import ABSTAIN, ADJOURN, AGREE, REFUSE, Table


@dataclass(frozen=True, kw_only=True)
class Counts:
    """The votes that count."""

    agree: int
    refuse: int
    abstain: int
    expected: int
    """应到: everybody asked who is not recused."""
    present: int
    """到会: those of them who are not absent."""
    base: int
    """What the votes are a part of."""

    def plain(self) -> dict[str, int]:
        """The counts as JSON."""
        return {
            "agree": self.agree,
            "refuse": self.refuse,
            "abstain": self.abstain,
            "expected": self.expected,
            "present": self.present,
            "base": self.base,
        }


def counted(policy: Policy, table: Table) -> Counts:
    """The counts of the votes at the table."""

    def number(vote: str) -> int:
        return sum(seat.vote == vote for seat in table.main)

    return counts_of(policy, table, agree=number(AGREE), refuse=number(REFUSE), abstain=number(ABSTAIN))


def counts_of(policy: Policy, table: Table, *, agree: int, refuse: int, abstain: int) -> Counts:
    """The counts where so many have said so, whoever they are."""
    expected = len(table.main)
    present = sum(seat.ending != "absent" for seat in table.main)
    pending = sum(seat.live for seat in table.main)
    if policy.mode == "vote" and policy.base != "voted":
        whole = expected if policy.base == "expected" else present
    else:
        whole = agree + refuse + abstain + pending
    base = whole - abstain if policy.abstain == "out" else whole
    return Counts(agree=agree, refuse=refuse, abstain=abstain, expected=expected, present=present, base=base)


def ruling_of_vote(policy: Policy, table: Table, counts: Counts) -> str | None:
    """What a vote has decided, None while it is open."""
    pending = sum(seat.live for seat in table.main)
    spoken = counts.agree + counts.refuse + counts.abstain
    if policy.refusal == "veto" and counts.refuse:
        return REFUSE
    if policy.quorum is not None:
        if not policy.quorum.reached(spoken + pending, counts.expected):
            return ADJOURN if policy.adjourns else REFUSE
        if not policy.quorum.reached(spoken, counts.expected):
            return None
    if pending and not policy.early:
        return None
    # The base holds everybody who is left: if all of them refuse it is still enough, or if all agree it is still too few.
    if policy.threshold.reached(counts.agree, counts.base):
        # Whoever is left could still put in his veto.
        return None if pending and policy.refusal == "veto" else AGREE
    return None if policy.threshold.reached(counts.agree + pending, counts.base) else REFUSE
