"""What must hold of a store at any time, asked of the tables and not of the engine.

I1 what was answered under a key is there, I2 no effect twice under one key, I3 one completion a task by one person, I4
one audit entry a revision, I5 no instance that waits for nothing, I6 a job runs only under a lease, I7 the people's side
agrees with the tokens, I8 counted tokens are there, I9 the audit chain, I12 an instance is active exactly while it has
tokens. I10, the same rows before and after a restart, compares two `live_dump`s.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, bindparam, select

from engine.store.base import FAR, dump_json
from engine.store.database import Database
from engine.store.prepared import Prepared, ask
from engine.store.references import dangling
from engine.store.tables import (
    AuditEntry,
    Candidate,
    Compensation,
    Draft,
    ExternalTask,
    History,
    IdempotencyKey,
    Incident,
    Job,
    Message,
    Participant,
    ProcessInstance,
    Round,
    Rung,
    Scope,
    Seat,
    Subscription,
    Token,
    Variable,
)
from engine.store.tables.task import LAST_RANK, URGENCY_RANKS

LIVE = ("waiting", "open", "claimed")
ACTING = ("open", "claimed")
Row = Any
TABLES = (
    ProcessInstance,
    Seat,
    Round,
    Token,
    Scope,
    Subscription,
    Job,
    Incident,
    Message,
    ExternalTask,
    History,
    AuditEntry,
    Rung,
    Candidate,
    Participant,
    Draft,
    IdempotencyKey,
)
_OF_SEATS = (Rung, Candidate, Draft)


def _of_case(table: Any) -> Prepared:
    """The rows of a table that belong to one case; none of a table that knows no cases."""
    key = bindparam("instance", type_=BigInteger())
    rows = select(*table.__table__.columns)
    if table in _OF_SEATS:
        return Prepared(rows.join(Seat, Seat.key == table.seat).where(Seat.instance == key))
    if table is ProcessInstance:
        return Prepared(rows.where(ProcessInstance.key == key))
    return Prepared(rows.where(table.instance == key) if hasattr(table, "instance") else rows.where(key.is_(None)))


ALL = {table: Prepared(select(*table.__table__.columns)) for table in TABLES}
OF_CASE = {table: _of_case(table) for table in TABLES}


class _Store:
    """The rows of the tables that are compared."""

    def __init__(self, rows: Mapping[Any, Sequence[Row]]) -> None:
        self.instances = rows[ProcessInstance]
        self.seats = rows[Seat]
        self.rounds = rows[Round]
        self.tokens = rows[Token]
        self.scopes = rows[Scope]
        self.subscriptions = rows[Subscription]
        self.jobs = rows[Job]
        self.incidents = rows[Incident]
        self.messages = rows[Message]
        self.external_tasks = rows[ExternalTask]
        self.history = rows[History]
        self.audit = rows[AuditEntry]
        self.rungs = rows[Rung]
        self.candidates = rows[Candidate]
        self.participants = rows[Participant]
        self.drafts = rows[Draft]
        self.answers = rows[IdempotencyKey]


def violations(database: Database) -> list[str]:
    """Every invariant that does not hold, with what breaks it."""
    with database.reading() as connection:
        found = ask(connection, *(statement.question() for statement in ALL.values()))
        lost = [f"{number} rows of {column} refer to nothing" for column, number in dangling(connection).items()]
    store = _Store(dict(zip(ALL, found, strict=True)))
    return [*(broken for check in CHECKS for broken in check(store)), *lost]


def violations_of_case(database: Database, instance: int) -> list[str]:
    """Every invariant that does not hold for one instance, given by its key, which no other one has called or calls."""
    with database.reading() as connection:
        found = ask(connection, *(statement.question(instance=instance) for statement in OF_CASE.values()))
    store = _Store(dict(zip(OF_CASE, found, strict=True)))
    return [broken for check in CHECKS for broken in check(store)]


def live_dump(database: Database) -> dict[str, list[Any]]:
    """The live rows of all instances in one canonical form (I10); wall-clock columns and keys included."""
    tables = (
        ProcessInstance,
        Scope,
        Token,
        Variable,
        Subscription,
        Compensation,
        Seat,
        Round,
        Candidate,
        Rung,
        Job,
        ExternalTask,
        Message,
    )
    with database.reading() as connection:
        return {
            table.__tablename__: sorted(repr(tuple(row)) for row in connection.execute(select(*table.__table__.columns)))
            for table in tables
        }


def _one_completion(store: _Store) -> Iterator[str]:
    completed = Counter(row.data["task"] for row in store.history if row.kind in ("task-completed", "task-returned"))
    for seat in store.seats:
        if seat.state == "completed" and (seat.ended_by is None) != (seat.assignee is None):
            yield f"I3 task {seat.element} is completed by {seat.ended_by}, it was {seat.assignee}'s"
        wanted = 1 if seat.state == "completed" else 0
        if completed[str(seat.id)] != wanted:
            yield f"I3 task {seat.element} is {seat.state} and has {completed[str(seat.id)]} completions"


def _one_entry_a_revision(store: _Store) -> Iterator[str]:
    entries, notes = defaultdict(list), defaultdict(list)
    for entry in store.audit:
        entries[entry.instance].append(entry.revision)
    for row in store.history:
        notes[row.instance].append(row)
    for instance in store.instances:
        found = sorted(entries[instance.key])
        if found != list(range(1, instance.revision + 1)):
            yield f"I4 instance {instance.key} at revision {instance.revision} has audit entries {found}"
        later = [row.kind for row in notes[instance.key] if not 1 <= row.revision <= instance.revision]
        if later:
            yield f"I4 instance {instance.key} at revision {instance.revision} has history beyond it: {later}"
    known = {instance.key for instance in store.instances}
    for entry in store.audit:
        if entry.instance is not None and entry.instance not in known:
            yield f"I4 an audit entry speaks of instance {entry.instance}, which is not there"


def _somebody_moves_it(store: _Store) -> Iterator[str]:
    waiting = {row.instance for row in store.seats if row.state in ACTING} | {row.instance for row in store.subscriptions}
    waiting |= {row.instance for row in store.jobs if row.state != "failed"}
    waiting |= {row.instance for row in store.incidents if row.state == "open"}
    waiting |= {row.instance for row in store.external_tasks if row.state == "open"}
    # An open subprocess without a token is ad hoc: it waits for somebody to start one of its activities.
    waiting |= {row.instance for row in store.scopes if row.kind == "subprocess" and row.live == 0}
    for instance in store.instances:
        if instance.state == "active" and instance.key not in waiting:
            yield f"I5 instance {instance.key} is active and waits for nothing"


def _timers_have_jobs(store: _Store) -> Iterator[str]:
    timers = Counter(row.key for row in store.subscriptions if row.kind == "timer" and row.due is not None)
    jobs = Counter(row.subject for row in store.jobs if row.kind == "timer")
    if timers != jobs:
        yield f"I5 timer subscriptions {dict(timers)} have jobs {dict(jobs)}"
    stopped = {row.key for row in store.seats if row.paused_at is not None}
    climbing = Counter({row.seat: 1 for row in store.rungs if row.done_at is None and row.seat not in stopped})
    rungs = Counter(row.subject for row in store.jobs if row.kind == "rung")
    if climbing != rungs:
        yield f"I5 seats with a ladder {dict(climbing)} have jobs {dict(rungs)}"


def _messages_have_jobs(store: _Store) -> Iterator[str]:
    jobs = Counter(row.subject for row in store.jobs if row.kind == "message")
    for message in store.messages:
        if message.state in ("sent", "waiting") and not jobs[message.key]:
            yield f"I5 message {message.name} is {message.state} and has no job"
        if jobs[message.key] > 2:
            yield f"I5 message {message.name} has {jobs[message.key]} jobs"


def _seats_agree_with_rounds(store: _Store) -> Iterator[str]:
    rounds = {row.key: row for row in store.rounds}
    acting = Counter(seat.round for seat in store.seats if seat.state in ACTING)
    for seat in store.seats:
        round_ = rounds[seat.round]
        if seat.state in LIVE and round_.state != "open":
            yield f"I7 task {seat.element} is {seat.state}, its round {round_.state}"
        if seat.state not in LIVE and round_.state == "open" and not round_.several:
            yield f"I7 task {seat.element} is {seat.state}, its round is open"
        if (seat.state == "closed") != (seat.ending not in (None, "retaken")):
            yield f"I7 task {seat.element} is {seat.state} and ended as {seat.ending}"
        if seat.paused_at is not None and seat.state not in ("waiting", "closed"):
            yield f"I7 task {seat.element} is {seat.state} and its clock stands still"
        if seat.state != "completed" and seat.vote is not None:
            yield f"I7 task {seat.element} is {seat.state} and has vote {seat.vote}"
    for round_ in store.rounds:
        if round_.state == "open" and not acting[round_.key]:
            yield f"I7 round {round_.key} is open and nobody is asked"


def _work_agrees_with_tokens(store: _Store) -> Iterator[str]:
    offered = sorted(row.token for row in store.external_tasks)
    wanted = sorted(row.key for row in store.tokens if row.internal.get("external"))
    if offered != wanted:
        yield f"I7 tokens that wait for other systems {wanted}, external tasks {offered}"
    stopped = sorted(row.token for row in store.external_tasks if row.state == "failed")
    failed = sorted(row.key for row in store.tokens if row.internal.get("external") and row.state == "error")
    if stopped != failed:
        yield f"I7 tokens stopped at other systems {failed}, failed external tasks {stopped}"
    continuing = sorted(row.subject for row in store.jobs if row.kind == "continue")
    paused = sorted(row.key for row in store.tokens if row.internal.get("async"))
    if continuing != paused:
        yield f"I5 tokens between transactions {paused}, jobs that continue them {continuing}"


def _people_agree_with_tokens(store: _Store) -> Iterator[str]:
    ready = sorted(row.key for row in store.tokens if row.state == "ready")
    asked = sorted(row.token for row in store.rounds if row.state == "open")
    if ready != asked:
        yield f"I7 tokens ready {ready}, open rounds {asked}"
    live = {row.key for row in store.seats if row.state in LIVE}
    climbing = {row.key for row in store.seats if row.state in ACTING or (row.state == "waiting" and row.paused_at)}
    for name, rows in (("candidate", store.candidates), ("draft", store.drafts)):
        if left := {row.seat for row in rows} - live:
            yield f"I7 ended tasks {left} have a {name}"
    if left := {row.seat for row in store.rungs if row.done_at is None} - climbing:
        yield f"I7 ended tasks {left} have a ladder"
    offered = {row.seat for row in store.candidates}
    for seat in store.seats:
        if seat.state == "open" and seat.key not in offered:
            yield f"I7 task {seat.element} is open and offered to nobody"


def _offers_follow(store: _Store) -> Iterator[str]:
    seats = {row.key: row for row in store.seats}
    urgency = {row.key: row.urgency for row in store.instances}
    sight = {(row.instance, row.institution): row.until or FAR for row in store.participants}
    for row in store.candidates:
        seat = seats[row.seat]
        rank = URGENCY_RANKS.get(urgency[seat.instance] or "", LAST_RANK)
        until = sight.get((seat.instance, row.institution))
        expected = (seat.instance, seat.state, rank, seat.due_at or FAR, seat.soon_at, until)
        if (found := (row.instance, row.state, row.rank, row.due_at, row.soon_at, row.sight_until)) != expected:
            yield f"I7 task {seat.element} is offered as {found}, it is {expected}"
        if row.principal.startswith("post:") != (row.institution is not None):
            yield f"I7 task {seat.element} is offered to {row.principal} in institution {row.institution}"


def _tokens_are_counted(store: _Store) -> Iterator[str]:
    living = {row.key for row in store.instances if row.state == "active"}
    for row in (*store.tokens, *store.subscriptions):
        if row.instance not in living:
            yield f"I8 ended instance {row.instance} has a row at {row.element}"
    for scope in store.scopes:
        if scope.kind in ("seat", "collection"):
            continue
        inside = Counter(row.element for row in store.tokens if row.scope == scope.key and row.parent is None)
        every = Counter(row.element for row in store.tokens if row.scope == scope.key)
        if scope.live not in (inside.total(), every.total()):
            yield f"I8 scope {scope.key} counts {scope.live} tokens, there are {dict(every)}"
    keys = {row.key for row in store.scopes}
    for token in store.tokens:
        if token.scope not in keys:
            yield f"I8 token {token.key} at {token.element} is in no scope"


def _chain_holds(store: _Store) -> Iterator[str]:
    """Recomputed here from the columns, so that the engine's own check is not asked about itself."""
    left_out = {"key", "hash", "previous_hash", "at"}
    names = [column.name for column in AuditEntry.__table__.columns if column.name not in left_out]
    for instance in store.instances:
        head = "0" * 64
        for entry in sorted((row for row in store.audit if row.instance == instance.key), key=lambda row: row.revision):
            content = {**{name: getattr(entry, name) for name in names}, "at": entry.at.isoformat()}
            if entry.previous_hash != head or entry.hash != hashlib.sha256((head + dump_json(content)).encode()).hexdigest():
                yield f"I9 the audit chain of instance {instance.key} breaks at revision {entry.revision}"
            head = entry.hash
        if head != instance.audit_hash:
            yield f"I9 the audit chain of instance {instance.key} does not end at the instance's head"


