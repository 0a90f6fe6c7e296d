"""An organisation comes in from an Excel workbook: shown row by row, then carried out exactly so, or not at all."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select, update

from engine.calendar import TIME_ZONE
from engine.commands.organisation_import import ImportOrganisation, ImportResult, TryImport
from engine.errors import EngineError
from engine.initials import initials_of
from engine.queries.organisation_workbook import WriteOrganisation
from engine.records import Actor
from engine.store.tables import Appointment, AuditEntry, Department, Duty, Institution, Membership, Person
from engine.workbook.organisation import (
    APPOINTMENTS,
    BODIES,
    CHARGES,
    DEPARTMENTS,
    DUTIES,
    INSTITUTIONS,
    LINE_DEPARTMENTS,
    LINES,
    MEMBERS,
    PEOPLE,
    SHEETS,
)
from tests.organisation.world import County

TABLES = (Institution, Membership, Department, Person, Appointment, AuditEntry)
NEW = (INSTITUTIONS, ["CH03", "石桥院区", "石桥", 22, "CH00", "OPD", "是", date(2026, 7, 1)])


def workbook(*rows: tuple[str, Sequence[Any]], change: Callable[[Workbook], None] | None = None) -> bytes:
    """A workbook of these rows by sheet, with the headings of the template."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in dict.fromkeys(sheet for sheet, _ in rows):
        made = book.create_sheet(sheet)
        made.append([column.title for column in SHEETS[sheet]])
        for name, cells in rows:
            if name == sheet:
                made.append(list(cells))
    if change is not None:
        change(book)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def told(result: ImportResult) -> list[tuple[str, int, str, Any]]:
    return [(row.sheet[:2], row.line, row.state, row.code or dict(row.changes)) for row in result.rows]


def counts(county: County) -> list[int]:
    with county.reading() as connection:
        return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in TABLES]


def refusal(county: County, content: bytes) -> str:
    with pytest.raises(EngineError) as refused:
        county.engine.execute(TryImport(content=content))
    return refused.value.code


def test_a_branch_that_joins_mid_year_comes_in_with_its_people(county: County) -> None:
    content = workbook(
        # The clinic stands before the branch that it lies below.
        (INSTITUTIONS, ["CH03-V01", "桥头卫生室", None, "30", "CH03"]),
        NEW,
        (INSTITUTIONS, ["CH02", "CH02", "柳塘", "21", "CH00", "OPD", "是", date(2024, 1, 1), "2026-06-30"]),
        (DEPARTMENTS, ["CH03", "GP", "全科", "临床"]),
        (PEOPLE, ["T1", "田一·演示"]),
        (PEOPLE, ["gp1", "gp1"]),
        (PEOPLE, ["gp1b", "gp1b", "否"]),
        (APPOINTMENTS, ["T1", "BR_GP", "CH03", "GP", "专任", None, date(2026, 7, 1)]),
        (APPOINTMENTS, ["gp1", "BR_GP", "CH01", None, None, None, "2024/1/1", "2026.6.30"]),
    )
    before = counts(county)
    shown = county.engine.execute(TryImport(content=content))
    assert told(shown) == [
        ("机构", 2, "added", {}),
        ("机构", 3, "added", {}),
        ("机构", 4, "ended", {"short_name": ("CH02", "柳塘"), "calendar": ("ADMIN", "OPD"), "to_date": (None, "2026-06-30")}),
        ("科室", 2, "added", {}),
        ("人员", 2, "added", {}),
        ("人员", 3, "same", {}),
        ("人员", 4, "ended", {"active": (True, False)}),
        ("任职", 2, "added", {}),
        ("任职", 3, "ended", {"to_date": (None, "2026-06-30")}),
    ]
    assert counts(county) == before
    done = county.engine.execute(ImportOrganisation(content=content, fingerprint=shown.fingerprint))
    assert done == shown
    # The branch and its clinic, a membership, a department, a person, a chair; and each change is in the trail.
    assert [after - first for after, first in zip(counts(county), before, strict=True)] == [2, 1, 1, 1, 1, 11]
    assert county.standing("T1").capacities == ()
    county.clock.set(datetime.fromisoformat("2026-07-01T02:00:00+00:00"))
    (chair,) = county.standing("T1").capacities
    assert (chair.post, chair.institution_code, chair.member) == ("BR_GP", "CH03", True)
    assert county.standing("gp1").capacities == ()
    again = county.engine.execute(TryImport(content=content))
    assert {row.state for row in again.rows} == {"same"}


