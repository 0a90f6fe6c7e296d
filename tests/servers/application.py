"""The whole application as its own process, as an operator starts it: for tests that click, kill and restart.

with Application(tmp_path) as application:
    urlopen(application.url + "/healthz")
    application.kill()      # as after a power cut: nobody says good-bye
    application.start()     # the same port, the same data
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen

from tests.servers.ports import free_port

COMMAND = Path(sys.prefix) / "bin" / "liandong"
START_SECONDS = 60.0
STOP_SECONDS = 20.0


class ApplicationError(RuntimeError):
    """The application did not start or stop as it should; the message ends with what it wrote."""


class Application:
    """One `liandong serve` process on a free loopback port, with its data in a folder."""

    def __init__(
        self,
        folder: Path,
        *,
        database: str | None = None,
        demo: bool = True,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Starts nothing. `database` is a URL; without one the application keeps an SQLite file under `folder`."""
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "application.log"
        self._environment = {**os.environ, **(environment or {})}
        self._environment.pop("LIANDONG_DATABASE_URL", None)
        self._command = [str(COMMAND), "serve", "--port", str(self.port), "--var", str(folder), *arguments]
        self._command += ["--demo"] if demo else []
        self._command += ["--database", database] if database else []
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """Process id of the running application."""
        if self._process is None:
            raise ApplicationError("Expected a running application, but it was not started.")
        return self._process.pid

    @property
    def output(self) -> str:
        """Everything that the application has written since it was first started."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    def start(self) -> None:
        """Starts the process and waits until it says that it is healthy."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            if self._healthy():
                return
            time.sleep(0.1)
        self.kill()
        raise ApplicationError(f"Expected the application to become healthy, but it did not. It wrote:\n{self._tail()}")

    def kill(self) -> None:
        """Ends the process and its children at once (SIGKILL). Harmless when it is not running."""
        if self._process is None:
            return
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=STOP_SECONDS)
        self._process = None

    def stop(self) -> int:
        """Asks the process to end (SIGTERM), as a service manager does, and returns its exit status."""
        if self._process is None:
            raise ApplicationError("Expected a running application, but it was not started.")
        self._process.terminate()
        try:
            status = self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ApplicationError(f"Expected the application to stop, but it did not. It wrote:\n{self._tail()}") from None
        self._process = None
        return status

    def restart(self) -> None:
        """Kills the process and starts it again on the same port with the same data."""
        self.kill()
        self.start()

    def _tail(self) -> str:
        return self.output[-4000:]

    def _healthy(self) -> bool:
        try:
            with urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False
