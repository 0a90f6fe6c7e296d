"""/operations: incidents, jobs, dead messages and cases, for those who keep the engine running."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.blueprint import Blueprint
from api.door import ask, carry_out, carry_out_unkeyed
from api.replies import nothing
from api.schemas.base import Nothing
from api.schemas.collaboration import Collaboration, CollaborationQuery
from api.schemas.instances import Diagram
from api.schemas.messages import Accepted
from api.schemas.operations import (
    AllInstancesQuery,
    Because,
    Condition,
    Counted,
    FoundBy,
    FoundByQuery,
    HeatMap,
    HeatQuery,
    IncidentCauses,
    IncidentNote,
    IncidentPage,
    IncidentQuery,
    InstanceFilterFields,
    JobPage,
    JobQuery,
    MessagePage,
    MessageQuery,
    OperatedCase,
    OperatedInstancePage,
    OperatedProcess,
    ProcessState,
    Redeliver,
    RetryCause,
    RetryScheduled,
)
from engine.commands.definition import ResumeProcess, SuspendProcess
from engine.commands.incident import AnnotateIncident, ResolveIncident, RetryIncident
from engine.commands.incident import RetryCause as RetryAll
from engine.commands.message import DiscardMessage, RedeliverMessage
from engine.queries import collaboration, condition, found_by, heat_map, operated_case
from engine.queries.definitions import ListProcesses, ProcessRow
from engine.queries.incidents import ListIncidentCauses
from engine.queries.operations import (
    IncidentRow,
    JobRow,
    ListAllInstances,
    ListIncidents,
    ListJobs,
    ListMessages,
    MessageRow,
    OperatedInstance,
)
from engine.queries.paging import Page
from engine.records import Done, InstanceFilter

blueprint = Blueprint("operations", "Keep the engine running; no patient data")


@blueprint.get("/operations/incidents")
@blueprint.arguments(IncidentQuery, location="query")
@blueprint.response(200, IncidentPage)
def list_incidents(query: dict[str, Any]) -> Page[IncidentRow]:
    """List the stops that a person must resolve"""
    return ask(ListIncidents(**query))


@blueprint.post("/operations/incidents/<uuid:incident>/retry")
@blueprint.arguments(Nothing, required=False)
@blueprint.response(204)
def retry_incident(body: dict[str, Any], incident: UUID) -> Response:
    """Try again what an incident stopped"""
    carry_out(RetryIncident(incident=incident))
    return nothing()


@blueprint.post("/operations/incidents/<uuid:incident>/note")
@blueprint.arguments(IncidentNote)
@blueprint.response(204)
def annotate_incident(body: dict[str, Any], incident: UUID) -> Response:
    """Write a note on an incident, in place of the one before"""
    carry_out(AnnotateIncident(incident=incident, note=body["note"]))
    return nothing()


@blueprint.post("/operations/incidents/<uuid:incident>/resolve")
@blueprint.arguments(Because)
@blueprint.response(204)
def resolve_incident(body: dict[str, Any], incident: UUID) -> Response:
    """Close an incident whose stop is gone, with a reason"""
    carry_out(ResolveIncident(incident=incident, reason=body["reason"]))
    return nothing()


@blueprint.get("/operations/incidents/causes")
@blueprint.response(200, IncidentCauses)
def list_incident_causes() -> dict[str, Any]:
    """List the causes of open incidents, the most frequent first"""
    return {"items": ask(ListIncidentCauses())}


@blueprint.post("/operations/incidents/retry")
@blueprint.arguments(RetryCause)
@blueprint.response(202, RetryScheduled)
def retry_cause(body: dict[str, Any]) -> dict[str, Any]:
    """Try again every open incident of a cause, each by itself"""
    return {"incidents": carry_out_unkeyed(RetryAll(**body))}


@blueprint.post("/operations/messages/<uuid:message>/redeliver")
@blueprint.arguments(Redeliver, required=False)
@blueprint.response(200, Accepted)
def redeliver_message(body: dict[str, Any], message: UUID) -> Done:
    """Send a dead message again, to another institution if one is given"""
    return carry_out(RedeliverMessage(message=message, to=body.get("to")))


@blueprint.post("/operations/messages/<uuid:message>/discard")
@blueprint.arguments(Because)
@blueprint.response(204)
def discard_message(body: dict[str, Any], message: UUID) -> Response:
    """Take a message that nobody is to receive from the desk, with a reason"""
    carry_out(DiscardMessage(message=message, reason=body["reason"]))
    return nothing()


@blueprint.get("/operations/jobs")
@blueprint.arguments(JobQuery, location="query")
@blueprint.response(200, JobPage)
def list_jobs(query: dict[str, Any]) -> Page[JobRow]:
    """List the work of the clock, the next first"""
    return ask(ListJobs(**query))


@blueprint.get("/operations/messages")
@blueprint.arguments(MessageQuery, location="query")
@blueprint.response(200, MessagePage)
def list_messages(query: dict[str, Any]) -> Page[MessageRow]:
    """List messages in one state; dead ones by default"""
    return ask(ListMessages(**query))


@blueprint.get("/operations/condition")
@blueprint.response(200, Condition)
def get_condition() -> condition.Condition:
    """Tell what has stopped, what is late and what could not be told"""
    return ask(condition.GetCondition())


@blueprint.get("/operations/processes")
@blueprint.response(200, OperatedProcess(many=True))
def list_processes() -> list[ProcessRow]:
    """List every process with its versions and live cases"""
    found = ask(ListProcesses())
    return list(found)


@blueprint.get("/operations/processes/<string:process>/heat")
@blueprint.arguments(HeatQuery, location="query")
@blueprint.response(200, HeatMap)
def get_heat_map(query: dict[str, Any], process: str) -> heat_map.HeatMap:
    """See how often and for how long each element of a process was visited, and what stands there"""
    return ask(heat_map.GetHeatMap(process=process, **query))


@blueprint.post("/operations/processes/<string:process>/suspend")
@blueprint.arguments(Because)
@blueprint.response(200, ProcessState)
def suspend_process(body: dict[str, Any], process: str) -> Done:
    """Start no new case of a process; what runs goes on"""
    return carry_out(SuspendProcess(process=process, reason=body["reason"]))


@blueprint.post("/operations/processes/<string:process>/resume")
@blueprint.arguments(Because)
@blueprint.response(200, ProcessState)
def resume_process(body: dict[str, Any], process: str) -> Done:
    """Let a process take new cases again"""
    return carry_out(ResumeProcess(process=process, reason=body["reason"]))


@blueprint.get("/operations/instances/<uuid:instance>")
@blueprint.response(200, OperatedCase)
def get_operated_case(instance: UUID) -> operated_case.OperatedCase:
    """Read one case, without what it is about"""
    return ask(operated_case.GetOperatedCase(instance=instance))


@blueprint.get("/operations/instances/<uuid:instance>/diagram")
@blueprint.response(200, Diagram)
def get_operated_diagram(instance: UUID) -> Any:
    """See a case's drawing and where it stands"""
    return ask(operated_case.GetOperatedDiagram(instance=instance))


