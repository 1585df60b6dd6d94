"""The virtual table's page: the live view's own page, with contacts to press and a workbench.  Must never call the controller."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from controller.core.limits import Limits
from controller.core.model import Event
from controller.panel.asking import Asking, AskingPages
from controller.panel.guards import Guards
from controller.panel.hub import Hub
from controller.panel.site import HistoryPages, Site, desk_html, page
from controller.programme.protocols import Protocol
from controller.telemetry import Telemetry
from hardware.patterns import BUZZER_CYCLE
from hardware.speech.renderer import SpeechError
from sim.virtual import orders
from sim.virtual.clinic import Clinic
from sim.virtual.look import Look, catalogue, known_people
from sim.virtual.table import VirtualTable
from sim.virtual.voice import Voice

ASSETS = Path(__file__).parent / "assets"
BUZZER = {pattern.value: cycle for pattern, cycle in BUZZER_CYCLE.items()}
"""When the page's own buzzer sounds: as the Pi's does, and the drive board's in the same rhythm."""
BUSY = "the table has too much to do; try again\n"


class Relay:
    """Carries frames from the table's thread into the server's loop; before the loop runs they are nobody's."""

    def __init__(self, hub: Hub, voice: Voice) -> None:
        self._hub = hub
        self._voice = voice
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self) -> None:
        self._loop = asyncio.get_running_loop()

    def publish(self, message: Telemetry | None, shown: Look, notes: tuple[Event, ...], anew: bool) -> None:
        for event in message.events if message is not None else ():
            if event.kind.startswith("say"):
                self._voice.said(event.text)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, message, shown, notes, anew)

    def _take(self, message: Telemetry | None, shown: Look, notes: tuple[Event, ...], anew: bool) -> None:
        if anew:
            self._hub.begin_anew()
        for note in notes:
            self._hub.note(note)
        self._hub.take(message, {"look": shown})


class Spoken:
    """The phrases as the loudspeaker renders them, one file each; without a speech engine here there are none (503)."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    def routes(self) -> list[BaseRoute]:
        return [Route("/spoken/{text:path}", self._say, methods=["GET"])]

    async def _say(self, request: Request) -> Response:
        try:
            path = await asyncio.to_thread(self._voice.file, request.path_params["text"])
        except (SpeechError, OSError) as error:
            return PlainTextResponse(f"{error}\n", 503)
        if path is None:
            return PlainTextResponse("nothing that a table says\n", 404)
        return Response(await asyncio.to_thread(path.read_bytes), media_type="audio/wav")


class VirtualSite:
    """Routes of the workbench on top of the live view's."""

    def __init__(self, table: VirtualTable, protocols: Sequence[Protocol], voice: Voice) -> None:
        self._table = table
        titles = [{"name": protocol.name, "title": protocol.title} for protocol in protocols]
        known = {"faults": catalogue(), "people": known_people(), "protocols": titles, "buzzer": BUZZER, "voice": voice.trouble}
        self._catalogue = msgspec.json.encode(known)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/hand", self._hand, methods=["POST"]),
            Route("/bench", self._bench, methods=["POST"]),
            Route("/catalogue", self._tell_catalogue, methods=["GET"]),
            Mount("/virtual", StaticFiles(directory=ASSETS)),
        ]

    async def _hand(self, request: Request) -> Response:
        return await self._obey(request, orders.hand_decoder)

    async def _bench(self, request: Request) -> Response:
        return await self._obey(request, orders.bench_decoder)

    async def _obey(self, request: Request, decoder: msgspec.json.Decoder[Any]) -> Response:
        try:
            wanted = decoder.decode(await request.body())
        except msgspec.MsgspecError as error:
            return JSONResponse({"wrong": str(error)}, 400)
        return Response(status_code=204) if self._table.order(wanted) else Response(BUSY, 503)

    async def _tell_catalogue(self, _: Request) -> Response:
        return Response(self._catalogue, media_type="application/json")


def html() -> str:
    return page(
        "Inversion table, simulated",
        "/virtual/virtual.js",
        controls=(ASSETS / "controls.html").read_text(encoding="utf-8"),
        styles='<link rel="stylesheet" href="/virtual/virtual.css">',
        drawer=(ASSETS / "drawer.html").read_text(encoding="utf-8"),
    )


def application(hub: Hub, table: VirtualTable, clinic: Clinic, protocols: Sequence[Protocol], voice: Voice, limits: Limits) -> Starlette:
    """The whole web application of one virtual table."""
    asking = Asking(hub)
    clinic.fetch = lambda: asking.stands
    routes = Site(hub, html(), limits).routes() + VirtualSite(table, protocols, voice).routes()
    routes += HistoryPages(lambda: asyncio.to_thread(clinic.told)).routes() + AskingPages(asking, desk_html()).routes()
    routes += Spoken(voice).routes()
    return Starlette(routes=routes, middleware=[Middleware(Guards)])