def test_every_wrong_row_is_told_with_its_line_and_nothing_comes_in(county: County) -> None:
    content = workbook(
        NEW,
        (INSTITUTIONS, ["A1", "甲", None, "20", "A2"]),
        (INSTITUTIONS, ["A2", "乙", None, "20", "A1"]),
        (INSTITUTIONS, ["CH00", "CH00", None, "10", "CH01"]),
        (INSTITUTIONS, ["B1", "丙", None, "20", "NOWHERE"]),
        (INSTITUTIONS, ["B2", "丁", None, "99"]),
        (PEOPLE, ["T1", "田一·演示"]),
        (PEOPLE, ["T1", "田二·演示"]),
        (PEOPLE, ["T3", None]),
        (PEOPLE, ["T4", '=HYPERLINK("http://example.invalid")']),
        (APPOINTMENTS, ["T1", "BR_GP", "CH03", None, None, None, "2026-02-30"]),
        (APPOINTMENTS, ["T1", "BR_GP", "CH03", None, None, None, 46113]),
        (APPOINTMENTS, ["T9", "BR_GP", "CH03", None, None, None, date(2026, 7, 1)]),
        (APPOINTMENTS, ["T1", "NOPOST", "CH03", None, None, "也许", date(2026, 7, 1)]),
        (APPOINTMENTS, ["T1", "BR_GP", "CH03", None, None, None, date(2026, 7, 1), date(2026, 6, 1)]),
    )
    before = counts(county)
    shown = county.engine.execute(TryImport(content=content))
    assert [(sheet, line, code) for sheet, line, state, code in told(shown) if state == "wrong"] == [
        *(("机构", 3, "tree-loop"), ("机构", 4, "tree-loop"), ("机构", 5, "tree-loop")),
        *(("机构", 6, "institution-not-found"), ("机构", 7, "unknown-code")),
        *(("人员", 3, "import-double"), ("人员", 4, "import-empty"), ("人员", 5, "import-formula")),
        *(("任职", 2, "import-date"), ("任职", 3, "import-date"), ("任职", 4, "person-not-found")),
        *(("任职", 5, "import-yes"), ("任职", 6, "dates")),
    ]
    with pytest.raises(EngineError) as refused:
        county.engine.execute(ImportOrganisation(content=content, fingerprint=shown.fingerprint))
    assert (refused.value.code, refused.value.facts["count"]) == ("import-wrong", 13)
    assert counts(county) == before


def test_only_what_was_shown_comes_in(county: County) -> None:
    content, other = workbook(NEW), workbook(NEW, (PEOPLE, ["T1", "田一·演示"]))
    shown = county.engine.execute(TryImport(content=content))
    before = counts(county)
    with pytest.raises(EngineError) as another_file:
        county.engine.execute(ImportOrganisation(content=other, fingerprint=shown.fingerprint))
    assert (another_file.value.code, counts(county)) == ("import-changed", before)
    # The organisation has changed since: what was to be added is there already.
    county.engine.execute(ImportOrganisation(content=content, fingerprint=shown.fingerprint))
    with pytest.raises(EngineError) as changed:
        county.engine.execute(ImportOrganisation(content=content, fingerprint=shown.fingerprint))
    assert changed.value.code == "import-changed"
    with pytest.raises(EngineError) as right:
        county.engine.execute(TryImport(content=content), Actor(person=county.person("gp1"), name="gp1"))
    assert right.value.code == "right-missing"


