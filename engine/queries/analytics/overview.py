"""The statistics of one process over a period, as far as the reader may see them: what the page 统计 shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import exists, func, select

from engine.errors import Invalid, NotFound
from engine.gate.metrics import Metric
from engine.queries.analytics.cases import CaseFigures, NowFigures, count_cases, count_escalated, count_now
from engine.queries.analytics.facts import Facts, Period, Wanted, definitions_of
from engine.queries.analytics.metrics import MetricRow, Value, count_metrics, metrics_of
from engine.queries.analytics.reach import LEAST, Reach, reach_of
from engine.queries.analytics.work import Figures, Group, Place, count_work
from engine.queries.registry import Query, Reader
from engine.queries.task_rows import Coded
from engine.store.tables import Department, Deployment, Institution, Post, ProcessDefinition, ProcessInstance

LONGEST = timedelta(days=366)
RECENTLY = timedelta(days=30)
TARGET = 90
"""Per cent of the tasks that should be done in time, where the process names no target of its own."""


@dataclass(frozen=True, kw_only=True)
class ListMeasured(Query[tuple["Measured", ...]]):
    """The processes that there are statistics of."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A folder of processes that belong together."""

    folder: str
    name: str
    """Of the process that begins its cases."""
    name_en: str
    recent: int
    """Cases that began in the last thirty days."""


@dataclass(frozen=True, kw_only=True)
class GetStatistics(Query["Statistics"]):
    """The statistics of the processes of one folder."""

    folder: str
    first: date
    last: date
    """The last day is included."""
    institution: str | None = None
    """Code of the one institution to be counted."""
    post: str | None = None
    """Code of the one post to be counted."""
    step: str | None = None
    """`process.element` of the one step to be counted."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of one process."""

    process: str
    element: str
    name: str
    name_en: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One group of tasks. What it is not grouped by is None; figures that would tell on a person are None too."""

    tasks: int
    figures: Figures | None
    institution: Coded | None = None
    step: Step | None = None
    post: str | None = None
    post_en: str | None = None
    post_code: str | None = None
    department: str | None = None
    before: Figures | None = None
    """Of the same group in the period before."""
    now: NowFigures | None = None
    escalated: tuple[int, int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """What is known of one process and one period."""

    folder: str
    first: date
    last: date
    previous_first: date
    previous_last: date
    target: int
    """Per cent of the tasks that should be done in time."""
    least: int
    """Tasks below which figures of somebody else's institution are not shown."""
    whole: bool
    """Whether every institution is counted."""
    choices: tuple[Coded, ...]
    """The institutions whose statistics the reader may ask for."""
    metrics: tuple[MetricRow, ...]
    """Those that the process names itself; without values that would tell on a person."""
    cases: CaseFigures
    total: Row
    institutions: tuple[Row, ...]
    steps: tuple[Row, ...]
    cells: tuple[Row, ...]
    """A step in an institution each."""
    posts: tuple[Row, ...]
    departments: tuple[Row, ...]


def list_measured(query: ListMeasured, reader: Reader) -> tuple[Measured, ...]:
    """By folder; those in which no case has ever begun, such as activities that others call, are none.

    Raises NotAllowed `statistics`.
    """
    reach_of(reader)
    connection, table = reader.connection, ProcessInstance
    began = exists().where(table.definition == ProcessDefinition.key, table.key == table.collaboration)
    folders = (
        select(Deployment.name)
        .join(ProcessDefinition, ProcessDefinition.deployment == Deployment.key)
        .where(began)
        .group_by(Deployment.name)
        .order_by(Deployment.name)
    )
    recent = (
        select(Deployment.name, func.count())
        .join(ProcessDefinition, ProcessDefinition.deployment == Deployment.key)
        .join(table, table.definition == ProcessDefinition.key)
        .where(table.started_at >= reader.now - RECENTLY, table.key == table.collaboration)
        .group_by(Deployment.name)
    )
    counts = {row[0]: row[1] for row in connection.execute(recent)}
    return tuple(_measured(reader, folder, counts.get(folder, 0)) for folder in connection.execute(folders).scalars())


def _measured(reader: Reader, folder: str, recent: int) -> Measured:
    latest = (
        select(ProcessDefinition.key)
        .join(Deployment, Deployment.key == ProcessDefinition.deployment)
        .where(Deployment.name == folder)
        .order_by(ProcessDefinition.latest.desc(), ProcessDefinition.startable.desc(), ProcessDefinition.key)
        .limit(1)
    )
    declared = metrics_of(reader, folder)
    if declared is not None:
        return Measured(folder=folder, name=declared.name, name_en=declared.name_en, recent=recent)
    model = reader.definitions.get(reader.connection.execute(latest).scalar_one()).model
    name = model.title or model.name or model.id
    return Measured(folder=folder, name=name, name_en=model.title_en or name, recent=recent)


