"""Stores in which rehearsals are played: one prepared with the community and the files, then copied for every run.

They lie in memory where the system has such a folder, and go with the process. What was prepared for one state of the
community, one set of files and one beginning is kept for the next runs: a designer plays the same files again and again.
"""

from __future__ import annotations

import hashlib
import itertools
import shutil
import tempfile
import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from engine.clock import VirtualClock
from engine.commands.deployment import Deploy
from engine.engine import Engine
from engine.errors import Unavailable
from engine.rehearsal.community import copy_community, read_community
from engine.runtime import Definitions
from engine.runtime.definitions import digest
from engine.store.database import Database, migrate

AT_ONCE = 2
"""Rehearsals of one node that run at the same time."""
STAGES_AT_MOST = 4
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
POOL = 2


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A store that is prepared for runs: it is read and copied, never written again."""

    path: Path
    database: Database
    definitions: Definitions


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A store to play one run on."""

    engine: Engine
    clock: VirtualClock
    definitions: Definitions


class Stages:
    """The prepared stores of one node, and the places to play on. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        """Prepares nothing yet."""
        self._engine = engine
        self._lock = threading.Lock()
        self._folder: Path | None = None
        self._stages: OrderedDict[str, Stage] = OrderedDict()
        self._free: list[Database] = []
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._numbers = itertools.count(1)

    @contextmanager
    def played(self, folder: str, files: Mapping[str, bytes], at: datetime) -> Iterator[Ground]:
        """A fresh copy of the store in which `files` are deployed as `folder`; its clock stands at `at`.

        Raises Unavailable `rehearsals-busy` while as many run as may, and what the deployment is refused with.
        """
        if not self._turns.acquire(blocking=False):
            message = "Expected a free place to rehearse, but {limit} rehearsals run already"
            raise Unavailable("rehearsals-busy", message, limit=AT_ONCE)
        try:
            with self._lock:
                stage = self._stage(folder, files, at)
                database = self._free.pop() if self._free else self._place()
                shutil.copyfile(stage.path, _file(database))
            clock = VirtualClock(at)
            try:
                engine = self._opened(database, clock, stage.definitions)
                yield Ground(engine=engine, clock=clock, definitions=stage.definitions)
            finally:
                # Sample values may have been taken from life.
                _clear(database)
                self._free.append(database)
        finally:
            self._turns.release()

    def _opened(self, database: Database, clock: VirtualClock, definitions: Definitions) -> Engine:
        config = replace(self._engine.config, database_url=database.url.render_as_string(), rehearsal=True)
        return Engine(config, clock=clock, lease_clock=clock, database=database, definitions=definitions)

    def _stage(self, folder: str, files: Mapping[str, bytes], at: datetime) -> Stage:
        with self._engine.database.reading() as connection:
            community = read_community(connection)
            told = f"{community.digest} {folder} {digest(files)} {at.isoformat()}"
            key = hashlib.sha256(told.encode()).hexdigest()
            if key in self._stages:
                self._stages.move_to_end(key)
                return self._stages[key]
            path = self._home() / f"stage{next(self._numbers)}.db"
            shutil.copyfile(self._home() / "empty.db", path)
            copy_community(community, connection, path, without=folder)
        database = Database(f"sqlite:///{path}", POOL)
        stage = Stage(path=path, database=database, definitions=Definitions(database))
        try:
            self._opened(database, VirtualClock(at), stage.definitions).execute(Deploy(name=folder, resources=files))
        except Exception:
            _clear(stage.database)
            raise
        # The last connection that closes brings the write-ahead log into the file.
        database.close()
        self._stages[key] = stage
        while len(self._stages) > STAGES_AT_MOST:
            _clear(self._stages.popitem(last=False)[1].database)
        return stage

    def _place(self) -> Database:
        return Database(f"sqlite:///{self._home() / f'play{next(self._numbers)}.db'}", POOL)

    def _home(self) -> Path:
        """The folder of this node's stores, with an empty one that has the newest schema."""
        if self._folder is None:
            where = IN_MEMORY if IN_MEMORY.is_dir() else None
            made = Path(tempfile.mkdtemp(prefix="liandong-rehearsal-", dir=where))
            weakref.finalize(self, shutil.rmtree, made, ignore_errors=True)
            migrate(f"sqlite:///{made / 'empty.db'}")
            self._folder = made
        return self._folder


def _file(database: Database) -> Path:
    return Path(str(database.url.database))


def _clear(database: Database) -> None:
    """Closes a store and removes its files."""
    database.close()
    file = _file(database)
    for rest in file.parent.glob(f"{file.name}*"):
        rest.unlink()
