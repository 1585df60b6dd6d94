"""The tilt sensor: an LSM6DSOX read through its Adafruit driver.  Reports samples and their age; never judges the angle.

One tick costs one 16-byte burst (status, rate and acceleration of the same instant) and the chip's time stamp.
Nothing here sleeps: the driver's own constructor would, for 0.4 s, and polls its reset without an end, so set-up is a
few steps of one tick each, and the same steps run again whenever the chip turns out to have lost its settings.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from math import inf

from adafruit_bus_device.i2c_device import I2CDevice  # type: ignore[import-untyped]
from adafruit_lsm6ds import AccelRange, GyroRange, Rate
from adafruit_lsm6ds.lsm6dsox import LSM6DSOX
from adafruit_register.i2c_bit import RWBit
from adafruit_register.i2c_struct import ROUnaryStruct, Struct

from controller.core.model import ImuReading
from hardware.bus import BusRecovery, Smbus2Bus, SMBusLike, in_background

WHO_AM_I = 0x6C  # LSM6DSOX data sheet, 9.11
CTRL1_XL = 0x48  # 104 Hz, +-4 g
CTRL2_G = 0x40  # 104 Hz, +-250 deg/s
CTRL3_C_SET = 0x44  # block data update (no torn samples) and address increment
CTRL10_C_SET = 0x20  # time stamp counting
NEW_SAMPLE = 0x03  # STATUS_REG: new acceleration and new rate
TIME_STAMP_S = 25e-6  # data sheet 6.4: 25 us a count
TIME_STAMP_WRAP = 1 << 32

SETTLING_S = 0.2  # first samples after a range change or power-up are not to be used (the driver waits as long)
CHECK_EVERY_S = 0.5  # settings read back (F17)
RECOVER_AFTER_TICKS = 3  # refused ticks before the bus is clocked free (F18)
RECOVER_EVERY_TICKS = 25  # and how often again while they go on; a timed-out transfer is acted on at once (F19)


class Lsm6dsoxRegisters(LSM6DSOX):  # type: ignore[misc]  # the driver is untyped
    """The driver with what its API lacks, in its own register words."""

    burst = Struct(0x1E, "<Bx7h")  # status, temperature, rate x y z, acceleration x y z
    time_stamp = ROUnaryStruct(0x40, "<I")
    settings = Struct(0x0F, "<11B")  # WHO_AM_I, CTRL1_XL ... CTRL10_C
    time_stamp_enable = RWBit(0x19, 5)

    def __init__(self, bus: Smbus2Bus, address: int) -> None:
        """Touches nothing: no probe, no reset, no sleep."""
        self.i2c_device = I2CDevice(bus, address, probe=False)
        self._add_accel_ranges()
        self._add_gyro_ranges()
        self._cached_accel_range = AccelRange.RANGE_4G
        self._cached_gyro_range = GyroRange.RANGE_250_DPS

    def start_reset(self) -> None:
        if self._chip_id != WHO_AM_I:
            raise OSError(errno.ENODEV, "another chip answers at the IMU's address")
        self._sw_reset = True

    @property
    def resetting(self) -> bool:
        return bool(self._sw_reset)

    def configure(self) -> None:
        """Block data update first, so that no sample is ever torn; then ranges, then rates."""
        self._bdu = True
        self._accel_range = AccelRange.RANGE_4G
        self._set_gyro_range(GyroRange.RANGE_250_DPS)
        self.accelerometer_data_rate = Rate.RATE_104_HZ
        self.gyro_data_rate = Rate.RATE_104_HZ
        self.time_stamp_enable = True

    def configured(self) -> bool:
        """Read back what was set: a brown-out resets the chip and the driver would not notice."""
        settings = self.settings
        return bool(
            settings[:3] == (WHO_AM_I, CTRL1_XL, CTRL2_G)
            and settings[3] & CTRL3_C_SET == CTRL3_C_SET
            and settings[10] & CTRL10_C_SET == CTRL10_C_SET
        )

    def scale(self, raw: tuple[int, ...]) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
        """Acceleration in m/s2 and rate in deg/s of a burst, with the driver's own sensitivities."""
        accel, gyro = self._scale_xl_data, self._scale_gyro_data
        return (accel(raw[5]), accel(raw[6]), accel(raw[7])), (gyro(raw[2]), gyro(raw[3]), gyro(raw[4]))


