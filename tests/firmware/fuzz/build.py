"""Compiles the two fuzz targets: with clang as fuzzers, with any compiler as a replay of kept histories.  Writes only where it is told."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from sim import build

HERE = Path(__file__).resolve().parent
CORPUS = HERE / "corpus"
TARGETS = ("frames", "inputs")
SANITISE = "undefined,address"
FLAGS = ("-std=c11", "-g", "-O1", "-fno-sanitize-recover=all", "-Wall", "-Wextra")


def sources(target: str, core: Path = build.FIRMWARE) -> list[Path]:
    """What one target is made of."""
    if target == "frames":
        return [HERE / "frames.c", core / "frame.c", core / "protocol.c"]
    return [HERE / "inputs.c", HERE / "oracle.c", *sorted(core.glob("*.c"))]


def _must(command: list[str], what: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        first = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr.strip())
        raise build.BuildError(f"{what} does not compile: {first}")


def clang() -> str | None:
    """A clang that is here: the plain one, or Debian's numbered ones."""
    return next((found for name in ("clang", "clang-19", "clang-14") if (found := shutil.which(name))), None)


def fuzzer(target: str, folder: Path) -> Path:
    """The fuzzer of that target.  Raises build.BuildError."""
    compiler = clang()
    if compiler is None:
        raise build.BuildError("no clang found; install one with its run time, for example: apt-get install clang-14 libclang-rt-14-dev")
    made = folder / f"fuzz-{target}"
    files = map(str, sources(target))
    _must([compiler, *FLAGS, f"-fsanitize=fuzzer,{SANITISE}", f"-I{build.FIRMWARE}", f"-I{HERE}", "-o", str(made), *files], made.name)
    return made


def replayer(target: str, folder: Path, *, core: Path = build.FIRMWARE) -> Path:
    """A program that runs kept histories through that target.  `core`: another copy of the board's core.  Raises build.BuildError."""
    made = folder / f"replay-{target}"
    files = map(str, [HERE / "replay.c", *sources(target, core)])
    _must([build.compiler(), *FLAGS, f"-fsanitize={SANITISE}", f"-I{core}", f"-I{HERE}", "-o", str(made), *files], made.name)
    return made


def replay(program: Path, target: str) -> subprocess.CompletedProcess[str]:
    """Every kept history of that target; exit code 0 if no sentence was broken."""
    return subprocess.run([str(program), str(CORPUS / f"{target}.hex")], capture_output=True, text=True, check=False, timeout=600)
