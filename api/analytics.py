"""/analytics: the statistics of each process; no patient data."""

from __future__ import annotations

from typing import Any

from api.blueprint import Blueprint
from api.door import ask
from api.schemas.analytics import Measured, Statistics, StatisticsQuery
from engine.queries.analytics import overview

blueprint = Blueprint("analytics", "Statistics of processes; no patient data")


@blueprint.get("/analytics/processes")
@blueprint.response(200, Measured(many=True))
def list_measured() -> list[overview.Measured]:
    """List the processes that there are statistics of"""
    found = ask(overview.ListMeasured())
    return list(found)


@blueprint.get("/analytics/processes/<folder>")
@blueprint.arguments(StatisticsQuery, location="query")
@blueprint.response(200, Statistics)
def get_statistics(query: dict[str, Any], folder: str) -> overview.Statistics:
    """See how the work of a process went in a period"""
    return ask(overview.GetStatistics(folder=folder, **query))
