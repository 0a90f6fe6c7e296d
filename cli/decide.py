"""`liandong decide`: makes a decision of DMN files by hand, without a store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from cli.lint import told
from engine.calendar import TIME_ZONE
from engine.clock import SystemClock
from engine.decisions import DecisionFault, Decisions, Outcome, read_decisions
from engine.store.base import dump_json, load_json

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("files", metavar="FILE.dmn...", nargs=-1, required=True, type=FILE)
@click.option("--decision", metavar="KEY", help="Which decision; needed when the files hold several.")
@click.option("--input", "given", metavar="JSON", default="{}", help="An object of the names that the tables read, or @FILE.")
@click.option("--on", "day", metavar="DATE", help="The day that chooses among dated versions; today by default.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object with everything that was decided.")
def decide(files: tuple[Path, ...], decision: str | None, given: str, day: str | None, as_json: bool) -> None:
    """Make a decision of DMN files: prints the result, then what was decided from what and by which rules.

    Exit status 1 when the files cannot be deployed or the decision cannot be made.
    """
    decisions = _read(files)
    key = decision or _only(decisions)
    if key not in decisions.versions:
        raise click.UsageError(f"Expected a decision of {sorted(decisions.versions)}, but found '{key}'")
    names, on = _names(given), _day(day)
    try:
        outcome = decisions.evaluate(key, names, on)
    except DecisionFault as fault:
        raise click.ClickException(f"{fault.code}: {fault.message}") from None
    if as_json:
        click.echo(dump_json({"result": outcome.value, "decided": [_record(made) for made in outcome.chain()]}))
        return
    click.echo(dump_json(outcome.value))
    for made in outcome.chain():
        click.echo(_line(made))


def _read(files: Sequence[Path]) -> Decisions:
    read = read_decisions({str(path): path.read_bytes() for path in files})
    for finding in read.findings:
        click.echo(told(Path(finding.resource), finding), err=True)
    if any(finding.level == "error" for finding in read.findings):
        raise SystemExit(1)
    return read.decisions


def _only(decisions: Decisions) -> str:
    if len(decisions.versions) > 1:
        raise click.UsageError(f"Expected --decision, one of {sorted(decisions.versions)}")
    return next(iter(decisions.versions))


def _names(given: str) -> dict[str, Any]:
    try:
        text = Path(given[1:]).read_text(encoding="utf-8") if given.startswith("@") else given
        names = load_json(text)
    except (OSError, ValueError) as error:
        raise click.UsageError(f"Expected --input to be JSON, but: {error}") from None
    if not isinstance(names, dict):
        raise click.UsageError("Expected --input to be a JSON object of names and values")
    return names


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text) if text else SystemClock().now().astimezone(TIME_ZONE).date()
    except ValueError:
        raise click.UsageError(f"Expected --on to be a date such as 2026-01-01, but found '{text}'") from None


def _record(made: Outcome) -> dict[str, Any]:
    return {
        "decision": made.decision.key,
        "file": made.decision.resource,
        "inputs": dict(made.inputs),
        "rules": list(made.rules),
        "results": [dict(result) for result in made.results],
    }


def _line(made: Outcome) -> str:
    rules = f"rule {', '.join(map(str, made.rules))}" if made.rules else "no rule" if made.inputs else "expression"
    inputs = ", ".join(f"{name} = {dump_json(value)}" for name, value in made.inputs)
    results = "; ".join(", ".join(f"{name} = {dump_json(value)}" for name, value in row.items()) for row in made.results)
    return f"{made.decision.key}: {rules}{f' ({inputs})' if inputs else ''} => {results or 'nothing'}"
