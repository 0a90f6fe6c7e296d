"""The escalation ladder: what happens, and when, while a task runs towards its due date and past it.

    remind    level 0   a share of the term is over (default at 50 % and 80 %), or so many working days before the due date
                        begin (`"remindBefore": [3, 1]`): the assignee is reminded
    overdue   level 1   the term is over: shown overdue, the direct superior gets a copy
    level2    level 2   a further term after the due date: the superior may reassign
    level3    level 3   a further term after the due date: the next leader must act, and it counts

Instants are computed once, when the task opens, and stored. `office` and `clinical` are built in; a process may define
its own under `ladders` in parameters.json as
`{"remind": [0.5, 0.8], "level2": {"after": "P1D", "calendar": "ADMIN"}, "level3": {…}, "urgent": false}`.
`"transfer": "superior"` in a level hands the task over to whom the level tells, `"agent"` to whoever acts for its
holder at that time, to the superior where nobody does. A level that is not written is not climbed. An urgent ladder, such
as the clinical one, waits for nobody's quiet hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from engine.calendar.reckoning import Due, as_utc, days_before, due, fraction_point, opening
from engine.calendar.records import CALENDARS, TIME_ZONE, Calendar, WorkingDaysTable, calendar_by_code
from engine.calendar.terms import parse_term
from engine.errors import Invalid

Transfer = Literal["superior", "agent"]
TRANSFERS: tuple[Transfer, ...] = ("superior", "agent")
LadderKind = Literal["remind", "overdue", "level2", "level3"]

_MAX_REMINDERS = 10
_MAX_DAYS_BEFORE = 60
_OFFICE_HOURS = "ADMIN"
"""The calendar of working days on which reminders before a due date are counted."""


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A level above overdue: so much later than the due date, counted on a calendar."""

    after: str
    """ISO 8601 duration."""
    calendar: str
    """Calendar code."""
    transfer: Transfer | None = None
    """To whom the task goes by itself then; None where it stays with who has it."""


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """The shape of a ladder, without instants."""

    remind: tuple[Decimal, ...]
    """Shares of the term, above 0 and below 1, ascending."""
    level2: Rung | None
    level3: Rung | None
    remind_before: tuple[int, ...] = ()
    """Working days before the due date on whose first open hour is reminded, descending."""
    urgent: bool = False
    """Whether it waits for nobody's quiet hours."""

    def transfer(self, kind: str) -> Transfer | None:
        """To whom a task goes by itself at a step of this kind; None where it stays."""
        rung = {"level2": self.level2, "level3": self.level3}.get(kind)
        return None if rung is None else rung.transfer


@dataclass(frozen=True, kw_only=True)
class LadderStep:
    """One step of one task's ladder."""

    kind: LadderKind
    level: int
    """0 for a reminder, 1 overdue, 2 and 3 above."""
    at: datetime
    """Aware UTC."""
    percent: int | None
    """Share of the term that is over at a reminder that is counted by it, None on the other steps."""
    provisional: bool
    """True when the instant may move once an unpublished year is published."""


OFFICE = Ladder(
    remind=(Decimal("0.5"), Decimal("0.8")),
    level2=Rung(after="P1D", calendar="ADMIN"),
    level3=Rung(after="P3D", calendar="ADMIN"),
)
CLINICAL = Ladder(
    remind=(Decimal("0.5"), Decimal("0.8")),
    level2=Rung(after="PT5M", calendar="CLIN"),
    level3=Rung(after="PT10M", calendar="CLIN"),
    urgent=True,
)
LADDERS: Mapping[str, Ladder] = MappingProxyType({"office": OFFICE, "clinical": CLINICAL})
"""The built-in ladders by name."""


def parse_ladder(source: Mapping[str, object], calendars: Mapping[str, Calendar] = CALENDARS) -> Ladder:
    """Reads a ladder from configuration. Raises Invalid `invalid-ladder`, or what a wrong term or calendar raises."""
    unknown = sorted(set(source) - {"remind", "remindBefore", "level2", "level3", "urgent"})
    if unknown:
        raise _invalid(f"it has a key '{unknown[0]}'")
    urgent = source.get("urgent", False)
    if not isinstance(urgent, bool):
        raise _invalid("'urgent' is neither true nor false")
    return Ladder(
        remind=_shares(source.get("remind", ())),
        level2=_rung(source.get("level2"), calendars),
        level3=_rung(source.get("level3"), calendars),
        remind_before=_days_before(source.get("remindBefore", ())),
        urgent=urgent,
    )


def find_ladder(name: str, configured: Mapping[str, object] | None = None) -> Ladder:
    """The ladder called `name`: the process's own from `configured`, else the built-in one. Raises Invalid `unknown-ladder`."""
    own = (configured or {}).get(name)
    if isinstance(own, Mapping):
        return parse_ladder(own)
    if own is not None:
        raise _invalid("it is not an object")
    if name not in LADDERS:
        raise Invalid("unknown-ladder", "Expected a ladder, but there is none called '{ladder}'", ladder=name)
    return LADDERS[name]


