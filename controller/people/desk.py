"""What every command works on: the records' folder, who is meant, what time it is, and how the answer is written down."""

from __future__ import annotations

import io
import os
import pwd
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from controller.config import Settings
from controller.exit_codes import ExitCode
from controller.programme.model import Moment, Person
from controller.programme.verdict import Case
from controller.records.database import FILE, RecordsError
from controller.records.reader import Reader, reading
from controller.records.store import Store, opened
from controller.therapy import case_of, protocols_of

RECORDS_FOLDER = Path("/var/lib/inversion-table")
SETTINGS_FILE = Path("/etc/inversion-table.toml")
WIDTH_COLUMNS = 140  # where nobody says how wide the terminal is


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One run of the command."""

    folder: Path
    settings: Settings
    moment: Moment
    as_json: bool

    @contextmanager
    def to_write(self) -> Iterator[Store]:
        """The records, made if there are none yet.  Raises RecordsError: for one, when they are another user's."""
        self._only_their_owner()
        if self.folder.exists() and os.statvfs(self.folder).f_flag & os.ST_RDONLY:
            raise RecordsError(f"{self.folder}: the file system is read-only; nothing can be recorded", ExitCode.CANNOT_WRITE)
        with opened(self.folder) as store:
            yield store

    @contextmanager
    def to_read(self) -> Iterator[Reader]:
        """The records as they are, never changed.  Raises RecordsError."""
        if not (self.folder / FILE).exists():
            raise RecordsError(f"{self.folder}: no records here yet; `add` a person first", ExitCode.NO_INPUT)
        self._only_their_owner()
        with reading(self.folder) as reader:
            yield reader

    def case(self, store: Store, person: Person) -> Case:
        """What the programme answers on."""
        return case_of(store.known(person.key), self.moment, self.settings, protocols_of(self.settings))

    def case_of_blocks(self, store: Store, person: Person) -> Case:
        """The same for what blocks somebody, which hangs on no protocol: a file that is wrong is in nobody's way here."""
        return case_of(store.known(person.key), self.moment, self.settings, protocols=())

    def has_come(self, option: str, day: date) -> None:
        """A day on which somebody has done something.  Raises RecordsError for one that is still to come, as far as the clock can tell."""
        today = self.moment.local_date()
        if self.moment.clock_trusted and day > today:
            raise RecordsError(f"{option} {day}: has not come yet; today is {today}", ExitCode.USAGE)

    def _only_their_owner(self) -> None:
        """A log file that another user left behind would lock the table's own service out."""
        if not self.folder.exists():
            return
        owner = self.folder.stat().st_uid
        if owner != os.geteuid():
            raise RecordsError(
                f"{self.folder}: belongs to user {_user(owner)}; run: sudo -u {_user(owner)} {' '.join(sys.argv)}", ExitCode.NO_PERMISSION
            )

    # ------------------------------------------------------------ the answer

    def tell(self, line: str, **value: object) -> None:
        """One line for a person; with --json, what it says as values."""
        if self.as_json:
            self.give(value)
        else:
            put(line + "\n")

    def give(self, value: object) -> None:
        put(msgspec.json.format(msgspec.json.encode(msgspec.to_builtins(value)), indent=2).decode() + "\n")

    def table(self, title: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]], nothing: str) -> None:
        """Rows for a person; `nothing` where there are none."""
        if not rows:
            put(nothing + "\n")
            return
        shown = Table(title=title or None, title_justify="left", title_style="bold", header_style="bold", show_edge=False, pad_edge=False)
        for name in head:
            shown.add_column(name, overflow="fold")
        for row in rows:
            shown.add_row(*row)
        put(drawn(shown))


def put(text: str) -> None:
    """Onto standard output, now.  Raises BrokenPipeError when nobody reads on, RecordsError when it takes no more."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise RecordsError(f"the answer cannot be written: {error.strerror or error}", ExitCode.CANNOT_WRITE) from error


def drawn(table: Table) -> str:
    """As wide as the terminal, plain where there is none."""
    text, at_terminal = io.StringIO(), sys.stdout.isatty()
    width = None if at_terminal else WIDTH_COLUMNS
    Console(file=text, force_terminal=at_terminal, width=width, highlight=False, markup=False, soft_wrap=False).print(table)
    return text.getvalue()


def person_of(store: Store, who: str) -> Person:
    """By key, or by the beginning of a name that only one person has.  Raises RecordsError."""
    if not who.strip():
        raise RecordsError("WHO is empty; a key, or the beginning of a name, would be right", ExitCode.USAGE)
    people = store.people()
    for person in people:
        if person.key == who:
            return person
    named = [person for person in people if person.name.casefold().startswith(who.casefold())]
    if len(named) == 1:
        return named[0]
    if named:
        raise RecordsError(
            f"{who}: {len(named)} people are called so; use a key: {', '.join(person.key for person in named)}", ExitCode.USAGE
        )
    known = "; `list` shows who there is" if people else "; nobody has been added yet"
    raise RecordsError(f"{who}: nobody has this key or name{known}", ExitCode.USAGE)


def plain(value: Any) -> str:
    """A value in a cell; a dash for what has not been said."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def _user(uid: int) -> str:

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
