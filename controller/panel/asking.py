"""What somebody at the page asks of the service: taken from the page, kept until the service fetches it, answered by the telemetry.

Nothing here reaches the service.  One request stands at a time; it is fetched or it is gone (decision 0026).
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from controller.panel.hub import Hub
from controller.panel.local_socket import bound_at
from controller.requests import FRESH_S, Answer, AnyRequest, RequestError, Sent, encode, parse_request
from controller.telemetry import Telemetry

BACKLOG = 4


class Asking:
    """The one request that stands.  `stands` may be read by any thread: it is exchanged in one piece."""

    def __init__(self, hub: Hub, now_s: Callable[[], float] = time.monotonic, patience_s: float = FRESH_S) -> None:
        self.stands: bytes | None = None
        self._now_s = now_s
        self._patience_s = patience_s
        self._waits: tuple[str, asyncio.Future[Answer]] | None = None
        hub.listeners.append(self._heard)

    @property
    def busy(self) -> bool:
        return self._waits is not None

    async def ask(self, request: AnyRequest) -> Answer | None:
        """The service's answer; None when it gives none within patience_s.  Never two at a time: see `busy`."""
        sent = Sent(token=secrets.token_urlsafe(24), made_s=self._now_s(), request=request)
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waits, self.stands = (sent.token, answered), encode(sent)
        try:
            async with asyncio.timeout(self._patience_s):
                return await answered
        except TimeoutError:
            return None
        finally:
            self._waits = self.stands = None

    def _heard(self, message: Telemetry) -> None:
        answer = message.answer
        if self._waits is None or answer is None:
            return
        token, answered = self._waits
        if answer.token == token and not answered.done():
            self.stands = None
            answered.set_result(answer)


class AskingPages:
    """The page with the forms, and the one route that takes something in.  A request moves nothing; see controller/requests.py."""

    def __init__(self, asking: Asking, html: str) -> None:
        self._asking = asking
        self._html = html

    def routes(self) -> list[BaseRoute]:
        return [Route("/desk", self._page, methods=["GET"]), Route("/requests", self._ask, methods=["POST"])]

    async def _page(self, _: Request) -> HTMLResponse:
        return HTMLResponse(self._html)

    async def _ask(self, request: Request) -> Response:
        try:
            asked = parse_request(await request.body())
        except RequestError as error:
            return JSONResponse({"wrong": str(error)}, 400)
        who = visitor(request)
        if who is not None and asked.person != who:
            return JSONResponse({"wrong": "you are logged in for yourself only; the keeper may ask for anybody"}, 403)
        if self._asking.busy:
            return JSONResponse({"wrong": "something else is being asked; try again in a moment"}, 409)
        answer = await self._asking.ask(asked)
        if answer is None:
            return JSONResponse({"wrong": "the controller does not answer; nothing was recorded"}, 503)
        return JSONResponse({"accepted": answer.accepted, "says": answer.says, "way_back": answer.way_back})


def visitor(request: Request) -> str | None:
    """Whose data this visitor may see and add to; None: everybody's (the keeper, or no password is set)."""
    who = request.scope.get("state", {}).get("who")
    return None if who is None else str(who)


def logged_in(request: Request) -> bool:
    """Whether there is anything to log out of."""
    return "who" in request.scope.get("state", {})


# ------------------------------------------------------------------ where the service fetches it


def open_socket(path: Path) -> socket.socket:
    """A packet socket at `path`, in place of one that a former panel left behind.  Raises OSError."""
    return bound_at(path, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK, BACKLOG)


def begin(asking: Asking, bound: socket.socket) -> None:
    """Whoever comes is given what stands, and is never heard."""
    asyncio.get_running_loop().add_reader(bound, _give, asking, bound)


def _give(asking: Asking, bound: socket.socket) -> None:
    with suppress(OSError):
        caller, _ = bound.accept()
        with caller:
            caller.settimeout(0.0)
            if asking.stands is not None:
                caller.send(asking.stands)
