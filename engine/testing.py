"""A small fluent harness for tests: a county, a clock that stands still until it is moved, people who act, cases to look at.

    with County(url) as county:
        county.settle()
        county.deploy(bpmn(process("p", '<startEvent id="s"/>', user_task("check", post="BR_GP"), flows="s > check")))
        case = county.run("p", at="CH01")
        county.person("gan").complete(case.task("check"))
        county.pass_time("PT1H")
        assert case.state == "completed"

Everything goes through `Engine.execute`; what is looked at is read from the tables. No worker runs: due jobs are carried
out by `work`, and by `pass_time` at the very instant each falls due.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from types import TracebackType
from typing import Any, Literal, Self, TypeVar, cast
from uuid import UUID
from xml.sax.saxutils import quoteattr

from sqlalchemy import Row, select

from engine.calendar import CLIN, due, published_days
from engine.clock import VirtualClock
from engine.commands.deployment import Deploy
from engine.commands.drafts import SaveDraft
from engine.commands.instance import RunInstance, StartInstance
from engine.commands.job import ClaimedJob, ClaimJobs
from engine.commands.message import BroadcastSignal, SendMessage
from engine.commands.organisation import (
    Appoint,
    PutDefaultPosts,
    PutDepartment,
    PutInstitution,
    PutMembership,
    PutPerson,
    PutTogether,
)
from engine.commands.reassignment import ReassignTask
from engine.commands.registry import Command
from engine.commands.task import ClaimTask, CompleteTask, UnclaimTask
from engine.config import Config
from engine.engine import Engine
from engine.kernel import ProcessModel
from engine.queries.tasks import Box, SearchTasks
from engine.records import SYSTEM, Actor, Deployed, Done
from engine.rehearsal.due_work import carry_out, pass_time, work_off
from engine.runtime import Definitions
from engine.store import faults
from engine.store.database import Database
from engine.store.tables import (
    Appointment,
    Incident,
    Institution,
    Person,
    ProcessDefinition,
    ProcessInstance,
    Round,
    Seat,
    Variable,
)

R = TypeVar("R")
BEGINNING = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""Monday 10:00 in the county, an ordinary working day."""
SINCE = date(2020, 1, 1)
INSTITUTIONS = (("CH00", "县总医院", "10"), ("CH01", "东湾分院", "21"), ("CH02", "柳塘分院", "21"), ("CH09", "旧渡分院", "21"))
FORMER_MEMBER = "CH09"
"""An institution whose membership ended with the year 2025."""
PEOPLE = (
    ("gan", "甘平·演示", "BR_GP", "CH01", None),
    ("guo", "郭宁·演示", "BR_GP", "CH01", None),
    ("ren", "任转·演示", "BR_REF", "CH01", None),
    ("dai", "戴岚·演示", "BR_DIR", "CH01", None),
    ("liu", "刘塘·演示", "BR_GP", "CH02", None),
    ("dong", "董柳·演示", "BR_DIR", "CH02", None),
    ("cen", "岑芯·演示", "REF_CTR", "CH00", None),
    ("shen", "沈专·演示", "SPEC_DOC", "CH00", "CARD"),
    ("song", "宋专·演示", "SPEC_DOC", "CH00", "CARD"),
    ("ke", "柯任·演示", "DEPT_HEAD", "CH00", "CARD"),
    ("yi", "易务·演示", "MED_DIR", "CH00", None),
    ("fu", "傅管·演示", "VP_MED", "CH00", None),
    ("yuan", "袁长·演示", "PRESIDENT", "CH00", None),
    ("it", "艾维·演示", "IT_ADMIN", "CH00", None),
    ("jiu", "旧医·演示", "BR_GP", "CH09", None),
)
"""Login, name, post, institution and department of everybody; a login is the staff number too."""


