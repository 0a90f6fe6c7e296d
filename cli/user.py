"""`liandong user`: accounts from the command line, where the first one must come from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from cli.settings import read_settings, store_options
from engine.commands.account import (
    RIGHTS,
    AccountSaved,
    CreateAccount,
    DisableAccount,
    EnableAccount,
    SetPassword,
    SetRights,
    is_right,
)
from engine.commands.registry import Command
from engine.engine import Engine
from engine.errors import EngineError

RIGHT_HELP = f"A system right: {', '.join(sorted(RIGHTS))} or external-tasks:TOPIC; may be repeated."


def _known_rights(context: click.Context, option: click.Parameter, rights: tuple[str, ...]) -> tuple[str, ...]:
    for right in rights:
        if not is_right(right):
            raise click.BadParameter(f"'{right}' is no right; there are {', '.join(sorted(RIGHTS))} and external-tasks:TOPIC.")
    return rights


password_option = click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
rights_option = click.option("--right", "rights", multiple=True, callback=_known_rights, help=RIGHT_HELP)


@click.group()
def user() -> None:
    """Manage who may sign in."""


@user.command()
@click.argument("login")
@click.option("--person", required=True, help="Staff number or id of a person of the organisation.")
@password_option
@rights_option
@store_options
def add(login: str, person: str, password: str, rights: tuple[str, ...], database: str | None, var: Path) -> None:
    """Let a person sign in. The password must be changed at the first sign-in."""
    _carry_out(CreateAccount(login=login, person=person, password=password, rights=rights), database, var)


@user.command()
@click.argument("login")
@password_option
@store_options
def password(login: str, password: str, database: str | None, var: Path) -> None:
    """Give an account a new password, to be changed at the next sign-in. Its sessions end."""
    _carry_out(SetPassword(login=login, password=password), database, var)


@user.command()
@click.argument("login")
@rights_option
@store_options
def rights(login: str, rights: tuple[str, ...], database: str | None, var: Path) -> None:
    """Give an account these system rights and no others."""
    _carry_out(SetRights(login=login, rights=rights), database, var)


@user.command()
@click.argument("login")
@store_options
def disable(login: str, database: str | None, var: Path) -> None:
    """Shut an account. Its sessions end at once."""
    _carry_out(DisableAccount(login=login), database, var)


@user.command()
@click.argument("login")
@store_options
def enable(login: str, database: str | None, var: Path) -> None:
    """Open a shut account again."""
    _carry_out(EnableAccount(login=login), database, var)


def _carry_out(command: Command[AccountSaved], database: str | None, var: Path) -> None:
    with _engine(database, var) as engine:
        saved = engine.execute(command)
    click.echo(f"{saved.login}: {'saved' if saved.changed else 'nothing to change'}")


@contextmanager
def _engine(database: str | None, var: Path) -> Iterator[Any]:
    engine = Engine(read_settings(database=database, var=var).engine)
    try:
        engine.database.check_schema()
        yield engine
    except EngineError as error:
        raise click.ClickException(str(error)) from None
    finally:
        engine.close()
