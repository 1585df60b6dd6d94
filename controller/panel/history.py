"""What is recorded about people, for the page: told by a process that owns the records, over a local socket on which nothing is ever read.

The panel's own user cannot open the records.  Whoever connects gets everything as one JSON text and the end of it; there is no
question to ask, so nothing asked can do harm.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from controller.programme import days
from controller.programme.markers import markers
from controller.programme.model import History, Moment, Person, TableFacts
from controller.programme.outcome import Marker
from controller.programme.progression import progress
from controller.programme.rules import Rules
from controller.programme.sessions import Rating, SessionRecord
from controller.records.database import RecordsError, connect_to_read
from controller.records.store import Store

PATIENCE_S = 2.0
"""For a listener that does not take what it asked for, and for a teller that does not tell."""
MOST_BYTES = 20_000_000
MODE = 0o660


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One person as the page shows them."""

    name: str
    week: int | None
    step: str
    notes: tuple[str, ...]
    markers: tuple[Marker, ...]
    sessions: tuple[SessionRecord, ...]
    ratings: tuple[Rating, ...]


def tell(person: Person, history: History, at: datetime) -> Told:
    """Markers are worked out by the programme itself.  The clock is taken at its word: this is shown and decides nothing."""
    when = days.now(Moment(at=at, zone=UTC, clock_trusted=True), history, TableFacts())
    course = progress(history, days.held(history, when), when, Rules())
    return Told(
        name=person.name,
        week=course.week,
        step=course.step.name.lower().replace("_", " "),
        notes=course.notes,
        markers=markers(history, course, when, Rules()),
        sessions=history.sessions,
        ratings=history.ratings,
    )


def everybody(folder: Path, at: datetime) -> bytes:
    """JSON of all people; `{"wrong": ...}` when the records cannot be read."""
    try:
        with closing(connect_to_read(folder)) as connection:
            store = Store(connection)
            with store.transaction_to_read():
                people = [tell(person, store.history(person.key), at) for person in store.people()]
    except RecordsError as error:
        return msgspec.json.encode({"wrong": str(error)})
    return msgspec.json.encode({"people": people})


def listen(path: Path) -> socket.socket:
    """A stream socket at `path` for the panel's group.  Raises OSError."""
    path.unlink(missing_ok=True)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        bound.bind(str(path))
        os.chmod(path, MODE)
        bound.listen(4)
    except OSError:
        bound.close()
        raise
    return bound


def tell_for_ever(bound: socket.socket, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
    """One listener after the other; one that is slow or gone costs PATIENCE_S."""
    while True:
        listener, _ = bound.accept()
        with closing(listener), suppress(OSError):
            listener.settimeout(PATIENCE_S)
            listener.sendall(everybody(folder, now()))


async def ask(path: Path) -> bytes:
    """What the teller says, whole.  Raises OSError or TimeoutError when there is none."""
    async with asyncio.timeout(PATIENCE_S):
        reader, writer = await asyncio.open_unix_connection(str(path))
        try:
            return await _all(reader)
        finally:
            writer.close()


async def _all(reader: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    while part := await reader.read(65536):
        parts.append(part)
        if sum(map(len, parts)) > MOST_BYTES:
            raise OSError("the records are larger than a page can show")
    return b"".join(parts)