def ladder_steps(
    ladder: Ladder | str | Mapping[str, object],
    start: datetime,
    due_at: datetime,
    calendar: Calendar,
    days: WorkingDaysTable,
    *,
    calendars: Mapping[str, Calendar] = CALENDARS,
) -> tuple[LadderStep, ...]:
    """Every step of a task's ladder in the order of time, past ones included.

    `ladder` is a ladder, a built-in name or a configuration; reminders are shares of the open time on `calendar`, or begin with
    a working day before the due date; one of these that would come before the start is left out.
    Raises Invalid as `find_ladder` and `due` do.
    """
    shape = _shape(ladder, calendars)
    start, due_at = as_utc(start), as_utc(due_at)
    late = calendar.working_days_only and not _published(start, due_at, days)
    steps = [
        LadderStep(
            kind="remind",
            level=0,
            at=fraction_point(start, due_at, share, calendar, days),
            percent=int(share * 100),
            provisional=late,
        )
        for share in shape.remind
    ]
    office, last = calendar_by_code(_OFFICE_HOURS, calendars), due_at.astimezone(TIME_ZONE).date()
    for count in shape.remind_before:
        at = opening(days_before(last, count, office, days), office)
        if at > start:
            steps.append(LadderStep(kind="remind", level=0, at=at, percent=None, provisional=not _published(at, due_at, days)))
    steps.append(LadderStep(kind="overdue", level=1, at=due_at, percent=None, provisional=late))
    if shape.level2:
        steps.append(_climb("level2", 2, _after(shape.level2, due_at, days, calendars), late))
    if shape.level3:
        steps.append(_climb("level3", 3, _after(shape.level3, due_at, days, calendars), late))
    return tuple(sorted(steps, key=lambda step: (step.at, step.level)))


def _shape(ladder: Ladder | str | Mapping[str, object], calendars: Mapping[str, Calendar]) -> Ladder:
    if isinstance(ladder, Ladder):
        return ladder
    if isinstance(ladder, str):
        return find_ladder(ladder)
    return parse_ladder(ladder, calendars)


def _published(start: datetime, due_at: datetime, days: WorkingDaysTable) -> bool:
    first, last = start.astimezone(TIME_ZONE).year, due_at.astimezone(TIME_ZONE).year
    return all(days.published(year) for year in range(first, last + 1))


def _after(rung: Rung, due_at: datetime, days: WorkingDaysTable, calendars: Mapping[str, Calendar]) -> Due:
    return due(due_at, rung.after, calendar_by_code(rung.calendar, calendars), days)


def _climb(kind: LadderKind, level: int, reached: Due, late: bool) -> LadderStep:
    return LadderStep(kind=kind, level=level, at=reached.at, percent=None, provisional=late or reached.provisional)


def _shares(source: object) -> tuple[Decimal, ...]:
    if not isinstance(source, Sequence) or isinstance(source, str) or len(source) > _MAX_REMINDERS:
        raise _invalid("'remind' is not a list of shares")
    shares = []
    for share in source:
        if isinstance(share, bool) or not isinstance(share, (int, float, Decimal)) or not 0 < share < 1:
            raise _invalid(f"'{share}' is not a share between 0 and 1")
        shares.append(Decimal(str(share)))
    return tuple(sorted(set(shares)))


def _days_before(source: object) -> tuple[int, ...]:
    if not isinstance(source, Sequence) or isinstance(source, str) or len(source) > _MAX_REMINDERS:
        raise _invalid("'remindBefore' is not a list of working days")
    for count in source:
        if isinstance(count, bool) or not isinstance(count, int) or not 0 < count <= _MAX_DAYS_BEFORE:
            raise _invalid(f"'{count}' is not a number of working days between 1 and {_MAX_DAYS_BEFORE}")
    return tuple(sorted(set(source), reverse=True))


def _rung(source: object, calendars: Mapping[str, Calendar]) -> Rung | None:
    if source is None:
        return None
    if not isinstance(source, Mapping) or set(source) - {"after", "calendar", "transfer"}:
        raise _invalid("a level is not an object with 'after', 'calendar' and 'transfer'")
    after, calendar = source.get("after"), source.get("calendar", "CLIN")
    if not isinstance(after, str) or not isinstance(calendar, str):
        raise _invalid("a level lacks 'after' as a duration")
    parse_term(after)
    calendar_by_code(calendar, calendars)
    transfer = next((known for known in TRANSFERS if known == source.get("transfer")), None)
    if transfer is None and source.get("transfer") is not None:
        raise _invalid("'transfer' of a level is neither 'superior' nor 'agent'")
    return Rung(after=after, calendar=calendar, transfer=transfer)


def _invalid(reason: str) -> Invalid:
    return Invalid("invalid-ladder", "Expected an escalation ladder, but {reason}", reason=reason)
