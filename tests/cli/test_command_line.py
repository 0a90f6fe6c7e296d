from __future__ import annotations

import json
import shutil
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cli.demo import LOGINS_FILE
from cli.main import main
from cli.settings import PREFIX, SETTINGS, read_settings
from engine.config import Config
from engine.engine import Engine
from engine.queries.identity import ListAccounts
from tests.api.community import HANDOVER, build

PASSWORD = "Willow-Bridge-77?"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A process folder and the forms beside it, as in the library."""
    models, forms = tmp_path / "bpmn" / "handover", tmp_path / "forms" / "handover"
    models.mkdir(parents=True)
    forms.mkdir(parents=True)
    shutil.copy(HANDOVER / "handover.bpmn", models)
    shutil.copy(HANDOVER / "handover.form.json", forms)
    (models / "README.md").write_text("not deployed")
    return models


def test_settings_come_from_the_environment() -> None:
    settings = read_settings(
        database=None, var=Path("/data"), environment={"LIANDONG_SESSION_IDLE_MINUTES": "5", "LIANDONG_SECURE_COOKIES": "1"}
    )

    assert settings.engine.database_url == "sqlite:////data/liandong.db"
    assert settings.engine.session_idle.total_seconds() == 300
    assert settings.api.secure_cookies is True


@pytest.mark.parametrize(
    ("name", "value"),
    [("JOB_RETRIES", "-1"), ("JOB_RETRIES", "many"), ("SESSION_IDLE_MINUTES", "0"), ("SECURE_COOKIES", "perhaps")],
)
def test_a_setting_that_cannot_be_read_is_named(name: str, value: str) -> None:
    with pytest.raises(click.UsageError, match=PREFIX + name):
        read_settings(database=None, var=Path(), environment={PREFIX + name: value})


def test_every_setting_names_a_field_that_exists() -> None:
    settings = read_settings(database=None, var=Path(), environment={})

    for setting in SETTINGS:
        assert any(hasattr(part, setting.field) for part in (settings.engine, settings.api, settings.channels)), setting.name


def test_a_folder_is_deployed_with_its_forms_and_only_once(database_url: str, folder: Path) -> None:
    first = run("deploy", str(folder), "--database", database_url)
    again = run("deploy", str(folder), "--database", database_url)

    assert (first.exit_code, first.output) == (0, "handover: deployed handover_from:1, handover_to:1\n")
    assert (again.exit_code, again.output) == (0, "handover: unchanged handover_from:1, handover_to:1\n")


def test_a_folder_with_errors_is_refused_with_file_line_and_element(database_url: str, folder: Path) -> None:
    (folder.parent.parent / "forms" / "handover" / "handover.form.json").unlink()

    refused = run("deploy", str(folder), "--database", database_url)

    assert refused.exit_code == 1
    assert "handover.bpmn:" in refused.output
    assert "[fill] error unknown-form: 表单“handover”不在本次部署中" in refused.output


def test_a_store_of_another_version_says_how_to_bring_it_forward(tmp_path: Path, folder: Path) -> None:
    result = CliRunner().invoke(main, ["user", "disable", "gp", "--database", f"sqlite:///{tmp_path}/empty.db"])

    assert result.exit_code == 1
    assert "liandong migrate" in result.output


def test_accounts_are_kept_from_the_command_line(database_url: str) -> None:
    engine = Engine(Config(database_url=database_url))
    build(engine)
    where = ("--database", database_url)

    def account() -> tuple[bool, bool, tuple[str, ...]]:
        found = next(row for row in engine.query(ListAccounts()) if row.login == "gp")
        return found.disabled, found.must_change, found.rights

    assert run("user", "disable", "gp", *where).output == "gp: saved\n"
    assert run("user", "disable", "gp", *where).output == "gp: nothing to change\n"
    assert account() == (True, False, ())
    assert run("user", "enable", "gp", *where).exit_code == 0
    assert run("user", "password", "gp", "--password", PASSWORD, *where).exit_code == 0
    assert run("user", "rights", "gp", "--right", "operations", *where).exit_code == 0
    assert account() == (False, True, ("operations",))
    unknown = run("user", "disable", "nobody", *where)
    assert (unknown.exit_code, "nobody" in unknown.output) == (1, True)
    engine.close()


def test_the_demo_is_the_same_the_second_time(tmp_path: Path) -> None:
    first = run("demo", "--var", str(tmp_path))
    second = run("demo", "--var", str(tmp_path))

    passwords = json.loads((tmp_path / LOGINS_FILE).read_text())
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert next(iter(passwords.values())) in second.output
    assert "hemin" in second.output
    assert "REF_CTR@CH00" in second.output


def test_the_document_of_the_api_is_printed() -> None:
    assert json.loads(run("openapi").output)["openapi"] == "3.1.0"


def test_a_scenario_that_fails_is_an_exit_status(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{}")

    result = run("scenario", str(tmp_path))

    assert (result.exit_code, result.output.startswith("FAIL broken.json")) == (1, True)


def test_the_audit_trail_is_verified(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/store.db"
    run("demo", "--database", store, "--var", str(tmp_path))

    whole = run("verify-audit", "--database", store)
    noted = run("verify-audit", "--database", store, "--anchor", "f" * 64)

    assert (whole.exit_code, noted.exit_code) == (0, 1)
    assert whole.output.endswith("0 anchors: 0 faults\n")
    assert "FAULT anchor: the given anchor is not in the trail" in noted.output


def test_a_store_is_copied_while_it_is_there(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/store.db"
    run("demo", "--database", store, "--var", str(tmp_path))

    copied = run("backup", str(tmp_path / "copy.db"), "--database", store)
    again = run("backup", str(tmp_path / "copy.db"), "--database", store)

    assert (copied.exit_code, again.exit_code) == (0, 1)
    assert "is there already" in again.output
    assert run("verify-audit", "--database", f"sqlite:///{tmp_path}/copy.db").exit_code == 0
