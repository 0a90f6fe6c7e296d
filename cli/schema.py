"""`liandong migrate`: brings the store's schema to the newest version."""

from __future__ import annotations

from pathlib import Path

import click

from cli.settings import read_settings, store_options
from engine.store import database as store


@click.command()
@store_options
def migrate(database: str | None, var: Path) -> None:
    """Create the store's tables, or bring them to the newest version."""
    store.migrate(read_settings(database=database, var=var).engine.database_url)
    click.echo("the schema is up to date")
