"""The live table in a real (pseudo) terminal: keys do what they say, and the terminal is given back however it ends."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hygiene.sources import ROOT

PATIENCE_S = 60.0


class Terminal:
    """A pseudo-terminal with the program in it."""

    def __init__(self, *options: str, columns: int = 100, lines: int = 30) -> None:
        self.master, self.slave = pty.openpty()
        self.resize(columns, lines)
        self.before = termios.tcgetattr(self.slave)
        command = [sys.executable, "-m", "sim", "terminal", *options]
        was = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by tests in the background, and by what they start
        self.program = subprocess.Popen(command, cwd=ROOT, stdin=self.slave, stdout=self.slave, stderr=self.slave)
        signal.signal(signal.SIGINT, was)
        self.text = ""

    def resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def read(self, for_s: float) -> str:
        """What was written within that time, colours and cursor movements taken out."""
        until_s, data = time.monotonic() + for_s, b""
        while (left_s := until_s - time.monotonic()) > 0:
            ready, _, _ = select.select([self.master], [], [], left_s)
            if not ready:
                break
            data += os.read(self.master, 65536)
            if b"\x1b[?1049l" in data:
                break
        fresh = data.decode("utf-8", "replace")
        self.text += fresh
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", fresh)

    def see(self, words: str) -> str:
        """Wait until those words are on the screen."""
        until_s, seen = time.monotonic() + PATIENCE_S, ""
        while words not in seen:
            assert time.monotonic() < until_s, f"never saw {words!r}; last: {seen[-1500:]}"
            assert self.program.poll() is None, f"ended before {words!r}: {seen[-1500:]}"
            seen = (seen + self.read(0.2))[-12000:]
        return seen

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def ended(self) -> int:
        until_s = time.monotonic() + PATIENCE_S
        while self.program.poll() is None and time.monotonic() < until_s:
            self.read(0.05)
        self.read(0.05)
        return self.program.wait(1)

    def close(self) -> None:
        if self.program.poll() is None:
            self.program.kill()
            self.program.wait(10)
        os.close(self.master)
        os.close(self.slave)

    @property
    def restored(self) -> bool:
        """Line discipline as before, cursor shown, ordinary screen."""
        shown = self.text.rfind("\x1b[?25h") > self.text.rfind("\x1b[?25l")
        left = self.text.rfind("\x1b[?1049l") > self.text.rfind("\x1b[?1049h")
        return termios.tcgetattr(self.slave) == self.before and shown and left


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.close()


def begin(terminals: list[Terminal], *options: str, columns: int = 100, lines: int = 30) -> Terminal:
    terminals.append(Terminal(*options, columns=columns, lines=lines))
    return terminals[-1]


@pytest.mark.req("PU1", "PU2", "SE2")
def test_a_person_at_the_keys_starts_a_session_and_comes_back_up(terminals: list[Terminal]) -> None:
    terminal = begin(terminals, "--speed", "30", "--protocol", "first")
    terminal.see("IDLE")
    terminal.type("l")
    terminal.type("k")
    terminal.see("left closed, right closed")
    terminal.type("p")
    terminal.read(0.2)
    terminal.type("s")
    terminal.see("DESCENDING")
    terminal.type("r")
    terminal.see("RETURNING")
    terminal.see("SETTLING")
    terminal.type("q")
    assert terminal.ended() == 0
    assert terminal.restored


@pytest.mark.req("SR1")
def test_the_mushroom_stops_and_is_shown(terminals: list[Terminal]) -> None:
    terminal = begin(terminals, "--demo", "--speed", "20")
    terminal.see("DESCENDING")
    terminal.type("e")
    terminal.see("STOPPED")
    terminal.see("E-STOP PRESSED")
    terminal.type("q")
    assert terminal.ended() == 0


def test_who_presses_nothing_sees_a_session_begin(terminals: list[Terminal]) -> None:
    terminal = begin(terminals, "--speed", "60")
    terminal.see("DEMONSTRATION")
    terminal.see("DESCENDING")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_the_terminal_is_given_back_after_a_signal(terminals: list[Terminal], number: signal.Signals) -> None:
    terminal = begin(terminals)
    terminal.see("START")
    terminal.program.send_signal(number)
    assert terminal.ended() in {0, 128 + number}
    assert terminal.restored


def test_a_window_too_small_says_so_and_recovers(terminals: list[Terminal]) -> None:
    terminal = begin(terminals, columns=60, lines=20)
    terminal.see("60 x 20")
    terminal.resize(90, 28)
    terminal.see("START")
    terminal.type("q")
    assert terminal.ended() == 0


def test_a_fault_is_injected_by_number_and_taken_away_again(terminals: list[Terminal]) -> None:
    terminal = begin(terminals)
    terminal.see("START")
    terminal.type("x")
    terminal.type("11\r")
    terminal.see("imu stuck")
    terminal.type("x")
    terminal.type("nonsense\r")
    terminal.see("no fault")
    terminal.type("\x1b[A\x1bOP")  # arrow and function keys mean nothing
    terminal.type("q")
    assert terminal.ended() == 0


# ------------------------------------------------------------------ without a terminal


def piped(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sim", "terminal", *options]
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.req("SR3", "TP11")
def test_without_a_terminal_a_whole_session_is_told_as_text() -> None:
    result = piped("--protocol", "week_3")
    assert result.returncode == 0, result.stdout + result.stderr
    phases = re.findall(r"^ *[\d.]+ s  ([A-Z_]{4,}) ", result.stdout, re.M)
    wanted = ["IDLE", "PROOF_TEST", "DESCENDING", "HOLDING", "RETURNING", "RESTING", "SETTLING", "RELEASE", "IDLE"]
    places = iter(phases)
    assert all(phase in places for phase in wanted), phases
    assert "\x1b" not in result.stdout
    assert result.stdout.splitlines()[-1].startswith("Session over: deepest ")


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--protocol", "week_9"), 65, "--protocol week_9: no such protocol; one of first, week_1, week_3, week_5, or a file"),
        (("--protocol", "nowhere.toml"), 66, "nowhere.toml"),
        (("--speed", "0"), 2, "--speed: 0 is out of range; 1 to 60 is right"),
        (("--speed", "fast"), 2, "--speed: 'fast' is not a number; 1 to 60 is right"),
        (("--person", "nan"), 2, "--person: nan is out of range; 30 to 150 is right"),
    ],
)
def test_a_wrong_option_is_one_clear_line(options: tuple[str, ...], code: int, words: str) -> None:
    result = piped(*options)
    assert result.returncode == code
    assert words in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_the_program_needs_no_writable_home(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "none")}
    command = [sys.executable, "-m", "sim", "run", "--protocol", "first"]
    result = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False, env=environment
    )
    assert result.returncode == 0, result.stdout + result.stderr
