"""How several people decide one user task together, as its model says it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.expressions import Template


@dataclass(frozen=True, kw_only=True)
class SigningModel:
    """How several people decide one task together; see `engine.approvals.Policy`."""

    refusal: str = "now"
    threshold: Template | None = None
    """A share such as `60%`, `2/3` or `>1/2`."""
    base: str = "expected"
    quorum: Template | None = None
    abstain: str | None = None
    """None: in a vote abstentions stay in the base, elsewhere they do not count."""
    early: bool = True
    chair_last: bool = False


ONE_SIGNER = SigningModel()
"""What a task says that one person does."""
