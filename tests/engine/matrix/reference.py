"""What a round must do, by the table of signing modes and nothing else: a second opinion that shares no code with the engine.

A round is a list of signers. Each has, at any moment, at most one group of people who must speak before him and one who
must speak after him. Who may act now, and what is decided, is worked out anew from that after every step.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Group:
    """People whom a signer has asked, and how they act together."""

    people: list[str]
    joint: str = "all"
    binds: bool = False
    votes: dict[str, str] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether nobody of them need speak any more."""
        return len(self.votes) == len(self.people) or (self.joint == "any" and bool(self.votes))

    def acting(self) -> list[str]:
        """Who of them may act now."""
        left = [] if self.over else [person for person in self.people if person not in self.votes]
        return left[:1] if self.joint == "order" else left

    @property
    def refused(self) -> bool:
        """Whether one of them has refused with effect."""
        return self.binds and "refuse" in self.votes.values()


@dataclass
class Signer:
    """One whose vote decides."""

    name: str
    vote: str | None = None
    before: Group | None = None
    after: Group | None = None
    beside: str | None = None
    """Whom he has joined."""

    @property
    def held_up(self) -> bool:
        """Whether others have to speak before him."""
        return self.before is not None and not self.before.over


class Reference:
    """One round of a mode with its options, as the table says it goes."""

    def __init__(self, mode: str, people: list[str], **options: object) -> None:
        self.mode = mode
        self.options = options
        self.signers = [Signer(name) for name in people]

    def acting(self) -> set[str]:
        """Who may act now."""
        if self.outcome is not None:
            return set()
        found: list[str] = []
        for signer in self._turn():
            if signer.held_up and signer.before is not None:
                found += signer.before.acting()
            elif signer.vote is None:
                found.append(signer.name)
        for signer in self.signers:
            if signer.vote is not None and signer.after is not None:
                found += signer.after.acting()
        return set(found)

    def _turn(self) -> list[Signer]:
        """Signers whose turn it is: everybody, or in order the first who has not spoken and is not kept waiting."""
        if self._main() is not None or any(signer.after is not None and signer.after.refused for signer in self.signers):
            return []
        left = [signer for signer in self.signers if signer.vote is None]
        if self.mode == "order":
            at = self.signers.index(left[0]) if left else 0
            kept = any(signer.after is not None and not signer.after.over for signer in self.signers[:at])
            level = [signer for signer in left[:1] if not kept]
            return level + [signer for signer in left[1:] if level and signer.beside == left[0].name]
        kept = any(signer.after is not None and not signer.after.over for signer in self.signers)
        if self.options.get("chair") and (len(left) > 1 or kept):
            return [signer for signer in left if signer.name != self.options["chair"]]
        return left

    @property
    def outcome(self) -> str | None:
        """What is decided, None while it is not."""
        groups = [group for signer in self.signers for group in (signer.before, signer.after) if group is not None]
        main = "refuse" if any(group.refused for group in groups) else self._main()
        kept = any(signer.after is not None and not signer.after.over for signer in self.signers)
        return None if kept else main

    def _main(self) -> str | None:
        votes = [signer.vote for signer in self.signers]
        agree, refuse, left = votes.count("agree"), votes.count("refuse"), votes.count(None)
        if self.mode == "vote":
            return self._vote(agree, refuse, left)
        late = bool(self.options.get("late"))
        if self.mode == "any":
            if agree:
                return "agree"
            return "refuse" if refuse and (not late or not left) else None
        if refuse and not late:
            return "refuse"
        return None if left else ("refuse" if refuse else "agree")

    def _vote(self, agree: int, refuse: int, left: int) -> str | None:
        """Percent of everybody asked; decided as soon as it cannot change, unless all have to be heard."""
        percent, whole = int(str(self.options["percent"])), len(self.signers)
        if left and (self.options.get("chair") or self.options.get("hear_all")):
            return None
        if refuse and self.options.get("veto"):
            return "refuse"
        if 100 * agree >= percent * whole:
            return None if left and self.options.get("veto") else "agree"
        return "refuse" if 100 * (agree + left) < percent * whole else None

    def say(self, person: str, vote: str) -> None:
        """Somebody who may act says something; advice is said as `advised`."""
        for signer in self.signers:
            for group in (signer.before, signer.after):
                if group is not None and person in group.acting() and (group is signer.before or signer.vote is not None):
                    group.votes[person] = vote
                    return
        signer = next(signer for signer in self.signers if signer.name == person)
        signer.vote = vote
        if self.mode == "order" and vote == "refuse" and self.options.get("back"):
            earlier = self._turn_before(signer)
            for again in [signer, *earlier] if earlier else []:
                again.vote = again.before = None

    def _turn_before(self, signer: Signer) -> list[Signer]:
        """Those whose turn was right before a signer's; whoever joined one of them shares it."""
        earlier = self.signers[: self.signers.index(signer)]
        if not earlier:
            return []
        first = earlier[-1].beside or earlier[-1].name
        return [other for other in earlier if first in (other.name, other.beside)]

    def retake(self, person: str) -> None:
        """A signer takes his vote back, and with it what he had asked of others."""
        signer = next(signer for signer in self.signers if signer.name == person)
        signer.vote = signer.after = None

    @property
    def deciding(self) -> set[str]:
        """Of those who may act now, the ones whose vote decides."""
        return self.acting() & {signer.name for signer in self.signers if not signer.held_up and signer.vote is None}

    def transfer(self, person: str, to: str) -> None:
        """Somebody takes the seat of another."""
        next(signer for signer in self.signers if signer.name == person).name = to

    def ask_before(self, person: str, *people: str, joint: str = "all", binds: bool = False) -> None:
        """A signer asks others first; advice is a group of one."""
        next(signer for signer in self.signers if signer.name == person).before = Group(list(people), joint, binds)

    def ask_after(self, person: str, *people: str, joint: str = "all", binds: bool = True) -> None:
        """A signer asks others to speak after him."""
        next(signer for signer in self.signers if signer.name == person).after = Group(list(people), joint, binds)

    def beside(self, person: str, to: str) -> None:
        """Somebody joins a signer with a vote of his own."""
        at = next(at for at, signer in enumerate(self.signers) if signer.name == person)
        self.signers.insert(at + 1, Signer(to, beside=person))

    def remove(self, person: str) -> None:
        """Somebody who was added is taken off again."""
        self.signers = [signer for signer in self.signers if signer.name != person]
        for signer in self.signers:
            if signer.before is not None and person in signer.before.people:
                signer.before.people.remove(person)
