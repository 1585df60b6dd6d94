"""Compiles the simulated world and the board's decision code for this computer.  Writes only under build/; imports nothing of the product.

The library's name carries a hash of every source, the compiler's version and the flags, so a changed line is compiled once and never stale.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NATIVE = ROOT / "sim" / "native"
FIRMWARE = ROOT / "firmware" / "core"

WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Wsign-conversion", "-Wshadow", "-Wundef", "-Werror")
# No contraction: a fused multiply-add on one machine and not on another would end "same seed, same bytes".
# Nobody puts his own function in the place of one of these: the compiler may look into them across files.
FAST = ("-O2", "-ffp-contract=off", "-fno-semantic-interposition", "-Wl,-Bsymbolic")
ACROSS_FILES = "-flto"
"""A sixth less time for a millisecond.  GNU's compiler only: another one's may want a linker that is not there."""
SANITISED = ("-O1", "-g", "-ffp-contract=off", "-fsanitize=undefined", "-fno-sanitize-recover=all")
"""Undefined behaviour stops the process with the line: for the tests, four times slower."""


class BuildError(Exception):
    """One line: what could not be compiled and what would help."""


def sources() -> list[Path]:
    """Every C file of the world and of the firmware's pure core."""
    return sorted(NATIVE.glob("*.c")) + sorted(FIRMWARE.glob("*.c"))


def compiler() -> str:
    """The C compiler's path: $CC, or gcc, or cc."""
    for name in (os.environ.get("CC"), "gcc", "cc"):
        found = shutil.which(name) if name else None
        if found:
            return found
    raise BuildError("no C compiler found (gcc or cc); install one, for example: apt-get install gcc libc6-dev")


def _version(cc: str) -> str:
    return subprocess.run([cc, "--version"], capture_output=True, text=True, check=False).stdout


def _digest(flags: tuple[str, ...], said: str) -> str:
    digest = hashlib.sha256(f"{said}\n{flags}\n{WARNINGS}".encode())
    for path in sources() + sorted(NATIVE.glob("*.h")) + sorted(FIRMWARE.glob("*.h")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _compile(cc: str, flags: tuple[str, ...], target: Path) -> None:
    partial = target.with_suffix(f".{os.getpid()}.part")
    command = [cc, "-std=c11", *flags, *WARNINGS, "-fPIC", "-shared", "-o", str(partial), *map(str, sources()), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        partial.unlink(missing_ok=True)
        first = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr.strip() or "no message")
        raise BuildError(f"the simulator's C code does not compile: {first}")
    partial.replace(target)  # atomic: two processes may build at the same time


def folder() -> Path:
    """Where compiled things go."""
    return Path(os.environ.get("INVERSION_TABLE_BUILD", str(ROOT / "build"))) / "native"


def library(*, sanitised: bool = False) -> Path:
    """The compiled library, built now if any source changed.  Raises BuildError."""
    cc = compiler()
    said = _version(cc)
    fast = (*FAST, ACROSS_FILES) if "Free Software Foundation" in said else FAST
    flags = SANITISED if sanitised else fast
    target = folder() / f"world-{'ubsan' if sanitised else 'fast'}-{_digest(flags, said)}.so"
    if not target.exists():
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BuildError(
                f"{target.parent}: cannot be created ({error.strerror}); set INVERSION_TABLE_BUILD to a folder that can be written"
            ) from error
        _compile(cc, flags, target)
    return target


def declarations() -> str:
    """world_api.h without its preprocessor lines, for cffi."""
    text = (NATIVE / "world_api.h").read_text(encoding="utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))
