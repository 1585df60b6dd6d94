"""The table's side of the dead man (SR14): what to send the watcher, and whether it watches.  Pure: time is an argument.

It renews only while the control service is heard: when that dies, or this process does, the watcher hears nothing and raises the notice.
"""

from __future__ import annotations

from math import inf

from hardware.remote.message import Message, Says, pack, unpack

EVERY_S = 1.0
SERVICE_SILENT_S = 2.0
WATCHER_SILENT_S = 5.0


class Caller:
    """One table and its watcher."""

    def __init__(self, key: bytes, table: str) -> None:
        self._key, self._table = key, table
        self._says = Says.UPRIGHT
        self._told_s = -inf
        self._sent_s = -inf
        self._heard_s = -inf
        self._watches = False
        self._number = 0
        self._challenge = ""
        self._due = False

    def tell(self, says: Says, now_s: float) -> None:
        """The control service is alive and says this."""
        self._due = self._due or says is not self._says
        self._says, self._told_s = says, now_s

    def next(self, now_s: float) -> bytes | None:
        """A datagram that is due, or nothing."""
        alive = now_s - self._told_s <= SERVICE_SILENT_S
        if not alive or (not self._due and now_s - self._sent_s < EVERY_S):
            return None
        self._number += 1
        self._sent_s, self._due = now_s, False
        return pack(self._key, Message(self._says, self._table, self._number, self._challenge))

    def hear(self, data: bytes, now_s: float) -> None:
        """A datagram came: believed only as the watcher's answer to the newest message."""
        message = unpack(self._key, data)
        if message is None or message.says is not Says.HEARD or message.table != self._table or message.number != self._number:
            return
        first = not self._challenge
        self._challenge, self._heard_s, self._watches = message.challenge, now_s, message.armed
        self._due = self._due or first or (self._says is not Says.UPRIGHT and not message.armed)

    def state(self, now_s: float) -> str:
        """`unreachable`, `reachable` or `armed`: a word of hardware/remote/line.py."""
        if now_s - self._heard_s > WATCHER_SILENT_S:
            return "unreachable"
        return "armed" if self._watches else "reachable"
