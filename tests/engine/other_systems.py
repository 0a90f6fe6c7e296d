"""A process whose work another system does, and that system's worker, for tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.commands.external_task import (
    FetchExternalTasks,
    LockedExternalTask,
    Topic,
)
from engine.errors import Conflict, Invalid, NotAllowed
from engine.records import Actor
from engine.store.tables import ExternalTask
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.models import END, START

MINUTE = timedelta(minutes=1)
MAPPING = '<liandong:in name="test"/><liandong:in name="age" value="${age + 1}"/><liandong:out name="value"/>'


def lab(mapping: str = MAPPING, *, kind: str = "serviceTask", more: str = "", attributes: str = "", body: str = "") -> str:
    """Task `lab`, whose work another system fetches."""
    work = f'<liandong:external topic="lab-order"{attributes}>{mapping}</liandong:external>{more}'
    return f'<{kind} id="lab"><extensionElements>{work}</extensionElements>{body}</{kind}>'


def ordering(*elements: str, flows: str = "s > lab > read > e", extra: str = "", **options: Any) -> bytes:
    """A process that has a laboratory do something, and then a person read it."""
    return bpmn(process("p", START, lab(**options), user_task("read", post="BR_GP"), END, *elements, flows=flows), extra=extra)


def run(county: County, **more: Any) -> CaseView:
    return county.run("p", **{"test": "HbA1c", "age": 60, "name": "nobody's business", **more})


def fetch(county: County, worker: str = "w1", *topics: str, lock: timedelta = MINUTE, limit: int = 10) -> Any:
    wanted = tuple(Topic(name=topic, lock=lock) for topic in topics or ("lab-order",))
    return county.execute(FetchExternalTasks(worker=worker, topics=wanted, limit=limit))


def held(task: LockedExternalTask, worker: str = "w1") -> dict[str, Any]:
    return {"task": task.id, "worker": worker, "lock_token": task.lock_token}


def code_of(county: County, command: Any, actor: Actor | None = None) -> str:
    with pytest.raises((Conflict, Invalid, NotAllowed)) as refusal:
        county.execute(command) if actor is None else county.execute(command, actor)
    return str(refusal.value.code)


def left(county: County) -> int:
    return int(county.scalar(select(func.count()).select_from(ExternalTask)))
