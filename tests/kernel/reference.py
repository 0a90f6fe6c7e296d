"""A reference interpreter of block-structured models that knows nothing of tokens.

A node knows which user tasks are open, which messages it waits for, and what completing and firing do to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Path = tuple[int, ...]
Key = tuple[str, Path]
"""A user task: its element, and the numbers of the seats around it."""
Factory = Callable[["Scope", Path], "Node"]


class Node:
    """A reference node. A finished one has nothing open and waits for nothing."""

    done = False

    def open(self) -> list[Key]:
        return []

    def complete(self, key: Key) -> bool:
        return False

    def waiting(self) -> list[tuple[str, Node, Any]]:
        return []

    def fire(self, detail: Any) -> None:
        raise AssertionError("waits for nothing")


class Task(Node):
    def __init__(self, element: str, path: Path) -> None:
        self.key = (element, path)

    def open(self) -> list[Key]:
        return [] if self.done else [self.key]

    def complete(self, key: Key) -> bool:
        if not self.done and self.key == key:
            self.done = True
            return True
        return False


class Sequence_(Node):
    def __init__(self, factories: Sequence[Factory], scope: Scope, path: Path) -> None:
        self.left = list(factories)
        self.scope, self.path = scope, path
        self.current: Node | None = None
        self.go_on()

    def go_on(self) -> None:
        while (self.current is None or self.current.done) and self.left:
            self.current = self.left.pop(0)(self.scope, self.path)
        self.done = (self.current is None or self.current.done) and not self.left

    def open(self) -> list[Key]:
        return [] if self.done or self.current is None else self.current.open()

    def complete(self, key: Key) -> bool:
        hit = not self.done and self.current is not None and self.current.complete(key)
        self.go_on()
        return hit

    def waiting(self) -> list[tuple[str, Node, Any]]:
        return [] if self.done or self.current is None else self.current.waiting()


class Parallel(Node):
    def __init__(self, branches: Sequence[Node]) -> None:
        self.branches = branches

    @property
    def done(self) -> bool:  # type: ignore[override]
        return all(branch.done for branch in self.branches)

    def open(self) -> list[Key]:
        return [key for branch in self.branches for key in branch.open()]

    def complete(self, key: Key) -> bool:
        return any(branch.complete(key) for branch in self.branches)

    def waiting(self) -> list[tuple[str, Node, Any]]:
        return [item for branch in self.branches for item in branch.waiting()]


class Scope(Node):
    """A subprocess: its body, and whatever runs beside it."""

    def __init__(self, factory: Factory, path: Path, events: Sequence[tuple[str, bool, Factory]] = ()) -> None:
        self.beside: list[Node] = []
        self.path = path
        self.events = list(events)
        self.body: Node | None = None
        self.body = factory(self, path)

    @property
    def done(self) -> bool:  # type: ignore[override]
        return (self.body is None or self.body.done) and all(node.done for node in self.beside)

    def parts(self) -> list[Node]:
        return ([self.body] if self.body is not None else []) + self.beside

    def open(self) -> list[Key]:
        return [key for part in self.parts() for key in part.open()]

    def complete(self, key: Key) -> bool:
        return any(part.complete(key) for part in self.parts())

    def waiting(self) -> list[tuple[str, Node, Any]]:
        if self.done:
            return []
        return [(event[0], self, event) for event in self.events] + [item for part in self.parts() for item in part.waiting()]

    def fire(self, detail: tuple[str, bool, Factory]) -> None:
        _, interrupting, handler = detail
        if interrupting:
            self.body, self.beside, self.events = None, [], []
        self.beside.append(Scope(handler, self.path))


class Boundary(Node):
    def __init__(self, host: Factory, handler: Factory, interrupting: bool, message: str, scope: Scope, path: Path) -> None:
        self.handler, self.interrupting, self.message, self.scope, self.path = handler, interrupting, message, scope, path
        self.current = host(scope, path)
        self.armed = True

    @property
    def done(self) -> bool:  # type: ignore[override]
        return self.current.done

    def open(self) -> list[Key]:
        return self.current.open()

    def complete(self, key: Key) -> bool:
        return self.current.complete(key)

    def waiting(self) -> list[tuple[str, Node, Any]]:
        own = [(self.message, self, None)] if self.armed and not self.current.done else []
        return own + self.current.waiting()

    def fire(self, detail: Any) -> None:
        if self.interrupting:
            self.armed = False
            self.current = self.handler(self.scope, self.path)
        else:
            self.scope.beside.append(self.handler(self.scope, self.path))


class Broken(Node):
    """Two branches; when the first is done it takes everything away, and a handler follows if there is one."""

    def __init__(self, first: Factory, second: Factory, handler: Factory | None, scope: Scope, path: Path) -> None:
        self.handler, self.scope, self.path = handler, scope, path
        self.after: Node | None = None
        self.over = False
        self.inner = Scope(lambda inner, q: Nothing(), path)
        self.first = first(self.inner, path)
        self.second = Nothing() if self.first.done else second(self.inner, path)
        self.look()

    def look(self) -> None:
        if not self.over and self.first.done:
            self.over = True
            self.after = None if self.handler is None else self.handler(self.scope, self.path)

    def parts(self) -> list[Node]:
        self.look()
        if self.over:
            return [] if self.after is None else [self.after]
        return [self.first, self.second, *self.inner.beside]

    @property
    def done(self) -> bool:  # type: ignore[override]
        self.look()
        return self.over and (self.after is None or self.after.done)

    def open(self) -> list[Key]:
        return [key for part in self.parts() for key in part.open()]

    def complete(self, key: Key) -> bool:
        hit = any(part.complete(key) for part in self.parts())
        self.look()
        return hit

    def waiting(self) -> list[tuple[str, Node, Any]]:
        return [item for part in self.parts() for item in part.waiting()]


class Nothing(Node):
    done = True


class Enough(Node):
    """Branches at a complex gateway: when enough are done something follows, and something else when all are."""

    def __init__(self, branches: Sequence[Node], enough: int, after: Factory, late: Factory, scope: Scope, path: Path) -> None:
        self.branches, self.enough, self.scope, self.path = branches, enough, scope, path
        self.factories = {enough: [after], len(branches): [late]}
        if enough == len(branches):
            self.factories = {enough: [after, late]}
        self.followers: list[Node] = []
        self.look()

    def look(self) -> None:
        count = sum(branch.done for branch in self.branches)
        for needed in sorted(self.factories):
            if count >= needed:
                self.followers += [factory(self.scope, self.path) for factory in self.factories.pop(needed)]

    def parts(self) -> list[Node]:
        self.look()
        return [*self.branches, *self.followers]

    @property
    def done(self) -> bool:  # type: ignore[override]
        return all(part.done for part in self.parts()) and not self.factories

    def open(self) -> list[Key]:
        return [key for part in self.parts() for key in part.open()]

    def complete(self, key: Key) -> bool:
        hit = any(part.complete(key) for part in self.parts())
        self.look()
        return hit

    def waiting(self) -> list[tuple[str, Node, Any]]:
        return [item for part in self.parts() for item in part.waiting()]
