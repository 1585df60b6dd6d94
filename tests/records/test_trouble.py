"""Disks that are full, read-only, slow or damaged: the loop goes on, the next Start is refused with the reason, nothing kept is lost."""

from __future__ import annotations

import errno
import json
import os
import resource
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from controller.core.model import Latches, Outputs
from controller.latches import read_latches
from controller.records import database
from controller.records.database import DamagedError, RecordsError, kept_aside
from controller.records.journal import RecordsJournal
from controller.records.store import opened
from tests.core.ideal import GOOD
from tests.hygiene.sources import ROOT
from tests.records.tables import INPUTS, LIMITS, journal, rows, story, texts, until
from tests.records.tap import environment
from tests.records.values import MOMENT, NOW, PERSON
from tests.systemd.test_watchdog import as_root

State = dict[str, Any]


class Disk:
    """The misbehaving disk of one running journal."""

    def __init__(self, folder: Path, control: Path, seconds: float) -> None:
        control.write_bytes(bytes(4))
        self._control = control
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.records.slow_or_full", str(folder), str(seconds)],
            env=environment(folder, trouble=control),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )

    def make(self, *, sync_takes_s: float = 0.0, write_fails: int = 0, sync_fails: int = 0) -> None:
        with self._control.open("r+b") as file:
            file.write(bytes((min(255, round(sync_takes_s * 100)), write_fails, sync_fails, 0)))

    def states(self) -> Iterator[State]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            yield json.loads(line)


@contextmanager
def running(tmp_path: Path, seconds: float) -> Iterator[Disk]:
    folder = tmp_path / "records"
    folder.mkdir(mode=0o700)
    disk = Disk(folder, tmp_path / "control", seconds)
    try:
        yield disk
    finally:
        disk.process.kill()
        disk.process.wait()
        assert disk.process.stdout is not None
        disk.process.stdout.close()


def first(states: Iterator[State], wanted: Any) -> State:
    return next(state for state in states if wanted(state))


@pytest.mark.req("F58")
def test_a_sync_that_stalls_leaves_the_loop_alone_refuses_start_and_loses_nothing(tmp_path: Path) -> None:
    """2.5 s is the most that one byte of the control file says; several in a row make the stall longer than five."""
    with running(tmp_path, 12.0) as disk:
        states = disk.states()
        first(states, lambda state: state["ok"])
        disk.make(sync_takes_s=2.55)
        refused = first(states, lambda state: not state["ok"])
        stalled = first(states, lambda state: state["put"] > refused["put"] + 250)
        disk.make()
        last = list(states)[-1]
    assert stalled["longest_put_s"] < 0.25
    assert (last["ok"], last["waiting"], last["dropped"]) == (True, 0, 0)
    assert texts(tmp_path / "records") == [f"number {number}" for number in range(last["put"] + 1)]


@pytest.mark.req("F56", "F57")
@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        ({"write_fails": errno.ENOSPC}, ("database or disk is full", "No space left on device")),
        ({"write_fails": errno.EROFS}, ("disk I/O error", "Read-only file system")),
        ({"write_fails": errno.EIO}, ("disk I/O error", "Input/output error")),
        ({"sync_fails": errno.EIO}, ("disk I/O error", "Input/output error")),
    ],
    ids=["full", "read-only", "write error", "sync error"],
)
def test_a_disk_that_refuses_is_told_in_one_line_and_what_happened_waits(
    tmp_path: Path, trouble: dict[str, int], says: tuple[str, str]
) -> None:
    """In SQLite's words, or in the system's when the latches' own file was the first to be refused."""
    with running(tmp_path, 5.0) as disk:
        states = disk.states()
        first(states, lambda state: state["ok"])
        disk.make(**trouble)
        refused = first(states, lambda state: not state["ok"] and state["trouble"])
        disk.make()
        last = list(states)[-1]
    assert any(words in refused["trouble"] for words in says)
    assert last["told"] == [f"records: {refused['trouble']}", "records: written again"]
    assert (last["ok"], last["waiting"], last["dropped"]) == (True, 0, 0)
    assert texts(tmp_path / "records") == [f"number {number}" for number in range(last["put"] + 1)]


@pytest.mark.req("F56", "F57")
@pytest.mark.parametrize("options", ["size=400k", "size=8m,ro"], ids=["full", "read-only"])
def test_a_real_file_system_that_is_full_or_read_only_refuses_start(options: str) -> None:
    """In a mount namespace of its own; the small one fills up while the journal writes, the other is read-only from the start."""
    script = f"mount -t tmpfs -o mode=0700,{options} records /mnt && exec {sys.executable} -m tests.records.slow_or_full /mnt 5"
    command = as_root("unshare", "--mount", "bash", "-c", script)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    states = [json.loads(line) for line in done.stdout.splitlines()]
    assert [state for state in states[:-1] if not state["ok"]] != []
    assert not states[-1]["ok"]
    assert max(state["longest_put_s"] for state in states[:-1]) < 0.25
    assert any(word in states[-1]["told"][0] for word in ("full", "Read-only", "No space"))