def _answers_are_kept(store: _Store) -> Iterator[str]:
    """An answer names the rows that its command left; they commit together or not at all."""
    known = {
        "instance": {str(row.id) for row in store.instances},
        "task": {str(row.id) for row in store.seats},
        "message": {str(row.id) for row in store.messages},
    }
    for row in store.answers:
        if row.result["type"] != "Done":
            continue
        for kind, ids in known.items():
            named = row.result["answer"].get(kind)
            if named is not None and named not in ids:
                yield f"I1 key {row.key} was answered with {kind} {named}, which is not there"


def _nothing_twice(store: _Store) -> Iterator[str]:
    """A visit of an element has one piece of outside work, and a message is received once."""
    keys = Counter((row.instance, row.element, row.occurrence) for row in store.external_tasks)
    received = Counter(row.data["message"] for row in store.history if row.kind == "message-received" and "message" in row.data)
    for name, counted in (("work for other systems", keys), ("message", received)):
        if twice := [key for key, number in counted.items() if number > 1]:
            yield f"I2 {name} {twice} is there more than once"


def _leases_hold(store: _Store) -> Iterator[str]:
    for job in store.jobs:
        leased = job.worker is not None and job.lease_until is not None and job.fence > 0 and job.attempts > 0
        if (job.state == "running") != leased:
            yield f"I6 job {job.kind} is {job.state}, worker {job.worker}, lease {job.lease_until}, {job.attempts} attempts"


def _active_while_it_has_tokens(store: _Store) -> Iterator[str]:
    alive = {row.instance for row in store.tokens}
    for instance in store.instances:
        if (instance.state == "active") != (instance.key in alive):
            yield f"I12 instance {instance.key} is {instance.state}, {'with' if instance.key in alive else 'without'} tokens"


CHECKS = (
    _answers_are_kept,
    _nothing_twice,
    _leases_hold,
    _active_while_it_has_tokens,
    _one_completion,
    _one_entry_a_revision,
    _somebody_moves_it,
    _timers_have_jobs,
    _messages_have_jobs,
    _people_agree_with_tokens,
    _offers_follow,
    _seats_agree_with_rounds,
    _work_agrees_with_tokens,
    _tokens_are_counted,
    _chain_holds,
)


def names(rows: Iterable[Row]) -> list[str]:
    """The kinds of history rows, in their order."""
    return [row.kind for row in rows]
