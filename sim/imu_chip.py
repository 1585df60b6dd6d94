"""An LSM6DSOX at register level behind an SMBus look-alike, fed by the simulated world.  Knows the data sheet, not the driver.

Not modelled: FIFO, embedded functions, interrupts, and torn samples (a transfer takes no virtual time here, so block data
update cannot show).
"""

from __future__ import annotations

import errno
import struct
from typing import Final

from smbus2 import i2c_msg

from sim.world import ImuSample, World

WHO_AM_I, CTRL1_XL, CTRL2_G, CTRL3_C, CTRL5_C, CTRL10_C = 0x0F, 0x10, 0x11, 0x12, 0x14, 0x19
STATUS, TEMPERATURE, OUT_G, OUT_XL, TIMESTAMP, TIMESTAMP2 = 0x1E, 0x20, 0x22, 0x28, 0x40, 0x42
IDENTITY: Final = 0x6C
ADDRESS: Final = 0x6A  # SDO low, the Adafruit board as delivered
READ_ONLY: Final = frozenset({WHO_AM_I, *range(STATUS, 0x2E), *range(TIMESTAMP, 0x44)})

IF_INC, SW_RESET, TIMESTAMP_ON = 0x04, 0x01, 0x20
ACCEL_READY, GYRO_READY, TEMPERATURE_READY = 0x01, 0x02, 0x04
LAST_BYTES: Final = ((OUT_XL + 5, ACCEL_READY), (OUT_G + 5, GYRO_READY), (TEMPERATURE + 1, TEMPERATURE_READY))
"""Reading the last high byte of a set clears its data-ready bit."""
TIMESTAMP_S: Final = 25e-6
MPS2_PER_G: Final = 9.80665

ACCEL_LSB_MPS2: Final = tuple(mg * 1e-3 * MPS2_PER_G for mg in (0.061, 0.488, 0.122, 0.244))
"""By the FS_XL bits 3:2 of CTRL1_XL: 2, 16, 4, 8 g (data sheet table 2)."""
GYRO_LSB_DPS: Final = (8.75e-3, 17.5e-3, 35e-3, 70e-3)
"""By the FS_G bits 3:2 of CTRL2_G: 250, 500, 1000, 2000 deg/s; FS_125 halves the first."""
SELF_TEST_MPS2: Final = 0.5 * MPS2_PER_G  # data sheet: 50..1700 mg
SELF_TEST_DPS: Final = 50.0  # data sheet: 20..80 deg/s at 250 deg/s

TIMEOUT_MS: Final = 10  # the bus is opened with every transfer bounded to this


def _word(value: float) -> int:
    return max(-32768, min(32767, round(value)))


