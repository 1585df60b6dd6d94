"""The control service's end of the dead man (SR14): words to the caller's process, and its state read back.  Never blocks, never raises.

The service has no network.  What it reads back can only refuse or un-refuse Start; it starts and steers nothing (SR12).
"""

from __future__ import annotations

import socket
from contextlib import suppress
from math import inf
from pathlib import Path

from controller.core.ladder import NOTICE
from controller.core.model import Mode, Outputs
from hardware.remote.message import Says

FOLDER = Path("/run/inversion-table-remote")
TELL_EVERY_S = 0.5
READ_EVERY_S = 0.5
EXPIRES_S = 3.0

KEEPS = frozenset({Mode.STOPPED, Mode.FAULT})
"""Latched modes, in which somebody may or may not be on the table: what was said before still stands."""


def word(before: Says | None, outputs: Outputs) -> Says | None:
    """What the table tells its watcher now; None while the service has only just begun."""
    if outputs.mode is Mode.STARTING:
        return before
    if outputs.ladder >= NOTICE:
        return Says.CALLING
    if outputs.mode is Mode.IDLE:
        return Says.UPRIGHT
    if outputs.mode in KEEPS and before in (None, Says.UPRIGHT):
        return Says.UPRIGHT if outputs.angle_deg is not None and outputs.angle_deg < -70.0 else Says.ARMED
    return Says.ARMED


class RemoteLine:
    """Tells the caller's process what the watcher must know; `now_s` is CLOCK_MONOTONIC, as in the file."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._words, self._state = str(folder / "words"), folder / "state"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
        self._says: Says | None = None
        self._told_s = self._read_s = -inf
        self._known, self._known_s = "", -inf

    def put(self, outputs: Outputs, now_s: float) -> None:
        """One decision."""
        says = word(self._says, outputs)
        if says is None or (says is self._says and now_s - self._told_s < TELL_EVERY_S):
            return
        self._says, self._told_s = says, now_s
        with suppress(OSError):  # nobody there: the state says so
            self._socket.sendto(says.value.encode(), self._words)

    def state(self, now_s: float) -> str:
        """`unreachable`, `reachable` or `armed`."""
        if now_s - self._read_s >= READ_EVERY_S:
            self._read_s = now_s
            self._known, self._known_s = self._read()
        return self._known if 0.0 <= now_s - self._known_s <= EXPIRES_S else "unreachable"

    def _read(self) -> tuple[str, float]:
        try:
            known, _, at_s = self._state.read_text(encoding="ascii").partition(" ")
            return known, float(at_s)
        except (OSError, ValueError):
            return "", -inf

    def close(self) -> None:
        self._socket.close()
