"""`liandong backup FILE`: copies an SQLite store while it is in use."""

from __future__ import annotations

from pathlib import Path

import click

from cli.settings import read_settings, store_options
from engine.errors import EngineError
from engine.store.database import backup as copy_store


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@store_options
def backup(file: Path, database: str | None, var: Path) -> None:
    """Copy an SQLite store to FILE while it is in use; the copy is of one moment and is checked before it gets its name.

    PostgreSQL has tools of its own for this, such as pg_dump and pg_basebackup.
    """
    try:
        copy_store(read_settings(database=database, var=var).engine.database_url, file)
    except EngineError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"the store was copied to {file}")
