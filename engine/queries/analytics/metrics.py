"""The figures that a process names itself, counted for a period; see `engine.gate.metrics`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, case, exists, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from engine.calendar import parse_term
from engine.gate.metrics import METRICS, Metric, Metrics, read_metrics
from engine.queries.analytics.facts import PER_CENT, Facts, whole_number
from engine.queries.analytics.work import Group
from engine.queries.registry import Reader
from engine.store.statistics import Percentile, seconds
from engine.store.tables import Appointment, Deployment, ProcessDefinition, ProcessInstance, Resource, Round, Seat

DAY = 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Value:
    """What a metric was in one period."""

    share: float | None = None
    """Per cent; None for a length of time, and where nothing was counted."""
    median: int | None = None
    """Seconds."""
    p90: int | None = None
    counted: int = 0
    """What it rests on."""


@dataclass(frozen=True, kw_only=True)
class MetricRow:
    """One metric with its value in the period, and in the one before."""

    id: str
    name: str
    name_en: str
    target: int | None
    lower: bool
    now: Value
    before: Value


def metrics_of(reader: Reader, folder: str) -> Metrics | None:
    """What the newest deployment of a folder says of itself; None where it says nothing."""
    newest = select(func.max(Deployment.key)).where(Deployment.name == folder).scalar_subquery()
    statement = select(Resource.content).where(Resource.deployment == newest, Resource.name == METRICS)
    content = reader.connection.execute(statement).scalar_one_or_none()
    return None if content is None else read_metrics(bytes(content))


def count_metrics(facts: Facts, metrics: Sequence[Metric], groups: Iterable[Group]) -> dict[str, Value]:
    """The value of each metric; `groups` are those of the steps."""
    steps = {(group.process, group.element): group.figures for group in groups if group.by == "step"}
    values: dict[str, Value] = {}
    plain = any(metric.measure == "outcome" and not metric.first for metric in metrics)
    outcomes = _outcomes(facts) if plain else Counter()
    for metric in metrics:
        if metric.measure == "on-time":
            found = [steps[step] for step in metric.steps if step in steps]
            values[metric.id] = _share(sum(item.on_time for item in found), sum(item.termed for item in found))
        elif metric.measure == "outcome":
            counted = _first_outcomes(facts, metric) if metric.first else outcomes
            values[metric.id] = _outcome(metric, counted)
        elif metric.measure == "duration":
            values[metric.id] = _duration(facts, metric)
        else:
            values[metric.id] = _share(_begun(facts, metric.processes), _begun(facts, metric.per))
    return values


def _share(part: int, whole: int) -> Value:
    return Value(share=round(PER_CENT * part / whole, 1) if whole else None, counted=whole)


def _outcome(metric: Metric, counted: Counter[tuple[str, str, str]]) -> Value:
    ours = {key: number for key, number in counted.items() if (key[0], key[1]) in metric.steps}
    among = {key: number for key, number in ours.items() if not metric.among or key[2] in metric.among}
    return _share(sum(number for key, number in among.items() if key[2] in metric.outcomes), sum(among.values()))


def _decided(facts: Facts) -> Any:
    """Decisions of the period, by process and step, with their outcomes."""
    institution = func.coalesce(Appointment.institution, ProcessInstance.institution)
    statement = (
        select(ProcessDefinition.process_id, Seat.element, Seat.outcome)
        .select_from(Seat)
        .join(Round, Round.key == Seat.round)
        .join(ProcessDefinition, ProcessDefinition.key == Round.definition)
        .join(ProcessInstance, ProcessInstance.key == Seat.instance)
        .outerjoin(Appointment, Appointment.key == Seat.capacity)
        .where(Seat.state == literal_column("'completed'"), *facts.period.holds(Seat.ended_at))
        .where(ProcessInstance.definition.in_(facts.wanted.definitions))
    )
    if facts.wanted.institutions is not None:
        statement = statement.where(institution.in_(facts.wanted.institutions))
    return statement


def _outcomes(facts: Facts, *more: Any) -> Counter[tuple[str, str, str]]:
    columns = (ProcessDefinition.process_id, Seat.element, Seat.outcome)
    statement = _decided(facts).where(*more).add_columns(func.count()).group_by(*columns)
    return Counter({(row[0], row[1], row[2]): row[3] for row in facts.reader.connection.execute(statement)})


def _first_outcomes(facts: Facts, metric: Metric) -> Counter[tuple[str, str, str]]:
    """Only of decisions before which none of the steps had been decided in the case."""
    return _outcomes(facts, _at(metric.steps), _is_first(metric))


def _at(steps: Sequence[tuple[str, str]], seat: Any = Seat, definition: Any = ProcessDefinition) -> Any:
    return or_(*(and_(definition.process_id == process, seat.element == element) for process, element in steps))


def _is_first(metric: Metric) -> Any:
    """Condition that no task of the metric's steps and outcomes was completed before in the same case."""
    other, seat, round, definition = _others()
    earlier = exists().where(
        other.collaboration == ProcessInstance.collaboration,
        seat.instance == other.key,
        seat.state == "completed",
        or_(seat.ended_at < Seat.ended_at, and_(seat.ended_at == Seat.ended_at, seat.key < Seat.key)),
        round.key == seat.round,
        definition.key == round.definition,
        _at(metric.steps, seat, definition),
    )
    if metric.measure == "duration" and metric.outcomes:
        earlier = earlier.where(seat.outcome.in_(metric.outcomes))
    return ~earlier


