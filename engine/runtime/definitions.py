"""Deployed definitions, compiled once per process and shared by all threads: a version never changes.

What was accepted is read as it was meant on that day: the gate of today has no say in it, and files that are not the
ones that were deployed are not run.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from engine.decisions import read_stored_decisions
from engine.errors import Conflict, NotFound
from engine.forms import DocumentForm, FormModel, read_stored_document, read_stored_form
from engine.kernel import CompiledDefinition, Element, ProcessModel, read_stored
from engine.store.base import Executes, load_json
from engine.store.database import Database
from engine.store.prepared import Prepared
from engine.store.tables import Deployment, ProcessDefinition, Resource


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
    documents: Mapping[str, DocumentForm]
    """What the process prints, by id."""
    parameters: Mapping[str, Any]
    xml: bytes

    @cached_property
    def step_names(self) -> frozenset[str]:
        """Variables that a token is likely to need on its way through the process, worth reading before it asks.

        The collections of multi-instance activities are left out: they are large, and needed once.
        """
        found: set[str] = set()
        for flow in self.model.flows.values():
            found |= flow.condition.names if flow.condition else frozenset()
        for element in self.model.elements.values():
            found |= _names_of(element)
        return frozenset(found)


def _names_of(element: Element) -> set[str]:
    found: set[str] = set()
    if element.script is not None:
        found |= element.script.names | {name for name, _ in element.script.assignments}
    for assignment in element.assignments:
        found |= {assignment.name, *assignment.value.names}
    if element.loop is not None and element.loop.condition is not None:
        found |= element.loop.condition.names
    for event in element.events:
        found |= event.timer.value.names if event.timer else frozenset()
    return found | (element.approval.names if element.approval else frozenset())


@dataclass(frozen=True, kw_only=True)
class _Bundle:
    """One deployment, compiled."""

    resources: Mapping[str, bytes]
    models: Mapping[str, ProcessModel]
    forms: Mapping[str, FormModel]
    documents: Mapping[str, DocumentForm]
    parameters: Mapping[str, Any]
    compiled: CompiledDefinition


class _Compiled:
    """The deployments that were compiled last in this process, by the digest of their files: the same files are the same bundle,
    in whatever database they lie."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._bundles: OrderedDict[str, _Bundle] = OrderedDict()

    def get(self, files: str, rows: Any) -> _Bundle:
        """The bundle of the files with that digest, which are these rows."""
        with self._lock:
            if files in self._bundles:
                self._bundles.move_to_end(files)
                return self._bundles[files]
        bundle = read_bundle(rows)
        with self._lock:
            self._bundles[files] = bundle
            while len(self._bundles) > self._most:
                self._bundles.popitem(last=False)
        return bundle

    def clear(self) -> None:
        """Forgets them all, as a new process knows none."""
        with self._lock:
            self._bundles.clear()


COMPILED = _Compiled(most=32)


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
            documents={name: found for name, found in bundle.documents.items() if found.process == row.process_id},
            parameters=bundle.parameters,
            xml=bundle.resources[row.resource],
        )

    def _bundle(self, connection: Connection, deployment: int) -> _Bundle:
        if deployment not in self._bundles:
            statement = select(Resource.name, Resource.kind, Resource.content).where(Resource.deployment == deployment)
            rows = connection.execute(statement.order_by(Resource.key)).all()
            known = connection.execute(select(Deployment.id, Deployment.digest).where(Deployment.key == deployment)).one()
            if digest({row.name: row.content for row in rows}) != known.digest:
                raise Conflict(
                    "deployment-changed",
                    "Expected the files of deployment '{id}' as they were deployed, but they have been changed",
                    id=str(known.id),
                )
            self._bundles[deployment] = COMPILED.get(known.digest, rows)
        return self._bundles[deployment]


def digest(resources: Mapping[str, bytes]) -> str:
    """SHA-256 over the names and contents of a deployment's files, in hexadecimal."""
    whole = hashlib.sha256()
    for name, content in sorted(resources.items()):
        whole.update(hashlib.sha256(name.encode()).digest() + hashlib.sha256(content).digest())
    return whole.hexdigest()


def read_bundle(rows: Any) -> _Bundle:
    """Compiles the files of a deployment that passed the gate. Raises InvalidModel when one cannot be read any more."""
    bpmn = {row.name: row.content for row in rows if row.kind == "bpmn"}
    models = read_stored(bpmn)
    decisions = read_stored_decisions({row.name: row.content for row in rows if row.kind == "decision"})
    forms = (read_stored_form(row.content, row.name) for row in rows if row.kind == "form")
    documents = (read_stored_document(row.content, row.name) for row in rows if row.kind == "document")
    parameters: Mapping[str, Any] = next((load_json(row.content.decode()) for row in rows if row.kind == "parameters"), {})
    return _Bundle(
        resources=bpmn,
        models={model.id: model for model in models},
        compiled=CompiledDefinition(models, decisions),
        parameters=parameters,
        forms={form.id: form for form in forms},
        documents={document.id: document for document in documents},
    )


LATEST = Prepared(
    select(ProcessDefinition.key, ProcessDefinition.suspended_at).where(
        ProcessDefinition.process_id == bindparam("process_id"), ProcessDefinition.latest.is_(True)
    )
)


def called_definition(
    connection: Executes, definitions: Definitions, process_id: str, *, caller: int, binding: str, value: str | None
) -> int | None:
    """Key of the definition that the definition `caller` calls by a binding, None when there is none."""
    if binding in ("version", "versionTag"):
        return bound(connection, process_id, binding, value or "")
    found = None if binding == "latest" else sibling(connection, process_id, definitions.get(caller).deployment)
    if found is None and binding != "deployment":
        found = latest(connection, process_id)
    return found


SIBLING = Prepared(
    select(ProcessDefinition.key).where(
        ProcessDefinition.process_id == bindparam("process_id"), ProcessDefinition.deployment == bindparam("deployment")
    )
)


def latest(connection: Executes, process_id: str) -> int | None:
    """Key of the newest version of a process, None when there is none."""
    found: int | None = LATEST.value(connection, process_id=process_id)
    return found


def sibling(connection: Executes, process_id: str, deployment: int) -> int | None:
    """Key of a process of the same deployment, None when it is not in it."""
    found: int | None = SIBLING.value(connection, process_id=process_id, deployment=deployment)
    return found


def bound(connection: Executes, process_id: str, kind: str, value: str) -> int | None:
    """Key of a version of a process by its number, or of the newest that carries a tag; None when there is none."""
    table = ProcessDefinition
    if kind == "version":
        wanted = table.version == (int(value) if value.isascii() and value.isdigit() and len(value) < 10 else -1)
    else:
        wanted = table.version_tag == value
    statement = select(table.key).where(table.process_id == process_id, wanted).order_by(table.version.desc()).limit(1)
    found: int | None = connection.execute(statement).scalar_one_or_none()
    return found
