"""What is known of people, written and read.  Each writing call returns when its rows are on the disk, or raises.

One Store per connection and thread.  Blocks on the disk, so never used by the control thread.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from controller.exit_codes import ExitCode
from controller.programme import checked, clock
from controller.programme.model import History, Person
from controller.programme.sessions import SessionRecord
from controller.records import erase
from controller.records.database import DamagedError, RecordsError, connect, look_over, prepare, transaction
from controller.records.migrate import migrate
from controller.records.rows import TABLES, Cell, row_of, value_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the records know of one person, and of the calendar."""

    person: Person
    history: History
    latest_seen: datetime | None
    erased_session_at: datetime | None


class Store:
    """Reads and writes the programme's values."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    # ------------------------------------------------------------ people

    def people(self) -> tuple[Person, ...]:
        """Everybody, in the order in which they were added."""
        return tuple(_value(Person, row) for row in self.connection.execute("SELECT * FROM people ORDER BY id"))

    def person(self, key: str) -> Person:
        """Raises RecordsError for a key that nobody has."""
        person: Person = _value(Person, self._person_row(key))
        return person

    def add_person(self, person: Person) -> bool:
        """Raises RecordsError for a key that somebody has or has had.

        Whoever was erased while needing a clinician needs one again: those answers and blocks are recorded with them.
        Gives whether that was so.
        """
        with self.transaction():
            if erase.key_was_used(self.connection, person.key):
                raise RecordsError(f"{person.key}: was the key of somebody who has been erased; choose another", ExitCode.USAGE)
            if self.person_id(person.key) is not None:
                raise RecordsError(f"{person.key}: is somebody's key already; choose another", ExitCode.USAGE)
            self.insert("people", row_of(person))
            return self._recognise(person)

    def _recognise(self, person: Person) -> bool:
        """Whether somebody of this name and year was erased in need of a clinician; those needs are recorded again."""
        first = max((block.number for block in self.history(person.key).blocks), default=0) + 1
        needs = erase.needs_of_erased(self.connection, person, first)
        if needs:
            self.connection.execute("UPDATE people SET erased_before = 1 WHERE key = ?", (person.key,))
            self.record(person.key, *needs)
        return bool(needs)

    def erased_before(self, key: str) -> bool:
        """Whether somebody of this name and year of birth was erased while they needed a clinician."""
        return bool(self._person_row(key)["erased_before"])

    def change_person(self, person: Person) -> None:
        """Everything but the key and when they were added.  Raises RecordsError for a key that nobody has.

        Another name or year of birth is looked up among the erased like a new person's, and the one before is kept.
        """
        with self.transaction():
            before, row = self._person_row(person.key), row_of(person)
            fixed = ("key", "added_at")
            changes = ", ".join(f"{name} = :{name}" for name in row if name not in fixed)
            self.connection.execute(f"UPDATE people SET {changes} WHERE id = :id", row | {"id": before["id"]})
            if (before["name"], before["birth_year"]) != (person.name, person.birth_year):
                self.insert("former_names", {"person_id": before["id"], "name": before["name"], "birth_year": before["birth_year"]})
                self._recognise(person)

    # ------------------------------------------------------------ what is recorded about them

    def record(self, key: str, *values: object) -> None:
        """Answers, clearances, sign-offs, checklists, ratings ...: all of them or none.  Raises RecordsError for an unknown person."""
        with self.transaction():
            person_id = self._person_row(key)["id"]
            for value in values:
                if isinstance(value, SessionRecord):
                    self.put_session(person_id, value)
                else:
                    self.insert(TABLES[type(value)], {"person_id": person_id} | row_of(value))

    def put_session(self, person_id: int | None, session: SessionRecord, run: dict[str, Cell] | None = None) -> int:
        """A session as it stands now, in the place of what was known of it.  Gives its row.  Within a transaction."""
        row = {"person_id": person_id} | row_of(session) | (run or {})
        names = ", ".join(row)
        same = "run_id, run_number" if run else "person_id, number"
        changes = ", ".join(f"{name} = excluded.{name}" for name in row)
        found = self.connection.execute(
            f"INSERT INTO sessions ({names}) VALUES ({', '.join(f':{name}' for name in row)})"
            f" ON CONFLICT ({same}) DO UPDATE SET {changes} RETURNING id",
            row,
        ).fetchone()
        return int(found["id"])

    def history(self, key: str) -> History:
        """Everything recorded about one person.  Raises RecordsError for an unknown person or a row that cannot be true."""
        person = self._person_row(key)
        found: dict[str, Any] = {"erased_before": bool(person["erased_before"])}
        for kind, table in TABLES.items():
            order = "number" if kind is SessionRecord else "id"
            rows = self.connection.execute(f"SELECT * FROM {table} WHERE person_id = ? ORDER BY {order}", (person["id"],))
            found[table] = tuple(_value(kind, row) for row in rows)
        return History(**found)

    def known(self, key: str) -> Known:
        """All that the programme is asked on.  Within a transaction, where it must be of one moment.  Raises as `history`."""
        return Known(
            person=self.person(key), history=self.history(key), latest_seen=self.latest_seen(), erased_session_at=self.erased_session_at()
        )

    # ------------------------------------------------------------ who is next

    def choose(self, key: str | None, at: datetime) -> None:
        """Who lies on the table next; None: nobody.  Asks nothing of the table: the service takes it while it is idle (SR12)."""
        with self.transaction():
            person_id = None if key is None else self._person_row(key)["id"]
            self.insert("choices", {"at": at.isoformat(), "person_id": person_id})

    def chosen(self) -> str | None:
        """The key of who was chosen last; without any choice the only person there is."""
        row = self.connection.execute(
            "SELECT people.key FROM choices LEFT JOIN people ON people.id = person_id ORDER BY choices.id DESC LIMIT 1"
        ).fetchone()
        if row is not None:
            return None if row["key"] is None else str(row["key"])
        everybody = self.connection.execute("SELECT key FROM people LIMIT 2").fetchall()
        return str(everybody[0]["key"]) if len(everybody) == 1 else None

    # ------------------------------------------------------------ the clock

    def latest_seen(self) -> datetime | None:
        """The latest moment that a trusted clock has shown."""
        return self._clock("latest_seen")

    def erased_session_at(self) -> datetime | None:
        """When the newest session of anybody who has been erased began."""
        return self._clock("erased_session_at")

    def saw(self, at: datetime) -> None:
        """A trusted clock shows `at`.  Sessions held while the clock was not trusted are known to be no later than that."""
        with self.transaction():
            self.connection.execute(
                "INSERT INTO clock (id, latest_seen) VALUES (1, :at) ON CONFLICT (id) DO UPDATE"
                " SET latest_seen = max(coalesce(latest_seen, ''), excluded.latest_seen),"
                " erased_session_at = min(erased_session_at, excluded.latest_seen)",
                {"at": at.isoformat()},
            )
            self.connection.execute("UPDATE sessions SET known_by = ? WHERE clock_trusted = 0 AND known_by IS NULL", (at.isoformat(),))

    def put_right(self, at: datetime, by: str) -> int:
        """`at` is right, and whatever was seen later was not.  Gives how many sessions were dated by that wrong clock.

        Raises RecordsError when nothing later has been seen.
        """
        with self.transaction():
            was = self.latest_seen()
            if was is None or was <= at:
                raise RecordsError("no later time has been seen than the clock shows; there is nothing to put right", ExitCode.USAGE)
            count = sum(self._date_anew(row, at) for row in self.connection.execute("SELECT * FROM sessions").fetchall())
            self.connection.execute(
                "UPDATE clock SET latest_seen = :at, erased_session_at = min(erased_session_at, :at)", {"at": at.isoformat()}
            )
            self.insert("clock_rights", {"at": at.isoformat(), "by_whom": by, "was": was.isoformat(), "sessions": count})
            return count

    def _date_anew(self, row: sqlite3.Row, at: datetime) -> bool:
        session: SessionRecord = _value(SessionRecord, row)
        anew = clock.dated_anew(session, at)
        if anew == session:
            return False
        cells = {name: cell for name, cell in row_of(anew).items() if name in ("clock_trusted", "known_by")}
        self.connection.execute(
            "UPDATE sessions SET clock_trusted = :clock_trusted, known_by = :known_by WHERE id = :id", cells | {"id": row["id"]}
        )
        return True

    def _clock(self, column: str) -> datetime | None:
        row = self.connection.execute(f"SELECT {column} FROM clock").fetchone()
        return None if row is None or row[0] is None else datetime.fromisoformat(row[0])

    # ------------------------------------------------------------ damaged files (F59)

    def unacknowledged(self) -> tuple[str, ...]:
        """Names of damaged files that nobody has acknowledged; Start is refused while there is one."""
        return tuple(row[0] for row in self.connection.execute("SELECT file FROM damages WHERE acknowledged_at IS NULL ORDER BY id"))

    def acknowledge(self, at: datetime, by: str) -> int:
        """Somebody knows that records were lost.  Gives how many files that was about.  Raises ValueError when nobody is named."""
        checked.line("by", by)
        with self.transaction():
            return self.connection.execute(
                "UPDATE damages SET acknowledged_at = ?, acknowledged_by = ? WHERE acknowledged_at IS NULL", (at.isoformat(), by)
            ).rowcount

    # ------------------------------------------------------------ within

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and on the disk when it ends well.  Within another one: part of it."""
        if self.connection.in_transaction:
            yield
            return
        with transaction(self.connection):
            yield

    @contextmanager
    def transaction_to_read(self) -> Iterator[None]:
        """Everything read within is of one moment."""
        self.connection.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.execute("ROLLBACK")

    def person_id(self, key: str) -> int | None:
        """The row of somebody, if they are still there."""
        row = self.connection.execute("SELECT id FROM people WHERE key = ?", (key,)).fetchone()
        return None if row is None else int(row["id"])

    def _person_row(self, key: str) -> sqlite3.Row:
        row = self.connection.execute("SELECT * FROM people WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise RecordsError(f"{key}: nobody has this key", ExitCode.USAGE)
        found: sqlite3.Row = row
        return found

    def insert(self, table: str, row: dict[str, Cell]) -> None:
        """One row.  Within a transaction."""
        self.connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})", row)


def _value(kind: type[Any], row: sqlite3.Row) -> Any:
    try:
        return value_of(kind, dict(row))
    except (ValueError, TypeError, KeyError) as error:
        raise RecordsError(f"records: {TABLES.get(kind, 'people')} row {row['id']}: {error}", ExitCode.BAD_DATA) from error


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    """The records of a table, to write, for a command: looked over, brought to the newest version, closed again.  Raises RecordsError."""
    try:
        with closing(connect(prepare(folder))) as connection:
            look_over(connection)
            migrate(connection)
            yield Store(connection)
    except DamagedError as error:
        raise DamagedError(f"{folder}: the records are damaged ({error}); the service keeps them aside when it starts") from error
    except (sqlite3.Error, OSError) as error:
        raise RecordsError(f"{folder}: {error}") from error
