"""The first middleware: refuses what no honest browser sends, before anything else wakes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

HEALTH = {"/healthz", "/readyz"}  # asked by load balancers under any name
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

Environ = dict[str, Any]
Start = Callable[..., Any]
WsgiApp = Callable[[Environ, Start], Iterable[bytes]]


class HostGate:
    """Answers 405 to TRACE and 400 to a missing, foreign or doubled Host header."""

    def __init__(self, app: WsgiApp, *, shop_host: str) -> None:
        name, _, port = (
            shop_host.rpartition(":") if shop_host[-1:].isdigit() and ":" in shop_host else (shop_host, "", "")
        )
        names = LOOPBACK if name in LOOPBACK else (name,)
        self.app = app
        self.hosts = {f"{known}:{port}" if port else known for known in names}

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        if environ.get("REQUEST_METHOD") in {"TRACE", "TRACK", "CONNECT"}:
            return _refuse(start_response, "405 Method Not Allowed", b"This method is not answered here.\n")
        if environ.get("PATH_INFO") not in HEALTH and environ.get("HTTP_HOST", "").lower() not in self.hosts:
            return _refuse(start_response, "400 Bad Request", b"This address is not served here.\n")
        return self.app(environ, start_response)


def _refuse(start_response: Start, status: str, body: bytes) -> Iterable[bytes]:
    start_response(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]
