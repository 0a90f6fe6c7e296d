"""`liandong deploy`: brings process folders into the store, each as one deployment."""

from __future__ import annotations

from pathlib import Path

import click

from cli.library import read_folder
from cli.lint import told
from cli.settings import read_settings, store_options
from engine.commands.deployment import Deploy
from engine.engine import Engine
from engine.errors import InvalidModel

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("folders", metavar="FOLDER...", nargs=-1, required=True, type=FOLDER)
@store_options
def deploy(folders: tuple[Path, ...], database: str | None, var: Path) -> None:
    """Deploy process folders: BPMN files, parameters, and the forms of the same name.

    A folder whose files were deployed before in the same state changes nothing. A folder with errors is not deployed.
    """
    engine = Engine(read_settings(database=database, var=var).engine)
    try:
        engine.database.check_schema()
        sound = [deploy_folder(engine, folder) for folder in folders]
    finally:
        engine.close()
    if not all(sound):
        raise SystemExit(1)


def deploy_folder(engine: Engine, folder: Path) -> bool:
    """Deploys one folder and says what happened. False when the gate refused it."""
    resources = read_folder(folder)
    if not resources:
        click.echo(f"{folder}: no .bpmn file here", err=True)
        return False
    try:
        deployed = engine.execute(Deploy(name=folder.resolve().name, resources=resources))
    except InvalidModel as refusal:
        for finding in refusal.findings:
            click.echo(told(folder / finding.resource, finding), err=True)
        return False
    for warning in deployed.warnings:
        click.echo(f"  warning: {warning}", err=True)
    state = "unchanged" if deployed.unchanged else "deployed"
    click.echo(f"{folder.resolve().name}: {state} {', '.join(deployed.processes)}")
    return True
