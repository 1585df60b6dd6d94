"""One session on a disk that fails in the middle of it: `python -m tests.therapy.troubled_evening FOLDER CONTROL KIND`.

The simulated world, the real service loop, the real records thread and its file; tests/records/tap.c stands between them and the disk and
heeds the control file.  Prints one JSON object: what the session did, what START met afterwards, and what there was when the disk was well.
"""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from controller.core.model import Event, Mode
from controller.records import database
from controller.records.database import kept_aside
from controller.records.store import opened
from tests.records.test_trouble import spoil_everything
from tests.therapy.evening import Evening, evening

SLOW = bytes((255, 0, 0, 0))  # each sync takes 2.55 s
WELL = bytes(4)
TROUBLES: dict[str, bytes] = {
    "full": bytes((0, errno.ENOSPC, 0, 0)),
    "read_only": bytes((0, errno.EROFS, 0, 0)),
    "sync_fails": bytes((0, 0, errno.EIO, 0)),
    "slow": SLOW,
}
CORRUPT = "corrupt"


class Story:
    """What the table did, tick by tick."""

    def __init__(self, table: Evening) -> None:
        self.table = table
        self.modes: list[str] = []
        self.events: list[Event] = []

    def go_on(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        def seen() -> bool:
            mode = self.table.outputs.mode.value
            if not self.modes or self.modes[-1] != mode:
                self.modes.append(mode)
            self.events += self.table.outputs.events
            if self.table.outputs.lamps.release_ok.value == "on":
                self.table.locks(closed=False)
            return until()

        self.table.run(seconds, seen)

    def until(self, mode: Mode) -> None:
        self.go_on(400.0, lambda: self.table.outputs.mode is mode)


def begin(table: Evening) -> None:
    table.prepare()
    table.until_records(table.allowed)
    table.step_on()
    table.tap("spotter")
    table.tap("start")


def heed(control: Path, what: bytes) -> None:
    """In place: the file is mapped into memory, and one that shrinks for a moment would end the process."""
    with control.open("r+b") as file:
        file.write(what)


def make(table: Evening, control: Path, kind: str) -> None:
    if kind == CORRUPT:
        with opened(table.folder) as store:
            store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        spoil_everything(table.folder / database.FILE)
    else:
        heed(control, TROUBLES[kind])


def mend(table: Evening, control: Path, kind: str) -> None:
    """What the message says lifts it."""
    heed(control, WELL)
    if kind == CORRUPT:
        with opened(table.folder) as store:
            store.acknowledge(table.moment().at, "A. Turner")


def tell(folder: Path, control: Path, kind: str) -> dict[str, Any]:
    with evening(folder) as table:
        begin(table)
        story = Story(table)
        story.until(Mode.HOLDING)
        make(table, control, kind)
        story.until(Mode.IDLE)
        table.until_records(lambda: not table.journal.storage_ok and (kind != CORRUPT or bool(kept_aside(folder))))
        table.step_on()
        story.go_on(0.5)
        table.world.press("start")
        story.go_on(0.3)
        table.world.press("start", pressed=False)
        refused = [event.text for event in story.events if event.kind == "refusal"]
        aside = [path.name for path in kept_aside(folder)]
        mend(table, control, kind)
        table.until_records(lambda: table.journal.storage_ok and table.journal.waiting == 0)
        story.go_on(2.0)
        again = [refusal.says for refusal in table.outputs.refusals]
        dropped = table.journal.dropped
    with opened(folder) as store:
        rows = store.connection.execute("SELECT number, ending, deepest_deg FROM sessions").fetchall()
    return {
        "modes": story.modes, "refused": refused, "aside": aside, "again": again, "told": table.told, "dropped": dropped,
        "sessions": [list(row) for row in rows], "angle_deg": table.world.truth().angle_deg,
    }  # fmt: skip


if __name__ == "__main__":
    sys.stdout.write(json.dumps(tell(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])) + "\n")