def get_statistics(query: GetStatistics, reader: Reader) -> Statistics:
    """Raises NotAllowed without a right to any of it, NotFound for a folder or an institution that is none, Invalid for a
    period that is none."""
    reach, period = reach_of(reader), _period(query)
    definitions = definitions_of(reader, query.folder)
    if not definitions:
        raise NotFound("process-not-found", "Expected a deployed process, but found no '{process}'", process=query.folder)
    places = _places(reader)
    wanted = Wanted(
        definitions=tuple(row.key for row in definitions),
        institutions=_institutions(query.institution, reach, places),
        post=query.post,
        step=_step(query.step),
    )
    facts = Facts(reader, period, wanted)
    earlier = Facts(reader, _before(period), wanted)
    groups: dict[str, list[Group]] = defaultdict(list)
    for group in count_work(facts):
        groups[group.by].append(group)
    declared = metrics_of(reader, query.folder)
    named = () if declared is None else declared.metrics
    past = count_work(earlier, ("all", "institution", "step") if named else ("all", "institution"))
    previous = {group.institution: group.figures for group in past if group.by == "institution"}
    [before_all] = (group for group in past if group.by == "all")
    shown = _Shown(reader=reader, reach=reach, wanted=wanted, places=places, definitions=definitions)
    shown.hide(groups["institution"], groups["cell"])
    now = {row.institution: row for row in count_now(facts)}
    escalated = {row.institution: row.levels for row in count_escalated(facts)}
    total = groups["all"][0].figures
    return Statistics(
        folder=query.folder,
        first=period.first,
        last=period.last,
        previous_first=earlier.period.first,
        previous_last=earlier.period.last,
        target=TARGET if declared is None or declared.target is None else declared.target,
        least=LEAST,
        whole=wanted.institutions is None,
        choices=tuple(places[key] for key in _choices(reach, places)),
        metrics=shown.metrics(named, count_metrics(facts, named, groups["step"]), count_metrics(earlier, named, past)),
        cases=count_cases(facts),
        total=Row(
            tasks=total.tasks,
            figures=shown.whole(groups["all"][0]),
            before=shown.whole(before_all),
            now=NowFigures(
                institution=None,
                open=sum(row.open for row in now.values()),
                overdue=sum(row.overdue for row in now.values()),
                soon=sum(row.soon for row in now.values()),
            ),
            escalated=_sum(escalated.values()),
        ),
        institutions=tuple(
            replace(
                shown.row(group),
                before=shown.before(previous.get(group.institution), group),
                now=now.get(group.institution),
                escalated=escalated.get(group.institution),
            )
            for group in shown.by_code(groups["institution"])
        ),
        steps=tuple(map(shown.row, shown.by_drawing(groups["step"]))),
        cells=tuple(map(shown.row, shown.by_drawing(groups["cell"]))),
        posts=tuple(shown.row(group) for group in groups["post"] if group.post is not None),
        departments=tuple(shown.row(group) for group in groups["department"] if group.department is not None),
    )


