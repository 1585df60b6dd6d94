"""Text lines to the service's log from the control loop, through a bounded queue and a thread of its own.  Never blocks the caller.

Writing to a log can wait for as long as the log's reader likes; the loop must not (F58).
"""

from __future__ import annotations

import queue
import threading
from typing import TextIO

LINES_MOST = 256


class LineWriter:
    """`write()` returns at once; a line that finds the queue full is dropped and counted."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._queue: queue.Queue[str | None] = queue.Queue(LINES_MOST)
        self.dropped = 0
        self._thread = threading.Thread(target=self._work, name="lines", daemon=True)
        self._thread.start()

    def write(self, line: str) -> None:
        try:
            self._queue.put_nowait(line)
        except queue.Full:
            self.dropped += 1

    def close(self, within_s: float = 1.0) -> None:
        """Let what is queued out, but wait no longer than `within_s`."""
        try:
            self._queue.put_nowait(None)
        except queue.Full:
            return
        self._thread.join(within_s)

    def _work(self) -> None:
        while (line := self._queue.get()) is not None:
            try:
                self._stream.write(line + "\n")
                self._stream.flush()
            except (OSError, ValueError):  # ValueError: the stream was closed
                self.dropped += 1
