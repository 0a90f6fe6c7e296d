"""/healthz and /readyz: whether this node works. Nobody signs in for it, and it tells nothing about anybody."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from api.door import ask, engine
from engine.queries.health import GetHealth
from engine.records import SYSTEM

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """200 while the database answers; `status` is `degraded` while due dates rest on an unpublished calendar."""
    health = ask(GetHealth(), SYSTEM)
    calendar = {
        "version": health.calendar.version,
        "lastPublishedYear": health.calendar.last_published_year,
        "provisional": health.calendar.provisional,
        "invented": health.calendar.invented,
    }
    status = "degraded" if health.calendar.provisional else "ok"
    body: dict[str, Any] = {"status": status, "database": health.database, "calendar": calendar}
    return jsonify(body)


@blueprint.get("/readyz")
def readyz() -> Response:
    """200 once the node may be given requests: its schema is the one that this code was written for."""
    engine().database.check_schema()
    return jsonify({"status": "ok"})
