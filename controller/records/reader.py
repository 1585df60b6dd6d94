"""Reading the records beside a running service: sessions, progress, what happened, black boxes, exports.  Never writes.

For the panel's own process and the command line.  A reader sees the records as of one moment and holds nobody up.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from controller.exit_codes import ExitCode
from controller.records import blackbox
from controller.records.database import FILE, RecordsError, connect_to_read
from controller.records.migrate import newest, too_new, version
from controller.records.rows import TABLES
from controller.records.store import Store

Row = dict[str, Any]
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""

OF_A_SESSION = ("phases", "events", "trips")


class Reader(Store):
    """The reading half of a Store, and what nobody but a reader asks for."""

    def sessions(self, key: str) -> list[Row]:
        """Each session of a person with its row's `id`, newest first."""
        return self._rows("SELECT * FROM sessions WHERE person_id = ? ORDER BY number DESC", self._id(key))

    def progress(self, key: str) -> list[Row]:
        """One line for each session, with what was rated before and after it; the series of a chart."""
        return self._rows("SELECT * FROM progress WHERE person = ? ORDER BY session", self.person(key).key)

    def what_happened(self, session_id: int) -> dict[str, list[Row]]:
        """A session's phases, events and trips."""
        return {table: self._rows(f"SELECT * FROM {table} WHERE session_id = ?", session_id) for table in OF_A_SESSION}

    def refusals(self, key: str | None, most: int) -> list[Row]:
        """Newest first, what a START pressed by this person was refused for; None: while nobody was chosen."""
        person_id = None if key is None else self._id(key)
        return self._rows(
            "SELECT at, rule, text FROM events WHERE kind = 'refusal' AND person_id IS ? ORDER BY id DESC LIMIT ?", person_id, most
        )

    def trips(self) -> list[Row]:
        """Every trip, newest first, with the number of ticks in its boxes before and after it."""
        return self._rows(
            "SELECT trips.*, sum(ticks) FILTER (WHERE part = 'before') AS ticks_before,"
            " sum(ticks) FILTER (WHERE part = 'after') AS ticks_after"
            " FROM trips LEFT JOIN boxes ON trip_id = trips.id GROUP BY trips.id ORDER BY trips.id DESC"
        )

    def box(self, trip_id: int) -> Iterator[dict[str, object]]:
        """Each tick around a trip, oldest first, none twice.  Raises RecordsError when there is no box."""
        boxes = self._rows(
            "SELECT data, layout FROM boxes JOIN box_formats ON box_formats.id = format_id WHERE trip_id = ? ORDER BY boxes.id", trip_id
        )
        if not boxes:
            raise RecordsError(f"trip {trip_id}: has no black box", ExitCode.USAGE)
        last_s = float("-inf")
        for found in boxes:
            for row in blackbox.rows(found["data"], found["layout"]):
                if float(str(row["now_s"])) > last_s:
                    last_s = float(str(row["now_s"]))
                    yield row

    # ------------------------------------------------------------ exports (TP15)

    def export(self, key: str) -> dict[str, list[Row]]:
        """Everything about one person, table by table, as it stands in the file."""
        person_id = self._id(key)
        found = {"people": self._rows("SELECT * FROM people WHERE id = ?", person_id)}
        found |= {table: self._rows(f"SELECT * FROM {table} WHERE person_id = ? ORDER BY id", person_id) for table in TABLES.values()}
        found["former_names"] = self._rows("SELECT * FROM former_names WHERE person_id = ? ORDER BY id", person_id)
        mine = "session_id IN (SELECT id FROM sessions WHERE person_id = :id)"
        for table in OF_A_SESSION:
            also = " OR person_id = :id" if table == "events" else ""
            found[table] = self._rows(f"SELECT * FROM {table} WHERE {mine}{also} ORDER BY 1, 2", {"id": person_id})
        return found

    def boxes_of(self, key: str) -> list[int]:
        """The trips of a person that have a black box (SE9), oldest first."""
        sql = "SELECT DISTINCT trips.id FROM trips JOIN boxes ON trip_id = trips.id JOIN sessions ON sessions.id = session_id"
        return [row["id"] for row in self._rows(f"{sql} WHERE sessions.person_id = ? ORDER BY trips.id", self._id(key))]

    def export_json(self, key: str) -> str:
        """One JSON document."""
        return json.dumps({"version": version(self.connection)} | self.export(key), ensure_ascii=False, indent=1) + "\n"

    def export_csv(self, key: str) -> dict[str, str]:
        """File name -> text, one file for each table that has a row."""
        return {f"{table}.csv": as_csv(rows) for table, rows in self.export(key).items() if rows}

    def _id(self, key: str) -> int:
        person_id = self.person_id(key)
        if person_id is None:
            raise RecordsError(f"{key}: nobody has this key", ExitCode.USAGE)
        return person_id

    def _rows(self, sql: str, *values: object) -> list[Row]:
        named = values[0] if values and isinstance(values[0], dict) else values
        return [dict(row) for row in self.connection.execute(sql, named)]


def as_csv(rows: list[Row]) -> str:
    """With a line of headings; a text that a spreadsheet would take for a formula gets an apostrophe before it."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows({name: _harmless(cell) for name, cell in row.items()} for row in rows)
    return text.getvalue()


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _unreadable(found: int) -> str:
    """Why a file of that version is not read, and what to do."""
    if found == 0:
        return f"{FILE} is not a records file of this program"
    if found > newest():
        return too_new(found, newest())
    return f"the records are version {found}, this program reads version {newest()}; the service or any writing command updates them"


@contextmanager
def reading(folder: Path) -> Iterator[Reader]:
    """The records as of one moment.  Raises RecordsError with one line when they cannot be read."""
    with closing(connect_to_read(folder)) as connection:
        found = version(connection)
        if found != newest():
            raise RecordsError(f"{folder}: {_unreadable(found)}", ExitCode.BAD_DATA)
        try:
            connection.execute("BEGIN")
            yield Reader(connection)
        except sqlite3.Error as error:
            raise RecordsError(f"{folder}: the records cannot be read: {error}", ExitCode.NO_INPUT) from error
