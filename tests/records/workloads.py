"""What a process does to the records while its power may go: `python -m tests.records.workloads NAME FOLDER`.

Each workload says in the file `marks`, one JSON line at a time, what it has been promised, once the program has reported it
kept; after any cut each promise made before it must hold.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from controller.core.model import Event, Latches, Mode, Outputs
from controller.programme.sessions import Rating, When
from controller.records import database, erase
from controller.records.journal import RecordsJournal
from controller.records.migrate import migrate
from controller.records.store import Store, opened
from tests.core.ideal import GOOD
from tests.records.tables import INPUTS, LIMITS, Watched, finished, journal, started, until
from tests.records.tap import MARKS
from tests.records.values import EVERYTHING, MOMENT, NOW, PERSON, SESSION, values

ERASED_NAME = "Wilhelmine Vergissmich"


class Marks:
    """One write for each promise, so that it stands in the tap's log between the calls that came before and after."""

    def __init__(self, folder: Path) -> None:
        self._handle = os.open(folder / MARKS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def say(self, **promise: object) -> None:
        os.write(self._handle, json.dumps(promise).encode() + b"\n")


def people(folder: Path) -> None:
    """From nothing: people, everything about them, many sessions, an erasure, the same name again, a second opening."""
    marks = Marks(folder)
    other = replace(PERSON, key="p-2", name=ERASED_NAME)
    with opened(folder) as store:
        for person in (PERSON, other):
            store.add_person(person)
            marks.say(person=person.key)
            for value in values(EVERYTHING):
                store.record(person.key, value)
                marks.say(recorded=[person.key, type(value).__name__])
        for number in range(3, 70):
            at = NOW + timedelta(days=number)
            store.record(PERSON.key, replace(SESSION, number=number, started_at=at, ended_at=at))
            marks.say(session=[PERSON.key, number])
            store.record(PERSON.key, Rating(at=at, session=number, when=When.AFTER, pain=number % 10))
        marks.say(erasing=other.key)
        erase.erase(store.connection, other.key, NOW)
        marks.say(erased=other.key)
    with opened(folder) as store:
        store.add_person(replace(other, key="p-3", name="Somebody New"))
        marks.say(person="p-3")


def story(folder: Path) -> None:
    """The journal of a running service: events in real time, a session with a trip and its boxes, latches, a second run."""
    marks = Marks(folder)
    made = journal(folder)
    for number in range(100):
        made.put(INPUTS, _numbered(number))
        marks.say(put=number)
        threading.Event().wait(0.02)
    table = Watched(made.put)
    started(table).until(Mode.HOLDING)
    _kept(made, lambda: marks.say(run_session=[1, 2]))
    table.board_heard = False
    table.run(12.0)
    table.board_heard = True
    table.until(Mode.LEVEL_WAIT).press("ok")
    _kept(made, lambda: marks.say(boxes=2))
    finished(table)
    _kept(made, lambda: marks.say(run_session=[1, 6]))
    for cycle in range(12):
        latches = replace(GOOD, load_refused=cycle % 2 == 0)
        marks.say(latches_coming=latches.load_refused)
        made.put(INPUTS, Outputs(mode=Mode.IDLE, latches=latches))
        until(lambda wanted=latches: json.loads((folder / "latches.json").read_text())["load_refused"] is wanted.load_refused)  # type: ignore[misc]
        made.put(INPUTS, _numbered(100 + cycle, latches))
        _kept(made, lambda wanted=latches: marks.say(latches=wanted.load_refused))  # type: ignore[misc]
    made.close()
    marks.say(put=111)
    again = journal(folder)
    again.put(INPUTS, _numbered(112))
    again.close()
    marks.say(kept=112)


def _numbered(number: int, latches: Latches = GOOD) -> Outputs:
    return Outputs(mode=Mode.IDLE, events=(Event(at_s=float(number), kind="button", text=f"number {number}"),), latches=latches)


def _kept(made: RecordsJournal, then: Callable[[], None]) -> None:
    """Once nothing waits any more."""
    if not until(lambda: made.waiting == 0, 20.0):
        raise RuntimeError(f"the journal does not come to rest: {made.trouble}")
    then()


def upgrade(folder: Path) -> None:
    """A file of version 1, full, is brought to the newest version."""
    marks = Marks(folder)
    marks.say(person=PERSON.key)
    marks.say(session=[PERSON.key, 2])
    with opened(folder) as store:
        marks.say(person=PERSON.key)
        store.record(PERSON.key, replace(SESSION, number=3))
        marks.say(session=[PERSON.key, 3])


def before_upgrade(folder: Path) -> None:
    """What `upgrade` finds."""
    with closing(database.connect(database.prepare(folder))) as connection:
        migrate(connection, 1)
        fill_version_1(Store(connection))


def fill_version_1(store: Store) -> None:
    """A person and two sessions by statements of their time."""
    connection = store.connection
    connection.execute(
        "INSERT INTO people VALUES (1, ?, ?, ?, 171.5, 64.0, NULL, 'general', 0, 'en', NULL)", (PERSON.key, PERSON.name, NOW.isoformat())
    )
    for number in (1, 2):
        connection.execute(
            "INSERT INTO sessions VALUES (NULL, 1, ?, 'week_1', ?, 'UTC', 0, 1, NULL, '[[15.0, 30.0]]', 15.0, NULL, '[]', 15.0, 31.0,"
            " 'unknown', '', 1, 1, 0, 0.0)",
            (number, NOW.isoformat()),
        )


def damage(folder: Path) -> None:
    """The service finds a damaged file."""
    marks = Marks(folder)
    made = RecordsJournal(folder, LIMITS, moment=lambda: MOMENT)
    if not until(lambda: "acknowledge" in made.trouble):
        raise RuntimeError(made.trouble)
    marks.say(refused=True)
    made.put(INPUTS, _numbered(0))
    made.close()
    marks.say(kept=0)


DAMAGED = b"SQLite format 3\0" + b"this is not what was written " * 1000


def before_damage(folder: Path) -> None:
    """What `damage` finds."""
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / database.FILE).write_bytes(DAMAGED)
    (folder / (database.FILE + "-wal")).write_bytes(DAMAGED[::-1])


Workload = Callable[[Path], None]
WORKLOADS: dict[str, tuple[Workload, Workload | None]] = {
    "people": (people, None),
    "story": (story, None),
    "upgrade": (upgrade, before_upgrade),
    "damage": (damage, before_damage),
}

if __name__ == "__main__":
    WORKLOADS[sys.argv[1]][0](Path(sys.argv[2]))
