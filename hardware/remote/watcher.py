"""The other host's side of the dead man (SR14): who is being watched and when to raise the notice.  Pure: time is an argument.

A table is watched from its first `armed` until its `upright`, and only a message that answers one of this watcher's own challenges changes
anything: a recorded datagram sent again does nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from hardware.remote.message import Message, Says, pack, unpack

PATIENCE_S = 30.0
"""SR14: the remote notice comes at 30 s."""

AGAIN_S = 60.0
MOST_TABLES = 16
CHALLENGES = 64

SILENT = (
    "fell silent while somebody may be on it. Go and look. If they hang head-down: pull the manual release lever, let the table come up."
)
CALLING = "calls for help. Go and look. If they hang head-down: pull the manual release lever, let the table come up."
WELL_AGAIN = "is at upright rest again."


@dataclass(slots=True)
class Watched:
    """One table."""

    heard_s: float
    says: Says = Says.UPRIGHT
    raised_s: float | None = None  # newest notice


class Watcher:
    """All tables that share the key."""

    def __init__(self, key: bytes, challenge: Callable[[], str], patience_s: float = PATIENCE_S) -> None:
        self._key, self._challenge, self._patience_s = key, challenge, patience_s
        self._issued: deque[str] = deque(maxlen=CHALLENGES)
        self._tables: dict[str, Watched] = {}
        self._news: list[str] = []

    def hear(self, data: bytes, now_s: float) -> bytes | None:
        """What to answer; nothing to a stranger."""
        message = unpack(self._key, data)
        if message is None or message.says is Says.HEARD:
            return None
        if message.challenge in self._issued:
            self._issued.remove(message.challenge)  # good once
            self._note(message, now_s)
        table = self._tables.get(message.table)
        self._issued.append(self._challenge())
        armed = table is not None and table.says is not Says.UPRIGHT
        return pack(self._key, Message(Says.HEARD, message.table, message.number, self._issued[-1], armed=armed))

    def _note(self, message: Message, now_s: float) -> None:
        if message.table not in self._tables and len(self._tables) >= MOST_TABLES:
            return
        table = self._tables.setdefault(message.table, Watched(now_s))
        table.heard_s, table.says = now_s, message.says
        if message.says is Says.UPRIGHT and table.raised_s is not None:
            table.raised_s = None
            self._news.append(f"{message.table} {WELL_AGAIN}")

    def notices(self, now_s: float) -> list[str]:
        """What must be told now: at once, and again each minute until the table is upright."""
        news, self._news = self._news, []
        for name, table in self._tables.items():
            silent = table.says is not Says.UPRIGHT and now_s - table.heard_s >= self._patience_s
            calling = table.says is Says.CALLING
            if (silent or calling) and (table.raised_s is None or now_s - table.raised_s >= AGAIN_S):
                table.raised_s = now_s
                news.append(f"{name} {SILENT if silent else CALLING}")
        return news
