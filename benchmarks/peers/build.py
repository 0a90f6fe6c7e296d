"""Builds the drivers of other engines with Maven, and says with which classes each of them runs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import make_url

HERE = Path(__file__).parent
ENGINES = {"operaton": "peers.Operaton", "flowable": "peers.Flowable"}


class PeersUnavailable(RuntimeError):
    """The other engines cannot be run here; the message says what is missing."""


def build() -> None:
    """Compiles the drivers. Raises PeersUnavailable without Java or Maven, or when Maven fails."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            raise PeersUnavailable(f"Expected '{program}' on PATH to run other engines, but found none.")
    done = subprocess.run(["mvn", "-q", "-B", "package"], cwd=HERE, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PeersUnavailable(f"Expected Maven to build the drivers, but it said:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def java(module: str, main: str) -> list[str]:
    """The command that runs class `main` of a module."""
    target = HERE / module / "target"
    classpath = os.pathsep.join([str(target / f"{module}-1.jar"), (target / "classpath").read_text().strip()])
    return ["java", "-cp", classpath, main]


def jdbc(database_url: str) -> tuple[str, str, str]:
    """Address, user and password of a database as Java names them."""
    url = make_url(database_url)
    address = f"jdbc:postgresql://{url.host or '127.0.0.1'}:{url.port or 5432}/{url.database}"
    return address, url.username or "postgres", url.password or ""
