"""Sign a task by hand: the drawing is given together with the password, and is bound to the decision when that is made.

Until then it may be drawn anew. A wrong password is an answer, not an error: it is counted like one at signing in.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import delete, insert

from engine.commands.identity import SignInRefused, confirm_password
from engine.commands.registry import Command
from engine.commands.task import lock_open_seat
from engine.errors import Invalid, NotAllowed
from engine.kernel.model import ApprovalModel
from engine.printing.ink import is_signature
from engine.records import Done
from engine.runtime import Runtime
from engine.store.tables import Signature
from engine.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class GiveSignature(Command[Done | SignInRefused]):
    """Sign an open task by hand, for the decision that follows within a quarter of an hour."""

    task: UUID
    image: bytes
    """PNG."""
    password: str = field(repr=False)


def give_signature(command: GiveSignature, work: UnitOfWork, runtime: Runtime) -> Done | SignInRefused:
    case, seat, _ = lock_open_seat(work, runtime, command.task)
    approval = runtime.definitions.get(seat.definition).model.elements[seat.element].approval or ApprovalModel()
    if approval.signature == "none":
        raise Invalid("signature-unasked", "Expected a task that is signed by hand, but '{name}' is not", name=seat.name)
    if not is_signature(command.image):
        raise Invalid("signature-image", "Expected a drawn signature as PNG, but found something else")
    person = work.actor.person
    if person is None:
        raise NotAllowed("no-person", "Expected a person to sign, but it is the system")
    refused = confirm_password(work, person, command.password)
    if refused is not None:
        return refused
    waiting = (Signature.seat == seat.key, Signature.person == person, Signature.bound_at.is_(None))
    work.connection.execute(delete(Signature).where(*waiting))
    row = {
        "key": work.new_key(),
        "seat": seat.key,
        "person": person,
        "given_at": work.now,
        "image": command.image,
        "sha256": hashlib.sha256(command.image).hexdigest(),
    }
    work.connection.execute(insert(Signature).values(row))
    return Done(instance=case.id, task=seat.id, state="signed")
