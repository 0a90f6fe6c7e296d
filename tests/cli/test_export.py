from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from cli.library import LIBRARY, folder_files, library, read_folder
from cli.main import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def test_the_library_comes_out_of_the_store_byte_by_byte_and_goes_in_again_without_noise(sqlite_url: str, tmp_path: Path) -> None:
    where = ("--database", sqlite_url)
    folders = [str(folder) for folder in library()]
    assert run("deploy", *folders, *where).exit_code == 0
    noise = run("export", "--into", str(LIBRARY.parent), *where)
    assert noise.exit_code == 0
    assert {line.split(", ")[1].split(" of ")[0] for line in noise.stdout.splitlines()} == {"0"}

    fresh = run("export", "--into", str(tmp_path), *where)
    assert (fresh.exit_code, len(fresh.stdout.splitlines())) == (0, len(folders))
    for folder in library():
        copy = tmp_path / "bpmn" / folder.name
        assert read_folder(copy) == read_folder(folder)
        wanted = {path.relative_to(LIBRARY.parent) for path in folder_files(folder)}
        assert {path.relative_to(tmp_path) for path in folder_files(copy)} == wanted
    again = run("deploy", *(str(tmp_path / "bpmn" / folder.name) for folder in library()), *where)
    assert all(": unchanged " in line for line in again.stdout.splitlines())

    # an older version comes out too, and what it does not have is left unless it is to be pruned
    meeting = tmp_path / "bpmn" / "meeting"
    (meeting / "later.scenario.json").write_text('{"steps": [{"toNextDeadline": true}]}')
    assert ": deployed " in run("deploy", str(meeting), *where).stdout
    kept = run("export", "meeting", "--version", "1", "--into", str(tmp_path), *where)
    assert (kept.exit_code, "left, not in this version" in kept.stderr) == (1, True)
    pruned = run("export", "meeting", "--version", "1", "--prune", "--into", str(tmp_path), *where)
    assert pruned.exit_code == 0
    assert read_folder(meeting) == read_folder(LIBRARY / "meeting")
    assert "there is none" in run("export", "nowhere", "--into", str(tmp_path), *where).output
    assert "there is none" in run("export", "meeting", "--version", "9", "--into", str(tmp_path), *where).output
