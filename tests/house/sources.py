"""The repository's own files, as git sees them: what is committed, and what would be."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "cli", "engine", "worker")


@cache
def files() -> tuple[Path, ...]:
    """Every file that git does not ignore, relative to the root."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True
    )
    paths = (Path(name) for name in listing.stdout.decode().split("\0") if name)
    return tuple(sorted(path for path in paths if (ROOT / path).is_file()))


def sources(*suffixes: str, folders: tuple[str, ...] = ()) -> list[Path]:
    """Files with one of the `suffixes`, below one of the top-level `folders` when any are given."""
    return [path for path in files() if path.suffix in suffixes and (not folders or path.parts[0] in folders)]


def read(path: Path) -> str:
    """Text of a file of the repository."""
    return (ROOT / path).read_text(encoding="utf-8")


def lines_matching(pattern: str, paths: list[Path]) -> list[str]:
    """`path:line: text` of every line that matches the regular expression."""
    wanted = re.compile(pattern)
    return [
        f"{path}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(read(path).splitlines(), 1)
        if wanted.search(line)
    ]
