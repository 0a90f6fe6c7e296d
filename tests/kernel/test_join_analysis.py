"""Joins that never go on, that may wait for ever, and tokens that pile up; checked against the token game on random nets."""

from __future__ import annotations

from random import Random

import pytest

from tests.kernel.analysis import START, analysed, nodes, told
from tests.kernel.nets import Net
from tests.kernel.world import flows

XOR = '<exclusiveGateway id="x" default="f_x_b"/>'


def test_a_parallel_join_of_alternatives_never_fires() -> None:
    ways = flows("s>x", "x>a if starter == 'a'", "x>b", "a>j", "b>j", "j>e")
    body = START + XOR + nodes("userTask", "a", "b") + nodes("parallelGateway", "j") + nodes("endEvent", "e")
    assert told(body + ways) == {("error", "join-never", "j")}


def test_a_parallel_join_of_a_parallel_split_is_fine() -> None:
    ways = flows("s>f", "f>a", "f>b", "a>j", "b>j", "j>e")
    body = START + nodes("parallelGateway", "f", "j") + nodes("userTask", "a", "b") + nodes("endEvent", "e")
    assert told(body + ways) == set()


def test_a_parallel_join_of_optional_branches_may_wait() -> None:
    ways = flows("s>f", "f>a if starter == 'a'", "f>b", "a>j", "b>j", "j>e")
    body = START + '<inclusiveGateway id="f"/>' + nodes("userTask", "a", "b") + nodes("parallelGateway", "j")
    assert told(body + nodes("endEvent", "e") + ways) == {("warning", "join-may-wait", "j")}
    assert told(body.replace("parallelGateway", "inclusiveGateway") + nodes("endEvent", "e") + ways) == set()


def test_a_join_behind_one_that_never_fires_is_not_blamed() -> None:
    ways = flows("s>x", "x>a if starter == 'a'", "x>b", "a>j", "b>j", "j>k", "j>k2", "k>l", "k2>l")
    body = START + XOR + nodes("userTask", "a", "b", "k", "k2") + nodes("parallelGateway", "j", "l")
    assert told(body + ways) == {("error", "join-never", "j")}


def test_a_branch_cut_off_by_a_timer_may_be_missing_at_the_join() -> None:
    timer = '<boundaryEvent id="t" attachedToRef="a"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
    border = timer + "</timerEventDefinition></boundaryEvent>"
    ways = flows("s>f", "f>a", "f>b", "a>j", "b>j", "j>e", "t>e2")
    body = START + nodes("parallelGateway", "f", "j") + nodes("userTask", "a", "b") + nodes("endEvent", "e", "e2") + border
    assert told(body + ways) == {("warning", "join-may-wait", "j")}
    assert (
        told(body.replace("f_t_e2", "") + flows(*["s>f", "f>a", "f>b", "a>j", "b>j", "j>e", "t>k"]) + nodes("task", "k")) != set()
    )


def test_what_ends_a_scope_that_stands_still_is_taken_into_account() -> None:
    inner = nodes("startEvent", "i") + '<inclusiveGateway id="f"/>' + nodes("userTask", "a", "b") + nodes("parallelGateway", "j")
    inner += flows("i>f", "f>a if starter == 'a'", "f>b", "a>j", "b>j")
    timer = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
    border = f'<boundaryEvent id="t" attachedToRef="sub">{timer}</boundaryEvent>'
    body = f'{START}<subProcess id="sub">{inner}</subProcess>' + flows("s>sub")
    assert told(body) == {("warning", "join-may-wait", "j")}
    assert told(body + border) == set()


def test_a_fork_that_leads_back_piles_up_tokens() -> None:
    ways = flows("s>m", "m>a", "a>f", "f>m", "f>b")
    body = START + nodes("exclusiveGateway", "m") + nodes("userTask", "a", "b") + nodes("parallelGateway", "f")
    assert [(f.level, f.code) for f in analysed(body + ways)] == [("warning", "token-explosion")]


def test_a_large_net_ends_within_its_limit() -> None:
    names = [f"x{number}" for number in range(40)]
    body = START + nodes("parallelGateway", "f", "j")
    ways = ["s>f"]
    for name in names:
        body += f'<exclusiveGateway id="{name}" default="f_{name}_{name}b"/>' + nodes("userTask", f"{name}a", f"{name}b")
        body += nodes("exclusiveGateway", f"{name}c")
        ways += [f"f>{name}", f"{name}>{name}a if starter == 'a'", f"{name}>{name}b", f"{name}a>{name}c", f"{name}b>{name}c"]
        ways.append(f"{name}c>j")
    assert told(body + flows(*ways)) == set()


@pytest.mark.models(300)
def test_the_analysis_agrees_with_the_token_game_on_random_nets(seeds: range) -> None:
    judged = stuck = 0
    for seed in seeds:
        net = Net(seed)
        if not net.usable:
            continue
        findings = [f for f in analysed(net.xml()) if f.code in ("join-never", "join-may-wait", "token-explosion")]
        never = {f.element for f in findings if f.code == "join-never"}
        known = {f.element for f in findings}
        grows = any(f.code == "token-explosion" for f in findings)
        for turn in range(12):
            fired, held = play(seed, turn)
            assert not never & fired, f"seed {seed}, turn {turn}: {never & fired} fired"
            if held is not None and not grows:
                assert held <= known, f"seed {seed}, turn {turn}: {held - known} holds tokens for ever"
                stuck += bool(held)
        judged += bool(never)
    assert judged > len(seeds) // 20
    assert stuck > len(seeds) // 20


def play(seed: int, turn: int) -> tuple[set[str], set[str] | None]:
    """One play with its own choices: the joins that fired, and those that hold tokens at the end, None when there is no end."""
    net, choose = Net(seed), Random(seed * 1_000 + turn)
    net.variables = {name: choose.randrange(12) for name in net.variables}
    fired: set[str] = set()

    def put(ways: list[str]) -> None:
        for name in ways:
            net.tokens[name] += 1
            source = next((a for flow, a, _ in net.flows if flow == name), None)
            if source is not None and net.kinds[source] == "and":
                fired.add(f"n{source}")

    net._put = put  # type: ignore[method-assign]
    for _ in range(60):
        if not net.settle():
            return fired, None
        open_tasks = sorted(+net.open)
        if not open_tasks:
            holding = {net.target[flow] for flow, count in net.tokens.items() if count}
            return fired, {f"n{node}" for node in holding if len(net.into[node]) > 1}
        net.complete(choose.choice(open_tasks))
    return fired, None