def test_committees_rosters_lines_and_charges_come_in_with_the_same_look(county: County) -> None:
    first = date(2026, 1, 1)
    content = workbook(
        (BODIES, ["CH00", "PC", "党委会", "委员会", 67, first]),
        (MEMBERS, ["CH00", "PC", "president", "主任", None, 1, first]),
        (MEMBERS, ["CH00", "PC", "vice", "副主任", "是", "2", first]),
        (DUTIES, ["CH00", "CARD", None, "card-doc", "2026-10-01 08:00", "2026-10-02 08:00"]),
        (DUTIES, ["CH00", None, "MED_DIR", "vice", *map(datetime.fromisoformat, ("2026-10-01 18:00", "2026-10-02 08:00"))]),
        (LINES, ["HEART", "胸痛中心", "CH00", "CARD"]),
        (LINE_DEPARTMENTS, ["HEART", "CH00", "ORTH"]),
        (CHARGES, ["CH00", "vice", None, "HEART", None, first]),
        (CHARGES, ["CH00", "vice", None, None, "procurement", first]),
    )
    shown = county.engine.execute(TryImport(content=content))
    assert {row.state for row in shown.rows} == {"added"}
    assert county.engine.execute(ImportOrganisation(content=content, fingerprint=shown.fingerprint)) == shown
    with county.reading() as connection:
        turns = connection.execute(select(Duty.from_at, Duty.to_at).order_by(Duty.key)).all()
    assert [turn.from_at.astimezone(UTC).hour for turn in turns] == [0, 10]
    later = workbook(
        (BODIES, ["CH00", "PC", "党委会", "委员会", 50, first]),
        (MEMBERS, ["CH00", "PC", "vice", "副主任", "是", 2, first, date(2026, 12, 31)]),
        (MEMBERS, ["CH00", "PC", "med", "主任", None, None, first]),
        (DUTIES, ["CH00", "CARD", None, "card-doc", "2026-10-01 08:00", "2026-10-02 12:00"]),
        (DUTIES, ["CH00", "CARD", None, "card-doc", "2026-10-02 09:00", "2026-10-03 08:00"]),
        (DUTIES, ["CH00", "CARD", None, "card-doc", "早上", "2026-10-03 08:00"]),
        (LINES, ["HEART", "胸痛中心", "CH00", "ORTH"]),
        (LINES, ["LAB", "检验", "CH00", None]),
        (LINE_DEPARTMENTS, ["HEART", "CH00", "ORTH", "否"]),
        (CHARGES, ["CH00", "vice", "CARD", "HEART", None, first]),
    )
    assert told(county.engine.execute(TryImport(content=later))) == [
        ("委员", 2, "changed", {"quorum": (67, 50)}),
        ("成员", 2, "ended", {"to_date": (None, "2026-12-31")}),
        ("成员", 3, "wrong", "chair-taken"),
        ("值班", 2, "changed", {"to_at": ("2026-10-02 08:00", "2026-10-02 12:00")}),
        ("值班", 3, "wrong", "duty-overlaps"),
        ("值班", 4, "wrong", "import-instant"),
        ("业务", 2, "changed", {"centre": ("CH00/CARD", "CH00/ORTH")}),
        ("业务", 3, "wrong", "import-centre"),
        ("条线", 2, "ended", {"belongs": (True, False)}),
        ("分管", 2, "wrong", "charge-what"),
    ]
    filled = county.engine.query(WriteOrganisation(filled=True))
    assert {row.state for row in county.engine.execute(TryImport(content=filled)).rows} == {"same"}


