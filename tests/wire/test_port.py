"""The serial port on a real pseudo terminal: absent, busy, unplugged, stuck; it never waits and always comes back."""

from __future__ import annotations

import errno
import fcntl
import os
import pty
import termios
import time
import tty
from array import array
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest
import serial

from controller.core.model import Command
from hardware.drive import port as port_module
from hardware.drive import protocol
from hardware.drive.frame import Decoder
from hardware.drive.link import Link
from hardware.drive.port import LinkError, SerialPort
from tests.wire.streams import detail, status


class Cable:
    """A pseudo terminal under a name that stays while the device behind it goes and comes, as udev's link does."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "board"
        self.board = -1  # the far end
        self._near = -1
        self.now_s = 0.0
        self.plug_in()

    def plug_in(self) -> None:
        self.board, self._near = pty.openpty()
        tty.setraw(self.board)
        tty.setraw(self._near)
        os.set_blocking(self.board, False)
        self.path.symlink_to(os.ttyname(self._near))

    def pull_out(self) -> None:
        os.close(self.board)
        os.close(self._near)
        self.path.unlink()

    def port(self) -> SerialPort:
        return SerialPort(str(self.path), baud=protocol.BAUD, now_s=lambda: self.now_s)

    def board_says(self, data: bytes) -> None:
        """Returns when all of it lies ready at the Pi's end: the kernel hands it over on another thread."""
        os.write(self.board, data)
        until_s = time.monotonic() + 5
        waiting = array("i", [0])
        while waiting[0] < len(data) and time.monotonic() < until_s:
            fcntl.ioctl(self._near, termios.FIONREAD, waiting)
        assert waiting[0] == len(data)

    def heard_by_board(self, size: int = 0) -> bytes:
        """What has arrived at the far end; waits for so many bytes, for the same reason."""
        found, until_s = b"", time.monotonic() + 5
        while True:
            try:
                found += os.read(self.board, 65536)
            except BlockingIOError:
                if len(found) >= size or time.monotonic() > until_s:
                    return found


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[Cable]:
    cable = Cable(tmp_path)
    yield cable
    if cable.path.is_symlink():
        cable.pull_out()


def trouble(port: SerialPort) -> str:
    with pytest.raises(LinkError) as caught:
        port.read()
    return str(caught.value)


def test_bytes_go_both_ways_and_nothing_waiting_is_no_bytes(cable: Cable) -> None:
    port = cable.port()
    assert port.read() == b""
    port.write(b"command")
    assert cable.heard_by_board(8) == b"\0command"
    cable.board_says(bytes(range(256)))
    assert port.read() == bytes(range(256))
    port.close()


def test_everything_that_waits_is_read_in_one_call(cable: Cable) -> None:
    """What stays behind is stale at the next tick."""
    port = cable.port()
    port.read()
    cable.board_says(b"x" * 3000)
    assert len(port.read()) == 3000
    port.close()


def test_a_flood_does_not_hold_the_reader(cable: Cable, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 34: a device that always has more."""
    port = cable.port()
    port.read()
    monkeypatch.setattr(serial.Serial, "read", lambda _self, size: b"x" * size)
    assert len(port.read()) == 4 * 4096
    monkeypatch.undo()
    port.close()


def test_the_line_is_set_up_raw_at_the_wires_speed_and_reset_is_not_pulled(cable: Cable, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bool, bool, float | None, int, bool | None]] = []
    real = serial.Serial.open

    def watched(self: serial.Serial) -> None:
        seen.append((self.is_open, self.dtr, self.timeout, self.baudrate, self.exclusive))
        real(self)

    monkeypatch.setattr(serial.Serial, "open", watched)
    port = cable.port()
    port.read()
    assert seen == [(False, False, 0, 250_000, True)]
    port.close()


def test_a_usb_adapter_is_asked_not_to_collect_bytes_and_a_line_that_cannot_is_used_all_the_same(
    cable: Cable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 32; the pseudo terminal is such a line."""
    asked: list[bool] = []
    real = serial.Serial.set_low_latency_mode

    def watched(self: serial.Serial, low_latency_settings: bool) -> None:
        asked.append(low_latency_settings)
        real(self, low_latency_settings)

    monkeypatch.setattr(serial.Serial, "set_low_latency_mode", watched)
    port = cable.port()
    assert port.read() == b""
    assert asked == [True]
    port.close()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/dev/no-such-board", "no such device; check the board's cable and the port in the settings"),
        ("/dev/null", "not a serial port; check the port in the settings"),
        ("/dev", "check the cable and the port in the settings"),
        ("", "no such device; check the board's cable and the port in the settings"),
        ("/dev/\0", "check the cable and the port in the settings"),
    ],
)
def test_a_path_that_is_no_port_is_answered_with_one_line(path: str, said: str) -> None:
    text = trouble(SerialPort(path, baud=protocol.BAUD, now_s=lambda: 0.0))
    assert text.startswith(f"{path}: ")
    assert text.endswith(said)
    assert "\n" not in text


