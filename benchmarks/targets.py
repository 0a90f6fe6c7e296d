"""What the figures should be: each target with the figure that was found, beside the other engines' of the same run."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.figures import Figures

FIRST_PEER = "operaton"
"""The engine that the targets are told against."""
LARGEST, SMALLEST = 4_459, 70
ACTIONS = ("start", "page", "counts", "open", "claim", "complete")
"""What W5 does at the workbench."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One line of the table."""

    what: str
    ours: float
    peers: Mapping[str, float]
    """The same figure of each other engine."""
    ratio: float | None = None
    """Ours to the first peer's: more is better where `at_least`, less where not."""
    target: float | None = None
    """Of the ratio where there is one, else of our figure; None where nothing was promised."""
    at_least: bool = True
    against_nobody: bool = False
    """Whether the target is one of our figure alone."""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one, or without the engine that it is told against."""
        found = self.ours if self.against_nobody else self.ratio
        if self.target is None or found is None:
            return None
        return found >= self.target if self.at_least else found <= self.target


def verdicts(runs: Sequence[Figures]) -> list[Verdict]:
    """Every line that these runs can tell."""
    return [*_referrals(runs), *_large_instances(runs), *_timers(runs), *_inbox(runs), *_workbench(runs), *_alone(runs)]


def _referrals(runs: Sequence[Figures]) -> Iterator[Verdict]:
    for http, target in ((False, 2.0), (True, 1.5)):
        for clients in (1, 8):
            chosen = _chosen(runs, "w1", http=http, clients=clients)
            where = "over HTTP" if http else "in process"
            nodes = ", 2 processes" if clients == 8 else ""
            name = f"W1 {where}, {clients} client{'s' if clients > 1 else ''}{nodes}"
            yield from _against(f"{name}, operations/s", chosen, "operations_per_second", target if clients == 8 else None)
            for kind in ("start", "complete"):
                wanted = 0.5 if (kind, clients, http) == ("complete", 1, False) else None
                yield from _against(f"{name}, {kind} p50 ms", chosen, f"{kind}_p50_ms", wanted, at_least=False)


def _large_instances(runs: Sequence[Figures]) -> Iterator[Verdict]:
    chosen = _chosen(runs, "w2")
    for size in (SMALLEST, LARGEST):
        start = _rows(chosen, size, "same", "start_ms")
        yield from _lines(f"W2 start of {size} seats, ms", start, 1_000.0 if size == LARGEST else None, alone=True)
        mean = _rows(chosen, size, "same", "complete_ms_mean")
        yield from _lines(f"W2 completion among {size} seats, mean ms", mean, None)
    for process, name in (("same", "warm"), ("fresh", "cold")):
        small, large = (_rows(chosen, size, process, "complete_ms_mean") for size in (SMALLEST, LARGEST))
        growth = {engine: [round(large[engine][0] / small[engine][0], 2)] for engine in large if engine in small}
        yield from _lines(f"W2 completion at {LARGEST} to {SMALLEST} seats, {name}", growth, 1.2, alone=True)


def _timers(runs: Sequence[Figures]) -> Iterator[Verdict]:
    yield from _against("W3 timers/s, 2 workers, each once", _chosen(runs, "w3"), "timers_per_second", 2.0)


def _inbox(runs: Sequence[Figures]) -> Iterator[Verdict]:
    chosen = _chosen(runs, "w4")
    for name in ("page", "count"):
        found = {engine: [run[f"{name}_p50_ms"] for run in own] for engine, own in chosen.items()}
        yield from _lines(f"W4 {name} p50 ms", found, 5.0, alone=True)


def _workbench(runs: Sequence[Figures]) -> Iterator[Verdict]:
    """The first load, and of the actions the one that keeps people waiting longest."""
    for run in _chosen(runs, "w5").get("liandong", ()):
        slowest = max(run[f"{kind}_p95_ms"] for kind in ACTIONS)
        yield from _lines("W5 first load of the inbox p95 ms", {"liandong": [run["first_load_p95_ms"]]}, 1_000.0, alone=True)
        yield from _lines("W5 slowest action p95 ms", {"liandong": [slowest]}, 150.0, alone=True)


def _alone(runs: Sequence[Figures]) -> Iterator[Verdict]:
    """What is told of our own runs only."""
    referrals = [run for run in runs if run["workload"] == "w1" and run["engine"] == "liandong" and not run["http"]]
    figures: tuple[tuple[str, list[Any], float, bool], ...] = (
        ("Round trips of a completion", [run.get("complete_round_trips") for run in referrals], 8, False),
        (
            "SQLite, W1, 1 client, operations/s",
            [run["operations_per_second"] for run in referrals if run["database"] == "sqlite"],
            500,
            True,
        ),
        ("Memory at 100,000 open instances, MB", _own(runs, "w4", "memory_mb"), 300, False),
        (f"Memory at {LARGEST} seats, MB", _own(runs, "w2", "memory_mb"), 400, False),
    )
    for what, values, target, at_least in figures:
        found = [value for value in values if value is not None]
        if found:
            yield from _lines(what, {"liandong": found}, float(target), alone=True, at_least=at_least)


def _own(runs: Sequence[Figures], workload: str, figure: str) -> list[Any]:
    return [run.get(figure) for run in runs if run["workload"] == workload and run["engine"] == "liandong"]


def _chosen(runs: Sequence[Figures], workload: str, **fixed: Any) -> dict[str, list[Figures]]:
    """The runs of a workload on PostgreSQL by engine."""
    found: dict[str, list[Figures]] = {}
    for run in runs:
        same = all(run.get(name) == value for name, value in fixed.items())
        if run["workload"] == workload and run["database"] == "postgresql" and same:
            found.setdefault(run["engine"], []).append(run)
    return found


def _rows(chosen: Mapping[str, Sequence[Figures]], size: int, process: str, figure: str) -> dict[str, list[float]]:
    """A figure of W2's rows by engine; the other engines have no fresh processes."""
    found = {}
    for engine, own in chosen.items():
        values = [row[figure] for run in own for row in run["rows"] if (row["n"], row["process"]) == (size, process)]
        if values:
            found[engine] = values
    return found


