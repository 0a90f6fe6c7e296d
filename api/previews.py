"""/previews: what a designer sees while he writes. The texts are sent along, and nothing is kept."""

from __future__ import annotations

from typing import Any

from flask import request

from api.blueprint import Blueprint
from api.designs import MAX_BODY
from api.door import ask
from api.schemas import previews as schemas
from engine.queries.previews import PreviewForm, TryDecision

blueprint = Blueprint("previews", "Forms and decisions while they are written")


@blueprint.before_request
def _take_large_bodies() -> None:
    request.max_content_length = MAX_BODY


@blueprint.post("/previews/form")
@blueprint.arguments(schemas.FormPreviewIn)
@blueprint.response(200, schemas.FormPreview)
def preview_form(body: dict[str, Any]) -> dict[str, Any]:
    """Show a form or document file as the browser draws it, with the field rights of one step"""
    found = ask(PreviewForm(**body))
    findings = [{**vars(item), "message": {"zh": item.message, "en": item.message_en}} for item in found.findings]
    return {"form": found.form, "findings": findings}


@blueprint.post("/previews/decision")
@blueprint.arguments(schemas.DecisionTrial)
@blueprint.response(200, schemas.TriedDecision)
def try_decision(body: dict[str, Any]) -> dict[str, Any]:
    """Make a decision of DMN files with values of one's own"""
    found = ask(TryDecision(**body))
    problem = None if found.problem is None else dict(zip(("zh", "en"), found.problem, strict=True))
    return {**vars(found), "problem": problem}
