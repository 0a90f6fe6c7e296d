"""Every workload runs, tiny, as its command line says, and its JSON has what is promised. Nothing is timed.

In `make test` the referrals run on SQLite and the inbox on PostgreSQL; everything runs on both in a long campaign.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.suite import HERE
from benchmarks.targets import table, verdicts
from tests.campaign import LONG
from tests.servers.postgresql import PostgreSQL

Run = Callable[..., dict[str, Any]]
HEAD = {"workload", "engine", "database", "http", "cores", "python"}
REFERRALS = {"clients", "processes", "instances", "operations_per_second", "instances_per_second"}
PERCENTILES = {f"{kind}_{share}_ms" for kind in ("start", "find", "complete") for share in ("p50", "p95")}
WIRE = {"start_round_trips", "start_statements", "complete_round_trips", "complete_statements"}
ROW = {"n", "process", "start_ms", "completions", "complete_ms_mean", "complete_ms_first", "complete_ms_last"}


DATABASES = ["sqlite", "postgresql"]
AT_LENGTH = pytest.mark.skipif(not LONG, reason="a workload of its own processes, for a long campaign")
ON_SQLITE = pytest.mark.parametrize("run", DATABASES if LONG else ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("run", DATABASES if LONG else ["postgresql"], indirect=True)


@pytest.fixture
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """Runs one workload on one kind of database and returns its JSON."""
    where = ["--database", request.param]
    if request.param == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgresql_server")
        where += ["--database-url", server.url()]

    def started(*options: str) -> dict[str, Any]:
        result = tmp_path / "figures.json"
        command = [sys.executable, "-m", "benchmarks", *options, *where, "--json", str(result)]
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(result.read_text())
        assert found["database"] == request.param
        return found

    return started


@ON_SQLITE
def test_referrals_in_process(run: Run) -> None:
    found = run("w1", "--instances", "4", "--warm-up", "2", "--clients", "2", "--processes", "2")
    assert set(found) == HEAD | REFERRALS | PERCENTILES | (WIRE if found["database"] == "postgresql" else set())
    assert (found["engine"], found["clients"], found["processes"], found["http"]) == ("liandong", 2, 2, False)


@AT_LENGTH
@ON_POSTGRESQL
def test_referrals_over_http(run: Run) -> None:
    found = run("w1", "--http", "--instances", "4", "--warm-up", "2", "--clients", "2", "--processes", "2")
    assert set(found) == HEAD | REFERRALS | PERCENTILES | {"node_cpu_ms_per_operation", "node_memory_mb"}
    assert found["http"] is True


@AT_LENGTH
@ON_POSTGRESQL
def test_large_instances(run: Run) -> None:
    found = run("w2", "--n", "3,6", "--limit", "4")
    assert set(found) == HEAD | {"rows", "memory_mb"}
    assert [(row["n"], row["process"], row["completions"]) for row in found["rows"]] == [
        (3, "same", 2),
        (3, "fresh", 1),
        (6, "same", 2),
        (6, "fresh", 2),
    ]
    assert all(set(row) == ROW for row in found["rows"])


@AT_LENGTH
@ON_POSTGRESQL
def test_timers(run: Run) -> None:
    found = run("w3", "--n", "6", "--processes", "2")
    assert set(found) >= HEAD | {"timers", "workers", "timers_per_second", "shares"}
    assert (found["timers"], sum(found["shares"])) == (6, 6)


@ON_POSTGRESQL
def test_inbox(run: Run) -> None:
    found = run("w4", "--n", "8000")
    kinds = {f"{kind}_{share}_ms" for kind in ("page", "own_page", "count") for share in ("p50", "p95")}
    assert set(found) == HEAD | kinds | {"tasks", "claimable", "held", "memory_mb"}
    # Each group has 40 tasks, two of them somebody's own; the first person holds the first of every 4,000.
    assert (found["tasks"], found["claimable"], found["held"]) == (8_000, 114, 2)


@AT_LENGTH
@ON_POSTGRESQL
def test_workbench(run: Run) -> None:
    found = run("w5", "--n", "4000")
    kinds = ("first_load", "load", "start", "page", "counts", "open", "claim", "complete")
    assert set(found) == HEAD | {f"{kind}_{share}_ms" for kind in kinds for share in ("p50", "p95")} | {"tasks"}


def _referral(engine: str, operations: float, complete: float, *, http: bool = False, clients: int = 8) -> dict[str, Any]:
    figures = {"operations_per_second": operations, "start_p50_ms": 2.0, "complete_p50_ms": complete}
    return {"workload": "w1", "engine": engine, "database": "postgresql", "http": http, "clients": clients, **figures}


def test_targets_are_told_against_the_first_peer_by_the_median() -> None:
    ours = [_referral("liandong", rate, 3.0) for rate in (600.0, 700.0, 900.0)]
    found = verdicts([*ours, _referral("operaton", 350.0, 6.0), _referral("flowable", 100.0, 6.0)])
    rate = found[0]
    assert (rate.ours, rate.peers, rate.ratio, rate.met) == (700.0, {"operaton": 350.0, "flowable": 100.0}, 2.0, True)
    slower = verdicts([_referral("liandong", 690.0, 3.0), _referral("operaton", 350.0, 6.0)])[0]
    assert (slower.ratio, slower.met) == (1.97, False)
    assert "missed" in table([slower])


def test_without_a_peer_nothing_is_said_to_be_met() -> None:
    [rate, *_] = verdicts([_referral("liandong", 690.0, 3.0)])
    assert (rate.ratio, rate.met) == (None, None)


def test_the_slowest_of_the_workbench_counts() -> None:
    actions = {f"{kind}_p95_ms": 20.0 for kind in ("start", "page", "counts", "open", "claim", "complete")}
    desk = {"workload": "w5", "engine": "liandong", "database": "postgresql", "first_load_p95_ms": 900.0, "load_p95_ms": 300.0}
    slow = {**desk, **actions, "claim_p95_ms": 151.0}
    assert [verdict.met for verdict in verdicts([{**desk, **actions}])] == [True, True]
    assert [verdict.met for verdict in verdicts([slow])] == [True, False]


def test_a_target_of_our_figure_alone_needs_no_peer() -> None:
    inbox = {
        "workload": "w4",
        "engine": "liandong",
        "database": "postgresql",
        "page_p50_ms": 4.9,
        "count_p50_ms": 5.1,
        "memory_mb": 120,
    }
    assert [verdict.met for verdict in verdicts([inbox])] == [True, False, True]
