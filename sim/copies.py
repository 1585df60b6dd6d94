"""Forked copies of this process: a running simulation cannot be copied, but the operating system does it in a few milliseconds.

Each copy does one piece of work and sends its result back; what it does to the simulation is gone with it.  POSIX only; no threads.
"""

from __future__ import annotations

import gc
import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

T = TypeVar("T")
_CHUNK = 65536


class CopyError(RuntimeError):
    """What went wrong in a copy, in one line."""


def in_a_copy(work: Callable[[], T]) -> T:
    """Do it in a copy and wait for what it returns, which must be picklable.  Raises CopyError."""
    found: list[T] = []
    copies: Copies[T] = Copies(1, found.append)
    copies.start(work)
    copies.rest()
    return found[0]


def _start(work: Callable[[], T]) -> tuple[int, int]:
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return child, reader
    os.close(reader)
    with _Answer(writer) as answer:
        answer.value = work()
    raise CopyError("a copy went on after its work")


class _Answer:
    """Whatever happens inside, it is told to the parent and the copy ends: nothing of it may go on in code that is the parent's."""

    def __init__(self, writer: int) -> None:
        self.writer = writer
        self.value: object = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        said = (True, self.value) if kind is None else (False, f"{kind.__name__}: {error}")
        _send(self.writer, pickle.dumps(said))
        os._exit(0)  # no clean-up: it would be the parent's


def _send(writer: int, data: bytes) -> None:
    while data:
        data = data[os.write(writer, data) :]


def _receive(child: int, reader: int) -> Any:
    data = b""
    while chunk := os.read(reader, _CHUNK):
        data += chunk
    os.close(reader)
    _, status = os.waitpid(child, 0)
    if not data:
        raise CopyError(f"a copy died without a word (wait status {status})")
    good, value = pickle.loads(data)
    if not good:
        raise CopyError(str(value))
    return value


@dataclass(slots=True)
class Copies(Generic[T]):
    """Several copies at once; `take` gets their results, in the order in which they were started."""

    at_once: int
    take: Callable[[T], None]
    _running: list[tuple[int, int]] = field(default_factory=list)

    def start(self, work: Callable[[], T]) -> None:
        """Begin one more, when there is room."""
        if len(self._running) >= self.at_once:
            self._oldest()
        if not self._running:
            gc.freeze()  # what is here now is not looked at by a copy's collector, and so stays shared
        self._running.append(_start(work))

    def _oldest(self) -> None:
        self.take(_receive(*self._running.pop(0)))

    def rest(self) -> None:
        """Wait for those that still run."""
        while self._running:
            self._oldest()
