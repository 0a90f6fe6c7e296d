"""`liandong export`: writes deployed process folders as files, the way back from `liandong deploy`."""

from __future__ import annotations

from pathlib import Path

import click

from cli.library import folder_files
from cli.settings import read_settings, store_options
from engine.engine import Engine
from engine.errors import NotFound
from engine.queries.bundles import FolderFiles, ListFolderFiles, place_of


@click.command()
@click.argument("names", metavar="[FOLDER_NAME]...", nargs=-1)
@click.option(
    "--into",
    "target",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The library to write to: its folders `bpmn` and `forms` are made where they are missing.",
)
@click.option("--version", "number", type=click.IntRange(min=1), help="An older version of the one folder that is named.")
@click.option("--prune", is_flag=True, help="Remove files of these folders that the version does not have.")
@store_options
def export(names: tuple[str, ...], target: Path, number: int | None, prune: bool, database: str | None, var: Path) -> None:
    """Write the newest version of the named process folders, or of all, to bpmn/<folder> and forms/<folder>.

    Files that are the same stay untouched, so exporting what was just deployed changes nothing. Exit status 1 when files
    are left that the version does not have, for deploying the folder again would bring them back.
    """
    if number is not None and len(names) != 1:
        raise click.UsageError("--version goes with one folder name")
    engine = Engine(read_settings(database=database, var=var).engine)
    try:
        engine.database.check_schema()
        found = [folder for name in names or (None,) for folder in engine.query(ListFolderFiles(folder=name, number=number))]
    except NotFound as missing:
        raise click.ClickException(str(missing)) from missing
    finally:
        engine.close()
    left = sum(export_folder(target, folder, prune=prune) for folder in found)
    if left:
        raise SystemExit(1)


def export_folder(target: Path, folder: FolderFiles, *, prune: bool) -> int:
    """Writes one folder and says what happened. How many files are left that the version does not have."""
    for name in (folder.folder, *folder.files):
        if name in (".", "..") or Path(name).name != name:
            raise click.ClickException(f"Expected plain names, but '{name}' of {folder.folder} leads elsewhere")
    models = target / "bpmn" / folder.folder
    present = {path.name: path for path in folder_files(models)} if models.is_dir() else {}
    written = 0
    for name, content in folder.files.items():
        path = present.get(name) or target / place_of(folder.folder, name)
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            written += 1
    over = [path for name, path in sorted(present.items()) if name not in folder.files]
    for path in over:
        if prune:
            path.unlink()
        click.echo(f"  {'removed' if prune else 'left, not in this version'}: {path}", err=not prune)
    click.echo(f"{folder.folder}: version {folder.number}, {written} of {len(folder.files)} files written")
    return 0 if prune else len(over)