def test_a_port_in_use_by_another_program_says_so(cable: Cable) -> None:
    first = cable.port()
    first.read()
    assert trouble(cable.port()) == f"{cable.path}: in use by another program; stop that first"
    first.close()


@pytest.mark.req("SR7")
def test_an_unplugged_board_is_reported_and_found_again_when_plugged_in(cable: Cable) -> None:
    """Fault 31."""
    port = cable.port()
    port.read()
    cable.pull_out()
    assert "check the cable" in trouble(port)
    cable.now_s += 0.2
    assert "no such device" in trouble(port)
    cable.plug_in()
    cable.now_s += 0.2
    assert port.read() == b""
    port.write(b"back")
    assert cable.heard_by_board(5) == b"\0back"
    port.close()


@pytest.mark.req("SR7")
def test_writing_to_an_unplugged_board_is_a_link_error_too(cable: Cable) -> None:
    port = cable.port()
    port.write(b"x")
    cable.pull_out()
    with pytest.raises(LinkError):
        port.write(b"y")
    with pytest.raises(LinkError):
        port.write(b"y")
    port.close()


def use(port: SerialPort, call: str) -> None:
    if call == "write":
        port.write(b"x")
    else:
        port.read()


@pytest.mark.parametrize(
    "error",
    [
        serial.SerialException("device disconnected"),
        OSError(errno.EIO, "Input/output error"),
        termios.error(errno.EIO, "Input/output error"),
        ValueError("Failed to set custom baud rate"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize(("call", "method"), [("read", "read"), ("write", "reset_output_buffer"), ("open", "open"), ("close", "close")])
def test_every_kind_of_error_pyserial_has_becomes_a_link_error(
    cable: Cable, monkeypatch: pytest.MonkeyPatch, error: Exception, call: str, method: str
) -> None:
    """termios.error is no OSError, and the port must come back after each."""

    def fails(_self: serial.Serial, _size: int = 0) -> None:
        raise error

    port = cable.port()
    if call != "open":
        port.read()
    with monkeypatch.context() as patch:
        patch.setattr(serial.Serial, method, fails)
        if call == "close":
            port.close()
        else:
            patch.setattr(serial.Serial, "out_waiting", 1000)
            with pytest.raises(LinkError, match="check the cable and the port in the settings"):
                use(port, call)
    cable.now_s += 0.2
    second = cable.port() if call == "close" else port
    if call != "close":
        assert second.read() == b""
    second.close()


def test_tries_to_open_grow_rarer_up_to_one_in_two_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[float] = []
    now_s = 0.0

    def counted(_self: serial.Serial) -> None:
        tries.append(now_s)
        raise serial.SerialException(errno.ENOENT, "gone")

    monkeypatch.setattr(serial.Serial, "open", counted)
    port = SerialPort(str(tmp_path / "board"), baud=protocol.BAUD, now_s=lambda: now_s)
    for tick in range(500):
        now_s = tick * 0.02
        assert "no such device" in trouble(port)
    gaps = [round(b - a, 2) for a, b in pairwise(tries)]
    assert gaps[:4] == pytest.approx([0.1, 0.2, 0.4, 0.8], abs=0.021)
    assert max(gaps) <= 2.02
    assert len(tries) < 12


def test_after_a_board_was_heard_the_first_try_comes_soon_again(cable: Cable) -> None:
    port = cable.port()
    cable.pull_out()
    for _ in range(200):
        trouble(port)
        cable.now_s += 0.1
    cable.plug_in()
    cable.now_s += 2.0
    port.read()
    cable.board_says(b"x")
    port.read()
    cable.pull_out()
    trouble(port)
    cable.plug_in()
    cable.now_s += 0.11
    assert port.read() == b""
    port.close()


def test_a_device_that_opens_and_dies_at_once_is_not_tried_at_full_pace(cable: Cable, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[float] = []
    real = serial.Serial.open

    def watched(self: serial.Serial) -> None:
        opened.append(cable.now_s)
        real(self)

    def dies(_self: serial.Serial, _size: int) -> bytes:
        raise OSError(errno.EIO, "dead")

    monkeypatch.setattr(serial.Serial, "open", watched)
    monkeypatch.setattr(serial.Serial, "read", dies)
    port = cable.port()
    for _ in range(500):
        trouble(port)
        cable.now_s += 0.02
    assert len(opened) < 12


def sends(port: SerialPort, data: bytes) -> bool:
    try:
        port.write(data)
    except LinkError:
        return False
    return True


def count_drops(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A pseudo terminal hands bytes over at once, so that what was dropped cannot be seen at its far end, only counted here."""
    drops: list[float] = []
    real = serial.Serial.reset_output_buffer

    def watched(self: serial.Serial) -> None:
        drops.append(time.monotonic())
        real(self)

    monkeypatch.setattr(serial.Serial, "reset_output_buffer", watched)
    return drops


def test_a_board_that_stops_reading_does_not_hold_the_pi(cable: Cable, monkeypatch: pytest.MonkeyPatch) -> None:
    """Full output buffer: LinkError at once, what waits is dropped, and the first command after it arrives whole."""
    port = cable.port()
    drops = count_drops(monkeypatch)
    took_s: list[float] = []
    while len(took_s) < 200:
        began_s = time.monotonic()
        try:
            port.write(bytes(range(1, 21)))
        except LinkError as error:
            took_s.append(time.monotonic() - began_s)
            said = str(error)
    assert said == f"{cable.path}: takes no more bytes; check that the board is powered"
    assert median(took_s) < 0.002
    assert len(drops) >= 200
    heard, until_s = b"", time.monotonic() + 5
    while not sends(port, b"newest") and time.monotonic() < until_s:
        heard += cable.heard_by_board()
    while not heard.endswith(b"newest") and time.monotonic() < until_s:  # what the kernel still holds comes in pieces
        heard += cable.heard_by_board()
    assert heard.endswith(b"\0newest")
    port.close()


def test_commands_that_wait_in_the_kernel_are_dropped_for_the_newest(cable: Cable, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow line, fault 32: more than two waiting commands are stale; the one that was cut is ended by a zero of its own."""
    port = cable.port()
    port.write(b"first")
    drops = count_drops(monkeypatch)
    monkeypatch.setattr(serial.Serial, "out_waiting", 40)
    port.write(b"second")
    assert cable.heard_by_board(12) == b"\0firstsecond"
    assert drops == []
    monkeypatch.setattr(serial.Serial, "out_waiting", 41)
    port.write(b"third")
    assert len(drops) == 1
    assert cable.heard_by_board(6) == b"\0third"
    port.close()


def test_closing_twice_or_before_opening_is_nothing(cable: Cable) -> None:
    port = cable.port()
    port.close()
    port.read()
    port.close()
    port.close()


@pytest.mark.req("SR7")
def test_link_and_port_together_over_a_real_line(cable: Cable) -> None:
    """A stranger's noise, a board that talks, a cable pulled and put back: only ages move."""
    port = cable.port()
    link = Link(port, lambda: cable.now_s)
    link.poll()
    cable.board_says(b"\xff" * 50 + b"\0" + status(1, angle_cdeg=-7500) + detail(2))
    report = link.poll()
    assert (report.age_s, report.angle_deg) == (0.0, -75.0)
    link.send(Command())
    assert len(Decoder().feed(cable.heard_by_board(21))) == 1
    cable.pull_out()
    cable.now_s += 0.5
    link.send(Command())
    assert link.poll().age_s == 0.5
    assert "check the cable" in link.trouble
    cable.plug_in()
    cable.now_s += 0.5
    link.poll()
    cable.board_says(status(3) + detail(4))
    assert link.poll().age_s == 0.0
    port.close()


def test_pyserial_is_imported_nowhere_else() -> None:
    root = Path(__file__).resolve().parents[2]
    sources = [path for folder in ("controller", "hardware", "sim") for path in (root / folder).rglob("*.py")]
    importing = [
        path
        for path in sources
        if "import serial\n" in path.read_text(encoding="utf-8") or "from serial" in path.read_text(encoding="utf-8")
    ]
    assert importing == [Path(port_module.__file__)]
