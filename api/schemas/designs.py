"""Process folders, their deployments and designs, over the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from api.schemas.base import CamelSchema, Instant
from api.schemas.organisation import PersonRow

LONGEST_NOTE = 1_000
STATES = ("editing", "inReview", "published", "discarded")
KINDS = ("bpmn", "decision", "form", "document", "parameters", "metrics", "scenario")


class _Note(fields.String):
    """What somebody says of what he does."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=validate.Length(max=LONGEST_NOTE), **options)


class DeploymentRef(CamelSchema):
    """A deployment by its number in its folder."""

    id = fields.UUID()
    number = fields.Integer()


class Deployment(DeploymentRef):
    """One version of a folder; `deployedBy` is null where the system brought it in."""

    deployed_at = Instant()
    deployed_by = fields.String(allow_none=True)
    digest = fields.String()
    note = fields.String(allow_none=True)
    current = fields.Boolean()


class FolderProcess(CamelSchema):
    """A process of a folder's newest deployment."""

    key = fields.String()
    name = fields.String()
    version = fields.Integer()


class OpenDesign(CamelSchema):
    """The open design of a folder."""

    id = fields.UUID()
    state = fields.String(validate=validate.OneOf(STATES))
    edited_by = fields.String(allow_none=True)
    edited_at = Instant()


class ProcessFolder(CamelSchema):
    """One process folder."""

    name = fields.String()
    title = fields.String()
    processes = fields.List(fields.Nested(FolderProcess))
    deployments = fields.Integer()
    latest = fields.Nested(Deployment, allow_none=True)
    design = fields.Nested(OpenDesign, allow_none=True)


class ProcessFolders(CamelSchema):
    """All process folders."""

    items = fields.List(fields.Nested(ProcessFolder))


class Deployments(CamelSchema):
    """The deployments of a folder, newest first."""

    items = fields.List(fields.Nested(Deployment))


class FileText(CamelSchema):
    """A file; `content` is null where it is not text in UTF-8, `revision` for a file of a deployment."""

    name = fields.String()
    kind = fields.String()
    revision = fields.Integer(allow_none=True)
    content = fields.String(allow_none=True)


class FileTexts(CamelSchema):
    """Files with their contents."""

    items = fields.List(fields.Nested(FileText))


class DesignPost(CamelSchema):
    """A post that a rule may name."""

    code = fields.String()
    name = fields.String()
    name_en = fields.String()


class DesignChoices(CamelSchema):
    """What a model may name: posts, and functions of service tasks."""

    posts = fields.List(fields.Nested(DesignPost))
    functions = fields.List(fields.String())


class NamedPeopleQuery(CamelSchema):
    """Whom to find."""

    q = fields.String(required=True, validate=validate.Length(max=100))


class NamedPerson(PersonRow):
    """A person in one of his chairs; `named` where the text asked for is what a rule calls him."""

    staff_number = fields.String()
    named = fields.Boolean()


class NamedPeople(CamelSchema):
    """People whom a rule may name."""

    items = fields.List(fields.Nested(NamedPerson))


class DesignIn(CamelSchema):
    """What a design begins with: a folder, or one that there is not yet under a title."""

    folder = fields.String(required=True, validate=validate.Length(min=1, max=200))
    origin = fields.UUID(load_default=None, allow_none=True, data_key="from")
    title = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=200))


class DesignFile(CamelSchema):
    """A file of a design; `changedBy` is null while it is as it was deployed."""

    name = fields.String()
    kind = fields.String(validate=validate.OneOf(KINDS))
    size = fields.Integer()
    revision = fields.Integer()
    changed_at = Instant()
    changed_by = fields.String(allow_none=True)


class DesignLock(CamelSchema):
    """Who holds a design."""

    person = fields.UUID()
    name = fields.String()
    until = Instant()
    mine = fields.Boolean()


class Review(CamelSchema):
    """A design in review."""

    submitted_by = fields.String(attribute="by", allow_none=True)
    at = Instant()
    note = fields.String()


class ReturnedDesign(CamelSchema):
    """What was said when a design was returned last."""

    by = fields.String(allow_none=True)
    at = Instant()
    note = fields.String()


class MayPublish(CamelSchema):
    """Whether the caller may publish, and why not."""

    allowed = fields.Boolean()
    reason = fields.String(allow_none=True)


class DesignPresence(CamelSchema):
    """Who holds a design, and who else is looking at it."""

    lock = fields.Nested(DesignLock, allow_none=True)
    present = fields.List(fields.String())


class Design(DesignPresence):
    """A design, without the contents of its files."""

    id = fields.UUID()
    folder = fields.String()
    title = fields.String(allow_none=True)
    state = fields.String(validate=validate.OneOf(STATES))
    base = fields.Nested(DeploymentRef, allow_none=True)
    outdated = fields.Boolean()
    revision = fields.Integer()
    opened_at = Instant()
    opened_by = fields.String(allow_none=True)
    editors = fields.List(fields.String())
    review = fields.Nested(Review, allow_none=True)
    returned = fields.Nested(ReturnedDesign, allow_none=True)
    deployment = fields.Nested(DeploymentRef, allow_none=True)
    files = fields.List(fields.Nested(DesignFile))
    may_publish = fields.Nested(MayPublish)


