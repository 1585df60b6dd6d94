"""Runs a process with tap.c preloaded and reads what it did to its files."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.hygiene.sources import ROOT

ENTRY = struct.Struct("<cBHIqqII")
MARKS = "marks"  # a file in the folder in which the process says what it has been promised; not part of the disk


@dataclass(frozen=True, slots=True)
class Op:
    """One call that changed a file, a name, or made either durable, in the order in which they returned."""

    kind: str  # as in tap.c
    name: str
    place: int
    data: bytes
    created: bool
    at_ns: int
    thread: int
    process: int


@cache
def library() -> Path:
    """tap.c, compiled once and again when it changes."""
    source, target = ROOT / "tests/records/tap.c", ROOT / "build/records/tap.so"
    if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f"tap.{os.getpid()}.so")
        command = ["gcc", "-O2", "-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", str(source), "-o", str(fresh), "-ldl"]
        subprocess.run(command, check=True)
        fresh.replace(target)
    return target


def environment(folder: Path, log: Path | None = None, trouble: Path | None = None) -> dict[str, str]:
    """For a process that is to be listened to."""
    more = {"LD_PRELOAD": str(library()), "TAP_FOLDER": str(folder), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    more |= {"TAP_LOG": str(log)} if log is not None else {}
    more |= {"TAP_TROUBLE": str(trouble)} if trouble is not None else {}
    return os.environ | more


def recorded(folder: Path, log: Path, *arguments: str) -> list[Op]:
    """What `python ARGUMENTS` did to the folder."""
    subprocess.run([sys.executable, *arguments], env=environment(folder, log), cwd=ROOT, check=True, timeout=300)
    return list(read(log.read_bytes()))


def read(log: bytes) -> Iterator[Op]:
    """The entries of a log."""
    at = 0
    while at < len(log):
        kind, created, name_bytes, thread, at_ns, place, size, process = ENTRY.unpack_from(log, at)
        at += ENTRY.size
        name = log[at : at + name_bytes].decode()
        at += name_bytes
        yield Op(kind.decode(), name, place, log[at : at + size], bool(created), at_ns, thread, process)
        at += size
