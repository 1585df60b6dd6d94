"""The journal: slow, full, read-only and torn disks never hold the loop, never lift a latch, and are told."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from controller import journal as module
from controller.core.model import Event, Inputs, Latches, Outputs
from controller.journal import FileJournal, read_latches, write_latches

DANGEROUS = Latches(inspection_due=True, load_refused=False, clean_shutdown=False)
LIFTED = Latches(inspection_due=False, load_refused=False, clean_shutdown=True)
INPUTS = Inputs(now_s=1.0)


def story(number: int, latches: Latches = LIFTED) -> Outputs:
    return Outputs(events=(Event(at_s=float(number), kind="mode", text=f"number {number}"),), latches=latches)


def until(true: Callable[[], bool], within_s: float = 3.0) -> bool:
    end_s = time.monotonic() + within_s
    while not true() and time.monotonic() < end_s:
        threading.Event().wait(0.005)
    return true()


def texts(folder: Path) -> list[str]:
    return [json.loads(line)["text"] for line in (folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()]


class StuckDisk:
    """fdatasync and fsync that wait until told, or fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.free = threading.Event()
        self.free.set()
        self.error: int | None = None
        for name in ("fsync", "fdatasync"):
            monkeypatch.setattr(os, name, self.sync)

    def sync(self, _handle: int) -> None:
        self.free.wait(20)
        if self.error is not None:
            raise OSError(self.error, os.strerror(self.error))


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[StuckDisk]:
    disk = StuckDisk(monkeypatch)
    yield disk
    disk.free.set()


def test_what_happened_is_on_the_disk_line_by_line(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path)
    for number in range(5):
        journal.put(INPUTS, story(number))
    journal.close()
    assert texts(tmp_path) == [f"number {number}" for number in range(5)]


@pytest.mark.req("SR13")
def test_latches_survive_and_are_read_by_the_next_run(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path)
    journal.put(INPUTS, Outputs(latches=LIFTED))
    journal.close()
    assert FileJournal(tmp_path).latches() == LIFTED


@pytest.mark.req("SR13", "SR6")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"inspection_due": false}',
        '{"inspection_due": 0, "load_refused": false, "clean_shutdown": true}',
        '{"inspection_due": false, "load_refused": false, "clean_shutdown": true, "more": true}',
        '{"inspection_due": false, "load_refused": false, "clean_shutdown": "yes"}',
        "\0" * 64,
    ],
)
def test_latches_that_cannot_be_read_are_the_dangerous_ones(tmp_path: Path, text: str) -> None:
    (tmp_path / "latches.json").write_text(text, encoding="utf-8")
    assert read_latches(tmp_path) == DANGEROUS


def test_the_first_run_of_all_has_the_dangerous_latches(tmp_path: Path) -> None:
    assert FileJournal(tmp_path).latches() == DANGEROUS


def test_quiet_ticks_write_nothing(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path)
    for _ in range(100):
        journal.put(INPUTS, Outputs(latches=LIFTED))
    journal.close()
    assert not (tmp_path / "journal.jsonl").exists()


# ------------------------------------------------------------------ bad disks


@pytest.mark.req("F58")
def test_a_disk_that_hangs_does_not_hold_the_loop_and_is_told_after_a_second(tmp_path: Path, disk: StuckDisk) -> None:
    disk.free.clear()
    journal = FileJournal(tmp_path)
    begin_s = time.perf_counter()
    for number in range(200):
        journal.put(INPUTS, story(number))
    assert time.perf_counter() - begin_s < 0.5
    assert until(lambda: not journal.storage_ok, 2.0)
    disk.free.set()
    assert until(lambda: journal.storage_ok)
    journal.close()
    assert texts(tmp_path) == [f"number {number}" for number in range(200)]
    assert journal.dropped == 0


@pytest.mark.req("F58")
def test_more_than_fits_is_dropped_counted_and_told(tmp_path: Path, disk: StuckDisk) -> None:
    disk.free.clear()
    journal = FileJournal(tmp_path)
    for number in range(1500):
        journal.put(INPUTS, story(number))
    assert 1 <= journal.dropped <= 500
    assert not journal.storage_ok
    disk.free.set()
    journal.close(10.0)
    assert len(texts(tmp_path)) == 1500 - journal.dropped


@pytest.mark.req("F56", "F57")
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_disk_that_refuses_is_told_and_what_happened_is_kept_until_it_takes_it(tmp_path: Path, disk: StuckDisk, number: int) -> None:
    disk.error = number
    journal = FileJournal(tmp_path)
    assert journal.storage_ok
    journal.put(INPUTS, story(1))
    assert until(lambda: not journal.storage_ok, 1.0)
    journal.put(INPUTS, story(2, Latches(load_refused=True)))
    disk.error = None
    assert until(lambda: journal.storage_ok)
    journal.close()
    assert texts(tmp_path) == ["number 1", "number 2"]
    assert read_latches(tmp_path) == Latches(load_refused=True)


