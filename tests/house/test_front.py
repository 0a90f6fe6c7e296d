from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.sources import ROOT, read, sources

DOCUMENTS = [path for path in sources(".md") if path.parts[0] == "docs" or len(path.parts) == 1]
READMES = [Path("README.md"), Path("README.zh-CN.md")]


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("path", READMES, ids=str)
def test_a_readme_starts_with_the_two_commands(path: Path) -> None:
    block = re.search(r"```\n(.*?)```", read(path), re.DOTALL)

    assert block is not None
    assert [line.split("#")[0].strip() for line in block.group(1).splitlines()] == ["make run", "make test"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_every_make_command_in_the_documents_exists(path: Path) -> None:
    # In code only: elsewhere "make" is an English word.
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", read(path), re.DOTALL))
    named = set(re.findall(r"(?:^|[`\s])make ([a-z-]+)", code))

    assert named <= make_targets()


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_every_link_between_the_documents_leads_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", read(path))

    assert [target for target in targets if not (ROOT / path.parent / target).exists()] == []


def test_the_changelog_has_a_place_for_the_next_change() -> None:
    assert "\n## Unreleased\n" in read(Path("CHANGELOG.md"))
