"""Erasing a person so that nothing of them is left, and still knowing what they needed when they come back (TP15, TP1).

What stays is a row for each name they had that nobody can read who does not know that name already: scrypt of it, with a salt of
its own, gives 64 bytes.  Half of them recognise somebody who is added again under the same name; the other half unlock the year
of birth and what needed a clinician, which is then written down again.  Sessions without a person are nobody's.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import unicodedata
from datetime import datetime
from pathlib import Path

from controller.exit_codes import ExitCode
from controller.programme.model import Answers, Contraindication, Person
from controller.programme.sessions import BlockedUntilCleared, StopSign
from controller.records.database import RecordsError, kept_aside, transaction

SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 64}
"""About 50 ms and 16 MB for each guess at a name."""

NEEDS_BYTES = 320
"""More than all questions and signs together, so that the length says nothing."""


NOT_KNOWN_YET = "9999-01-01T00:00:00+00:00"
"""When a session was whose clock was not trusted and that no trusted moment has followed yet; the first one takes its place."""


def halves(salt: bytes, name: str, birth_year: int | None) -> tuple[bytes, bytes]:
    """What recognises a person and what unlocks their needs; the same however the name's letters, accents and spaces are typed."""
    plain = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    both = hashlib.scrypt(f"{plain}|{birth_year or ''}".encode(), salt=salt, **SCRYPT)
    return both[:32], both[32:]


def key_digest(salt: bytes, key: str) -> bytes:
    return hashlib.sha256(salt + key.encode()).digest()


def key_was_used(connection: sqlite3.Connection, key: str) -> bool:
    """Whether an erased person had this key."""
    return any(key_digest(row["salt"], key) == row["key_digest"] for row in connection.execute("SELECT salt, key_digest FROM erased"))


def needs_of_erased(connection: sqlite3.Connection, person: Person, first_block: int = 1) -> tuple[Answers | BlockedUntilCleared, ...]:
    """What somebody of this name needed a clinician for when they were erased, to be recorded again; blocks from `first_block` on.

    A year of birth tells two of one name apart only if both were said.
    """
    questions: set[str] = set()
    signs: set[str] = set()
    for row in connection.execute("SELECT salt, identity, needs, year_inside FROM erased").fetchall():
        identity, secret = halves(row["salt"], person.name, None if row["year_inside"] else person.birth_year)
        if identity == row["identity"]:
            year, asked, blocked = _unlocked(row["needs"], secret, year_inside=row["year_inside"])
            if "" in (year, _word(person.birth_year)) or year == _word(person.birth_year):
                questions |= set(asked.split())
                signs |= set(blocked.split())
    yes = frozenset(question for question in Contraindication if question.value in questions)
    blocks = [sign for sign in StopSign if sign.value in signs]
    return (
        *((Answers(at=person.added_at, yes=yes),) if yes else ()),
        *(BlockedUntilCleared(number=number, at=person.added_at, session=0, sign=sign) for number, sign in enumerate(blocks, first_block)),
    )


def erase(connection: sqlite3.Connection, key: str, at: datetime) -> None:
    """Deletes every row about a person and overwrites what held them, in the file and in its log.

    Raises RecordsError when nobody has the key, or when another process reads so long that the log cannot be emptied: the
    rows are gone then, and `scrub` has to be called again.
    """
    row = connection.execute("SELECT * FROM people WHERE key = ?", (key,)).fetchone()
    if row is None:
        raise RecordsError(f"{key}: nobody has this key", ExitCode.USAGE)
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
    needs = _needs(connection, row["id"])
    known_as = {(row["name"], row["birth_year"])}
    known_as |= {
        tuple(former) for former in connection.execute("SELECT name, birth_year FROM former_names WHERE person_id = ?", (row["id"],))
    }
    for name, birth_year in sorted(known_as, key=str):
        salt = secrets.token_bytes(16)
        identity, secret = halves(salt, name, None)
        connection.execute(
            "INSERT INTO erased (erased_at, salt, identity, needs, key_digest, year_inside) VALUES (?, ?, ?, ?, ?, 1)",
            (at.isoformat(), salt, identity, _locked(f"{_word(birth_year)}|".encode() + needs, secret), key_digest(salt, row["key"])),
        )
    asked = "SELECT max(CASE WHEN clock_trusted THEN started_at ELSE coalesce(known_by, ?) END) FROM sessions WHERE person_id = ?"
    newest = connection.execute(asked, (NOT_KNOWN_YET, row["id"])).fetchone()[0]
    if newest is not None:
        connection.execute(
            "INSERT INTO clock (id, erased_session_at) VALUES (1, :at) ON CONFLICT (id) DO UPDATE"
            " SET erased_session_at = max(coalesce(erased_session_at, ''), excluded.erased_session_at)",
            {"at": newest},
        )


def _needs(connection: sqlite3.Connection, person_id: int) -> bytes:
    """Every question ever answered yes or that a clinician has said no to, every sign that ever blocked: their clearances go with them."""
    asked = "SELECT yes FROM answers WHERE person_id = :id UNION ALL SELECT covers FROM clearances WHERE person_id = :id AND allows = 0"
    questions = {word for found in connection.execute(asked, {"id": person_id}) for word in found[0].split()}
    signs = {found[0] for found in connection.execute("SELECT sign FROM blocks WHERE person_id = ?", (person_id,))}
    return f"{' '.join(sorted(questions))}|{' '.join(sorted(signs))}".encode()


def _word(year: int | None) -> str:
    return "" if year is None else str(year)


def _unlocked(needs: bytes, secret: bytes, *, year_inside: bool) -> tuple[str, str, str]:
    """Year of birth (empty: not said, or already part of the identity), questions and signs."""
    text = _locked(needs, secret).decode().strip()
    year, asked, blocked = (text if year_inside else f"|{text}").split("|")
    return year, asked, blocked


def _locked(text: bytes, secret: bytes) -> bytes:
    """Padded and combined with a key stream that is used once; the same again unlocks it."""
    padded = text.ljust(NEEDS_BYTES)
    return bytes(a ^ b for a, b in zip(padded, hashlib.shake_256(secret).digest(NEEDS_BYTES), strict=True))
