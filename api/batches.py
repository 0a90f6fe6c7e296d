"""/operations/batches: one operation over many cases, with progress, failed cases and a stop."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.blueprint import Blueprint
from api.door import ask, carry_out
from api.schemas.base import Nothing, PageQuery
from api.schemas.operating import BatchIn, BatchItemPage, BatchItemQuery, BatchMade, BatchOut, BatchPage
from engine.commands.batch import StartBatch, StopBatch
from engine.queries import batches
from engine.queries.paging import Page
from engine.records import BatchMade as Made

blueprint = Blueprint("batches", "One operation over many cases; no patient data")


@blueprint.post("/operations/batches")
@blueprint.arguments(BatchIn)
@blueprint.response(201, BatchMade)
def start_batch(body: dict[str, Any]) -> Made:
    """Suspend, resume, cancel, migrate or revert many cases"""
    return carry_out(StartBatch(**{**body, "instances": tuple(body["instances"])}))


@blueprint.get("/operations/batches")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, BatchPage)
def list_batches(query: dict[str, Any]) -> Page[batches.BatchRow]:
    """List batches, newest first"""
    return ask(batches.ListBatches(**query))


@blueprint.get("/operations/batches/<uuid:batch>")
@blueprint.response(200, BatchOut)
def get_batch(batch: UUID) -> batches.BatchRow:
    """Tell how far a batch is"""
    return ask(batches.GetBatch(batch=batch))


@blueprint.get("/operations/batches/<uuid:batch>/items")
@blueprint.arguments(BatchItemQuery, location="query")
@blueprint.response(200, BatchItemPage)
def list_batch_items(query: dict[str, Any], batch: UUID) -> Page[batches.BatchItemRow]:
    """List the cases of a batch and what became of each"""
    return ask(batches.ListBatchItems(batch=batch, **query))


@blueprint.post("/operations/batches/<uuid:batch>/stop")
@blueprint.arguments(Nothing, required=False)
@blueprint.response(200, BatchMade)
def stop_batch(body: dict[str, Any], batch: UUID) -> Made:
    """Leave the cases alone that a batch has not come to yet"""
    return carry_out(StopBatch(batch=batch))