def bpmn(*processes: str, extra: str = "") -> bytes:
    """A BPMN file with these processes; `extra` stands before them, for messages, signals and collaborations."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:liandong="urn:liandong:bpmn:1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'targetNamespace="t">{extra}{"".join(processes)}</definitions>'
    ).encode()


def process(key: str, *elements: str, flows: str = "", extensions: str = "", name: str = "") -> str:
    """An executable process; `flows` are written as in `flow_xml`."""
    inner = f"<extensionElements>{extensions}</extensionElements>" if extensions else ""
    content = inner + "".join(elements) + flow_xml(flows)
    return f'<process id="{key}" name={quoteattr(name or key)} isExecutable="true">{content}</process>'


def flow_xml(text: str) -> str:
    """Sequence flows, separated by commas or lines: `a > b > c`, or with a condition `a > b if x == 1`."""
    found = []
    for line in filter(None, (part.strip() for part in text.replace("\n", ",").split(","))):
        path, _, condition = line.partition(" if ")
        stops = [stop.strip() for stop in path.split(">")]
        test = f"<conditionExpression>${{{condition.replace('<', '&lt;')}}}</conditionExpression>" if condition else ""
        found += [
            f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{test}</sequenceFlow>'
            for source, target in itertools.pairwise(stops)
        ]
    return "".join(found)


def user_task(key: str, *extensions: str, post: str | None = None, at: str | None = None, body: str = "", mode: str = "") -> str:
    """A user task for a post at an institution (default: the owner's), or as the extension elements say."""
    where = f" institution={quoteattr(at)}" if at else ""
    rule = f'<liandong:assign rule="post" post="{post}"{where}/>' if post else ""
    asked = f'<liandong:approval mode="{mode}"/>' if mode else ""
    inner = f"<extensionElements>{asked}{rule}{''.join(extensions)}</extensionElements>"
    return f'<userTask id="{key}" name="{key}">{inner}{body}</userTask>'


@contextmanager
def hooked(hook: faults.Hook) -> Iterator[None]:
    """Has `hook` called at every fault point of `engine.store.faults` within the block."""
    faults.install(hook)
    try:
        yield
    finally:
        faults.remove(hook)


class County:
    """One engine on one database, and the people of a small county."""

    def __init__(self, url: str, *, clock: VirtualClock | None = None, database: Database | None = None, **settings: Any) -> None:
        """Opens the database at `url`, which has the newest schema; `settings` are those of `Config`.

        A `database` that was opened before spares SQLAlchemy the work of compiling every statement anew.
        """
        self.url = url
        self.settings = settings
        self.clock = clock or VirtualClock(BEGINNING)
        self._database = database
        self.engine = self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Closes the database."""
        self.engine.close()

    def another(self) -> County:
        """A second node on the same database, with the same clock."""
        return County(self.url, clock=self.clock, **self.settings)

    def restart(self) -> None:
        """Drops the engine with all it has cached, and builds a new one from the store."""
        self.engine.close()
        self.engine = self._open()

    def settle(self) -> None:
        """Brings the institutions and the people in."""
        commands: list[Command[Any]] = [PutDefaultPosts()]
        for code, name, kind in INSTITUTIONS:
            commands.append(PutInstitution(code=code, name=name, type=kind, parent=None if code == "CH00" else "CH00"))
            until = date(2025, 12, 31) if code == FORMER_MEMBER else None
            commands.append(PutMembership(institution=code, from_date=SINCE, to_date=until))
        commands.append(PutDepartment(institution="CH00", code="CARD", name="心内科"))
        for login, name, post, institution, department in PEOPLE:
            commands.append(PutPerson(staff_number=login, name=name))
            chair = Appoint(person=login, post=post, institution=institution, department=department, from_date=SINCE)
            commands.append(chair)
        self.execute(PutTogether(commands=tuple(commands)))

    def execute(self, command: Command[R], actor: Actor = SYSTEM, *, key: str | None = None) -> R:
        """Carries out a command, as the system unless an actor is given."""
        return self.engine.execute(command, actor, idempotency_key=key)

    def deploy(self, *files: bytes, name: str = "test", **resources: bytes | str) -> Deployed:
        """Deploys BPMN files, and other resources by name with `__` for the dot: `slip__form__json=…`."""
        named = {f"model{number}.bpmn": content for number, content in enumerate(files)}
        for resource, content in resources.items():
            named[resource.replace("__", ".")] = content.encode() if isinstance(content, str) else content
        return self.execute(Deploy(name=name, resources=named))

    def run(self, process_key: str, /, at: str | None = "CH01", **variables: Any) -> CaseView:
        """Starts an instance as the system, owned by institution `at`."""
        done = self.execute(RunInstance(process_key=process_key, variables=variables, institution=at))
        return self.case(done.instance)

    def case(self, instance: UUID | None) -> CaseView:
        """The case of that id."""
        return CaseView(self, cast(UUID, instance))

    def cases(self, process_key: str | None = None) -> list[CaseView]:
        """Every case, the oldest first, or those of one process."""
        table = ProcessInstance
        found = [self.case(row.id) for row in self.rows(select(table.id).order_by(table.key))]
        return [case for case in found if process_key in (None, case.process_key)]

    def definition(self, instance: UUID) -> ProcessModel:
        """The process model that an instance runs on."""
        key = self.scalar(select(ProcessInstance.definition).where(ProcessInstance.id == instance))
        return Definitions(self.engine.database).model(key)

    def person(self, login: str, *rights: str) -> Someone:
        """Somebody of `PEOPLE`, with system rights when they are given."""
        row = self.row(select(Person.key, Person.id, Person.name).where(Person.staff_number == login))
        return Someone(self, login, row.id, Actor(person=row.key, name=row.name, rights=frozenset(rights)))

    def send(self, name: str, *, key: str | None = None, **more: Any) -> Done:
        """Hands a message in as another system."""
        return self.execute(SendMessage(name=name, **more), key=key)

    def signal(self, name: str) -> None:
        """Broadcasts a signal, and carries out what it sets off."""
        self.execute(BroadcastSignal(name=name))
        self.work()

    def take_jobs(self, worker: str = "worker-1", limit: int = 20) -> tuple[ClaimedJob, ...]:
        """Takes due jobs under a lease."""
        return self.execute(ClaimJobs(worker=worker, limit=limit))

    def carry_out(self, job: ClaimedJob) -> None:
        """Carries out a job that was taken, and notes its failure."""
        carry_out(self.engine, job)

    def work(self, worker: str = "worker-1") -> int:
        """Carries out every job that is due now, as a worker does, and returns how many were tried."""
        return work_off(self.engine, worker)

    def pass_time(self, term: str | timedelta) -> None:
        """Moves the clock by an ISO 8601 duration, stops wherever a job falls due, and carries it out there."""
        now = self.clock.now()
        target = now + term if isinstance(term, timedelta) else due(now, term, CLIN, published_days()).at
        pass_time(self.engine, self.clock, target, self.work)

    def rows(self, statement: Any) -> list[Row[Any]]:
        """What a statement finds."""
        with self.engine.database.reading() as connection:
            return list(connection.execute(statement).all())

    def row(self, statement: Any) -> Row[Any]:
        """The one row that a statement finds."""
        (found,) = self.rows(statement)
        return found

    def scalar(self, statement: Any) -> Any:
        """The first value of the one row that a statement finds."""
        return self.row(statement)[0]

    def institution(self, code: str) -> int:
        """Key of an institution."""
        return int(self.scalar(select(Institution.key).where(Institution.code == code)))

    def incidents(self, state: Literal["open", "resolved"] = "open") -> list[Row[Any]]:
        """The incidents, the oldest first."""
        columns = (Incident.id, Incident.code, Incident.element, Incident.message, Incident.instance)
        return self.rows(select(*columns).where(Incident.state == state).order_by(Incident.key))

    def _open(self) -> Engine:
        config = Config(database_url=self.url, **self.settings)
        return Engine(config, clock=self.clock, lease_clock=self.clock, database=self._database)


class Someone:
    """A person who acts. Tasks are given by id, or as the row that `CaseView.task` returns."""

    def __init__(self, county: County, login: str, id: UUID, actor: Actor) -> None:
        self._county = county
        self.login = login
        self.id = id
        self.actor = actor

    @property
    def key(self) -> int:
        """Key of the person's row."""
        return cast(int, self.actor.person)

    @property
    def chair(self) -> Row[Any]:
        """Key and id of the person's first appointment."""
        chairs = select(Appointment.key, Appointment.id).where(Appointment.person == self.key).order_by(Appointment.key)
        return self._county.rows(chairs)[0]

    def on(self, county: County) -> Someone:
        """The same person at another node."""
        return Someone(county, self.login, self.id, self.actor)

    def do(self, command: Command[R], *, key: str | None = None) -> R:
        """Carries out a command as this person."""
        return self._county.execute(command, self.actor, key=key)

    def start(self, process_key: str, *, key: str | None = None) -> CaseView:
        """Starts a process by hand, in the first chair."""
        done = self.do(StartInstance(process_key=process_key, capacity=self.chair.id), key=key)
        return self._county.case(done.instance)

    def claim(self, task: TaskName, *, revision: int | None = None, key: str | None = None) -> Done:
        """Takes an offered task."""
        return self.do(ClaimTask(task=_id(task), revision=revision), key=key)

    def unclaim(self, task: TaskName, reason: str, *, revision: int | None = None) -> Done:
        """Gives a claimed task back."""
        return self.do(UnclaimTask(task=_id(task), reason=reason, revision=revision))

    def complete(
        self,
        task: TaskName,
        outcome: str = "done",
        data: Mapping[str, Any] | None = None,
        *,
        opinion: str | None = None,
        revision: int | None = None,
        key: str | None = None,
    ) -> Done:
        """Decides a task."""
        command = CompleteTask(task=_id(task), outcome=outcome, data=data or {}, opinion=opinion, revision=revision)
        return self.do(command, key=key)

    def draft(self, task: TaskName, data: Mapping[str, Any], opinion: str | None = None) -> Done:
        """Saves what was typed into a task."""
        return self.do(SaveDraft(task=_id(task), data=data, opinion=opinion))

    def reassign(self, task: TaskName, to: Someone, reason: str = "值班调整") -> Done:
        """Gives a task to somebody else."""
        return self.do(ReassignTask(task=_id(task), person=to.id, reason=reason))

    def box(self, box: Box = "todo") -> list[str]:
        """The names of the tasks in one of the person's boxes, sorted."""
        page = self._county.engine.query(SearchTasks(box=box), self.actor)
        return sorted(row.name for row in page.items)


class CaseView:
    """One process instance, read from the tables whenever it is asked."""

    def __init__(self, county: County, id: UUID) -> None:
        self._county = county
        self.id = id
        self.key = int(county.scalar(select(ProcessInstance.key).where(ProcessInstance.id == id)))

    @property
    def row(self) -> Row[Any]:
        """The instance's row."""
        return self._county.row(select(*ProcessInstance.__table__.columns).where(ProcessInstance.key == self.key))

    @property
    def state(self) -> str:
        """`active`, `completed`, `terminated` or `cancelled`."""
        return str(self.row.state)

    @property
    def revision(self) -> int:
        """Number of the newest revision."""
        return int(self.row.revision)

    @property
    def process_key(self) -> str:
        """Id of the process in its model."""
        found = select(ProcessDefinition.process_id).where(ProcessDefinition.key == self.row.definition)
        return str(self._county.scalar(found))

    @property
    def open(self) -> list[str]:
        """Elements of the open tasks, sorted."""
        return sorted(seat.element for seat in self.seats() if seat.state in ("open", "claimed"))

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the instance's own scope."""
        statement = select(Variable.name, Variable.value).where(Variable.scope == self.row.root_scope)
        return {row.name: row.value for row in self._county.rows(statement)}

    def seats(self, element: str | None = None) -> list[Row[Any]]:
        """Every task the case ever had, the oldest first, or those of one element; with `resolved` of its round."""
        columns = (*Seat.__table__.columns, Round.resolved, Round.token, Round.number)
        statement = select(*columns).join(Round, Round.key == Seat.round).where(Seat.instance == self.key)
        if element is not None:
            statement = statement.where(Seat.element == element)
        return self._county.rows(statement.order_by(Seat.key))

    def task(self, element: str, nth: int = 0) -> Row[Any]:
        """The nth open task of an element."""
        return [seat for seat in self.seats(element) if seat.state in ("open", "claimed")][nth]


TaskName = UUID | Row[Any]


def _id(task: TaskName) -> UUID:
    return task if isinstance(task, UUID) else task.id
