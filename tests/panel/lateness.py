"""`python -m tests.panel.lateness`: what viewers cost the service.

One loop at 50 Hz by the wall clock with the whole service in it, measured in turns with nobody watching and with twenty viewers
and one that has stopped reading; and what one viewer costs the panel's own process.

The turns alternate, so that whatever else this computer does falls on both alike.  Prints a table for docs/performance.md.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from controller.core.limits import Limits
from controller.panel.serve import listen
from controller.programme.protocols import builtin_protocols
from controller.telemetry import TelemetrySocket
from sim.desk import Desk

TURN_S = 10.0
TURNS = 3
TICK_S = 0.02
VIEWERS = 20
REQUEST = b"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n"
CLOCK_HZ = os.sysconf("SC_CLK_TCK")


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


@contextmanager
def panel(folder: Path) -> Iterator[tuple[int, int]]:
    """Port and process number of a panel that listens for telemetry in `folder`."""
    with listen("127.0.0.1", 0) as free:
        port = int(free.getsockname()[1])
    settings = folder / "settings.toml"
    settings.write_text(f'[panel]\nport = {port}\nsocket = "{folder / "telemetry"}"\n', encoding="utf-8")
    command = [sys.executable, "-m", "controller.panel", "serve", "--settings", str(settings)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield port, process.pid
        finally:
            process.terminate()


@contextmanager
def viewers(port: int, reading: int, stalled: int) -> Iterator[None]:
    """So many connections to the stream, in another process, so that they take nothing from the loop's own interpreter."""
    command = [sys.executable, "-m", "tests.panel.lateness", "view", str(port), str(reading), str(stalled)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.kill()


def view(port: int, reading: int, stalled: int) -> None:
    """Connects, and reads what comes on all but the stalled ones, until killed."""
    connected = []
    for _ in range(reading + stalled):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(REQUEST)
        connected.append(connection)
    for connection in connected[:reading]:
        threading.Thread(target=read_all, args=(connection,), daemon=True).start()
    say("connected")
    threading.Event().wait()


def read_all(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def loop(desk: Desk, seconds: float) -> tuple[list[float], float]:
    """How late each tick began, in ms, and the processor time of a tick in us."""
    late_ms, never = [], threading.Event()
    cpu_s, due_s = time.process_time(), time.monotonic()
    for _ in range(round(seconds / TICK_S)):
        never.wait(max(0.0, due_s - time.monotonic()))
        late_ms.append((time.monotonic() - due_s) * 1000)
        desk.tick()
        due_s += TICK_S
    return late_ms, (time.process_time() - cpu_s) / len(late_ms) * 1e6


def cpu_of(process: int) -> float:
    """Seconds of processor time that it has used."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_HZ


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def measure() -> None:
    late: dict[str, list[float]] = {"nobody": [], "crowd": []}
    ticks_us: dict[str, list[float]] = {"nobody": [], "crowd": []}
    with tempfile.TemporaryDirectory() as name, panel(Path(name)) as (port, process):
        telemetry = TelemetrySocket(Path(name) / "telemetry", now_s=time.monotonic)
        desk = Desk(list(builtin_protocols(Limits())), Limits(), depth="bus", telemetry=telemetry)
        loop(desk, 2.0)
        for _ in range(TURNS):
            for who, reading, stalled in (("nobody", 0, 0), ("crowd", VIEWERS, 1)):
                with viewers(port, reading, stalled):
                    late_ms, tick_us = loop(desk, TURN_S)
                late[who] += late_ms
                ticks_us[who].append(tick_us)
        with viewers(port, 1, 0):
            loop(desk, 1.0)
            before_s = cpu_of(process)
            loop(desk, TURN_S)
            share = (cpu_of(process) - before_s) / TURN_S
    say("| | nobody watches | 20 viewers and one that stopped reading |\n|---|---|---|")
    for words, share_ in (("median", 0.5), ("99 %", 0.99), ("worst", 1.0)):
        say(f"| lateness of a tick, {words} | {quantile(late['nobody'], share_):.2f} ms | {quantile(late['crowd'], share_):.2f} ms |")
    say(f"| processor time of a tick, telemetry in it | {min(ticks_us['nobody']):.0f} us | {min(ticks_us['crowd']):.0f} us |")
    say(f"\nThe panel's process with one viewer at ten states a second: {share * 100:.1f} % of a core.")
    say(f"Messages nobody took: {telemetry.dropped}.")


if __name__ == "__main__":
    if sys.argv[1:2] == ["view"]:
        view(*(int(word) for word in sys.argv[2:]))
    else:
        measure()
