"""/views: saved views of the inbox and of operations, one's own and those that others share with one's post or department."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.blueprint import Blueprint
from api.door import ask, carry_out
from api.replies import nothing
from api.schemas.views import View, ViewChoiceIn, ViewIn, ViewQuery
from engine.commands.views import ChooseView, RemoveView, SaveView
from engine.queries.views import ListViews
from engine.queries.views import View as ViewRecord

blueprint = Blueprint("views", "Saved views of the inbox and of operations")


@blueprint.get("/views")
@blueprint.arguments(ViewQuery, location="query")
@blueprint.response(200, View(many=True))
def list_views(query: dict[str, Any]) -> list[ViewRecord]:
    """List the views that the caller may use; those that he has pinned with how many tasks or cases they show"""
    found = ask(ListViews(**query))
    return list(found)


@blueprint.post("/views")
@blueprint.arguments(ViewIn)
@blueprint.response(204)
def save_view(body: dict[str, Any]) -> Response:
    """Keep a box, or the cases of operations, with a filter under a name, for oneself or shared; it is pinned"""
    carry_out(_saved(body))
    return nothing()


@blueprint.put("/views/<uuid:view>")
@blueprint.arguments(ViewIn)
@blueprint.response(204)
def change_view(body: dict[str, Any], view: UUID) -> Response:
    """Change a view of one's own"""
    carry_out(_saved(body, view))
    return nothing()


@blueprint.delete("/views/<uuid:view>")
@blueprint.response(204)
def remove_view(view: UUID) -> Response:
    """Remove a view of one's own"""
    carry_out(RemoveView(view=view))
    return nothing()


@blueprint.put("/views/<uuid:view>/choice")
@blueprint.arguments(ViewChoiceIn)
@blueprint.response(204)
def choose_view(body: dict[str, Any], view: UUID) -> Response:
    """Pin a view that one may use, or begin with it"""
    carry_out(ChooseView(view=view, **body))
    return nothing()


def _saved(body: dict[str, Any], view: UUID | None = None) -> SaveView:
    fields = {name: body[name] for name in ("name", "box", "filter", "share")}
    return SaveView(**fields, capacity=body["capacity_id"], view=view)
