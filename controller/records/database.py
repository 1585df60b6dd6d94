"""Opens the records' SQLite file: owner-only, durable at each commit, looked over before it is trusted, kept aside when damaged.

Blocks on the disk, so never call it from the control thread.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from controller.exit_codes import ExitCode
from controller.latches import sync_folder

FILE = "records.db"
BESIDE = ("-wal", "-shm", "-journal")  # what SQLite keeps next to it
APPLICATION_ID = 0x49545231  # "ITR1": tells this file from any other SQLite file
SQLITE_LEAST = (3, 37, 0)  # STRICT tables
BUSY_S = 2.0  # as long as one writer waits for another process's transaction
CHECKPOINT_PAGES = 200  # 0.8 MB of log at most in daily use: read again within a moment after a power cut
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class RecordsError(Exception):
    """One line: what cannot be done with the records, where, and what would be right."""

    def __init__(self, says: str, exit_code: ExitCode = ExitCode.CANNOT_WRITE) -> None:
        super().__init__(says)
        self.exit_code = exit_code


class DamagedError(RecordsError):
    """The file is not what was written into it."""


def prepare(folder: Path) -> Path:
    """The owner-only folder and, in it, a database file of mode 0600 whatever the umask.  Raises RecordsError, OSError."""
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True)
    elif stat.S_IMODE(folder.stat().st_mode) & 0o077:
        says = f"{folder}: others may look into it and health data are kept there; run: chmod 700 {folder}"
        raise RecordsError(says, ExitCode.NO_PERMISSION)
    path = folder / FILE
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        sync_folder(folder)  # not left to SQLite, which syncs the folder for its logs' sake
    for file in (path, *(path.with_name(FILE + end) for end in BESIDE)):
        if file.exists() and stat.S_IMODE(file.stat().st_mode) != 0o600:
            file.chmod(0o600)
    return path


def connect(path: Path) -> sqlite3.Connection:
    """To write.  WAL with synchronous=FULL: a transaction is on the disk when COMMIT returns, for one fsync of the log.

    Raises DamagedError, RecordsError, sqlite3.Error.
    """
    if sqlite3.sqlite_version_info < SQLITE_LEAST:
        raise RecordsError(f"SQLite {sqlite3.sqlite_version} is too old; 3.37 or newer is needed", ExitCode.UNAVAILABLE)
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    connection.row_factory = sqlite3.Row
    with ExitStack() as undo:
        undo.callback(connection.close)
        _not_another_programs(connection)
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",  # what is deleted is overwritten
            "temp_store = MEMORY",  # nothing personal in a temporary file
            "trusted_schema = OFF",
            "cell_size_check = ON",
            f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
            f"journal_size_limit = {CHECKPOINT_PAGES * 4096}",
        ):
            with damage_told():
                connection.execute(f"PRAGMA {pragma}")
        undo.pop_all()
    return connection


OWNER = "SELECT application_id, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id"
"""Both as of one moment: somebody may be making the file just now."""


def _not_another_programs(connection: sqlite3.Connection) -> None:
    """Before anything is set: a file that is not ours is left as it is.  Raises DamagedError."""
    with damage_told():
        application_id, parts = connection.execute(OWNER).fetchone()
    if application_id != (APPLICATION_ID if parts else 0):
        raise DamagedError("not a records file of this program")


def _to_read(path: Path) -> str:
    """How a file is opened that is only read; on a file system that is read-only nobody can write beside us, nor SQLite its index."""
    frozen = os.statvfs(path).f_flag & os.ST_RDONLY and not path.with_name(f"{FILE}-wal").exists()
    return f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if frozen else ''}"


def connect_to_read(folder: Path) -> sqlite3.Connection:
    """To read beside a running service, and never to change anything.  Raises RecordsError when there is nothing to read."""
    path = folder / FILE
    try:
        connection = sqlite3.connect(_to_read(path), uri=True, timeout=BUSY_S, isolation_level=None)
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except OSError as error:
        raise RecordsError(f"{path}: cannot be read: {error.strerror}", ExitCode.NO_INPUT) from error
    except sqlite3.Error as error:
        raise RecordsError(f"{path}: cannot be read: {error}", ExitCode.NO_INPUT) from error
    connection.row_factory = sqlite3.Row
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, and on the disk when it ends well."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the content is wrong, not that the disk is full, busy, read-only or failing."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF in DAMAGED


@contextmanager
def damage_told() -> Iterator[None]:
    """SQLite's word for a damaged file as DamagedError."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            raise DamagedError(str(error)) from error
        raise


def look_over(connection: sqlite3.Connection) -> None:
    """Every page and every reference.  Raises DamagedError with the first thing that is wrong; never repairs."""
    with damage_told():
        found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        orphan = connection.execute("PRAGMA foreign_key_check").fetchone()
    if found != "ok":
        raise DamagedError(found.splitlines()[-1])
    if orphan is not None:
        raise DamagedError(f"a row of {orphan[0]} refers to a row of {orphan[2]} that is not there")
    _not_another_programs(connection)


def keep_aside(folder: Path, at: datetime) -> Path:
    """Moves the damaged database and its logs out of the way under a name that says when.  Gives the new path.

    Every new name is durable before any old one goes, so that a power cut leaves the whole set at least once.
    """
    stamp = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    number = 0
    while (target := folder / f"records.damaged-{stamp}{f'-{number}' if number else ''}.db").exists():
        number += 1
    path = folder / FILE
    there = [end for end in ("", "-wal", "-journal") if path.with_name(FILE + end).exists()]
    for end in there:
        os.link(path.with_name(FILE + end), target.with_name(target.name + end))
    sync_folder(folder)
    for end in (*there, "-shm"):
        path.with_name(FILE + end).unlink(missing_ok=True)
    sync_folder(folder)
    return target


def kept_aside(folder: Path) -> list[Path]:
    """Damaged databases that were kept; they hold personal data until somebody deletes them."""
    return sorted(folder.glob("records.damaged-*.db"))
