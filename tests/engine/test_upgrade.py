"""A store of the first schema with live cases in it is migrated forward, and its cases go on as if nothing had happened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, delete, func, insert, inspect, select, update

from engine.store.database import Database, migrate
from engine.store.keys import KeyBlock
from engine.store.tables import Base, Incident, Job, Rung, Seat, Subscription, Token
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.invariants import violations
from tests.engine.models import END, START, STARTER
from tests.servers.postgresql import PostgreSQL

FIRST = "0001"


@pytest.fixture
def first_url(county: County, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of another database of the same kind, with the first schema and no rows."""
    if county.engine.database.dialect == "sqlite":
        migrate(f"sqlite:///{tmp_path / 'first.sqlite'}", FIRST)
        yield f"sqlite:///{tmp_path / 'first.sqlite'}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql_server")
    url = server.create_database("first_schema")
    migrate(url, FIRST)
    yield url
    server.drop_database("first_schema")


def waiting() -> bytes:
    """A person's task with a term and a ladder, a timer, and a message, all at once."""
    ask = user_task("ask", '<liandong:deadline term="PT2H" ladder="clinical"/>', post="BR_GP")
    wait = '<receiveTask id="wait" messageRef="m"/>'
    rest = (
        '<intermediateCatchEvent id="rest"><timerEventDefinition id="d"><timeDuration>PT4H</timeDuration>'
        "</timerEventDefinition></intermediateCatchEvent>"
    )
    gates = '<parallelGateway id="f"/><parallelGateway id="j"/>'
    flows = "s > f, f > ask > j, f > wait > j, f > rest > j, j > last > e"
    elements = (START, gates, ask, wait, rest, user_task("last", post="BR_DIR"), END)
    return bpmn(process("p", *elements, flows=flows, extensions=STARTER), extra='<message id="m" name="Answered"/>')


RENAMED = {("document_number", "year"): "period"}
"""What the first schema called a column, to its name today."""


def take_back(newest: Connection, first: Connection) -> None:
    """Writes every row of the newest schema as the first schema held it."""
    there = inspect(first)
    # The first schema begins with a block of keys of its own.
    first.execute(delete(KeyBlock))
    described = MetaData()
    described.reflect(first)
    for name in (table.name for table in described.sorted_tables if table.name in Base.metadata.tables):
        table = Base.metadata.tables[name]
        columns = [column["name"] for column in there.get_columns(table.name)]
        held = [table.c[RENAMED.get((name, column), column)].label(column) for column in columns]
        rows = [dict(row) for row in newest.execute(select(*held)).mappings()]
        if rows:
            renamed = any(called == name for called, _ in RENAMED)
            first.execute(insert(described.tables[name] if renamed else table), rows)
    # The first schema kept of a timer that fires once only when it is due.
    first.execute(update(Subscription).where(Subscription.kind == "timer").values(data={}))


def old_store(county: County, url: str) -> None:
    old = Database(url)
    with county.engine.database.reading() as newest, old.writing() as first:
        take_back(newest, first)
    old.close()


def counted(county: County) -> dict[str, Any]:
    tables = (Token, Subscription, Seat, Rung, Job, Incident)
    return {table.__tablename__: county.scalar(select(func.count()).select_from(table)) for table in tables}


def test_live_cases_of_the_first_schema_go_on(county: County, first_url: str) -> None:
    county.deploy(waiting())
    claimed, untouched = county.run("p"), county.run("p")
    county.person("gan").claim(claimed.task("ask"))
    county.pass_time("PT1H")
    old_store(county, first_url)
    migrate(first_url)
    with County(first_url, clock=county.clock) as later:
        assert counted(later) == counted(county)
        assert violations(later.engine.database) == []
        for known in (claimed, untouched):
            finish(later, later.case(known.id))
        assert violations(later.engine.database) == []


def finish(county: County, case: CaseView) -> None:
    """Everything that the case waits for happens."""
    county.person("gan").complete(case.task("ask"))
    county.send("Answered", to="CH01")
    county.pass_time("PT4H")
    county.person("dai").complete(case.task("last"))
    assert case.state == "completed"
