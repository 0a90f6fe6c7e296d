"""`liandong verify-audit`: whether the audit trail is as it was written."""

from __future__ import annotations

from pathlib import Path

import click

from cli.settings import read_settings, store_options
from engine.engine import Engine
from engine.queries.audit import AuditFault, VerifyAudit

FAULTS = {
    "changed": "an entry was changed",
    "missing": "an entry is missing",
    "head": "the case does not end where its entries do",
    "orphan": "entries speak of a case that is not there",
    "dangling": "rows refer to something that is not there",
    "copy-changed": "the archive copy is not the one that was kept",
    "number-missing": "document numbers of the series have no case",
    "signature-changed": "a handwritten signature, or what it signs, is not what it was",
    "anchor-changed": "entries before it were changed, removed or added",
    "anchor-missing": "the anchor is missing",
    "anchor-unknown": "the given anchor is not in the trail",
}


@click.command("verify-audit")
@click.option("--anchor", metavar="HASH", help="Hash of an anchor that was noted elsewhere, from the log or an earlier run.")
@store_options
def verify_audit(anchor: str | None, database: str | None, var: Path) -> None:
    """Recompute the audit trail from its rows. Exit status 0 only when it is whole. Cases may go on meanwhile.

    Keep the printed anchor elsewhere: with it, a later run proves everything that was written before it.
    """
    engine = Engine(read_settings(database=database, var=var).engine)
    try:
        engine.database.check_schema()
        found = engine.query(VerifyAudit(anchor=anchor))
    finally:
        engine.close()
    for fault in found.faults:
        click.echo(_line(fault))
    click.echo(f"{found.entries} entries of {found.instances} cases, {found.anchors} anchors: {len(found.faults)} faults")
    if found.newest_anchor is not None and found.newest_anchor_at is not None:
        click.echo(f"anchor {found.newest_anchor} of {found.newest_anchor_at.isoformat(timespec='seconds')}")
    if found.faults:
        raise SystemExit(1)


def _line(fault: AuditFault) -> str:
    where = "anchor" if fault.code.startswith("anchor") else fault.column or "entry"
    if fault.instance is not None:
        where = f"case {fault.instance}"
    number = fault.number if fault.number is not None else fault.entry
    return f"FAULT {where}{'' if number is None else f' {number}'}: {FAULTS[fault.code]}"
