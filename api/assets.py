"""The browser's files, built into `static/`. A file whose name carries a hash is cached for ever; the page never is.

Every path outside /api that names no file is answered with the page: the browser finds its own way there.
"""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, request, send_file
from werkzeug.routing import PathConverter
from werkzeug.security import safe_join

from api.config import ApiConfig
from api.problems import Problem

PAGE = "index.html"
HASHED = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$")
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
blueprint = Blueprint("assets", __name__)


class _OutsideApi(PathConverter):
    """Any path but the API's: what is unknown there is a problem, not a page."""

    regex = "(?!api(?:/|$))[^/].*?"


def register(app: Flask) -> None:
    """Lets `app` serve the browser's files."""
    app.url_map.converters["outside_api"] = _OutsideApi
    app.register_blueprint(blueprint)


@blueprint.get("/", defaults={"name": PAGE})
@blueprint.get("/<outside_api:name>")
def file(name: str) -> Response:
    """A file of the browser's, or the page."""
    config: ApiConfig = current_app.config["LIANDONG"]
    found = _existing(config.static_folder, name)
    if found is None and "." not in name.rpartition("/")[2]:
        name, found = PAGE, _existing(config.static_folder, PAGE)
        if found is None:
            raise Problem(503, "not-built")
    if found is None:
        raise Problem(503, "not-built") if name == PAGE else Problem(404, "not-found")
    return _send(found, name)


def _existing(folder: Path, name: str) -> Path | None:
    joined = safe_join(str(folder), name)
    path = Path(joined) if joined else None
    return path if path is not None and path.is_file() else None


def _send(path: Path, name: str) -> Response:
    encoding, sent = None, path
    for offered, suffix in ENCODINGS:
        packed = path.with_name(path.name + suffix)
        if request.accept_encodings[offered] > 0 and packed.is_file():
            encoding, sent = offered, packed
            break
    response = send_file(sent, mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream", conditional=True)
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.headers["Vary"] = "Accept-Encoding"
    hashed = HASHED.search(name) is not None and name != PAGE
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
    return response
