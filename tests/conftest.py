"""Fixtures that every test may ask for: databases, a browser, the application as its own process.

A part that is missing fails the test with the command that helps; nothing is skipped.
"""

from __future__ import annotations

import itertools
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from engine.store.database import migrate
from tests.preparation import prepared
from tests.servers.application import Application
from tests.servers.browser import Windows, launch, screenshot_folder
from tests.servers.postgresql import PostgreSQL, postgresql

TEMPLATE = "liandong_template"
PORTION = 50
"""Random models of one test."""
BROWSER = Path(__file__).parent / "browser"
_FAILED = pytest.StashKey[bool]()
_numbers = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long the tests of random models run."""
    parser.addoption("--examples", type=int, default=0, help="random models of each kind; the default is a few of each")
    parser.addoption("--first-seed", type=int, default=1, help="seed of the first random model")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Gives a test of random models its `seeds`, so many as its mark `models` or the command line says, in handy portions.

    The mark's `at_most` holds the command line back where one model takes long."""
    if "seeds" not in metafunc.fixturenames:
        return
    mark = metafunc.definition.get_closest_marker("models")
    wanted = metafunc.config.getoption("examples") or (mark.args[0] if mark else 1)
    wanted = min(wanted, mark.kwargs.get("at_most", wanted)) if mark else wanted
    first = metafunc.config.getoption("first_seed")
    starts = range(first, first + wanted, PORTION)
    portions = [range(start, min(start + PORTION, first + wanted)) for start in starts]
    metafunc.parametrize("seeds", portions, ids=[f"{seeds.start}-{seeds.stop - 1}" for seeds in portions])


def pytest_configure(config: pytest.Config) -> None:
    """A run that is asked to end (SIGTERM) still stops the servers that it has started."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a run of several processes the modules of the browser, which are long, lie evenly among the first half of the others.

    At the end they would leave all processes but one without work, at the beginning they would stand in each other's way.
    """
    if not hasattr(config, "workerinput"):
        return
    modules: dict[Path, list[pytest.Item]] = {}
    for item in items:
        modules.setdefault(item.path, []).append(item)
    long = [path for path in modules if path.parent == BROWSER]
    others = [path for path in modules if path.parent != BROWSER]
    apart = max(1, len(others) // (2 * len(long) or 1))
    order: list[Path] = []
    for number, path in enumerate(long):
        order += [path, *others[number * apart : (number + 1) * apart]]
    order += others[len(long) * apart :]
    items[:] = [item for path in order for item in modules[path]]


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQL]:
    """One running PostgreSQL for the whole run. A test that stops it must start it again."""
    with postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: PostgreSQL) -> str:
    """The name of a database that has the newest schema and no rows, to be copied."""
    migrate(postgresql_server.create_database(TEMPLATE))
    return TEMPLATE


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file that has the newest schema and no rows, to be copied."""
    made = prepared(tmp_path_factory, "template", lambda folder: migrate(f"sqlite:///{folder / 'liandong.sqlite'}"))
    return made / "liandong.sqlite"


@pytest.fixture
def postgresql_url(postgresql_server: PostgreSQL, postgresql_template: str) -> Iterator[str]:
    """URL of a fresh PostgreSQL database with the newest schema."""
    name = f"test_{next(_numbers)}"
    yield postgresql_server.create_database(name, postgresql_template)
    postgresql_server.drop_database(name)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """URL of a fresh SQLite file with the newest schema."""
    path = tmp_path / "liandong.sqlite"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of a fresh database with the newest schema, once for each kind of database."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The one Chromium of the run."""
    with launch() as chromium:
        yield chromium


@pytest.fixture
def windows(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Windows]:
    """Opens browser windows, each for another person; fails the test when one of their pages threw."""
    opened = Windows(browser)
    yield opened
    _photograph(opened, request.node)
    opened.close()
    assert opened.complaints == []


@pytest.fixture
def page(windows: Windows) -> Page:
    """One browser window at a desk."""
    return windows.open()


@pytest.fixture
def start_application(tmp_path: Path) -> Iterator[Callable[..., Application]]:
    """Starts the application as its own process: `start_application(database=URL, demo=True)`; all end with the test."""
    started: list[Application] = []

    def start(**options: Any) -> Application:
        application = Application(tmp_path / f"var{len(started)}", **options)
        started.append(application)
        application.start()
        return application

    yield start
    for application in started:
        application.kill()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remembers the outcome of a test's body, so that its fixtures may look at it."""
    report = yield
    if report.when == "call":  # type: ignore[attr-defined]
        item.stash[_FAILED] = report.failed  # type: ignore[attr-defined]
    return report


def _photograph(windows: Windows, item: pytest.Item) -> None:
    if not item.stash.get(_FAILED, False):
        return
    for number, page in enumerate(windows.pages(), 1):
        path = screenshot_folder() / f"{item.name}-{number}.png"
        page.screenshot(path=path)
        item.add_report_section("teardown", "screenshot", str(path))
