"""What a signer may do with his seat beside voting, by the step's configuration and the kind of the seat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from engine.kernel.model import ApprovalModel, OutcomeModel
from engine.runtime.rights import is_off

ADVICE = OutcomeModel(
    value="advised", label="已反馈意见", label_en="Gave advice", kind="neutral", opinion="required", partial=True
)
"""The one way to end a seat that was asked for advice. It is no vote."""
OPERATIONS = ("transfer", "delegate", "add-before", "add-after", "add-beside", "copy", "circulate")
"""What only the holder of a seat may do with it, in the order people read it."""
OF_DECIDERS = frozenset({"add-after", "add-beside"})


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
