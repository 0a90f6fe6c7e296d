"""The codes of the deployment gate's findings, read from the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from engine.kernel.dialect_table import RULES
from tests.house.sources import read, sources

GATE = (
    "engine/decisions/",
    "engine/forms/",
    "engine/gate/",
    "engine/kernel/",
    "engine/runtime/timer_starts.py",
    "engine/xml.py",
)
NOT_THE_GATE = ("engine/forms/submission.py", "engine/forms/attachments.py", "engine/kernel/migration")
"""Their sentences are about submissions and running cases."""
_CODE = re.compile(r"[a-z]+(-[a-z]+)*")
_CHINESE = re.compile(r"[一-鿿]")
_LEVELS = {"error", "warning"}


def codes() -> dict[str, set[Path]]:
    """Every code, with the files that use it."""
    found = {rule.finding: {Path("engine/kernel/dialects.toml")} for rule in RULES if rule.finding}
    for path in sources(".py"):
        if path.as_posix().startswith(GATE) and not path.as_posix().startswith(NOT_THE_GATE):
            for node in ast.walk(ast.parse(read(path))):
                for code in _codes(node):
                    found.setdefault(code, set()).add(path)
    return found


def _codes(node: ast.AST) -> Iterator[str]:
    """A code stands before the sentence in Chinese in a call or a tuple, or is the argument `code`."""
    if isinstance(node, ast.Call):
        yield from (code for item in node.keywords if item.arg == "code" for code in _literals(item.value))
    parts = node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.Tuple) else []
    for number, part in enumerate(parts):
        if _is_chinese(part):
            yield from (code for before in parts[:number] for code in _literals(before))
            return


def _is_chinese(node: ast.expr) -> bool:
    texts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return isinstance(node, ast.Constant | ast.JoinedStr | ast.IfExp) and any(_CHINESE.search(text) for text in texts)


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*_literals(node.body), *_literals(node.orelse))
        return
    text = node.value if isinstance(node, ast.Constant) else None
    if isinstance(text, str) and _CODE.fullmatch(text) and text not in _LEVELS:
        yield text
