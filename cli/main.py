"""`liandong`: the command line."""

from __future__ import annotations

from pathlib import Path

import click

from cli.audit import verify_audit
from cli.backup import backup
from cli.calendar import calendar
from cli.decide import decide
from cli.demonstration import demo
from cli.deploy import deploy
from cli.export import export
from cli.lint import lint
from cli.openapi import openapi
from cli.scenario import run_all
from cli.schema import migrate
from cli.serve import serve
from cli.user import user
from cli.worker import worker
from engine.functions import register_installed
from engine.functions.plugins import PluginRefused


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="liandong", prog_name="liandong")
def main() -> None:
    """联动 Liandong: processes that cross the institutions of a county medical community."""
    try:
        register_installed()
    except PluginRefused as refused:
        raise click.ClickException(str(refused)) from refused


@click.command()
@click.argument("paths", metavar="FILE_OR_FOLDER...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--restart-each-step", is_flag=True, help="Drop everything and build it anew from the store after each step.")
def scenario(paths: tuple[Path, ...], restart_each_step: bool) -> None:
    """Run engine-neutral scenarios, each on a fresh store with a virtual clock. Exit status 0 only when all pass."""
    passed = failed = 0
    for result in run_all(paths, restart=restart_each_step):
        passed, failed = passed + result.passed, failed + (not result.passed)
        click.echo(f"{'ok  ' if result.passed else 'FAIL'} {result.id}{'' if result.passed else ': ' + result.reason}")
    click.echo(f"{passed} passed, {failed} failed")
    if failed or not passed:
        raise SystemExit(1)


COMMANDS = (backup, calendar, decide, demo, deploy, export, lint, migrate, openapi, scenario, serve, user, worker, verify_audit)
for command in COMMANDS:
    main.add_command(command)
