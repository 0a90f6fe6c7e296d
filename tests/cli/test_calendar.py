from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main

Run = Callable[..., Result]
YEAR = Path(__file__).parents[2] / "cli/demo/working-days-2027.json"


@pytest.fixture
def run(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `liandong calendar …` on a fresh store."""
    monkeypatch.setenv("LIANDONG_DATABASE_URL", sqlite_url)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["calendar", *arguments])

    return call


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """The year as if it had been published."""
    document = json.loads(YEAR.read_text(encoding="utf-8"))
    document.update(invented=False, source="国办发明电〔2026〕0号")
    file = tmp_path / "2027.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def test_a_year_is_previewed_imported_exported_and_imported_again(run: Run, published: Path, tmp_path: Path) -> None:
    preview = run("import", "--preview", str(published))
    assert preview.exit_code == 0
    assert "2027-02-05 is off" in preview.output
    assert "2027" not in run("show").output
    done = run("import", str(published))
    assert done.output.splitlines()[-1] == "2027: imported as version 4"
    assert "2027  28 days off, 5 make-up days  国办发明电〔2026〕0号" in run("show").output
    exported = tmp_path / "exported.json"
    exported.write_text(run("export", "2027").output, encoding="utf-8")
    assert run("import", str(exported)).output.splitlines()[-1] == "2027: nothing to change, version 4"


def test_what_is_wrong_with_a_file_is_said_in_both_languages(run: Run, published: Path, tmp_path: Path) -> None:
    assert "应为国务院办公厅公布的安排" in run("import", str(YEAR)).output
    document = json.loads(published.read_text(encoding="utf-8"))
    document["holidays"].pop()
    published.write_text(json.dumps(document), encoding="utf-8")
    refused = run("import", str(published))
    assert (refused.exit_code, "'国庆' is missing" in refused.output) == (1, True)
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    assert "Expected JSON" in run("import", str(tmp_path / "broken.json")).output
    assert run("show").output.splitlines()[-1] == "version 3"


def test_hours_and_terms(run: Run) -> None:
    start = ("--start", "2026-09-24T16:00+0800")
    assert run("due", "ADMIN", "PT4H", *start).output == "2026-09-28T02:30+00:00\n"
    assert run("hours", "ADMIN", "08:00-20:00", "--every-day").output == "ADMIN: saved as version 4\n"
    assert run("due", "ADMIN", "PT4H", *start).output == "2026-09-24T12:00+00:00\n"
    assert run("due", "ADMIN", "P1D", "--start", "2027-01-04T10:00+0800").output == "2027-01-05T12:00+00:00\n"
    refused = run("hours", "ADMIN", "20:00-08:00")
    assert (refused.exit_code, "应写作 08:00-12:00" in refused.output) == (1, True)
    assert run("hours", "ADMIN", "--drop").exit_code == 2
