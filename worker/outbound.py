"""Posts JSON to the few hosts that are allowed, and to nothing else.

A host is looked up once, every address that it has must be public or lie in an allowed network, and the connection goes to
that very address: a name that changes its address in between changes nothing. HTTPS only, except into allowed networks.
No redirects, no proxies, a deadline for the whole, and an answer of bounded length.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import urllib3

SECONDS = 10.0
MAX_ANSWER = 64 * 1024
PORTS = {"https": 443, "http": 80}


class SendFailure(Exception):
    """A message could not be sent; the text holds no address and no secret. `final`: trying again cannot help."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


class Outbound:
    """The one way out."""

    def __init__(self, hosts: str, networks: str = "", *, seconds: float = SECONDS) -> None:
        """`hosts` and `networks` are lists with commas. Raises ValueError for a network that is none."""
        self._hosts = frozenset(host.strip().lower() for host in hosts.split(",") if host.strip())
        self._networks = tuple(ipaddress.ip_network(text.strip()) for text in networks.split(",") if text.strip())
        self._seconds = seconds

    def post(self, url: str, body: bytes, headers: Mapping[str, str] | None = None) -> bytes:
        """The answer of a 2xx. Raises SendFailure."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
        self._require_allowed(parts.scheme, host, port)
        address = self._address(parts.scheme, host, port)
        sent = {"Content-Type": "application/json", "Host": parts.netloc.rpartition("@")[2], **(headers or {})}
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        deadline = time.monotonic() + self._seconds
        with self._pool(parts.scheme, host, address, port) as pool:
            try:
                answer = pool.urlopen("POST", path, body, sent, retries=False, redirect=False, preload_content=False)
                content = _read(answer, deadline)
            except urllib3.exceptions.HTTPError as error:
                raise SendFailure(f"no answer: {type(error).__name__}") from None
        if not 200 <= answer.status < 300:
            raise SendFailure(f"HTTP {answer.status}", final=answer.status in (400, 401, 403, 404, 410, 422))
        return content

    def post_json(self, url: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The JSON object of a 2xx. Raises SendFailure."""
        content = self.post(url, json.dumps(body, ensure_ascii=False).encode())
        try:
            found = json.loads(content)
        except ValueError:
            raise SendFailure("the answer is not JSON") from None
        if not isinstance(found, dict):
            raise SendFailure("the answer is no JSON object")
        return found

    def _require_allowed(self, scheme: str, host: str, port: int) -> None:
        named = host if port == PORTS["https"] else f"{host}:{port}"
        if scheme not in PORTS or named.lower() not in self._hosts:
            raise SendFailure(f"host '{named[:100]}' is not allowed", final=True)

    def _address(self, scheme: str, host: str, port: int) -> str:
        """The address to connect to, once every address of the host is found to be allowed."""
        try:
            found = {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        except OSError:
            raise SendFailure("the host is not found") from None
        for text in sorted(found):
            address = ipaddress.ip_address(text.partition("%")[0])
            own = any(address in network for network in self._networks)
            if not own and (not address.is_global or address.is_multicast):
                raise SendFailure("the host lies in a network that is not allowed", final=True)
            if scheme == "http" and not own:
                raise SendFailure("plain HTTP is allowed into networks of one's own only", final=True)
        return sorted(found)[0]

    def _pool(self, scheme: str, host: str, address: str, port: int) -> urllib3.HTTPConnectionPool:
        timeout = urllib3.Timeout(total=self._seconds)
        if scheme == "http":
            return urllib3.HTTPConnectionPool(address, port, timeout=timeout, maxsize=1)
        return urllib3.HTTPSConnectionPool(
            address, port, timeout=timeout, maxsize=1, assert_hostname=host, server_hostname=host, cert_reqs="CERT_REQUIRED"
        )


def _read(answer: Any, deadline: float) -> bytes:
    content = b""
    for chunk in answer.stream(8192, decode_content=False):
        content += chunk
        if len(content) > MAX_ANSWER:
            raise SendFailure("the answer is too long", final=True)
        if time.monotonic() > deadline:
            raise SendFailure("the answer came too slowly")
    return content
