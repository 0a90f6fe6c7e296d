"""A design or a deployment as one file: a ZIP archive in the layout of the library, the same bytes for the same files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from engine.authorization.designs import require_designing
from engine.errors import NotFound
from engine.gate.inspection import kind_of
from engine.queries.designs import contents, design_row
from engine.queries.process_folders import deployment_key
from engine.queries.registry import Query, Reader
from engine.store.tables import Deployment, Resource

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""When the files of an archive were made; the earliest day that the format knows, for their contents alone count."""
_READABLE = 0o644 << 16


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """An archive under the name that a browser keeps it by."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class FolderFiles:
    """The files of a folder's deployment by name, and its number."""

    folder: str
    number: int
    files: Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True)
class PackDesign(Query[Bundle]):
    """A design as an archive."""

    design: UUID


@dataclass(frozen=True, kw_only=True)
class PackDeployment(Query[Bundle]):
    """A deployment as an archive."""

    deployment: UUID


@dataclass(frozen=True, kw_only=True)
class ListFolderFiles(Query[tuple[FolderFiles, ...]]):
    """The files of every folder's newest deployment; of one folder with `folder`, of an older one of it with `number`."""

    folder: str | None = None
    number: int | None = None


def pack_design(query: PackDesign, reader: Reader) -> Bundle:
    """Raises NotAllowed and NotFound."""
    folder = design_row(reader, query.design).folder
    return Bundle(name=f"{folder}-{reader.now:%Y%m%d}.zip", content=_packed(folder, contents(reader, query.design, {})))


def pack_deployment(query: PackDeployment, reader: Reader) -> Bundle:
    """Raises NotAllowed and NotFound."""
    key, folder = deployment_key(reader, query.deployment)
    older = select(Deployment.key).where(Deployment.name == folder, Deployment.key <= key)
    number = len(reader.connection.execute(older).all())
    return Bundle(name=f"{folder}-v{number}.zip", content=_packed(folder, _files(reader, key)))


def list_folder_files(query: ListFolderFiles, reader: Reader) -> tuple[FolderFiles, ...]:
    """Raises NotAllowed, and NotFound for a folder or a number that there is not."""
    require_designing(reader.actor)
    keys: dict[str, list[int]] = {}
    for row in reader.connection.execute(select(Deployment.name, Deployment.key).order_by(Deployment.name, Deployment.key)):
        keys.setdefault(row.name, []).append(row.key)
    if query.folder is not None:
        keys = {name: found for name, found in keys.items() if name == query.folder}
    number = query.number
    if not keys and query.folder is not None:
        raise NotFound("folder-not-found", "Expected to find process folder '{folder}', but there is none", folder=query.folder)
    if number is not None and any(not 0 < number <= len(found) for found in keys.values()):
        raise NotFound("deployment-not-found", "Expected to find version {number}, but there is none", number=number)
    chosen = {name: number or len(found) for name, found in keys.items()}
    return tuple(
        FolderFiles(folder=name, number=place, files=_files(reader, keys[name][place - 1])) for name, place in chosen.items()
    )


def place_of(folder: str, name: str) -> str:
    """Where a file of a folder lies in the library: forms and documents beside each other, all else with the diagrams."""
    top = "forms" if kind_of(name) in ("form", "document") else "bpmn"
    return f"{top}/{folder}/{name}"


def _packed(folder: str, files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(place_of(folder, name), LONG_AGO)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, _READABLE
            archive.writestr(entry, content)
    return packed.getvalue()


def _files(reader: Reader, deployment: int) -> dict[str, bytes]:
    rows = select(Resource.name, Resource.content).where(Resource.deployment == deployment).order_by(Resource.name)
    return {row.name: row.content for row in reader.connection.execute(rows)}
