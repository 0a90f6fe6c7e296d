"""Votes on motions (逐项表决) in words, in both languages: what a signer said to each, and what was decided on each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

VOTES: Mapping[str, tuple[str, str]] = {
    "agree": ("同意", "agree"),
    "refuse": ("不同意", "refuse"),
    "abstain": ("弃权", "abstain"),
    "adjourn": ("缓议", "put off"),
}
OUTCOMES: Mapping[str, tuple[str, str]] = {
    "agree": ("通过", "passed"),
    "refuse": ("不通过", "not passed"),
    "adjourn": ("缓议", "put off"),
}


def said_to_motions(votes: Sequence[Sequence[str]]) -> tuple[str | None, str | None]:
    """What a signer said to motions, given as pairs of title and vote, one line each; nothing where he said nothing."""
    if not votes:
        return None, None
    zh, en = ("\n".join(f"{title}：{VOTES[vote][language]}" for title, vote in votes) for language in (0, 1))
    return zh, en


def decided_motions(motions: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """The outcome of each motion with its counts, one line each."""
    return "\n".join(map(_zh, motions)), "\n".join(map(_en, motions))


def _zh(motion: Mapping[str, Any]) -> str:
    said = f"同意 {motion['agree']}，不同意 {motion['refuse']}，弃权 {motion['abstain']}，应到 {motion['expected']}"
    return f"{motion['title']}：{OUTCOMES[motion['outcome']][0]}（{said}）"


def _en(motion: Mapping[str, Any]) -> str:
    said = f"{motion['agree']} agree, {motion['refuse']} refuse, {motion['abstain']} abstain, of {motion['expected']} expected"
    return f"{motion['title']}: {OUTCOMES[motion['outcome']][1]} ({said})"
