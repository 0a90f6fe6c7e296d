"""Who comes and goes in the invented year: doctors begin, one of them leaves for good, a branch joins the community."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial

from cli.demo import COMMUNITY
from cli.demo.year.county import Arrival, County
from engine.calendar import TIME_ZONE
from engine.commands.account import CreateAccount
from engine.commands.handover import StartHandover
from engine.commands.message import BroadcastSignal
from engine.commands.organisation import Appoint, PutPerson, PutTogether
from engine.queries.handovers import PreviewHandover
from engine.queries.keeping import KeptPerson, ListKeptPeople
from engine.records import Actor

NEWCOMERS = (
    (0.18, "CH02-N01", "顾新来·演示", ("BR_GP", "CH02", "GP")),
    (0.42, "CH05-N01", "秦远山·演示", ("BR_GP", "CH05", "GP")),
    (0.58, "CH00-N01", "苏入职·演示", ("SPEC_DOC", "CH00", "NEUR")),
)
"""When in the year somebody begins, his staff number and name, and the post, institution and department of his chair."""
LEAVER, SUCCESSOR, LEAVES = "CH02-N01", "CH02-003", 0.72
"""A newcomer who leaves again, to whom his work goes, and when in the year."""
KEEPER = "CH00-A01"
"""An administrator of accounts."""
JOINING = ("CH08", "松岗分院")


def staff(county: County, since: date, until: date) -> Iterator[Arrival]:
    """The comings and goings of a year that is lived whole."""
    if county.share < 1:
        return
    for at, number, name, chair in NEWCOMERS:
        yield Arrival(at=_morning(county, since + (until - since) * at), act=partial(_begins, number, name, chair))
    yield Arrival(at=_morning(county, since + (until - since) * LEAVES), act=_leaves)
    joins = joining_day()
    if since < joins < until:
        yield Arrival(at=_morning(county, joins), act=_joined)


def joining_day() -> date:
    """The day on which a branch becomes a member."""
    institutions = json.loads(COMMUNITY.read_text(encoding="utf-8"))["institutions"]
    return date.fromisoformat(next(entry["member"] for entry in institutions if entry["code"] == JOINING[0]))


def _morning(county: County, day: date) -> datetime:
    return county.working(datetime(day.year, day.month, day.day, 8, 40, tzinfo=TIME_ZONE))


def _begins(number: str, name: str, place: tuple[str, str, str], county: County) -> None:
    post, institution, department = place
    day = county.clock.now().astimezone(TIME_ZONE).date()
    chair = Appoint(person=number, post=post, institution=institution, department=department, from_date=day)
    county.engine.execute(PutTogether(commands=(PutPerson(staff_number=number, name=name), chair)))
    county.engine.execute(CreateAccount(person=number, login=number.lower(), must_change=False))
    county.counted["joined"] += 1


def _leaves(county: County) -> None:
    """What the doctor holds goes to his colleague, on the next day."""
    leaver, successor, keeper = (_person(county, number) for number in (LEAVER, SUCCESSOR, KEEPER))
    successors = {"task": successor.id}
    shown = county.engine.query(PreviewHandover(person=leaver.id, kind="leaving", successors=successors))
    command = StartHandover(
        person=leaver.id,
        kind="leaving",
        from_date=county.clock.now().astimezone(TIME_ZONE).date() + timedelta(days=1),
        reason="调往外县工作",
        successors=successors,
        fingerprint=shown.fingerprint,
    )
    county.engine.execute(command, Actor(person=keeper.key, name=keeper.name, rights=frozenset({"administrate"})))
    county.counted["left"] += 1


def _joined(county: County) -> None:
    institution, name = JOINING
    county.engine.execute(BroadcastSignal(name="MemberJoined", payload={"institution": institution, "name": name}))


def _person(county: County, number: str) -> KeptPerson:
    return next(person for person in county.engine.query(ListKeptPeople(q=number)) if person.staff_number == number)
