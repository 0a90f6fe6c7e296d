"""Bring an organisation in from an Excel workbook: tried out first, row by row, then carried out exactly as it was shown.

Both do the same: every row is asked for by the commands that administrators use, with all their checks, in one transaction.
Trying it out undoes that at the end, so what is shown is what would happen. Nothing comes in while one row is wrong, nor
when the file or the organisation is not what it was when it was shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from engine.appliers import audit
from engine.authorization import require_right
from engine.calendar import TIME_ZONE
from engine.commands.authority import RemoveDuty
from engine.commands.import_cells import Wish
from engine.commands.import_rosters import LeftOut, left_out
from engine.commands.import_sheets import wish_of
from engine.commands.keeping import RIGHT, Change
from engine.commands.organisation import PutInstitution, carry_out
from engine.commands.registry import Command
from engine.errors import Conflict, EngineError, Invalid
from engine.store.base import dump_json
from engine.store.tables import Department, Institution
from engine.store.unit_of_work import UnitOfWork
from engine.workbook import FILE_AT_MOST as FILE_AT_MOST
from engine.workbook import MEDIA_TYPE as MEDIA_TYPE
from engine.workbook import SheetRow, read_workbook
from engine.workbook.organisation import DUTIES, INSTITUTIONS, SHEETS

ENDING = frozenset({"to_date", "active", "belongs"})
"""Columns whose change ends something."""
CHANGED = frozenset({"added", "changed", "ended", "removed"})


@dataclass(frozen=True, kw_only=True)
class ImportedRow:
    """What one row of the file changes."""

    sheet: str
    line: int | None
    """None for what is not in the file, and goes because of that."""
    name: str
    """What the row is about: its codes, and a name where it has one."""
    state: str
    """`added`, `changed`, `ended`, `same`, `wrong`, or `removed` for a turn of duty that the file leaves out."""
    changes: Mapping[str, tuple[Any, Any]]
    """Field -> what it was and what it becomes."""
    code: str | None = None
    facts: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ImportResult:
    """What a file changes, row by row, and the fingerprint of exactly that."""

    rows: tuple[ImportedRow, ...]
    fingerprint: str
    """SHA-256 over the file and all it changes."""


@dataclass(frozen=True, kw_only=True)
class TryImport(Command[ImportResult]):
    """Tell what a workbook would change; nothing is changed."""

    content: bytes


@dataclass(frozen=True, kw_only=True)
class ImportOrganisation(Command[ImportResult]):
    """Bring a workbook in that was tried out, all or nothing."""

    content: bytes
    fingerprint: str


def try_import(command: TryImport, work: UnitOfWork, runtime: object) -> ImportResult:
    require_right(work.actor, RIGHT)
    woken = set(work.woken)
    trial = work.connection.begin_nested()
    try:
        result = _bring_in(command.content, work, runtime)
        work.flush()
    finally:
        trial.rollback()
        work.woken.intersection_update(woken)
    return result


def import_organisation(command: ImportOrganisation, work: UnitOfWork, runtime: object) -> ImportResult:
    require_right(work.actor, RIGHT)
    result = _bring_in(command.content, work, runtime)
    wrong = sum(row.state == "wrong" for row in result.rows)
    if wrong:
        raise Invalid("import-wrong", "Expected a file without errors, but {count} rows are wrong", count=wrong)
    if result.fingerprint != command.fingerprint:
        raise Conflict("import-changed", "Expected the file and the organisation as they were shown, but one of them has changed")
    counts = {state: sum(row.state == state for row in result.rows) for state in sorted(CHANGED)}
    audit.record(work, "organisation-imported", hashlib.sha256(command.content).hexdigest(), data=counts)
    return result


def _bring_in(content: bytes, work: UnitOfWork, runtime: object) -> ImportResult:
    rows = read_workbook(content, SHEETS)
    if not rows:
        raise Invalid("import-nothing", "Expected rows to bring in, but there are none")
    found: dict[tuple[str, int], ImportedRow] = {}
    wishes = _wishes(rows, found)
    # First, so that somebody else can have a turn that is taken from one.
    removed = [_remove(turn, work, runtime) for turn in left_out(work, wishes)]
    for wish in _in_order(wishes, found):
        found[wish.row.sheet, wish.row.line] = _ask_for(wish, work, runtime)
    told = (*(found[row.sheet, row.line] for row in rows), *removed)
    whole = hashlib.sha256(content + dump_json([asdict(row) for row in told]).encode())
    return ImportResult(rows=told, fingerprint=whole.hexdigest())


def _wishes(rows: Sequence[SheetRow], found: dict[tuple[str, int], ImportedRow]) -> list[Wish]:
    """What the rows ask for; those that are wrong in themselves are noted in `found`."""
    wishes: list[Wish] = []
    lines: dict[tuple[str, ...], int] = {}
    for row in rows:
        try:
            wish = wish_of(row)
            if wish.identity in lines:
                raise Invalid(
                    "import-double", "Expected it once, but it stands in row {first} already", first=lines[wish.identity]
                )
        except EngineError as refusal:
            found[row.sheet, row.line] = _wrong(row, refusal)
            continue
        lines[wish.identity] = row.line
        wishes.append(wish)
    return wishes


def _in_order(wishes: Sequence[Wish], found: dict[tuple[str, int], ImportedRow]) -> list[Wish]:
    """The wishes with institutions after those that they lie below; a loop among them is noted in `found`."""
    parents = {wish.identity[1]: _parent(wish) for wish in wishes if wish.row.sheet == INSTITUTIONS}
    depths: list[tuple[int, Wish]] = []
    for wish in wishes:
        if wish.row.sheet != INSTITUTIONS:
            depths.append((len(parents) + 1, wish))
            continue
        depth, step = 0, _parent(wish)
        while step in parents and depth <= len(parents):
            depth, step = depth + 1, parents[step]
        if depth > len(parents):
            message = "Expected '{institution}' to lie below another institution, but it would lie below itself"
            found[wish.row.sheet, wish.row.line] = _wrong(wish.row, Invalid("tree-loop", message, institution=wish.identity[1]))
        else:
            depths.append((depth, wish))
    return [wish for _, wish in sorted(depths, key=lambda pair: pair[0])]


def _parent(wish: Wish) -> str | None:
    return next((command.parent for command in wish.commands if isinstance(command, PutInstitution)), None)


def _ask_for(wish: Wish, work: UnitOfWork, runtime: object) -> ImportedRow:
    try:
        with work.attempt():
            answers = [carry_out(command, work, runtime) for command in wish.commands]
            work.flush()
    except EngineError as refusal:
        return _wrong(wish.row, refusal)
    changes = [answer.change for answer in answers if answer.change is not None]
    added = answers[0].change is not None and answers[0].change.made
    told = {} if added else _told(work, changes)
    state = "added" if added else _state(changes)
    return ImportedRow(sheet=wish.row.sheet, line=wish.row.line, name=_name(wish.row), state=state, changes=told, facts={})


def _remove(turn: LeftOut, work: UnitOfWork, runtime: object) -> ImportedRow:
    carry_out(RemoveDuty(duty=turn.duty), work, runtime)
    times = (_plain(turn.from_at), _plain(turn.to_at))
    name = " · ".join(filter(None, (*turn.roster, turn.person, "–".join(times))))
    return ImportedRow(sheet=DUTIES, line=None, name=name, state="removed", changes={}, facts={})


def _state(changes: Sequence[Change]) -> str:
    if not changes:
        return "same"
    ends = (column in ENDING and after not in (None, True) for change in changes for column, (_, after) in change.values.items())
    return "ended" if any(ends) else "changed"


DERIVED = frozenset({"lead", "initials"})
"""Columns that follow from others, of which nobody has to be told."""


def _told(work: UnitOfWork, changes: Sequence[Change]) -> dict[str, tuple[Any, Any]]:
    """What was and what becomes of each field, in the words of the file."""
    values = {column: pair for change in changes for column, pair in change.values.items() if column not in DERIVED}
    if "parent" in values:
        codes = select(Institution.key, Institution.code).where(Institution.key.in_([key for key in values["parent"] if key]))
        known = {row.key: row.code for row in work.connection.execute(codes)}
        values["parent"] = (known.get(values["parent"][0]), known.get(values["parent"][1]))
    if "centre" in values:
        named = [key for key in values["centre"] if key]
        centres = select(Department.key, Institution.code.label("institution"), Department.code)
        centres = centres.join(Institution, Institution.key == Department.institution).where(Department.key.in_(named))
        known = {row.key: f"{row.institution}/{row.code}" for row in work.connection.execute(centres)}
        values["centre"] = (known.get(values["centre"][0]), known.get(values["centre"][1]))
    return {column: (_plain(before), _plain(after)) for column, (before, after) in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(TIME_ZONE).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else value


def _wrong(row: SheetRow, refusal: EngineError) -> ImportedRow:
    facts = {name: value if isinstance(value, (int, bool)) else str(value) for name, value in refusal.facts.items()}
    return ImportedRow(sheet=row.sheet, line=row.line, name=_name(row), state="wrong", changes={}, code=refusal.code, facts=facts)


def _name(row: SheetRow) -> str:
    """What a row is about: its first cells."""
    shown = [str(value)[:60] for value in list(row.values.values())[:3] if value is not None]
    return " · ".join(shown)
