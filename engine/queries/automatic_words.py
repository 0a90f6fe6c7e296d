"""Why the system has decided a step, or has not asked somebody, in words for the timeline."""

from __future__ import annotations

from collections.abc import Sequence

from engine.runtime.asking import EMPTY, LATER_STEP, REPEATED, STARTER

_GROUNDS = {
    EMPTY: ("没有找到办理人", "nobody was found"),
    STARTER: ("办理人就是发起人", "who would decide has started the case"),
    REPEATED: ("此前已同意，内容没有变化", "agreed before, and nothing has changed"),
    LATER_STEP: ("后面的步骤由本人审批", "asked at a later step"),
}


def grounds_of_system(reason: str, names: Sequence[str]) -> tuple[str, str]:
    """The reason, with the names of those who were not asked, in Chinese and English."""
    zh, en = _GROUNDS.get(reason, (reason, reason))
    return (f"{zh}：{'、'.join(names)}", f"{en}: {', '.join(names)}") if names else (zh, en)