class Imu:
    """`read()` never raises and never waits longer than two bounded transfers; what cannot be read grows old."""

    def __init__(self, bus: SMBusLike, address: int, spawn: Callable[[Callable[[], None]], None] = in_background) -> None:
        self._chip = Lsm6dsoxRegisters(Smbus2Bus(bus), address)
        self._recovery = BusRecovery(bus, address, spawn)
        self._do: Callable[[float], None] = self._reset
        self._failed_ticks = 0
        self._check_s = -inf
        self._ready_s = -inf
        self._sampled_s = -inf
        self._accel = self._gyro = (0.0, 0.0, 0.0)
        self._counts: int | None = None
        self._chip_time_s = 0.0
        self._configured = False

    def read(self, now_s: float) -> ImuReading:
        """The newest sample; `age_s` counts from the tick that brought it."""
        if not self._recovery.busy:
            if self._recovery.usable:
                self._try_twice(now_s)
            else:
                self._recovery.begin()
        return ImuReading(
            accel_mps2=self._accel,
            gyro_dps=self._gyro,
            chip_time_s=self._chip_time_s,
            age_s=now_s - self._sampled_s,
            configured=self._configured,
        )

    def _try_twice(self, now_s: float) -> None:
        """One retry within the tick (F18), but not of a transfer that already used the tick's time up (F20)."""
        timed_out = False
        for _ in range(2):
            try:
                self._do(now_s)
            except TimeoutError:
                timed_out = True
                break
            except OSError:
                continue
            self._failed_ticks = 0
            return
        self._failed_ticks += 1
        self._check_s = -inf
        if timed_out or self._failed_ticks % RECOVER_EVERY_TICKS == RECOVER_AFTER_TICKS:
            self._recovery.begin()

    # ------------------------------------------------------------ one of these a tick

    def _reset(self, _now_s: float) -> None:
        """Begin again from the chip's own defaults, whatever an earlier run left in it."""
        self._configured = False
        self._counts = None
        self._chip.start_reset()
        self._do = self._configure

    def _configure(self, now_s: float) -> None:
        if self._chip.resetting:
            return
        self._chip.configure()
        self._ready_s = now_s + SETTLING_S
        self._do = self._settle

    def _settle(self, now_s: float) -> None:
        if now_s >= self._ready_s:
            self._check_s = -inf
            self._do = self._sample

    def _sample(self, now_s: float) -> None:
        if now_s >= self._check_s:
            self._configured = self._chip.configured()
            self._check_s = now_s + CHECK_EVERY_S
        if not self._configured:
            self._do = self._reset
            return
        raw = self._chip.burst
        if not self._advance(self._chip.time_stamp):
            return
        if raw[0] & NEW_SAMPLE == NEW_SAMPLE:
            self._accel, self._gyro = self._chip.scale(raw)
        self._sampled_s = now_s  # a chip that answers with nothing new is stuck, not silent (F11); the filter tells by its time stamp

    def _advance(self, counts: int) -> bool:
        """Carry the chip's 32-bit time on across its wrap (29.8 h); a jump back is a chip that was reset: check it next tick."""
        passed = 0 if self._counts is None else (counts - self._counts) % TIME_STAMP_WRAP
        self._counts = counts
        if passed > TIME_STAMP_WRAP // 2:
            self._check_s = -inf
            return False
        self._chip_time_s += passed * TIME_STAMP_S
        return True
