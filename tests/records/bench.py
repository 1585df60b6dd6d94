"""What the records cost: `python -m tests.records.bench`.

Prints the processor time of one tick's `put`, the loop's lateness at 50 Hz beside a process that syncs as fast as it can, with
and without a journal on the ticks, how many events a second reach the disk, and how long one waits until it is kept.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles

from controller.core.model import Inputs, Outputs
from controller.records.journal import RecordsJournal
from controller.records.store import opened
from hardware.clock import MonotonicClock, Ticker
from tests.core.ideal import GOOD
from tests.records.tables import INPUTS, Watched, finished, journal, started, story
from tests.records.values import PERSON, SESSION

STORM = """
import os, sys
handle = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
while True:
    os.pwrite(handle, os.urandom(65536), 0); os.fsync(handle)
"""
TICK_S = 0.02


def put_us(folder: Path) -> tuple[float, float]:
    """Processor time of `put` on the calling thread, in microseconds: a quiet tick's, and the mean over a whole session's."""
    table = finished(started(Watched()))
    made = journal(folder)
    begin_s = time.thread_time()
    for inputs, outputs in table.ticks:
        made.put(inputs, outputs)
    whole_us = (time.thread_time() - begin_s) / len(table.ticks) * 1e6
    quiet = [(inputs, replace(outputs, latches=table.out.latches)) for inputs, outputs in table.ticks[-3000:-1] if not outputs.events]
    begin_s = time.thread_time()
    for inputs, outputs in quiet:
        made.put(inputs, outputs)
    quiet_us = (time.thread_time() - begin_s) / len(quiet) * 1e6
    made.close(10.0)
    return quiet_us, whole_us


def lateness_ms(seconds: float, put: Callable[[Inputs, Outputs], None]) -> list[float]:
    """How late each tick of a 50 Hz loop began, something new on every fifth."""
    ticker = Ticker(MonotonicClock(), TICK_S)
    late = []
    for number in range(round(seconds / TICK_S)):
        ticker.wait()
        late.append(ticker.late_s * 1000.0)
        put(INPUTS, story(number) if number % 5 == 0 else Outputs(latches=GOOD))
    return late


def in_a_storm(folder: Path, seconds: float) -> tuple[list[float], list[float]]:
    """Lateness without and with a journal, in turns, beside an fsync storm on the same disk."""
    made = journal(folder / "storm")
    without: list[float] = []
    with_one: list[float] = []
    with subprocess.Popen([sys.executable, "-c", STORM, str(folder / "storm.bin")]) as storm:
        try:
            for _ in range(4):
                without += lateness_ms(seconds / 8.0, lambda _inputs, _outputs: None)
                with_one += lateness_ms(seconds / 8.0, made.put)
        finally:
            storm.kill()
    made.close(10.0)
    return without, with_one


def events_a_second(folder: Path) -> float:
    """One transaction of 900 events after another."""
    made = journal(folder)
    count, begin_s = 0, time.perf_counter()
    while time.perf_counter() - begin_s < 3.0:
        for _ in range(900):
            made.put(INPUTS, story(count))
            count += 1
        wait_until_kept(made)
    rate = count / (time.perf_counter() - begin_s)
    made.close(10.0)
    return rate


def wait_until_kept(made: RecordsJournal) -> float:
    begin_s = time.perf_counter()
    while made.waiting:
        os.sched_yield()
    return (time.perf_counter() - begin_s) * 1000.0


def kept_ms(folder: Path) -> tuple[list[float], list[float]]:
    """From `put` to kept: for events, and for a session's row as a command writes it."""
    made = journal(folder)
    events = []
    for number in range(20):
        made.put(INPUTS, story(number))
        events.append(wait_until_kept(made))
    made.close(10.0)
    rows = []
    with opened(folder) as store:
        store.add_person(PERSON)
        for number in range(1, 101):
            begin_s = time.perf_counter()
            store.record(PERSON.key, replace(SESSION, number=number))
            rows.append((time.perf_counter() - begin_s) * 1000.0)
    return events, rows


def spread(values_ms: list[float]) -> str:
    return f"median {median(values_ms):.2f}, p99 {quantiles(values_ms, n=100)[98]:.2f}, worst {max(values_ms):.2f} ms"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.records.bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=40.0, help="of the loop beside the storm (40)")
    parser.add_argument("--folder", type=Path, help="on the disk to be measured (the system's temporary one)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="records-bench-", dir=options.folder) as name:
        folder = Path(name)
        quiet_us, whole_us = put_us(folder / "put")
        sys.stdout.write(f"put: {quiet_us:.1f} us of processor time on a quiet tick, {whole_us:.1f} us on average over a session\n")
        without, with_one = in_a_storm(folder, options.seconds)
        sys.stdout.write(f"loop beside an fsync storm, without a journal: late by {spread(without)}\n")
        sys.stdout.write(f"loop beside an fsync storm, with one:          late by {spread(with_one)}\n")
        sys.stdout.write(f"ratio of the medians: {median(with_one) / median(without):.2f}\n")
        sys.stdout.write(f"events that reach the disk: {events_a_second(folder / 'rate'):.0f} a second\n")
        events, rows = kept_ms(folder / "kept")
        sys.stdout.write(f"an event is kept after {spread(events)}\na session's row is kept after {spread(rows)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
