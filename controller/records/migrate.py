"""Brings a records file of any older version to the newest, one numbered step after another, all in one transaction."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from controller.exit_codes import ExitCode
from controller.records.database import APPLICATION_ID, DamagedError, RecordsError, transaction

FOLDER = Path(__file__).with_name("schema")


def steps(folder: Path = FOLDER) -> dict[int, str]:
    """Version -> the SQL that makes it from the one before.  A shipped step is never changed; a new one is added."""
    files = sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    numbers = [int(path.name[:4]) for path in files]
    if numbers != list(range(1, len(files) + 1)):
        raise RecordsError(f"{folder}: steps {numbers} are not numbered 1, 2, 3 ...", ExitCode.INTERNAL)
    return {number: path.read_text(encoding="utf-8") for number, path in zip(numbers, files, strict=True)}


def newest() -> int:
    """The version this program reads and writes."""
    return max(steps())


def version(connection: sqlite3.Connection) -> int:
    """The file's version; 0 for an empty file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def statements(sql: str) -> list[str]:
    """The single statements of a step, without its comments; each ends a line."""
    parts, part = [], ""
    for line in re.sub(r"--[^\n]*", "", sql).splitlines(keepends=True):
        part += line
        if part.strip() and sqlite3.complete_statement(part):
            parts.append(part.strip())
            part = ""
    if part.strip():
        raise RecordsError(f"not ended by a semicolon: {part.strip()}", ExitCode.INTERNAL)
    return parts


def too_new(found: int, known: int) -> str:
    """Why a file that a newer program has written is left alone."""
    return f"the records are version {found} and this program knows versions up to {known}; install the newer program"


def migrate(connection: sqlite3.Connection, to: int | None = None) -> int:
    """To version `to` (the newest).  Gives the version it was.  All or nothing, also through a power cut.

    Raises RecordsError for a file of a newer program, DamagedError when a step leaves a reference to nothing.
    """
    to = newest() if to is None else to
    was = version(connection)
    if was > to:
        raise RecordsError(too_new(was, to))
    if was == to:
        return was
    connection.execute("PRAGMA foreign_keys = OFF")  # a step may rebuild a table that others refer to
    try:
        with transaction(connection):
            was = version(connection)  # another process may have done it while this one waited
            for number in range(was + 1, to + 1):
                for statement in statements(steps()[number]):
                    connection.execute(statement)
            if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise DamagedError(f"version {to} would leave a row that refers to nothing")
            connection.execute(f"PRAGMA user_version = {max(was, to)}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    finally:
        connection.execute("PRAGMA foreign_keys = ON")
    return was
