"""A real systemd, as PID 1 of a private namespace, with the shipped unit's own promises: a loop that hangs is killed and started again.

Needs to be root (or sudo without a password): making a PID namespace with mounts is not for everybody.
"""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNSHARE = ["unshare", "--kill-child", "--fork", "--pid", "--mount", "--mount-proc", "--cgroup"]
KEPT = re.compile(
    r"^(Type|NotifyAccess|Watchdog\w+|Timeout\w+|Restart\w*|UMask|NoNewPrivileges|SystemCall\w+|MemoryDenyWriteExecute|LockPersonality"
    r"|Restrict\w+|PrivateNetwork|ProtectKernel\w+|ProtectClock|ProtectHostname|StartLimit\w+|OOMScoreAdjust)="
)
"""What of the unit is tried here: life and death, and the parts of the sandbox that a Python service could trip over."""


def unit(folder: Path) -> Path:
    """The shipped unit with another program and without the user, devices and folders that only a Pi has."""
    lines = (ROOT / "systemd/inversion-table.service").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.startswith("[") or KEPT.match(line)]
    kept.insert(kept.index("[Unit]") + 1, "DefaultDependencies=no")
    program = f"{sys.executable} -m tests.systemd.hanging_table {folder / 'diary'} {folder}"
    more = [f"ExecStart={program}", f"WorkingDirectory={ROOT}", "Environment=PYTHONDONTWRITEBYTECODE=1"]
    kept[kept.index("[Service]") + 1 : kept.index("[Service]") + 1] = more
    file = folder / "table.service"
    file.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return file


def as_root(*command: str) -> list[str]:
    return list(command) if os.geteuid() == 0 else ["sudo", "-n", "timeout", "-s", "KILL", "40", *command]


def told(pipe: int, until_s: float) -> Iterator[tuple[float, str]]:
    """What the service writes into its diary, as it comes."""
    rest = ""
    while select.select([pipe], [], [], max(0.0, until_s - time.monotonic()))[0]:
        *whole, rest = (rest + os.read(pipe, 4096).decode()).split("\n")
        for line in whole:
            at_s, _, what = line.partition(" ")
            yield float(at_s), what


@pytest.mark.req("SR13", "SR7", "F50", "F64")
def test_a_hung_loop_is_killed_and_started_again_into_an_unclean_start(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "diary")
    pipe = os.open(tmp_path / "diary", os.O_RDWR | os.O_NONBLOCK)
    init = subprocess.Popen(as_root(*UNSHARE, "bash", str(ROOT / "tests/systemd/namespace_init.sh"), str(unit(tmp_path))))
    try:
        story = list(islice(told(pipe, time.monotonic() + 30), 5))
    finally:
        subprocess.run(as_root("bash", "-c", f"kill -KILL {init.pid}"), check=False)
        init.wait()
        os.close(pipe)
    assert [what for _, what in story] == ["starts", "not clean", "hangs", "starts", "not clean"], "this test needs root"
    hung_s, started_s = story[2][0], story[3][0]
    assert 1.5 <= started_s - hung_s < 8.0  # a second of silence, the kill, a second's pause, the start of a Python