class FileIn(CamelSchema):
    """A file as it is to be saved; `revision` is the one it comes from, null for a new file."""

    content = fields.String(required=True)
    revision = fields.Integer(required=True, allow_none=True, validate=validate.Range(min=1, max=2**31 - 1))


class FileSaved(CamelSchema):
    """What a save has led to."""

    revision = fields.Integer()
    saved_at = Instant()
    design_revision = fields.Integer()


class RemovalQuery(CamelSchema):
    """Which revision of a file was seen."""

    revision = fields.Integer(load_default=None, validate=validate.Range(min=1, max=2**31 - 1))


class FileSave(CamelSchema):
    """A former state of a file; `size` is null where it was removed."""

    revision = fields.Integer()
    saved_at = Instant()
    saved_by = fields.String()
    size = fields.Integer(allow_none=True)


class FileSaves(CamelSchema):
    """The former states of a file that are kept, newest first."""

    items = fields.List(fields.Nested(FileSave))


class LockIn(CamelSchema):
    """How a design is held: `look` only says that one is looking, `takeOver` takes it from who holds it."""

    look = fields.Boolean(load_default=False)
    take_over = fields.Boolean(load_default=False)


class Overlay(CamelSchema):
    """Unsaved contents by file name; null takes a file away."""

    files = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True), load_default=dict)


class TwoLanguages(CamelSchema):
    """A sentence in both languages."""

    zh = fields.String()
    en = fields.String()


class Finding(CamelSchema):
    """Something that the deployment gate finds."""

    level = fields.String(validate=validate.OneOf(("error", "warning")))
    code = fields.String()
    message = fields.Nested(TwoLanguages)
    file = fields.String(allow_none=True)
    element = fields.String(allow_none=True)
    line = fields.Integer(allow_none=True)


class Findings(CamelSchema):
    """What the deployment gate says of a design."""

    items = fields.List(fields.Nested(Finding))
    publishable = fields.Boolean()


class FileImportQuery(CamelSchema):
    """What a file is called, and with `write` that it is to be saved; `revision` is that of the file it replaces."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=200))
    write = fields.Boolean(load_default=False)
    revision = fields.Integer(load_default=None, validate=validate.Range(min=1, max=2**31 - 1))


class TranslatedWord(CamelSchema):
    """What became of one word of another tool."""

    element = fields.String(allow_none=True)
    name = fields.String(allow_none=True)
    word = fields.String()
    treatment = fields.String(validate=validate.OneOf(("translated", "kept", "warned", "refused")))
    into = fields.String(allow_none=True)
    message = fields.Nested(TwoLanguages, allow_none=True)


class FileImport(CamelSchema):
    """A file as it is, or would be, saved; `drawn` is false for a diagram that has none, `saved` null where it was not."""

    name = fields.String()
    kind = fields.String(validate=validate.OneOf(KINDS))
    content = fields.String()
    drawn = fields.Boolean()
    items = fields.List(fields.Nested(TranslatedWord))
    findings = fields.List(fields.Nested(Finding))
    saved = fields.Nested(FileSaved, allow_none=True)


class AgainstQuery(CamelSchema):
    """Which deployment it is held against."""

    against = fields.UUID(load_default=None)


class ChangedItem(CamelSchema):
    """One thing that differs; `moved` is layout alone. `property` is null for the thing as a whole."""

    element = fields.String(allow_none=True)
    name = fields.String()
    type = fields.String()
    change = fields.String(validate=validate.OneOf(("added", "removed", "changed", "moved")))
    property = fields.String(allow_none=True)
    before = fields.String(allow_none=True)
    after = fields.String(allow_none=True)


class ChangedFile(CamelSchema):
    """A file that differs; `layout` and `spelling` do not change what it means, `more` items are left out."""

    name = fields.String()
    kind = fields.String()
    change = fields.String(validate=validate.OneOf(("added", "removed", "changed", "layout", "spelling")))
    readable = fields.Boolean()
    items = fields.List(fields.Nested(ChangedItem))
    more = fields.Integer()


class Changes(CamelSchema):
    """What differs from a deployment."""

    against = fields.Nested(DeploymentRef, allow_none=True)
    files = fields.List(fields.Nested(ChangedFile))


class NoteIn(CamelSchema):
    """What somebody says of what he does."""

    note = _Note(required=True)


class PublishIn(NoteIn):
    """A publication; `over` is the newest deployment where the design began with an older one."""

    over = fields.UUID(load_default=None, allow_none=True)


class RollBackIn(NoteIn):
    """Which deployment's files are to be the newest again."""

    deployment = fields.UUID(required=True)


class RunningVersion(CamelSchema):
    """How many cases of one version of a process have not ended."""

    process = fields.String()
    name = fields.String()
    version = fields.Integer()
    current = fields.Boolean()
    cases = fields.Integer()


class Published(CamelSchema):
    """A new deployment, what the gate warned of, and what still runs on which version."""

    deployment = fields.Nested(Deployment)
    processes = fields.List(fields.String())
    warnings = fields.List(fields.Nested(Finding))
    running = fields.List(fields.Nested(RunningVersion))