@dataclass(kw_only=True)
class _Shown:
    """Makes rows of groups, as far as the reader may see their figures."""

    reader: Reader
    reach: Reach
    wanted: Wanted
    places: Mapping[int, Coded]
    definitions: Any

    def __post_init__(self) -> None:
        connection, asked = self.reader.connection, self.wanted.institutions
        self._hidden: set[Place] = set()
        self._own = asked is not None and self.reach.own.issuperset(asked)
        self._posts = {row.code: row for row in connection.execute(select(Post.code, Post.name, Post.name_en))}
        self._departments = {row.key: row.name for row in connection.execute(select(Department.key, Department.name))}
        models = {row.process_id: self.reader.definitions.get(row.key).model for row in self.definitions}
        self._elements = {
            (process, element.id): (number, element)
            for number, (process, element) in enumerate(
                (process, element) for process, model in models.items() for element in model.elements.values()
            )
        }

    def row(self, group: Group) -> Row:
        post = self._posts.get(group.post or "")
        return Row(
            tasks=group.figures.tasks,
            figures=None if self._small(group) else group.figures,
            institution=None if group.institution is None else self.places[group.institution],
            step=None if group.element is None or group.process is None else self._step(group.process, group.element, group),
            post=group.post if post is None else post.name,
            post_en=group.post if post is None else post.name_en,
            post_code=group.post,
            department=None if group.department is None else self._departments[group.department],
        )

    def by_drawing(self, groups: Iterable[Group]) -> list[Group]:
        """In the order in which the steps stand in their processes, then by institution."""
        far = len(self._elements)
        return sorted(
            self.by_code(groups),
            key=lambda group: self._elements.get((group.process or "", group.element or ""), (far, None))[0],
        )

    def by_code(self, groups: Iterable[Group]) -> list[Group]:
        """By institution, as their codes go."""
        return sorted(groups, key=lambda group: "" if group.institution is None else self.places[group.institution].code)

    def hide(self, institutions: Iterable[Group], cells: Iterable[Group]) -> None:
        """Finds the groups whose figures would tell on a person, or could be told from those of the others."""
        together: dict[Place, list[Group]] = defaultdict(list)
        for group in (*institutions, *cells):
            together[group.process, group.element].append(group)
        for place, groups in together.items():
            counted = {group.institution or 0: group.figures.tasks for group in groups}
            self._hidden |= {(*place, institution) for institution in self.reach.hidden(counted)}

    def whole(self, group: Group) -> Figures | None:
        """The figures of everything that is counted."""
        return None if not group.figures.tasks or self._small(group) else group.figures

    def before(self, figures: Figures | None, group: Group) -> Figures | None:
        """The figures of the same institution in the period before."""
        own = group.institution in self.reach.own
        return None if figures is None or self._small(group) or (figures.tasks < LEAST and not own) else figures

    def metrics(self, named: Sequence[Metric], now: Mapping[str, Value], before: Mapping[str, Value]) -> tuple[MetricRow, ...]:
        """The metrics with their values, without those that rest on too little."""
        return tuple(
            MetricRow(
                id=metric.id,
                name=metric.name,
                name_en=metric.name_en,
                target=metric.target,
                lower=metric.lower,
                now=self._told(now[metric.id]),
                before=self._told(before[metric.id]),
            )
            for metric in named
        )

    def _told(self, value: Value) -> Value:
        return value if self._own or value.counted >= LEAST else Value(counted=value.counted)

    def _small(self, group: Group) -> bool:
        if group.institution is None:
            return not self._own and group.figures.tasks < LEAST
        if group.institution in self.reach.own:
            return False
        return (group.process, group.element, group.institution) in self._hidden or group.figures.tasks < LEAST

    def _step(self, process: str, element: str, group: Group) -> Step:
        _, known = self._elements.get((process, element), (0, None))
        name = (known.name if known is not None else None) or group.name or element
        name_en = (known.name_en if known is not None else None) or name
        return Step(process=process, element=element, name=name, name_en=name_en)


def _period(query: GetStatistics) -> Period:
    if not timedelta(0) <= query.last - query.first < LONGEST:
        message = "Expected a period of at most {longest} days, but it is from {first} to {last}"
        raise Invalid("period", message, longest=LONGEST.days, first=query.first.isoformat(), last=query.last.isoformat())
    return Period(first=query.first, last=query.last)


def _before(period: Period) -> Period:
    """The period of the same kind before: a month, a quarter or a year of the calendar, else as many days."""
    months = _whole_months(period)
    last = period.first - timedelta(days=1)
    if months is None:
        return Period(first=last - (period.last - period.first), last=last)
    number = period.first.year * 12 + period.first.month - 1 - months
    return Period(first=date(number // 12, number % 12 + 1, 1), last=last)


def _whole_months(period: Period) -> int | None:
    after = period.last + timedelta(days=1)
    if period.first.day != 1 or after.day != 1:
        return None
    return (after.year - period.first.year) * 12 + after.month - period.first.month


def _step(text: str | None) -> tuple[str, str] | None:
    if text is None:
        return None
    process, dot, element = text.partition(".")
    if not dot or not process or not element:
        raise Invalid("step", "Expected a step such as referral_to.accept, but found '{step}'", step=text[:80])
    return process, element


def _institutions(code: str | None, reach: Reach, places: Mapping[int, Coded]) -> tuple[int, ...] | None:
    if code is None:
        return reach.institutions
    key = next((key for key, place in places.items() if place.code == code), None)
    if key is None or (reach.institutions is not None and key not in reach.institutions):
        raise NotFound(
            "institution-not-found", "Expected an institution of yours, but found no '{institution}'", institution=code
        )
    return (key,)


def _choices(reach: Reach, places: Mapping[int, Coded]) -> list[int]:
    keys = places.keys() if reach.institutions is None else reach.institutions
    return sorted(keys, key=lambda key: places[key].code)


def _places(reader: Reader) -> dict[int, Coded]:
    rows = reader.connection.execute(select(Institution.key, Institution.code, Institution.short_name))
    return {row.key: Coded(code=row.code, name=row.short_name) for row in rows}


def _sum(levels: Iterable[tuple[int, int, int]]) -> tuple[int, int, int]:
    one, two, three = (sum(counts) for counts in zip((0, 0, 0), *levels, strict=True))
    return one, two, three
