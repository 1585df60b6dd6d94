"""Builds the simavr shim for this computer and the firmware for the ATmega328P.  Writes only under build/; knows no behaviour of either.

Both names carry a hash of their sources, so that a changed line is built once and never stale.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from cffi import FFI

from sim import build

SHIM = build.ROOT / "sim" / "avr"
FIRMWARE = build.ROOT / "firmware"
WARNINGS = ("-Wall", "-Wextra", "-Wshadow", "-Wundef", "-Werror")
"""simavr's own headers are not clean of sign conversions."""
FLAGS = ("-O2", "-fno-semantic-interposition", "-fno-plt", "-Wl,-Bsymbolic")
"""Nobody puts his own function in the place of one of these."""
PACKAGES = "apt-get install gcc-avr avr-libc libsimavr-dev libelf-dev"


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def said(what: str, done: subprocess.CompletedProcess[str]) -> build.BuildError:
    """One line: what does not compile, the first complaint, and what to install if something is missing."""
    lines = done.stderr.splitlines()
    missing = next((line for line in lines if "No such file" in line or "not found" in line or "cannot find" in line), "")
    first = missing or next((line for line in lines if "error" in line.lower()), done.stderr.strip() or "no message")
    hint = f"; it needs {PACKAGES}" if missing else ""
    return build.BuildError(f"{what} does not compile: {first}{hint}")


def _make(what: str, target: Path, command: Callable[[Path], list[str]], made: str) -> Path:
    """`target`, from a scratch folder beside it: `command` writes it there under the name `made`.  Raises build.BuildError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        scratch = Path(folder)
        done = subprocess.run(command(scratch), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise said(what, done)
        (scratch / made).replace(target)
    return target


def shim_library() -> Path:
    """The shim as a shared library, built now if any source changed.  Raises build.BuildError."""
    sources = sorted(SHIM.glob("*.c"))
    headers = [*sorted(SHIM.glob("*.h")), build.NATIVE / "world_external.h"]
    target = build.folder() / f"avr-shim-{_digest([*sources, *headers])}.so"
    if target.exists():
        return target

    def command(scratch: Path) -> list[str]:
        options = ["-std=gnu11", *FLAGS, *WARNINGS, "-fPIC", "-shared", "-o", str(scratch / target.name)]
        return [build.compiler(), *options, *map(str, sources), "-lsimavr", "-lelf"]

    return _make("the simavr shim", target, command, target.name)


@lru_cache(maxsize=8)
def stretches(text: str) -> Any:
    """A program that the shim has written down as C, compiled now if it or the shim's headers changed: where its stretches lie.

    The compiler is asked for little: it is a long text, and what matters is that it sees from one instruction to the next.  Raises
    build.BuildError.
    """
    headers = sorted(SHIM.glob("*.h"))
    target = build.folder() / f"stretches-{hashlib.sha256((_digest(headers) + text).encode()).hexdigest()[:16]}.so"

    def command(scratch: Path) -> list[str]:
        source = scratch / "stretches.c"
        source.write_text(text, encoding="utf-8")
        options = ["-std=gnu11", "-O1", "-foptimize-sibling-calls", "-w", f"-I{SHIM}", "-fPIC", "-shared"]
        return [build.compiler(), *options, "-o", str(scratch / target.name), str(source)]

    if not target.exists():
        _make("a translated program", target, command, target.name)
    ffi = FFI()
    ffi.cdef("extern const char plain_stretches[];")
    lib = ffi.dlopen(str(target))
    return lib, int(ffi.cast("uintptr_t", lib.plain_stretches))


def firmware_elf(*defines: str) -> Path:
    """The sealed firmware.elf as it would be flashed, built now if any source changed.  Raises build.BuildError."""
    kinds = ("*.c", "*.h", "*.py", "*.mk")
    sources = [path for folder in ("core", "avr") for kind in kinds for path in sorted((FIRMWARE / folder).glob(kind))]
    target = build.folder() / f"firmware-{_digest([*sources, FIRMWARE / 'Makefile'])}.elf"
    if target.exists():
        return target
    if shutil.which("avr-gcc") is None or shutil.which("make") is None:
        raise build.BuildError(f"no compiler for the drive board found (avr-gcc, make); install them, for example: {PACKAGES} make")

    def command(scratch: Path) -> list[str]:
        return ["make", "-C", str(FIRMWARE), "avr", f"BUILD={scratch}", f"PYTHON={sys.executable}", *defines]

    return _make("the drive board's firmware", target, command, "avr/firmware.elf")


def declarations() -> str:
    """avr_api.h without its preprocessor lines, for cffi."""
    text = (SHIM / "avr_api.h").read_text(encoding="utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


@lru_cache(maxsize=1)
def load() -> tuple[Any, Any]:
    """(ffi, lib) of the shim.  Raises build.BuildError with one clear line."""
    ffi = FFI()
    ffi.cdef(declarations())
    return ffi, ffi.dlopen(str(shim_library()))
