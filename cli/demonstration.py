"""`liandong demo`: the invented community and the process library in a store, and who may sign in there."""

from __future__ import annotations

from pathlib import Path

import click

from cli.demo import DemoLogin, ensure_demo_passwords, load_demo, load_departure
from cli.demo.year import write_year
from cli.demo.year.figures import figures
from cli.demo.year.proof import faults
from cli.deploy import deploy_folder
from cli.library import library
from cli.settings import read_settings, store_options
from engine.clock import SystemClock
from engine.config import Config
from engine.engine import Engine
from engine.errors import EngineError
from engine.store.database import Database, migrate


@click.command()
@click.option("--year", is_flag=True, help="With a year of history, lived by running the processes; into an empty store only.")
@click.option("--seed", default=2026, show_default=True, help="Of the year: the same number gives the same year.")
@store_options
def demo(year: bool, seed: int, database: str | None, var: Path) -> None:
    """Bring the invented community and the process library into the store, and print its log-ins."""
    settings = read_settings(database=database, var=var, demo=True)
    if year:
        _live_a_year(settings.engine, seed)
    migrate(settings.engine.database_url)
    engine = Engine(settings.engine)
    try:
        click.echo("\n".join(prepare_demo(engine, var)))
    finally:
        engine.close()


def _live_a_year(config: Config, seed: int) -> None:
    """A year up to this moment, in the store that must not hold a case yet. Raises ClickException."""
    until = SystemClock().now()
    try:
        counted = write_year(config, until, seed=seed)
    except EngineError as error:
        raise click.ClickException(str(error)) from error
    _prove(config)
    acts = f"{counted['decisions']} decisions, {counted['jobs']} jobs of the clock"
    database = Database(config.database_url)
    try:
        click.echo("\n".join((f"一年 A year up to {until:%Y-%m-%d}: {acts}", *figures(database))))
    finally:
        database.close()


def _prove(config: Config) -> None:
    """Raises ClickException, naming what is broken, when the year that is in the store does not hold together."""
    engine = Engine(config)
    try:
        broken = list(faults(engine))
    finally:
        engine.close()
    if broken:
        lines = "\n".join(f"  {line}" for line in broken)
        raise click.ClickException(f"一年数据不完整，请勿使用 The year does not hold together, do not use it:\n{lines}")


def prepare_demo(engine: Engine, var: Path) -> list[str]:
    """Loads community and library; returns lines that name one log-in for each post and its password.

    A process folder that the gate refuses is reported and left out: the others can still be tried.
    """
    people = load_demo(engine)
    passwords = ensure_demo_passwords(var, engine)
    for folder in library():
        deploy_folder(engine, folder)
    load_departure(engine)
    shown: dict[str, DemoLogin] = {}
    for person in people:
        shown.setdefault(person.chairs.partition("@")[0], person)
    shared = len(set(passwords.values())) == 1
    common = f"Demo log-ins, password {next(iter(passwords.values()))} for all of them:"
    lines = [common if shared else "Demo log-ins and passwords:"]
    for person in shown.values():
        password = "" if shared else f"  {passwords[person.login]}"
        lines.append(f"  {person.login:<16}{person.chairs:<40}{person.name}{password}")
    return lines
