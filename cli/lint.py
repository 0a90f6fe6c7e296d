"""`liandong lint`: what the deployment gate says of models, without a store and without deploying them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from cli.library import MODEL_SUFFIXES, folder_files
from engine.errors import Finding
from engine.gate.inspection import inspect

Found = tuple[Path, Finding]


@click.command()
@click.argument("paths", metavar="FOLDER_OR_FILE...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--strict", is_flag=True, help="Warnings too make the exit status 1.")
@click.option("--each", is_flag=True, help="Take every file of a folder by itself, not the folder as one deployment.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a finding and line.")
def lint(paths: tuple[Path, ...], strict: bool, each: bool, as_json: bool) -> None:
    """Check process folders or single BPMN files as a deployment would. Exit status 1 when there is an error.

    A folder is one deployment: models, forms and parameters are checked together. A folder without models stands for the
    folders in it. Every code is explained in docs/reference/findings.md.
    """
    deployments = [deployment for path in paths for deployment in _deployments(path, each)]
    if not deployments:
        raise click.UsageError("Expected BPMN files, but found none")
    found = [item for files, whole in deployments for item in _findings(files, whole)]
    for path, finding in found:
        click.echo(json.dumps(_record(path, finding), ensure_ascii=False) if as_json else told(path, finding))
    levels = [finding.level for _, finding in found]
    files = sum(len(files) for files, _ in deployments)
    errors, warnings = levels.count("error"), levels.count("warning")
    click.echo(f"files: {files}, errors: {errors}, warnings: {warnings}", err=as_json)
    if errors or (strict and warnings):
        raise SystemExit(1)


def told(place: Path, finding: Finding) -> str:
    """A finding as one line: file:line, element, level, code, and the sentence in both languages."""
    element = f" [{finding.element}]" if finding.element else ""
    return f"{place}:{finding.line or 0}{element} {finding.level} {finding.code}: {finding.message} / {finding.message_en}"


def _deployments(path: Path, each: bool) -> Iterator[tuple[Sequence[Path], bool]]:
    """The sets of files that belong together, and whether a set is a whole deployment."""
    if path.is_file():
        yield [path], False
        return
    files = folder_files(path)
    if not any(file.name.endswith(MODEL_SUFFIXES) for file in files):
        for folder in sorted(item for item in path.iterdir() if item.is_dir()):
            yield from _deployments(folder, each)
    elif each:
        yield from (([file], False) for file in files)
    else:
        yield files, True


def _findings(files: Sequence[Path], whole: bool) -> Iterator[Found]:
    places = {path.name: path for path in files}
    inspected = inspect({name: path.read_bytes() for name, path in places.items()}, whole=whole)
    for finding in sorted(inspected.findings, key=lambda item: (item.resource, item.line or 0)):
        yield places.get(finding.resource, files[0].parent), finding


def _record(path: Path, finding: Finding) -> dict[str, Any]:
    return {**asdict(finding), "resource": str(path)}
