"""Deployed definitions, compiled once per process and shared by all threads: a version never changes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from engine.errors import NotFound
from engine.forms import FormModel, parse_form
from engine.functions import REGISTERED
from engine.kernel import CompiledDefinition, ProcessModel, parse
from engine.store.base import load_json
from engine.store.database import Database
from engine.store.tables import ProcessDefinition, Resource


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One process definition with everything that was deployed with it."""

    key: int
    id: UUID
    deployment: int
    version: int
    model: ProcessModel
    compiled: CompiledDefinition
    forms: Mapping[str, FormModel]
    parameters: Mapping[str, Any]
    xml: bytes


@dataclass(frozen=True, kw_only=True)
class _Bundle:
    """One deployment, compiled."""

    resources: Mapping[str, bytes]
    models: Mapping[str, ProcessModel]
    forms: Mapping[str, FormModel]
    parameters: Mapping[str, Any]
    compiled: CompiledDefinition


class Definitions:
    """The definitions of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._bundles: dict[int, _Bundle] = {}
        self._definitions: dict[int, Definition] = {}

    def get(self, key: int) -> Definition:
        """The definition of that key. Raises NotFound."""
        known = self._definitions.get(key)
        if known is not None:
            return known
        with self._lock:
            if key not in self._definitions:
                self._definitions[key] = self._load(key)
            return self._definitions[key]

    def model(self, key: int) -> ProcessModel:
        """The process model of the definition of that key."""
        return self.get(key).model

    def form(self, key: int, form: str) -> FormModel | None:
        """A form of the definition's deployment, None when it has no such form."""
        return self.get(key).forms.get(form)

    def parameters(self, key: int) -> Mapping[str, Any]:
        """The parameters of the definition's deployment."""
        return self.get(key).parameters

    def xml(self, key: int) -> bytes:
        """The BPMN file that the definition was read from."""
        return self.get(key).xml

    def _load(self, key: int) -> Definition:
        table = ProcessDefinition
        with self._database.reading() as connection:
            columns = (table.id, table.deployment, table.process_id, table.version, table.resource)
            row = connection.execute(select(*columns).where(table.key == key)).one_or_none()
            if row is None:
                raise NotFound("no-definition", "Expected to find process definition '{key}', but there is none", key=key)
            bundle = self._bundle(connection, row.deployment)
        return Definition(
            key=key,
            id=row.id,
            deployment=row.deployment,
            version=row.version,
            model=bundle.models[row.process_id],
            compiled=bundle.compiled,
            forms=bundle.forms,
            parameters=bundle.parameters,
            xml=bundle.resources[row.resource],
        )

    def _bundle(self, connection: Connection, deployment: int) -> _Bundle:
        if deployment not in self._bundles:
            statement = select(Resource.name, Resource.kind, Resource.content).where(Resource.deployment == deployment)
            self._bundles[deployment] = read_bundle(connection.execute(statement.order_by(Resource.key)).all())
        return self._bundles[deployment]


def read_bundle(rows: Any) -> _Bundle:
    """Compiles the files of a deployment that passed the gate."""
    bpmn = {row.name: row.content for row in rows if row.kind == "bpmn"}
    parsed = parse(bpmn, functions=REGISTERED, foreign_services="pass")
    forms = (parse_form(row.content, row.name)[0] for row in rows if row.kind == "form")
    parameters: Mapping[str, Any] = next((load_json(row.content.decode()) for row in rows if row.kind == "parameters"), {})
    return _Bundle(
        resources=bpmn,
        models={model.id: model for model in parsed.processes},
        compiled=CompiledDefinition(parsed.processes),
        parameters=parameters,
        forms={form.id: form for form in forms if form is not None},
    )


def latest(connection: Connection, process_id: str) -> int | None:
    """Key of the newest version of a process, None when there is none."""
    statement = select(ProcessDefinition.key).where(
        ProcessDefinition.process_id == process_id, ProcessDefinition.latest.is_(True)
    )
    return connection.execute(statement).scalar_one_or_none()


def sibling(connection: Connection, process_id: str, deployment: int) -> int | None:
    """Key of a process of the same deployment, None when it is not in it."""
    statement = select(ProcessDefinition.key).where(
        ProcessDefinition.process_id == process_id, ProcessDefinition.deployment == deployment
    )
    return connection.execute(statement).scalar_one_or_none()
