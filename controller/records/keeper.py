"""Puts what the service has to tell on the disk, in one transaction at a time.  Lives on the writer's thread only.

Whatever goes wrong is raised as one line; what was handed over stays in memory, bounded, until the disk has taken it.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from contextlib import ExitStack, suppress
from datetime import datetime
from importlib.metadata import version
from math import isfinite
from pathlib import Path

from controller.programme.model import Moment, Person
from controller.records import database
from controller.records.blackbox import Frozen, layout
from controller.records.database import DamagedError
from controller.records.migrate import migrate
from controller.records.rows import row_of
from controller.records.store import Known, Store
from controller.records.summarise import Kept, Line, News, Trip

LINES_MOST = 1000  # about ten minutes of a lively session
TRIPS_MOST = 100
BETWEEN_MOST = 20_000  # events between sessions; the oldest go when the service starts
STAMP_S = 600.0  # how far behind the latest seen moment may fall while nothing happens


class Keeper:
    """The service's hand on the database."""

    def __init__(self, folder: Path, run_began: Moment) -> None:
        self._folder = folder
        self._began = run_began
        self._store: Store | None = None
        self._run_id = 0
        self._inode = 0
        self._seen = (-1, -1)  # versions of the file, by others and by us
        self._stamped: datetime | None = None
        self._sessions: dict[int, Kept] = {}
        self._newest: Kept | None = None
        self._lines: deque[Line] = deque(maxlen=LINES_MOST)
        self._trips: deque[Trip] = deque(maxlen=TRIPS_MOST)
        self._boxes: deque[Frozen] = deque(maxlen=TRIPS_MOST)
        self._dropped_told = 0
        self._evicted = 0
        self.lost_before = 0  # items that never came this far
        self.kept_sessions = 0  # how many of this run's are on the disk as they stand
        self.unacknowledged: tuple[str, ...] = ()

    @property
    def dropped(self) -> int:
        """Items of this run that never reach the disk."""
        return self._evicted + self.lost_before

    @property
    def waiting(self) -> int:
        """Items that are not on the disk yet."""
        return len(self._sessions) + len(self._lines) + len(self._trips) + len(self._boxes)

    # ------------------------------------------------------------ taking over

    def take(self, news: News, frozen: tuple[Frozen, ...]) -> None:
        """Into memory.  The oldest lines give way when there are too many; sessions never do, each is one entry."""
        if news.session is not None:
            self._sessions[news.session.run_number] = self._newest = news.session
        self._evicted += max(0, len(self._lines) + len(news.lines) - LINES_MOST)
        self._lines.extend(news.lines)
        if news.trip is not None:
            self._evicted += len(self._trips) == TRIPS_MOST
            self._trips.append(news.trip)
        self._evicted += max(0, len(self._boxes) + len(frozen) - TRIPS_MOST)
        self._boxes.extend(frozen)

    # ------------------------------------------------------------ onto the disk

    def keep(self) -> None:
        """Everything that waits, in one transaction; on the disk when this returns.  Raises sqlite3.Error, OSError, RecordsError."""
        store = self._opened()
        if not self.waiting and self.dropped == self._dropped_told:
            return
        try:
            boxes = [(frozen, frozen.box.squeezed()) for frozen in self._boxes]
            with store.transaction():
                self._put_all(store, boxes)
        except sqlite3.Error as error:
            self._after(error)
            raise
        self._dropped_told = self.dropped
        self.kept_sessions = max(self.kept_sessions, *self._sessions, 0)
        self._sessions.clear()
        self._lines.clear()
        self._trips.clear()
        self._boxes.clear()

    def look(self, moment: Moment) -> None:
        """Once a second: is the file still there, who acknowledged what, what time is it.  Raises as `keep`."""
        store = self._opened()
        try:
            self.unacknowledged = store.unacknowledged() if self.unacknowledged else ()
            stale = self._stamped is None or abs((moment.at - self._stamped).total_seconds()) >= STAMP_S
            if moment.clock_trusted and stale:
                store.saw(moment.at)
                self._stamped = moment.at
        except sqlite3.Error as error:
            self._after(error)
            raise

    def known(self, key: str) -> Known:
        """Everything about one person, for the programme.  Raises as `keep`, RecordsError when they are not there."""
        store = self._opened()
        with store.transaction_to_read():
            return store.known(key)

    def chosen(self) -> str | None:
        """Who lies on the table next.  Raises as `keep`."""
        return self._opened().chosen()

    def people(self) -> tuple[Person, ...]:
        """Everybody.  Raises as `keep`."""
        return self._opened().people()

    def changed(self) -> bool:
        """Whether anybody, this program included, has written since this was last asked."""
        store = self._opened()
        now = (int(store.connection.execute("PRAGMA data_version").fetchone()[0]), store.connection.total_changes)
        changed, self._seen = now != self._seen, now
        return changed

    def close(self, at: datetime) -> None:
        """The run is over."""
        store = self._opened()
        with store.transaction():
            store.connection.execute("UPDATE runs SET ended_at = ? WHERE id = ?", (at.isoformat(), self._run_id))
        self._forget()

    # ------------------------------------------------------------ opening

    def _opened(self) -> Store:
        """The open database; opened afresh when there is none, or when the file is not the one that was opened."""
        if self._store is not None and not self._still_there():
            self._forget()
        if self._store is None:
            self._store = self._open()
        return self._store

    def _still_there(self) -> bool:
        try:
            return (self._folder / database.FILE).stat().st_ino == self._inode
        except OSError:
            return False

    def _open(self) -> Store:
        path = database.prepare(self._folder)
        says = ""
        try:
            connection = self._looked_over(path)
        except DamagedError as error:
            says = str(error)
            database.keep_aside(self._folder, self._began.at)
            connection = self._looked_over(database.prepare(self._folder))
        with ExitStack() as undo:
            undo.callback(connection.close)
            self._inode = path.stat().st_ino
            store = Store(connection)
            with store.transaction():
                self._begin(store, says)
            self.unacknowledged = store.unacknowledged()
            undo.pop_all()
        return store

    def _looked_over(self, path: Path) -> sqlite3.Connection:
        """A connection to a database that is whole and of the newest version."""
        connection = database.connect(path)
        with ExitStack() as undo:
            undo.callback(connection.close)
            database.look_over(connection)
            migrate(connection)
            undo.pop_all()
        return connection

    def _begin(self, store: Store, says: str) -> None:
        """A row for this run; a row for each damaged file that has none, also one that a power cut kept from being told."""
        for file in database.kept_aside(self._folder):
            store.connection.execute(
                "INSERT INTO damages (file, found_at, says) VALUES (?, ?, ?) ON CONFLICT (file) DO NOTHING",
                (file.name, self._began.at.isoformat(), says or "found beside the records"),
            )
        store.connection.execute(
            "DELETE FROM events WHERE session_id IS NULL AND id <="
            " (SELECT id FROM events WHERE session_id IS NULL ORDER BY id DESC LIMIT 1 OFFSET ?)",
            (BETWEEN_MOST,),
        )
        row = store.connection.execute(
            "INSERT INTO runs (begun_at, program, dropped) VALUES (?, ?, ?) RETURNING id",
            (self._began.at.isoformat(), version("inversion-table"), self.dropped),
        ).fetchone()
        self._run_id = int(row["id"])
        if self._newest is not None:
            self._sessions.setdefault(self._newest.run_number, self._newest)  # in a fresh file it must stand too

    def _after(self, error: sqlite3.Error) -> None:
        """A damaged file is closed, so that the next look finds it and keeps it aside."""
        if database.is_damage(error):
            self._forget()

    def _forget(self) -> None:
        if self._store is not None:
            with suppress(sqlite3.Error):
                self._store.connection.close()
        self._store = None
        self._seen = (-1, -1)

    # ------------------------------------------------------------ rows

    def _put_all(self, store: Store, boxes: list[tuple[Frozen, bytes]]) -> None:
        for kept in self._sessions.values():
            self._put_session(store, kept)
        for trip in self._trips:
            self._put_trip(store, trip)
        for frozen, data in boxes:
            self._put_box(store, frozen, data)
        for line in self._lines:
            self._put_line(store, line)
        store.connection.execute("UPDATE runs SET dropped = ? WHERE id = ?", (self.dropped, self._run_id))

    def _put_session(self, store: Store, kept: Kept) -> None:
        person_id = None if kept.person is None else store.person_id(kept.person)
        session_id = store.put_session(person_id, kept.record, {"run_id": self._run_id, "run_number": kept.run_number})
        for number, phase in enumerate(kept.phases, 1):
            store.connection.execute(
                "INSERT OR REPLACE INTO phases VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    session_id,
                    number,
                    phase.mode,
                    phase.begun_s,
                    phase.lasted_s,
                    _finite(phase.begun_deg),
                    _finite(phase.deepest_deg),
                    _finite(phase.ended_deg),
                ),
            )

    def _session_id(self, store: Store, number: int | None) -> int | None:
        found = store.connection.execute("SELECT id FROM sessions WHERE run_id = ? AND run_number = ?", (self._run_id, number)).fetchone()
        return None if found is None else int(found["id"])

    def _put_trip(self, store: Store, trip: Trip) -> None:
        store.connection.execute(
            "INSERT INTO trips (run_id, run_number, session_id, at, at_s, cause, mode, angle_deg) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._run_id,
                trip.run_number,
                self._session_id(store, trip.session),
                trip.at.isoformat(),
                trip.at_s,
                trip.cause,
                trip.mode,
                _finite(trip.angle_deg),
            ),
        )

    def _put_box(self, store: Store, frozen: Frozen, data: bytes) -> None:
        store.connection.execute("INSERT INTO box_formats (layout) VALUES (?) ON CONFLICT (layout) DO NOTHING", (layout(),))
        store.connection.execute(
            "INSERT INTO boxes (trip_id, part, format_id, ticks, data)"
            " SELECT trips.id, ?, box_formats.id, ?, ? FROM trips, box_formats"
            " WHERE trips.run_id = ? AND trips.run_number = ? AND layout = ?",
            (frozen.part, frozen.box.ticks, data, self._run_id, frozen.trip, layout()),
        )

    def _put_line(self, store: Store, line: Line) -> None:
        person_id = None if line.person is None else store.person_id(line.person)
        store.connection.execute(
            "INSERT INTO events (run_id, session_id, person_id, at, at_s, kind, rule, text, mode, angle_deg, board_mode, board_angle_deg)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._run_id,
                self._session_id(store, line.session),
                person_id,
                line.at.isoformat(),
                line.event.at_s,
                line.event.kind,
                line.event.rule,
                line.event.text,
                line.mode,
                _finite(line.angle_deg),
                line.board_mode,
                _finite(line.board_angle_deg) or 0.0,
            ),
        )
        if line.prompt is not None and person_id is not None:
            store.insert("prompts", {"person_id": person_id} | row_of(line.prompt))


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None
