"""The commands as processes of their own, as an operator runs and stops them."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from engine.testing import County, bpmn, process
from tests.api.browser import Client
from tests.servers.application import COMMAND, Application

SECONDS = 60
TIMER = (
    '<intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>'
    "</intermediateCatchEvent>"
)


def test_a_worker_process_works_off_what_is_due_and_ends_when_asked(database_url: str) -> None:
    with County(database_url) as county:
        county.settle()
        county.deploy(bpmn(process("p", '<startEvent id="s"/>', TIMER, '<endEvent id="e"/>', flows="s > wait > e")))
        case = county.run("p")  # in March 2026 by the county's clock: long due by the machine's
        arguments = [str(COMMAND), "worker", "--name", "w1", "--database", database_url]
        running = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
        try:
            assert running.stdout is not None
            assert running.stdout.readline() == "worker w1\n"
            pause = threading.Event()
            for _ in range(SECONDS * 10):
                if case.state == "completed" or pause.wait(0.1):
                    break
            running.send_signal(signal.SIGTERM)
            assert running.wait(SECONDS) == 0
        finally:
            running.kill()
            running.stdout.close()
            running.wait(SECONDS)
        assert case.state == "completed"


def test_the_served_demo_lets_people_in_and_ends_cleanly_under_an_open_stream(
    start_application: Callable[..., Application], tmp_path: Path
) -> None:
    application = start_application(demo=True)
    passwords = json.loads((application.folder / "demo-logins.json").read_text(encoding="utf-8"))
    assert passwords["hemin"] in application.output
    person = Client(application.url).sign_in("hemin", passwords["hemin"])
    starter = Client(application.url).sign_in("mengfan", passwords["mengfan"])
    assert "referral_from" in [found["key"] for found in starter.get("/processes/startable")]
    stream = person.http.get(f"{application.url}/api/v1/events", stream=True, timeout=SECONDS)
    assert next(stream.iter_lines()) == b"retry: 3000"

    assert application.stop() == 0
    stream.close()
    application.start()
    assert Client(application.url).sign_in("hemin", passwords["hemin"]).session["demo"] is True
