"""`liandong demo`: the invented community and the process library in a store, and who may sign in there."""

from __future__ import annotations

from pathlib import Path

import click

from cli.demo import DemoLogin, ensure_demo_passwords, load_demo, load_departure
from cli.deploy import deploy_folder
from cli.library import library
from cli.settings import read_settings, store_options
from engine.engine import Engine
from engine.store.database import migrate


@click.command()
@store_options
def demo(database: str | None, var: Path) -> None:
    """Bring the invented community and the process library into the store, and print its log-ins."""
    settings = read_settings(database=database, var=var, demo=True)
    migrate(settings.engine.database_url)
    engine = Engine(settings.engine)
    try:
        click.echo("\n".join(prepare_demo(engine, var)))
    finally:
        engine.close()


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
