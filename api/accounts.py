"""/administration/accounts: who may sign in. Rights are the security administrator's to give (`api.audit`).

Nobody gets a password that is known beforehand: who keeps the accounts sets a first one, and it must be changed at the
first sign-in. An administrator's password is set by nobody else but on the server itself.
"""

from __future__ import annotations

from typing import Any

from api.blueprint import Blueprint
from api.door import ask, carry_out, carry_out_unkeyed
from api.schemas.accounts import AccountIn, AccountOf, AccountQuery, PasswordIn
from api.schemas.audit import AccountSaved
from api.schemas.base import Nothing
from engine.commands import account
from engine.commands.account import AccountSaved as Saved
from engine.queries.identity import AccountRow, ListAccounts

blueprint = Blueprint("accounts", "Keep accounts")


@blueprint.get("/administration/accounts")
@blueprint.arguments(AccountQuery, location="query")
@blueprint.response(200, AccountOf(many=True))
def list_accounts(query: dict[str, Any]) -> list[AccountRow]:
    """List the account of a person"""
    found = ask(ListAccounts(person=query["person"]))
    return list(found)


@blueprint.post("/administration/accounts")
@blueprint.arguments(AccountIn)
@blueprint.response(200, AccountSaved)
def create_account(body: dict[str, Any]) -> Saved:
    """Let a person sign in, with a password that must be changed at the first sign-in"""
    return carry_out_unkeyed(account.CreateAccount(**body))


@blueprint.put("/administration/accounts/<string:login>/password")
@blueprint.arguments(PasswordIn)
@blueprint.response(200, AccountSaved)
def set_password(body: dict[str, Any], login: str) -> Saved:
    """Give an account a new password; its sessions end, and it must be changed at the next sign-in"""
    return carry_out_unkeyed(account.SetPassword(login=login, password=body["password"]))


@blueprint.post("/administration/accounts/<string:login>/disable")
@blueprint.arguments(Nothing, required=False)
@blueprint.response(200, AccountSaved)
def disable_account(body: dict[str, Any], login: str) -> Saved:
    """Shut an account; its sessions end at once"""
    return carry_out(account.DisableAccount(login=login))


@blueprint.post("/administration/accounts/<string:login>/enable")
@blueprint.arguments(Nothing, required=False)
@blueprint.response(200, AccountSaved)
def enable_account(body: dict[str, Any], login: str) -> Saved:
    """Open a shut account again"""
    return carry_out(account.EnableAccount(login=login))
