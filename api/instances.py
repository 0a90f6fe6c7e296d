"""/instances and /processes: start a case, find cases, see where one stands."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from flask import Response

from api.blueprint import Blueprint
from api.door import ask, carry_out, carry_out_unkeyed
from api.language import language
from api.replies import StartReply, download, entered, nothing, start_reply
from api.schemas.base import Nothing, PageQuery
from api.schemas.collaboration import Collaboration, CollaborationQuery
from api.schemas.forecast import CaseForecast, StartChair, StartForecast
from api.schemas.instances import (
    ActivityStart,
    Diagram,
    DocumentChoice,
    InstanceDetail,
    InstancePage,
    InstanceQuery,
    OfferedActivities,
    Start,
    Startable,
    Started,
    Timeline,
    Withdraw,
)
from api.schemas.tasks import TaskPage
from engine.commands.ad_hoc import StartAdHocActivity
from engine.commands.archive import ReadArchiveCopy
from engine.commands.following import FollowCase, UnfollowCase
from engine.commands.instance import StartInstance
from engine.commands.printing import NotePrinting
from engine.commands.withdrawal import WithdrawInstance
from engine.queries import (
    ad_hoc,
    case_document,
    collaboration,
    diagram,
    documents,
    forecast,
    instances,
    opinions,
    processes,
    timeline,
)
from engine.queries.instance_rows import InstanceRow
from engine.queries.paging import Page
from engine.queries.task_rows import TaskRow
from engine.queries.tasks import ListCaseTasks

PNG = {"image/png": {"schema": {"type": "string", "format": "binary"}}}
PDF = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}

blueprint = Blueprint("instances", "Cases: start them, find them, see where they stand")


@blueprint.get("/processes/<key>/forecast")
@blueprint.arguments(StartChair, location="query")
@blueprint.response(200, StartForecast)
def forecast_start(query: dict[str, Any], key: str) -> dict[str, Any]:
    """Tell what would come in a case that the caller starts in one of his capacities"""
    return {"steps": ask(forecast.ForecastStart(process_key=key, capacity=query["capacity_id"]))}


@blueprint.get("/instances/<uuid:instance>/forecast")
@blueprint.response(200, CaseForecast)
def forecast_case(instance: UUID) -> forecast.CaseForecast:
    """Tell what was done in a case, where it stands, and what may come"""
    return ask(forecast.ForecastCase(instance=instance))


@blueprint.get("/processes/startable")
@blueprint.response(200, Startable(many=True))
def list_startable() -> list[processes.StartableProcess]:
    """List the processes that the caller may start"""
    found = ask(processes.ListStartable())
    return list(found)


@blueprint.post("/instances")
@blueprint.arguments(Start)
@blueprint.response(201, Started)
def start_instance(body: dict[str, Any]) -> StartReply:
    """Start a process in one of the caller's capacities; another system may give values that the process accepts"""
    command = StartInstance(
        process_key=body["process_key"], capacity=body["capacity_id"], variables=body["variables"], afterwards=entered(body)
    )
    return start_reply(carry_out(command))


@blueprint.get("/instances")
@blueprint.arguments(InstanceQuery, location="query")
@blueprint.response(200, InstancePage)
def list_instances(query: dict[str, Any]) -> Page[InstanceRow]:
    """List the cases that the caller started or takes part in"""
    return ask(
        instances.SearchInstances(
            box=query["box"],
            state=query["state"],
            process=query["process"],
            text=query["q"],
            cursor=query["cursor"],
            limit=query["limit"],
        )
    )


@blueprint.get("/instances/<uuid:instance>")
@blueprint.response(200, InstanceDetail)
def get_instance(instance: UUID) -> instances.InstanceDetail:
    """Open a case"""
    return ask(instances.GetInstance(instance=instance))


@blueprint.post("/instances/<uuid:instance>/withdraw")
@blueprint.arguments(Withdraw)
@blueprint.response(200, InstanceDetail)
def withdraw_instance(body: dict[str, Any], instance: UUID) -> instances.InstanceDetail:
    """Withdraw a case that the caller has started: to revise it, or for good"""
    carry_out(WithdrawInstance(instance=instance, **body))
    return ask(instances.GetInstance(instance=instance))


@blueprint.post("/instances/<uuid:instance>/follow")
@blueprint.arguments(Nothing, required=False)
@blueprint.response(204)
def follow(body: dict[str, Any], instance: UUID) -> Response:
    """Be told what happens to a case"""
    carry_out(FollowCase(instance=instance))
    return nothing()


@blueprint.post("/instances/<uuid:instance>/unfollow")
@blueprint.arguments(Nothing, required=False)
@blueprint.response(204)
def unfollow(body: dict[str, Any], instance: UUID) -> Response:
    """Be told no more of a case"""
    carry_out(UnfollowCase(instance=instance))
    return nothing()