@pytest.mark.req("F56")
def test_a_file_that_may_not_grow_is_a_full_disk(tmp_path: Path) -> None:
    """A quota: the kernel's own limit on a file's size."""
    limit = "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (300000, 300000)); sys.argv = sys.argv[1:]; "
    run = limit + "runpy.run_module('tests.records.slow_or_full', run_name='__main__')"
    command = [sys.executable, "-c", run, "x", str(tmp_path), "5"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    last = json.loads(done.stdout.splitlines()[-1])
    assert not last["ok"]
    assert len(last["told"]) == 1
    with opened(tmp_path) as store:
        assert store.connection.execute("SELECT count(*) FROM events").fetchone()[0] > 10


# ------------------------------------------------------------------ damaged files (F59)


def spoil_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\0" * 100)


def spoil_a_page(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(os.urandom(4096))


def spoil_everything(path: Path) -> None:
    path.write_bytes(b"not a database at all, but of some length" * 200)


def spoil_by_cutting(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.req("F59")
@pytest.mark.parametrize("spoil", [spoil_header, spoil_a_page, spoil_everything, spoil_by_cutting])
def test_a_damaged_file_is_kept_aside_and_start_refused_until_acknowledged(tmp_path: Path, spoil: Any) -> None:
    with opened(tmp_path) as store:
        store.add_person(PERSON)
    spoil(tmp_path / database.FILE)
    damaged = (tmp_path / database.FILE).read_bytes()
    told: list[str] = []
    made = RecordsJournal(tmp_path, LIMITS, moment=lambda: MOMENT, say=told.append)
    assert until(lambda: "acknowledge" in made.trouble), made.trouble
    assert not made.storage_ok
    (aside,) = kept_aside(tmp_path)
    assert aside.read_bytes() == damaged
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    assert told == [f"records: damaged records were kept aside as {aside.name}; acknowledge that they are lost"]
    made.put(INPUTS, story(1))
    assert until(lambda: texts(tmp_path) == ["number 1"])
    with opened(tmp_path) as store:
        assert store.acknowledge(NOW, "the owner") == 1
        assert store.acknowledge(NOW, "the owner") == 0
    assert until(lambda: made.storage_ok), made.trouble
    made.close()
    assert rows(tmp_path, "SELECT file, acknowledged_by FROM damages") == [(aside.name, "the owner")]


@pytest.mark.req("F59")
def test_damage_that_nobody_acknowledged_refuses_start_in_the_next_run_too(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    spoil_everything(database.prepare(tmp_path))
    for _ in range(2):
        made = RecordsJournal(tmp_path, LIMITS, moment=lambda: MOMENT)
        assert until(lambda made=made: "acknowledge" in made.trouble)  # type: ignore[misc]
        made.close()
    assert len(kept_aside(tmp_path)) == 1


@pytest.mark.req("F59", "SR13")
def test_a_damaged_database_lifts_no_latch(tmp_path: Path) -> None:
    made = journal(tmp_path)
    made.put(INPUTS, Outputs(latches=Latches(load_refused=True)))
    made.close()
    spoil_everything(tmp_path / database.FILE)
    again = RecordsJournal(tmp_path, LIMITS, moment=lambda: MOMENT)
    assert again.latches() == Latches(load_refused=True)
    again.close()


@pytest.mark.req("F59")
def test_a_file_that_is_damaged_while_the_service_runs_is_kept_aside_and_what_waits_goes_into_the_new_one(tmp_path: Path) -> None:
    made = journal(tmp_path)
    made.put(INPUTS, story(1))
    assert until(lambda: made.waiting == 0)
    with opened(tmp_path) as store:
        store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spoil_everything(tmp_path / database.FILE)
    for number in range(2, 6):
        made.put(INPUTS, story(number))
    assert until(lambda: "acknowledge" in made.trouble), made.trouble
    made.put(INPUTS, Outputs(latches=GOOD))
    made.close()
    assert texts(tmp_path) == [f"number {number}" for number in range(2, 6)]
    assert read_latches(tmp_path) == GOOD


@pytest.mark.req("F59")
def test_a_command_says_in_one_line_that_the_records_are_damaged_and_touches_nothing(tmp_path: Path) -> None:
    spoil_everything(database.prepare(tmp_path))
    before = (tmp_path / database.FILE).read_bytes()
    says = r"^\S+: the records are damaged \(file is not a database\); the service keeps them aside when it starts$"
    with pytest.raises(DamagedError, match=says), opened(tmp_path):
        pass
    assert (tmp_path / database.FILE).read_bytes() == before


def test_a_file_of_another_program_is_not_taken_for_ours(tmp_path: Path) -> None:
    with closing(sqlite3.connect(database.prepare(tmp_path))) as connection:
        connection.execute("CREATE TABLE shopping (item TEXT)")
        connection.commit()
    with pytest.raises(DamagedError, match="not a records file of this program"), opened(tmp_path):
        pass


# ------------------------------------------------------------------ who may look (TP15)


@pytest.mark.req("TP15")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_every_file_is_the_owners_alone_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    folder = tmp_path / "new"
    before = os.umask(umask)
    try:
        folder.mkdir(mode=0o700)
        folder.chmod(0o700)
        made = journal(folder)
        made.put(INPUTS, story(1))
        assert until(lambda: made.waiting == 0)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
        made.close()
    finally:
        os.umask(before)
    assert {"records.db", "records.db-wal", "records.db-shm", "latches.json"} <= set(modes)
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}


@pytest.mark.req("TP15")
def test_a_folder_that_is_made_is_the_owners_alone_and_one_that_is_open_is_refused(tmp_path: Path) -> None:
    database.prepare(tmp_path / "deep" / "made")
    assert stat.S_IMODE((tmp_path / "deep" / "made").stat().st_mode) == 0o700
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o750)
    with pytest.raises(RecordsError, match=r"others may look into it .*; run: chmod 700 "):
        database.prepare(tmp_path / "open")


@pytest.mark.req("TP15")
def test_a_file_that_was_left_open_is_closed_to_others(tmp_path: Path) -> None:
    database.prepare(tmp_path).chmod(0o644)
    database.prepare(tmp_path)
    assert stat.S_IMODE((tmp_path / database.FILE).stat().st_mode) == 0o600
