"""`liandong calendar`: the community's working days and open hours from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from cli.settings import read_settings, store_options
from engine.commands.calendar import DropCalendarHours, PutCalendarHours, PutCalendarYear
from engine.engine import Engine
from engine.errors import EngineError, InvalidForm
from engine.queries.calendars import GetCalendarYear, ListCalendars, PreviewCalendarYear, ReckonTerm, YearPreview

R = TypeVar("R")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
MAX_BYTES = 100_000


@click.group()
def calendar() -> None:
    """Keep working days and open hours."""


@calendar.command()
@store_options
def show(database: str | None, var: Path) -> None:
    """Show the known years and the open hours."""
    found = _with(database, var, lambda engine: engine.query(ListCalendars()))
    for year in found.years:
        mark = " INVENTED" if year.invented else ""
        click.echo(f"{year.year}  {year.days_off} days off, {year.working_weekends} make-up days  {year.source}{mark}")
    for hours in found.hours:
        days = "working days" if hours.working_days_only else "every day"
        place = f"@{hours.institution}" if hours.institution else ""
        click.echo(f"{hours.code}{place}  {', '.join(hours.hours)}  {days}")
    click.echo(f"version {found.version}")


@calendar.command("import")
@click.argument("file", type=FILE)
@click.option("--preview", is_flag=True, help="Only tell what would change.")
@store_options
def import_year(file: Path, preview: bool, database: str | None, var: Path) -> None:
    """Import a year's working days from a JSON file, or correct them. Pending due dates are recomputed by the workers."""
    document = _read(file)
    year = document.get("year") if isinstance(document, dict) else None
    number = year if isinstance(year, int) else 0

    def carry_out(engine: Engine) -> str:
        found = engine.query(PreviewCalendarYear(year=number, document=document))
        lines = _told(found)
        if not preview:
            saved = engine.execute(PutCalendarYear(year=number, document=document))
            lines.append(f"{number}: {'imported as' if saved.changed else 'nothing to change,'} version {saved.version}")
        return "\n".join(lines)

    click.echo(_with(database, var, carry_out))


@calendar.command("export")
@click.argument("year", type=int)
@store_options
def export_year(year: int, database: str | None, var: Path) -> None:
    """Write a year's working days as JSON, to be corrected and imported again."""
    found = _with(database, var, lambda engine: engine.query(GetCalendarYear(year=year)))
    click.echo(json.dumps(found.document, ensure_ascii=False, indent=2))


@calendar.command()
@click.argument("code")
@click.argument("spans", metavar="SPAN...", nargs=-1)
@click.option("--institution", help="Code of the institution that keeps hours of its own.")
@click.option("--working-days/--every-day", "working_days", default=None, help="Whether it is closed on days off.")
@click.option("--drop", is_flag=True, help="Have the institution keep the community's hours again.")
@store_options
def hours(
    code: str,
    spans: tuple[str, ...],
    institution: str | None,
    working_days: bool | None,
    drop: bool,
    database: str | None,
    var: Path,
) -> None:
    """Set the open hours of a calendar, such as `ADMIN 08:00-12:00 14:30-17:30`."""
    if drop:
        if institution is None or spans:
            raise click.UsageError("Expected --drop with --institution and without hours.")
        saved = _with(database, var, lambda engine: engine.execute(DropCalendarHours(code=code, institution=institution)))
    else:
        document: dict[str, Any] = {"hours": list(spans)}
        if working_days is not None:
            document["workingDaysOnly"] = working_days
        command = PutCalendarHours(code=code, document=document, institution=institution)
        saved = _with(database, var, lambda engine: engine.execute(command))
    click.echo(f"{code}: {'saved as' if saved.changed else 'nothing to change,'} version {saved.version}")


@calendar.command()
@click.argument("code")
@click.argument("term")
@click.option("--start", type=click.DateTime(["%Y-%m-%dT%H:%M%z"]), help="Such as 2026-09-24T16:00+0800; by default now.")
@click.option("--institution", help="Code of the institution whose hours count.")
@store_options
def due(code: str, term: str, start: Any, institution: str | None, database: str | None, var: Path) -> None:
    """Tell when a term such as P3D ends on a calendar."""
    query = ReckonTerm(code=code, term=term, start=start, institution=institution)
    found = _with(database, var, lambda engine: engine.query(query))
    click.echo(f"{found.due_at.isoformat(timespec='minutes')}{' provisional' if found.provisional else ''}")


def _told(found: YearPreview) -> list[str]:
    lines = [f"{change.day.isoformat()} {'is worked' if change.works else 'is off'}" for change in found.days]
    more = "" if found.complete else " (more are pending)"
    lines.append(
        f"{len(found.days)} days change; of {found.examined} pending tasks{more} {found.moving} move, "
        f"{found.settled} are provisional no more"
    )
    return lines


def _read(file: Path) -> Any:
    if file.stat().st_size > MAX_BYTES:
        raise click.ClickException(f"Expected a file of at most {MAX_BYTES} bytes, but {file} is larger")
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise click.ClickException(f"Expected JSON in {file}, but {error}") from None


def _with(database: str | None, var: Path, do: Callable[[Engine], R]) -> R:
    engine = Engine(read_settings(database=database, var=var).engine)
    try:
        engine.database.check_schema()
        return do(engine)
    except InvalidForm as refusal:
        raise click.ClickException("\n".join(f"{error.message} {error.message_en}" for error in refusal.errors)) from None
    except EngineError as error:
        raise click.ClickException(str(error)) from None
    finally:
        engine.close()
