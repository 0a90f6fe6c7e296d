"""/tasks/{task}/attachments: the files of a task's form, and what goes with its opinion. They travel as they are, not in JSON.

A file is sent under an id that the browser chose, so that a request repeated on a weak network does no harm. What is
answered with a file keeps it from being run, guessed at or kept: the browser is to store it or to show it as a picture.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from api.blueprint import Blueprint
from api.door import carry_out_unkeyed
from api.replies import download, nothing
from api.schemas.attachments import Attachment, AttachmentQuery
from engine.commands.attachment import AddAttachment, ReadAttachment, ReadEnclosure, RemoveAttachment
from engine.records import AttachmentRecord

MAX_FILE = 10 * 1024 * 1024
"""Bytes of the largest file that any form takes."""
BINARY = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}

blueprint = Blueprint("attachments", "Files in the forms of tasks")


@blueprint.put("/tasks/<uuid:task>/attachments/<uuid:attachment>")
@blueprint.arguments(AttachmentQuery, location="query")
@blueprint.response(200, Attachment)
@blueprint.doc(requestBody={"required": True, "content": BINARY})
def add_attachment(query: dict[str, Any], task: UUID, attachment: UUID) -> AttachmentRecord:
    """Upload a file for a field of a task that one may complete, or to go with its opinion (`$opinion`)"""
    request.max_content_length = MAX_FILE
    content = request.get_data(cache=False)
    return carry_out_unkeyed(AddAttachment(task=task, id=attachment, field=query["field"], name=query["name"], content=content))


@blueprint.get("/tasks/<uuid:task>/attachments/<uuid:attachment>")
@blueprint.doc(responses={"200": {"description": "The file", "content": BINARY}})
def read_attachment(task: UUID, attachment: UUID) -> Response:
    """Read a file that the task's form shows; the reading is audited"""
    found = carry_out_unkeyed(ReadAttachment(task=task, id=attachment))
    return download(found.content, found.record.type, found.record.name)


@blueprint.get("/instances/<uuid:instance>/enclosures/<uuid:attachment>")
@blueprint.doc(responses={"200": {"description": "The file", "content": BINARY}})
def read_enclosure(instance: UUID, attachment: UUID) -> Response:
    """Read a file that was sent with an opinion on the case; the reading is audited"""
    found = carry_out_unkeyed(ReadEnclosure(instance=instance, id=attachment))
    return download(found.content, found.record.type, found.record.name)


@blueprint.delete("/tasks/<uuid:task>/attachments/<uuid:attachment>")
@blueprint.response(204)
def remove_attachment(task: UUID, attachment: UUID) -> Response:
    """Take back an upload that was not sent"""
    carry_out_unkeyed(RemoveAttachment(task=task, id=attachment))
    return nothing()
