"""/administration/imports: bring an organisation in from a workbook that travels as it is, shown first, then all or nothing."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from api.attachments import BINARY
from api.blueprint import Blueprint
from api.door import ask, carry_out_unkeyed
from api.replies import download
from api.schemas import imports as schemas
from engine.commands.organisation_import import FILE_AT_MOST, MEDIA_TYPE, ImportOrganisation, ImportResult, TryImport
from engine.queries.organisation_workbook import WriteOrganisation

blueprint = Blueprint("imports", "Bring an organisation in from an Excel workbook")
_BODY = {"required": True, "content": BINARY}


@blueprint.get("/administration/imports/template")
@blueprint.arguments(schemas.TemplateQuery, location="query")
@blueprint.doc(responses={"200": {"description": "The workbook", "content": BINARY}})
def get_template(query: dict[str, Any]) -> Response:
    """Download the workbook to be filled in, or filled with the organisation as it is"""
    content = ask(WriteOrganisation(filled=query["filled"]))
    return download(content, MEDIA_TYPE, "组织机构.xlsx" if query["filled"] else "组织机构导入模板.xlsx")


@blueprint.post("/administration/imports/preview")
@blueprint.response(200, schemas.ImportResult)
@blueprint.doc(requestBody=_BODY)
def try_import() -> ImportResult:
    """Tell what a workbook would change, row by row; nothing is changed"""
    return carry_out_unkeyed(TryImport(content=_content()))


@blueprint.post("/administration/imports")
@blueprint.arguments(schemas.ImportQuery, location="query")
@blueprint.response(200, schemas.ImportResult)
@blueprint.doc(requestBody=_BODY)
def import_organisation(query: dict[str, Any]) -> ImportResult:
    """Bring in exactly what was shown, all or nothing"""
    return carry_out_unkeyed(ImportOrganisation(content=_content(), fingerprint=query["fingerprint"]))


def _content() -> bytes:
    request.max_content_length = FILE_AT_MOST
    return request.get_data(cache=False)
