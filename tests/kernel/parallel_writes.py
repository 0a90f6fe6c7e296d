"""Parallel branches that write at once, in any order: what must be in every scope, and in the history, afterwards.

A model is two or three branches behind a fork: tasks of the instance itself, of a subprocess that declares a draft, of a
process called with mappings, of the seats of a multi-instance subprocess. The reference knows of scopes and of nothing
else: a write goes to the nearest scope that has or declares the name, else to the nearest seat, called process or instance.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol

from hypothesis import HealthCheck, given, note, seed, settings
from hypothesis import strategies as st

from engine.store.base import dump_json, load_json

SEED = int(os.environ.get("LIANDONG_SEED", "0"))
KINDS = ("tasks", "subprocess", "call", "seats")
SEATS = 2
NAMES = ("shared", "过敏史", "draft_b0", "draft_b1", "result", "answer", "given")
_PLAIN_TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12)
_NUMBERS = st.one_of(
    st.integers(-(10**40), 10**40),
    st.decimals(-(10**20), 10**20, places=2),
    st.decimals(-1, 1, places=18),
    st.sampled_from([0, -1, 2**53 - 1, 2**53, 2**63, 10**19]),
)
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    _NUMBERS,
    _PLAIN_TEXT,
    st.dates().map(str),
    st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
    st.sampled_from(["", "药物过敏:青霉素", "null", "true", "1.50", "typename", "${shared}"]),
)
VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_PLAIN_TEXT, inner, max_size=3),
    max_leaves=5,
)
WRITES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4)
BRANCHES = st.lists(st.sampled_from(KINDS), min_size=2, max_size=3).map(tuple)
Place = tuple[str, ...]
"""A scope: its kind, the element that opened it, and the number of a seat. The instance's own is `("instance",)`."""
Key = tuple[str, int]
"""A task: its element, and the number of its seat or 0."""
Written = tuple[int, str | None, str]
"""One write in the history: the revision, the element that wrote, and the value as JSON."""
ROOT: Place = ("instance",)


def element(branch: str, kind: str) -> str:
    """The element `branch` that has two tasks, `<branch>1` and `<branch>2`, in a scope of its own."""
    inner = _two_tasks(branch)
    if kind == "subprocess":
        return f'<subProcess id="{branch}"><dataObject id="draft_{branch}"/>{inner}</subProcess>'
    if kind == "call":
        mapped = '<liandong:in name="given" value="${shared}"/><liandong:in name="result" value="${shared}"/>'
        mapped += f'<liandong:out name="got_{branch}" value="${{result}}"/>'
        extensions = f"<extensionElements>{mapped}</extensionElements>"
        return f'<callActivity id="{branch}" calledElement="called_{branch}">{extensions}</callActivity>'
    loop = (
        f"<multiInstanceLoopCharacteristics><loopCardinality>{SEATS}</loopCardinality><loopDataOutputRef>answers_{branch}"
        f'</loopDataOutputRef><outputDataItem id="answer_{branch}" name="answer"/></multiInstanceLoopCharacteristics>'
    )
    return f'<subProcess id="{branch}">{loop}{inner}</subProcess>'


def processes(key: str, kinds: Sequence[str]) -> str:
    """The process with its branches `b0`, `b1`…, and the processes that it calls."""
    body, called = '<startEvent id="s"/><parallelGateway id="g"/><parallelGateway id="j"/><userTask id="z"/>', ""
    body += _flows("s", "g") + _flows("j", "z")
    for number, kind in enumerate(kinds):
        branch = f"b{number}"
        if kind == "tasks":
            body += f'<userTask id="{branch}1"/><userTask id="{branch}2"/>' + _flows("g", f"{branch}1", f"{branch}2", "j")
            continue
        body += element(branch, kind) + _flows("g", branch, "j")
        if kind == "call":
            called += f'<process id="called_{branch}" isExecutable="true">{_two_tasks(branch)}</process>'
    return f'<process id="{key}" isExecutable="true">{body}</process>{called}'


def _two_tasks(branch: str) -> str:
    start, first, second, end = (f"{branch}{suffix}" for suffix in "s12e")
    elements = f'<startEvent id="{start}"/><userTask id="{first}"/><userTask id="{second}"/><endEvent id="{end}"/>'
    return elements + _flows(start, first, second, end)


