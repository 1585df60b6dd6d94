"""A panel, and the browsers that look at it, each a process of its own: nothing of them runs in the interpreter that is measured.

`python -m tests.panel.crowd PORT READING STALLED` connects so many viewers to the stream and reads what comes on all but the stalled ones,
until it is killed.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REQUEST = b"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n"
LITTLE_BYTES = 4096
"""Of a viewer's own buffer: what a stalled one does not take stays with the server."""
CLOCK_HZ = os.sysconf("SC_CLK_TCK")


@contextmanager
def panel(settings: Path) -> Iterator[int]:
    """The process number of a panel with these settings that is up."""
    command = [sys.executable, "-m", "controller.panel", "serve", "--settings", str(settings)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process.pid
        finally:
            process.terminate()


@contextmanager
def viewers(port: int, reading: int, stalled: int) -> Iterator[None]:
    """So many connections to the stream of the panel there."""
    command = [sys.executable, "-m", "tests.panel.crowd", str(port), str(reading), str(stalled)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.kill()


def cpu_of(process: int) -> float:
    """Seconds of processor time that it has used."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_HZ


def connected(port: int) -> socket.socket:
    """A viewer who has asked and takes little at a time."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LITTLE_BYTES)
    connection.connect(("127.0.0.1", port))
    connection.sendall(REQUEST)
    return connection


def read_all(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def main(port: int, reading: int, stalled: int) -> None:
    viewers_ = [connected(port) for _ in range(reading + stalled)]
    for connection in viewers_[:reading]:
        threading.Thread(target=read_all, args=(connection,), daemon=True).start()
    sys.stdout.write("connected\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
