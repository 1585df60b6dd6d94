"""Power cuts by the hundred thousand: `python -m tests.records.cuts --cuts 100000`.

Each workload runs once, for real, with every write, sync and name recorded; then the power goes after each recorded call, many
times over with other luck, and the program opens what is left.  Prints progress, what it checked and the worst that was lost.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sqlite3
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from controller.core.model import Latches
from controller.latches import read_latches
from controller.records import database
from controller.records.database import DamagedError, RecordsError
from controller.records.keeper import Keeper
from controller.records.migrate import newest, version
from controller.records.rows import TABLES
from controller.records.store import opened
from tests.core.ideal import GOOD
from tests.records.disk import Disk
from tests.records.tap import MARKS, Op, recorded
from tests.records.values import MOMENT
from tests.records.workloads import DAMAGED, ERASED_NAME, WORKLOADS

MOST_LOST_S = 1.0
MEMORY = Path("/dev/shm")


@dataclass(slots=True)
class Recording:
    """One run of a workload: what was there before, and every call since."""

    name: str
    before: Disk
    ops: list[Op]

    def cut_points(self) -> int:
        return len(self.ops)


@dataclass(slots=True)
class Promises:
    """What had been reported kept at some moment."""

    said: list[dict[str, Any]] = field(default_factory=list)
    put_ns: list[tuple[int, int]] = field(default_factory=list)  # event number, when

    def hear(self, op: Op) -> None:
        promise = json.loads(op.data)
        if "put" in promise:
            self.put_ns.append((promise["put"], op.at_ns))
        else:
            self.said.append(promise)

    def all_of(self, kind: str) -> list[Any]:
        return [promise[kind] for promise in self.said if kind in promise]


def record(name: str, folder: Path) -> Recording:
    """Runs one workload for real."""
    run, prepare = WORKLOADS[name]
    del run
    place = folder / name
    if prepare is not None:
        prepare(place)
    else:
        place.mkdir(mode=0o700)
    before = Disk.holding(place)
    return Recording(name, before, recorded(place, folder / f"{name}.log", "-m", "tests.records.workloads", name, str(place)))


# ------------------------------------------------------------------ after the cut


def judge(name: str, folder: Path, promises: Promises, cut_ns: int) -> float:
    """Opens what is left and holds it against the promises.  Gives how many seconds of events were lost.  Raises AssertionError."""
    if name == "damage":
        return _judge_damage(folder, promises)
    try:
        with opened(folder) as store:
            found = store.connection.execute("PRAGMA integrity_check").fetchall()
            assert [tuple(row) for row in found] == [("ok",)], f"integrity: {found[0][0]}"
            assert version(store.connection) == newest()
            lost_s = _judge_rows(store.connection, promises, cut_ns)
    except DamagedError as error:
        raise AssertionError(f"damaged: {error}") from error
    _judge_latches(folder, promises)
    if promises.all_of("erased"):
        left = [path.name for path in folder.iterdir() if ERASED_NAME.encode() in path.read_bytes()]
        assert left == [], f"an erased name stands in {left}"
    return lost_s


def _judge_rows(connection: sqlite3.Connection, promises: Promises, cut_ns: int) -> float:
    erased = set(promises.all_of("erased"))
    people = {row[0] for row in connection.execute("SELECT key FROM people")}
    missing = set(promises.all_of("person")) - set(promises.all_of("erasing")) - people
    assert not missing, f"people {missing} are gone"
    assert not erased & people, "an erased person is back"
    wanted = Counter(tuple(found) for found in promises.all_of("recorded") if found[0] in people)
    for (key, kind), count in wanted.items():
        assert _count(connection, key, kind) >= count, f"{kind} of {key} is gone"
    for key, number in promises.all_of("session"):
        sql = "SELECT 1 FROM sessions JOIN people ON people.id = person_id WHERE key = ? AND number = ?"
        assert connection.execute(sql, (key, number)).fetchone(), f"session {number} of {key} is gone"
    for number, phases in promises.all_of("run_session"):
        sql = "SELECT count(*) FROM phases JOIN sessions ON sessions.id = session_id WHERE run_id = 1 AND run_number = ?"
        assert connection.execute(sql, (number,)).fetchone()[0] >= phases, "a session's phases are gone"
    boxes = connection.execute("SELECT ticks, data, layout FROM boxes JOIN box_formats ON box_formats.id = format_id").fetchall()
    assert len(boxes) >= max(promises.all_of("boxes"), default=0), "a black box is gone"
    assert all(len(zlib.decompress(box["data"])) == 339 * box["ticks"] for box in boxes), "a black box is torn"
    return _judge_events(connection, promises, cut_ns)


def _count(connection: sqlite3.Connection, key: str, kind: str) -> int:
    table = next(table for value, table in TABLES.items() if value.__name__ == kind)
    sql = f"SELECT count(*) FROM {table} JOIN people ON people.id = person_id WHERE people.key = ?"
    return int(connection.execute(sql, (key,)).fetchone()[0])


def _judge_events(connection: sqlite3.Connection, promises: Promises, cut_ns: int) -> float:
    """No gaps, nothing that was reported kept missing, nothing older than a second missing."""
    rows = connection.execute("SELECT text FROM events WHERE text LIKE 'number %' ORDER BY id")
    numbers = [int(row[0].split()[1]) for row in rows]
    assert numbers == list(range(len(numbers))), f"events with a gap: {numbers}"
    kept = max(promises.all_of("kept"), default=-1)
    assert len(numbers) > kept, f"event {kept} was kept and is gone"
    lost_s = max(((cut_ns - at_ns) / 1e9 for number, at_ns in promises.put_ns if number >= len(numbers)), default=0.0)
    assert lost_s <= MOST_LOST_S, f"an event of {lost_s:.2f} s ago is gone"
    return lost_s


def _judge_latches(folder: Path, promises: Promises) -> None:
    """One of the two last written, whole; the dangerous ones only while none were promised."""
    coming, done = promises.all_of("latches_coming"), promises.all_of("latches")
    if not done:
        return
    possible = {done[-1], *coming[len(done) :]}
    found = read_latches(folder)
    assert found != Latches(), "the latches are lost"
    assert found.inspection_due == GOOD.inspection_due
    assert found.load_refused in possible, f"load_refused {found.load_refused} was never the newest"


def _judge_damage(folder: Path, promises: Promises) -> float:
    """The damaged bytes still stand under some name, and the next run refuses Start until somebody acknowledges."""
    keeper = Keeper(folder, MOMENT)
    keeper.keep()
    assert keeper.unacknowledged, "Start would not be refused"
    keeper.close(MOMENT.at)
    aside = [path for path in folder.glob("records.damaged-*.db") if path.read_bytes() == DAMAGED]
    assert aside, "the damaged file is gone"
    with closing(database.connect_to_read(folder)) as connection:
        return _judge_events(connection, promises, 0)


# ------------------------------------------------------------------ many cuts


@dataclass(slots=True)
class Tally:
    """What a share of the cuts came to."""

    cuts: int = 0
    lost_s: float = 0.0
    different: int = 0  # folders that were not simply everything written so far
    failures: list[str] = field(default_factory=list)


def share(recording: Recording, seed: int, luck: int, first: int, step: int) -> Tally:
    """`luck` cuts after each call `first`, `first + step` ... of the recording; -1 stands for before the first."""
    tally = Tally()
    disk, promises = deepcopy(recording.before), Promises()
    place = Path(tempfile.mkdtemp(prefix="cuts-", dir=MEMORY if MEMORY.is_dir() else None))
    ends_ns = [op.at_ns for op in recording.ops[1:]] + [recording.ops[-1].at_ns]
    try:
        for point, op in enumerate(recording.ops):
            disk.apply(op)
            if op.name == MARKS and op.kind == "W":
                promises.hear(op)
            if point % step != first:
                continue
            for turn in range(luck):
                dice = random.Random(f"{seed} {recording.name} {point} {turn}")
                folder = place / f"seed {seed}, {recording.name}, call {point}, turn {turn}"
                _one(recording.name, disk, promises, ends_ns[point], dice, folder, tally)
    finally:
        shutil.rmtree(place)
    return tally


def _one(name: str, disk: Disk, promises: Promises, cut_ns: int, dice: random.Random, folder: Path, tally: Tally) -> None:
    folder.mkdir(mode=0o700)
    for file, data in disk.after_a_cut(dice).items():
        (folder / file).write_bytes(data)
        tally.different += data != disk.names[file].as_issued() if file in disk.names else True
    (folder / (database.FILE + "-shm")).write_bytes(dice.randbytes(32768))
    tally.cuts += 1
    try:
        tally.lost_s = max(tally.lost_s, judge(name, folder, promises, cut_ns))
    except (AssertionError, RecordsError, sqlite3.Error, OSError, ValueError) as error:
        tally.failures.append(f"{folder.name}: {type(error).__name__}: {error}")
    shutil.rmtree(folder)


def plan(recordings: list[Recording], cuts: int) -> Iterator[tuple[Recording, int, int]]:
    """For each recording how many cuts after each call, and at every how many-th call, so that `cuts` is reached."""
    calls = sum(recording.cut_points() for recording in recordings)
    luck, step = max(1, -(-cuts // calls)), max(1, calls // cuts)
    for recording in recordings:
        yield recording, luck, step


def run(cuts: int, seed: int, jobs: int, names: list[str]) -> Tally:
    """All of it, with progress on stderr."""
    total, began_s = Tally(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="recordings-") as folder:
        recordings = [record(name, Path(folder)) for name in names]
    shares = 8
    with ProcessPoolExecutor(jobs) as pool:
        waiting = [
            pool.submit(share, recording, seed, luck, first * step, step * shares)
            for recording, luck, step in plan(recordings, cuts)
            for first in range(shares)
        ]
        for done in as_completed(waiting):
            tally = done.result()
            total.cuts += tally.cuts
            total.different += tally.different
            total.lost_s = max(total.lost_s, tally.lost_s)
            total.failures += tally.failures
            sys.stderr.write(f"\r{total.cuts} cuts, {len(total.failures)} failures, {time.monotonic() - began_s:.0f} s ")
    sys.stderr.write("\n")
    return total


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.records.cuts", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cuts", type=int, default=100_000, help="at least so many (100000)")
    parser.add_argument("--seed", type=int, default=1, help="other luck (1)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (2)")
    parser.add_argument("--workload", choices=WORKLOADS, action="append", help="only this one; may be repeated")
    options = parser.parse_args()
    total = run(options.cuts, options.seed, options.jobs, options.workload or list(WORKLOADS))
    for failure in total.failures[:20]:
        sys.stdout.write(f"{failure}\n")
    sys.stdout.write(
        f"{total.cuts} power cuts, {total.different} files that were not as written; {len(total.failures)} failures;"
        f" events lost: of the last {total.lost_s:.2f} s at most (allowed {MOST_LOST_S:.0f} s)\n"
    )
    return 1 if total.failures else 0


if __name__ == "__main__":
    sys.exit(main())
