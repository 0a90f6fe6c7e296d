"""/process-folders, /deployments and /designs: what processes are made of, and how they are changed, reviewed and published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, request

from api.attachments import BINARY
from api.blueprint import Blueprint
from api.door import ask, carry_out, carry_out_unkeyed
from api.language import language
from api.replies import download, nothing
from api.schemas import designs as schemas
from api.schemas.base import Nothing
from api.sentences import sentence
from engine.commands.design import DiscardDesign, OpenDesign, PublishDesign, ReturnDesign, RollBack, SubmitDesign
from engine.commands.design_files import FileSaved, HoldDesign, ReleaseDesign, RemoveDesignFile, SaveDesignFile
from engine.errors import Finding
from engine.queries.bundles import PackDeployment, PackDesign
from engine.queries.changes import Changes, CompareDeployment, CompareDesign
from engine.queries.design_choices import DesignChoices, FindNamedPeople, GetDesignChoices
from engine.queries.design_import import TryFile
from engine.queries.designs import (
    CheckDesign,
    DesignDetail,
    DesignText,
    GetDesign,
    GetDesignSave,
    GetDesignTexts,
    ListDesignSaves,
    SaveRow,
)
from engine.queries.process_folders import (
    DeploymentRow,
    FolderRow,
    GetDeploymentFiles,
    GetPublished,
    ListDeployments,
    ListFolders,
)

ARCHIVE = "application/zip"
MAX_BODY = 10 * 1024 * 1024
"""Bytes of a request about a design: all of its files may be laid over it."""

blueprint = Blueprint("designs", "Process folders: their versions, and the designs that become the next ones")


@blueprint.before_request
def _take_large_bodies() -> None:
    request.max_content_length = MAX_BODY


@blueprint.get("/process-folders")
@blueprint.response(200, schemas.ProcessFolders)
def list_folders() -> dict[str, tuple[FolderRow, ...]]:
    """List the process folders, each with its newest version and its open design"""
    return {"items": ask(ListFolders())}


@blueprint.get("/process-folders/<string:folder>/deployments")
@blueprint.response(200, schemas.Deployments)
def list_deployments(folder: str) -> dict[str, tuple[DeploymentRow, ...]]:
    """List the versions of a folder, newest first"""
    return {"items": ask(ListDeployments(folder=folder))}


@blueprint.post("/process-folders/<string:folder>/roll-back")
@blueprint.arguments(schemas.RollBackIn)
@blueprint.response(200, schemas.Published)
def roll_back(body: dict[str, Any], folder: str) -> dict[str, Any]:
    """Make the files of an older version the newest again; cases go on with the version that they began with"""
    return _published(carry_out(RollBack(folder=folder, **body)).deployment)


@blueprint.get("/deployments/<uuid:deployment>/files")
@blueprint.response(200, schemas.FileTexts)
def list_deployment_files(deployment: UUID) -> dict[str, tuple[DesignText, ...]]:
    """Read the files of a version"""
    return {"items": ask(GetDeploymentFiles(deployment=deployment))}


@blueprint.get("/design-choices")
@blueprint.response(200, schemas.DesignChoices)
def get_choices() -> DesignChoices:
    """List the posts that rules may name, and the functions that service tasks may call"""
    return ask(GetDesignChoices())


@blueprint.get("/design-people")
@blueprint.arguments(schemas.NamedPeopleQuery, location="query")
@blueprint.response(200, schemas.NamedPeople)
def find_people(query: dict[str, Any]) -> dict[str, Any]:
    """Find people whom a rule may name, by name, log-in or staff number"""
    found = ask(FindNamedPeople(**query))
    rows = [{**vars(one.person), "staff_number": one.staff_number, "named": one.named} for one in found]
    return {"items": rows}


@blueprint.post("/designs")
@blueprint.arguments(schemas.DesignIn)
@blueprint.response(201, schemas.Design)
def open_design(body: dict[str, Any]) -> dict[str, Any]:
    """Begin to change a folder, or a new one; a folder has one open design"""
    return _design(carry_out(OpenDesign(**body)).design)


@blueprint.get("/designs/<uuid:design>")
@blueprint.response(200, schemas.Design)
def get_design(design: UUID) -> dict[str, Any]:
    """Read a design, without the contents of its files"""
    return _design(design)


@blueprint.get("/designs/<uuid:design>/files")
@blueprint.response(200, schemas.FileTexts)
def list_files(design: UUID) -> dict[str, tuple[DesignText, ...]]:
    """Read all files of a design"""
    return {"items": ask(GetDesignTexts(design=design))}


@blueprint.get("/designs/<uuid:design>/files/<string:name>")
@blueprint.response(200, schemas.FileText)
def get_file(design: UUID, name: str) -> DesignText:
    """Read a file of a design"""
    [found] = ask(GetDesignTexts(design=design, name=name))
    return found


@blueprint.put("/designs/<uuid:design>/files/<string:name>")
@blueprint.arguments(schemas.FileIn)
@blueprint.response(200, schemas.FileSaved)
def save_file(body: dict[str, Any], design: UUID, name: str) -> FileSaved:
    """Save a file of a design; saving the same again changes nothing"""
    content = body["content"].encode()
    return carry_out_unkeyed(SaveDesignFile(design=design, name=name, content=content, revision=body["revision"]))


@blueprint.delete("/designs/<uuid:design>/files/<string:name>")
@blueprint.arguments(schemas.RemovalQuery, location="query")
@blueprint.response(204)
def remove_file(query: dict[str, Any], design: UUID, name: str) -> Response:
    """Take a file out of a design"""
    carry_out(RemoveDesignFile(design=design, name=name, **query))
    return nothing()


@blueprint.get("/designs/<uuid:design>/files/<string:name>/saves")
@blueprint.response(200, schemas.FileSaves)
def list_saves(design: UUID, name: str) -> dict[str, tuple[SaveRow, ...]]:
    """List the former states of a file that are kept"""
    return {"items": ask(ListDesignSaves(design=design, name=name))}


@blueprint.get("/designs/<uuid:design>/files/<string:name>/saves/<int:revision>")
@blueprint.response(200, schemas.FileText)
def get_save(design: UUID, name: str, revision: int) -> DesignText:
    """Read a former state of a file"""
    return ask(GetDesignSave(design=design, name=name, revision=revision))


@blueprint.put("/designs/<uuid:design>/lock")
@blueprint.arguments(schemas.LockIn, required=False)
@blueprint.response(200, schemas.DesignPresence)
def hold(body: dict[str, Any], design: UUID) -> DesignDetail:
    """Take or renew the lock for 90 seconds, unless somebody else holds it; tells who holds it and who else is there"""
    carry_out_unkeyed(HoldDesign(design=design, **body))
    return ask(GetDesign(design=design))


@blueprint.delete("/designs/<uuid:design>/lock")
@blueprint.response(204)
def release(design: UUID) -> Response:
    """Give the lock back"""
    carry_out_unkeyed(ReleaseDesign(design=design))
    return nothing()


@blueprint.post("/designs/<uuid:design>/check")
@blueprint.arguments(schemas.Overlay, required=False)
@blueprint.response(200, schemas.Findings)
def check(body: dict[str, Any], design: UUID) -> dict[str, Any]:
    """Say what the deployment gate says of a design, with unsaved contents laid over it; nothing is changed"""
    found = ask(CheckDesign(design=design, files=laid_over(body["files"])))
    return {"items": list(map(_finding, found)), "publishable": all(item.level != "error" for item in found)}


@blueprint.post("/designs/<uuid:design>/import")
@blueprint.arguments(schemas.FileImportQuery, location="query")
@blueprint.response(200, schemas.FileImport)
@blueprint.doc(requestBody={"required": True, "content": BINARY})
def import_file(query: dict[str, Any], design: UUID) -> dict[str, Any]:
    """Translate a file of Camunda 7, Operaton, Flowable or Activiti word by word, tell what is left, and with `write` save it"""
    found = ask(TryFile(design=design, name=query["name"], content=request.get_data(cache=False)))
    saved = None
    if query["write"]:
        content = found.content.encode()
        saved = carry_out_unkeyed(SaveDesignFile(design=design, name=found.name, content=content, revision=query["revision"]))
    items = [{**vars(word), "message": _two(word.message, word.message_en)} for word in found.words]
    return {**vars(found), "items": items, "findings": list(map(_finding, found.findings)), "saved": saved}


@blueprint.get("/designs/<uuid:design>/bundle")
@blueprint.doc(responses={"200": {"description": "The archive", "content": BINARY}})
def pack_design(design: UUID) -> Response:
    """Download a design as a ZIP archive, laid out as the library is"""
    found = ask(PackDesign(design=design))
    return download(found.content, ARCHIVE, found.name)


@blueprint.get("/deployments/<uuid:deployment>/bundle")
@blueprint.doc(responses={"200": {"description": "The archive", "content": BINARY}})
def pack_deployment(deployment: UUID) -> Response:
    """Download a version as a ZIP archive, laid out as the library is"""
    found = ask(PackDeployment(deployment=deployment))
    return download(found.content, ARCHIVE, found.name)


@blueprint.get("/designs/<uuid:design>/changes")
@blueprint.arguments(schemas.AgainstQuery, location="query")
@blueprint.response(200, schemas.Changes)
def compare_design(query: dict[str, Any], design: UUID) -> Changes:
    """Tell what a design changes, by element and property; against its base or another version"""
    return ask(CompareDesign(design=design, **query))


@blueprint.get("/deployments/<uuid:deployment>/changes")
@blueprint.arguments(schemas.AgainstQuery, location="query")
@blueprint.response(200, schemas.Changes)
def compare_deployment(query: dict[str, Any], deployment: UUID) -> Changes:
    """Tell what a version has changed, by element and property; against the one before or another one"""
    return ask(CompareDeployment(deployment=deployment, **query))


@blueprint.post("/designs/<uuid:design>/submit")
@blueprint.arguments(schemas.NoteIn)
@blueprint.response(200, schemas.Design)
def submit(body: dict[str, Any], design: UUID) -> dict[str, Any]:
    """Ask for a review; from then on the files stay as they are"""
    carry_out(SubmitDesign(design=design, **body))
    return _design(design)


@blueprint.post("/designs/<uuid:design>/return")
@blueprint.arguments(schemas.NoteIn)
@blueprint.response(200, schemas.Design)
def return_design(body: dict[str, Any], design: UUID) -> dict[str, Any]:
    """Give a design in review back to be changed"""
    carry_out(ReturnDesign(design=design, **body))
    return _design(design)


@blueprint.post("/designs/<uuid:design>/publish")
@blueprint.arguments(schemas.PublishIn)
@blueprint.response(200, schemas.Published)
def publish(body: dict[str, Any], design: UUID) -> dict[str, Any]:
    """Deploy a reviewed design; never by one who has written in it himself"""
    return _published(carry_out(PublishDesign(design=design, **body)).deployment)


@blueprint.post("/designs/<uuid:design>/discard")
@blueprint.arguments(Nothing, required=False)
@blueprint.response(204)
def discard(body: dict[str, Any], design: UUID) -> Response:
    """End a design without publishing it"""
    carry_out(DiscardDesign(design=design))
    return nothing()


def laid_over(files: Mapping[str, str | None]) -> dict[str, bytes | None]:
    """Unsaved contents as bytes."""
    return {name: None if text is None else text.encode() for name, text in files.items()}


def _design(design: UUID) -> dict[str, Any]:
    found = ask(GetDesign(design=design))
    may = found.may_publish
    reason = None if may.code is None else sentence(may.code, 409, may.facts, language())
    return {**vars(found), "may_publish": {"allowed": may.allowed, "reason": reason}}


def _published(deployment: UUID) -> dict[str, Any]:
    found = ask(GetPublished(deployment=deployment))
    return {**vars(found), "warnings": [_finding(Finding(**warning)) for warning in found.warnings]}


def _finding(found: Finding) -> dict[str, Any]:
    return {
        "level": found.level,
        "code": found.code,
        "message": _two(found.message, found.message_en),
        "file": found.resource,
        "element": found.element,
        "line": found.line,
    }


def _two(zh: str | None, en: str | None) -> dict[str, str | None] | None:
    """A sentence in both languages; None where there is none."""
    return None if zh is None else {"zh": zh, "en": en}
