"""`liandong openapi`: prints the description of the API."""

from __future__ import annotations

import json

import click

from api.app import create_app, document_of
from api.config import ApiConfig
from engine.config import Config
from engine.engine import Engine

NEVER_OPENED = "sqlite:///openapi.db"
"""An engine opens its store when it is first asked something; describing the API asks nothing."""


@click.command()
def openapi() -> None:
    """Print the OpenAPI 3.1 document of /api/v1."""
    engine = Engine(Config(database_url=NEVER_OPENED))
    try:
        app = create_app(engine, ApiConfig())
        click.echo(json.dumps(document_of(app), ensure_ascii=False, indent=2))
    finally:
        engine.close()
