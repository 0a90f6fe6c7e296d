"""/tasks: the inbox and what is done with a task."""

from __future__ import annotations

from base64 import b64decode
from typing import Any
from uuid import UUID

from flask import Response, jsonify

from api.blueprint import Blueprint
from api.door import ask, carry_out, carry_out_unkeyed, engine
from api.replies import Reply, action_reply, entered, nothing
from api.revisions import expected_revision, tagged
from api.schemas.base import Nothing
from api.schemas.forecast import TaskForecast, TypedValues
from api.schemas.instances import ActionReply
from api.schemas.tasks import (
    Choose,
    Complete,
    DraftBody,
    FollowUp,
    Reassign,
    Reassignee,
    Recalculate,
    Recalculation,
    Return,
    ReturnTarget,
    Saved,
    Sign,
    TaskCounts,
    TaskDetail,
    TaskPage,
    TaskQuery,
    Unclaim,
)
from api.session import refusal
from engine.commands.choosing import ChooseApprovers
from engine.commands.copies import MarkCopyRead
from engine.commands.drafts import SaveDraft
from engine.commands.follow_up import PutTaskOff
from engine.commands.held_decisions import HoldDecision, SendDecision, UndoDecision
from engine.commands.identity import SignInRefused
from engine.commands.opening import OpenTask
from engine.commands.reassignment import ReassignTask
from engine.commands.recalculation import RecalculateApprovers
from engine.commands.returning import ReturnTask
from engine.commands.signature import GiveSignature
from engine.commands.taking_back import TakeBackTask
from engine.commands.task import ClaimTask, CompleteTask, UnclaimTask
from engine.queries.forecast import ForecastTask
from engine.queries.paging import Page
from engine.queries.reassignees import ListReassignees
from engine.queries.reassignees import Reassignee as ReassigneeRecord
from engine.queries.recalculation import PreviewRecalculation, RecalculationPreview
from engine.queries.return_targets import ListReturnTargets, Target
from engine.queries.task_detail import GetTask
from engine.queries.task_rows import TaskRow
from engine.queries.tasks import CountTasks, SearchTasks, TaskFilter
from engine.queries.tasks import TaskCounts as TaskCountsRecord

blueprint = Blueprint("tasks", "The inbox")
DETAIL = TaskDetail()
"""Made once: a schema and those nested in it take longer to make than to use."""


@blueprint.get("/tasks")
@blueprint.arguments(TaskQuery, location="query")
@blueprint.response(200, TaskPage)
def list_tasks(query: dict[str, Any]) -> Page[TaskRow]:
    """List the tasks of one box"""
    return ask(
        SearchTasks(
            box=query["box"],
            filter=TaskFilter(text=query["q"], **{name: query[name] for name in ("process", "institution", "urgency", "due")}),
            cursor=query["cursor"],
            limit=query["limit"],
        )
    )


@blueprint.get("/tasks/counts")
@blueprint.response(200, TaskCounts)
def count_tasks() -> TaskCountsRecord:
    """Count the tasks of all boxes"""
    return ask(CountTasks())


@blueprint.get("/tasks/<uuid:task>")
@blueprint.response(200, TaskDetail)
def get_task(task: UUID) -> Response:
    """Open a task; its revision is the ETag"""
    found = ask(GetTask(task=task))
    return tagged(jsonify(DETAIL.dump(found)), found.revision)


@blueprint.post("/tasks/<uuid:task>/follow-up")
@blueprint.arguments(FollowUp)
@blueprint.response(204)
def put_off(body: dict[str, Any], task: UUID) -> Response:
    """Put a task off until later, or bring it back"""
    carry_out(PutTaskOff(task=task, until=body["until"]))
    return nothing()


@blueprint.post("/tasks/<uuid:task>/claim")
@blueprint.arguments(Nothing, required=False)
@blueprint.response(200, ActionReply)
def claim(body: dict[str, Any], task: UUID) -> Reply:
    """Take a task that is offered"""
    return action_reply(task, carry_out(ClaimTask(task=task, revision=expected_revision())))


@blueprint.post("/tasks/<uuid:task>/unclaim")
@blueprint.arguments(Unclaim)
@blueprint.response(200, ActionReply)
def unclaim(body: dict[str, Any], task: UUID) -> Reply:
    """Give a task back to those it was offered to"""
    command = UnclaimTask(task=task, revision=expected_revision(), reason=body["reason"])
    return action_reply(task, carry_out(command))


@blueprint.post("/tasks/<uuid:task>/complete")
@blueprint.arguments(Complete)
@blueprint.response(200, ActionReply)
def complete(body: dict[str, Any], task: UUID) -> Reply:
    """Decide a task with the changed fields of its form; with `hold` it can be taken back for some seconds"""
    after = body["after"] or {"person_ids": (), "joint": "all", "binds": True}
    command = CompleteTask(
        task=task,
        revision=expected_revision(),
        outcome=body["outcome"],
        data=body["data"],
        opinion=body["opinion"],
        form_version=body["form_version"],
        after=tuple(after["person_ids"]),
        joint=after["joint"],
        binds=after["binds"],
        afterwards=entered(body),
    )
    return action_reply(task, carry_out(HoldDecision(decision=command) if body["hold"] else command))