def _against(
    what: str, chosen: Mapping[str, Sequence[Figures]], figure: str, target: float | None, *, at_least: bool = True
) -> Iterator[Verdict]:
    found = {engine: [run[figure] for run in own] for engine, own in chosen.items()}
    yield from _lines(what, found, target, at_least=at_least)


def _lines(
    what: str,
    found: Mapping[str, Sequence[float]],
    target: float | None,
    *,
    alone: bool = False,
    at_least: bool = False,
) -> Iterator[Verdict]:
    """The line for the medians of `found`, by engine; none when ours is not among them."""
    medians = {engine: round(statistics.median(values), 2) for engine, values in found.items()}
    if "liandong" not in medians:
        return
    ours, peers = medians["liandong"], {engine: value for engine, value in medians.items() if engine != "liandong"}
    ratio = round(ours / peers[FIRST_PEER], 2) if peers.get(FIRST_PEER) else None
    yield Verdict(what=what, ours=ours, peers=peers, ratio=ratio, target=target, at_least=at_least, against_nobody=alone)


def table(found: Sequence[Verdict]) -> str:
    """The lines for the screen."""
    head = ("", "ours", "operaton", "flowable", "ratio", "target", "")
    rows = [head, *(_cells(verdict) for verdict in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return "\n".join(_aligned(row, widths) for row in rows)


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = (
        text.rjust(width) if column else text.ljust(width) for column, (text, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join((first, *rest)).rstrip()


def _cells(verdict: Verdict) -> tuple[str, ...]:
    sign = "≥" if verdict.at_least else "≤"
    target = "" if verdict.target is None else f"{sign} {verdict.target:g}{'' if verdict.against_nobody else '×'}"
    met = {True: "met", False: "missed", None: ""}[verdict.met]
    peers = [f"{verdict.peers[engine]:g}" if engine in verdict.peers else "–" for engine in ("operaton", "flowable")]
    ratio = "" if verdict.ratio is None else f"{verdict.ratio:.2f}×"
    return (verdict.what, f"{verdict.ours:g}", *peers, ratio, target, met)


def line_of(figures: Figures) -> str:
    """One run in a few words, while the others are still to come."""
    names = ("workload", "engine", "database", "clients", "operations_per_second", "timers_per_second", "page_p50_ms")
    told = [f"{figures[name]}" for name in names if name in figures]
    return " ".join([*told, "http" if figures.get("http") else ""]).strip()
