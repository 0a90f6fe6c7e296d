"""Handwritten signatures at tasks: whether one is needed, and how it is bound to the decision that it signs."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update

from engine.errors import FieldError, InvalidForm
from engine.kernel.model import ApprovalModel, OutcomeModel
from engine.store.base import dump_json
from engine.store.tables import Signature
from engine.store.unit_of_work import UnitOfWork

FRESH = timedelta(minutes=15)
"""How long a signature waits for the decision that it was given for."""


def require_signature(work: UnitOfWork, seat: Any, approval: ApprovalModel, outcome: OutcomeModel) -> None:
    """Raises InvalidForm when the step wants a handwritten signature and the actor has given none.

    Who only leaves the task, or gives advice, does not sign.
    """
    if approval.signature != "required" or outcome.partial or seat.kind == "advice" or work.actor.person is None:
        return
    if waiting_signature(work, seat.key) is None:
        raise InvalidForm(
            [
                FieldError(
                    path="signature",
                    code="required",
                    message="本步骤要手写签名，签好再办理。",
                    message_en="This step needs your handwritten signature. Sign first.",
                )
            ]
        )


def bind_signature(work: UnitOfWork, seat: Any, *, outcome: str, opinion: str | None, form_hash: str) -> dict[str, str] | None:
    """Binds the actor's signature to his decision for ever; returns what the audit trail says of it, None without one."""
    given = waiting_signature(work, seat.key)
    if given is None or work.actor.person is None:
        return None
    seal = seal_of(seat.id, work.actor.person, outcome=outcome, opinion=opinion, form_hash=form_hash, image=given.sha256)
    bound = update(Signature).where(Signature.key == given.key).values(bound_at=work.now, seal=seal)
    work.connection.execute(bound)
    return {"id": str(given.id), "seal": seal}


def waiting_signature(work: UnitOfWork, seat: int) -> Row[int, UUID, str] | None:
    """The actor's signature at a task (key) that waits for his decision."""
    fresh = (Signature.bound_at.is_(None), Signature.given_at > work.now - FRESH)
    own = (Signature.seat == seat, Signature.person == work.actor.person)
    found = select(Signature.key, Signature.id, Signature.sha256).where(*own, *fresh).order_by(Signature.key.desc()).limit(1)
    return work.connection.execute(found).one_or_none()


def seal_of(task: UUID, person: int, *, outcome: str | None, opinion: str | None, form_hash: str | None, image: str) -> str:
    """What binds a signature: SHA-256 over the task, its signer (key), what he decided, and the hash of his drawing."""
    signed = {
        "task": str(task),
        "person": str(person),
        "outcome": outcome,
        "opinion": opinion,
        "form": form_hash,
        "image": image,
    }
    return hashlib.sha256(dump_json(signed).encode()).hexdigest()
