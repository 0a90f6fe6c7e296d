"""Every refusal as problem+json (RFC 9457): one table from the engine's kinds of error to HTTP status.

    {"type": "about:blank", "title", "status", "code", "detail", "errors": [{"path", "code", "message"}]?, "facts": {}?}

`detail` is a sentence in the caller's language. What nobody foresaw is a 500 whose only content is a reference to the
log: no stack, no expression, no name of a variable leaves the house.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, g
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from api.keeping_sentences import KEEPING
from api.language import language, pick
from api.sentences import FACTS_FOR_CALLERS, FACTS_FOR_KEEPERS, sentence, title
from api.strict_json import JsonRefused
from engine.errors import (
    Conflict,
    EngineError,
    FieldError,
    Finding,
    Invalid,
    InvalidForm,
    InvalidModel,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    Unavailable,
)

STATUS_BY_KIND: Sequence[tuple[type[EngineError], int]] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (Invalid, 422),
    (Conflict, 409),
    (Unavailable, 503),
    (OutcomeUnknown, 504),
)
STATUS_BY_CODE: Mapping[str, int] = {
    "design-locked": 423,
    "locked": 429,
    "no-session": 401,
    "session-expired": 401,
    "stale": 412,
    "stale-case": 412,
    "invalid-json": 400,
    "invalid-text": 400,
    "json-duplicate-key": 400,
    "json-not-a-number": 400,
    "json-number-too-large": 400,
    "json-too-deep": 400,
    "json-too-many-keys": 400,
}
"""Codes whose status is finer than their kind's."""
CODE_BY_STATUS: Mapping[int, str] = {
    400: "bad-request",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "body-too-large",
    414: "address-too-long",
    415: "not-json",
    428: "revision-missing",
    429: "too-many-requests",
    503: "unavailable",
}
"""Codes of what HTTP itself refuses."""
_KEEPERS = frozenset({"administrate", "secure"})

_CODES: Mapping[str, str] = {"Missing data for required field.": "missing", "Unknown field.": "unknown"}
"""marshmallow's own messages, the only ones told apart."""

log = logging.getLogger(__name__)


class Problem(Exception):
    """A refusal that the API itself gives."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        retry_after: int | None = None,
        **facts: Any,
    ) -> None:
        """`retry_after` is after how many seconds it is worth trying again."""
        super().__init__(code)
        self.retry_after = retry_after
        self.status = status
        self.code = code
        self.errors = tuple(errors)
        self.facts = facts


def problem_response(
    status: int,
    code: str,
    facts: Mapping[str, Any],
    errors: Sequence[Mapping[str, str]] = (),
    *,
    named: Mapping[str, Any] | None = None,
) -> Response:
    """The answer that states a problem. `named` are what its sentence may name, where that is more than the `facts`."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title(status, language()),
        "status": status,
        "code": code,
        "detail": sentence(code, status, {**(named or {}), **facts}, language()),
    }
    if errors:
        body["errors"] = list(errors)
    if facts:
        body["facts"] = dict(facts)
    response = Response(current_app.json.dumps(body), status=status, mimetype="application/problem+json")
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT):
        response.headers["Retry-After"] = "2"
    return response


def status_of(error: EngineError) -> int:
    """The HTTP status of an engine's refusal."""
    by_kind = next(status for kind, status in STATUS_BY_KIND if isinstance(error, kind))
    return STATUS_BY_CODE.get(error.code, by_kind)


def register(app: Flask) -> None:
    """Has `app` answer every error as a problem."""
    app.register_error_handler(Problem, _from_problem)
    app.register_error_handler(JsonRefused, lambda error: problem_response(STATUS_BY_CODE[error.code], error.code, {}))
    app.register_error_handler(EngineError, _from_engine)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(OperationalError, _from_database)
    app.register_error_handler(PoolTimeout, _from_database)
    app.register_error_handler(Exception, _unforeseen)


def field_errors(messages: Any, path: str = "") -> Iterator[dict[str, str]]:
    """marshmallow's nested messages as a flat list of what is wrong where, in the caller's language."""
    if isinstance(messages, Mapping):
        for name, below in messages.items():
            yield from field_errors(below, f"{path}.{name}" if path else str(name))
    else:
        first = str(messages[0] if isinstance(messages, list) else messages)
        yield field_error(path, _CODES.get(first, "invalid"))


def field_error(path: str, code: str, **facts: Any) -> dict[str, str]:
    """One thing that is wrong with a request, in the caller's language."""
    return {"path": path, "code": code, "message": sentence(code, 422, facts, language())}


def _from_problem(problem: Problem) -> Response:
    response = problem_response(problem.status, problem.code, problem.facts, problem.errors)
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def _from_engine(error: EngineError) -> Response:
    allowed = FACTS_FOR_CALLERS | (FACTS_FOR_KEEPERS if not _KEEPERS.isdisjoint(_rights()) else set())
    facts = {name: _plain(value) for name, value in error.facts.items() if name in allowed}
    # A sentence that is not for keepers alone names only what its reader may know.
    named = facts if error.code in KEEPING else error.facts
    errors = [_field(found) for found in error.errors] if isinstance(error, InvalidForm) else []
    if isinstance(error, InvalidModel):
        errors = [_place(found) for found in error.findings if found.level == "error"]
    if error.code == "weak-password":
        errors = [field_error("new", reason, **error.facts) for reason in error.facts["reasons"]]
        facts["why"] = "".join(found["message"] for found in errors)
    return problem_response(status_of(error), error.code, facts, errors, named=named)


def _rights() -> frozenset[str]:
    return g.caller.rights if "caller" in g else frozenset()


def _field(found: FieldError) -> dict[str, str]:
    return {"path": found.path, "code": found.code, "message": pick(found.message, found.message_en)}


def _place(found: Finding) -> dict[str, str]:
    """A finding of the gate; its path is the file and the element."""
    path = found.resource if found.element is None else f"{found.resource}#{found.element}"
    return {"path": path, "code": found.code, "message": pick(found.message, found.message_en)}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if hasattr(value, "isoformat"):
        return value.isoformat().replace("+00:00", "Z")
    return value if value is None or isinstance(value, (bool, int)) else str(value)


def _from_http(error: HTTPException) -> Response:
    status = error.code or 500
    response = problem_response(status, CODE_BY_STATUS.get(status, f"http-{status}"), {})
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def _from_database(error: Exception) -> Response:
    log.warning("the database did not answer: %s", type(error).__name__)
    return problem_response(503, "unavailable", {})


def _unforeseen(error: Exception) -> Response:
    reference = secrets.token_hex(6)
    # Where it broke and on what kind of error; its text could hold what a log must not, such as the values of a statement.
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("unforeseen %s, reference %s\n%s", type(error).__name__, reference, where)
    return problem_response(500, "unforeseen", {"reference": reference})
