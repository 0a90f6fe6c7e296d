from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cli.demo import LOGINS_FILE, ensure_demo_passwords, load_demo, load_departure, new_password
from cli.deploy import deploy_folder
from cli.library import LIBRARY
from engine.assignment import AssignmentRule, resolve
from engine.authorization.passwords import require_good_password
from engine.clock import VirtualClock
from engine.commands.identity import SessionOpened, SignIn
from engine.commands.organisation import PutPerson
from engine.config import Config
from engine.engine import Engine
from engine.queries.delegations import ListDelegations
from engine.queries.handovers import ListHandovers
from engine.queries.identity import ListAccounts, SessionByToken, SessionRecord
from engine.queries.keeping import ListKeptInstitutions
from engine.queries.organisation import ListDepartments, ListMyCapacities, SearchPeople
from engine.queries.registry import Reader
from engine.queries.task_detail import GetTask
from engine.queries.tasks import SearchTasks
from engine.queries.timeline import GetTimeline
from engine.records import SYSTEM, Actor
from engine.store.tables import Appointment, Institution, Person, Post
from worker.worker import Worker

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
BRANCHES = [f"CH0{number}" for number in range(1, 9)]
DEPARTMENTS = ["ORTH", "CARD", "NEUR", "OBGY", "PEDI", "GSUR", "EMER", "NEPH", "RESP", "ENDO"]
CAST = [
    *(("REF_CTR", "CH00", None, 5), ("BED_MGR", "CH00", None, 2), ("MED_DIR", "CH00", None, 2), ("IT_ADMIN", "CH00", None, 2)),
    *((post, "CH00", None, 1) for post in ("VP_MED", "PRESIDENT", "PARTY_SEC", "PH_CTR", "MC_OFFICE")),
    *(("DEPT_HEAD", "CH00", department, 1) for department in (*DEPARTMENTS, "GAST", "ONCO", "REHA", "TCM", "ICU")),
    *(("SPEC_DOC", "CH00", department, 1) for department in DEPARTMENTS),
    *((post, branch, None, 1) for branch in BRANCHES for post in ("BR_GP", "BR_REF", "BR_DIR", "BR_PH")),
    *(("V_DOC", clinic, None, 1) for clinic in ("CH01-V01", "CH02-V01", "CH05-V01")),
    *(("BR_SEC", "CH09", None, 1), ("BR_REF", "CH09", None, 1), ("BR_VD", "CH01", None, 1)),
]
"""Post, institution, department, and how many people the referral needs there at least."""


@pytest.fixture
def start(sqlite_url: str) -> Iterator[Callable[[bool], Engine]]:
    """Opens the engine on the same store, in demo mode or not."""
    opened: list[Engine] = []

    def open_engine(demo: bool) -> Engine:
        opened.append(Engine(Config(database_url=sqlite_url, demo=demo), clock=VirtualClock(NOW)))
        return opened[-1]

    yield open_engine
    for engine in opened:
        engine.close()


def session(engine: Engine, login: str, password: str) -> SessionRecord:
    opened = engine.execute(SignIn(login=login, password=password, source="127.0.0.1"))
    assert isinstance(opened, SessionOpened)
    found = engine.query(SessionByToken(token=opened.token))
    assert found is not None
    return found


def counts(engine: Engine) -> list[int]:
    with engine.database.reading() as connection:
        tables = (Institution, Post, Person, Appointment)
        return [int(connection.execute(select(func.count()).select_from(table)).scalar_one()) for table in tables]


def test_the_county_comes_in_on_both_databases_and_only_once(database_url: str) -> None:
    engine = Engine(Config(database_url=database_url, demo=True), clock=VirtualClock(NOW))
    people = load_demo(engine)
    first = counts(engine)
    engine.execute(PutPerson(staff_number="CH00-001", name="周建国改名·演示"))
    assert load_demo(engine) == people
    assert counts(engine) == first
    with engine.database.reading() as connection:
        assert connection.execute(select(Person.name).where(Person.staff_number == "CH00-001")).scalar_one() == "周建国改名·演示"
    engine.close()
    assert first[0] == 49
    assert len(people) == len({person.login for person in people}) == first[2]
    assert all(person.name.endswith("·演示") for person in people)


def test_everybody_whom_the_referral_needs_is_there(start: Callable[[bool], Engine]) -> None:
    engine = start(True)
    load_demo(engine)
    with engine.database.reading() as connection:
        reader = Reader(connection=connection, now=NOW, actor=SYSTEM, config=engine.config, definitions=None)  # type: ignore[arg-type]
        for post, institution, department, least in CAST:
            rule = AssignmentRule(kind="post", post=post, institution=institution, department=department)
            found = resolve(reader, [rule])
            assert found.reason is None, (post, institution, department)
            assert len(found.persons) >= least, (post, institution, department)


def test_in_demo_mode_all_share_a_password_in_a_private_file(start: Callable[[bool], Engine], tmp_path: Path) -> None:
    engine = start(True)
    people = load_demo(engine)
    passwords = ensure_demo_passwords(tmp_path / "new", engine)
    file = tmp_path / "new" / LOGINS_FILE
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text()) == passwords
    assert set(passwords) == {person.login for person in people}
    for login in ("shenguohua", "mengfan", "hemin"):
        assert session(engine, login, passwords[login]).must_change is False
    both = session(engine, "shenguohua", passwords["shenguohua"])
    chairs = engine.query(ListMyCapacities(), both.actor())
    assert [(chair.post, chair.institution_code) for chair in chairs] == [("PARTY_SEC", "CH00"), ("BR_SEC", "CH09")]


