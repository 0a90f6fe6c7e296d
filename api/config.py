"""The API's settings: one frozen object, read once by the composition root and passed down."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class ApiConfig:
    """How this node faces browsers. Every default is safe on one machine without a proxy."""

    secure_cookies: bool = False
    """Whether the session cookie is sent over HTTPS only; to be switched on wherever HTTPS is."""
    trusted_proxies: int = 0
    """How many proxies in front may be believed about the caller's address, host and scheme."""
    stream_limit: int = 32
    """Open event streams of this node; each holds a server thread."""
    streams_per_person: int = 3
    requests_per_minute: int = 6_000
    """Requests of one session in a minute, over all nodes; 0 for any number."""
    sign_ins_per_minute: int = 300
    """Attempts to sign in from one address in a minute, good ones too; 0 for any number."""
    heartbeat_seconds: float = 15.0
    stream_seconds: float = 600.0
    """After so long a stream ends and the browser opens a new one, whose session is checked again."""
    channels: tuple[str, ...] = ()
    """Channels beside the inbox that this node has settings for."""
    static_folder: Path = Path(__file__).parent / "static"
    """The built browser files."""
