"""A year of the invented county, lived by running its processes on a virtual clock: nothing of it is written by hand.

`county.py` is the clockwork: it starts cases, finds who is asked, lets him act after a while and carries out what the clock
does. A module for each process says how often it begins (`arrivals`) and what people do at each of its steps (`HABITS`).
The same seed gives the same year.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import event, make_url, select

from cli.demo import load_demo
from cli.demo.year.county import Arrival, County, Habit
from cli.demo.year.dispatches import HABITS as DISPATCH_HABITS
from cli.demo.year.dispatches import dispatches
from cli.demo.year.inspections import HABITS as INSPECTION_HABITS
from cli.demo.year.inspections import inspections
from cli.demo.year.meetings import HABITS as SHARED_HABITS
from cli.demo.year.procurement import HABITS as PROCUREMENT_HABITS
from cli.demo.year.procurement import procurement
from cli.demo.year.recruitment import HABITS as RECRUITMENT_HABITS
from cli.demo.year.recruitment import recruitment
from cli.demo.year.referrals import HABITS as REFERRAL_HABITS
from cli.demo.year.referrals import referrals
from cli.demo.year.staff import staff
from cli.library import LIBRARY, read_folder
from engine.clock import VirtualClock
from engine.commands.deployment import Deploy
from engine.config import Config
from engine.engine import Engine
from engine.errors import Conflict
from engine.store.database import Database, backup, migrate
from engine.store.tables import ProcessInstance

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder with a random name and rights of its own is made in it
"""A folder in memory, where Linux has one."""

SCRATCH_KILOBYTES = 200_000
"""Of pages that are kept while the year is lived."""
Arrivals = Callable[[County, date, date], Iterator[Arrival]]


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """What one process of the library contributes to the year."""

    folder: str
    beside: tuple[str, ...] = ()
    """Folders of shared activities that it calls."""
    habits: Mapping[str, Mapping[str, Habit]]
    """Process -> step -> what people do there."""
    arrivals: Arrivals


SHARED = ("collect", "meeting")
CHAPTERS = (
    Chapter(folder="referral", habits=REFERRAL_HABITS, arrivals=referrals),
    Chapter(folder="inspection", habits=INSPECTION_HABITS, arrivals=inspections),
    Chapter(folder="dispatch", beside=SHARED, habits=DISPATCH_HABITS, arrivals=dispatches),
    Chapter(folder="procurement", beside=SHARED, habits=PROCUREMENT_HABITS, arrivals=procurement),
    Chapter(folder="recruitment-plan", beside=SHARED, habits=RECRUITMENT_HABITS, arrivals=recruitment),
)


def write_year(config: Config, until: datetime, *, seed: int, share: float = 1.0, days: int = 365) -> Counter[str]:
    """A year that ends at an instant, in the store of `config`, and what was counted: started cases, decisions and jobs.

    An SQLite store is made in memory where the system has such a folder, and copied to its place when it is whole. Raises
    Conflict `backup-target` when the SQLite file is there, `store-not-empty` when a PostgreSQL store holds a case.
    """
    url = make_url(config.database_url)
    if url.get_backend_name() != "sqlite":
        migrate(config.database_url)
        _require_empty(config)
        return _written(config, until, seed=seed, share=share, days=days)
    target = Path(url.database or "")
    if target.exists():
        raise Conflict("backup-target", "Expected to make file '{path}', but it is there already", path=str(target))
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None, prefix="liandong-year-") as folder:
        made = replace(config, database_url=f"sqlite:///{folder}/year.db")
        migrate(made.database_url)
        counted = _written(made, until, seed=seed, share=share, days=days, database=scratch(made.database_url))
        target.parent.mkdir(parents=True, exist_ok=True)
        backup(made.database_url, target)
    return counted


def scratch(url: str) -> Database:
    """A new SQLite store that one process alone works on, and that is thrown away if that ends: nothing waits for a disk."""
    database = Database(url)

    @event.listens_for(database.engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        for pragma in ("synchronous=OFF", f"cache_size=-{SCRATCH_KILOBYTES}"):
            connection.execute(f"PRAGMA {pragma}")

    return database


def _written(
    config: Config, until: datetime, *, seed: int, share: float, days: int, database: Database | None = None
) -> Counter[str]:
    clock = VirtualClock(until - timedelta(days=days))
    engine = Engine(config, clock=clock, lease_clock=clock, database=database)
    try:
        prepare(engine)
        return live(engine, clock, until, seed=seed, share=share).counted
    finally:
        engine.close()


def prepare(engine: Engine) -> None:
    """Brings the community and the folders of all chapters in."""
    load_demo(engine)
    for folder in dict.fromkeys(name for chapter in CHAPTERS for name in (*chapter.beside, chapter.folder)):
        engine.execute(Deploy(name=folder, resources=read_folder(LIBRARY / folder)))


def _require_empty(config: Config) -> None:
    engine = Engine(config)
    try:
        with engine.database.reading() as connection:
            if connection.execute(select(ProcessInstance.key).limit(1)).first() is not None:
                raise Conflict("store-not-empty", "Expected a store without cases to put a year into, but it holds some")
    finally:
        engine.close()


def live(engine: Engine, clock: VirtualClock, until: datetime, *, seed: int, share: float = 1.0) -> County:
    """Lives from what the clock says until an instant, and returns the county with what was counted.

    `share` thins referrals and dispatches out, for a test; reviews and inspections are there only in the whole year. The
    store must be prepared.
    """
    county = County(engine, clock, seed=seed, share=share)
    county.learn(SHARED_HABITS)
    for arrival in staff(county, clock.now().date(), until.date()):
        county.expect(arrival)
    for chapter in CHAPTERS:
        county.learn(chapter.habits)
        for arrival in chapter.arrivals(county, clock.now().date(), until.date()):
            county.expect(arrival)
    county.live(until)
    return county
