"""The invented county 澄湖县: its institutions and people, brought into a store, and their log-ins.

Bringing it in again restores its institutions and departments, and leaves the people who are there as they are. The
first passwords are random, made once and kept in a file of the data folder that only its owner may read. In demo mode
all log-ins share one, so that whoever shows the product can change places; elsewhere each has its own, to be changed at
the first sign-in.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from cli.demo.departure import let_somebody_leave
from engine.commands.account import CreateAccount, SetPassword, SetSharedPassword
from engine.commands.authority import PutBody, PutBodyMember
from engine.commands.calendar import PutCalendarYear
from engine.commands.delegation import Delegate
from engine.commands.keeping import Saved
from engine.commands.organisation import (
    Appoint,
    PutDefaultPosts,
    PutDepartment,
    PutInstitution,
    PutMembership,
    PutPerson,
    PutTogether,
)
from engine.commands.registry import Command
from engine.engine import Engine
from engine.queries.calendars import ListCalendars
from engine.queries.identity import ListAccounts
from engine.queries.organisation import SearchPeople

COMMUNITY = Path(__file__).with_name("community.json")
INVENTED_YEAR = Path(__file__).with_name("working-days-2027.json")
"""Next year's working days, made up and saying so, so that a demonstration has due dates beyond what is published."""
LOGINS_FILE = "demo-logins.json"
_SMALL, _CAPITAL, _DIGITS = "abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"


class DemoLogin(NamedTuple):
    """One invented person who can sign in."""

    login: str
    name: str
    chairs: str
    """Posts and institutions by code, such as `BR_GP@CH01/GP, BR_PH@CH01/PH`."""


def load_demo(engine: Engine) -> list[DemoLogin]:
    """Brings the invented community into the store and returns its people, who cannot sign in before they have a password."""
    community = json.loads(COMMUNITY.read_text(encoding="utf-8"))
    known = {account.login for account in engine.query(ListAccounts())}
    missing = [person for person in community["people"] if person["login"] not in known]
    since = date.fromisoformat(community["since"])
    bodies = _bodies(community["bodies"], {person["staffNumber"] for person in missing}, since)
    engine.execute(PutTogether(commands=(*_house(community), *_people(missing, since), *bodies)))
    _invent_year(engine)
    for person in missing:
        rights, must_change = tuple(person.get("rights", ())), not engine.config.demo
        engine.execute(CreateAccount(person=person["staffNumber"], login=person["login"], rights=rights, must_change=must_change))
    _delegate(engine, community["delegations"], {person["login"]: person["staffNumber"] for person in missing})
    return [DemoLogin(person["login"], person["name"], _chairs(person)) for person in community["people"]]


def load_departure(engine: Engine) -> None:
    """In demo mode somebody resigns while a task of his is open; once, where the process that he has started is deployed."""
    if engine.config.demo:
        let_somebody_leave(engine, json.loads(COMMUNITY.read_text(encoding="utf-8"))["departure"])


def _delegate(engine: Engine, delegations: Sequence[Mapping[str, Any]], numbers: Mapping[str, str]) -> None:
    """A head of department is on leave from the day on which the county comes in: an agent does his work."""
    for entry in delegations:
        if entry["principal"] not in numbers or entry["agent"] not in numbers:
            continue
        principal, agent = (engine.query(SearchPeople(q=numbers[entry[who]], limit=1))[0].id for who in ("principal", "agent"))
        now = engine.clock.now()
        until = now + timedelta(days=entry["days"])
        engine.execute(Delegate(principal=principal, agent=agent, from_at=now, to_at=until, reason=entry["reason"]))


def _invent_year(engine: Engine) -> None:
    """In demo mode only, and only while the year is not known."""
    document = json.loads(INVENTED_YEAR.read_text(encoding="utf-8"))
    year = int(document["year"])
    if engine.config.demo and all(known.year != year for known in engine.query(ListCalendars()).years):
        engine.execute(PutCalendarYear(year=year, document=document))


