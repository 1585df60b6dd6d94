"""A loudspeaker for tests: ALSA's own file plugin, through a pipe that takes sound as fast or as slowly as the test says."""

from __future__ import annotations

import sys
import wave
from pathlib import Path

PIPE = """
import sys, time
out = open(f"{sys.argv[1]}-{time.monotonic_ns():020d}.raw", "wb", 0)
chunk, pause_s = int(sys.argv[2]), float(sys.argv[3])
while data := sys.stdin.buffer.read(chunk):
    out.write(data)
    time.sleep(pause_s)
"""


def device(folder: Path, *, slowly: bool = False) -> str:
    """The ALSA device that writes each file it plays, as far as it is played, to a file of its own in `folder`."""
    script = folder / "pipe.py"
    script.write_text(PIPE, encoding="utf-8")
    chunk, pause_s = (2048, 0.02) if slowly else (65536, 0.0)
    return f"file:'|{sys.executable} {script} {folder / 'heard'} {chunk} {pause_s}',raw"


def heard(folder: Path) -> bytes:
    """All that was played, in the order in which it began."""
    return b"".join(file.read_bytes() for file in sorted(folder.glob("heard-*.raw")))


def samples(path: Path) -> bytes:
    with wave.open(str(path)) as sound:
        return bytes(sound.readframes(sound.getnframes()))
