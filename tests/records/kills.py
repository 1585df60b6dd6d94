"""kill -9 at any moment, by the thousand: `python -m tests.records.kills --kills 10000`.

A writer process puts events into a journal and says on a pipe what it has put and what is kept; it is killed, and the next one
opens what it left.  A folder sees many of them one after another, and several folders are written at the same time: a writer
waits for its disk nearly always.  Each writer is forked from one that has its modules loaded already.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from controller.core.model import Event, Mode, Outputs
from controller.latches import read_latches
from controller.records import database
from controller.records.store import opened
from tests.core.ideal import GOOD
from tests.records.tables import INPUTS, journal

MOST_LOST_S = 1.0
LIVES_S = 0.6
PER_FOLDER = 25  # of kills: the events of more would be more than the records keep between sessions


@dataclass(slots=True)
class Told:
    """What a writer said before it died."""

    put_s: dict[int, float]
    kept: int


def write_until_killed(folder: Path, first: int, pipe: int) -> None:
    """Events `first`, `first + 1` ...; never returns."""
    made = journal(folder)
    number = first
    while True:
        event = Event(at_s=float(number), kind="button", text=f"number {number}")
        made.put(INPUTS, Outputs(mode=Mode.IDLE, events=(event,), latches=GOOD))
        kept = number if made.waiting == 0 else -1
        os.write(pipe, json.dumps({"put": number, "at_s": time.monotonic(), "kept": kept}).encode() + b"\n")
        number += 1
        threading.Event().wait(0.001)


def one(folder: Path, first: int, lives_s: float, from_birth: bool) -> tuple[Told, float]:
    """One writer and its death, so long after its birth or after its first word.  Gives what it said and when it died."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        write_until_killed(folder, first, writer)
        os._exit(1)
    os.close(writer)
    text = b"" if from_birth else os.read(reader, 65536)
    ends_s = time.monotonic() + lives_s
    while (left_s := ends_s - time.monotonic()) > 0.0:
        if select.select([reader], [], [], left_s)[0]:
            text += os.read(reader, 65536)
    died_s = time.monotonic()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while more := os.read(reader, 65536):
        text += more
    os.close(reader)
    lines = [json.loads(line) for line in text.decode().splitlines()]
    told = Told(put_s={line["put"]: line["at_s"] for line in lines}, kept=max((line["kept"] for line in lines), default=-1))
    return told, died_s


def judge(folder: Path, told: Told, died_s: float) -> tuple[int, float]:
    """Gives how many events there are now and of how many seconds some were lost.  Raises AssertionError."""
    with opened(folder) as store:
        assert store.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert database.kept_aside(folder) == []
    with closing(sqlite3.connect(folder / database.FILE)) as connection:
        numbers = [int(row[0].split()[1]) for row in connection.execute("SELECT text FROM events ORDER BY id")]
    assert numbers == list(range(len(numbers))), "events with a gap"
    assert len(numbers) > told.kept, f"event {told.kept} was kept and is gone"
    assert read_latches(folder) in {GOOD} or not numbers
    lost_s = max((died_s - at_s for number, at_s in told.put_s.items() if number >= len(numbers)), default=0.0)
    assert lost_s <= MOST_LOST_S, f"an event of {lost_s:.2f} s before is gone"
    return len(numbers), lost_s


def in_one_folder(kills: int, seed: int) -> tuple[int, int, float]:
    """One after another.  Gives their number, that of the events that are there, and the worst loss in seconds."""
    dice, first, worst_s = random.Random(seed), 0, 0.0
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        for _ in range(kills):
            told, died_s = one(Path(folder), first, dice.uniform(0.0, LIVES_S), dice.random() < 0.3)
            first, lost_s = judge(Path(folder), told, died_s)
            worst_s = max(worst_s, lost_s)
    return kills, first, worst_s


def run(kills: int, seed: int, jobs: int) -> tuple[int, float]:
    """All of them.  Gives the number of events that are there and the worst loss."""
    events, worst_s, done, began_s = 0, 0.0, 0, time.monotonic()
    shares = [min(PER_FOLDER, kills - first) for first in range(0, kills, PER_FOLDER)]
    with ProcessPoolExecutor(jobs) as pool:
        waiting = [pool.submit(in_one_folder, share, seed * 1_000_000 + number) for number, share in enumerate(shares)]
        for each in as_completed(waiting):
            count, kept, lost_s = each.result()
            done, events, worst_s = done + count, events + kept, max(worst_s, lost_s)
            sys.stderr.write(f"\r{done} kills, {events} events, {time.monotonic() - began_s:.0f} s ")
    sys.stderr.write("\n")
    return events, worst_s


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.records.kills", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=1000, help="how many (1000)")
    parser.add_argument("--seed", type=int, default=1, help="other moments (1)")
    parser.add_argument("--jobs", type=int, default=6, help="folders at a time (6)")
    options = parser.parse_args()
    try:
        events, worst_s = run(options.kills, options.seed, options.jobs)
    except AssertionError as error:
        sys.stdout.write(f"\nfailed: {error}\n")
        return 1
    sys.stdout.write(
        f"{options.kills} kills, {events} events kept; lost: of the last {worst_s:.2f} s at most (allowed {MOST_LOST_S:.0f} s)\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
