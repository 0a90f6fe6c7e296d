"""What only a file has: copies of it while it is in use, other processes, a disk that is full."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, text

from engine.errors import Conflict, EngineError, Invalid, Unavailable
from engine.queries.audit import VerifyAudit
from engine.store.database import Database, backup
from engine.testing import County
from tests.engine.invariants import live_dump, violations
from tests.engine.models import one_task, two_tasks


@pytest.fixture
def file(sqlite_county: Path, tmp_path: Path) -> Path:
    """A file of its own with the county."""
    path = tmp_path / "store.db"
    shutil.copyfile(sqlite_county, path)
    return path


@pytest.fixture
def county(file: Path) -> Iterator[County]:
    """The county in that file, with a process of two tasks."""
    with County(f"sqlite:///{file}") as opened:
        opened.deploy(two_tasks())
        yield opened


def integrity(database: Database) -> str:
    with database.reading() as connection:
        return str(connection.execute(text("PRAGMA integrity_check")).scalar_one())


def test_a_copy_that_is_made_while_others_write_is_of_one_moment(county: County, tmp_path: Path) -> None:
    ended = threading.Event()
    gan, shen = county.person("gan"), county.person("shen")
    failed: list[Exception] = []

    def write() -> None:
        try:
            while not ended.is_set():
                case = gan.start("p")
                gan.complete(case.task("first"))
                shen.complete(case.task("second"))
        except Exception as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(4):
        backup(county.url, tmp_path / f"copy{number}.db")
    ended.set()
    for thread in threads:
        thread.join()

    assert failed == []
    for number in range(4):
        with County(f"sqlite:///{tmp_path}/copy{number}.db") as copy:
            assert integrity(copy.engine.database) == "ok"
            assert violations(copy.engine.database) == []
            assert copy.engine.query(VerifyAudit()).faults == ()
            copy.person("gan").start("p")


def test_a_copy_never_overwrites_and_is_of_a_store_that_is_there(county: County, tmp_path: Path) -> None:
    backup(county.url, tmp_path / "copy.db")

    with pytest.raises(Conflict):
        backup(county.url, tmp_path / "copy.db")
    with pytest.raises(Invalid):
        backup(f"sqlite:///{tmp_path}/none.db", tmp_path / "other.db")
    with pytest.raises(Invalid, match="pg_dump"):
        backup("postgresql://127.0.0.1/x", tmp_path / "other.db")
    assert sorted(path.name for path in tmp_path.glob("*.db")) == ["copy.db", "store.db"]


def test_a_full_disk_refuses_writes_lets_read_and_recovers_by_itself(county: County) -> None:
    case = county.run("p")
    gan, task = county.person("gan"), case.task("first")
    pages = {"limit": 1}

    @event.listens_for(county.engine.database.engine, "checkout")
    def limit(connection: object, record: object, fairy: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages['limit']}")  # type: ignore[attr-defined]

    full = live_dump(county.engine.database)
    with pytest.raises(Unavailable) as refused:
        county.run("p", note="x" * 40_000)
    assert refused.value.code == "store-full"
    assert live_dump(county.engine.database) == full
    assert gan.box() == []
    assert gan.box("claimable") != []
    assert violations(county.engine.database) == []
    assert integrity(county.engine.database) == "ok"
    pages["limit"] = 1 << 30
    gan.complete(task, key="k")
    assert case.open == ["second"]


def test_two_processes_share_one_file(county: County) -> None:
    county.deploy(one_task(key="q"), name="another")
    with county.another() as other:
        for number in range(6):
            node = (county, other)[number % 2]
            node.person("gan").start("q", key=f"k{number}")
        with pytest.raises(EngineError, match="same request"):
            other.person("gan").start("p", key="k0")
        assert len(county.cases("q")) == len(other.cases("q")) == 6
    assert violations(county.engine.database) == []
