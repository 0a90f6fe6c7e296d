"""Process folders on disk: what belongs to one deployment, and the library that comes with the application."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

LIBRARY = Path(__file__).resolve().parent.parent / "bpmn"
"""The process library; the forms lie in the folder `forms` beside it."""
PARAMETERS, METRICS = "parameters.json", "metrics.json"
MODEL_SUFFIXES = (".bpmn", ".bpmn20.xml", ".dmn")
FORM_SUFFIXES = (".form.json", ".document.json")
SCENARIO_SUFFIX = ".scenario.json"


def library() -> Iterator[Path]:
    """The process folders of the library, by name."""
    return (folder for folder in sorted(LIBRARY.iterdir()) if folder.is_dir() and read_folder(folder))


def read_folder(folder: Path) -> Mapping[str, bytes]:
    """The files of one deployment by name: models, parameters and metrics of `folder`, forms and documents of `forms/<name>`.

    Forms that lie beside the models count too. Other files, such as a README, are left out.
    """
    return {path.name: path.read_bytes() for path in folder_files(folder)}


def folder_files(folder: Path) -> list[Path]:
    """The files of `read_folder`."""
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and _belongs(path.name)]
    forms = folder.resolve().parent.parent / "forms" / folder.resolve().name
    if forms.is_dir():
        files += sorted(path for path in forms.glob("*.json") if path.name.endswith(FORM_SUFFIXES))
    return files


def _belongs(name: str) -> bool:
    return name.endswith((*MODEL_SUFFIXES, *FORM_SUFFIXES, SCENARIO_SUFFIX)) or name in (PARAMETERS, METRICS)
