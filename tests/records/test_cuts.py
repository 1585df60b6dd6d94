"""Power cuts, a sample of them; `python -m tests.records.cuts` makes a hundred thousand."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.records import cuts
from tests.records.disk import Disk, Inode, content
from tests.records.tap import MARKS, Op
from tests.records.workloads import WORKLOADS

SAMPLE = 2000


def op(kind: str, name: str, place: int = 0, data: bytes = b"", created: bool = False) -> Op:
    return Op(kind, name, place, data, created, 0, 1, 1)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, cuts.Recording]:
    folder = tmp_path_factory.mktemp("recordings")
    return {name: cuts.record(name, folder) for name in WORKLOADS}


@pytest.mark.req("F60")
def test_no_power_cut_of_a_sample_damages_the_records_or_loses_what_was_kept(recordings: dict[str, cuts.Recording]) -> None:
    total = cuts.Tally()
    for recording, luck, step in cuts.plan(list(recordings.values()), SAMPLE):
        tally = cuts.share(recording, 7, luck, 0, step)
        total.cuts += tally.cuts
        total.different += tally.different
        total.lost_s = max(total.lost_s, tally.lost_s)
        total.failures += tally.failures
    assert total.failures == []
    assert total.cuts >= SAMPLE * 0.9
    assert total.different > SAMPLE / 4, "the cuts changed too little to show anything"
    assert total.lost_s <= 1.0


@pytest.mark.req("F58")
def test_the_control_thread_never_syncs_and_never_writes(recordings: dict[str, cuts.Recording]) -> None:
    """`story` runs the journal as the service does, its ticks on the process's first thread."""
    calls = [op for op in recordings["story"].ops if op.name != MARKS and (op.kind != "O" or op.created)]
    assert sum(op.kind == "S" for op in calls) > 50
    assert [op for op in calls if op.thread == op.process] == []


@pytest.mark.parametrize(("kind", "name"), [("S", "people"), ("D", "people"), ("S", "damage")])
def test_a_program_that_does_not_sync_is_found_out(recordings: dict[str, cuts.Recording], kind: str, name: str) -> None:
    """The same calls without the syncs of files, or of folders: the disk loses what was promised."""
    lazy = replace(recordings[name], ops=[op for op in recordings[name].ops if op.kind != kind])
    step = max(1, len(lazy.ops) // 60)
    assert cuts.share(lazy, 7, 3, 0, step).failures != []


def test_a_file_is_sure_only_after_its_sync_and_its_folders() -> None:
    dice = random.Random(1)
    disk = Disk()
    for step in (op("O", "a", created=True), op("W", "a", 0, b"x" * 2000)):
        disk.apply(step)
    assert {tuple(disk.after_a_cut(dice)) for _ in range(50)} == {(), ("a",)}
    disk.apply(op("S", "a"))
    assert {tuple(disk.after_a_cut(dice)) for _ in range(50)} == {(), ("a",)}
    disk.apply(op("D", "."))
    assert [disk.after_a_cut(dice) for _ in range(50)] == [{"a": b"x" * 2000}] * 50


def test_unsynced_writes_are_lost_torn_and_reordered() -> None:
    dice = random.Random(1)
    inode = Inode(b"o" * 1024, [op("W", "a", 0, b"1" * 1024), op("W", "a", 512, b"2" * 512)])
    seen = {content(inode, dice) for _ in range(400)}
    assert b"o" * 1024 in seen  # both lost
    assert b"1" * 512 + b"2" * 512 in seen  # both there
    assert b"o" * 512 + b"2" * 512 in seen  # the later without the earlier
    assert b"1" * 1024 in seen  # the earlier without the later
    assert any(0 < part[512:].count(b"2") < 512 for part in seen)  # torn


def test_a_rename_is_whole_or_not_at_all() -> None:
    dice = random.Random(1)
    disk = Disk()
    for step in (
        op("O", "new", created=True),
        op("W", "new", 0, b"fresh"),
        op("S", "new"),
        op("O", "old", created=True),
        op("W", "old", 0, b"stale"),
        op("S", "old"),
        op("D", "."),
        op("R", "new", data=b"old"),
    ):
        disk.apply(step)
    assert {disk.after_a_cut(dice)["old"] for _ in range(50)} == {b"stale", b"fresh"}
