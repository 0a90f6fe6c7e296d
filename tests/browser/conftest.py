"""One demonstration for the whole folder, with a worker inside, and people who sit down before it at a desk or with a phone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cli.demonstration import prepare_demo
from cli.deploy import deploy_folder
from cli.settings import read_settings
from engine.engine import Engine
from tests.browser.demonstration import Demonstration
from tests.preparation import prepared
from tests.servers.application import Application
from tests.servers.browser import DESK, Windows

PROCESSES = Path(__file__).parent / "processes"
PATIENCE_MS = 20_000
SignIn = Callable[..., Page]
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def demonstration(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """The application with the demo community, its library and the processes of this folder."""

    def make(folder: Path) -> None:
        shutil.copyfile(sqlite_template, folder / "liandong.db")
        with opened(folder) as engine:
            prepare_demo(engine, folder)
        deploy(folder, *sorted(PROCESSES.iterdir()))

    folder = tmp_path_factory.mktemp("demonstration")
    shutil.copytree(prepared(tmp_path_factory, "demonstration", make), folder, dirs_exist_ok=True)
    with Application(folder) as application:
        yield Demonstration(application.url, folder)


@pytest.fixture
def open_window(windows: Windows, demonstration: Demonstration) -> Callable[..., Page]:
    """Opens a window in which nobody is signed in: `open_window(PHONE)`."""
    return lambda size=DESK, **options: windows.open(size, base_url=demonstration.url, **options)


@pytest.fixture
def sign_in(open_window: Callable[..., Page], demonstration: Demonstration) -> SignIn:
    """Opens a window in which somebody is signed in: `sign_in("hemin", PHONE, at="/mine")`."""

    def enter(login: str, size: tuple[int, int] = DESK, *, at: str = "/inbox/todo", undo: int = 0, **options: Any) -> Page:
        page = open_window(size, **options)
        demonstration.let_in(page, login, undo)
        page.goto(at)
        return page

    return enter


def deploy(folder: Path, *processes: Path) -> None:
    """Deploys process folders into the store of a data folder, beside the application that runs there."""
    with opened(folder) as engine:
        assert all(deploy_folder(engine, process) for process in processes)


def opened(folder: Path) -> closing[Engine]:
    """The engine on the store of a demonstration's data folder, closed at the end of the block."""
    return closing(Engine(read_settings(database=None, var=folder, demo=True).engine))
