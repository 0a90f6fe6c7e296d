"""The verdict on a round after something happened to one of its seats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.approvals.policy import Policy
from engine.approvals.seats import ABSTAIN, ADJOURN, AGREE, REFUSE, Ballot, Table

LOOP_GUARD = 50
"""How often a round in order may go back before a refusal ends it."""


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


def judge(policy: Policy, seats: Sequence[Ballot]) -> Verdict:
    """What the votes decide so far, and whose turn it is. Tells nothing but what follows from its arguments."""
    table = Table(seats)
    gone = table.enough()
    if gone:
        table = Table([seat for seat in seats if seat not in gone])
    counts = _counts(policy, table)
    ruling = _ruling(policy, table, counts)
    if ruling == "back":
        again = _again(table, seats)
        if again:
            return Verdict(vote=None, outcome=None, counts=counts, again=again)
        ruling = REFUSE
    if ruling is not None and not table.pending("after"):
        return Verdict(vote=ruling, outcome=_outcome(policy, table, ruling), counts=counts)
    if ruling is not None:
        # It is decided; only those are still heard whom somebody wanted to speak after him.
        over = table.not_after()
        gone = [*gone, *over]
        table = Table([seat for seat in table.seats if seat not in over])
    opens = [seat.key for seat in table.opens()]
    return Verdict(vote=None, outcome=None, counts=counts, opens=tuple(opens), unneeded=tuple(seat.key for seat in gone))


def _ruling(policy: Policy, table: Table, counts: Counts) -> str | None:
    if any(seat.vote == ADJOURN for seat in table.main):
        return ADJOURN
    if _refused(table):
        return REFUSE
    return _RULES[policy.mode](policy, table, counts)


def _counts(policy: Policy, table: Table) -> Counts:
    def number(vote: str) -> int:
        return sum(seat.vote == vote for seat in table.main)

    expected = len(table.main)
    present = sum(seat.ending != "absent" for seat in table.main)
    agree, refuse, abstain = number(AGREE), number(REFUSE), number(ABSTAIN)
    pending = sum(seat.live for seat in table.main)
    if policy.mode == "vote" and policy.base != "voted":
        whole = expected if policy.base == "expected" else present
    else:
        whole = agree + refuse + abstain + pending
    base = whole - abstain if policy.abstain == "out" else whole
    return Counts(agree=agree, refuse=refuse, abstain=abstain, expected=expected, present=present, base=base)


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


def _vote(policy: Policy, table: Table, counts: Counts) -> str | None:
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


_RULES: Mapping[str, Callable[[Policy, Table, Counts], str | None]] = {
    "single": _one,
    "pool": _one,
    "all": _all,
    "any": _any,
    "order": _order,
    "vote": _vote,
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
