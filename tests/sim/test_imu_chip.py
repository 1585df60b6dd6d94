"""The simulated LSM6DSOX against the real Adafruit driver and the product's own IMU device: registers, scales, every way it can fail."""

from __future__ import annotations

import errno
import struct
from math import atan2, degrees

import pytest
from adafruit_lsm6ds import AccelRange, GyroRange, Rate
from smbus2 import i2c_msg

from hardware.bus import Smbus2Bus
from hardware.imu import Imu, Lsm6dsoxRegisters
from sim.imu_chip import ADDRESS, SimSMBus
from tests.sim.hand import on_bench

WHO_AM_I, CTRL1_XL, CTRL2_G, CTRL3_C, CTRL5_C, STATUS, TIMESTAMP = 0x0F, 0x10, 0x11, 0x12, 0x14, 0x1E, 0x40


class Wires:
    """A world standing at an angle, its bus, and bare register access beside the driver."""

    def __init__(self, angle_deg: float = -37.5) -> None:
        self.world = on_bench(angle_deg)
        self.bus = SimSMBus(self.world)
        self.driver = Lsm6dsoxRegisters(Smbus2Bus(self.bus), ADDRESS)

    def configure(self) -> None:
        self.driver.start_reset()
        self.driver.configure()
        self.wait()

    def wait(self, ms: int = 20) -> None:
        self.world.run_bench(ms, lever=False)

    def get(self, register: int, length: int = 1) -> bytes:
        answer = i2c_msg.read(ADDRESS, length)
        self.bus.i2c_rdwr(i2c_msg.write(ADDRESS, [register]), answer)
        return bytes(answer)

    def put(self, register: int, *values: int) -> None:
        self.bus.i2c_rdwr(i2c_msg.write(ADDRESS, [register, *values]))


@pytest.mark.req("SE2")
def test_after_power_on_it_says_who_it_is_and_both_sensors_are_off() -> None:
    wires = Wires()
    assert wires.get(WHO_AM_I) == b"\x6c"
    assert wires.get(CTRL3_C) == b"\x04"  # address increment
    wires.wait(50)
    assert wires.get(STATUS) == b"\x00"
    assert wires.get(0x22, 12) == bytes(12)


@pytest.mark.req("SE2")
def test_the_real_driver_reads_the_tables_angle() -> None:
    wires = Wires()
    wires.configure()
    x, y, z = wires.driver.acceleration
    assert degrees(atan2(-x, z)) == pytest.approx(-37.5, abs=0.3)
    assert y == pytest.approx(0.0, abs=0.05)
    assert all(abs(value) < 0.01 for value in wires.driver.gyro)  # rad/s
    assert wires.driver.configured()


@pytest.mark.req("SE2")
@pytest.mark.parametrize("accel_range", ["RANGE_2G", "RANGE_4G", "RANGE_8G", "RANGE_16G"])
def test_every_acceleration_range_of_the_driver_gives_the_same_reading(accel_range: str) -> None:
    wires = Wires(30.0)
    wires.configure()
    wires.driver.accelerometer_range = getattr(AccelRange, accel_range)  # the driver names them when it is made
    wires.wait()
    x, _, z = wires.driver.acceleration
    assert x == pytest.approx(-4.903 + 0.02, abs=0.03)
    assert z == pytest.approx(8.493 + 0.02, abs=0.03)


@pytest.mark.req("SE2")
@pytest.mark.parametrize("gyro_range", ["RANGE_125_DPS", "RANGE_250_DPS", "RANGE_500_DPS", "RANGE_1000_DPS", "RANGE_2000_DPS"])
def test_every_rate_range_of_the_driver_gives_the_same_reading(gyro_range: str) -> None:
    wires = Wires(0.0)
    wires.configure()
    wires.driver.gyro_range = getattr(GyroRange, gyro_range)
    wires.world.set_part("brake_nm", 0.0)
    wires.world.place(0.0, 4.0)
    wires.wait(30)
    now_dps = wires.world.truth().rate_dps
    assert degrees(wires.driver.gyro[1]) == pytest.approx(now_dps, abs=0.25)
    assert now_dps > 3.0


@pytest.mark.req("SE2")
def test_data_ready_comes_with_a_sample_and_goes_with_reading_it() -> None:
    wires = Wires()
    wires.configure()
    assert wires.get(STATUS)[0] & 3 == 3
    wires.get(0x22, 12)
    assert wires.get(STATUS)[0] & 3 == 0
    wires.wait(20)
    assert wires.get(STATUS)[0] & 3 == 3


@pytest.mark.req("SE2")
def test_without_address_increment_a_burst_reads_one_register_again_and_again() -> None:
    wires = Wires()
    wires.put(CTRL3_C, 0x00)
    assert wires.get(WHO_AM_I, 3) == b"\x6c\x6c\x6c"


@pytest.mark.req("SE2")
def test_identity_status_and_data_cannot_be_written() -> None:
    wires = Wires()
    for register in (WHO_AM_I, STATUS, 0x28, TIMESTAMP):
        before = wires.get(register)
        wires.put(register, 0x5A)
        assert wires.get(register) == before


