"""The I2C bus: opens it with bounded transfers, adapts it to the IMU driver, brings it back after a hang.  Knows no chip.

The driver's register layer shares one buffer between all chips of the process and mixes readings up when two threads
use it, so the adapter belongs to the first thread that uses it and refuses every other one.
"""

from __future__ import annotations

import errno
import fcntl
import threading
from collections.abc import Callable
from math import inf
from typing import Protocol

from smbus2 import SMBus, i2c_msg

I2C_RETRIES = 0x0701
I2C_TIMEOUT = 0x0702  # in units of 10 ms; the kernel's own default is a whole second (F20)
TRANSFER_LIMIT_10MS = 1

REOPEN_EVERY_S = 1.0

UNUSED_ADDRESS = 0x7B
"""Reserved by the I2C standard, so no chip answers; a read of it still clocks nine bits out."""
CLEARING_READS = 2


class SMBusLike(Protocol):
    """The part of smbus2.SMBus that is used; the simulator has a look-alike."""

    def i2c_rdwr(self, *messages: i2c_msg) -> None: ...

    def close(self) -> None: ...


class WrongThreadError(RuntimeError):
    """A second thread touched the register layer."""


def open_bus(number: int) -> SMBus:
    """/dev/i2c-<number> with every transfer bounded to 10 ms.  Raises OSError."""
    bus = SMBus(number)
    if bus.fd is None:
        raise OSError(f"/dev/i2c-{number} did not open")
    fcntl.ioctl(bus.fd, I2C_TIMEOUT, TRANSFER_LIMIT_10MS)
    fcntl.ioctl(bus.fd, I2C_RETRIES, 0)
    return bus


class ReopeningBus:
    """An SMBusLike on a real bus that may be absent: opened at the first use and again after it went away, never raising but OSError."""

    def __init__(self, number: int, *, now_s: Callable[[], float], open_: Callable[[int], SMBusLike] = open_bus) -> None:
        self._number = number
        self._now_s = now_s
        self._open = open_
        self._bus: SMBusLike | None = None
        self._retry_s = -inf

    def i2c_rdwr(self, *messages: i2c_msg) -> None:
        if self._bus is None:
            self._bus = self._opened()
        try:
            self._bus.i2c_rdwr(*messages)
        except OSError as error:
            if error.errno in (errno.ENODEV, errno.EBADF):
                self.close()
            raise

    def close(self) -> None:
        bus, self._bus = self._bus, None
        if bus is not None:
            bus.close()

    def _opened(self) -> SMBusLike:
        now_s = self._now_s()
        if now_s < self._retry_s:
            raise OSError(errno.ENODEV, "no I2C bus")
        self._retry_s = now_s + REOPEN_EVERY_S
        return self._open(self._number)


class Smbus2Bus:
    """The five methods the Adafruit bus device calls, over smbus2: each is one kernel transfer."""

    def __init__(self, bus: SMBusLike) -> None:
        self._bus = bus
        self._owner: int | None = None
        self._locked = False

    def try_lock(self) -> bool:
        """Uncontended by construction: a second thread is an error, not something to wait for."""
        caller = threading.get_ident()
        if self._owner is None:
            self._owner = caller
        if caller != self._owner:
            raise WrongThreadError("the I2C register layer belongs to the control loop's thread")
        if self._locked:
            raise WrongThreadError("the I2C register layer was entered twice")
        self._locked = True
        return True

    def unlock(self) -> None:
        self._locked = False

    def writeto(self, address: int, buffer: bytes | bytearray, *, start: int = 0, end: int | None = None) -> None:
        self._bus.i2c_rdwr(i2c_msg.write(address, bytes(memoryview(buffer)[start:end])))

    def readfrom_into(self, address: int, buffer: bytearray, *, start: int = 0, end: int | None = None) -> None:
        stop = len(buffer) if end is None else end
        answer = i2c_msg.read(address, stop - start)
        self._bus.i2c_rdwr(answer)
        buffer[start:stop] = bytes(answer)

    def writeto_then_readfrom(
        self,
        address: int,
        out_buffer: bytes | bytearray,
        in_buffer: bytearray,
        *,
        out_start: int = 0,
        out_end: int | None = None,
        in_start: int = 0,
        in_end: int | None = None,
    ) -> None:
        """One repeated-start transfer, so that no one else's can come between register number and data."""
        stop = len(in_buffer) if in_end is None else in_end
        question = i2c_msg.write(address, bytes(memoryview(out_buffer)[out_start:out_end]))
        answer = i2c_msg.read(address, stop - in_start)
        self._bus.i2c_rdwr(question, answer)
        in_buffer[in_start:stop] = bytes(answer)


def in_background(work: Callable[[], None]) -> None:
    """Run on a thread of its own, which cannot keep the process alive."""
    threading.Thread(target=work, name="i2c-recovery", daemon=True).start()


class BusRecovery:
    """Clocks a hung bus free (F19) off the loop's thread.  While `busy` the bus belongs to it alone."""

    def __init__(self, bus: SMBusLike, address: int, spawn: Callable[[Callable[[], None]], None] = in_background) -> None:
        self._bus = bus
        self._address = address
        self._spawn = spawn
        self.busy = False
        self.usable = True  # transfers end in time, whether answered or refused

    def begin(self) -> None:
        self.busy = True
        self._spawn(self._clear)

    def _clear(self) -> None:
        """A chip that holds the data line is in the middle of a byte: nine clocks let it finish and let go."""
        usable = False
        try:
            for _ in range(CLEARING_READS):
                self._in_time(UNUSED_ADDRESS)
            usable = self._in_time(self._address)
        finally:
            self.usable = usable
            self.busy = False

    def _in_time(self, address: int) -> bool:
        try:
            self._bus.i2c_rdwr(i2c_msg.read(address, 1))
        except TimeoutError:
            return False
        except OSError:
            return True
        return True