def rezipped(content: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The workbook with its parts changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return kept.getvalue()


def entity(parts: dict[str, bytes]) -> None:
    part = parts["xl/workbook.xml"]
    parts["xl/workbook.xml"] = part.replace(b"<workbook", b'<!DOCTYPE x [<!ENTITY a "b">]><workbook', 1)


def test_files_that_are_no_plain_workbooks_are_refused(sqlite_county_url: str) -> None:
    county, good = County(sqlite_county_url), workbook(NEW)

    def headings(book: Workbook) -> None:
        book[INSTITUTIONS]["B1"] = "名字"

    def strange(book: Workbook) -> None:
        book.create_sheet("工资")

    wrong: dict[str, list[bytes]] = {
        "workbook-columns": [workbook(NEW, change=headings)],
        "workbook-sheet": [workbook(NEW, change=strange)],
        "workbook-size": [b"", b"x" * (5 * 1024 * 1024 + 1)],
        "workbook-unreadable": [b"code,name", good[:400], rezipped(good, lambda parts: parts.pop("xl/workbook.xml") and None)],
        "workbook-unsafe": [
            rezipped(good, lambda parts: parts.update({"xl/media/bomb.xml": b"0" * (61 * 1024 * 1024)})),
            rezipped(good, lambda parts: parts.update({f"xl/{number}.xml": b"" for number in range(300)})),
            rezipped(good, lambda parts: parts.update({"xl/vbaProject.bin": b"macro"})),
            rezipped(good, entity),
        ],
        "import-nothing": [county.engine.query(WriteOrganisation())],
    }
    for code, contents in wrong.items():
        assert [refusal(county, content) for content in contents] == [code] * len(contents)
    county.engine.close()


def test_what_is_written_out_comes_back_in_unchanged_and_runs_nothing(county: County) -> None:
    name = "=1+1"
    with county.working() as work:
        work.connection.execute(update(Person).where(Person.staff_number == "gp1").values(name=name, initials=initials_of(name)))
    filled = county.engine.query(WriteOrganisation(filled=True))
    book = load_workbook(io.BytesIO(filled))
    cell = next(row[1] for row in book[PEOPLE].iter_rows(min_row=2) if row[0].value == "gp1")
    assert (cell.value, cell.data_type) == (name, "s")
    result = county.engine.execute(TryImport(content=filled))
    assert {row.state for row in result.rows} == {"same"}


def test_a_roster_is_as_the_file_has_it_for_the_time_it_covers(county: County) -> None:
    """Of the days that the file covers, turns that it leaves out go, and are shown before; others, and other rosters, stay."""

    def turn(day: int, who: str, post: str | None = None) -> tuple[str, list[Any]]:
        place = ["CH00", None if post else "CARD", post]
        return (DUTIES, [*place, who, f"2026-10-{day:02d} 08:00", f"2026-10-{day + 1:02d} 08:00"])

    def bring_in(*rows: tuple[str, list[Any]]) -> Any:
        content = workbook(*rows)
        shown = county.engine.execute(TryImport(content=content))
        assert county.engine.execute(ImportOrganisation(content=content, fingerprint=shown.fingerprint)) == shown
        return [(row.state, row.line, row.name) for row in shown.rows if row.state != "same"]

    def turns() -> list[str]:
        with county.reading() as connection:
            rows = connection.execute(select(Duty.from_at, Person.staff_number).join(Person, Person.key == Duty.person))
            return sorted(f"{row.from_at.astimezone(TIME_ZONE).day} {row.staff_number}" for row in rows)

    bring_in(turn(1, "card-doc"), turn(2, "card-doc"), turn(3, "card-doc"), turn(5, "card-doc"), turn(2, "vice", "MED_DIR"))
    changed = bring_in(turn(1, "card-doc"), turn(2, "med"), turn(3, "card-doc"))
    assert changed == [
        ("added", 3, "CH00 · CARD"),
        ("removed", None, "CH00 · CARD · card-doc · 2026-10-02 08:00–2026-10-03 08:00"),
    ]
    assert turns() == ["1 card-doc", "2 med", "2 vice", "3 card-doc", "5 card-doc"]