@pytest.mark.req("F56")
def test_a_disk_that_takes_it_again_is_noticed_without_anything_new_happening(tmp_path: Path, disk: StuckDisk) -> None:
    disk.error = errno.ENOSPC
    journal = FileJournal(tmp_path)
    journal.put(INPUTS, story(1))
    assert until(lambda: not journal.storage_ok, 1.0)
    disk.error = None
    assert until(lambda: journal.storage_ok)
    journal.close()
    assert texts(tmp_path) == ["number 1"]


@pytest.mark.req("F56")
def test_a_line_whose_write_failed_half_way_is_written_once(tmp_path: Path, disk: StuckDisk) -> None:
    journal = FileJournal(tmp_path)
    journal.put(INPUTS, story(1))
    assert until(lambda: (tmp_path / "journal.jsonl").exists() and texts(tmp_path) == ["number 1"])
    disk.error = errno.ENOSPC
    journal.put(INPUTS, story(2))
    assert until(lambda: not journal.storage_ok, 1.0)
    assert texts(tmp_path) == ["number 1"]
    disk.error = None
    journal.close()
    assert texts(tmp_path) == ["number 1", "number 2"]


@pytest.mark.req("SR13", "F58")
def test_changed_latches_are_written_though_quieter_news_came_after_them(tmp_path: Path, disk: StuckDisk) -> None:
    disk.free.clear()
    journal = FileJournal(tmp_path)
    journal.put(INPUTS, story(1))
    journal.put(INPUTS, Outputs(latches=Latches(load_refused=True)))
    journal.put(INPUTS, story(2, Latches(load_refused=True)))
    disk.free.set()
    journal.close()
    assert read_latches(tmp_path) == Latches(load_refused=True)


def test_latches_that_did_not_change_are_not_written_again(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path)
    journal.put(INPUTS, Outputs(latches=LIFTED))
    assert until((tmp_path / "latches.json").exists)
    (tmp_path / "latches.json").unlink()
    journal.put(INPUTS, story(1))
    journal.close()
    assert not (tmp_path / "latches.json").exists()


@pytest.mark.req("F60")
def test_the_file_of_latches_is_never_written_in_place(tmp_path: Path) -> None:
    write_latches(tmp_path, LIFTED)
    with (tmp_path / "latches.json").open(encoding="utf-8") as old:
        before = old.read()
        write_latches(tmp_path, Latches(load_refused=True))
        old.seek(0)
        assert old.read() == before


@pytest.mark.req("F57")
@pytest.mark.parametrize("folder", ["/proc", "/nowhere/at/all"])
def test_a_folder_that_cannot_be_written_is_told_from_the_start(folder: str) -> None:
    journal = FileJournal(Path(folder))
    assert not journal.storage_ok
    assert journal.latches() == DANGEROUS
    journal.put(INPUTS, story(1))
    journal.close()
    assert not journal.storage_ok


@pytest.mark.req("F60")
def test_a_torn_last_line_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_text('{"text": "whole"}\n{"text": "to', encoding="utf-8")
    journal = FileJournal(tmp_path)
    journal.put(INPUTS, story(1))
    journal.close()
    lines = (tmp_path / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    assert lines[1] == '{"text": "to'
    assert json.loads(lines[2])["text"] == "number 1"


@pytest.mark.req("F60")
def test_latches_are_replaced_as_a_whole(tmp_path: Path, disk: StuckDisk) -> None:
    write_latches(tmp_path, LIFTED)
    disk.error = errno.EIO
    with pytest.raises(OSError, match="Input/output error"):
        write_latches(tmp_path, Latches(load_refused=True))
    assert read_latches(tmp_path) == LIFTED


@pytest.mark.req("F60", "F62")
def test_killed_at_any_moment_the_latches_are_one_of_the_two_written(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from controller.journal import write_latches; from controller.core.model import Latches\n"
        "folder = pathlib.Path(sys.argv[1]); clean = True\n"
        "while True:\n"
        "    write_latches(folder, Latches(inspection_due=False, clean_shutdown=clean)); print(clean, flush=True); clean = not clean"
    )
    for writes in range(0, 40, 5):
        with subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        ) as writer:
            assert writer.stdout is not None
            for _ in range(1 + writes):
                writer.stdout.readline()
            writer.send_signal(signal.SIGKILL)
        assert not read_latches(tmp_path).inspection_due


def test_the_file_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FILE_BYTES_MOST", 2000)
    journal = FileJournal(tmp_path)
    for number in range(60):
        journal.put(INPUTS, story(number))
        assert until(journal._queue.empty)
    journal.close()
    sizes = [path.stat().st_size for path in tmp_path.glob("journal*.jsonl")]
    assert len(sizes) == 2
    assert max(sizes) <= 2600
