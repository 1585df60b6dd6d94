"""The file of latches: replaced as a whole, and dangerous when it cannot be read."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from controller.core.model import Latches
from controller.latches import read_latches, write_latches

DANGEROUS = Latches(inspection_due=True, load_refused=False, clean_shutdown=False)
LIFTED = Latches(inspection_due=False, load_refused=False, clean_shutdown=True)


@pytest.mark.req("SR13")
def test_latches_survive(tmp_path: Path) -> None:
    write_latches(tmp_path, LIFTED)
    assert read_latches(tmp_path) == LIFTED
    assert stat.S_IMODE((tmp_path / "latches.json").stat().st_mode) == 0o600


def test_the_first_run_of_all_has_the_dangerous_latches(tmp_path: Path) -> None:
    assert read_latches(tmp_path) == DANGEROUS


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


@pytest.mark.req("F60")
def test_the_file_of_latches_is_never_written_in_place(tmp_path: Path) -> None:
    write_latches(tmp_path, LIFTED)
    with (tmp_path / "latches.json").open(encoding="utf-8") as old:
        before = old.read()
        write_latches(tmp_path, Latches(load_refused=True))
        old.seek(0)
        assert old.read() == before


@pytest.mark.req("F60")
def test_latches_are_replaced_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_latches(tmp_path, LIFTED)

    def fails(_handle: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="Input/output error"):
        write_latches(tmp_path, Latches(load_refused=True))
    assert read_latches(tmp_path) == LIFTED


@pytest.mark.req("F60", "F62")
def test_killed_at_any_moment_the_latches_are_one_of_the_two_written(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from controller.latches import write_latches; from controller.core.model import Latches\n"
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
