"""The page that shows a table: its files, its stream.  Must never take anything in: whatever can be asked of it stands in `routes()`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from controller.core.limits import Limits
from controller.panel import history
from controller.panel.asking import logged_in, visitor
from controller.panel.hub import MOST_VIEWERS, Hub
from controller.panel.words import page_words

ASSETS = Path(__file__).parent / "assets"
STALLED_S = 30.0
"""A viewer that has taken nothing for this long is let go; a browser comes back by itself."""


def page(title: str, script: str, *, controls: str, drawer: str = "", styles: str = "") -> str:
    """The whole page: one frame, with what this site adds to it."""
    frame = Template((ASSETS / "page.html").read_text(encoding="utf-8"))
    return frame.substitute(title=title, script=script, controls=controls, drawer=drawer, styles=styles)


def desk_html() -> str:
    """The page with the forms."""
    return (ASSETS / "desk.html").read_text(encoding="utf-8")


class EventStream:
    """An answer that goes on until the viewer leaves, or takes nothing for STALLED_S."""

    def __init__(self, lines: AsyncIterator[bytes]) -> None:
        self._lines = lines

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        leaving = asyncio.create_task(_left(receive))
        telling = asyncio.create_task(self._tell(send))
        _, pending = await asyncio.wait({leaving, telling}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(leaving, telling, return_exceptions=True)

    async def _tell(self, send: Send) -> None:
        async with aclosing(self._lines) as lines:  # type: ignore[type-var]  # an async generator, which mypy sees as an iterator
            async for line in lines:
                async with asyncio.timeout(STALLED_S):
                    await send({"type": "http.response.body", "body": line, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class HistoryPages:
    """Sessions, ratings and markers, as whoever owns the records tells them: `told` raises OSError or TimeoutError when nobody does."""

    def __init__(self, told: Callable[[], Awaitable[bytes]]) -> None:
        self._told = told
        self._html = (ASSETS / "history.html").read_text(encoding="utf-8")

    def routes(self) -> list[BaseRoute]:
        return [Route("/history", self._page, methods=["GET"]), Route("/records", self._records, methods=["GET"])]

    async def _page(self, _: Request) -> HTMLResponse:
        return HTMLResponse(self._html)

    async def _records(self, request: Request) -> Response:
        try:
            told = await self._told()
        except (OSError, TimeoutError) as error:
            return JSONResponse({"wrong": f"the records are not told: {error or 'no answer'}"}, 503)
        shown = await asyncio.to_thread(history.shown, told, visitor(request), request.query_params.get("person"))
        return Response(shown, media_type="application/json", headers={"x-logged-in": "yes" if logged_in(request) else "no"})


class Site:
    """Pages and stream over one hub."""

    def __init__(self, hub: Hub, html: str, limits: Limits) -> None:
        self._hub = hub
        self._html = html
        self._words = page_words(limits)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self._page, methods=["GET"]),
            Route("/events", self._events, methods=["GET"]),
            Route("/words", self._tell_words, methods=["GET"]),
            Mount("/assets", StaticFiles(directory=ASSETS)),
        ]

    async def _page(self, _: Request) -> HTMLResponse:
        return HTMLResponse(self._html)

    async def _tell_words(self, _: Request) -> Response:
        return Response(self._words, media_type="application/json")

    async def _events(self, _: Request) -> Response | EventStream:
        if len(self._hub.viewers) >= MOST_VIEWERS:
            return PlainTextResponse(f"{MOST_VIEWERS} viewers are the most; close another one\n", 503)
        return EventStream(self._hub.stream())
