"""`liandong serve`: the whole application in one process, API, browser files and a worker."""

from __future__ import annotations

import logging
import signal
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click
from waitress.server import create_server

from api.app import create_app, hub_of
from api.config import ApiConfig
from cli.demonstration import prepare_demo
from cli.memory import settle
from cli.settings import make_dispatcher, read_settings, store_options
from engine.engine import Engine
from engine.store.database import migrate
from worker.archivist import Archivist
from worker.worker import Worker

REQUEST_THREADS = 8
CONNECTIONS = 800
"""Open at once. A browser keeps up to six, so that a hundred people fit; files and database stay under the usual 1024."""
PORT = click.IntRange(0, 65535)
BODY_LIMIT = 11_000_000
"""A little more than the API takes in an attachment, so that the refusal is the API's."""


@click.command()
@click.option("--demo", is_flag=True, envvar="LIANDONG_DEMO", help="With the invented demo community and the process library.")
@click.option("--host", envvar="LIANDONG_HOST", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", envvar="LIANDONG_PORT", default=8000, show_default=True, type=PORT, help="Port to listen on.")
@click.option("--no-worker", is_flag=True, help="Leave due jobs to `liandong worker` processes.")
@store_options
def serve(demo: bool, host: str, port: int, no_worker: bool, database: str | None, var: Path) -> None:
    """Serve the API and the inbox, and work off due jobs. The store is migrated first."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    settings = read_settings(database=database, var=var, demo=demo)
    migrate(settings.engine.database_url)
    engine = Engine(settings.engine)
    worker = None if no_worker else Worker(engine)
    dispatcher = None if no_worker else make_dispatcher(engine, settings)
    archivist = None if no_worker else Archivist(engine)
    try:
        lines = prepare_demo(engine, var) if demo else []
        try:
            server = _listen(engine, settings.api, host, port)
        except OSError as error:
            reason = error.strerror or error
            raise click.ClickException(f"Expected to listen on {host}:{port}, but {reason}. Try --port.") from error
        engine.join()
        if worker is not None:
            worker.start()
        if dispatcher is not None:
            dispatcher.start()
        if archivist is not None:
            archivist.start()
        click.echo("\n".join([*lines, f"联动 Liandong: http://{host}:{server.effective_port}"]))
        settle()
        server.run()
    finally:
        if archivist is not None:
            archivist.stop()
        if dispatcher is not None:
            dispatcher.stop()
        if worker is not None:
            worker.stop()
        engine.close()


def _listen(engine: Engine, config: ApiConfig, host: str, port: int) -> Any:
    app = create_app(engine, config)
    hub = hub_of(app)
    server = create_server(
        app,
        host=host,
        port=port,
        threads=REQUEST_THREADS + config.stream_limit,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,
        ident=None,
        max_request_body_size=BODY_LIMIT,
        clear_untrusted_proxy_headers=config.trusted_proxies == 0,
    )
    # waitress sends what a thread has written at its next turn, up to a second later; a hint is worth waking it for.
    hub.written = getattr(server, "pull_trigger", hub.written)

    def end(number: int, frame: FrameType | None) -> NoReturn:
        hub.close()
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return server
