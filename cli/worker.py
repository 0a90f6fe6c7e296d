"""`liandong worker`: works off due jobs, as many processes as wanted beside each other."""

from __future__ import annotations

import logging
import signal
import threading
from pathlib import Path
from types import FrameType

import click

from cli.memory import settle
from cli.settings import make_dispatcher, read_settings, store_options
from engine.engine import Engine
from worker.archivist import Archivist
from worker.worker import Worker


@click.command()
@click.option("--name", help="This worker's own name; by default host, process and a random part.")
@click.option("--batch", default=50, show_default=True, type=click.IntRange(1, 500), help="Jobs taken at once.")
@store_options
def worker(name: str | None, batch: int, database: str | None, var: Path) -> None:
    """Work off due jobs until asked to end. The job in hand is finished, the others are given back."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    settings = read_settings(database=database, var=var)
    engine = Engine(settings.engine)
    asked = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        asked.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    try:
        engine.database.check_schema()
        working = Worker(engine, name, batch=batch)
        dispatcher = make_dispatcher(engine, settings)
        engine.join()
        settle()
        working.start()
        dispatcher.start()
        archivist = Archivist(engine)
        archivist.start()
        click.echo(f"worker {working.name}")
        asked.wait()
        archivist.stop()
        dispatcher.stop()
        working.stop()
    finally:
        engine.close()
