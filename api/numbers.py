"""/numbers: the register of document numbers."""

from __future__ import annotations

from typing import Any

from api.blueprint import Blueprint
from api.door import ask
from api.schemas.numbers import NumberPage, NumberQuery
from engine.queries.numbers import ListNumbers, NumberRow
from engine.queries.paging import Page

blueprint = Blueprint("numbers", "The register of document numbers")


@blueprint.get("/numbers")
@blueprint.arguments(NumberQuery, location="query")
@blueprint.response(200, NumberPage)
def list_numbers(query: dict[str, Any]) -> Page[NumberRow]:
    """List the numbers that were allotted, newest first; those of cancelled cases are void"""
    return ask(ListNumbers(**query))
