"""What may be decided at a task: its outcome, the opinion, the values of its form, and who is to speak after the signer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from engine.approvals import VOTES_FIELD
from engine.commands.adding import receivers, require_advice_in_vote, require_operation
from engine.commands.motions import votes_on_motions
from engine.commands.signer import Signer, keep_apart
from engine.commands.texts import require_text, require_values
from engine.errors import Conflict, FieldError, Invalid, InvalidForm, NotAllowed
from engine.forms import FieldRights, FormModel
from engine.kernel.model import ApprovalModel, OutcomeModel
from engine.kernel.rows import JSON
from engine.runtime import Case, Runtime, field_rights
from engine.runtime.attachments import own_uploads
from engine.runtime.names import scope_chain
from engine.runtime.operations import ADVICE, choices
from engine.runtime.rights import role_of
from engine.runtime.signatures import require_signature
from engine.store.prepared import Prepared
from engine.store.tables import Person, Variable
from engine.store.unit_of_work import UnitOfWork

DONE = OutcomeModel(value="done", label="完成", label_en="Done")
OPINION_LIMIT = 2_000

_EMPLOYED = Prepared(select(Person.key).where(Person.staff_number == bindparam("number"), Person.active))


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A decision that its step takes: the outcome, the opinion, the form and its accepted values."""

    outcome: OutcomeModel
    opinion: str | None
    form: FormModel | None
    values: dict[str, JSON]
    before: dict[str, JSON]
    """What the values were that it changes; one that is not there yet is None."""
    votes: dict[str, str]
    """What is said to each motion, by its key, where they are voted on one by one."""


def checked(
    work: UnitOfWork,
    runtime: Runtime,
    case: Case,
    seat: Any,
    signer: Signer,
    *,
    outcome: str,
    opinion: str | None,
    data: Mapping[str, JSON],
    version: int | None = None,
) -> Checked:
    """What a decision on a locked, open seat says, when the step takes it.

    `version` is the revision of the case in which he has read its form. Raises Invalid for an unknown outcome or wrong
    values, NotAllowed for what the signer may not say, Conflict `form-changed` when others have written what he writes.
    """
    definition = runtime.definitions.get(seat.definition)
    approval = definition.model.elements[seat.element].approval or ApprovalModel()
    require_values(data)
    role = role_of(seat, signer.person)
    chosen = _outcome(approval, seat, outcome, role, signer.person)
    votes = votes_on_motions(seat, chosen, signer, data.get(VOTES_FIELD))
    data = {name: value for name, value in data.items() if name != VOTES_FIELD}
    if chosen.kind == "adjourn" and seat.policy.get("chair") != signer.person:
        raise NotAllowed("not-chair", "Expected the chair to put task '{id}' off, but you do not preside", id=str(seat.id))
    said = _opinion(chosen, opinion)
    form = definition.forms.get(approval.form) if approval.form and seat.kind != "advice" else None
    values, before = _validated(work, runtime, case, seat, form, field_rights(approval, role), chosen, data)
    if version is not None:
        _require_unchanged(work, seat, form, values, version)
    if signer.evidence is None:
        require_signature(work, seat, approval, chosen)
    return Checked(outcome=chosen, opinion=said, form=form, values=values, before=before, votes=votes)


def people_after(
    work: UnitOfWork, runtime: Runtime, case: Case, seat: Any, persons: Sequence[UUID], *, binds: bool
) -> list[tuple[int, int]]:
    """Keys of those who are to speak after the signer, and of their appointments. Raises when they may not."""
    if not persons:
        return []
    element = runtime.definitions.get(seat.definition).model.elements[seat.element]
    require_operation(element.approval or ApprovalModel(), seat, "add-after")
    require_advice_in_vote(seat, binds)
    people = receivers(work, case, seat, persons)
    keep_apart(work, runtime, case, seat, *(person for person, _ in people))
    return people


def _outcome(approval: ApprovalModel, seat: Any, wanted: str, role: str | None, person: int | None) -> OutcomeModel:
    if seat.kind == "advice":
        return ADVICE
    outcomes = choices(approval, seat.kind, seat.policy, role, person) if approval.outcomes else (DONE,)
    found = next((outcome for outcome in outcomes if outcome.value == wanted), None)
    if found is None:
        known = ", ".join(outcome.value for outcome in outcomes)
        raise Invalid(
            "unknown-outcome", "Expected one of the outcomes {known}, but found '{found}'", known=known, found=wanted[:100]
        )
    return found


def _opinion(outcome: OutcomeModel, opinion: str | None) -> str | None:
    require_text("opinion", opinion)
    text = (opinion or "").strip()
    if len(text) > OPINION_LIMIT:
        raise InvalidForm(
            [
                FieldError(
                    path="opinion",
                    code="too-long",
                    message=f"意见最多 {OPINION_LIMIT} 字。",
                    message_en=f"An opinion has at most {OPINION_LIMIT} characters.",
                )
            ]
        )
    if not text and outcome.opinion == "required":
        raise InvalidForm(
            [
                FieldError(
                    path="opinion",
                    code="required",
                    message=f"“{outcome.label}”要写明意见。",
                    message_en=f"Say why: “{outcome.label_en}” needs an opinion.",
                )
            ]
        )
    return text or None


def _validated(
    work: UnitOfWork,
    runtime: Runtime,
    case: Case,
    seat: Any,
    form: FormModel | None,
    rights: FieldRights,
    outcome: OutcomeModel,
    data: Mapping[str, JSON],
) -> tuple[dict[str, JSON], dict[str, JSON]]:
    """The accepted form delta, and what it changes. A task without a form takes no values from people."""
    if form is None:
        if data and work.actor.person is not None:
            raise Invalid("no-form", "Expected no values for task '{id}', which has no form, but found some", id=str(seat.id))
        return dict(data), {}
    current = runtime.names(work, case, seat.scope).all()
    values = form.validate(
        data,
        current=current,
        rights=rights,
        required=outcome.fields,
        partial=outcome.partial,
        demo=work.config.demo,
        now=work.now,
        files=_files(work, seat, form, rights, current),
        employs=lambda number: _EMPLOYED.first(work.connection, number=number) is not None,
    )
    return values, {name: current.get(name) for name in values}


def _require_unchanged(work: UnitOfWork, seat: Any, form: FormModel | None, values: Mapping[str, JSON], version: int) -> None:
    """Raises Conflict when somebody has written one of these values after revision `version` of the case."""
    here = (Variable.scope.in_(scope_chain(work.connection, seat.scope)), Variable.name.in_(sorted(values)))
    newer = select(Variable.name).where(*here, Variable.revision > version).order_by(Variable.name)
    changed = list(work.connection.execute(newer).scalars()) if values else []
    if changed:
        raise Conflict(
            "form-changed",
            "Expected the values of '{field}' as you have read them, but somebody has changed them since",
            field="、".join(changed if form is None else map(form.label, changed)),
        )


def _files(work: UnitOfWork, seat: Any, form: FormModel, rights: FieldRights, current: Mapping[str, JSON]) -> frozenset[str]:
    """Attachments that the form may name: those that the person is shown in it, and his own uploads."""
    if not form.takes_files:
        return frozenset()
    uploads = own_uploads(work.connection, seat.key, work.actor.person)
    return form.attachments(form.readable(rights, current)).union(str(upload.id) for upload in uploads)
