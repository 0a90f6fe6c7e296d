"""The database goes away, answers late or not at all: what was kept is found again, what was not is tried again or refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import func, select

from engine.commands.job import ExecuteJob
from engine.commands.message import SendMessage
from engine.errors import Conflict, OutcomeUnknown
from engine.store.database import Database
from engine.store.faults import AFTER_DELTA, AFTER_EFFECTS, BEFORE_COMMIT
from engine.store.tables import Job, Message
from engine.testing import County, hooked
from tests.engine.invariants import violations
from tests.engine.models import one_task, timer
from tests.servers.postgresql import PostgreSQL
from tests.servers.proxy import Proxy


@pytest.fixture
def proxy(postgresql_server: PostgreSQL) -> Iterator[Proxy]:
    """A proxy before the server of the run."""
    with Proxy(postgresql_server.port) as opened:
        yield opened


@pytest.fixture
def far(proxy: Proxy, postgresql_url: str) -> Iterator[County]:
    """A settled county whose connections run through the proxy; it is ready to act, with keys in hand."""
    with County(postgresql_url) as near:
        near.settle()
        near.deploy(one_task())
    with County(proxy.through(postgresql_url)) as county:
        county.take_jobs(limit=0)
        yield county
        proxy.cut()
        assert violations(county.engine.database) == []


class TestReplyLost:
    """COMMIT was carried out, and nobody heard of it."""

    def test_under_a_key_the_first_answer_is_found_and_nothing_is_done_twice(self, far: County, proxy: Proxy) -> None:
        proxy.lose_reply()

        case = far.person("gan").start("p", key="k")

        assert proxy.lost.is_set()
        assert [found.id for found in far.cases()] == [case.id]
        proxy.lose_reply()
        far.person("gan").complete(case.task("check"), key="c")
        assert (case.state, case.revision) == ("completed", 2)

    def test_without_a_key_the_outcome_is_said_to_be_unknown(self, far: County, proxy: Proxy) -> None:
        proxy.lose_reply()

        with pytest.raises(OutcomeUnknown, match="same key"):
            far.run("p")

        assert len(far.cases()) == 1

    def test_a_message_asked_about_again_is_answered_with_the_first_result(self, far: County, proxy: Proxy) -> None:
        sent = SendMessage(name="Asked", to="CH01", message_id="m-1")
        proxy.lose_reply()

        with pytest.raises(OutcomeUnknown):
            far.execute(sent)

        assert far.execute(sent).state == "waiting"
        assert far.scalar(select(func.count()).select_from(Message)) == 1

    def test_a_job_is_carried_out_once(self, far: County, proxy: Proxy) -> None:
        far.deploy(timer("Duration", "PT1H"), name="timers")
        case = far.run("p")
        far.clock.advance(timedelta(hours=1))
        (job,) = far.take_jobs()
        proxy.lose_reply()

        with pytest.raises(Conflict, match="Expected to hold job"):
            far.execute(ExecuteJob(job=job.id, fence=job.fence))

        assert (case.open, case.revision) == (["after"], 2)
        assert far.rows(select(Job.key)) == []


class TestCommitLost:
    """The connection broke before the server heard of COMMIT."""

    def test_under_a_key_it_is_done_again_and_once(self, far: County, proxy: Proxy) -> None:
        proxy.lose_commit()

        case = far.person("gan").start("p", key="k")

        assert proxy.lost.is_set()
        assert [found.id for found in far.cases()] == [case.id]

    def test_without_a_key_the_outcome_is_said_to_be_unknown(self, far: County, proxy: Proxy) -> None:
        proxy.lose_commit()

        with pytest.raises(OutcomeUnknown):
            far.run("p")

        assert far.cases() == []


@pytest.mark.parametrize("point", [AFTER_DELTA, BEFORE_COMMIT])
def test_a_connection_lost_before_commit_is_nobodys_business(far: County, proxy: Proxy, point: str) -> None:
    cuts = iter([proxy.cut])

    def cut(name: str) -> None:
        if name == point:
            next(cuts, lambda: None)()

    with hooked(cut):
        # A loss that is noticed at COMMIT leaves the outcome open, and only a key can close it.
        case = far.person("gan").start("p", key="k" if point == BEFORE_COMMIT else None)

    assert next(cuts, None) is None
    assert (case.revision, len(far.cases())) == (1, 1)


def test_a_session_that_the_server_ends_is_replaced(far: County) -> None:
    ended = []

    def end_sessions(name: str) -> None:
        if name == AFTER_EFFECTS and not ended:
            with psycopg.connect(far.url) as connection:
                ended.extend(
                    connection.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    ).fetchall()
                )

    with hooked(end_sessions):
        case = far.run("p")

    assert ended
    assert case.revision == 1


def test_a_half_open_connection_is_given_up_before_a_lease_can_end(proxy: Proxy, far: County) -> None:
    far.engine.close()
    impatient = Database(far.url, statement_limit=timedelta(seconds=0.2))
    county = County(far.url, database=impatient)
    county.take_jobs(limit=0)
    swallowed = []

    def swallow(name: str) -> None:
        if name == AFTER_DELTA and not swallowed:
            swallowed.append(name)
            proxy.swallow()

    begun = time.monotonic()
    with hooked(swallow):
        case = county.run("p")

    assert time.monotonic() - begun < county.engine.config.job_lease.total_seconds() / 2
    assert swallowed == [AFTER_DELTA]
    assert (case.revision, len(county.cases())) == (1, 1)
    county.close()


def test_statements_end_before_leases_do(postgresql_url: str) -> None:
    with County(postgresql_url, job_lease=timedelta(seconds=8)) as county, county.engine.database.reading() as connection:
        found = {name: connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in ("statement_timeout", "lock_timeout")}
    assert found == {"statement_timeout": "4s", "lock_timeout": "4s"}
