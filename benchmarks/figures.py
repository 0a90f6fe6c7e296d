"""Figures of a run: throughput, and percentiles of single operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Figures = dict[str, Any]


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def summarise(times: Mapping[str, Sequence[float]], *, elapsed: float, operations: int, instances: int) -> Figures:
    """Operations and instances a second, and p50 and p95 in milliseconds of each kind of operation given in seconds."""
    figures: Figures = {
        "operations_per_second": round(operations / elapsed, 1),
        "instances_per_second": round(instances / elapsed, 1),
    }
    for kind, values in times.items():
        figures[f"{kind}_p50_ms"] = round(percentile(values, 0.50) * 1000, 2)
        figures[f"{kind}_p95_ms"] = round(percentile(values, 0.95) * 1000, 2)
    return figures
