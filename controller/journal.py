"""The story of what happened, and the latches that must outlive the service, on the disk.  Never writes on the caller's thread.

`put` copies into a bounded queue and returns; one writer thread appends lines to `journal.jsonl` and replaces
`latches.json`.  When the disk is slow, full or read-only the session goes on, lines are dropped and counted, and
`storage_ok` turns False so that the next Start is refused (F56-F58).  Latches that cannot be read are the dangerous ones.
"""

from __future__ import annotations

import errno
import json
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, fields
from io import FileIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from controller.core.model import Event, Inputs, Latches, Outputs

ITEMS_MOST = 1000  # about ten minutes of a lively session
BATCH_MOST = 100
RETRY_S = 1.0  # after a write that failed
SLOW_S = 1.0  # a write that takes longer than this counts as storage that does not work
FILE_BYTES_MOST = 4_000_000  # then it becomes journal.1.jsonl and a new one is begun

Item = tuple[str, Latches | None]
"""One line to append, and the latches to leave behind if they changed."""


class FileJournal:
    """Implements controller.ports.Journal over one folder."""

    def __init__(self, folder: Path, *, wall_clock_s: Callable[[], float] = time.time, now_s: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._wall_clock_s = wall_clock_s
        self._now_s = now_s
        self._queue: queue.Queue[Item | None] = queue.Queue(ITEMS_MOST)
        self._found = read_latches(folder)
        self._known: Latches | None = None
        self._busy_since_s: float | None = None
        self._failed = not _writable(folder)
        self.dropped = 0
        self._unwritten: deque[str] = deque(maxlen=ITEMS_MOST)
        self._unwritten_latches: Latches | None = None
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
        self._thread.start()

    def latches(self) -> Latches:
        """As the last run left them; read once, when the service starts."""
        return self._found

    @property
    def storage_ok(self) -> bool:
        """False while writing fails, hangs for a second, or cannot keep up."""
        busy_since_s = self._busy_since_s
        hangs = busy_since_s is not None and self._now_s() - busy_since_s > SLOW_S
        return not (self._failed or hangs or self._queue.full())

    def put(self, inputs: Inputs, outputs: Outputs) -> None:
        """Costs a comparison on a quiet tick; a queued copy when something happened."""
        changed = outputs.latches != self._known
        if not changed and not outputs.events:
            return
        latches = outputs.latches if changed else None
        lines = "".join([self._line(event, inputs, outputs) for event in outputs.events])
        try:
            self._queue.put_nowait((lines, latches))
        except queue.Full:
            self.dropped += 1
            return  # `_known` stays as it was, so that changed latches are offered again at the next tick
        self._known = outputs.latches

    def close(self, within_s: float = 2.0) -> None:
        """Write what is queued, but wait no longer than `within_s`."""
        try:
            self._queue.put(None, timeout=within_s)
        except queue.Full:
            return
        self._thread.join(within_s)

    def _line(self, event: Event, inputs: Inputs, outputs: Outputs) -> str:
        story: dict[str, Any] = {
            "wall_clock_s": round(self._wall_clock_s(), 3),
            "at_s": round(event.at_s, 3),
            "kind": event.kind,
            "text": event.text,
            "rule": event.rule,
            "mode": outputs.mode.value,
            "angle_deg": None if outputs.angle_deg is None else round(outputs.angle_deg, 2),
            "board_angle_deg": round(inputs.board.angle_deg, 2),
            "board_mode": inputs.board.mode.name,
            "dropped": self.dropped,
        }
        return json.dumps(story, ensure_ascii=False) + "\n"

    # ------------------------------------------------------------ the writer's thread

    def _work(self) -> None:
        ended = False
        while not ended:
            ended = self._gather()
            self._busy_since_s = self._now_s()
            try:
                self._write()
                self._failed = False
            except OSError:
                self._failed = True
            self._busy_since_s = None

    def _gather(self) -> bool:
        """Take what waits into memory, where it stays until the disk has it.  True when the journal is being closed."""
        try:
            batch = [self._queue.get(timeout=RETRY_S if self._failed else None)]
        except queue.Empty:
            return False
        while not self._queue.empty() and len(batch) < BATCH_MOST:
            batch.append(self._queue.get_nowait())
        for item in batch:
            if item is not None:
                self._keep(item)
        return None in batch

    def _keep(self, item: Item) -> None:
        lines, latches = item
        self._unwritten_latches = latches or self._unwritten_latches
        if len(self._unwritten) == self._unwritten.maxlen and lines:
            self.dropped += 1
        self._unwritten.extend([lines] if lines else [])

    def _write(self) -> None:
        if self._unwritten_latches is not None:
            write_latches(self._folder, self._unwritten_latches)
            self._unwritten_latches = None
        if self._unwritten:
            _append(self._folder / "journal.jsonl", "".join(self._unwritten))
            self._unwritten.clear()


def read_latches(folder: Path) -> Latches:
    """Whole and well-formed, or the dangerous default: a missing, torn or foreign file never lifts a latch."""
    try:
        found = json.loads((folder / "latches.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Latches()
    names = {field.name for field in fields(Latches)}
    if not isinstance(found, dict) or set(found) != names or not all(type(value) is bool for value in found.values()):
        return Latches()
    return Latches(**found)


def write_latches(folder: Path, latches: Latches) -> None:
    """Replace the file as a whole: after a power cut it holds the old text or the new, never a part (F60)."""
    target, fresh = folder / "latches.json", folder / "latches.json.new"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(asdict(latches), file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(target)
    _sync_folder(folder)


def _append(path: Path, lines: str) -> None:
    """All of it or nothing, on a line of its own even after a power cut tore the last one."""
    data = lines.encode()
    size = path.stat().st_size if path.exists() else 0
    if size + len(data) > FILE_BYTES_MOST:
        path.replace(path.with_name("journal.1.jsonl"))
        size = 0
    with path.open("a+b", buffering=0) as file:
        if size and not _ends_with_newline(file):
            data = b"\n" + data
        try:
            if file.write(data) != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
            os.fdatasync(file.fileno())
        except OSError:
            os.truncate(file.fileno(), size)
            raise


def _ends_with_newline(file: FileIO) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _writable(folder: Path) -> bool:
    """Tried, not asked: permission bits do not tell about read-only file systems and full disks."""
    try:
        with TemporaryFile(dir=folder) as file:
            file.write(b"inversion-table")
            file.flush()
    except OSError:
        return False
    return True
