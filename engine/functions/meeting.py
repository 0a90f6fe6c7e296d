"""The count of a secret ballot (无记名票决), item by item: whether the numbers can be right, and what has passed.

The shares are compared in whole numbers, as those of open votes are: nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from engine.functions import inputs as read

JSON = Any


def tally(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """What a secret ballot has decided.

    Takes `expected` (应到, who should come and is not recused), `present` (到会), `quorum` and `threshold` (shares such as `2/3`,
    or with `>` in front for more than that; the threshold is one of `expected`) and `ballots` [{key, title, agree, refuse,
    abstain, recused}], one for each item; those `recused` (回避, none when absent) have left the room and are neither
    expected nor present for that item. Gives `ballots` with `passed`, `quorate`, `passed` (whether an item has passed), `text`,
    and `problems`: a sentence for each number that cannot be right, null when there is none.
    """
    expected, present = read.whole(inputs, "expected"), read.whole(inputs, "present")
    given = read.mappings(inputs, "ballots")
    problems = [problem for row in given for problem in _problems(row, present)]
    if not 0 <= present <= expected:
        problems.insert(0, f"到会人数应在 0 与应到 {expected} 人之间，填的是 {present}。")
    quorate = _reaches(present, expected, _share(inputs, "quorum"))
    threshold = _share(inputs, "threshold")
    ballots = [
        {**row, "passed": quorate and _reaches(read.whole(row, "agree"), expected - _recused(row), threshold)} for row in given
    ]
    passed = [row for row in ballots if row["passed"]]
    text = f"应到 {expected} 人，到会 {present} 人，{len(ballots)} 项通过 {len(passed)} 项。"
    if not quorate:
        text = f"应到 {expected} 人，到会 {present} 人，人数不够，不能表决。"
    return {
        "ballots": ballots,
        "quorate": quorate,
        "passed": bool(passed),
        "text": text,
        "problems": "\n".join(problems) or None,
    }


def _problems(row: Mapping[str, JSON], present: int) -> list[str]:
    counted, voting = sum(read.whole(row, name) for name in ("agree", "refuse", "abstain")), present - _recused(row)
    if counted == voting:
        return []
    return [f"“{row.get('title')}”：赞成、反对、弃权共 {counted} 票，应等于到会且不回避的 {voting} 人（废票计入弃权）。"]


def _recused(row: Mapping[str, JSON]) -> int:
    return int(read.number(row, "recused") or 0)


def _share(inputs: Mapping[str, JSON], name: str) -> tuple[bool, Fraction]:
    """Whether more than the share is needed, and the share."""
    text = (read.text(inputs, name) or "").strip()
    try:
        share = Fraction(text.removeprefix(">"))
    except (ValueError, ZeroDivisionError):
        raise read.wrong(name, "a share such as 2/3 or >1/2") from None
    if not 0 <= share <= 1:
        raise read.wrong(name, "a share between 0 and 1")
    return text.startswith(">"), share


def _reaches(votes: int, expected: int, needed: tuple[bool, Fraction]) -> bool:
    more, share = needed
    return votes > expected * share if more else votes >= expected * share


FUNCTIONS: Mapping[str, Callable[[Mapping[str, JSON]], Mapping[str, JSON]]] = MappingProxyType({"meeting.tally": tally})
