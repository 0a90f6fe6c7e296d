"""One demonstration for the whole folder, with a worker inside, and people who sit down before it at a desk or with a phone."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demonstration import Demonstration
from tests.preparation import prepared
from tests.servers.application import COMMAND, Application
from tests.servers.browser import DESK, Windows

PROCESSES = Path(__file__).parent / "processes"
PATIENCE_MS = 20_000
SignIn = Callable[..., Page]
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """The application with the demo community, its library and the processes of this folder."""

    def make(folder: Path) -> None:
        subprocess.run([COMMAND, "demo", "--var", folder], check=True, timeout=100, stdout=subprocess.DEVNULL)
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
    """Deploys process folders into the store of a data folder, as an operator does beside the running application."""
    subprocess.run([COMMAND, "deploy", "--var", folder, *processes], check=True, timeout=60)