@blueprint.post("/tasks/<uuid:task>/signature")
@blueprint.arguments(Sign)
@blueprint.response(204)
def sign_by_hand(body: dict[str, Any], task: UUID) -> Response:
    """Sign a task by hand, with one's password again; the decision that follows within a quarter of an hour carries it"""
    try:
        image = b64decode(body["image"], validate=True)
    except ValueError:
        image = b""
    signed = carry_out_unkeyed(GiveSignature(task=task, image=image, password=body["password"]))
    if isinstance(signed, SignInRefused):
        raise refusal(signed)
    return nothing()


@blueprint.post("/tasks/<uuid:task>/undo")
@blueprint.arguments(Nothing, required=False)
@blueprint.response(200, ActionReply)
def undo(body: dict[str, Any], task: UUID) -> Reply:
    """Take back a decision that is still held"""
    return action_reply(task, carry_out(UndoDecision(task=task)))


@blueprint.post("/tasks/<uuid:task>/send")
@blueprint.arguments(Nothing, required=False)
@blueprint.response(200, ActionReply)
def send(body: dict[str, Any], task: UUID) -> Reply:
    """Carry out a held decision at once"""
    return action_reply(task, carry_out(SendDecision(task=task)))


@blueprint.post("/tasks/<uuid:task>/reassign")
@blueprint.arguments(Reassign)
@blueprint.response(200, ActionReply)
def reassign(body: dict[str, Any], task: UUID) -> Reply:
    """Give an escalated task to somebody else"""
    command = ReassignTask(task=task, revision=expected_revision(), person=body["person_id"], reason=body["reason"])
    return action_reply(task, carry_out(command))


@blueprint.get("/tasks/<uuid:task>/reassignees")
@blueprint.response(200, Reassignee(many=True))
def list_reassignees(task: UUID) -> list[ReassigneeRecord]:
    """List the people a task may be given to"""
    found = ask(ListReassignees(task=task))
    return list(found)


@blueprint.get("/tasks/<uuid:task>/recalculation")
@blueprint.response(200, Recalculation)
def preview_recalculation(task: UUID) -> RecalculationPreview:
    """Show whom the rules of an open task find now"""
    return ask(PreviewRecalculation(task=task))


@blueprint.post("/tasks/<uuid:task>/recalculate")
@blueprint.arguments(Recalculate)
@blueprint.response(200, ActionReply)
def recalculate(body: dict[str, Any], task: UUID) -> Reply:
    """Ask whom the rules of an open task find now, with a reason; votes stay"""
    command = RecalculateApprovers(task=task, revision=expected_revision(), reason=body["reason"])
    return action_reply(task, carry_out(command))


@blueprint.post("/tasks/<uuid:task>/forecast")
@blueprint.arguments(TypedValues)
@blueprint.response(200, TaskForecast)
def forecast_task(body: dict[str, Any], task: UUID) -> dict[str, Any]:
    """Tell where each decision would send the case, with what was filled in and not sent; changes nothing"""
    return {"outcomes": ask(ForecastTask(task=task, data=body["data"]))}


@blueprint.get("/tasks/<uuid:task>/return-targets")
@blueprint.response(200, ReturnTarget(many=True))
def list_return_targets(task: UUID) -> list[Target]:
    """List the steps a task may be sent back to, and why not to the others"""
    found = ask(ListReturnTargets(task=task))
    return list(found)


@blueprint.post("/tasks/<uuid:task>/return")
@blueprint.arguments(Return)
@blueprint.response(200, ActionReply)
def return_task(body: dict[str, Any], task: UUID) -> Reply:
    """Send a task back to a step that was done before"""
    return action_reply(task, carry_out(ReturnTask(task=task, revision=expected_revision(), **body)))


@blueprint.post("/tasks/<uuid:task>/take-back")
@blueprint.arguments(Nothing, required=False)
@blueprint.response(200, ActionReply)
def take_back(body: dict[str, Any], task: UUID) -> Reply:
    """Undo one's own decision while nobody has acted on it; the answer is about the task that is open again"""
    done = carry_out(TakeBackTask(task=task))
    return action_reply(done.task or task, done)


@blueprint.post("/tasks/<uuid:task>/open")
@blueprint.arguments(Nothing, required=False)
@blueprint.response(204)
def open_task(body: dict[str, Any], task: UUID) -> Response:
    """Note that a task that one holds was opened"""
    carry_out_unkeyed(OpenTask(task=task))
    return nothing()


@blueprint.put("/tasks/<uuid:task>/draft")
@blueprint.arguments(DraftBody)
@blueprint.response(200, Saved)
def save_draft(body: dict[str, Any], task: UUID) -> dict[str, Any]:
    """Keep what was typed without sending it"""
    carry_out_unkeyed(SaveDraft(task=task, data=body["data"], opinion=body["opinion"]))
    return {"saved_at": engine().clock.now()}


@blueprint.post("/copies/<uuid:copy>/read")
@blueprint.arguments(Nothing, required=False)
@blueprint.response(204)
def mark_copy_read(body: dict[str, Any], copy: UUID) -> Response:
    """Note that a copy was read"""
    carry_out(MarkCopyRead(copy=copy))
    return nothing()


@blueprint.post("/tasks/<uuid:task>/choices")
@blueprint.arguments(Choose)
@blueprint.response(200, ActionReply)
def choose(body: dict[str, Any], task: UUID) -> Reply:
    """Say who is to do a later step whose people are chosen"""
    done = carry_out(ChooseApprovers(task=task, element=body["element"], persons=tuple(body["persons"])))
    return action_reply(task, done)
