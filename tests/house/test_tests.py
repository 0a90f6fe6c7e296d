"""The tests that `tests/README.md` names for the approvals are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
NAMED = re.compile(r"`((?:\w+/)+[\w.-]+)(?:::(\w+))?`")


def test_what_the_readme_names_for_the_approvals_exists() -> None:
    text = (TESTS / "README.md").read_text(encoding="utf-8")
    named = NAMED.findall(text.partition("\n## Approvals\n")[2].partition("\n## ")[0])
    paths = [(path, name) for path, name in named if path.endswith((".py", ".json"))]
    functions = {path: _functions(TESTS / path) for path, name in paths if name and (TESTS / path).exists()}
    assert len(paths) > 80
    assert [path for path, _ in paths if not (TESTS / path).exists()] == []
    assert [f"{path}::{name}" for path, name in paths if name and name not in functions[path]] == []


def _functions(path: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)}
