"""The blueprint that every part of the API is made with: strict arguments, problems instead of flask-smorest's errors."""

from __future__ import annotations

from typing import Any, NoReturn

import flask_smorest
import marshmallow as ma
from flask import Request
from webargs import core
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import UnsupportedMediaType

from api import strict_json
from api.problems import Problem, field_error, field_errors

PREFIX = "/api/v1"


class _StrictParser(FlaskParser):
    """Reads arguments; what a schema does not know is refused, not ignored."""

    def __init__(self) -> None:
        super().__init__(unknown=ma.RAISE)

    def load_json(self, req: Request, schema: ma.Schema) -> Any:
        body = req.get_data(cache=True)
        if not body:
            return {}
        if not core.is_json(req.mimetype):
            raise UnsupportedMediaType()
        return strict_json.load(body)

    def load_querystring(self, req: Request, schema: ma.Schema) -> Any:
        arguments = MultiDict((name, value) for name, value in req.args.items(multi=True) if name != "lang")
        many = {field.data_key for field in schema.fields.values() if isinstance(field, ma.fields.List)}
        for name, values in arguments.lists():
            strict_json.refuse_text(name + "".join(values))
            if len(values) > 1 and name not in many:
                raise Problem(422, "invalid-request", errors=[field_error(name, "repeated")])
        return {name: values if name in many else values[0] for name, values in arguments.lists()}

    def handle_error(
        self, error: ma.ValidationError, req: Request, schema: ma.Schema, *, error_status_code: Any, error_headers: Any
    ) -> NoReturn:
        messages = error.messages
        if isinstance(messages, dict) and len(messages) == 1 and next(iter(messages)) in ("json", "query"):
            messages = next(iter(messages.values()))
        raise Problem(422, "invalid-request", errors=list(field_errors(messages)))


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """One concept of the API, under /api/v1."""

    ARGUMENTS_PARSER = _StrictParser()

    def arguments(self, schema: Any, **options: Any) -> Any:
        """As flask-smorest's; the schema is made once, not for every request."""
        return super().arguments(schema() if isinstance(schema, type) else schema, **options)

    def __init__(self, name: str, description: str) -> None:
        super().__init__(name, __name__, url_prefix=PREFIX, description=description)
