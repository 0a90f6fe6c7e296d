"""How several people decide one user task together, as its model says it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.expressions import Expression, Template

OPERATIONS = frozenset({"transfer", "delegate", "add-before", "add-after", "add-beside", "copy", "circulate", "urge", "batch"})
DEFAULT_OPERATIONS = OPERATIONS - {"batch"}
"""What a step allows that does not say. Agreeing to many at once has to be allowed by name."""


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
    motions: Expression | None = None
    """Rows of the case that are voted on item by item (逐项表决)."""
    secret: bool = False
    """Whether the votes on the motions are secret (无记名)."""
    operations: frozenset[str] = DEFAULT_OPERATIONS
    """What a signer may do with his seat beside voting."""


ONE_SIGNER = SigningModel()
"""What a task says that one person does."""