@pytest.mark.req("SE2")
def test_a_software_reset_takes_every_setting_back() -> None:
    wires = Wires()
    wires.configure()
    assert wires.get(CTRL1_XL) == b"\x48"
    wires.driver.start_reset()
    assert not wires.driver.resetting
    assert wires.get(CTRL1_XL) == b"\x00"
    assert not wires.driver.configured()


@pytest.mark.req("SE2")
def test_the_time_stamp_counts_25_microseconds_and_can_be_zeroed() -> None:
    wires = Wires()
    wires.configure()
    first = wires.driver.time_stamp
    wires.wait(100)
    assert (wires.driver.time_stamp - first) * 25e-6 == pytest.approx(0.1, abs=0.001)
    wires.put(0x42, 0xAA)
    assert wires.driver.time_stamp == 0


@pytest.mark.req("SE2")
def test_the_self_test_bits_push_each_sensor_by_what_the_data_sheet_allows() -> None:
    wires = Wires()
    wires.configure()

    def words() -> tuple[int, ...]:
        wires.wait(20)
        return struct.unpack("<6h", wires.get(0x22, 12))

    rest = words()
    wires.put(CTRL5_C, 0x05)
    pushed = words()
    gyro = [(b - a) * 8.75e-3 for a, b in zip(rest[:3], pushed[:3], strict=True)]
    accel = [(b - a) * 0.122 for a, b in zip(rest[3:], pushed[3:], strict=True)]
    assert all(20.0 <= change <= 80.0 for change in gyro)  # deg/s
    assert all(50.0 <= change <= 1700.0 for change in accel)  # mg
    wires.put(CTRL5_C, 0x0E)
    assert all(b < a for a, b in zip(rest, words(), strict=True))


@pytest.mark.req("SE2")
def test_readings_stop_at_full_scale() -> None:
    wires = Wires()
    wires.configure()
    wires.world.inject("imu_knock")
    wires.wait(30)
    assert struct.unpack("<6h", wires.get(0x22, 12)) == (32767,) * 6


# ------------------------------------------------------------------ broken, through the product's own device


def reading(wires: Wires, imu: Imu, ticks: int) -> list[tuple[float, bool, float, tuple[float, float, float]]]:
    out = []
    for _ in range(ticks):
        wires.wait(20)
        sample = imu.read(wires.world.now_ms * 1e-3)
        out.append((sample.age_s, sample.configured, sample.chip_time_s, sample.accel_mps2))
    return out


@pytest.fixture
def working() -> tuple[Wires, Imu]:
    wires = Wires()
    imu = Imu(wires.bus, ADDRESS, lambda work: work())
    last = reading(wires, imu, 30)[-1]
    assert last[0] == 0.0
    assert last[1]
    return wires, imu


@pytest.mark.req("SR8", "SE2")
@pytest.mark.parametrize("fault", ["imu_nak", "imu_bus_hang", "imu_slow_bus"])
def test_a_bus_that_does_not_answer_shows_as_age_and_comes_back(working: tuple[Wires, Imu], fault: str) -> None:
    wires, imu = working
    wires.world.inject(fault)
    assert reading(wires, imu, 5)[-1][0] >= 0.08
    wires.world.clear(fault)
    assert reading(wires, imu, 60)[-1][0] == 0.0


@pytest.mark.req("SR8", "SE2")
def test_a_stuck_chip_repeats_itself_and_its_clock_stands(working: tuple[Wires, Imu]) -> None:
    wires, imu = working
    wires.world.inject("imu_stuck")
    samples = reading(wires, imu, 10)
    assert len({sample[3] for sample in samples[1:]}) == 1
    assert len({sample[2] for sample in samples[1:]}) == 1
    assert samples[-1][0] < 0.02, "it answers: stuck, not silent"


@pytest.mark.req("SR8", "SE2")
def test_a_browned_out_chip_is_found_unconfigured_and_set_up_again_after(working: tuple[Wires, Imu]) -> None:
    wires, imu = working
    wires.world.inject("imu_brownout")
    assert not reading(wires, imu, 40)[-1][1]
    wires.world.clear("imu_brownout")
    last = reading(wires, imu, 60)[-1]
    assert last[1]
    assert last[0] == 0.0


@pytest.mark.req("SE2")
def test_another_address_is_nobody() -> None:
    wires = Wires()
    with pytest.raises(OSError, match="Remote I/O error") as refused:
        wires.bus.i2c_rdwr(i2c_msg.read(0x6B, 1))
    assert refused.value.errno == errno.EREMOTEIO


@pytest.mark.req("SE2")
def test_a_transfer_on_a_hung_bus_takes_its_ten_milliseconds() -> None:
    wires = Wires()
    wires.world.inject("imu_bus_hang")
    before = wires.world.now_ms
    with pytest.raises(TimeoutError):
        wires.get(WHO_AM_I)
    assert wires.world.now_ms - before == 10


@pytest.mark.req("SE2")
def test_the_rate_the_driver_sets_is_the_104_hertz_the_world_samples_at() -> None:
    wires = Wires()
    wires.configure()
    assert wires.driver.accelerometer_data_rate == Rate.RATE_104_HZ
