"""How the people of a round decide, evaluated once when the round opens and kept with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.approvals.share import Share, parse_share

MODES = ("single", "pool", "all", "any", "order", "vote")
MAJORITY = Share(numerator=1, denominator=2, strict=True)


@dataclass(frozen=True, kw_only=True)
class Motion:
    """One of several things that are put to the vote together, each by itself."""

    key: str
    title: str
    recused: tuple[int, ...] = ()
    """Keys of the persons who keep out of this one (回避)."""
    row: Mapping[str, Any] = field(default_factory=dict)
    """What the case says of it: `key`, `title`, and what else belongs to it."""

    def plain(self) -> dict[str, Any]:
        """The motion as JSON."""
        return {"key": self.key, "title": self.title, "recused": list(self.recused), "row": dict(self.row)}

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Motion:
        """The motion that `plain` gave."""
        return cls(key=plain["key"], title=plain["title"], recused=tuple(plain["recused"]), row=plain["row"])


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
    motions: tuple[Motion, ...] = ()
    """What is voted on item by item (逐项表决); nothing where the vote is one question."""
    secret: bool = False
    """Whether nobody, and no row, tells who has said what to a motion (无记名)."""

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
            **({"motions": [motion.plain() for motion in self.motions], "secret": self.secret} if self.motions else {}),
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
            motions=tuple(map(Motion.read, plain.get("motions", ()))),
            secret=plain.get("secret", False),
        )
