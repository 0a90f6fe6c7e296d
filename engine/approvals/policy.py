"""How the people of a round decide, evaluated once when the round opens and kept with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.approvals.share import Share, parse_share

MODES = ("single", "pool", "all", "any", "order", "vote")
MAJORITY = Share(numerator=1, denominator=2, strict=True)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The rules of one round."""

    mode: str = "single"
    """`single`, `pool`, `all` 会签, `any` 或签, `order` 依次 or `vote` 票签."""
    refusal: str = "now"
    """What one refusal does: it decides `now`, or counts at the `end`, or in mode `order` sends `back` to the one before.

    In mode `vote` it is one vote, unless it is a `veto`, which decides at once whatever the others say."""
    threshold: Share = MAJORITY
    """Part of the base that must agree, in mode `vote`."""
    base: str = "expected"
    """Of whom the threshold is a part: those who should come (应到), who are `present` (到会), or who `voted`."""
    quorum: Share | None = None
    """Part of those who should come that must have spoken, or nothing is decided."""
    abstain: str = "base"
    """Whether an abstention stays in the `base` or is left `out` of it."""
    early: bool = True
    """Whether a vote ends as soon as nobody who is left could change its outcome."""
    chair: int | None = None
    """Key of the person who speaks last."""
    secretaries: tuple[str, ...] = ()
    """Names under which those are known who may enter what was said at a meeting."""
    outcomes: tuple[tuple[str, str], ...] = ()
    """The step's outcome for each of `agree`, `refuse`, `abstain` and `adjourn` that it has."""

    def outcome(self, vote: str) -> str:
        """The outcome that a vote stands for, which is its own name where the step has none for it."""
        return dict(self.outcomes).get(vote, vote)

    @property
    def adjourns(self) -> bool:
        """Whether the step can be put off undecided (缓议)."""
        return "adjourn" in dict(self.outcomes)

    def plain(self) -> dict[str, Any]:
        """The policy as JSON."""
        return {
            "mode": self.mode,
            "refusal": self.refusal,
            "threshold": str(self.threshold),
            "base": self.base,
            "quorum": None if self.quorum is None else str(self.quorum),
            "abstain": self.abstain,
            "early": self.early,
            "chair": self.chair,
            "secretaries": list(self.secretaries),
            "outcomes": dict(self.outcomes),
        }

    @classmethod
    def read(cls, plain: Mapping[str, Any], mode: str) -> Policy:
        """The policy that `plain` gave; a round that kept none decides by its mode alone."""
        if not plain:
            return cls(mode=mode)
        return cls(
            mode=plain["mode"],
            refusal=plain["refusal"],
            threshold=parse_share(plain["threshold"]),
            base=plain["base"],
            quorum=None if plain["quorum"] is None else parse_share(plain["quorum"]),
            abstain=plain["abstain"],
            early=plain["early"],
            chair=plain["chair"],
            secretaries=tuple(plain["secretaries"]),
            outcomes=tuple(plain["outcomes"].items()),
        )
