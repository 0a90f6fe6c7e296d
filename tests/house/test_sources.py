from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

from tests.house.sources import PACKAGES, ROOT, files, lines_matching, read, sources

LONGEST_FILE = 450
FOUNDATIONS = {"jinja2", "werkzeug"}
"""Part of Flask's public interface."""
BUCKETS = {"utils", "util", "common", "helpers", "helper", "manager", "misc"}


def code(*exceptions: str) -> list[Path]:
    """Our Python files but for the `exceptions` and the schema migrations, which are lists of statements."""
    paths = sources(".py", folders=PACKAGES)
    return [path for path in paths if path.as_posix() not in exceptions and "migrations" not in path.parts]


def test_no_source_file_is_too_long_to_be_read_at_one_sitting() -> None:
    paths = [path for path in sources(".py", ".ts", ".tsx") if "migrations" not in path.parts]
    lengths = {str(path): len(read(path).splitlines()) for path in paths}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_file_is_a_bucket() -> None:
    assert [str(path) for path in files() if path.stem.lower() in BUCKETS] == []


def test_every_folder_of_a_package_is_a_package() -> None:
    # A folder without __init__.py would be invisible to the import contracts.
    folders = sorted({path.parent for path in code()})
    assert [str(folder) for folder in folders if not (ROOT / folder / "__init__.py").exists()] == []


def test_only_the_engine_ends_a_transaction() -> None:
    assert lines_matching(r"\.commit\(", code("engine/engine.py")) == []


def test_only_the_engine_and_its_store_begin_a_transaction() -> None:
    # The store itself draws blocks of keys, outside the transaction that will use them.
    beyond = [path for path in code("engine/engine.py") if path.parts[:2] != ("engine", "store")]
    assert lines_matching(r"\.writing\(", beyond) == []


def test_only_the_clock_tells_the_time() -> None:
    teller = r"datetime\.now\(|utcnow\(|\.today\(|\btime\.time\(|func\.now\(|CURRENT_TIMESTAMP|\bNOW\(\)"
    assert lines_matching(teller, code("engine/clock.py")) == []


def test_nothing_names_the_machine_it_was_made_on() -> None:
    paths = sources(".py", ".ts", ".tsx", ".md", ".toml", ".json", ".bpmn", ".css", ".html", ".txt")
    assert lines_matching(r"(?<![\w.])/(?:work|root|home/\w+)/|\"resolved\": \"http", paths) == []


def test_what_the_packages_import_is_declared() -> None:
    assert undeclared(PACKAGES, project()["dependencies"]) == set()


def test_what_tests_and_benchmarks_import_is_declared() -> None:
    requirements = [*project()["dependencies"], *project()["optional-dependencies"]["dev"]]
    assert undeclared(("benchmarks", "tests"), requirements) == set()


def project() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def undeclared(folders: tuple[str, ...], requirements: list[str]) -> set[str]:
    """Modules that the Python files in `folders` import and no requirement provides."""
    declared = {distribution_name(line) for line in requirements}
    providers = importlib.metadata.packages_distributions()
    ours = {*sys.stdlib_module_names, *PACKAGES, "benchmarks", "tests"}
    return {
        module
        for module in imported_modules(folders) - ours - FOUNDATIONS
        if declared.isdisjoint(distribution_name(name) for name in providers.get(module, []))
    }


def distribution_name(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name.group()).lower()


def imported_modules(folders: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    for path in sources(".py", folders=folders):
        for node in ast.walk(ast.parse(read(path), str(path))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found
