"""What takes long to make is made once a run, by whichever of its processes needs it first; the others wait and copy it.

    path = prepared(tmp_path_factory, "county", make) / "county.sqlite"

`make` is given an empty folder. What it leaves there is never written again.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def prepared(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder of that name, filled by `make`. What a process that died has begun is begun anew."""
    run = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent
    folder = run / "prepared" / name
    folder.parent.mkdir(exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            draft = factory.mktemp("draft")
            make(draft)
            draft.rename(folder)
    return folder
