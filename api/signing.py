"""What signers do with their seats beside voting, and what others do about them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.blueprint import Blueprint
from api.door import carry_out
from api.language import language
from api.problems import status_of
from api.replies import Reply, action_reply, nothing
from api.revisions import expected_revision
from api.schemas.instances import ActionReply
from api.schemas.signing import (
    AddSigners,
    Agree,
    Agreed,
    Answer,
    Comment,
    Copies,
    Hand,
    Reason,
    RecordedAbsence,
    RecordedVote,
    Urge,
)
from api.sentences import sentence
from engine.commands import copies, recorded_votes, seat_changes, urging
from engine.commands.held_decisions import HELD
from engine.commands.plain_agreement import AgreeToTask
from engine.errors import EngineError

blueprint = Blueprint("signing", "Several signers: handing on, advice, added signers, copies")


@blueprint.post("/tasks/<uuid:task>/transfer")
@blueprint.arguments(Hand)
@blueprint.response(200, ActionReply)
def transfer(body: dict[str, Any], task: UUID) -> Reply:
    """Hand one's task on to somebody, with its term"""
    command = seat_changes.TransferTask(task=task, person=body["person_id"], reason=body["reason"], revision=expected_revision())
    return action_reply(task, carry_out(command))


@blueprint.post("/tasks/<uuid:task>/delegate")
@blueprint.arguments(Hand)
@blueprint.response(200, ActionReply)
def delegate(body: dict[str, Any], task: UUID) -> Reply:
    """Ask somebody for advice; the task comes back"""
    command = seat_changes.DelegateTask(task=task, person=body["person_id"], reason=body["reason"], revision=expected_revision())
    return action_reply(task, carry_out(command))


@blueprint.post("/tasks/<uuid:task>/signers")
@blueprint.arguments(AddSigners)
@blueprint.response(200, ActionReply)
def add_signers(body: dict[str, Any], task: UUID) -> Reply:
    """Add signers before or beside oneself"""
    persons = tuple(body.pop("person_ids"))
    return action_reply(
        task, carry_out(seat_changes.AddSigners(task=task, persons=persons, revision=expected_revision(), **body))
    )


@blueprint.post("/tasks/<uuid:task>/remove")
@blueprint.arguments(Reason)
@blueprint.response(200, ActionReply)
def remove_signer(body: dict[str, Any], task: UUID) -> Reply:
    """Take away a signer that one has added"""
    command = seat_changes.RemoveSigner(task=task, reason=body["reason"], revision=expected_revision())
    return action_reply(task, carry_out(command))


@blueprint.post("/tasks/<uuid:task>/copies")
@blueprint.arguments(Copies)
@blueprint.response(204)
def send_copies(body: dict[str, Any], task: UUID) -> Response:
    """Send copies of a task, or pass it round for opinions"""
    carry_out(copies.SendCopies(task=task, persons=tuple(body["person_ids"]), circulate=body["circulate"]))
    return nothing()


@blueprint.post("/copies/<uuid:copy>/answer")
@blueprint.arguments(Answer)
@blueprint.response(204)
def answer_copy(body: dict[str, Any], copy: UUID) -> Response:
    """Give one's opinion on a copy that was passed round"""
    carry_out(copies.AnswerCopy(copy=copy, opinion=body["opinion"]))
    return nothing()


@blueprint.post("/tasks/<uuid:task>/record-vote")
@blueprint.arguments(RecordedVote)
@blueprint.response(200, ActionReply)
def record_vote(body: dict[str, Any], task: UUID) -> Reply:
    """Enter a vote on behalf of a signer, as the secretary"""
    return action_reply(task, carry_out(recorded_votes.RecordVote(task=task, revision=expected_revision(), **body)))


@blueprint.post("/tasks/<uuid:task>/record-absence")
@blueprint.arguments(RecordedAbsence)
@blueprint.response(200, ActionReply)
def record_absence(body: dict[str, Any], task: UUID) -> Reply:
    """Note that a signer is absent, as the secretary"""
    return action_reply(task, carry_out(recorded_votes.RecordAbsence(task=task, revision=expected_revision(), **body)))


@blueprint.post("/tasks/agree")
@blueprint.arguments(Agree)
@blueprint.response(200, Agreed)
def agree(body: dict[str, Any]) -> dict[str, Any]:
    """Agree to many tasks, each in a transaction of its own"""
    return {"results": [_agreed(item["id"], item["revision"], hold=body["hold"]) for item in body["tasks"]]}


@blueprint.post("/instances/<uuid:instance>/urge")
@blueprint.arguments(Urge)
@blueprint.response(204)
def urge(body: dict[str, Any], instance: UUID) -> Response:
    """Urge everybody who has an open task of a case"""
    carry_out(urging.UrgeCase(instance=instance, text=body["text"]))
    return nothing()


@blueprint.post("/instances/<uuid:instance>/comments")
@blueprint.arguments(Comment)
@blueprint.response(204)
def comment(body: dict[str, Any], instance: UUID) -> Response:
    """Comment on a case"""
    carry_out(urging.CommentOnCase(instance=instance, text=body["text"]))
    return nothing()


def _agreed(task: UUID, revision: int | None, *, hold: bool) -> dict[str, Any]:
    try:
        done = carry_out(AgreeToTask(task=task, revision=revision, hold=hold), part=str(task))
    except EngineError as error:
        detail = sentence(error.code, status_of(error), error.facts, language())
        return {"id": task, "done": False, "held": False, "code": error.code, "detail": detail}
    return {"id": task, "done": True, "held": done.state == HELD, "code": None, "detail": None}
