"""What every request has to pass before any page sees it, and what every answer carries.  Pure ASGI; knows no page."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
MOST_BODY_BYTES = 4096

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""No script, style or connection but our own files: nothing that is typed anywhere can become code."""

ANSWER_HEADERS: dict[str, str] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}


def host_name(value: str) -> str:
    """A Host header without its port, lower case."""
    name, _, port = value.rpartition(":")
    return (name if name and port.isdigit() else value).lower()


class Guards:
    """Wraps the whole application.  `hosts`: the names under which the page may be asked for."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = LOOPBACK) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        wrong = self._wrong(scope["method"], Headers(scope=scope))
        app = self._app if wrong is None else PlainTextResponse(wrong[1] + "\n", wrong[0])
        await app(scope, receive, _with_headers(send))

    def _wrong(self, method: str, headers: Headers) -> tuple[int, str] | None:
        """Status and one line when this request must not go on."""
        if host_name(headers.get("host", "")) not in self._hosts:
            return 421, f"this page answers to {', '.join(sorted(self._hosts))} only"
        if method in {"GET", "HEAD"}:
            return None
        if headers.get("origin", "") not in {f"{scheme}://{headers['host']}" for scheme in ("http", "https")}:
            return 403, "a request that changes anything must come from this page itself"
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return 415, "application/json is the only content"
        length = headers.get("content-length", "")
        if not length.isdigit() or int(length) > MOST_BODY_BYTES:
            return 413, f"a body of known length, {MOST_BODY_BYTES} bytes at most"
        return None


def _with_headers(send: Send) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=_scoped(message))
            for name, value in ANSWER_HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sender


def _scoped(message: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    message.setdefault("headers", [])
    return message
