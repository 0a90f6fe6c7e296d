"""/people and /institutions: look colleagues and places up."""

from __future__ import annotations

from typing import Any

from api.blueprint import Blueprint
from api.door import ask
from api.schemas.organisation import DepartmentRow, InstitutionRow, PeopleQuery, PersonRow
from engine.queries import organisation

blueprint = Blueprint("organisation", "People and institutions")


@blueprint.get("/people")
@blueprint.arguments(PeopleQuery, location="query")
@blueprint.response(200, PersonRow(many=True))
def search_people(query: dict[str, Any]) -> list[organisation.PersonRow]:
    """Find people by name, log-in or staff number"""
    found = ask(organisation.SearchPeople(q=query["q"], institution=query["institution"]))
    return list(found)


@blueprint.get("/institutions")
@blueprint.response(200, InstitutionRow(many=True))
def list_institutions() -> list[organisation.InstitutionRow]:
    """List all institutions"""
    found = ask(organisation.ListInstitutions())
    return list(found)


@blueprint.get("/institutions/<string:code>/departments")
@blueprint.response(200, DepartmentRow(many=True))
def list_departments(code: str) -> list[organisation.DepartmentRow]:
    """List the departments of an institution"""
    found = ask(organisation.ListDepartments(institution=code))
    return list(found)
