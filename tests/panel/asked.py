"""Requests to an application as a server would hand them over, without a server.  Pure ASGI."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.types import ASGIApp, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def ask(app: ASGIApp, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
    """One whole request; a header that is not given is what an honest browser at the loopback sends."""
    return asyncio.run(asking(app, method, path, body, headers))


async def asking(app: ASGIApp, method: str, path: str, body: bytes, headers: dict[str, str], *, stays: bool = False) -> Answer:
    """The same inside a loop; a browser that `stays` goes on listening until the answer is over."""
    honest = {
        "host": "127.0.0.1:8080",
        "origin": "http://127.0.0.1:8080",
        "content-type": "application/json",
        "content-length": str(len(body)),
    }
    given = honest | {name.replace("_", "-"): value for name, value in headers.items()}
    path, _, query = path.partition("?")
    sent: list[Message] = []
    asked = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        if stays:
            await asyncio.Event().wait()
        return next(asked, {"type": "http.disconnect"})

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http", "path": path,
        "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8080),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in given.items()],
    }  # fmt: skip
    await app(scope, receive, send)
    start = sent[0]
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(status=start["status"], headers={name.decode(): value.decode() for name, value in start["headers"]}, body=body)
