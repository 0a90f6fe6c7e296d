"""Server-sent events: a hint to a browser that something changed for its person, never the thing itself.

Each open stream holds a server thread and nothing else: no database connection, no session. Their number is capped; who
gets none polls. A person who opens one too many loses the oldest. A stream ends after ten minutes, so that the browser's
next one is authorised again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from flask import Response, current_app, g

from api.blueprint import Blueprint
from api.problems import Problem

HUB_KEY = "liandong.streams"
CHANGED = b"".join(b'event: change\ndata: {"kind":"%s"}\n\n' % kind for kind in (b"tasks", b"notifications"))
HEARTBEAT = b": \n\n"
blueprint = Blueprint("events", "Hints that something changed")


class Stream:
    """One browser's line."""

    def __init__(self, person: int, *, anything: bool = False) -> None:
        self.person = person
        self.anything = anything
        """Whether every commit wakes it, whomever it concerns."""
        self._something = threading.Event()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether it is to end."""
        return self._closed

    def hint(self) -> None:
        """Wakes the stream."""
        self._something.set()

    def close(self) -> None:
        """Ends the stream."""
        self._closed = True
        self._something.set()

    def wait(self, seconds: float) -> bool:
        """Whether something happened within `seconds`."""
        happened = self._something.wait(seconds)
        self._something.clear()
        return happened


class Hub:
    """The open streams of this node. `publish` is the engine's listener."""

    def __init__(self, limit: int, per_person: int) -> None:
        self._limit = limit
        self._per_person = per_person
        self._lock = threading.Lock()
        self._streams: list[Stream] = []
        self.written: Callable[[], None] = lambda: None
        """Called when a stream has handed a line to the server, for a server that must be told to send it."""

    def open(self, person: int, *, anything: bool = False) -> Stream | None:
        """A new stream for `person`, or None when the node has too many."""
        with self._lock:
            own = [stream for stream in self._streams if stream.person == person and not stream.closed]
            if len(own) >= self._per_person:
                own[0].close()
            if len(self._streams) >= self._limit:
                return None
            stream = Stream(person, anything=anything)
            self._streams.append(stream)
            return stream

    def leave(self, stream: Stream) -> None:
        """Forgets a stream that has ended."""
        with self._lock:
            if stream in self._streams:
                self._streams.remove(stream)

    def publish(self, persons: frozenset[int], jobs_due: bool) -> None:
        """Wakes the streams of `persons`."""
        with self._lock:
            listening = [stream for stream in self._streams if stream.anything or stream.person in persons]
        for stream in listening:
            stream.hint()

    def close(self) -> None:
        """Ends every stream, for a server that stops."""
        with self._lock:
            streams = list(self._streams)
        for stream in streams:
            stream.close()

    def __len__(self) -> int:
        return len(self._streams)


@blueprint.route("/events")
@blueprint.response(200, content_type="text/event-stream", description="Events `change` with data {kind}")
def stream_changes() -> Response:
    """Stream hints that the person's lists changed"""
    hub: Hub = current_app.extensions[HUB_KEY]
    config = current_app.config["LIANDONG"]
    stream = hub.open(g.caller.person)
    if stream is None:
        raise Problem(429, "too-many-streams")
    lines = _Lines(hub, stream, config.heartbeat_seconds, config.stream_seconds)
    response = Response(lines, mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    return response


class _Lines:
    """The body of one stream. A class, so that the server's `close` frees the place even before the first line."""

    def __init__(self, hub: Hub, stream: Stream, heartbeat: float, seconds: float) -> None:
        self._hub, self._stream = hub, stream
        self._lines = self._generate(heartbeat, seconds)

    def __iter__(self) -> Iterator[bytes]:
        return self._lines

    def close(self) -> None:
        self._stream.close()
        self._hub.leave(self._stream)

    def _generate(self, heartbeat: float, seconds: float) -> Iterator[bytes]:
        end = time.monotonic() + seconds
        yield b"retry: 3000\n\n"
        self._hub.written()
        while not self._stream.closed and time.monotonic() < end:
            happened = self._stream.wait(heartbeat)
            if not self._stream.closed:
                yield CHANGED if happened else HEARTBEAT
                self._hub.written()