@blueprint.get("/instances/<uuid:instance>/tasks")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, TaskPage)
def list_instance_tasks(query: dict[str, Any], instance: UUID) -> Page[TaskRow]:
    """List the tasks of a case that the caller holds or may take"""
    return ask(ListCaseTasks(instance=instance, cursor=query["cursor"], limit=query["limit"]))


@blueprint.get("/instances/<uuid:instance>/timeline")
@blueprint.response(200, Timeline)
def get_timeline(instance: UUID) -> dict[str, Any]:
    """Read what happened to a case"""
    return {"items": ask(timeline.GetTimeline(instance=instance))}


@blueprint.get("/instances/<uuid:instance>/document")
@blueprint.doc(responses={"200": {"description": "The print", "content": PDF}})
def print_instance(instance: UUID) -> Response:
    """Print a case, as far as the caller may see it, as PDF; the printing is audited"""
    carry_out_unkeyed(NotePrinting(instance=instance))
    printed = ask(case_document.PrintCase(instance=instance, language="en" if language() == "en" else "zh"))
    return download(printed.content, "application/pdf", printed.name)


@blueprint.get("/instances/<uuid:instance>/documents")
@blueprint.response(200, DocumentChoice(many=True))
def list_documents(instance: UUID) -> list[documents.DocumentChoice]:
    """List the documents of a case that the caller may print as it stands"""
    offered = ask(documents.ListDocuments(instance=instance))
    return list(offered)


@blueprint.get("/instances/<uuid:instance>/documents/<document>")
@blueprint.doc(responses={"200": {"description": "The document, every copy of it", "content": PDF}})
def print_document(instance: UUID, document: str) -> Response:
    """Print a document of a case as PDF; the printing is audited"""
    spoken: Literal["zh", "en"] = "en" if language() == "en" else "zh"
    printed = ask(documents.PrintDocument(instance=instance, document=document, language=spoken))
    carry_out_unkeyed(NotePrinting(instance=instance, document=document))
    return download(printed.content, "application/pdf", printed.name)


@blueprint.get("/instances/<uuid:instance>/archive")
@blueprint.doc(responses={"200": {"description": "The archive copy, the same bytes every time", "content": PDF}})
def read_archive_copy(instance: UUID) -> Response:
    """Read the copy of an ended case that is kept; the reading is audited"""
    kept = carry_out_unkeyed(ReadArchiveCopy(instance=instance))
    response = download(kept.content, "application/pdf", kept.name)
    response.headers["ETag"] = f'"{kept.sha256}"'
    return response


@blueprint.get("/instances/<uuid:instance>/signatures/<uuid:signature>")
@blueprint.doc(responses={"200": {"description": "The drawing", "content": PNG}})
def get_signature(instance: UUID, signature: UUID) -> Response:
    """See a handwritten signature of a case"""
    image = ask(opinions.GetSignatureImage(instance=instance, signature=signature))
    return download(image, "image/png", f"{signature}.png")


@blueprint.get("/instances/<uuid:instance>/diagram")
@blueprint.response(200, Diagram)
def get_diagram(instance: UUID) -> diagram.Diagram:
    """See a case's drawing and where it stands"""
    return ask(diagram.GetDiagram(instance=instance))


@blueprint.get("/instances/<uuid:instance>/collaboration")
@blueprint.arguments(CollaborationQuery, location="query")
@blueprint.response(200, Collaboration)
def get_collaboration(query: dict[str, Any], instance: UUID) -> collaboration.Collaboration:
    """See every pool that talks with a case: where its cases stand, what was sent and what is awaited"""
    return ask(collaboration.GetCollaboration(instance=instance, **query))


@blueprint.get("/instances/<uuid:instance>/ad-hoc-activities")
@blueprint.response(200, OfferedActivities)
def list_ad_hoc_activities(instance: UUID) -> dict[str, Any]:
    """List what a case's open ad-hoc subprocesses offer"""
    return {"items": ask(ad_hoc.ListAdHocActivities(instance=instance))}


@blueprint.post("/instances/<uuid:instance>/ad-hoc-activities")
@blueprint.arguments(ActivityStart)
@blueprint.response(200, InstanceDetail)
def start_ad_hoc_activity(body: dict[str, Any], instance: UUID) -> instances.InstanceDetail:
    """Start an activity of a case's ad-hoc subprocess"""
    scope = None if body["scope"] is None else int(body["scope"])
    carry_out(StartAdHocActivity(instance=instance, element=body["element"], scope=scope))
    return ask(instances.GetInstance(instance=instance))
