"""The serial port on a real pseudo terminal: unplugged, dying, stuck; it never waits and always comes back."""

from __future__ import annotations

import errno
import termios
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest
import serial

from hardware.drive import protocol
from hardware.drive.port import LinkError, SerialPort
from tests.wire.cable import Cable, trouble


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
