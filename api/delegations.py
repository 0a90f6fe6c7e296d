"""/delegations: have somebody do one's work for a while."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.blueprint import Blueprint
from api.door import ask, carry_out
from api.schemas.administration import Kept
from api.schemas.base import Nothing
from api.schemas.delegations import DelegationIn, DelegationQuery, DelegationRecord
from engine.commands.delegation import Delegate, EndDelegation
from engine.commands.keeping import Saved
from engine.queries.delegations import DelegationRow, ListDelegations

blueprint = Blueprint("delegations", "Agents who do somebody's work for a while")


@blueprint.get("/delegations")
@blueprint.arguments(DelegationQuery, location="query")
@blueprint.response(200, DelegationRecord(many=True))
def list_delegations(query: dict[str, Any]) -> list[DelegationRow]:
    """List one's own delegations; everybody's for who keeps the organisation"""
    found = ask(ListDelegations(**query))
    return list(found)


@blueprint.post("/delegations")
@blueprint.arguments(DelegationIn)
@blueprint.response(200, Kept)
def delegate(body: dict[str, Any]) -> Saved:
    """Have somebody do one's work for a time"""
    processes = None if body["processes"] is None else tuple(body["processes"])
    return carry_out(Delegate(**{**body, "processes": processes}))


@blueprint.post("/delegations/<uuid:delegation>/end")
@blueprint.arguments(Nothing, required=False)
@blueprint.response(200, Kept)
def end_delegation(body: dict[str, Any], delegation: UUID) -> Saved:
    """End a delegation now"""
    return carry_out(EndDelegation(delegation=delegation))
