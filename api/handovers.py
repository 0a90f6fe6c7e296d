"""/administration/handovers: what a person who leaves or moves hands on, shown first, carried out, revoked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.blueprint import Blueprint
from api.door import ask, carry_out
from api.schemas import handovers as schemas
from engine.commands.handover import Choice, HandoverMade, RevokeHandover, StartHandover
from engine.queries import handovers

blueprint = Blueprint("handovers", "What people who leave or move hand on; nothing of what a case is about")


@blueprint.post("/administration/handovers/preview")
@blueprint.arguments(schemas.HandoverQuery)
@blueprint.response(200, schemas.HandoverPreview)
def preview_handover(body: dict[str, Any]) -> handovers.HandoverPreview:
    """Tell what would become of everything that names a person"""
    return ask(handovers.PreviewHandover(**{**body, "choices": _choices(body)}))


@blueprint.post("/administration/handovers")
@blueprint.arguments(schemas.HandoverIn)
@blueprint.response(201, schemas.HandoverMade)
def start_handover(body: dict[str, Any]) -> HandoverMade:
    """Hand on what was shown"""
    return carry_out(StartHandover(**{**body, "choices": _choices(body)}))


@blueprint.get("/administration/handovers")
@blueprint.response(200, schemas.HandoverRow(many=True))
def list_handovers() -> list[handovers.HandoverRow]:
    """List the newest handovers"""
    found = ask(handovers.ListHandovers())
    return list(found)


@blueprint.get("/administration/handovers/<uuid:handover>")
@blueprint.response(200, schemas.HandoverRecord)
def get_handover(handover: UUID) -> handovers.HandoverRecord:
    """Read one handover with what became of each thing"""
    return ask(handovers.GetHandover(handover=handover))


@blueprint.post("/administration/handovers/<uuid:handover>/revoke")
@blueprint.arguments(schemas.RevokeIn)
@blueprint.response(200, schemas.HandoverMade)
def revoke_handover(body: dict[str, Any], handover: UUID) -> HandoverMade:
    """Give back everything that nobody has acted on since"""
    return carry_out(RevokeHandover(handover=handover, **body))


def _choices(body: dict[str, Any]) -> dict[str, Choice]:
    return {reference: Choice(**choice) for reference, choice in body["choices"].items()}