class ImuChip:
    """256 registers, a pointer, and a sample whenever the world has a new one."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._registers = bytearray(256)
        self._pointer = 0
        self._sample_number = -1
        self._zero_s = 0.0  # of the time stamp
        self._kept_s = 0.0
        self.power_on()

    def power_on(self) -> None:
        """Reset values of the data sheet; both sensors powered down."""
        self._registers[:] = bytes(256)
        self._registers[WHO_AM_I] = IDENTITY
        self._registers[CTRL3_C] = IF_INC
        self._zero_s = self._now_s()

    def write(self, data: bytes) -> None:
        """The first byte is the register, the rest its content and, with IF_INC, its followers'."""
        if self._browned_out():
            self.power_on()
            return
        self._pointer = data[0]
        for value in data[1:]:
            self._store(self._pointer, value)
            self._pointer = self._next(self._pointer)

    def read(self, length: int) -> bytes:
        if self._browned_out():
            pointer = self._pointer
            self.power_on()
            self._pointer = pointer
        self._refresh()
        first = self._pointer
        if not self._registers[CTRL3_C] & IF_INC:
            return bytes(self._registers[first : first + 1]) * length
        end = first + length
        self._pointer = end & 0xFF
        out = bytes(self._registers[first:end])
        for last, ready in LAST_BYTES:
            if first <= last < end:
                self._registers[STATUS] &= ~ready & 0xFF
        return out

    # ------------------------------------------------------------ inside

    def _now_s(self) -> float:
        return self._world.now_ms * 1e-3

    def _browned_out(self) -> bool:
        return self._world.fault("imu_reset") > 0.0

    def _next(self, register: int) -> int:
        return (register + 1) & 0xFF if self._registers[CTRL3_C] & IF_INC else register

    def _store(self, register: int, value: int) -> None:
        if register == CTRL3_C and value & SW_RESET:
            self.power_on()  # 50 us: over before another transfer can look
        elif register == TIMESTAMP2 and value == 0xAA:
            self._zero_s = self._now_s()
        elif register not in READ_ONLY:
            self._registers[register] = value

    def _refresh(self) -> None:
        sample = self._world.imu_sample()
        if not self._world.fault("imu_frozen"):
            self._kept_s = sample.chip_time_s if self._world.fault("imu_repeat") else self._now_s() + self._world.fault("imu_time_offset_s")
            if sample.number != self._sample_number:
                self._sample_number = sample.number
                self._take(sample)
        if self._registers[CTRL10_C] & TIMESTAMP_ON:
            stamp = int((self._kept_s - self._zero_s) / TIMESTAMP_S) & 0xFFFFFFFF
            struct.pack_into("<I", self._registers, TIMESTAMP, stamp)

    def _take(self, sample: ImuSample) -> None:
        registers = self._registers
        if registers[CTRL1_XL] >> 4:
            lsb = ACCEL_LSB_MPS2[(registers[CTRL1_XL] >> 2) & 3]
            push = self._self_test(registers[CTRL5_C] & 3, SELF_TEST_MPS2)
            struct.pack_into("<3h", registers, OUT_XL, *(_word((value + push) / lsb) for value in sample.accel_mps2))
            registers[STATUS] |= ACCEL_READY
        if registers[CTRL2_G] >> 4:
            lsb = GYRO_LSB_DPS[0] / 2 if registers[CTRL2_G] & 2 else GYRO_LSB_DPS[(registers[CTRL2_G] >> 2) & 3]
            push = self._self_test((registers[CTRL5_C] >> 2) & 3, SELF_TEST_DPS)
            struct.pack_into("<3h", registers, OUT_G, *(_word((value + push) / lsb) for value in sample.gyro_dps))
            registers[STATUS] |= GYRO_READY | TEMPERATURE_READY

    def _self_test(self, bits: int, push: float) -> float:
        """01 positive; the negative code is 10 for acceleration and 11 for rate."""
        return {0: 0.0, 1: push}.get(bits, -push)


class SimSMBus:
    """What smbus2.SMBus would do with one LSM6DSOX on the wires."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.chip = ImuChip(world)
        self.transfers = 0
        self.in_background = False  # set while the recovery's own thread would run: its waiting is not the loop's

    def i2c_rdwr(self, *messages: i2c_msg) -> None:
        self.transfers += 1
        self._fail_if_broken()
        for message in messages:
            if message.addr != ADDRESS:
                raise OSError(errno.EREMOTEIO, "Remote I/O error")
            if message.flags & 1:
                for index, value in enumerate(self.chip.read(message.len)):
                    message.buf[index] = bytes((value,))
            else:
                self.chip.write(bytes(message))

    def _fail_if_broken(self) -> None:
        fault = self._world.fault
        if fault("imu_bus_hung") > 0.0 or fault("imu_slow_s") * 1000.0 > TIMEOUT_MS:
            if not self.in_background:
                self._world.run_ms(TIMEOUT_MS)
            raise TimeoutError(errno.ETIMEDOUT, "Connection timed out")
        if fault("imu_nak") > 0.0 or fault("imu_absent") > 0.0:
            raise OSError(errno.EREMOTEIO, "Remote I/O error")

    def close(self) -> None:
        """Nothing to let go of."""