@blueprint.get("/operations/instances/<uuid:instance>/collaboration")
@blueprint.arguments(CollaborationQuery, location="query")
@blueprint.response(200, Collaboration)
def get_operated_collaboration(query: dict[str, Any], instance: UUID) -> collaboration.Collaboration:
    """See every pool that talks with a case: where its cases stand, what was sent and what is awaited"""
    return ask(collaboration.GetOperatedCollaboration(instance=instance, **query))


@blueprint.get("/operations/instances")
@blueprint.arguments(AllInstancesQuery, location="query")
@blueprint.response(200, OperatedInstancePage)
def list_all_instances(query: dict[str, Any]) -> Page[OperatedInstance]:
    """List the cases that a filter finds, without what they are about"""
    paging = {name: query.pop(name) for name in ("cursor", "limit")}
    return ask(ListAllInstances(filter=_filter(query), **paging))


@blueprint.get("/operations/instances/count")
@blueprint.arguments(InstanceFilterFields, location="query")
@blueprint.response(200, Counted)
def count_instances(query: dict[str, Any]) -> found_by.Counted:
    """Tell how many cases a filter finds; beyond 10,000 they are not counted"""
    return ask(found_by.CountInstances(filter=_filter(query)))


@blueprint.get("/operations/instances/found-by")
@blueprint.arguments(FoundByQuery, location="query")
@blueprint.response(200, FoundBy)
def list_found_by(query: dict[str, Any]) -> found_by.FoundBy:
    """List the values, versions and elements that a filter can name"""
    return ask(found_by.ListFoundBy(**query))


def _filter(query: dict[str, Any]) -> InstanceFilter:
    return InstanceFilter(**{**query, "where": tuple(query.get("where", ()))})
