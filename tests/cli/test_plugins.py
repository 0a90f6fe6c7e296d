"""Functions of packages that are really installed from a wheel, into a folder that the command is started with."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main
from engine.functions import REGISTERED
from engine.functions.plugins import PluginRefused, installed_functions

SOURCE = """
def fee(inputs):
    return {"amount": 12 * inputs["visits"]}

def two(inputs, other):
    return {}

async def later(inputs):
    return {}

class Kind:
    pass

number = 7
"""
COMMAND = "from cli.main import main; main()"
CALL = """
import json, sys
from click.testing import CliRunner
from cli.main import main
from engine.functions import REGISTERED
linted = CliRunner().invoke(main, ["lint", sys.argv[1]], catch_exceptions=False)
print(json.dumps([REGISTERED["county.fee"]({"visits": 2}), linted.exit_code, "unknown-function" in linted.output]))
"""
MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:liandong="urn:liandong:bpmn:1" targetNamespace="t">
  <process id="p" isExecutable="true">
    <startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="t"/>
    <serviceTask id="t"><extensionElements><liandong:call function="county.fee"/></extensionElements></serviceTask>
  </process>
</definitions>"""

Install = Callable[..., None]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "installed"


@pytest.fixture
def install(tmp_path: Path, target: Path) -> Install:
    """Builds a wheel of one module with these entry points, and installs it: by pip, or as pip would, which is faster."""

    def build(name: str, *points: str, source: str = SOURCE, by_pip: bool = False) -> None:
        about = f"{name}-1.0.dist-info"
        wheel = tmp_path / f"{name}-1.0-py3-none-any.whl"
        files = {
            f"{name}.py": source,
            f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
            f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{about}/entry_points.txt": "[liandong.functions]\n" + "\n".join(points) + "\n",
        }
        with zipfile.ZipFile(wheel, "w") as archive:
            for path, text in files.items():
                archive.writestr(path, text)
            archive.writestr(f"{about}/RECORD", "".join(f"{path},,\n" for path in (*files, f"{about}/RECORD")))
        if not by_pip:
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(target)
            return
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(target), str(wheel)]
        subprocess.run(pip, check=True, timeout=100)

    return build


@pytest.fixture
def run(target: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs Python with the installed packages."""

    def start(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": f"{Path.cwd()}:{target}", "PYTHONUTF8": "1"}
        return subprocess.run(
            [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=100
        )

    return start


@pytest.fixture
def refusal(target: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """What this process is told when it registers what is installed: as a node that starts, without starting one."""

    def told() -> str:
        monkeypatch.syspath_prepend(str(target))
        for name in ("county", "region"):
            monkeypatch.delitem(sys.modules, name, raising=False)
        with pytest.raises(PluginRefused) as refused:
            installed_functions(REGISTERED)
        for name in ("county", "region"):
            sys.modules.pop(name, None)
        return str(refused.value)

    return told


def test_a_function_of_an_installed_package_is_known_and_called(
    install: Install, run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    model = tmp_path / "m.bpmn"
    model.write_text(MODEL, encoding="utf-8")
    assert "unknown-function" in CliRunner().invoke(main, ["lint", str(model)]).output

    install("county", "county.fee = county:fee", by_pip=True)

    assert run("-c", CALL, str(model)).stdout.strip() == '[{"amount": 24}, 0, false]'


@pytest.mark.parametrize(
    ("point", "parts"),
    [
        ("referral.reserve = county:fee", ("liandong 已有同名函数", "has a function of this name")),
        ("county.fee = county:two", ("只接受一个参数", "takes one argument")),
        ("county.fee = county:later", ("普通函数", "plain function")),
        ("county.fee = county:Kind", ("普通函数", "plain function")),
        ("county.fee = county:number", ("普通函数", "plain function")),
        ("county.fee = county:absent", ("无法载入", "cannot be loaded (AttributeError)")),
        ("county.fee = nowhere:fee", ("无法载入", "cannot be loaded (ModuleNotFoundError)")),
        ("county fee! = county:fee", ("名称", "its name must be")),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_package_and_reason(
    install: Install, refusal: Callable[[], str], point: str, parts: tuple[str, str]
) -> None:
    install("county", point)

    told = refusal()

    for part in (*parts, "county 1.0", point.partition(" =")[0]):
        assert part in told


def test_two_packages_cannot_register_one_name(install: Install, refusal: Callable[[], str]) -> None:
    install("county", "county.fee = county:fee")
    install("region", "county.fee = region:fee")

    told = refusal()

    assert "region 1.0" in told
    assert "county 1.0 has a function of this name" in told


def test_a_package_that_breaks_when_it_is_read_stops_the_start_and_is_named(
    install: Install, run: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    install("county", "county.fee = county:fee", source="raise RuntimeError('no {licence}')")

    refused = run("-c", COMMAND, "openapi")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Traceback" not in refused.stderr
    assert "county 1.0 (liandong.functions: county.fee)" in refused.stderr
    assert "cannot be loaded (RuntimeError): no {licence}" in refused.stderr
