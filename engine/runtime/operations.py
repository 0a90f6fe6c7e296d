"""What a signer may do with his seat beside voting, by the step's configuration and the kind of the seat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from engine.approvals import MAIN
from engine.kernel.model import ApprovalModel, OutcomeModel
from engine.runtime.rights import is_off, outcomes_for

ADVICE = OutcomeModel(
    value="advised", label="已反馈意见", label_en="Gave advice", kind="neutral", opinion="required", partial=True
)
"""The one way to end a seat that was asked for advice. It is no vote."""
CAST_VOTES = OutcomeModel(value="#cast", label="提交表决", label_en="Cast votes")
"""How a seat ends whose holder has voted on the motions one by one."""
OPERATIONS = ("transfer", "delegate", "add-before", "add-after", "add-beside", "copy", "circulate")
"""What only the holder of a seat may do with it, in the order people read it."""
OF_DECIDERS = frozenset({"add-after", "add-beside"})


def choices(
    approval: ApprovalModel, kind: str, policy: Mapping[str, Any], role: str | None, person: int | None
) -> tuple[OutcomeModel, ...]:
    """The ways in which a person, by key, may end a seat of this kind in a round of this policy.

    Where the motions are voted on one by one there is no vote on the whole; only its chair may put all of them off.
    """
    if kind == "advice":
        return (ADVICE,)
    found = outcomes_for(approval, role)
    if kind not in MAIN or not policy.get("motions"):
        return found
    chairs = policy.get("chair") == person
    return (CAST_VOTES, *(outcome for outcome in found if outcome.kind == "adjourn" and chairs))


def operation_refusal(approval: ApprovalModel, kind: str, operation: str, role: str | None = None) -> str | None:
    """Why the holder of a seat of this kind, in his role, may not do it, None when he may.

    `operation-off`, `advice-only`, `added-signer` or `several-outcomes`.
    """
    if operation not in approval.signing.operations or is_off(approval, role, operation):
        return "operation-off"
    if kind == "advice" and operation not in ("transfer", "copy", "circulate"):
        return "advice-only"
    if kind in ("before", "after") and operation in OF_DECIDERS:
        return "added-signer"
    if operation in OF_DECIDERS and not unambiguous(approval.outcomes):
        return "several-outcomes"
    return None


def unambiguous(outcomes: Sequence[OutcomeModel]) -> bool:
    """Whether what several say can be brought to one outcome: there is one way to agree, and at most one to refuse or abstain."""
    kinds = Counter(outcome.kind for outcome in outcomes)
    return kinds["primary"] == 1 and kinds["negative"] <= 1 and kinds["neutral"] <= 1
