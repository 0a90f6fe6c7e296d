"""/operations: incidents, jobs, dead messages and cases, for those who keep the engine running."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.blueprint import Blueprint
from api.door import ask, carry_out
from api.replies import nothing
from api.schemas.base import Nothing
from api.schemas.operations import (
    AllInstancesQuery,
    IncidentPage,
    IncidentQuery,
    JobPage,
    JobQuery,
    MessagePage,
    MessageQuery,
    OperatedInstancePage,
)
from engine.commands.incident import RetryIncident
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


@blueprint.get("/operations/instances")
@blueprint.arguments(AllInstancesQuery, location="query")
@blueprint.response(200, OperatedInstancePage)
def list_all_instances(query: dict[str, Any]) -> Page[OperatedInstance]:
    """List every case, without what it is about"""
    return ask(ListAllInstances(**query))
