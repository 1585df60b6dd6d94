"""The ideal table with a journal on its ticks, and ways to wait for the writer."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from controller.core.limits import Limits
from controller.core.model import Event, Inputs, Latches, Mode, Outputs
from controller.programme.model import Moment
from controller.records.journal import RecordsJournal
from tests.core.ideal import GOOD, Ideal
from tests.records.values import MOMENT

LIMITS = Limits()
INPUTS = Inputs(now_s=1.0)


def story(number: int, latches: Latches = GOOD, kind: str = "button") -> Outputs:
    """A tick on which one thing happened."""
    return Outputs(mode=Mode.STARTING, events=(Event(at_s=float(number), kind=kind, text=f"number {number}"),), latches=latches)


def until(true: Callable[[], bool], within_s: float = 10.0) -> bool:
    end_s = time.monotonic() + within_s
    while not true() and time.monotonic() < end_s:
        threading.Event().wait(0.005)
    return true()


def journal(folder: Path, moment: Callable[[], Moment] = lambda: MOMENT, **more: Any) -> RecordsJournal:
    """Open and ready."""
    made = RecordsJournal(folder, LIMITS, moment=moment, **more)
    assert until(lambda: made.storage_ok), made.trouble
    return made


def rows(folder: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Straight from the file."""
    with closing(sqlite3.connect(folder / "records.db")) as connection:
        return connection.execute(sql, values).fetchall()


def texts(folder: Path) -> list[str]:
    return [row[0] for row in rows(folder, "SELECT text FROM events ORDER BY id")]


class Watched(Ideal):
    """The ideal table; `ticks` holds what went in and out, `watch` is called with each."""

    ticks: list[tuple[Inputs, Outputs]]
    watch: Callable[[Inputs, Outputs], None]

    def __init__(self, watch: Callable[[Inputs, Outputs], None] = lambda _inputs, _outputs: None, **more: Any) -> None:
        super().__init__(**more)
        self.ticks = []
        self.watch = watch
        self._inputs = Inputs(now_s=0.0)
        self.extra = self._see

    def _see(self, inputs: Inputs) -> Inputs:
        self._inputs = inputs
        return inputs

    def until(self, mode: Mode, within_s: float = 400.0) -> Watched:
        super().until(mode, within_s)
        return self

    def tick(self) -> Outputs:
        outputs = super().tick()
        self.ticks.append((self._inputs, outputs))
        self.watch(self._inputs, outputs)
        return outputs


def started(table: Watched, **fingers: bool) -> Watched:
    """Ready, SPOTTER pressed if asked for, then START."""
    table.prepare()
    for name in fingers:
        table.press(name)
    table.press("start")
    return table


def finished(table: Watched) -> Watched:
    """On to the end of the session, locks opened when they may be."""
    table.until(Mode.RELEASE)
    table.ankles_closed = False
    table.until(Mode.IDLE)
    return table
