"""The figures that a process names itself: `metrics.json` of its folder, read, and held against its processes.

    on-time     share of the tasks of `steps` that were done in time
    outcome     share of the decisions of `steps` with one of `outcomes`, among those with one of `among` where it is given;
                `first`: only the first such decision of each case
    duration    from the beginning of a case, or the first time that one of `since` was done, to the first time that one of
                `steps` was, with one of `outcomes` where they are given; `within`, a term of plain time, makes it the share of
                cases that needed no longer
    cases       instances of `processes` that began, per hundred of `per`

Steps are written `process.element`. `target` is in per cent; `lower` says that less is better.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.calendar import parse_term
from engine.errors import Finding, Invalid
from engine.kernel import ProcessModel
from engine.store.base import load_json

METRICS = "metrics.json"
MOST = 20
LONGEST = 40
_FIELDS: Mapping[str, frozenset[str]] = {
    "on-time": frozenset({"steps"}),
    "outcome": frozenset({"steps", "outcomes"}),
    "duration": frozenset({"steps"}),
    "cases": frozenset({"processes", "per"}),
}
"""What each measure must say."""
_MORE: Mapping[str, frozenset[str]] = {
    "on-time": frozenset(),
    "outcome": frozenset({"among", "first"}),
    "duration": frozenset({"since", "outcomes", "within"}),
    "cases": frozenset(),
}
"""What it may say."""
_SHARED = frozenset({"id", "name", "nameEn", "measure", "target", "lower"})
_LISTS = ("steps", "outcomes", "among", "since", "processes", "per")


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One figure."""

    id: str
    name: str
    name_en: str
    measure: str
    target: int | None = None
    lower: bool = False
    steps: tuple[tuple[str, str], ...] = ()
    """Process and element of each."""
    outcomes: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    first: bool = False
    since: tuple[tuple[str, str], ...] = ()
    within: str | None = None
    processes: tuple[str, ...] = ()
    per: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """What a folder says of itself to the statistics."""

    name: str
    name_en: str
    target: int | None
    """Per cent of the tasks that should be done in time."""
    metrics: tuple[Metric, ...]


class _Wrong(Exception):
    """A sentence in Chinese and the same in English."""


@lru_cache(64)
def read_metrics(content: bytes) -> Metrics:
    """What the file says. Raises Invalid `metrics` with sentences in both languages for what it may not say."""
    try:
        return _metrics(_object(content))
    except _Wrong as wrong:
        message, message_en = wrong.args
        raise Invalid("metrics", message_en, chinese=message) from None


def check_metrics(content: bytes, name: str, processes: Sequence[ProcessModel]) -> Iterator[Finding]:
    """What is wrong with the file, and what it names that the processes have not."""
    try:
        metrics = read_metrics(content)
    except Invalid as error:
        yield _finding(name, None, str(error.facts["chinese"]), str(error), code="metrics")
        return
    models = {model.id: model for model in processes}
    for metric in metrics.metrics:
        for process in (*metric.processes, *metric.per):
            if process not in models:
                yield _unknown(name, metric, process)
        outcomes: set[str] = set()
        for process, element in (*metric.steps, *metric.since):
            found = models[process].elements.get(element) if process in models else None
            if found is None or found.type != "userTask":
                yield _unknown(name, metric, f"{process}.{element}")
            elif (process, element) in metric.steps:
                outcomes |= {outcome.value for outcome in (found.approval.outcomes if found.approval else ())} or {"done"}
        for outcome in (*metric.outcomes, *metric.among):
            if outcomes and outcome not in outcomes:
                yield _unknown(name, metric, outcome)


def _unknown(name: str, metric: Metric, what: str) -> Finding:
    return _finding(
        name,
        metric.id,
        f"指标“{metric.name}”里的“{what}”在流程里没有。",
        f"'{what}' of the metric '{metric.name_en}' is not in the processes.",
        code="metric-unknown",
    )