def _others() -> tuple[Any, Any, Any, Any]:
    """Other tasks beside that of a statement: case, task, round and definition."""
    return aliased(ProcessInstance), aliased(Seat), aliased(Round), aliased(ProcessDefinition)


def _duration(facts: Facts, metric: Metric) -> Value:
    case_of = aliased(ProcessInstance)
    begun: Any = func.coalesce(case_of.occurred_at, case_of.started_at)
    if metric.since:
        begun = _since(metric).scalar_subquery()
    length = seconds(facts.dialect, func.coalesce(Seat.occurred_at, Seat.ended_at)) - seconds(facts.dialect, begun)
    ended = (
        _decided(facts)
        .join(case_of, case_of.key == ProcessInstance.collaboration)
        .where(_at(metric.steps), _is_first(metric))
        .add_columns(case((length < 0, 0), else_=length).label("length"))
    )
    if metric.outcomes:
        ended = ended.where(Seat.outcome.in_(metric.outcomes))
    known = ended.subquery()
    limit = None if metric.within is None else _plain(metric.within)
    columns = [func.count(known.c.length), Percentile(known.c.length, 0.5), Percentile(known.c.length, 0.9)]
    columns.append(func.count(case((known.c.length <= (limit or 0), 1))))
    counted, median, p90, soon = map(whole_number, facts.reader.connection.execute(select(*columns)).one())
    if limit is not None:
        return _share(soon, counted)
    return Value(median=median, p90=p90, counted=counted)


def _since(metric: Metric) -> Any:
    """When one of the steps from which time runs was first done in the case."""
    other, seat, round, definition = _others()
    return (
        select(func.min(seat.ended_at))
        .join(other, other.key == seat.instance)
        .join(round, round.key == seat.round)
        .join(definition, definition.key == round.definition)
        .where(other.collaboration == ProcessInstance.collaboration, seat.state == "completed")
        .where(_at(metric.since, seat, definition))
        .correlate(ProcessInstance)
    )


def _begun(facts: Facts, processes: Sequence[str]) -> int:
    table = ProcessInstance
    statement = (
        select(func.count())
        .select_from(table)
        .join(ProcessDefinition, ProcessDefinition.key == table.definition)
        .where(table.definition.in_(facts.wanted.definitions), ProcessDefinition.process_id.in_(processes))
        .where(*facts.period.holds(table.started_at))
    )
    if facts.wanted.institutions is not None:
        statement = statement.where(table.institution.in_(facts.wanted.institutions))
    return int(facts.reader.connection.execute(statement).scalar_one())


def _plain(term: str) -> int:
    """Seconds of a term of plain time."""
    parsed = parse_term(term)
    return (parsed.weeks * 7 + parsed.days) * DAY + parsed.time // timedelta(seconds=1)
