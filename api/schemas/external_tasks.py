"""Work for other systems, over the wire. Spans are whole seconds."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from api.schemas.base import CamelSchema, Instant, PageQuery, page_of
from api.schemas.instances import ProcessVersion
from api.schemas.tasks import InstanceRef

DAY = 24 * 60 * 60
LONGEST_WAIT = 30


def _seconds(shortest: int, longest: int = DAY, **options: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(min=shortest, max=longest), **options)


def _name(**options: Any) -> fields.String:
    return fields.String(validate=validate.Length(min=1, max=100), **options)


class TopicRequest(CamelSchema):
    """A topic, and how long work of it is to be held."""

    name = _name(required=True)
    lock_seconds = _seconds(1, load_default=60)


class FetchAndLock(CamelSchema):
    """What a worker asks for. `waitSeconds` keeps the request open until there is work, at most so long."""

    worker_id = _name(required=True)
    topics = fields.List(fields.Nested(TopicRequest), required=True, validate=validate.Length(min=1, max=50))
    max_tasks = fields.Integer(strict=True, load_default=10, validate=validate.Range(min=1, max=100))
    wait_seconds = _seconds(0, LONGEST_WAIT, load_default=0)


class LockedExternalTask(CamelSchema):
    """Work that the worker holds until `lockedUntil`."""

    id = fields.UUID()
    topic = fields.String()
    priority = fields.Integer()
    variables = fields.Dict(keys=fields.String())
    idempotency_key = fields.String()
    instance_id = fields.UUID(attribute="instance")
    process_key = fields.String()
    element = fields.String()
    retries = fields.Integer(allow_none=True)
    lock_token = fields.String()
    locked_until = Instant()


class Fetched(CamelSchema):
    """What was locked; empty when there is nothing to do."""

    items = fields.List(fields.Nested(LockedExternalTask))


class HeldExternalTask(CamelSchema):
    """Who holds the work."""

    worker_id = _name(required=True)
    lock_token = _name(required=True)


class ExternalResult(HeldExternalTask):
    """The result of the work."""

    variables = fields.Dict(keys=fields.String(), load_default=dict)


class ExternalFailure(HeldExternalTask):
    """Why the work failed. No patient data: operators read it."""

    message = fields.String(required=True, validate=validate.Length(min=1, max=2_000))
    details = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=20_000))
    retries = fields.Integer(strict=True, load_default=None, allow_none=True, validate=validate.Range(min=0, max=1_000))
    retry_after_seconds = _seconds(0, load_default=None, allow_none=True)


class BpmnError(HeldExternalTask):
    """A BPMN error for the process to catch."""

    code = _name(required=True)
    variables = fields.Dict(keys=fields.String(), load_default=dict)


class ExtendLock(HeldExternalTask):
    """How much longer the work is to be held, from now."""

    lock_seconds = _seconds(1, required=True)


class UnlockExternalTask(CamelSchema):
    """Who gives the work back; nobody when an operator takes it."""

    worker_id = _name(load_default=None, allow_none=True)
    lock_token = _name(load_default=None, allow_none=True)


class ExternalTaskQuery(PageQuery):
    """Which work."""

    state = fields.String(load_default=None, validate=validate.OneOf(("open", "failed")))
    topic = fields.String(load_default=None, validate=validate.Length(max=100))
    instance = fields.UUID(load_default=None)


class ExternalTask(CamelSchema):
    """Work without what it is about."""

    id = fields.UUID()
    topic = fields.String()
    priority = fields.Integer()
    state = fields.String()
    instance = fields.Nested(InstanceRef)
    process = fields.Nested(ProcessVersion)
    element = fields.String()
    element_name = fields.String(allow_none=True)
    idempotency_key = fields.String()
    opened_at = Instant()
    available_at = Instant()
    worker = fields.String(allow_none=True)
    locked_until = Instant(allow_none=True)
    failures = fields.Integer()
    lost_locks = fields.Integer()
    retries = fields.Integer(allow_none=True)
    error = fields.String(allow_none=True)
    error_details = fields.String(allow_none=True)


ExternalTaskPage = page_of(ExternalTask, "ExternalTaskPage")
