"""The OpenAPI 3.1 document: what flask-smorest gathers, with our errors, headers and ways to sign in."""

from __future__ import annotations

from threading import Lock
from typing import Any

import flask_smorest
from flask import Flask, Response, current_app
from marshmallow import Schema, fields

from api.guard import COOKIE, CSRF_HEADER
from api.permissions import PERMISSIONS, PUBLIC

PROBLEM = "application/problem+json"
CHANGING = ("post", "put", "patch", "delete")
WITH_REVISION = ("claim", "unclaim", "complete", "reassign", "recalculate", "return")
API_KEY = "liandong.document"


class FieldProblem(Schema):
    """What is wrong with one field."""

    path = fields.String(required=True)
    code = fields.String(required=True)
    message = fields.String(required=True)


class Problem(Schema):
    """A refusal, RFC 9457."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(FieldProblem))
    facts = fields.Dict(keys=fields.String())


class Document(flask_smorest.Api):  # type: ignore[misc]
    """flask-smorest without its error handlers, serving the finished document.

    What blueprints say of themselves is gathered when the document is first asked for: that takes far longer than to
    register their routes, and few processes are ever asked.
    """

    ERROR_SCHEMA = Problem

    def __init__(self, app: Flask) -> None:
        self._ungathered: list[flask_smorest.Blueprint] = []
        self._gathering = Lock()
        super().__init__(app)

    def register_blueprint(self, blueprint: flask_smorest.Blueprint) -> None:
        """Registers the routes of a blueprint, and has the document tell of them."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint)
        self._ungathered.append(blueprint)

    def _register_error_handlers(self) -> None:
        """Errors are answered by api.problems."""

    def _openapi_json(self) -> Response:
        return Response(current_app.json.dumps(self.finished()), mimetype="application/json")

    def finished(self) -> dict[str, Any]:
        """The document."""
        self._gather()
        document: dict[str, Any] = self.spec.to_dict()
        for response in document.get("components", {}).get("responses", {}).values():
            content = response.get("content", {})
            if "application/json" in content:
                content[PROBLEM] = content.pop("application/json")
        document["components"]["securitySchemes"] = {
            "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
            "csrf": {"type": "apiKey", "in": "header", "name": CSRF_HEADER},
        }
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                if isinstance(operation, dict):
                    _finish(path, method, operation)
        return document

    def _gather(self) -> None:
        with self._gathering:
            for blueprint in self._ungathered:
                blueprint.register_views_in_doc(self, self._app, self.spec, name=blueprint.name, parameters=None)
                self.spec.tag({"name": blueprint.name, "description": blueprint.description})
            self._ungathered.clear()


def connect(app: Flask) -> Document:
    """Gives `app` its document; blueprints are registered through it."""
    app.config.update(
        API_TITLE="Liandong",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={"info": {"description": "联动：县域医共体跨机构流程 · processes that cross institutions"}},
    )
    document = Document(app)
    app.extensions[API_KEY] = document
    return document


def _finish(path: str, method: str, operation: dict[str, Any]) -> None:
    operation["security"] = [] if _public(path, method) else [{"session": [], **({"csrf": []} if method in CHANGING else {})}]
    headers = []
    if method == "post" and path != "/api/v1/session":
        headers.append(_header("Idempotency-Key", "Repeating a request under the same key does it once"))
    acts = path.startswith("/api/v1/tasks/") and path.rpartition("/")[2] in WITH_REVISION
    if acts:
        headers.append(_header("If-Match", "The task's revision as last seen, from its ETag", required=True))
        operation["responses"]["204"] = {"description": "Done, for a request with `Prefer: return=minimal`"}
    if acts or (path == "/api/v1/instances" and method == "post"):
        headers.append(_header("Prefer", "`return=minimal`: the reply need not say what the act has led to"))
    if headers:
        operation["parameters"] = [*operation.get("parameters", []), *headers]


def _public(path: str, method: str) -> bool:
    return path == "/api/v1/session" and method == "post" and PERMISSIONS["session.sign_in"] == PUBLIC


def _header(name: str, description: str, *, required: bool = False) -> dict[str, Any]:
    return {"in": "header", "name": name, "required": required, "description": description, "schema": {"type": "string"}}
