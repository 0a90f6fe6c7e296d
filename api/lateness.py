"""/lateness: overdue and escalated tasks by person, post, institution, process or step, for 绩效."""

from __future__ import annotations

from typing import Any

from api.blueprint import Blueprint
from api.door import ask
from api.schemas.lateness import LatenessQuery, LatenessRow
from engine.queries import lateness

blueprint = Blueprint("lateness", "Who was late; no patient data")


@blueprint.get("/lateness")
@blueprint.arguments(LatenessQuery, location="query")
@blueprint.response(200, LatenessRow(many=True))
def count_lateness(query: dict[str, Any]) -> list[lateness.LatenessRow]:
    """Count what was late in a period"""
    found = ask(lateness.CountLateness(**query))
    return list(found)
