"""Stand-ins below the real drivers: an LSM6DSOX behind an SMBus, pins behind gpiozero, a clock that is moved by hand.

The chip follows the data sheet where the driver looks: address increment, software reset, time stamp, data-ready bits.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from gpiozero.pins.pi import PiFactory, PiPin
from smbus2 import i2c_msg

ADDRESS = 0x6A
CTRL1_XL, CTRL2_G, CTRL3_C, CTRL10_C, WHO_AM_I = 0x10, 0x11, 0x12, 0x19, 0x0F
TICK_S = 0.02


class HandClock:
    """Implements hardware.clock.Clock; `oversleep_s` makes the next sleep return late."""

    def __init__(self) -> None:
        self.t_s = 100.0
        self.oversleep_s = 0.0

    def now_s(self) -> float:
        return self.t_s

    def sleep_until(self, t_s: float) -> None:
        self.t_s = max(self.t_s, t_s) + self.oversleep_s
        self.oversleep_s = 0.0


@dataclass
class Chip:
    """Registers, and a sample every 1/104 s while it is configured."""

    clock: HandClock
    accel_counts: tuple[int, int, int] = (0, 0, 8197)  # 1 g at 0.122 mg a count
    gyro_counts: tuple[int, int, int] = (0, 0, 0)
    registers: bytearray = field(default_factory=lambda: bytearray(256))
    pointer: int = 0
    identity: int = 0x6C
    reset_takes_s: float = 0.0
    stuck: bool = False
    writes: list[tuple[int, int]] = field(default_factory=list)
    started_s: float = 0.0
    first_counts: int = 0  # of the time stamp, so that its wrap need not be waited for
    reset_until_s: float = 0.0
    sample_number: int = -1

    def __post_init__(self) -> None:
        self.power_on()

    def power_on(self) -> None:
        self.registers[:] = bytes(256)
        self.registers[WHO_AM_I] = self.identity
        self.registers[CTRL3_C] = 0x04
        self.started_s = self.clock.t_s

    def write(self, data: bytes) -> None:
        self.pointer = data[0]
        for value in data[1:]:
            self.writes.append((self.pointer, value))
            if self.pointer == CTRL3_C and value & 1:
                self.power_on()
                self.reset_until_s = self.clock.t_s + self.reset_takes_s
            elif self.pointer not in {WHO_AM_I, 0x1E}:
                self.registers[self.pointer] = value
            self.pointer += 1

    def read(self, length: int) -> bytes:
        self._sample()
        self._stamp()
        out = bytes(self.registers[self.pointer : self.pointer + length])
        if self.pointer <= CTRL3_C < self.pointer + length and self.clock.t_s < self.reset_until_s:
            out = bytes(value | 1 if self.pointer + i == CTRL3_C else value for i, value in enumerate(out))
        if self.pointer <= 0x2D < self.pointer + length:
            self.registers[0x1E] = 0
        return out

    def _sample(self) -> None:
        number = int((self.clock.t_s - self.started_s) * 104)
        if self.stuck or number == self.sample_number or not self.registers[CTRL1_XL] >> 4 or not self.registers[CTRL2_G] >> 4:
            return
        self.sample_number = number
        noise = number % 3 - 1
        struct.pack_into("<3h", self.registers, 0x22, *self.gyro_counts)
        struct.pack_into("<3h", self.registers, 0x28, *(value + noise for value in self.accel_counts))
        self.registers[0x1E] = 0x07

    def _stamp(self) -> None:
        if self.registers[CTRL10_C] & 0x20:
            counts = self.first_counts + int((self.clock.t_s - self.started_s) / 25e-6) & 0xFFFFFFFF
            struct.pack_into("<I", self.registers, 0x40, counts)


class Bus:
    """What smbus2.SMBus would do.  `faults` are raised by the next transfers, one each; None lets one through."""

    def __init__(self, chip: Chip) -> None:
        self.chip = chip
        self.absent = False
        self.hung = False
        self.faults: list[OSError | None] = []
        self.transfers: list[tuple[int, ...]] = []

    def i2c_rdwr(self, *messages: i2c_msg) -> None:
        self.transfers.append(tuple(message.addr for message in messages))
        fault = self.faults.pop(0) if self.faults else None
        if self.hung:
            fault = OSError(errno.ETIMEDOUT, "Connection timed out")
        if fault is not None:
            raise fault
        for message in messages:
            if self.absent or message.addr != ADDRESS:
                raise OSError(errno.EREMOTEIO, "Remote I/O error")
            if message.flags & 1:
                for index, value in enumerate(self.chip.read(message.len)):
                    message.buf[index] = bytes((value,))
            else:
                self.chip.write(bytes(message))

    def close(self) -> None:
        self.hung = True


def refused() -> OSError:
    return OSError(errno.EREMOTEIO, "Remote I/O error")


class HandPin(PiPin):  # type: ignore[misc]  # gpiozero is untyped
    """A pin whose level a test sets; None is an open wire, which the pull decides."""

    factory: HandPins

    def __init__(self, factory: HandPins, info: object) -> None:
        super().__init__(factory, info)
        self._mode = "input"
        self._bias = "floating"
        self._out = False

    def _get_function(self) -> str:
        return self._mode

    def _set_function(self, value: str) -> None:
        self._mode = value

    def _get_state(self) -> bool:
        if self.factory.broken:
            raise OSError(errno.EIO, "Input/output error")
        if self._mode == "output":
            return self._out
        level = self.factory.levels.get(self._number)
        return self._bias == "up" if level is None else level

    def _set_state(self, value: bool) -> None:
        if self.factory.broken:
            raise OSError(errno.EIO, "Input/output error")
        self._out = bool(value)
        self.factory.written.append((self._number, self._out))

    def _get_pull(self) -> str:
        return self._bias

    def _set_pull(self, value: str) -> None:
        self._bias = value


class HandPins(PiFactory):  # type: ignore[misc]  # gpiozero is untyped
    """A pin factory with no edges at all: whoever waits for a callback waits for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.levels: dict[int, bool] = {}
        self.written: list[tuple[int, bool]] = []
        self.broken = False
        self.pin_class = HandPin

    def _get_revision(self) -> int:
        return 0xC04170  # Pi 5

    def level(self, bcm: int) -> bool:
        return [level for number, level in self.written if number == bcm][-1:] == [True]


class HandPort:
    """A BytePort that says nothing and keeps what is written."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.incoming = b""

    def read(self) -> bytes:
        data, self.incoming = self.incoming, b""
        return data

    def write(self, data: bytes) -> None:
        self.written.append(data)


def at_once(work: Callable[[], None]) -> None:
    work()
