"""/audit: the trail, for the audit administrator alone; and /security: who holds which right, for the security administrator."""

from __future__ import annotations

from typing import Any

from api.blueprint import Blueprint
from api.door import ask, carry_out
from api.schemas.audit import (
    AccountRights,
    AccountSaved,
    AuditedRoundPage,
    AuditedRoundQuery,
    AuditEntryPage,
    AuditQuery,
    RightsIn,
    Sight,
    SightQuery,
    Verification,
    VerificationQuery,
)
from engine.commands.account import AccountSaved as Saved
from engine.commands.account import SetRights
from engine.queries.audit import AuditVerification, VerifyAudit
from engine.queries.audit_entries import AuditRow, ListAuditEntries
from engine.queries.audited_rounds import AuditedRound, ListAuditedRounds
from engine.queries.identity import AccountRow, ListAccounts
from engine.queries.paging import Page
from engine.queries.sight import ExplainSight
from engine.queries.sight import Sight as Explained

blueprint = Blueprint("audit", "The audit trail, and who holds which right")


@blueprint.get("/audit/entries")
@blueprint.arguments(AuditQuery, location="query")
@blueprint.response(200, AuditEntryPage)
def list_audit_entries(query: dict[str, Any]) -> Page[AuditRow]:
    """Read the audit trail, newest first"""
    return ask(ListAuditEntries(**query))


@blueprint.get("/audit/rounds")
@blueprint.arguments(AuditedRoundQuery, location="query")
@blueprint.response(200, AuditedRoundPage)
def list_audited_rounds(query: dict[str, Any]) -> Page[AuditedRound]:
    """Tell by which rules and which organisation the people of a case's tasks were found, newest first"""
    return ask(ListAuditedRounds(**query))


@blueprint.get("/audit/verification")
@blueprint.arguments(VerificationQuery, location="query")
@blueprint.response(200, Verification)
def verify_audit(query: dict[str, Any]) -> AuditVerification:
    """Recompute the whole trail and tell what is not as it was written"""
    return ask(VerifyAudit(anchor=query["anchor"]))


@blueprint.get("/security/accounts")
@blueprint.response(200, AccountRights(many=True))
def list_accounts() -> list[AccountRow]:
    """List all accounts with their rights"""
    found = ask(ListAccounts())
    return list(found)


@blueprint.get("/security/sight")
@blueprint.arguments(SightQuery, location="query")
@blueprint.response(200, Sight)
def explain_sight(query: dict[str, Any]) -> Explained:
    """Tell why somebody may see a case, or may not"""
    return ask(ExplainSight(**query))


@blueprint.put("/security/accounts/<string:login>/rights")
@blueprint.arguments(RightsIn)
@blueprint.response(200, AccountSaved)
def set_rights(body: dict[str, Any], login: str) -> Saved:
    """Give an account these rights and no others"""
    return carry_out(SetRights(login=login, rights=tuple(body["rights"])))
