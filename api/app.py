"""The Flask application: one process engine behind /api/v1, the browser's files beside it."""

from __future__ import annotations

from typing import Any, cast

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from api import (
    accounts,
    administration,
    analytics,
    assets,
    attachments,
    audit,
    batches,
    calendars,
    database,
    delegations,
    designs,
    document,
    events,
    external_tasks,
    guard,
    handovers,
    headers,
    health,
    imports,
    instances,
    lateness,
    messages,
    notifications,
    numbers,
    operating,
    operations,
    organisation,
    phrases,
    previews,
    problems,
    rehearsals,
    session,
    signing,
    tasks,
    views,
)
from api.config import ApiConfig
from api.strict_json import StrictJson
from engine.engine import Engine
from engine.rehearsal.rehearse import Rehearsals

MAX_BODY = 1024 * 1024
CONCEPTS = (
    session,
    tasks,
    views,
    signing,
    attachments,
    instances,
    notifications,
    numbers,
    messages,
    external_tasks,
    operations,
    operating,
    batches,
    designs,
    rehearsals,
    organisation,
    phrases,
    previews,
    calendars,
    administration,
    analytics,
    accounts,
    lateness,
    delegations,
    handovers,
    imports,
    audit,
    events,
)


def create_app(engine: Engine, config: ApiConfig) -> Flask:
    """A WSGI application that serves `engine`. Opens nothing; the engine stays the caller's to close."""
    app = Flask("liandong", static_folder=None, template_folder=None)
    app.json = StrictJson(app)
    app.config.update(LIANDONG=config, MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_MEMORY_SIZE=MAX_BODY)
    app.extensions[database.ENGINE_KEY] = engine
    app.extensions[rehearsals.KEY] = Rehearsals(engine)
    hub = events.Hub(config.stream_limit, config.streams_per_person)
    app.extensions[events.HUB_KEY] = hub
    engine.listen(hub.publish)
    database.connect(app)
    problems.register(app)
    headers.register(app)
    guard.register(app)
    spec = document.connect(app)
    for concept in CONCEPTS:
        spec.register_blueprint(concept.blueprint)
    app.register_blueprint(health.blueprint)
    assets.register(app)
    if config.trusted_proxies:
        count = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    return app


def hub_of(app: Flask) -> events.Hub:
    """The event streams of an application, to be closed when its server stops."""
    return cast(events.Hub, app.extensions[events.HUB_KEY])


def document_of(app: Flask) -> dict[str, Any]:
    """The OpenAPI document of an application."""
    return cast(document.Document, app.extensions[document.API_KEY]).finished()
