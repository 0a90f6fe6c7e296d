"""Random unstructured nets of tasks, exclusive and parallel gateways, with cycles and tokens in excess, and the token game."""

from __future__ import annotations

from collections import Counter, defaultdict
from random import Random

LIMIT = 80
_TAGS = {"task": "userTask", "xor": "exclusiveGateway", "and": "parallelGateway"}


class Net:
    """A net and the tokens on its flows. Nodes are numbers; node 0 comes after the start event."""

    def __init__(self, seed: int) -> None:
        random = Random(seed)
        count = random.randint(4, 10)
        self.kinds = {node: random.choice(["task", "task", "xor", "and"]) for node in range(count)}
        self.flows: list[tuple[str, int, int]] = []
        for node, kind in self.kinds.items():
            for _ in range(random.choice([0, 1, 1, 2] if kind == "task" else [1, 1, 2, 2, 3])):
                back = random.random() < 0.25
                target = random.randrange(count) if back else random.randint(min(node + 1, count - 1), count - 1)
                if target != node and not any((a, b) == (node, target) for _, a, b in self.flows):
                    self.flows.append((f"f{len(self.flows)}", node, target))
        self.variables = {f"c{node}": random.randrange(10) for node in self.kinds}
        self.into: dict[int, list[str]] = defaultdict(list)
        self.out: dict[int, list[str]] = defaultdict(list)
        self.target = {name: b for name, _, b in self.flows} | {"start": 0}
        for name, a, b in self.flows:
            self.into[b].append(name)
            self.out[a].append(name)
        self.usable = not self.into[0]
        self.into[0] = ["start"]
        self.tokens: Counter[str] = Counter({"start": 1})
        self.open: Counter[int] = Counter()

    def xml(self) -> str:
        """The net as BPMN."""
        nodes = "".join(f'<{_TAGS[kind]} id="n{node}"/>' for node, kind in self.kinds.items())
        start = '<startEvent id="s"/><sequenceFlow id="start" sourceRef="s" targetRef="n0"/>'
        return start + nodes + "".join(self._flow(*flow) for flow in self.flows)

    def _flow(self, name: str, source: int, target: int) -> str:
        ways, condition = self.out[source], ""
        if self.kinds[source] == "xor" and len(ways) > 1:
            text = f"c{source} % {len(ways)} == {ways.index(name)}"
            condition = f"<conditionExpression>{text}</conditionExpression>"
        return f'<sequenceFlow id="{name}" sourceRef="n{source}" targetRef="n{target}">{condition}</sequenceFlow>'

    def settle(self) -> bool:
        """Plays until nothing moves by itself. False when the net grows without end."""
        for _ in range(400):
            moved = [self._move(name) for name in [flow for flow, count in self.tokens.items() if count]]
            if not any(moved):
                return True
            if self.tokens.total() > LIMIT or self.open.total() > LIMIT:
                return False
        return False

    def complete(self, node: int) -> None:
        """An open task is done."""
        self.open[node] -= 1
        self._put(self.out[node])

    def _move(self, flow: str) -> bool:
        node = self.target[flow]
        kind = self.kinds[node]
        if not self.tokens[flow] or (kind == "and" and not all(self.tokens[name] for name in self.into[node])):
            return False
        for name in self.into[node] if kind == "and" else [flow]:
            self.tokens[name] -= 1
        if kind == "task":
            self.open[node] += 1
        elif kind == "and":
            self._put(self.out[node])
        elif self.out[node]:
            self._put([self.out[node][self.variables[f"c{node}"] % len(self.out[node])]])
        return True

    def _put(self, flows: list[str]) -> None:
        for name in flows:
            self.tokens[name] += 1
