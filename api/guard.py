"""What every request passes before its view: permission, origin, session, CSRF token, in this order.

A session is a random token in a cookie that scripts cannot read. A request that changes something must come from our own
pages: by its Origin or Sec-Fetch-Site, and by the CSRF token that only our pages can have read.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from datetime import datetime
from http import HTTPStatus
from typing import cast
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from sqlalchemy.exc import SQLAlchemyError

from api.config import ApiConfig
from api.door import ask, carry_out_unkeyed, engine
from api.permissions import OWN, PERMISSIONS, PUBLIC, may_knock
from api.problems import Problem
from api.rate import RequestRate
from api.strict_json import refuse_text
from engine.commands.identity import Touch, place_of
from engine.commands.refused_access import NoteRefusal
from engine.commands.request_rate import CountRequests
from engine.errors import EngineError
from engine.queries.identity import SessionByToken, SessionRecord
from engine.records import Actor

COOKIE = "liandong_session"
CSRF_HEADER = "X-CSRF-Token"
BACKGROUND_HEADER = "X-Background"
"""Sent by a browser that asks on its own account: such a request does not keep the session awake."""
QUIET_ENDPOINTS = frozenset({"events.stream_changes"})
SIGN_IN = "session.sign_in"
PLAIN = "identity"
SUBJECT_LENGTH = 80
RATE_KEY = "liandong.rate"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_COOKIE = 200

log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Puts the guard before every view of `app`."""
    app.extensions[RATE_KEY] = RequestRate()
    app.before_request(_guard)
    app.after_request(_name)
    app.after_request(_note_refusal)


def session_token() -> str | None:
    """The token in the browser's cookie; None without one, or with one that cannot be ours."""
    token = request.cookies.get(COOKIE)
    return token if token and len(token) <= MAX_COOKIE and token.isascii() else None


def _guard() -> None:
    g.request_id = secrets.token_hex(8)
    g.caller = Actor(person=None, name="nobody", source=request.remote_addr or "", request_id=g.request_id)
    for name, value in (request.view_args or {}).items():
        refuse_text(f"{name}{value}")
    if request.endpoint is None:
        return
    permission = PERMISSIONS.get(request.endpoint)
    if permission is None:
        raise Problem(403, "not-listed")
    _require_plain_body()
    changing = request.method not in SAFE_METHODS
    if changing:
        _require_own_origin()
    if permission == PUBLIC:
        if request.endpoint == SIGN_IN:
            _require_pace(f"source {place_of(g.caller.source)}"[:SUBJECT_LENGTH], _config().sign_ins_per_minute)
        return
    session = _require_session()
    _require_pace(f"session {session.key}", _config().requests_per_minute)
    if changing:
        _require_csrf_token(session)
    if session.must_change and permission != OWN:
        raise Problem(403, "password-change-required")
    if not may_knock(permission, g.caller.rights):
        raise Problem(403, "right-missing")
    _keep_awake(session)


def _require_plain_body() -> None:
    """Raises Problem for a packed body: nothing here unpacks one, and a small one may unpack to a very large one."""
    if request.headers.get("Content-Encoding", PLAIN).strip().lower() != PLAIN:
        raise Problem(415, "content-encoding")


def _require_session() -> SessionRecord:
    token = session_token()
    if token is None:
        raise _signed_out("no-session")
    session = ask(SessionByToken(token=token))
    if session is None:
        raise _signed_out("session-expired")
    g.session = session
    g.caller = session.actor(source=request.remote_addr, request_id=g.request_id)
    return session


def _signed_out(code: str) -> Problem:
    """The refusal that brings up the log-in page, which says when it is that of a demonstration."""
    return Problem(401, code, demo=True) if engine().config.demo else Problem(401, code)


def _require_own_origin() -> None:
    origin = request.headers.get("Origin")
    if origin is not None:
        ours = urlsplit(request.host_url)
        theirs = urlsplit(origin)
        if (theirs.scheme, theirs.netloc) != (ours.scheme, ours.netloc):
            raise Problem(403, "csrf-origin")
    elif request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Problem(403, "csrf-origin")


def _require_csrf_token(session: SessionRecord) -> None:
    given = request.headers.get(CSRF_HEADER)
    if not given:
        raise Problem(403, "csrf-missing")
    if not hmac.compare_digest(given.encode(), session.csrf.encode()):
        raise Problem(403, "csrf-wrong")


def _config() -> ApiConfig:
    return cast(ApiConfig, current_app.config["LIANDONG"])


def _require_pace(subject: str, limit: int) -> None:
    """Raises Problem for who has sent more requests than may be sent in a minute."""
    rate: RequestRate = current_app.extensions[RATE_KEY]

    def share(subject: str, minute: datetime, number: int) -> int:
        try:
            return carry_out_unkeyed(CountRequests(subject=subject, minute=minute, number=number, limit=limit))
        except (SQLAlchemyError, EngineError) as error:
            # Reading goes on while nothing can be written; this node's own count still holds.
            log.warning("requests could not be counted: %s", type(error).__name__)
            return 0

    seconds = rate.wait(subject, limit, engine().clock.now(), share)
    if seconds is not None:
        raise Problem(429, "too-many-requests", retry_after=seconds, count=limit)


def _keep_awake(session: SessionRecord) -> None:
    token = session_token()
    if not session.touch_due or token is None or request.endpoint in QUIET_ENDPOINTS or BACKGROUND_HEADER in request.headers:
        return
    try:
        carry_out_unkeyed(Touch(token=token))
    except (SQLAlchemyError, EngineError) as error:
        # Reading goes on while nothing can be written, as on a full disk.
        log.warning("a session could not be kept awake: %s", type(error).__name__)


def _note_refusal(response: Response) -> Response:
    """Has the audit trail know who was refused where, once a minute for each session, route and reason."""
    if response.status_code != HTTPStatus.FORBIDDEN or "session" not in g or request.endpoint is None:
        return response
    code = str((response.get_json(silent=True) or {}).get("code"))
    rate: RequestRate = current_app.extensions[RATE_KEY]
    if rate.is_first(f"{g.session.key} {request.endpoint} {code}", engine().clock.now()):
        try:
            carry_out_unkeyed(NoteRefusal(door=request.endpoint, code=code))
        except (SQLAlchemyError, EngineError) as error:
            log.warning("a refusal could not be noted: %s", type(error).__name__)
    return response


def _name(response: Response) -> Response:
    if "request_id" in g:
        response.headers["X-Request-Id"] = g.request_id
    return response
