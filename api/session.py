"""/session: sign in and out, and change one's password."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from flask import Response, current_app, g, jsonify, request

from api.blueprint import Blueprint
from api.config import ApiConfig
from api.door import ask, carry_out_unkeyed, engine
from api.guard import COOKIE, session_token
from api.problems import Problem
from api.replies import nothing
from api.schemas.base import iso
from api.schemas.session import PasswordChange, Session, SignInBody, UndoSeconds
from engine.commands.held_decisions import SetUndoSeconds
from engine.commands.identity import ChangePassword, SessionOpened, SignIn, SignInRefused, SignOut
from engine.queries.analytics.reach import SeesStatistics
from engine.queries.identity import SessionByToken, SessionRecord
from engine.queries.organisation import ListMyCapacities

blueprint = Blueprint("session", "Sign in and out")


@blueprint.get("/session")
@blueprint.response(200, Session)
def get_session() -> dict[str, Any]:
    """See who is signed in"""
    return _session(g.session)


@blueprint.post("/session")
@blueprint.arguments(SignInBody)
@blueprint.response(200, Session)
def sign_in(body: dict[str, Any]) -> Response:
    """Sign in; the session comes as a cookie"""
    command = SignIn(
        login=body["login"], password=body["password"], source=request.remote_addr or "unknown", replaces=session_token()
    )
    opened = carry_out_unkeyed(command)
    if not isinstance(opened, SessionOpened):
        raise refusal(opened)
    session = ask(SessionByToken(token=opened.token))
    if session is None:
        raise Problem(401, "session-expired")
    response: Response = jsonify(Session().dump(_session(session)))
    config: ApiConfig = current_app.config["LIANDONG"]
    response.set_cookie(COOKIE, opened.token, httponly=True, samesite="Lax", secure=config.secure_cookies, path="/")
    return response


@blueprint.delete("/session")
@blueprint.response(204)
def sign_out() -> Response:
    """Sign out; the session ends on the server"""
    token = session_token()
    if token is not None:
        carry_out_unkeyed(SignOut(token=token))
    response = nothing()
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="Lax")
    return response


@blueprint.put("/session/password")
@blueprint.arguments(PasswordChange)
@blueprint.response(204)
def change_password(body: dict[str, Any]) -> Response:
    """Change one's password; every other session of the account ends"""
    changed = carry_out_unkeyed(ChangePassword(token=session_token() or "", current=body["current"], new=body["new"]))
    if isinstance(changed, SignInRefused):
        raise refusal(changed)
    return nothing()


@blueprint.put("/session/undo")
@blueprint.arguments(UndoSeconds)
@blueprint.response(204)
def set_undo(body: dict[str, Any]) -> Response:
    """Say for how long one's decisions can be taken back; 0 sends them at once"""
    carry_out_unkeyed(SetUndoSeconds(seconds=body["seconds"]))
    return nothing()


def _session(session: SessionRecord) -> dict[str, Any]:
    settings = engine().config
    return {
        "person": {"id": session.person_id, "name": session.name, "login": session.login},
        "capacities": ask(ListMyCapacities(), session.actor()),
        "must_change_password": session.must_change,
        "csrf_token": session.csrf,
        "rights": sorted(session.rights),
        "statistics": ask(SeesStatistics(), session.actor()),
        "demo": settings.demo,
        "undo_seconds": session.undo_seconds,
        "idle_minutes": int(settings.session_idle.total_seconds() // 60),
    }


def refusal(refused: SignInRefused) -> Problem:
    """What a password that was not taken is answered with."""
    if refused.code == "locked":
        until: datetime | None = refused.locked_until
        if until is None:
            return Problem(429, "locked", until=None)
        left = math.ceil((until - engine().clock.now()).total_seconds())
        return Problem(429, "locked", retry_after=max(left, 1), until=iso(until))
    return Problem(422, refused.code, triesLeft=refused.tries_left)
