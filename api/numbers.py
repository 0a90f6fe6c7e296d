"""/numbers and /archive: the register of document numbers and the copies of ended cases, for who keeps the archive."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.blueprint import Blueprint
from api.door import ask
from api.schemas.numbers import ArchivePage, ArchiveQuery, CopyVerification, NumberPage, NumberQuery, NumberSeries
from engine.queries.archive import ArchivedCase, ListArchive, VerifyArchiveCopy
from engine.queries.archive import CopyVerification as Verified
from engine.queries.numbers import CheckSeries, ListNumbers, NumberRow
from engine.queries.numbers import NumberSeries as Series
from engine.queries.paging import Page

blueprint = Blueprint("numbers", "The register of document numbers and the archive")


@blueprint.get("/numbers")
@blueprint.arguments(NumberQuery, location="query")
@blueprint.response(200, NumberPage)
def list_numbers(query: dict[str, Any]) -> Page[NumberRow]:
    """List the numbers that were allotted, newest first; those of cancelled cases are void"""
    return ask(ListNumbers(**query))


@blueprint.get("/numbers/series")
@blueprint.response(200, NumberSeries(many=True))
def check_series() -> list[Series]:
    """Check every series of numbers for gaps"""
    found = ask(CheckSeries())
    return list(found)


@blueprint.get("/archive")
@blueprint.arguments(ArchiveQuery, location="query")
@blueprint.response(200, ArchivePage)
def list_archive(query: dict[str, Any]) -> Page[ArchivedCase]:
    """List the copies of ended cases, those that ended last first"""
    return ask(ListArchive(**query))


@blueprint.get("/archive/<uuid:instance>/verification")
@blueprint.response(200, CopyVerification)
def verify_archive_copy(instance: UUID) -> Verified:
    """Recompute the hash of a copy and hold it against the one that the audit trail knows"""
    return ask(VerifyArchiveCopy(instance=instance))