def ensure_demo_passwords(var: Path, engine: Engine) -> dict[str, str]:
    """The first password of every demo log-in. Those that are missing are made, kept in the file under `var`, and set."""
    file = var / LOGINS_FILE
    kept = _read(file)
    accounts = {account.login: account for account in engine.query(ListAccounts())}
    logins = [person["login"] for person in json.loads(COMMUNITY.read_text(encoding="utf-8"))["people"]]
    shared = next(iter(kept.values()), None) or new_password()
    passwords = {login: kept.get(login) or (shared if engine.config.demo else new_password()) for login in logins}
    if passwords != kept:
        _write(file, passwords)
    unset = [login for login in logins if login not in kept or not accounts[login].has_password]
    _set_passwords(engine, {login: passwords[login] for login in unset})
    return passwords


def new_password() -> str:
    """A random password of three groups, without letters that look alike: easy to type, more than 10^20 possible ones."""
    letters = _SMALL + _CAPITAL + _DIGITS
    while True:
        groups = ["".join(secrets.choice(letters) for _ in range(4)) for _ in range(3)]
        text = "-".join(groups)
        if all(set(text) & set(kind) for kind in (_SMALL, _CAPITAL, _DIGITS)):
            return text


def _house(community: Mapping[str, Any]) -> Iterator[Command[Saved]]:
    yield PutDefaultPosts()
    for entry in community["institutions"]:
        yield PutInstitution(
            code=entry["code"],
            name=entry["name"],
            short_name=entry["shortName"],
            type=entry["type"],
            parent=entry.get("parent"),
            calendar=entry["calendar"],
            integrated=entry.get("integrated", True),
        )
        if "member" in entry:
            yield PutMembership(institution=entry["code"], from_date=date.fromisoformat(entry["member"]))
    for institution, departments in community["departments"].items():
        for entry in departments:
            yield PutDepartment(institution=institution, **entry)


def _people(people: Sequence[Mapping[str, Any]], since: date) -> Iterator[Command[Saved]]:
    for person in people:
        yield PutPerson(staff_number=person["staffNumber"], name=person["name"])
        for entry in person["appointments"]:
            yield _appointment(person["staffNumber"], entry, since)


def _bodies(bodies: Sequence[Mapping[str, Any]], new: Collection[str], since: date) -> Iterator[Command[Saved]]:
    """Committees and teams, and those of their members who come in now: who was there before may have left them since."""
    for body in bodies:
        place = {"institution": body["institution"], "from_date": since}
        yield PutBody(code=body["code"], name=body["name"], kind=body["kind"], quorum=body.get("quorum"), **place)
        for position, member in enumerate(body["members"], 1):
            if member["person"] in new:
                role = member.get("role", "member")
                yield PutBodyMember(body=body["code"], person=member["person"], role=role, position=position, **place)


def _appointment(person: str, entry: Mapping[str, str], since: date) -> Appoint:
    return Appoint(
        person=person,
        post=entry["post"],
        institution=entry["institution"],
        department=entry.get("department"),
        kind=entry.get("kind", "full"),
        from_date=date.fromisoformat(entry["from"]) if "from" in entry else since,
        to_date=date.fromisoformat(entry["to"]) if "to" in entry else None,
    )


def _chairs(person: Mapping[str, Any]) -> str:
    chairs = []
    for entry in person["appointments"]:
        department = f"/{entry['department']}" if "department" in entry else ""
        chairs.append(f"{entry['post']}@{entry['institution']}{department}")
    return ", ".join(chairs)


def _set_passwords(engine: Engine, passwords: Mapping[str, str]) -> None:
    must_change = not engine.config.demo
    if engine.config.demo:
        for password in sorted(set(passwords.values())):
            logins = tuple(login for login, given in passwords.items() if given == password)
            engine.execute(SetSharedPassword(logins=logins, password=password, must_change=must_change))
        return
    for login, password in passwords.items():
        engine.execute(SetPassword(login=login, password=password, must_change=must_change))


def _read(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    file.chmod(0o600)
    found = json.loads(file.read_text(encoding="utf-8"))
    return {str(login): str(password) for login, password in found.items()}


def _write(file: Path, passwords: Mapping[str, str]) -> None:
    """Writes the file whole or not at all, from its first byte readable by its owner only."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(passwords, stream, ensure_ascii=False, indent=1)
    draft.replace(file)
