"""What viewers are told: the newest state, and every line of the story since they last looked.  Knows no socket.

A viewer holds a place in two bounded lists and a flag, nothing else: one that stops reading costs nothing and misses only what is old.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from itertools import islice
from typing import Any

import msgspec

from controller.core.model import Event
from controller.telemetry import Telemetry

KEPT_EVENTS = 400
KEPT_SAMPLES = 4000  # half an hour of the angle trace at a point every half second
MOST_VIEWERS = 40
QUIET_S = 1.0
"""A state goes out at least this often, so that the page can tell a quiet table from a lost one."""

_encoder = msgspec.json.Encoder()


class Kept:
    """The last lines of something that goes on, each with the number it has for ever."""

    def __init__(self, most: int) -> None:
        self._lines: deque[Any] = deque(maxlen=most)
        self.count = 0

    def add(self, lines: tuple[Any, ...]) -> None:
        self._lines.extend(lines)
        self.count += len(lines)

    def clear(self) -> None:
        self._lines.clear()

    def since(self, number: int) -> list[Any]:
        """Lines from `number` on that are still kept."""
        fresh = min(self.count - number, len(self._lines))
        return list(islice(self._lines, len(self._lines) - fresh, None)) if fresh > 0 else []


class Hub:
    """One table's newest state and story; any number of viewers up to MOST_VIEWERS."""

    def __init__(self) -> None:
        self.events = Kept(KEPT_EVENTS)
        self.trace = Kept(KEPT_SAMPLES)
        self.viewers: set[asyncio.Event] = set()
        self.listeners: list[Callable[[Telemetry], None]] = []  # each message of the service goes to them as it comes
        self.age = 0  # grows when the table begins anew: the page forgets what it has drawn
        self._state = b"null"
        self._over = False
        self._heard_s: float | None = None
        self._last: Telemetry | None = None

    def take(self, message: Telemetry | None, extra: dict[str, object] | None = None) -> None:
        """The newest message of the service, and whatever else belongs to it; wakes every viewer."""
        if message is not None:
            self._keep(message)
        table = None if self._last is None else msgspec.structs.replace(self._last, events=(), trace=())
        self._state = _encoder.encode({"table": table, **(extra or {})})
        for viewer in self.viewers:
            viewer.set()

    def _keep(self, message: Telemetry) -> None:
        if self._last is not None and message.now_s < self._last.now_s:
            self.begin_anew()
        self._last = message
        self._heard_s = asyncio.get_running_loop().time()
        self.events.add(message.events)
        self.trace.add(message.trace)
        for listener in self.listeners:
            listener(message)

    def note(self, event: Event) -> None:
        """A line of the story that the service did not write."""
        self.events.add((event,))

    def begin_anew(self) -> None:
        """Another table, or the service after a reboot: its clock runs from zero again."""
        self.age += 1
        self._last = None
        self.events.clear()
        self.trace.clear()

    def end(self) -> None:
        """The server goes away: every stream ends, and browsers try again until there is a server."""
        self._over = True
        for viewer in self.viewers:
            viewer.set()

    async def stream(self) -> AsyncIterator[bytes]:
        """Server-sent events for one viewer, until it goes away.  Raises RuntimeError when there are too many."""
        if len(self.viewers) >= MOST_VIEWERS:
            raise RuntimeError(f"{MOST_VIEWERS} viewers are the most")
        news = asyncio.Event()
        self.viewers.add(news)
        age, events, trace = -1, 0, 0
        try:
            yield b"retry: 1000\n\n"
            while not self._over:
                if age != self.age:
                    age, events, trace = self.age, 0, 0
                frame = self._frame(events, trace)
                events, trace = self.events.count, self.trace.count  # before the yield, which lasts as long as the viewer likes
                yield frame
                await self._news(news)
        finally:
            self.viewers.discard(news)

    async def _news(self, news: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(QUIET_S):
                await news.wait()
        except TimeoutError:
            return
        news.clear()

    def _frame(self, events: int, trace: int) -> bytes:
        silent_s = None if self._heard_s is None else round(asyncio.get_running_loop().time() - self._heard_s, 1)
        story = _encoder.encode(
            {"age": self.age, "silent_s": silent_s, "events": self.events.since(events), "trace": self.trace.since(trace)}
        )
        return b'event: state\ndata: {"state":' + self._state + b',"story":' + story + b"}\n\n"
