"""Every older version of the file, full, comes to the newest with everything in it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from controller.records import database, migrate
from controller.records.database import RecordsError
from controller.records.store import Store, opened
from tests.records.values import PERSON
from tests.records.workloads import fill_version_1

VERSIONS = range(1, migrate.newest() + 1)


def schema(connection: sqlite3.Connection) -> dict[str, str]:
    """Every table, index and view by its name, spaces and comments aside."""
    rows = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    return {name: re.sub(r"\s+", " ", re.sub(r"--[^\n]*", "", sql)) for name, sql in rows}


def tables(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]


SPECIAL = {
    "condition": "sciatica",
    "zone": "Europe/Berlin",
    "ending": "completed",
    "part": "before",
    "layout": "{}",
    "planned": "[[15.0, 30.0]]",
    "measured": "[]",
    "side": "after",
    "sign": "headache",
    "what": "heat",
    "yes": "vertigo",
    "no": "glaucoma",
    "signs": "",
    "lifts": "1",
    "covers": "",
    "confirmed": "",
    "reasons": "",
}


def cell(name: str, kind: str) -> object:
    """Something that fits a column."""
    if name in SPECIAL:
        return SPECIAL[name]
    if name.endswith("_id") or name == "id":
        return 1
    if kind == "TEXT":
        return "2026-03-01" if name.endswith("_on") else "2026-03-01T18:30:00+00:00" if name.endswith(("at", "_by", "_seen")) else "text"
    return {"INTEGER": 1, "REAL": 1.5, "BLOB": b"blob"}[kind]


def fill(connection: sqlite3.Connection) -> None:
    """One row in each table, whatever tables there are; each refers to the first row of another."""
    connection.execute("PRAGMA foreign_keys = OFF")
    for table in tables(connection):
        columns = {row["name"]: row["type"] for row in connection.execute(f"PRAGMA table_info({table})")}
        row = {name: cell(name, kind) for name, kind in columns.items()}
        connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.execute("PRAGMA foreign_keys = ON")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(database.connect(database.prepare(tmp_path))) as made:
        yield made


@pytest.mark.parametrize("old", VERSIONS)
def test_a_full_file_of_any_older_version_keeps_every_row_and_ends_like_a_fresh_one(
    tmp_path: Path, connection: sqlite3.Connection, old: int
) -> None:
    migrate.migrate(connection, old)
    fill(connection)
    before = {table: [dict(row) for row in connection.execute(f"SELECT * FROM {table}")] for table in tables(connection)}
    assert migrate.migrate(connection) == old
    for table, rows in before.items():
        after = [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
        assert [row | old_row for row, old_row in zip(after, rows, strict=True)] == after
    with closing(database.connect(database.prepare(tmp_path / "fresh"))) as fresh:
        migrate.migrate(fresh)
        assert schema(connection) == schema(fresh)
    database.look_over(connection)
    assert connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1


def test_a_person_of_version_1_is_read_today(tmp_path: Path, connection: sqlite3.Connection) -> None:
    migrate.migrate(connection, 1)
    fill_version_1(Store(connection))
    with opened(tmp_path) as store:
        assert [person.name for person in store.people()] == [PERSON.name]
        assert [session.number for session in store.history(PERSON.key).sessions] == [1, 2]


def test_a_file_of_a_newer_program_is_left_alone(tmp_path: Path, connection: sqlite3.Connection) -> None:
    migrate.migrate(connection)
    connection.execute("PRAGMA user_version = 99")
    with pytest.raises(RecordsError, match=r"the records are version 99 and this program knows versions up to \d; install the newer"):
        migrate.migrate(connection)
    assert migrate.version(connection) == 99


def test_a_step_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate.migrate(connection, 1)
    before = schema(connection)
    broken = migrate.steps() | {3: "CREATE TABLE half (id INTEGER) STRICT;\nCREATE TABLE half (id INTEGER) STRICT;"}
    monkeypatch.setattr(migrate, "steps", lambda: broken)
    with pytest.raises(sqlite3.OperationalError, match="half already exists"):
        migrate.migrate(connection)
    assert (schema(connection), migrate.version(connection)) == (before, 1)


def test_two_programs_that_migrate_at_once_do_it_once(tmp_path: Path, connection: sqlite3.Connection) -> None:
    """The second has seen the old version before the first was done."""
    with closing(database.connect(tmp_path / database.FILE)) as other:
        migrate.migrate(connection, 1)
        assert migrate.version(other) == 1
        migrate.migrate(connection)
        assert migrate.migrate(other) == migrate.newest()
        assert schema(other) == schema(connection)


@pytest.mark.parametrize("names", [["0001_a", "0003_b"], ["0001_a", "0002_b", "0002_c"], ["0002_a"]])
def test_steps_that_are_not_numbered_on_are_refused(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / f"{name}.sql").touch()
    with pytest.raises(RecordsError, match="are not numbered 1, 2, 3"):
        migrate.steps(tmp_path)


def test_every_table_is_strict(connection: sqlite3.Connection) -> None:
    migrate.migrate(connection)
    kinds = {
        row["name"]: row["strict"]
        for row in connection.execute("PRAGMA table_list")
        if row["type"] == "table" and not row["name"].startswith("sqlite_")
    }
    assert len(kinds) > 15
    assert set(kinds.values()) == {1}


def test_ordinary_tools_open_the_file(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.add_person(PERSON)
    with closing(sqlite3.connect(tmp_path / database.FILE)) as plain:
        assert plain.execute("SELECT name FROM people").fetchone() == (PERSON.name,)
        assert plain.execute("SELECT count(*) FROM progress").fetchone() == (0,)