def test_every_later_run_shows_the_same_passwords(start: Callable[[bool], Engine], tmp_path: Path) -> None:
    load_demo(start(True))
    first = ensure_demo_passwords(tmp_path, start(True))
    (tmp_path / LOGINS_FILE).chmod(0o644)
    load_demo(start(True))
    assert ensure_demo_passwords(tmp_path, start(True)) == first
    assert (tmp_path / LOGINS_FILE).stat().st_mode & 0o777 == 0o600
    session(start(True), "hemin", first["hemin"])


def test_a_lost_file_means_new_passwords(start: Callable[[bool], Engine], tmp_path: Path) -> None:
    load_demo(start(True))
    first = ensure_demo_passwords(tmp_path, start(True))
    (tmp_path / LOGINS_FILE).unlink()
    second = ensure_demo_passwords(tmp_path, start(True))
    assert first["hemin"] != second["hemin"]
    session(start(True), "hemin", second["hemin"])


def test_a_lost_store_takes_those_of_the_file(start: Callable[[bool], Engine], tmp_path: Path, sqlite_template: Path) -> None:
    load_demo(start(True))
    first = ensure_demo_passwords(tmp_path, start(True))
    fresh = tmp_path / "fresh.sqlite"
    fresh.write_bytes(sqlite_template.read_bytes())
    engine = Engine(Config(database_url=f"sqlite:///{fresh}", demo=True), clock=VirtualClock(NOW))
    load_demo(engine)
    assert ensure_demo_passwords(tmp_path, engine) == first
    session(engine, "hemin", first["hemin"])
    engine.close()


def test_outside_demo_mode_each_has_a_password_of_his_own_to_be_changed(start: Callable[[bool], Engine], tmp_path: Path) -> None:
    engine = start(False)
    load_demo(engine)
    passwords = ensure_demo_passwords(tmp_path, engine)
    assert len(set(passwords.values())) == len(passwords)
    assert session(engine, "wangyang", passwords["wangyang"]).must_change is True


def test_made_passwords_are_good_enough() -> None:
    made = [new_password() for _ in range(200)]
    assert len(set(made)) == 200
    for password in made:
        require_good_password(password, login="mengfan", name="孟凡·演示")


def test_the_three_administrators_of_the_county_are_apart_and_sit_in_no_chair(start: Callable[[bool], Engine]) -> None:
    engine = start(True)
    load_demo(engine)
    rights = {account.login: account.rights for account in engine.query(ListAccounts()) if account.rights}
    assert rights == {
        "chengyuan": ("design",),
        "dengchaoqun": ("backfill",),
        "fangzheng": ("secure",),
        "jiawenjing": ("archive",),
        "jianding": ("audit",),
        "luming": ("administrate",),
        "qinchuan": ("backfill",),
        "shilei": ("deploy", "operations"),
        "wangyang": ("deploy", "operations"),
    }
    with engine.database.reading() as connection:
        chairs = select(func.count()).select_from(Appointment).join(Person, Person.key == Appointment.person)
        staffed = chairs.where(Person.staff_number.in_(("CH00-A01", "CH00-A02", "CH00-A03")))
        assert connection.execute(staffed).scalar_one() == 0


def test_somebody_has_resigned_and_his_open_task_went_on_with_its_draft(start: Callable[[bool], Engine]) -> None:
    engine = start(True)
    load_demo(engine)
    load_departure(engine)
    assert engine.query(ListHandovers()) == ()
    deploy_folder(engine, LIBRARY / "examples")
    for _ in range(2):
        load_departure(engine)
        Worker(engine, "demo").drain()
    (handover,) = engine.query(ListHandovers())
    assert (handover.name, handover.kind, handover.made_by, handover.counts) == (
        "尹长河·演示",
        "leaving",
        "陆明·演示",
        {"done": 3},
    )
    (successor,) = engine.query(SearchPeople(q="CH06-005"))
    actor = Actor(person=successor.key, name=successor.name)
    (task,) = engine.query(SearchTasks(box="todo"), actor).items
    detail = engine.query(GetTask(task=task.id), actor)
    assert detail.draft is not None
    assert detail.draft.data["item"] == "疫苗冷藏箱"
    titles = [line.title for line in engine.query(GetTimeline(instance=detail.instance.id), actor)]
    assert "“填写申请”由尹长河·演示交接给吕安·演示" in titles
    assert engine.query(SearchPeople(q="CH06-004")) == ()


def test_a_branch_has_joined_in_the_middle_of_the_year(start: Callable[[bool], Engine]) -> None:
    engine = start(True)
    load_demo(engine)
    joined = {row.code: row.member_from for row in engine.query(ListKeptInstitutions())}
    assert (joined["CH07"], joined["CH08"]) == (date(2024, 1, 1), date(2026, 7, 1))
    (practitioner,) = engine.query(SearchPeople(q="CH08-003"))
    actor = Actor(person=practitioner.key, name=practitioner.name)
    assert {chair.member for chair in engine.query(ListMyCapacities(), actor)} == {True}
    engine.clock.set(datetime(2026, 6, 30, 2, 0, tzinfo=UTC))  # type: ignore[attr-defined]
    assert {chair.member for chair in engine.query(ListMyCapacities(), actor)} == {False}


def test_a_head_of_department_is_on_leave_and_another_acts_for_him(start: Callable[[bool], Engine]) -> None:
    engine = start(True)
    load_demo(engine)
    load_demo(engine)
    (delegation,) = engine.query(ListDelegations())
    assert (delegation.principal_name, delegation.agent_name, delegation.reason) == ("于慧·演示", "钟玲·演示", "年休假")
    heads = {row.code: row.head for row in engine.query(ListDepartments(institution="CH00"))}
    assert (heads["ENDO"], heads["CARD"]) == ("钟玲·演示", "彭志强·演示")
