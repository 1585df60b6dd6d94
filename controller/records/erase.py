"""Erasing a person so that nothing of them is left, and still knowing them when they come back (TP15, TP1).

What stays is one row: a salted scrypt digest of name and year of birth, which recognises somebody who is added again under the
same name and says nothing to anybody else, and whether they needed a clearance.  Sessions without a person are nobody's.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import unicodedata
from datetime import datetime
from pathlib import Path

from controller.programme.model import Person
from controller.records.database import RecordsError, kept_aside, transaction

SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}
"""About 50 ms and 16 MB for each guess at a name."""


def identity(salt: bytes, name: str, birth_year: int | None) -> bytes:
    """The same for every way of writing a name that differs in case, accents' encoding or spaces only."""
    plain = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    return hashlib.scrypt(f"{plain}|{birth_year or ''}".encode(), salt=salt, **SCRYPT)


def key_digest(salt: bytes, key: str) -> bytes:
    return hashlib.sha256(salt + key.encode()).digest()


def key_was_used(connection: sqlite3.Connection, key: str) -> bool:
    """Whether an erased person had this key."""
    return any(key_digest(row["salt"], key) == row["key_digest"] for row in connection.execute("SELECT salt, key_digest FROM erased"))


def needed_clearance(connection: sqlite3.Connection, person: Person) -> bool:
    """Whether somebody of this name and year of birth was erased while they needed a clearance."""
    found = connection.execute("SELECT salt, identity FROM erased WHERE needs_clearance = 1").fetchall()
    return any(identity(row["salt"], person.name, person.birth_year) == row["identity"] for row in found)


def erase(connection: sqlite3.Connection, key: str, at: datetime) -> None:
    """Deletes every row about a person and overwrites what held them, in the file and in its log.

    Raises RecordsError when nobody has the key, or when another process reads so long that the log cannot be emptied: the
    rows are gone then, and `scrub` has to be called again.
    """
    row = connection.execute("SELECT * FROM people WHERE key = ?", (key,)).fetchone()
    if row is None:
        raise RecordsError(f"{key}: nobody has this key")
    with transaction(connection):
        _remember(connection, row, at)
        connection.execute("DELETE FROM people WHERE id = ?", (row["id"],))  # everything else goes with it
    scrub(connection)


def scrub(connection: sqlite3.Connection) -> None:
    """Rewrites the file without its free space and empties the log, so that no deleted byte is left in either."""
    connection.execute("VACUUM")
    busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise RecordsError(
            "erased, but another program is reading the records and old pages are still in their log; scrub them when it has ended"
        )


def left_behind(folder: Path) -> list[Path]:
    """Files in which an erased person may still stand: damaged databases that were kept aside."""
    return kept_aside(folder)


def _remember(connection: sqlite3.Connection, row: sqlite3.Row, at: datetime) -> None:
    """What must outlive them: that they needed a clearance, that their key is spent, when anybody's newest erased session was."""
    salt = secrets.token_bytes(16)
    connection.execute(
        "INSERT INTO erased (salt, identity, key_digest, erased_at, needs_clearance) VALUES (?, ?, ?, ?, ?)",
        (
            salt,
            identity(salt, row["name"], row["birth_year"]),
            key_digest(salt, row["key"]),
            at.isoformat(),
            int(_needs_clearance(connection, row)),
        ),
    )
    newest = connection.execute("SELECT max(started_at) FROM sessions WHERE person_id = ?", (row["id"],)).fetchone()[0]
    if newest is not None:
        connection.execute(
            "INSERT INTO clock (id, erased_session_at) VALUES (1, :at) ON CONFLICT (id) DO UPDATE"
            " SET erased_session_at = max(coalesce(erased_session_at, ''), excluded.erased_session_at)",
            {"at": newest},
        )


def _needs_clearance(connection: sqlite3.Connection, row: sqlite3.Row) -> bool:
    """Ever a yes, ever a block, ever a refusal by a clinician, or the same before an earlier erasure: cautious on purpose."""
    asked = (
        "SELECT EXISTS (SELECT 1 FROM answers WHERE person_id = :id AND yes <> '') OR EXISTS (SELECT 1 FROM blocks WHERE person_id = :id)"
        " OR EXISTS (SELECT 1 FROM clearances WHERE person_id = :id AND allows = 0)"
    )
    return bool(row["erased_before"]) or bool(connection.execute(asked, {"id": row["id"]}).fetchone()[0])
