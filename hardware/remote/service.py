"""`inversion-table call` on the table, `watch-for-help` on another host: sockets and clocks around the two pure halves."""

from __future__ import annotations

import secrets
import select
import socket
import subprocess
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from time import monotonic

from controller.config import ConfigError, load_settings
from controller.exit_codes import ExitCode
from hardware.notify import SystemdHeartbeat
from hardware.remote.caller import Caller
from hardware.remote.line import FOLDER
from hardware.remote.message import MOST_BYTES, KeyFileError, Says, read_key
from hardware.remote.watcher import Watcher
from hardware.stop_signal import StopSignal

WAIT_S = 0.2
MOST_COMMANDS = 8
"""Notice commands at once; one that hangs costs its own words only."""

ADDRESS_HINT = "an address and a port are meant, such as 192.168.1.20:4840"


def address(text: str) -> tuple[str, int]:
    """Host and port; ValueError says what would be right."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError(f"{text!r}: {ADDRESS_HINT}")
    return host.strip("[]"), int(port)


def _udp(where: tuple[str, int]) -> tuple[socket.socket, tuple[str, int]]:
    family, _, _, _, found = socket.getaddrinfo(where[0], where[1], type=socket.SOCK_DGRAM)[0]
    udp = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    udp.settimeout(0.0)  # never waits
    return udp, (str(found[0]), int(found[1]))


class Post:
    """The caller's sockets: words from the service in, datagrams to the watcher out, a state file for the service."""

    def __init__(self, caller: Caller, watcher: tuple[str, int], folder: Path) -> None:
        self._caller, self._watcher, self._folder = caller, watcher, folder
        self._udp: socket.socket | None = None
        self._words = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
        (folder / "words").unlink(missing_ok=True)
        self._words.bind(str(folder / "words"))

    def turn(self, wait_s: float = WAIT_S) -> None:
        """Wait for whatever comes, then do what is due.  A network that is down is silence, never an error."""
        sockets = [self._words] + ([self._udp] if self._udp is not None else [])
        for ready in select.select(sockets, [], [], wait_s)[0]:
            self._take(ready)
        datagram = self._caller.next(monotonic())
        if datagram is not None:
            self._send(datagram)
        self._write(self._caller.state(monotonic()))

    def _take(self, ready: socket.socket) -> None:
        try:
            data = ready.recv(MOST_BYTES + 1)
        except OSError:
            return
        if ready is not self._words:
            self._caller.hear(data, monotonic())
        elif data in (b"upright", b"armed", b"calling"):
            self._caller.tell(Says(data.decode()), monotonic())

    def _send(self, datagram: bytes) -> None:
        try:
            if self._udp is None:
                self._udp, found = _udp(self._watcher)
                self._udp.connect(found)  # only its answers come back
            self._udp.send(datagram)
        except OSError:
            if self._udp is not None:
                self._udp.close()
            self._udp = None

    def _write(self, state: str) -> None:
        fresh = self._folder / "state.new"
        fresh.write_text(f"{state} {monotonic():.3f}", encoding="ascii")
        fresh.replace(self._folder / "state")

    def close(self) -> None:
        self._words.close()
        if self._udp is not None:
            self._udp.close()


def call(settings_path: Path | None, complain: Callable[[str], None], folder: Path = FOLDER) -> ExitCode:
    """Until told to stop.  Its end is silence: an armed watcher then raises the notice."""
    stop = StopSignal()
    try:
        remote = load_settings(settings_path).remote
        caller = Caller(read_key(Path(remote.key_file)), remote.table)
        with closing(Post(caller, address(remote.watcher), folder)) as post, closing(SystemdHeartbeat()) as heartbeat:
            heartbeat.ready()
            while not stop.asked:
                post.turn()
    except (ConfigError, KeyFileError, ValueError) as error:
        complain(str(error))
        return ExitCode.CONFIG
    except OSError as error:
        complain(f"{error.filename or folder}: {error.strerror or error}")
        return ExitCode.CANNOT_WRITE
    return ExitCode.OK


class Lookout:
    """The watcher's socket and the command that carries its notices."""

    def __init__(self, watcher: Watcher, listen: tuple[str, int], tell: Callable[[str], None], command: tuple[str, ...] = ()) -> None:
        self._watcher, self._tell, self._command = watcher, tell, command
        self._udp, found = _udp(listen)
        try:
            self._udp.bind(found)
        except OSError:
            self._udp.close()
            raise
        self.port = int(self._udp.getsockname()[1])
        self._children: list[subprocess.Popen[bytes]] = []

    def turn(self, wait_s: float = WAIT_S) -> None:
        """Wait for a datagram, answer it, tell what must be told."""
        if select.select([self._udp], [], [], wait_s)[0]:
            self._answer()
        for notice in self._watcher.notices(monotonic()):
            self._tell(notice)
            self._run(notice)

    def _answer(self) -> None:
        try:
            data, sender = self._udp.recvfrom(MOST_BYTES + 1)
            answer = self._watcher.hear(data, monotonic())
            if answer is not None:
                self._udp.sendto(answer, sender)
        except OSError:
            pass  # the next renewal comes in a second

    def _run(self, notice: str) -> None:
        self._children = [child for child in self._children if child.poll() is None]
        if not self._command or len(self._children) >= MOST_COMMANDS:
            return
        try:
            self._children.append(subprocess.Popen([*self._command, notice], stdin=subprocess.DEVNULL, close_fds=True))
        except OSError as error:
            self._tell(f"{self._command[0]}: {error.strerror or error}; the notice above went nowhere else")

    def close(self) -> None:
        self._udp.close()
        for child in self._children:
            with suppress(subprocess.TimeoutExpired):
                child.wait(5.0)


def watch_for_help(listen: str, key_file: Path, command: tuple[str, ...], tell: Callable[[str], None], patience_s: float) -> ExitCode:
    """Until told to stop.  Needs no pin, no settings, nothing of the table but the key."""
    stop = StopSignal()
    try:
        watcher = Watcher(read_key(key_file), lambda: secrets.token_hex(8), patience_s)
        with closing(Lookout(watcher, address(listen), tell, command)) as lookout:
            tell(f"watching on {listen}; a table that falls silent while armed is told of after {patience_s:.0f} s")
            while not stop.asked:
                lookout.turn()
    except (KeyFileError, ValueError) as error:
        tell(str(error))
        return ExitCode.CONFIG
    except OSError as error:
        tell(f"{listen}: {error.strerror or error}; {ADDRESS_HINT}")
        return ExitCode.UNAVAILABLE
    return ExitCode.OK