def _finding(name: str, metric: str | None, message: str, message_en: str, *, code: str) -> Finding:
    return Finding(level="error", code=code, resource=name, element=metric, line=None, message=message, message_en=message_en)


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        value = load_json(content.decode("utf-8"))
    except (ValueError, IndexError, RecursionError) as error:
        raise _Wrong(f"不是有效的 JSON：{error}", f"it is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise _Wrong("最外层应是一个对象。", "it is not an object")
    return value


def _metrics(value: Mapping[str, Any]) -> Metrics:
    _only(value, frozenset({"name", "nameEn", "target", "metrics"}), "metrics.json")
    listed = value.get("metrics", [])
    if not isinstance(listed, list) or len(listed) > MOST or not all(isinstance(item, dict) for item in listed):
        raise _Wrong(f"“metrics”应是最多 {MOST} 个对象的列表。", f"'metrics' is a list of at most {MOST} objects")
    metrics = tuple(map(_metric, listed))
    if len({metric.id for metric in metrics}) < len(metrics):
        raise _Wrong("两个指标的 id 相同。", "two metrics have the same id")
    return Metrics(
        name=_text(value, "name"), name_en=_text(value, "nameEn"), target=_per_cent(value, "metrics.json"), metrics=metrics
    )


def _metric(value: Mapping[str, Any]) -> Metric:
    key, measure = _text(value, "id"), str(value.get("measure"))
    if measure not in _FIELDS:
        choices = ", ".join(_FIELDS)
        raise _Wrong(f"指标“{key}”的 measure 应为 {choices} 之一。", f"the measure of '{key}' is one of {choices}")
    _only(value, _SHARED | _FIELDS[measure] | _MORE[measure], key)
    for field in sorted(_FIELDS[measure] - set(value)):
        raise _Wrong(f"指标“{key}”缺“{field}”。", f"the metric '{key}' lacks '{field}'")
    lists = {field: _words(value, field, key) for field in _LISTS}
    within = value.get("within")
    if within is not None:
        _term(within, key)
    return Metric(
        id=key,
        name=_text(value, "name"),
        name_en=_text(value, "nameEn"),
        measure=measure,
        target=_per_cent(value, key),
        lower=value.get("lower") is True,
        first=value.get("first") is True,
        within=within,
        steps=tuple(_step(text, key) for text in lists["steps"]),
        since=tuple(_step(text, key) for text in lists["since"]),
        outcomes=lists["outcomes"],
        among=lists["among"],
        processes=lists["processes"],
        per=lists["per"],
    )


def _only(value: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    for field in sorted(set(value) - known):
        raise _Wrong(f"{where} 里不认识“{field}”。", f"'{field}' is unknown in {where}")


def _text(value: Mapping[str, Any], field: str) -> str:
    text = value.get(field)
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST:
        raise _Wrong(f"“{field}”应是 1 到 {LONGEST} 个字的文字。", f"'{field}' is a text of 1 to {LONGEST} characters")
    return text


def _per_cent(value: Mapping[str, Any], where: str) -> int | None:
    target = value.get("target")
    if target is not None and (not isinstance(target, int) or isinstance(target, bool) or not 0 <= target <= 100):
        raise _Wrong(f"{where} 的 target 应是 0 到 100 的整数。", f"the target of {where} is a whole number from 0 to 100")
    return target


def _words(value: Mapping[str, Any], field: str, where: str) -> tuple[str, ...]:
    listed = value.get(field, [])
    if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed) or (field in value and not listed):
        raise _Wrong(f"指标“{where}”的“{field}”应是文字的列表。", f"'{field}' of '{where}' is a list of texts")
    return tuple(listed)


def _step(text: str, where: str) -> tuple[str, str]:
    process, dot, element = text.partition(".")
    if not dot or not process or not element:
        raise _Wrong(
            f"指标“{where}”的步骤应写作 流程.步骤，但写的是“{text}”。", f"a step of '{where}' is process.element, not '{text}'"
        )
    return process, element


def _term(text: Any, where: str) -> None:
    try:
        plain = isinstance(text, str) and not parse_term(text).months
    except Invalid:
        plain = False
    if not plain:
        raise _Wrong(
            f"指标“{where}”的 within 应是天、时或分的期限，如 PT24H。", f"'within' of '{where}' is a term such as PT24H or P30D"
        )