def _flows(*stops: str) -> str:
    pairs = pairwise(stops)
    return "".join(f'<sequenceFlow id="f_{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairs)


class Run(Protocol):
    """What the branches run on. Nothing of it but its rows survives a step."""

    def start(self, kinds: Sequence[str], variables: Mapping[str, Any]) -> None: ...
    def complete(self, key: Key, variables: Mapping[str, Any]) -> None: ...
    def open(self) -> list[Key]: ...
    def scopes(self) -> dict[Place, dict[str, Any]]:
        """The variables of every scope, without what was decided at the tasks."""
        ...

    def history(self) -> dict[tuple[Place, str], list[Written]]:
        """Every write, in order, by scope and name."""
        ...


@dataclass
class _Scope:
    place: Place
    parent: _Scope | None
    keeps: bool
    declared: frozenset[str] = frozenset()
    values: dict[str, Any] = field(default_factory=dict)

    def home(self, name: str) -> _Scope:
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.values or name in scope.declared:
                return scope
            scope = scope.parent
        scope = self
        while not scope.keeps and scope.parent is not None:
            scope = scope.parent
        return scope

    def read(self, name: str) -> Any:
        found = self.home(name)
        return found.values.get(name)


class Reference:
    """The scopes of one run, the tasks that are open, and every write."""

    def __init__(self, kinds: Sequence[str], variables: Mapping[str, Any]) -> None:
        self.revision = 1
        self.root = _Scope(ROOT, None, keeps=True)
        self.scopes = {ROOT: self.root}
        self.history: dict[tuple[Place, str], list[Written]] = {}
        self.kinds = {f"b{number}": kind for number, kind in enumerate(kinds)}
        self.open: dict[Key, _Scope] = {}
        self.left = {branch: SEATS if kind == "seats" else 1 for branch, kind in self.kinds.items()}
        self.answers: dict[str, dict[int, Any]] = {branch: {} for branch in self.kinds}
        for name, value in variables.items():
            self._put(self.root, name, value, None)
        for branch, kind in self.kinds.items():
            self._enter(branch, kind)

    def _enter(self, branch: str, kind: str) -> None:
        if kind == "tasks":
            self.open[f"{branch}1", 0] = self.root
        for number in range(SEATS if kind == "seats" else 0):
            seat = self._scope(("seat", branch, str(number)), self.root, keeps=True)
            inner = self._scope(("subprocess", branch, str(number)), seat, keeps=False)
            self.open[f"{branch}1", number] = inner
        if kind == "subprocess":
            declared = frozenset({f"draft_{branch}"})
            self.open[f"{branch}1", 0] = self._scope(("subprocess", branch, "0"), self.root, keeps=False, declared=declared)
        if kind == "call":
            scope = self._scope(("call", branch, "0"), None, keeps=True)
            for name in ("given", "result"):
                self._put(scope, name, self.root.values["shared"], branch)
            self.open[f"{branch}1", 0] = scope

    def _scope(self, place: Place, parent: _Scope | None, *, keeps: bool, declared: frozenset[str] = frozenset()) -> _Scope:
        self.scopes[place] = _Scope(place, parent, keeps, declared)
        return self.scopes[place]

    def _put(self, scope: _Scope, name: str, value: Any, writer: str | None) -> None:
        scope.values[name] = value
        self.history.setdefault((scope.place, name), []).append((self.revision, writer, dump_json(value)))

    def complete(self, key: Key, variables: Mapping[str, Any]) -> None:
        self.revision += 1
        (element, seat), scope = key, self.open.pop(key)
        for name, value in variables.items():
            self._put(scope.home(name), name, value, element)
        branch = element[:-1]
        if element.endswith("1"):
            self.open[f"{branch}2", seat] = scope
            return
        if branch in self.kinds:
            self._leave(branch, seat, scope)
        if not any(self.left.values()) and branch in self.kinds:
            self.open["z", 0] = self.root

    def _leave(self, branch: str, seat: int, scope: _Scope) -> None:
        kind = self.kinds[branch]
        self.left[branch] -= 1
        if kind == "call":
            self._put(self.root, f"got_{branch}", scope.values["result"], branch)
        if kind == "seats":
            self.answers[branch][seat] = scope.read("answer")
            del self.scopes["seat", branch, str(seat)]
            if not self.left[branch]:
                self._put(self.root, f"answers_{branch}", [self.answers[branch][n] for n in range(SEATS)], branch)
        if scope is not self.root:
            del self.scopes[scope.place]

    def values(self) -> dict[Place, dict[str, Any]]:
        return {place: scope.values for place, scope in self.scopes.items()}


def place_of(row: Any, scopes: Mapping[int, Any], tokens: Mapping[int, str]) -> Place:
    """Where a scope's row is: `scopes` are all rows by key, `tokens` the elements of all tokens by key."""
    if row.kind == "instance":
        return ROOT
    seat, above = 0, row
    while above is not None:
        if above.kind == "seat":
            seat = above.flags["loopCounter"]
        above = None if above.parent is None else scopes[above.parent]
    return (row.kind, tokens[row.host], str(seat))


def of_people(name: str) -> bool:
    """Whether a variable is one of those that the tasks write, not a decision or a counter."""
    return name in NAMES or name.startswith(("got_", "answers_"))


def check_every_interleaving(run: Callable[[], Run], examples: int) -> None:
    """Plays `examples` runs of random branches, values and orders, and compares every scope after every step.

    The seed is `LIANDONG_SEED`; a failure prints it with the smallest run that fails.
    """

    @seed(SEED)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(kinds=BRANCHES, first=VALUES, data=st.data())
    def check(kinds: tuple[str, ...], first: Any, data: st.DataObject) -> None:
        note(f"seed {SEED}")
        _play(run(), kinds, first, data)

    check()


def _play(run: Run, kinds: tuple[str, ...], first: Any, data: st.DataObject) -> None:
    start = {"shared": first}
    run.start(kinds, start)
    reference = Reference(kinds, start)
    _compare(run, reference)
    while reference.open:
        key = data.draw(st.sampled_from(sorted(reference.open)), label="next")
        written = {} if key[0] == "z" else data.draw(WRITES, label="writes")
        reference.complete(key, written)
        run.complete(key, load_json(dump_json(written)))
        if reference.open:
            _compare(run, reference)
    assert run.open() == []
    assert run.history() == reference.history


def _compare(run: Run, reference: Reference) -> None:
    assert sorted(run.open()) == sorted(reference.open)
    expected = reference.values()
    found = run.scopes()
    assert {place: dump_json(values) for place, values in found.items()} == {
        place: dump_json(values) for place, values in expected.items()
    }
