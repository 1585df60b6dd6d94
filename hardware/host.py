"""How the Raspberry Pi itself is doing.  Reads the kernel's own files; never writes, never blocks on a network or a disk."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from pathlib import Path
from typing import Protocol

from controller.core.model import Host

TEMPERATURE_FILE = Path("/sys/class/thermal/thermal_zone0/temp")
READ_EVERY_S = 5.0  # a processor warms in tens of seconds


class HostPort(Protocol):
    def read(self, now_s: float, late_s: float) -> Host: ...


class UnknownHost:
    """Nobody watches the host: every value is the dangerous one."""

    def read(self, now_s: float, late_s: float) -> Host:  # noqa: ARG002 - the port's signature
        return Host(late_s=late_s)


def temperature_c(file: Path = TEMPERATURE_FILE) -> float:
    """The processor's temperature; infinitely hot when it cannot be read."""
    try:
        return int(file.read_text(encoding="ascii")) / 1000.0
    except (OSError, ValueError):
        return inf


class PiHost:
    """Temperature (F55), storage (F56-F58), whether the configuration was good (F61) and whether the watcher is there (F91)."""

    def __init__(
        self,
        *,
        storage_ok: Callable[[], bool],
        config_ok: bool,
        temperature_file: Path = TEMPERATURE_FILE,
        watcher: Callable[[float], str] | None = None,
    ) -> None:
        self._storage_ok = storage_ok
        self._watcher = watcher
        self._config_ok = config_ok
        self._file = temperature_file
        self._temperature_c = inf
        self._read_s = -inf

    def read(self, now_s: float, late_s: float) -> Host:
        if now_s - self._read_s >= READ_EVERY_S:
            self._temperature_c = temperature_c(self._file)
            self._read_s = now_s
        watcher = self._watcher(now_s) if self._watcher is not None else "armed"
        return Host(
            late_s=late_s,
            temperature_c=self._temperature_c,
            storage_ok=self._storage_ok(),
            config_ok=self._config_ok,
            watcher_ok=watcher != "unreachable",
            watcher_armed=watcher == "armed",
        )
