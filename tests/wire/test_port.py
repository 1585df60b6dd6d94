"""The serial port on a real pseudo terminal: set up right, everything read at once, one line for what is no port."""

from __future__ import annotations

from pathlib import Path

import pytest
import serial

from controller.core.model import Command
from hardware.drive import port as port_module
from hardware.drive import protocol
from hardware.drive.frame import Decoder
from hardware.drive.link import Link
from hardware.drive.port import SerialPort
from tests.wire.cable import Cable, trouble
from tests.wire.streams import detail, status


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
